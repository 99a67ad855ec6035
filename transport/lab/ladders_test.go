package lab

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/stack"
)

const perfect20 = "delay 20ms"

func TestLadderSimultaneousClose(t *testing.T) {
	b := newBench(t, perfect20)
	p := b.connect(b.lab.B().IPv4())
	b.run(50 * time.Millisecond)
	b.note("connected: %s", p.states())
	p.a.CloseWrite()
	p.b.CloseWrite()
	b.note("both have closed: %s", p.states())
	b.run(20 * time.Millisecond)
	b.note("the FINs have crossed: %s", p.states())
	b.run(20 * time.Millisecond)
	b.note("and their ACKs: %s", p.states())
	b.golden()
}

func TestLadderReset(t *testing.T) {
	b := newBench(t, perfect20)
	p := b.connect(b.lab.B().IPv6())
	b.run(50 * time.Millisecond)
	b.note("connected: %s", p.states())
	p.a.Abort()
	b.run(50 * time.Millisecond)
	_, err := b.read(p.b)
	if !errors.Is(err, stack.ErrReset) {
		t.Errorf("B reads %v", err)
	}
	if _, err := p.b.TryWrite([]byte("x"), 0); !errors.Is(err, stack.ErrReset) {
		t.Errorf("B writes: %v", err)
	}
	b.note("A has reset: %s; history %s", p.states(), p.b.Snapshot().History)
	b.golden()
}

func TestLadderRefused(t *testing.T) {
	b := newBench(t, perfect20)
	c, err := b.lab.A().Dial(netip.AddrPortFrom(b.lab.B().IPv4(), 9001))
	if err != nil {
		t.Fatal(err)
	}
	b.note("dialing: %v", c.Snapshot().State)
	b.run(50 * time.Millisecond)
	if err := c.Connected(); !errors.Is(err, stack.ErrRefused) {
		t.Errorf("Connected says %v", err)
	}
	b.note("nobody listens: %v; history %s", c.Snapshot().State, c.Snapshot().History)
	b.golden()
}

func TestLadderBlackHole(t *testing.T) {
	b := newBench(t, "delay 20ms loss 100%")
	c, err := b.lab.A().Dial(netip.AddrPortFrom(b.lab.B().IPv4(), 9001))
	if err != nil {
		t.Fatal(err)
	}
	for errors.Is(c.Connected(), stack.ErrWouldBlock) && b.clock.Step() {
	}
	if err := c.Connected(); !errors.Is(err, stack.ErrTimeout) {
		t.Errorf("Connected says %v", err)
	}
	b.note("after %v: %v", b.clock.Now().Sub(epoch), c.Snapshot().State)
	b.golden()
}

func TestLadderTimeoutDoubles(t *testing.T) {
	b := newBench(t, perfect20)
	p := b.connect(b.lab.B().IPv4())
	b.write(p.a, "first", 1)
	b.run(100 * time.Millisecond)
	b.note("connected, and an RTT measured: RTO %v", p.a.Snapshot().RTO)
	b.lab.Do(link.Out, func(l *link.Link) { l.DropNext(2) })
	b.write(p.a, "second", 2)
	b.run(300 * time.Millisecond)
	s := p.a.Snapshot()
	b.note("sent again %d times, RTO %v, %d bytes in flight", s.Backoff, s.RTO, s.InFlight)
	b.run(time.Second)
	got, _ := b.read(p.b)
	s = p.a.Snapshot()
	b.note("B has read %q; %d retransmissions, RTO %v, history %s", got, s.Retrans, s.RTO, s.History)
	b.golden()
}

func TestLadderFastRetransmit(t *testing.T) {
	b := newBench(t, perfect20)
	p := b.connect(b.lab.B().IPv4())
	b.write(p.a, "first", 1)
	b.run(100 * time.Millisecond)
	b.note("connected: cwnd %d", p.a.Snapshot().Cwnd)
	for k := uint64(2); k <= 7; k++ {
		if k == 3 {
			b.lab.Do(link.Out, func(l *link.Link) { l.DropNext(1) })
		}
		b.write(p.a, strings.Repeat("x", 1000), k)
	}
	b.run(50 * time.Millisecond)
	b.note("six segments, the second lost")
	b.run(100 * time.Millisecond)
	got, _ := b.read(p.b)
	s := p.a.Snapshot()
	b.note("repaired, B has read %d bytes: cwnd %d, ssthresh %d, history %s", len(got), s.Cwnd, s.Ssthresh, s.History)
	b.golden()
}

