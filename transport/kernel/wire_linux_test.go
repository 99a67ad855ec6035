//go:build !portable

package kernel

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// A reference is what the segments of one connection say, read from the wire by
// RFC 9293 alone: it shares nothing with the formulas under test.
type reference struct {
	sides [2]struct {
		begun       bool
		isn         uint32
		next, acked uint64 // relative; acked: of the other side
		resent      int
		wnd         int
		flags       segment.Flags // of the last one
		seq, ack    uint32
	}
	segments int
}

// references are the connections to one port, in the order in which they began.
type references struct {
	all   []*reference
	ports []uint16 // the dialers'
}

func (r *references) of(s *segment.Segment, port uint16) *reference {
	d := s.Src.Port()
	if d == port {
		d = s.Dst.Port()
	}
	i := slices.Index(r.ports, d)
	if i < 0 {
		i = len(r.ports)
		r.ports, r.all = append(r.ports, d), append(r.all, new(reference))
	}
	return r.all[i]
}

// D and A are the sides: who dialed, who accepted.
const (
	D = iota
	A
)

// take reads the next segment, which the acceptor sent if its source is port.
func (r *reference) take(s *segment.Segment, port uint16) {
	i := D
	if s.Src.Port() == port {
		i = A
	}
	r.segments++
	h, o := &r.sides[i], &r.sides[1-i]
	h.flags, h.seq, h.ack, h.wnd = s.Flags, s.Seq, s.Ack, s.Wnd
	if s.Flags&segment.RST != 0 {
		return
	}
	if !h.begun {
		h.begun, h.isn = true, s.Seq
	}
	at := h.next + uint64(int64(int32(s.Seq-h.isn-uint32(h.next))))
	end := at + uint64(s.Span())
	if s.Span() > 0 && at < h.next {
		h.resent++
	}
	h.next = max(h.next, end)
	if s.Flags&segment.ACK != 0 && o.begun {
		h.acked = max(h.acked, uint64(s.Ack-o.isn))
	}
}

// A report is what an end says of itself after a step.
type report struct {
	State         segment.State
	Source        segment.Source
	Known         segment.Fields
	Una, Nxt, Rcv uint64
	ISS, IRS      uint32
	Retrans       int
	Unsent        int
	SndWnd        int
	Out, In       *segment.Segment
	History       string
}

func reportOf(e *end) report {
	s := e.Snapshot()
	return report{s.State, s.Source, s.Known, s.SndUna, s.SndNxt, s.RcvNxt, s.ISS, s.IRS, s.Retrans, s.Unsent, s.SndWnd, s.Out, s.In, s.History}
}

// A step is one line from the child: what was done, and what both ends say.
type step struct {
	Name       string
	Connection int
	Ends       [2]report
}

// Every number on the bar equals what a capture of the same connection shows: at
// both ends, over IPv4 and IPv6, at rest after each step of a connection's life,
// with no loss and with 10 %, whichever way the numbers are learned.
func TestNumbersEqualTheWire(t *testing.T) {
	if script := os.Getenv("SEQTALK_SCRIPT"); script != "" {
		act(t, script)
		return
	}
	for _, way := range []struct {
		source segment.Source
		allow  string // net.core.tstamp_allow_data
		uid    uint32
	}{{segment.Capture, "1", 0}, {segment.Loopback, "1", 65534}, {segment.Relative, "0", 65534}} {
		for _, addr := range []netip.Addr{lo4, lo6} {
			for _, loss := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %v loss=%v", way.source, addr, loss), func(t *testing.T) {
					t.Parallel()
					ownNet(t)
					run(t, "ip", "link", "set", "lo", "mtu", "1500", "gso_max_segs", "1")
					run(t, "sysctl", "-w", "net.core.tstamp_allow_data="+way.allow,
						"net.ipv4.tcp_rmem=4096 32768 65536", "net.ipv4.tcp_wmem=4096 16384 131072") // soon full
					if loss { // but of no RST: nobody sends that again
						in(t, "meta l4proto tcp tcp flags & rst == 0 numgen random mod 100 < 10 drop")
					}
					watchChild(t, netip.AddrPortFrom(addr, 9001), way.source, way.uid)
				})
			}
		}
	}
}

