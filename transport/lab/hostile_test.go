package lab

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// forge makes an IPv4 packet with a TCP header and right checksums.
func forge(src, dst netip.AddrPort, flags segment.Flags, seq, ack uint32, payload []byte) []byte {
	b := make([]byte, 40+len(payload))
	b[0], b[8], b[9] = 0x45, 64, byte(segment.TCP)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	copy(b[12:], src.Addr().AsSlice())
	copy(b[16:], dst.Addr().AsSlice())
	binary.BigEndian.PutUint16(b[20:], src.Port())
	binary.BigEndian.PutUint16(b[22:], dst.Port())
	binary.BigEndian.PutUint32(b[24:], seq)
	binary.BigEndian.PutUint32(b[28:], ack)
	b[32], b[33] = 5<<4, byte(flags)
	binary.BigEndian.PutUint16(b[34:], 1000)
	copy(b[40:], payload)
	binary.BigEndian.PutUint16(b[10:], ^ones(0, b[:20]))
	binary.BigEndian.PutUint16(b[36:], ^ones(uint32(segment.TCP)+uint32(len(b)-20), b[12:]))
	return b
}

// ones is the one's complement sum of RFC 1071.
func ones(acc uint32, b []byte) uint16 {
	for i, x := range b {
		acc += uint32(x) << (8 * (1 - i%2))
		acc = acc>>16 + acc&0xffff
	}
	return uint16(acc)
}

// TestForeignPackets: noise, cut and damaged packets, and forged segments neither
// crash a stack nor disturb a connection.
func TestForeignPackets(t *testing.T) {
	b := newBench(t, "delay 1ms")
	p := b.connect(b.lab.B().IPv4())
	b.write(p.a, "before", 1)
	b.run(10 * time.Millisecond)
	rng := newSeeded(5, 5)
	real := forge(p.a.LocalAddr(), p.b.LocalAddr(), segment.ACK|segment.PSH, 1, 1, []byte("forged"))
	if !segment.Intact(real) {
		t.Fatal("the forged packet is broken")
	}
	for n := range 5000 {
		junk := make([]byte, n%100)
		rng.Read(junk)
		if len(junk) > 0 && n%3 > 0 {
			junk[0] = []byte{0x45, 0x60}[n%2]
		}
		b.lab.B().Inject(junk)
		damaged := append([]byte(nil), real[:20+int(rng.next()%uint64(len(real)-20))]...)
		damaged[rng.next()%uint64(len(damaged))] ^= byte(rng.next())
		b.lab.B().Inject(damaged)
	}
	b.lab.B().Inject(nil)
	b.lab.B().Inject(real)
	b.run(time.Second)
	b.write(p.a, " and after", 2)
	b.run(10 * time.Millisecond)
	if got, err := b.read(p.b); got != "before and after" {
		t.Errorf("B reads %q, %v", got, err)
	}
	if s := p.a.Snapshot(); s.State != segment.Established || s.SndUna != 17 {
		t.Errorf("A: %v, SND.UNA %d", s.State, s.SndUna)
	}
}

// TestFlood: SYNs, segments of no connection and datagrams for nobody come faster
// than anything can be done about them; a conversation goes on.
func TestFlood(t *testing.T) {
	b := newBench(t, "delay 1ms")
	p := b.connect(b.lab.B().IPv4())
	at := netip.AddrPortFrom(b.lab.B().IPv4(), 9002)
	l, err := b.lab.B().Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for n := range 5000 {
		from := netip.AddrPortFrom(b.lab.A().IPv4(), uint16(1+n%60000))
		flags := []segment.Flags{segment.SYN, segment.ACK, segment.FIN | segment.ACK, segment.RST}[n%4]
		b.lab.B().Inject(forge(from, at, flags, uint32(n), 0, nil))
	}
	b.run(100 * time.Millisecond)
	b.write(p.a, "still here", 1)
	b.run(10 * time.Millisecond)
	if got, err := b.read(p.b); got != "still here" {
		t.Errorf("B reads %q, %v", got, err)
	}
	if s := p.b.Snapshot(); s.RcvNxt != 11 || s.State != segment.Established {
		t.Errorf("B: %v, RCV.NXT %d", s.State, s.RcvNxt)
	}
	b.lab.tap.mu.Lock()
	defer b.lab.tap.mu.Unlock()
	for side, flows := range b.lab.tap.flows {
		if len(flows) > maxFlows {
			t.Errorf("end %d follows %d connections", side, len(flows))
		}
	}
}

// TestReceiveBufferOverflows: datagrams nobody reads are dropped and counted.
func TestReceiveBufferOverflows(t *testing.T) {
	b := newBench(t, "delay 1ms limit 100000")
	at := netip.AddrPortFrom(b.lab.B().IPv4(), 9001)
	to, errB := b.lab.B().OpenUDP(at)
	from, errA := b.lab.A().OpenUDP(netip.AddrPortFrom(b.lab.A().IPv4(), 0))
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	const n = 3000
	for k := range uint64(n) {
		if err := from.TryWriteTo(make([]byte, 1000), at, k+1); err != nil {
			t.Fatal(err)
		}
	}
	b.run(time.Second)
	read := 0
	buf := make([]byte, 2000)
	for _, err := to.TryReadFrom(buf); err == nil; _, err = to.TryReadFrom(buf) {
		read++
	}
	drops, ok := to.Drops()
	if !ok || drops == 0 || read+int(drops) != n {
		t.Errorf("%d sent, %d read, %d dropped (%v)", n, read, drops, ok)
	}
}

