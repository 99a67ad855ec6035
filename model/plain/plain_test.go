package plain

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seqtalk/transport"
	"seqtalk/transport/kernel"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// An end is one Run over the kernel's stack.
type end struct {
	tr   transport.Transport
	out  *buffer
	errs *buffer
	code chan int
}

// buffer is what both a Run and a test may touch.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func open(t *testing.T, c transport.Config) transport.Transport {
	t.Helper()
	c.Stack = kernel.New()
	if c.Addr == "" {
		c.Addr = freePort(t)
	}
	if c.Protos == nil {
		c.Protos = []segment.Proto{segment.TCP}
	}
	tr, err := transport.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// addr is where a listener listens, once it does.
func addr(t *testing.T, tr transport.Transport) string {
	t.Helper()
	for range 1000 {
		if legs := tr.Status().Legs; len(legs) > 0 && legs[0].Local.Port() != 0 {
			return legs[0].Local.String()
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("nobody listens")
	return ""
}

// start runs an end. What o lacks of In and Out is nothing and a buffer.
func start(t *testing.T, ctx context.Context, tr transport.Transport, o Options) *end {
	t.Helper()
	e := &end{tr: tr, out: new(buffer), errs: new(buffer), code: make(chan int, 1)}
	if o.In == nil {
		o.In = strings.NewReader("")
	}
	if o.Out == nil {
		o.Out = e.out
	}
	o.Err = e.errs
	go func() { e.code <- Run(ctx, tr, o) }()
	return e
}

// ends waits until e is over, with the code wanted.
func (e *end) ends(t *testing.T, want int) {
	t.Helper()
	select {
	case got := <-e.code:
		if got != want {
			t.Errorf("exit code %d, want %d; it said\n%s", got, want, e.errs)
		}
	case <-time.After(60 * time.Second):
		buf := make([]byte, 1<<16)
		t.Fatalf("it does not end; it said\n%s\n%s", e.errs, buf[:runtime.Stack(buf, true)])
	}
}

// counting is an input of n numbered lines, made as they are read.
type counting struct {
	n, i int
	rest []byte
}

func (c *counting) Read(p []byte) (int, error) {
	for len(c.rest) < len(p) && c.i < c.n {
		c.rest = appendLine(c.rest, c.i)
		c.i++
	}
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest)
	c.rest = c.rest[:copy(c.rest, c.rest[n:])]
	return n, nil
}

func appendLine(b []byte, i int) []byte {
	return append(strconv.AppendInt(append(b, "line "...), int64(i), 10), ", 字节流没有边界\n"...)
}

// checking is an output that expects the lines of a counting, and looks now
// and then how large the heap is.
type checking struct {
	next  int
	want  []byte
	wrong string
	heap  uint64
	looks int
}

func (c *checking) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && c.wrong == ""; {
		if len(c.want) == 0 {
			c.want = appendLine(c.want, c.next)
			c.next++
		}
		n := min(len(c.want), len(rest))
		if !bytes.Equal(rest[:n], c.want[:n]) {
			c.wrong = fmt.Sprintf("line %d: got %q, want %q", c.next-1, rest[:n], c.want[:n])
		}
		rest, c.want = rest[n:], c.want[n:]
	}
	if c.looks++; c.looks%64 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.heap = max(c.heap, m.HeapAlloc)
	}
	return len(p), nil
}

// TestMillion sends a million lines through a pipe over TCP, and fewer each
// other way it can be done, and holds that all come, in order, and that they are not all in memory
// at once: together they are 32 MB.
func TestMillion(t *testing.T) {
	for _, w := range []session.Wire{session.Auto, session.Framed, session.Raw, session.Line} {
		t.Run(w.String(), func(t *testing.T) {
			n := 1_000_000
			switch {
			case testing.Short() || raceEnabled:
				n = 50_000
			case w != session.Auto:
				n = 200_000
			}
			ctx := t.Context()
			out := new(checking)
			l := start(t, ctx, open(t, transport.Config{Role: transport.Listener, Wire: w}), Options{Out: out})
			begin := time.Now()
			d := start(t, ctx, open(t, transport.Config{Role: transport.Dialer, Wire: w, Addr: addr(t, l.tr)}), Options{In: &counting{n: n}})
			d.ends(t, OK)
			l.ends(t, OK)
			took := time.Since(begin)
			if out.wrong != "" || out.next != n || len(out.want) > 0 {
				t.Errorf("%d lines came of %d; %s", out.next, n, out.wrong)
			}
			if out.heap > 48<<20 {
				t.Errorf("the heap grew to %d MB", out.heap>>20)
			}
			t.Logf("%.0f lines/s, heap at most %.1f MB", float64(n)/took.Seconds(), float64(out.heap)/(1<<20))
		})
	}
}