// watchChild runs the script as uid and compares each step with the wire.
func watchChild(t *testing.T, at netip.AddrPort, source segment.Source, uid uint32) {
	s := New()
	stop, err := s.Capture(CaptureOptions{Keep: 1 << 16})
	if err != nil {
		t.Skip(err)
	}
	defer stop()
	s.look(spot{proto: segment.TCP, local: at})

	cmd := exec.Command("/proc/self/exe", "-test.run=^TestNumbersEqualTheWire$", "-test.v")
	cmd.Env = append(os.Environ(), "SEQTALK_SCRIPT="+string(source)+" "+at.String())
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	begin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer begin.Close()

	var wires references
	var since uint64
	steps := 0
	lines := bufio.NewScanner(said)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var st step
		if json.Unmarshal(lines.Bytes(), &st) != nil {
			t.Logf("child: %s", lines.Text())
			continue
		}
		steps++
		why := "never compared"
		for deadline := time.Now().Add(3 * time.Second); why != "" && time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
			segs, next, missed := s.Segments(since)
			if since = next; missed > 0 {
				t.Fatalf("%d segments were missed", missed)
			}
			for i := range segs {
				wires.of(&segs[i], at.Port()).take(&segs[i], at.Port())
			}
			if len(wires.all) <= st.Connection {
				continue
			}
			why = wires.all[st.Connection].differs(&st, source)
		}
		if why != "" {
			t.Errorf("%s: %s", st.Name, why)
		}
		io.WriteString(begin, "\n")
	}
	if steps != scriptSteps {
		t.Errorf("%d steps of %d", steps, scriptSteps)
	}
}

// differs says what in st is not as on the wire.
func (r *reference) differs(st *step, source segment.Source) string {
	for i, e := range st.Ends {
		me, peer := &r.sides[i], &r.sides[1-i]
		who := fmt.Sprintf("%c", "DA"[i])
		for _, c := range []struct {
			name      string
			got, want uint64
		}{
			{"SND.NXT", e.Nxt, me.next}, {"SND.UNA", e.Una, peer.acked}, {"RCV.NXT", e.Rcv, peer.next},
			{"retransmissions", uint64(e.Retrans), uint64(me.resent)},
		} {
			if c.got != c.want {
				return fmt.Sprintf("%s's %s is %d, on the wire %d; %+v", who, c.name, c.got, c.want, e)
			}
		}
		if e.Known&segment.HasISS != 0 && e.ISS != me.isn || e.Known&segment.HasIRS != 0 && e.IRS != peer.isn {
			return fmt.Sprintf("%s's ISS %d IRS %d, on the wire %d %d", who, e.ISS, e.IRS, me.isn, peer.isn)
		}
		if why := r.source(who, st, &e, source); why != "" {
			return why
		}
		if source != segment.Capture {
			continue
		}
		for _, c := range []struct {
			s *segment.Segment
			h int
		}{{e.Out, i}, {e.In, 1 - i}} {
			if h := r.sides[c.h]; c.s == nil || c.s.Seq != h.seq || c.s.Ack != h.ack || c.s.Flags != h.flags {
				return fmt.Sprintf("%s's last %+v, on the wire %+v", who, c.s, h)
			}
		}
	}
	if h := st.Ends[D].History; h != st.Ends[A].History || source == segment.Capture && len(h) < 3 {
		return fmt.Sprintf("histories %q and %q", h, st.Ends[A].History)
	}
	return ""
}

// source says what is wrong with where an end's numbers come from.
func (r *reference) source(who string, st *step, e *report, source segment.Source) string {
	const both = segment.HasISS | segment.HasIRS
	known := e.Known & both
	switch {
	case source == segment.Capture && (known != both || e.Source != source),
		source == segment.Loopback && st.Name > "4" && st.Connection == 0 && (known != both || e.Source != source),
		source == segment.Relative && who == "D" && (known != 0 || e.Source != source),
		source == segment.Relative && who == "A" && known != segment.HasIRS:
		return fmt.Sprintf("%s's source is %s, known %b", who, e.Source, e.Known)
	}
	return ""
}