func TestLadderZeroWindow(t *testing.T) {
	spec, err := link.Parse(perfect20)
	if err != nil {
		t.Fatal(err)
	}
	b := newBenchOf(t, Options{Spec: spec, ReceiveBuffer: 8192})
	p := b.connect(b.lab.B().IPv4())
	b.run(50 * time.Millisecond)
	b.note("connected")
	sent := strings.Repeat("z", 6000)
	b.write(p.a, sent, 1)
	b.run(900 * time.Millisecond)
	s := p.a.Snapshot()
	b.note("B does not read: window %d, %d bytes in flight, %d unsent", s.SndWnd, s.InFlight, s.Unsent)
	var got strings.Builder
	for range 10 {
		text, _ := b.read(p.b)
		got.WriteString(text)
		b.run(200 * time.Millisecond)
	}
	if got.String() != sent {
		t.Errorf("B has read %d bytes of %d", got.Len(), len(sent))
	}
	s = p.a.Snapshot()
	b.note("B has read all: window %d, %d unsent, history %s", s.SndWnd, s.Unsent, s.History)
	b.golden()
}

func TestLadderHalfOpen(t *testing.T) {
	b := newBench(t, perfect20)
	p := b.connect(b.lab.B().IPv4())
	b.write(p.a, "are you there?", 1)
	b.run(100 * time.Millisecond)
	b.note("connected: %s", p.states())
	b.lab.Do(link.In, func(l *link.Link) { l.Cut() })
	p.b.Abort()
	b.run(50 * time.Millisecond)
	b.lab.Do(link.In, func(l *link.Link) { l.Heal() })
	b.note("B is gone and A has not heard: %s", p.states())
	b.write(p.a, "and now?", 2)
	b.run(50 * time.Millisecond)
	_, err := b.read(p.a)
	if !errors.Is(err, stack.ErrReset) {
		t.Errorf("A reads %v", err)
	}
	b.note("A is told: %s; %v", p.states(), err)
	b.golden()
}

func TestLadderMergedMessages(t *testing.T) {
	b := newBench(t, perfect20+" rate 100kbit")
	p := b.connect(b.lab.B().IPv4())
	p.a.SetNoDelay(false)
	b.write(p.a, "first", 1)
	b.run(200 * time.Millisecond)
	b.note("connected, Nagle on")
	for k := uint64(2); k <= 6; k++ {
		b.write(p.a, strings.Repeat("m", int(k)), k)
	}
	b.run(300 * time.Millisecond)
	got, _ := b.read(p.b)
	b.note("B has read %q", got)
	b.golden()
}

func TestLadderDatagrams(t *testing.T) {
	b := newBench(t, perfect20)
	at := netip.AddrPortFrom(b.lab.B().IPv4(), 9001)
	from := netip.AddrPortFrom(b.lab.A().IPv4(), 40000)
	a, err := b.lab.A().OpenUDP(from)
	if err != nil {
		t.Fatal(err)
	}
	a.TryWriteTo([]byte("anybody?"), at, 1)
	b.run(50 * time.Millisecond)
	r, err := a.TryReturned()
	if err != nil || !errors.Is(r.Err, stack.ErrRefused) || r.To != at || string(r.Payload) != "anybody?" {
		t.Errorf("returned: %+v, %v", r, err)
	}
	b.note("nobody is there: %v says %v to %q", r.To, r.Err, r.Payload)
	d, err := b.lab.B().OpenUDP(at)
	if err != nil {
		t.Fatal(err)
	}
	b.lab.Do(link.Out, func(l *link.Link) { l.DuplicateNext() })
	a.TryWriteTo([]byte("twice"), at, 2)
	b.run(30 * time.Millisecond)
	b.lab.Do(link.Out, func(l *link.Link) { l.CorruptNext() })
	a.TryWriteTo([]byte("damaged"), at, 3)
	a.TryWriteTo(nil, at, 4)
	b.lab.Do(link.Out, func(l *link.Link) { l.SwapNext() })
	a.TryWriteTo([]byte("overtaken"), at, 5)
	b.run(time.Millisecond)
	a.TryWriteTo([]byte(strings.Repeat("in two fragments ", 100)), at, 6)
	b.run(50 * time.Millisecond)
	var got []string
	buf := make([]byte, 2000)
	for p, err := d.TryReadFrom(buf); err == nil; p, err = d.TryReadFrom(buf) {
		if p.From != from {
			t.Errorf("from %v", p.From)
		}
		got = append(got, string(buf[:min(p.Len, 20)]))
	}
	b.note("B has read %q", got)
	b.golden()
}

// A lost SYN-ACK is asked for with the SYN, a second later, then two.
func TestLadderLostHandshake(t *testing.T) {
	b := newBench(t, perfect20)
	b.lab.Do(link.In, func(l *link.Link) { l.Cut() })
	b.clock.AfterFunc(1500*time.Millisecond, func() {
		b.lab.Do(link.In, func(l *link.Link) { l.Heal() })
	})
	p := b.connect(b.lab.B().IPv6())
	b.run(50 * time.Millisecond)
	b.note("connected: %s after %v", p.states(), b.clock.Now().Sub(epoch))
	b.golden()
}