// TestBothWays has each end send what the other one checks.
func TestBothWays(t *testing.T) {
	const n = 100_000
	outs := [2]*checking{{}, {}}
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener}), Options{In: &counting{n: n}, Out: outs[0]})
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: addr(t, l.tr)}), Options{In: &counting{n: n}, Out: outs[1]})
	d.ends(t, OK)
	l.ends(t, OK)
	for _, o := range outs {
		if o.wrong != "" || o.next != n {
			t.Errorf("%d lines came of %d; %s", o.next, n, o.wrong)
		}
	}
}

// TestLiteral holds that a pipe loses no byte, whatever it is.
func TestLiteral(t *testing.T) {
	const odd = "q\n/quit\n\n  blanks \x1b[31m\x00\xff\xfe\r\n中文\n"
	long := strings.Repeat("很长", 20_000) + "\n"
	for _, tc := range []struct {
		wire     session.Wire
		in, want string
	}{
		{session.Framed, odd + long, odd + long},
		{session.Raw, odd + long + "no newline", odd + long + "no newline"},
		{session.Line, odd, strings.ReplaceAll(odd, "\r", "")}, // a CR before LF ends a line too
		{session.Framed, "no newline", "no newline"},
		{session.Auto, odd, odd},
	} {
		l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener, Wire: tc.wire}), Options{})
		d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Wire: tc.wire, Addr: addr(t, l.tr)}), Options{In: strings.NewReader(tc.in)})
		d.ends(t, OK)
		l.ends(t, OK)
		if got := l.out.String(); got != tc.want {
			t.Errorf("%s: got %.300q\nwant %.300q", tc.wire, got, tc.want)
		}
	}
}

// TestUDP: datagrams, BYE, and a line that is too long for one of them.
func TestUDP(t *testing.T) {
	udp := []segment.Proto{segment.UDP}
	for _, w := range []session.Wire{session.Auto, session.Framed} {
		long := strings.Repeat("x", 3000)
		l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener, Protos: udp, Wire: w}), Options{})
		d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Protos: udp, Wire: w, Addr: addr(t, l.tr)}),
			Options{In: strings.NewReader("一\n" + long + "\nthree\n")})
		d.ends(t, OK)
		l.ends(t, OK)
		if got, want := l.out.String(), "一\n"+long+"\nthree\n"; got != want {
			t.Errorf("%s: got %.100q, want %.100q", w, got, want)
		}
	}
}

// TestNoPeerYet: what a UDP listener wants to say waits in the pipe until there
// is somebody to say it to.
func TestNoPeerYet(t *testing.T) {
	udp := []segment.Proto{segment.UDP}
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener, Protos: udp}), Options{In: strings.NewReader("hello\n")})
	time.Sleep(50 * time.Millisecond)
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Protos: udp, Addr: addr(t, l.tr)}), Options{})
	l.ends(t, OK)
	d.ends(t, OK)
	if got := d.out.String(); got != "hello\n" {
		t.Errorf("got %q", got)
	}
}

// TestBoth: what comes over both protocols is printed once.
func TestBoth(t *testing.T) {
	both := []segment.Proto{segment.TCP, segment.UDP}
	port := freePort(t)
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener, Protos: both, Addr: port}), Options{})
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Protos: both, Addr: addr(t, l.tr)}), Options{In: strings.NewReader("1\n2\n3\n")})
	d.ends(t, OK)
	l.ends(t, OK)
	if got := l.out.String(); got != "1\n2\n3\n" {
		t.Errorf("got %q", got)
	}
}

