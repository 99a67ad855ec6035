package lab_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"seqtalk/transport/kernel"
	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// patience bounds every wait; nothing is expected to take it.
const patience = 20 * time.Second

func spec(t testing.TB, s string) link.Spec {
	t.Helper()
	p, err := link.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A post is one process's half of a carrier: its socket, and what steps it.
type post struct {
	t       testing.TB
	socket  stack.PacketConn
	carrier *lab.Carrier
	wake    func()
	stop    chan struct{}
	ended   <-chan struct{}
	once    sync.Once
}

// open opens a socket; wrap, if not nil, goes over it.
func open(t testing.TB, k *kernel.Stack, at netip.AddrPort, wrap func(stack.PacketConn) stack.PacketConn) stack.PacketConn {
	t.Helper()
	s, err := k.OpenUDP(at)
	if err != nil {
		t.Fatal(err)
	}
	if wrap != nil {
		s = wrap(s)
	}
	return s
}

func newPost(t testing.TB, k *kernel.Stack, o lab.CarrierOptions) *post {
	t.Helper()
	c, err := lab.NewCarrier(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &post{t: t, socket: o.Socket, carrier: c, stop: make(chan struct{})}
	p.wake, p.ended = k.Drive(func(now time.Time) (time.Time, bool) {
		select {
		case <-p.stop:
			return time.Time{}, true
		default:
			return c.Step(now), false
		}
	})
	o.Socket.Notify(p.wake)
	p.wake()
	t.Cleanup(p.kill)
	return p
}

// kill ends a post as kill -9 does: nothing more is said.
func (p *post) kill() {
	p.once.Do(func() {
		close(p.stop)
		p.wake()
		<-p.ended
		p.socket.Close()
		p.carrier.Close()
	})
}

// set changes a setting as a conversation does.
func (p *post) set(which lab.Setting, change func(*lab.Settings)) {
	p.t.Helper()
	s := p.carrier.Settings()
	change(&s)
	if err := p.carrier.Set(which, s); err != nil {
		p.t.Fatal(err)
	}
	p.wake()
}

// until looks now and then whether cond is true.
func until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// Kinds of frames that tests make or look for.
const (
	cookie = 2
	busy   = 9
	proof  = 12
)

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// posts are the two ends of a carrier, linked and agreed.
func posts(t testing.TB, s string, wrap func(stack.PacketConn) stack.PacketConn) (a, b *post) {
	t.Helper()
	k := kernel.New()
	out, in := open(t, k, loopback, wrap), open(t, k, loopback, wrap)
	a = newPost(t, k, lab.CarrierOptions{
		Socket: out, Peer: in.LocalAddr(), Session: 9, Given: true, Options: lab.Options{Spec: spec(t, s), Keep: 1 << 15},
	})
	b = newPost(t, k, lab.CarrierOptions{
		Socket: in, Peer: out.LocalAddr(), Session: 9, Door: lab.NewDoor(), Options: lab.Options{Keep: 1 << 15},
	})
	until(t, "agreement", func() bool { return a.carrier.Agreed() && b.carrier.Agreed() })
	return a, b
}

// connect makes a connection through the lab.
func connect(t testing.TB, a, b *post) (out, in stack.Conn) {
	t.Helper()
	at := netip.AddrPortFrom(b.carrier.End().IPv4(), 9001)
	l, err := b.carrier.End().Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	if out, err = a.carrier.End().Dial(at); err != nil {
		t.Fatal(err)
	}
	until(t, "connect", func() bool {
		in, err = l.TryAccept()
		return err == nil && out.Connected() == nil
	})
	return out, in
}

func write(t testing.TB, c stack.Conn, p []byte) {
	t.Helper()
	for k := uint64(1); len(p) > 0; k++ {
		n := min(len(p), 1000)
		until(t, "write", func() bool {
			m, err := c.TryWrite(p[:n], k)
			n = m
			return err == nil
		})
		p = p[n:]
	}
}

func read(t testing.TB, c stack.Conn, n int) (got []byte) {
	t.Helper()
	buf := make([]byte, 1<<16)
	until(t, "read", func() bool {
		for len(got) < n {
			m, err := c.TryRead(buf)
			if err != nil {
				return err == io.EOF
			}
			got = append(got, buf[:m]...)
		}
		return true
	})
	return got
}

// TestTapsAgree: over bad weather both ends know the same of every packet, lost
// ones too, whoever sent them.
func TestTapsAgree(t *testing.T) {
	a, b := posts(t, "delay 2ms 1ms loss 10% duplicate 5% corrupt 5% reorder 5% seed 4", nil)
	out, in := connect(t, a, b)
	text := bytes.Repeat([]byte("seq counts bytes. "), 2000)
	write(t, out, text)
	if got := read(t, in, len(text)); !bytes.Equal(got, text) {
		t.Fatal("what arrived is not what was sent")
	}
	write(t, in, text[:9000])
	read(t, out, 9000)
	u, err := a.carrier.End().OpenUDP(netip.AddrPortFrom(a.carrier.End().IPv4(), 0))
	if err != nil {
		t.Fatal(err)
	}
	for k := range uint64(200) {
		u.TryWriteTo([]byte("nobody is there"), netip.AddrPortFrom(b.carrier.End().IPv4(), 7), k+1)
	}
	var seenA, seenB map[packet]string
	until(t, "the taps' agreement", func() bool {
		seenA, seenB = story(a, 0), story(b, 1)
		return len(seenA) > 0 && maps.Equal(seenA, seenB)
	})
	fates := map[string]int{}
	for _, s := range seenA {
		fates[strings.Join(strings.Fields(s)[3:], " ")]++
	}
	t.Logf("%d packets: %v", len(seenA), fates)
	if len(fates) < 5 {
		t.Errorf("the weather was too good: %v", fates)
	}
}

// A packet as both ends name it, its direction as A sees it.
type packet struct {
	proto segment.Proto
	dir   segment.Dir
	id    uint64
}

// story is what a post's tap knows of each packet.
func story(p *post, side segment.Dir) map[packet]string {
	segs, _, _ := p.carrier.End().Segments(0)
	seen := map[packet]string{}
	for _, s := range segs {
		k := packet{s.Proto, s.Dir ^ side, s.ID}
		if s.Stage == segment.Sent {
			seen[k] = fmt.Sprintf("%v %v %v %q %q", s.Flags, s.RelSeq, s.RelAck, s.Fate, s.Rule)
			continue
		}
		seen[k] += fmt.Sprintf(" %v%d", s.Stage, s.Copy)
	}
	return seen
}

// A lossy socket loses a part of what it sends, for the control channel's own sake.
type lossy struct {
	stack.PacketConn
	mu   sync.Mutex
	rng  *rand.Rand
	part float64
}

func (l *lossy) TryWriteTo(p []byte, to netip.AddrPort, k uint64) error {
	l.mu.Lock()
	lost := l.rng.Float64() < l.part
	l.mu.Unlock()
	if lost {
		return nil
	}
	return l.PacketConn.TryWriteTo(p, to, k)
}

// TestAgreement: whoever changes the link, and though half of all datagrams are
// lost, both ends have the same settings in the end.
func TestAgreement(t *testing.T) {
	t.Parallel()
	seed := uint64(0)
	a, b := posts(t, "delay 1ms loss 1% seed 5", func(s stack.PacketConn) stack.PacketConn {
		seed++
		return &lossy{PacketConn: s, rng: rand.New(rand.NewPCG(1, seed)), part: 0.5}
	})
	same := func() bool {
		return a.carrier.Agreed() && b.carrier.Agreed() && a.carrier.Settings() == b.carrier.Settings()
	}
	if s := b.carrier.Settings().Spec.String(); s != "delay 1ms loss 1% seed 5" {
		t.Errorf("nobody asked the listener, and its link is %s", s)
	}
	b.carrier.Changes()
	a.set(lab.Cutting, func(s *lab.Settings) { s.Cut = true })
	until(t, "the cut", same)
	if ch := b.carrier.Changes(); len(ch) != 1 || ch[0].Which != lab.Cutting || !ch[0].Now.Cut {
		t.Errorf("the peer was told %v", ch)
	}
	if ch := a.carrier.Changes(); len(ch) != 0 {
		t.Errorf("who made the change was told %v", ch)
	}
	for n := range 10 { // both at once
		var both sync.WaitGroup
		both.Go(func() { a.set(lab.Weather, func(s *lab.Settings) { s.Spec = spec(t, fmt.Sprintf("loss %d%%", n+1)) }) })
		both.Go(func() {
			b.set(lab.Weather, func(s *lab.Settings) { s.Spec = spec(t, fmt.Sprintf("out delay %dms", n+1)) })
		})
		both.Go(func() { b.set(lab.Time, func(s *lab.Settings) { s.Slow = float64(n + 1) }) })
		both.Wait()
		until(t, "agreement after both", same)
	}
	if s := a.carrier.Settings(); s.Slow != 10 || !s.Cut || s.Spec.Seed != 5 {
		t.Errorf("in the end: %+v", s)
	}
	if s := a.carrier.Settings().Spec.String(); s != "loss 10% seed 5" && s != "out delay 10ms seed 5" {
		t.Errorf("in the end the link is %s", s)
	}
}

// TestHeldTime: time held at one end stands still at both, and a step lets one
// packet through whoever asks.
func TestHeldTime(t *testing.T) {
	a, b := posts(t, "delay 5ms", nil)
	out, in := connect(t, a, b)
	time.Sleep(20 * time.Millisecond) // the handshake's last ACK
	b.set(lab.Time, func(s *lab.Settings) { s.Held = true })
	until(t, "the hold", func() bool { return a.carrier.Settings().Held })
	write(t, out, []byte("held"))
	at := a.carrier.End().Now()
	time.Sleep(30 * time.Millisecond)
	if now := a.carrier.End().Now(); now != at {
		t.Errorf("time went on by %v", now.Sub(at))
	}
	if _, err := in.TryRead(make([]byte, 9)); !errors.Is(err, stack.ErrWouldBlock) {
		t.Errorf("it arrived though time is held: %v", err)
	}
	for range 3 { // the packet is A's, B asks
		if err := b.carrier.StepHeld(); err != nil {
			t.Fatal(err)
		}
		b.wake()
		time.Sleep(10 * time.Millisecond)
	}
	if got := read(t, in, 4); string(got) != "held" {
		t.Errorf("read %q", got)
	}
	a.set(lab.Time, func(s *lab.Settings) { s.Held = false })
	until(t, "the ACK", func() bool { return out.Snapshot().AckedBytes() == 4 })
	if err := a.carrier.StepHeld(); err == nil {
		t.Error("a step though time is not held")
	}
}

// TestKilled: one end dies without a word. The other goes on trying, at twice the
// interval each time; started again, the dead one's stack answers with RST.
func TestKilled(t *testing.T) {
	t.Parallel()
	a, b := posts(t, "delay 1ms", nil)
	out, in := connect(t, a, b)
	write(t, out, []byte("alive"))
	read(t, in, 5)
	until(t, "the ACK", func() bool { return out.Snapshot().AckedBytes() == 5 })
	at := b.socket.LocalAddr()
	b.kill()
	write(t, out, []byte("dead"))
	var sent []time.Time
	until(t, "three retransmissions", func() bool {
		sent = nil
		segs, _, _ := a.carrier.End().Segments(0)
		for _, s := range segs {
			if s.Dir == segment.Out && s.Stage == segment.Sent && s.RelSeq == 6 && s.Len > 0 {
				sent = append(sent, s.At)
			}
		}
		return len(sent) >= 4
	})
	gaps := []time.Duration{200, 400, 800}
	for i, want := range gaps {
		if got := sent[i+1].Sub(sent[i]); got < want*time.Millisecond || got > want*time.Millisecond+150*time.Millisecond {
			t.Errorf("retransmission %d after %v, want about %d ms", i+1, got, want)
		}
	}
	if s := out.Snapshot(); s.State != segment.Established {
		t.Errorf("nobody said that the peer is gone, and the state is %v", s.State)
	}
	k := kernel.New()
	again := open(t, k, at, nil)
	defer again.Close()
	buf, door := make([]byte, 2000), lab.NewDoor()
	until(t, "a call of the restarted end's", func() bool { // as a meeting listener does
		p, err := again.TryReadFrom(buf)
		if err != nil {
			return false
		}
		_, calls := door.Calls(buf[:p.Len], p.From)
		if reply, _ := door.Reply(time.Now(), buf[:p.Len], p.From, lab.Free); reply != nil {
			again.TryWriteTo(reply, p.From, 0)
		}
		return calls
	})
	newPost(t, k, lab.CarrierOptions{Socket: again, Peer: a.socket.LocalAddr(), Session: 9, Door: door})
	until(t, "RST", func() bool {
		_, err := out.TryRead(buf)
		return errors.Is(err, stack.ErrReset)
	})
}

// TestUnplugged: the silence of a dead process is known, and is no TCP event; who
// calls in its place gets it.
func TestUnplugged(t *testing.T) {
	t.Parallel()
	a, b := posts(t, "delay 1ms", nil)
	_, in := connect(t, a, b)
	session := uint64(10)
	k := kernel.New()
	other := open(t, k, loopback, nil)
	defer other.Close()
	hello := []byte(fmt.Sprintf("seqtalk-lab/1 %016x\n", session))
	other.TryWriteTo(hello, b.socket.LocalAddr(), 0)
	buf, kind := make([]byte, 2000), byte(0)
	answered := func() bool {
		p, err := other.TryReadFrom(buf)
		return err == nil && p.Len >= 13 && buf[4] == kind
	}
	kind = busy
	until(t, "an answer", answered)
	if _, err := b.carrier.Over(); err != nil {
		t.Fatalf("somebody else called and it is over: %v", err)
	}
	a.kill()
	until(t, "silence", func() bool { return b.carrier.Silent(time.Now()) >= lab.Unplugged })
	if s := in.Snapshot(); s.State != segment.Established {
		t.Errorf("the state is %v", s.State)
	}
	other.TryWriteTo(hello, b.socket.LocalAddr(), 0)
	kind = cookie
	until(t, "a cookie", answered)
	if _, err := b.carrier.Over(); err != nil {
		t.Fatalf("nobody has proved to be there, and it is over: %v", err)
	}
	buf[4] = proof
	other.TryWriteTo(buf[:21], b.socket.LocalAddr(), 0)
	until(t, "a new peer", func() bool {
		next, err := b.carrier.Over()
		return errors.Is(err, lab.ErrReplaced) && next == lab.Caller{From: other.LocalAddr(), Session: session}
	})
}

// TestCarrierBears: noise, foreign packets and floods on the socket change nothing.
func TestCarrierBears(t *testing.T) {
	a, b := posts(t, "delay 1ms", nil)
	out, in := connect(t, a, b)
	k := kernel.New()
	stranger := open(t, k, loopback, nil)
	defer stranger.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 20000 {
		junk := make([]byte, rng.IntN(200))
		for i := range junk {
			junk[i] = byte(rng.Uint32())
		}
		if n%2 == 0 && len(junk) > 13 {
			copy(junk, []byte{0xF6, 'L', 'B', 1, byte(n % 16), 0, 0, 0, 0, 0, 0, 0, 9}) // the right session, from elsewhere
		}
		stranger.TryWriteTo(junk, b.socket.LocalAddr(), 0)
	}
	write(t, out, []byte("still here"))
	if got := read(t, in, 10); string(got) != "still here" {
		t.Errorf("read %q", got)
	}
	if b.carrier.Strange() == 0 {
		t.Error("nothing strange was counted")
	}
	if s := out.Snapshot(); s.State != segment.Established {
		t.Errorf("the state is %v", s.State)
	}
}

// TestLeft: who leaves says so, and the other end knows at once.
func TestLeft(t *testing.T) {
	a, b := posts(t, "off", nil)
	a.carrier.Close()
	until(t, "BYE", func() bool {
		_, err := b.carrier.Over()
		return errors.Is(err, lab.ErrLeft)
	})
}

// Whoever calls a thousand times a second, from wherever, is answered 20 times.
func TestRepliesAreFew(t *testing.T) {
	door, hello := lab.NewDoor(), []byte("seqtalk-lab/1 00000000000000ff\n")
	answers := 0
	for i := range 3000 {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, byte(i >> 8), byte(i)}), 5)
		if reply, ours := door.Reply(time.Unix(0, 0).Add(time.Duration(i)*time.Millisecond), hello, from, lab.Free); reply != nil {
			answers++
		} else if !ours {
			t.Fatal("a call is no lab's")
		}
	}
	if answers != 60 {
		t.Errorf("%d answers in 3 s", answers)
	}
}