// TestIdle: who says nothing sends nothing, and nothing is to come.
func TestIdle(t *testing.T) {
	b := newBench(t, "delay 1ms")
	p := b.connect(b.lab.B().IPv6())
	b.run(time.Second)
	_, before, _ := b.lab.A().Segments(0)
	b.run(time.Hour)
	if _, after, _ := b.lab.A().Segments(0); after != before {
		t.Errorf("%d segments in an hour of silence", after-before)
	}
	if p.states() != "A=ESTABLISHED B=ESTABLISHED" {
		t.Error(p.states())
	}
}

// TestLateNotify: what has happened before Notify is told, too.
func TestLateNotify(t *testing.T) {
	b := newBench(t, "delay 1ms")
	p := b.connect(b.lab.B().IPv4())
	b.write(p.a, "early", 1)
	b.run(10 * time.Millisecond)
	told := false
	if p.b.Notify(func() { told = true }); !told {
		t.Error("nobody is told of bytes that wait")
	}
}

func TestRingCountsWhatItDrops(t *testing.T) {
	c := link.NewVirtual(epoch)
	l, err := New(Options{Clock: c, Keep: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	u, err := l.A().OpenUDP(netip.AddrPortFrom(l.A().IPv4(), 0))
	if err != nil {
		t.Fatal(err)
	}
	at := netip.AddrPortFrom(l.B().IPv4(), 9001)
	sink, err := l.B().OpenUDP(at)
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	for k := range uint64(20) {
		u.TryWriteTo([]byte("x"), at, k+1)
	}
	c.Run(epoch.Add(time.Second))
	segs, next, missed := l.A().Segments(5)
	if len(segs) != 10 || next != 40 || missed != 25 || segs[0].Ordinal != 31 || segs[9].Ordinal != 40 {
		t.Errorf("%d segments, next %d, missed %d", len(segs), next, missed)
	}
	if segs, next, missed = l.A().Segments(next); len(segs) != 0 || next != 40 || missed != 0 {
		t.Errorf("nothing came: %d segments, next %d, missed %d", len(segs), next, missed)
	}
}

// TestLiveConversation: four programs on goroutines of their own, over bad
// weather, in real time.
func TestLiveConversation(t *testing.T) {
	s, err := link.Parse("delay 2ms 1ms loss 3% duplicate 2% corrupt 1% seed 4")
	if err != nil {
		t.Fatal(err)
	}
	l, err := New(Options{Spec: s})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := netip.AddrPortFrom(l.B().IPv6(), 9001)
	b, a := accepted(t, l, at), dialed(t, l, at)
	const messages = 50
	a.expect, b.expect = messages, messages
	for _, k := range []*talker{a, b} {
		from := l.clock.Now().Add(20 * time.Millisecond)
		for i := range uint64(messages) {
			k.sendLive(l.clock, from.Add(time.Duration(i)*2*time.Millisecond), i+1)
		}
	}
	a.waitEnded(t)
	b.waitEnded(t)
	if len(a.heard) != messages || len(b.heard) != messages {
		t.Errorf("A heard %d, B %d of %d", len(a.heard), len(b.heard), messages)
	}
}

// TestClosed: nothing of a lab that was closed hangs or panics.
func TestClosed(t *testing.T) {
	for _, clock := range []link.Clock{link.NewReal(), link.NewVirtual(epoch)} {
		before := runtime.NumGoroutine()
		l, err := New(Options{Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		at := netip.AddrPortFrom(l.B().IPv4(), 9001)
		ls, errL := l.B().Listen(at)
		c, errC := l.A().Dial(at)
		u, errU := l.A().OpenUDP(netip.AddrPortFrom(l.A().IPv4(), 0))
		if err := errors.Join(errL, errC, errU); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
		_, errA := ls.TryAccept()
		_, errR := c.TryRead(make([]byte, 1))
		_, errW := c.TryWrite([]byte("x"), 1)
		_, errF := u.TryReadFrom(make([]byte, 1))
		_, errD := l.A().Dial(at)
		_, errN := l.A().Listen(at)
		_, errO := l.A().OpenUDP(at)
		for i, err := range []error{errA, errR, errW, errF, errD, errN, errO, c.Connected(), u.TryWriteTo(nil, at, 0)} {
			if !errors.Is(err, stack.ErrClosed) {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if s := c.Snapshot(); s.State != segment.Closed {
			t.Errorf("the connection is %v", s.State)
		}
		c.Close()
		u.Close()
		ls.Close()
		for n := 0; runtime.NumGoroutine() > before && n < 100; n++ {
			time.Sleep(time.Millisecond)
		}
		if n := runtime.NumGoroutine(); n > before {
			t.Errorf("%d goroutines are left, there were %d", n, before)
		}
	}
}

// TestSlowMotion: a clock twenty times slower shows the same numbers.
func TestSlowMotion(t *testing.T) {
	s, err := link.Parse("delay 1ms")
	if err != nil {
		t.Fatal(err)
	}
	clock := link.NewSlow(20)
	l, err := New(Options{Clock: clock, Spec: s})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := netip.AddrPortFrom(l.B().IPv4(), 9001)
	ls, err := l.B().Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	c, err := l.A().Dial(at) // sends the SYN
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{}, 16)
	c.Notify(func() {
		select {
		case done <- struct{}{}:
		default:
		}
	})
	for errors.Is(c.Connected(), stack.ErrWouldBlock) {
		<-done
	}
	if took := time.Since(began); took < 40*time.Millisecond {
		t.Errorf("a handshake of 2 ms, twenty times slower, took %v", took)
	}
	ls.Close()
}
