package lab

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

var update = flag.Bool("update", false, "write the golden ladders anew")

// epoch is when virtual time begins in these tests.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// A bench is a lab in virtual time and what was noted between its segments.
type bench struct {
	t     testing.TB
	clock *link.Virtual
	lab   *Lab
	text  strings.Builder
	seen  uint64
}

func newBench(t testing.TB, spec string) *bench {
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return newBenchOf(t, Options{Spec: s})
}

func newBenchOf(t testing.TB, o Options) *bench {
	b := &bench{t: t, clock: link.NewVirtual(epoch)}
	o.Clock, o.Keep = b.clock, max(o.Keep, 1<<16)
	l, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.lab = l
	t.Cleanup(func() { l.Close() })
	return b
}

// run lets d pass.
func (b *bench) run(d time.Duration) { b.clock.Run(b.clock.Now().Add(d)) }

// note writes down what was seen since the last note, and then a remark.
func (b *bench) note(format string, args ...any) {
	segs, next, missed := b.lab.A().Segments(b.seen)
	if missed > 0 {
		b.t.Errorf("%d segments missed", missed)
	}
	b.seen = next
	for i := range segs {
		b.text.WriteString(rung(&segs[i]))
	}
	fmt.Fprintf(&b.text, "--- "+format+"\n", args...)
}

// rung writes one segment as A's end of the ladder sees it.
func rung(s *segment.Segment) string {
	arrow := map[segment.Stage][2]string{
		segment.Sent:    {"├──▶      ", "      ◀──┤"},
		segment.Died:    {"├──✗      ", "      ✗──┤"},
		segment.Arrived: {"      ──▶┤", "├◀──      "},
	}[s.Stage][s.Dir]
	text := fmt.Sprintf("%10.3f A %s B %v", ms(s.At.Sub(epoch)), arrow, s.Proto)
	switch s.Proto {
	case segment.TCP:
		text += fmt.Sprintf(" %-4v seq=%d", s.Flags, s.RelSeq)
		if s.Flags&segment.ACK != 0 {
			text += fmt.Sprintf(" ack=%d", s.RelAck)
		}
		text += fmt.Sprintf(" len=%d win=%d", s.Len, s.Wnd)
		for _, k := range s.SACK {
			text += fmt.Sprintf(" sack=%d–%d", k.First, k.Next-1)
		}
	default:
		if s.Fragment {
			text += " fragment"
		}
		text += fmt.Sprintf(" %d→%d len=%d", s.Src.Port(), s.Dst.Port(), s.Len)
	}
	if len(s.Messages) > 0 {
		text += fmt.Sprintf(" messages=%v", s.Messages)
	}
	if s.Key != 0 {
		text += fmt.Sprintf(" key=%d", s.Key)
	}
	if s.Copy > 0 {
		text += " copy"
	}
	if s.Rule != "" && s.Stage != segment.Arrived {
		text += fmt.Sprintf(" (%s, packet %d)", s.Rule, s.ID)
	}
	if s.Note != "" {
		text += "  " + s.Note
		if s.Dups > 0 {
			text += fmt.Sprintf(" #%d", s.Dups)
		}
	}
	return text + "\n"
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// golden compares what was noted with the file of the test's name.
func (b *bench) golden() {
	b.t.Helper()
	if runtime.GOARCH != "amd64" {
		b.t.Skip("netstack computes timeouts in floating point, which differs by nanoseconds elsewhere")
	}
	name := filepath.Join("testdata", strings.ReplaceAll(b.t.Name(), "/", "_")+".txt")
	got := b.text.String()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			b.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		b.t.Fatal(err)
	}
	if got != string(want) {
		b.t.Errorf("%s:\n%s", name, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			old := "(nothing)"
			if i < len(w) {
				old = w[i]
			}
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], old)
		}
	}
	return "something is missing at the end"
}

// A pair is one connection between the ends.
type pair struct{ a, b stack.Conn }

func (p pair) states() string {
	return fmt.Sprintf("A=%v B=%v", p.a.Snapshot().State, p.b.Snapshot().State)
}

// connect dials from A to B and runs until the handshake is done.
func (b *bench) connect(to netip.Addr) pair {
	b.t.Helper()
	at := netip.AddrPortFrom(to, 9001)
	l, err := b.lab.B().Listen(at)
	if err != nil {
		b.t.Fatal(err)
	}
	c, err := b.lab.A().Dial(at)
	if err != nil {
		b.t.Fatal(err)
	}
	for errors.Is(c.Connected(), stack.ErrWouldBlock) && b.clock.Step() {
	}
	if err := c.Connected(); err != nil {
		b.t.Fatal(err)
	}
	var d stack.Conn
	for d, err = l.TryAccept(); errors.Is(err, stack.ErrWouldBlock) && b.clock.Step(); d, err = l.TryAccept() {
	}
	if err != nil {
		b.t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		b.t.Fatal(err)
	}
	return pair{c, d}
}

func (b *bench) write(c stack.Conn, text string, k uint64) {
	b.t.Helper()
	if n, err := c.TryWrite([]byte(text), k); err != nil || n != len(text) {
		b.t.Fatalf("wrote %d of %d: %v", n, len(text), err)
	}
}

// read reads all there is.
func (b *bench) read(c stack.Conn) (text string, err error) {
	buf := make([]byte, 1<<16)
	for {
		n, err := c.TryRead(buf)
		if err != nil {
			return text, err
		}
		text += string(buf[:n])
	}
}

func TestLadderConversation(t *testing.T) {
	b := newBench(t, "delay 20ms")
	p := b.connect(b.lab.B().IPv4())
	b.note("handshake: %s", p.states())
	b.write(p.a, "hello", 1)
	b.run(50 * time.Millisecond)
	b.write(p.b, "hi", 1)
	b.run(50 * time.Millisecond)
	got, _ := b.read(p.b)
	b.note("a message each way: B read %q; %s", got, p.states())
	p.a.CloseWrite()
	b.run(50 * time.Millisecond)
	_, err := b.read(p.b)
	b.note("A has closed its half; B reads: %v; %s", err, p.states())
	p.b.Close()
	b.run(50 * time.Millisecond)
	b.note("B has closed: %s; %v left", p.states(), p.a.Snapshot().TimeLeft)
	b.run(5 * time.Second)
	b.note("5 s later: %s; history %s", p.states(), p.a.Snapshot().History)
	b.golden()
}