// TestReplies: what is answered to whoever has no link here is never longer than
// what came.
func TestReplies(t *testing.T) {
	door, from := lab.NewDoor(), netip.MustParseAddrPort("127.0.0.1:5")
	hello := []byte("seqtalk-lab/1 00000000000000ff\n")
	beat := append([]byte{0xF6, 'L', 'B', 1, 6, 0, 0, 0, 0, 0, 0, 0, 9}, make([]byte, 6)...)
	for _, c := range []struct {
		datagram []byte
		can      lab.Service
		kind     byte // 0: nothing is answered
		ours     bool
	}{
		{hello, lab.Free, cookie, true}, {hello, lab.Taken, busy, true}, {hello, lab.NoLab, 10, true},
		{beat, lab.Free, 11, true}, {beat, lab.Taken, 0, true}, {beat, lab.NoLab, 0, true},
		{[]byte("hello\n"), lab.Free, 0, false}, {nil, lab.Free, 0, false},
	} {
		reply, ours := door.Reply(time.Unix(0, 0), c.datagram, from, c.can)
		if ours != c.ours || (c.kind == 0) != (reply == nil) || reply != nil && (reply[4] != c.kind || len(reply) > len(c.datagram)) {
			t.Errorf("to %q, able to do %v: %x, %v", c.datagram, c.can, reply, ours)
		}
	}
	reply, _ := door.Reply(time.Unix(0, 0), hello, from, lab.Free)
	reply[4] = proof
	if s, ok := door.Calls(reply, from); !ok || s != 255 {
		t.Errorf("it calls %v, as session %d", ok, s)
	}
	if _, ok := door.Calls(reply, netip.MustParseAddrPort("127.0.0.1:6")); ok {
		t.Error("a cookie of somebody else's is taken")
	}
	if _, ok := lab.NewDoor().Calls(reply, from); ok {
		t.Error("a cookie of another door's is taken")
	}
}