// freePort is an address at which TCP and UDP are free.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestHalfClose: who has said everything still hears the answer, however late
// it comes, as long as it is not silent for -w.
func TestHalfClose(t *testing.T) {
	answer, say, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener}), Options{In: answer})
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: addr(t, l.tr)}), Options{In: strings.NewReader("question\n")})
	for l.out.String() != "question\n" {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond) // the dialer's FIN is long there
	fmt.Fprint(say, "answer\n")
	say.Close()
	d.ends(t, OK)
	l.ends(t, OK)
	if got := d.out.String(); got != "answer\n" {
		t.Errorf("got %q; the listener said\n%s", got, l.errs)
	}
}

// TestWait: a peer that says nothing after our end of input is waited for -w.
func TestWait(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	begin := time.Now()
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: silent.Addr().String(), Wire: session.Line}),
		Options{In: strings.NewReader("anybody?\n"), Wait: 300 * time.Millisecond})
	d.ends(t, OK)
	if took := time.Since(begin); took < 300*time.Millisecond || took > 5*time.Second {
		t.Errorf("it waited %v", took)
	}
}

// TestListenerGoesOn: with input still to come the listener waits for the
// next peer; at its end it goes with the peer.
func TestListenerGoesOn(t *testing.T) {
	in, say, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener}), Options{In: in, Wait: 200 * time.Millisecond})
	for _, who := range []string{"first", "second"} {
		d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: addr(t, l.tr)}), Options{In: strings.NewReader(who + "\n")})
		d.ends(t, OK)
		for !strings.HasSuffix(l.out.String(), who+"\n") || l.tr.Status().Legs[0].TCP.State != segment.Listen {
			time.Sleep(time.Millisecond)
		}
	}
	say.Close()
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: addr(t, l.tr)}), Options{In: strings.NewReader("third\n")})
	d.ends(t, OK)
	l.ends(t, OK)
	if got := l.out.String(); got != "first\nsecond\nthird\n" {
		t.Errorf("got %q", got)
	}
}

func TestExitCodes(t *testing.T) {
	t.Run("nobody there", func(t *testing.T) {
		d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: freePort(t)}), Options{In: strings.NewReader("hello\n")})
		d.ends(t, Failed)
		if !strings.Contains(d.errs.String(), "refused") {
			t.Errorf("it said %q", d.errs)
		}
	})
	t.Run("unread", func(t *testing.T) {
		// The peer goes without having read the line: RST.
		if code := framedPeer(t, func(net.Conn, *session.Machine) {}); code != Failed {
			t.Errorf("exit code %d", code)
		}
	})
	t.Run("unconfirmed", func(t *testing.T) {
		// The peer leaves without a receipt for the line.
		code := framedPeer(t, func(c net.Conn, m *session.Machine) {
			m.Bye(time.Now(), session.Quit)
			out, _ := m.NextOut(time.Now())
			c.Write(out.Octets)
			io.Copy(io.Discard, c)
		})
		if code != Failed {
			t.Errorf("exit code %d", code)
		}
	})
	t.Run("signal", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		l := start(t, ctx, open(t, transport.Config{Role: transport.Listener}), Options{})
		addr(t, l.tr)
		cancel(signal(syscall.SIGTERM))
		l.ends(t, 143)
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := start(t, ctx, open(t, transport.Config{Role: transport.Listener}), Options{})
		addr(t, l.tr)
		cancel()
		l.ends(t, Failed)
	})
	t.Run("broken pipe", func(t *testing.T) {
		l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener}), Options{Out: broken{}})
		d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: addr(t, l.tr)}), Options{In: strings.NewReader("hello\n")})
		l.ends(t, Failed)
		<-d.code
	})
}

type signal syscall.Signal

func (s signal) Error() string { return syscall.Signal(s).String() }
func (s signal) ExitCode() int { return 128 + int(s) }

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// framedPeer is a dialer's exit code when the listener exchanges HELLOs with
// it, lets the line come, does what then says and closes.
func framedPeer(t *testing.T, then func(net.Conn, *session.Machine)) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: l.Addr().String(), Wire: session.Framed}), Options{In: strings.NewReader("hello\n"), Wait: time.Second})
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := session.New(time.Now(), session.Config{Wire: session.Framed, Instance: 7})
	m.Input(time.Now(), frame(t, c))
	out, _ := m.NextOut(time.Now())
	c.Write(out.Octets)
	for d.tr.Status().Legs[0].Counters.Sent == 0 {
		time.Sleep(time.Millisecond)
	}
	then(c, m)
	c.Close()
	return <-d.code
}