// act is the child: it lives through a connection, and says after each step how
// it stands.
func act(t *testing.T, script string) {
	var source segment.Source
	var addr string
	fmt.Sscan(script, &source, &addr)
	at := netip.MustParseAddrPort(addr)
	s := New()
	if source == segment.Capture {
		stop, err := s.Capture(CaptureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
	}
	l, e := listen(t, s, at)
	c := &cast{t: t, source: source, begin: bufio.NewReader(os.Stdin)}
	c.meet(s, l, e, at)
	c.story()
	c.connection = 1
	c.meet(s, l, e, at)
	c.second()
}

// cast are the two ends of a script.
type cast struct {
	t          *testing.T
	source     segment.Source
	begin      *bufio.Reader
	d, a       *end
	connection int
}

const scriptSteps = 12

// meet makes a connection.
func (c *cast) meet(s *Stack, l stack.Listener, e edge, at netip.AddrPort) {
	conn, err := s.Dial(at)
	if err != nil {
		c.t.Fatal(err)
	}
	c.d = newEnd(c.t, conn)
	if err := c.d.until(c.t, "connect", c.d.Connected); err != nil {
		c.t.Fatal(err)
	}
	c.a = accepted(c.t, l, e)
}

// rest tells the parent how both ends stand once nothing moves, and waits for it.
func (c *cast) rest(name string, ok func(d, a *report) bool) {
	c.t.Helper()
	var st step
	eventually(c.t, name, func() bool {
		st = step{Name: name, Connection: c.connection, Ends: [2]report{reportOf(c.d), reportOf(c.a)}}
		return ok(&st.Ends[D], &st.Ends[A])
	})
	for quiet := 0; quiet < 60; quiet++ { // a delayed ACK comes within 40 ms
		time.Sleep(time.Millisecond)
		st.Ends = [2]report{reportOf(c.d), reportOf(c.a)}
	}
	line, err := json.Marshal(st)
	if err != nil {
		c.t.Fatal(err)
	}
	fmt.Printf("%s\n", line)
	if _, err := c.begin.ReadString('\n'); err != nil {
		c.t.Fatal(err)
	}
}

// same reports that all that was sent has come and is known to have.
func same(d, a *report) bool {
	return d.Una == d.Nxt && a.Una == a.Nxt && d.Rcv == a.Nxt && a.Rcv == d.Nxt && d.Unsent == 0 && a.Unsent == 0
}

func (c *cast) story() {
	d, a := c.d, c.a
	c.rest("1 established", same)
	d.put(make([]byte, 10))
	c.rest("2 D wrote 10, A has not read", same)
	a.get(10)
	a.put(make([]byte, 7))
	d.get(7)
	c.rest("3 A wrote 7", same)
	d.put([]byte("once more, as a lost echo is tried again"))
	a.get(40)
	a.put([]byte("and back"))
	d.get(8)
	c.rest("4 a line each way", same)
	c.carry(200_000)
	c.rest("5 D wrote 200000", same)
	written := 0
	c.rest("6 zero window", func(is, peer *report) bool {
		n, _ := d.TryWrite(make([]byte, 64<<10), 0)
		written += n
		return n == 0 && is.Una == is.Nxt && is.Unsent > 0 && is.SndWnd < 1448 && peer.Rcv == is.Nxt
	})
	a.get(written)
	c.rest("7 read again", same)
	d.CloseWrite()
	c.rest("8 D sent FIN", func(d, a *report) bool {
		return same(d, a) && d.State == segment.FinWait2 && a.State == segment.CloseWait
	})
	a.put(make([]byte, 5))
	c.rest("9 A wrote 5 in CLOSE-WAIT", same)
	a.CloseWrite()
	c.rest("A both FINs", func(d, a *report) bool { return same(d, a) && d.State == segment.TimeWait })
}

// carry brings n bytes from the dialer to the acceptor, who reads them as they come.
func (c *cast) carry(n int) {
	p, sent, got := make([]byte, 16<<10), 0, 0
	eventually(c.t, "all of it", func() bool {
		m, _ := c.d.TryWrite(p[:min(len(p), n-sent)], 0)
		sent += m
		m, _ = c.a.TryRead(p)
		got += m
		return got == n
	})
}

// second is a connection that ends by RST.
func (c *cast) second() {
	c.d.put([]byte("abc"))
	c.a.get(3)
	c.a.put([]byte("d"))
	c.d.get(1)
	c.rest("B another connection", same)
	c.a.Abort()
	eventually(c.t, "the reset", func() bool { return c.d.Snapshot().State == segment.Closed })
	c.rest("C RST", func(d, a *report) bool { return true })
}