// frame reads one frame of a stream, as docs/WIRE.md draws it.
func frame(t *testing.T, c net.Conn) []byte {
	t.Helper()
	p := make([]byte, 8)
	if _, err := io.ReadFull(c, p); err != nil {
		t.Fatal(err)
	}
	p = append(p, make([]byte, binary.BigEndian.Uint32(p[4:]))...)
	if _, err := io.ReadFull(c, p[8:]); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTerminal: at a terminal q ends, and the letter goes to a raw peer first;
// what comes is spelled out.
func TestTerminal(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	in, typed := io.Pipe()
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: l.Addr().String(), Wire: session.Raw}), Options{In: in, InTTY: true, OutTTY: true})
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "wel\x1b[2Jcome\r\n你好")
	expect := func(want string) {
		t.Helper()
		buf := make([]byte, 100)
		n, err := c.Read(buf)
		if got := string(buf[:n]); got != want {
			t.Errorf("the peer read %q (%v), want %q", got, err, want)
		}
	}
	for in, want := range map[string]string{"hello\n": "hello", "/say q\n": "q", "//quit\n": "/quit"} {
		fmt.Fprint(typed, in)
		expect(want)
	}
	fmt.Fprint(typed, "/what\n")
	fmt.Fprint(typed, "Q\n")
	expect("Q")
	expect("") // FIN
	c.Close()
	d.ends(t, OK)
	typed.Close()
	if got, want := d.out.String(), "< wel␛[2Jcome\n< 你好\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := d.errs.String(); !strings.Contains(got, "not a command") {
		t.Errorf("it said %q", got)
	}
}

// TestNotices: what the program itself says goes to Err, a line each.
func TestNotices(t *testing.T) {
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener, Nick: "ann"}), Options{})
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Nick: "bob", Addr: addr(t, l.tr)}), Options{In: strings.NewReader("hi\n")})
	d.ends(t, OK)
	l.ends(t, OK)
	port := regexp.MustCompile(`127\.0\.0\.1:\d+`)
	got := port.ReplaceAllString(l.errs.String(), "ADDR")
	want := `seqtalk: waiting at ADDR (TCP); the other side runs: seqtalk dial ADDR
seqtalk: connected: TCP ADDR ⇄ ADDR, the peer called
seqtalk: bob runs seqtalk too; over TCP each line is numbered, and its arrival is confirmed
`
	if !strings.HasPrefix(got, want) || strings.Contains(l.out.String(), "seqtalk") {
		t.Errorf("it said\n%s\nwant\n%s", got, want)
	}
}

// TestSplitter: pieces joined are what was read, however it was read.
func TestSplitter(t *testing.T) {
	text := "a\n\n" + strings.Repeat("字", 9000) + "\n" + strings.Repeat("y", maxPiece) + "\nend"
	for _, size := range []int{1, 2, 3, 1000, maxPiece, maxPiece + 1, 1 << 20} {
		var got strings.Builder
		lines := 0
		for pieces := range read(&slow{text, size}, nil) {
			for _, p := range pieces {
				if len(p.octets) > maxPiece || p.more == p.newline && got.Len()+len(p.octets) < len(text) {
					t.Fatalf("a piece of %d bytes, more %v, newline %v", len(p.octets), p.more, p.newline)
				}
				if p.more && !strings.HasSuffix("字", string(p.octets[len(p.octets)-3:])) {
					t.Errorf("a character was cut: %q", p.octets[len(p.octets)-3:])
				}
				got.Write(p.text(true))
				if !p.more {
					lines++
				}
			}
		}
		if got.String() != text || lines != 5 {
			t.Errorf("reads of %d: %d lines, %d bytes of %d", size, lines, got.Len(), len(text))
		}
	}
}

// slow gives size bytes a read.
type slow struct {
	text string
	size int
}

func (s *slow) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), s.size)], s.text)
	if s.text = s.text[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
