package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// A talker is a program with nothing but a session: what it is told it sends, what
// it hears it keeps. It closes when it has said all and heard all it waits for.
type talker struct {
	t     testing.TB
	m     *session.Machine
	conn  stack.Conn       // TCP, or
	door  stack.Listener   // through which conn will come
	sock  stack.PacketConn // UDP, and
	peer  netip.AddrPort
	wake  func()
	ended <-chan struct{}

	rest   []byte // of an Out that the stack did not take whole
	hung   bool   // FIN was sent
	expect int    // messages after which it closes; 0: after the peer's FIN
	heard  []string
	buf    [1 << 16]byte

	mu   sync.Mutex
	todo []uint64 // mu's: rows to be sent
}

func (k *talker) drive(e *End, n stack.Notifier) {
	k.wake, k.ended = e.Drive(k.step)
	n.Notify(k.wake)
	k.wake()
}

func (k *talker) step(now time.Time) (next time.Time, done bool) {
	if k.door != nil && !k.open() {
		return time.Time{}, false
	}
	if k.conn != nil && errors.Is(k.conn.Connected(), stack.ErrWouldBlock) {
		return time.Time{}, false
	}
	eof := k.hear(now)
	if d := k.m.Deadline(); !d.IsZero() && !d.After(now) {
		k.m.Tick(now)
	}
	k.listen()
	k.take(now)
	k.say(now)
	k.listen()
	if k.conn != nil && k.rest == nil && (eof || k.expect > 0 && len(k.heard) >= k.expect && k.m.Unconfirmed() == 0) && !k.hung {
		k.hung = true
		if err := k.conn.CloseWrite(); err != nil {
			k.t.Errorf("CloseWrite: %v", err)
		}
	}
	if eof && k.hung {
		k.conn.Close()
		return time.Time{}, true
	}
	return k.m.Deadline(), false
}

// open takes the first connection and closes the door behind it.
func (k *talker) open() bool {
	c, err := k.door.TryAccept()
	if err != nil {
		return false
	}
	k.door.Close()
	k.door, k.conn = nil, c
	c.Notify(k.wake)
	return true
}

func (k *talker) hear(now time.Time) (eof bool) {
	for {
		n, err := 0, error(nil)
		if k.conn != nil {
			n, err = k.conn.TryRead(k.buf[:])
		} else {
			var p stack.Packet
			p, err = k.sock.TryReadFrom(k.buf[:])
			n, k.peer = p.Len, lastPeer(p.From, k.peer)
		}
		switch {
		case errors.Is(err, stack.ErrWouldBlock):
			return false
		case errors.Is(err, io.EOF):
			k.m.EOF(now)
			return true
		case err != nil:
			k.t.Errorf("read: %v", err)
			return true
		}
		k.m.Input(now, k.buf[:n])
	}
}

func lastPeer(from, known netip.AddrPort) netip.AddrPort {
	if from.IsValid() {
		return from
	}
	return known
}

func (k *talker) say(now time.Time) {
	for {
		id := uint64(0)
		if k.rest == nil {
			o, ok := k.m.NextOut(now)
			if !ok {
				return
			}
			k.rest, id = o.Octets, o.ID
		}
		n, err := len(k.rest), error(nil)
		if k.conn != nil {
			n, err = k.conn.TryWrite(k.rest, id)
		} else {
			err = k.sock.TryWriteTo(k.rest, k.peer, id)
		}
		if errors.Is(err, stack.ErrWouldBlock) {
			return
		}
		if err != nil {
			k.t.Errorf("write: %v", err)
			return
		}
		if k.rest = k.rest[n:]; len(k.rest) == 0 {
			k.rest = nil
		}
	}
}

func (k *talker) listen() {
	for e, ok := k.m.NextEvent(); ok; e, ok = k.m.NextEvent() {
		if r, ok := e.(session.Received); ok {
			k.heard = append(k.heard, string(r.Text))
		}
	}
}

// send says text at a time to come.
func (k *talker) send(c link.Clock, at time.Time, row uint64, text string) {
	c.At(at, func() {
		if _, err := k.m.Send(c.Now(), row, []byte(text), false); err != nil {
			k.t.Errorf("send %q: %v", text, err)
		}
		k.wake()
	})
}

// sendLive is send where the step runs on another goroutine: only that touches the
// session.
func (k *talker) sendLive(c link.Clock, at time.Time, row uint64) {
	c.At(at, func() {
		k.mu.Lock()
		k.todo = append(k.todo, row)
		k.mu.Unlock()
		k.wake()
	})
}

// take sends what sendLive has left.
func (k *talker) take(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, row := range k.todo {
		if _, err := k.m.Send(now, row, fmt.Appendf(nil, "message %d", row), false); err != nil {
			k.t.Errorf("send %d: %v", row, err)
		}
	}
	k.todo = nil
}

func (k *talker) waitEnded(t testing.TB) {
	select {
	case <-k.ended:
	case <-time.After(30 * time.Second):
		t.Error("a conversation does not end")
	}
}

// story lets two programs talk over TCP and two over UDP, at once over the same
// weather, and returns what was seen, in words and with absolute numbers.
func story(t testing.TB, spec string, v6 bool, messages int) (ladder []byte, talkers [4]*talker) {
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	clock := link.NewVirtual(epoch)
	l, err := New(Options{Clock: clock, Spec: s, Observe: func(s segment.Segment, b []byte) {
		text.WriteString(rung(&s))
		text.Write(b) // absolute numbers, options, texts and all
		text.WriteByte('\n')
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := netip.AddrPortFrom(l.B().address(v6), 9001)
	talkers = [4]*talker{
		accepted(t, l, at), dialed(t, l, at),
		bound(t, l.B(), at), bound(t, l.A(), netip.AddrPortFrom(l.A().address(v6), 0)),
	}
	talkers[3].peer = at
	for i := range messages {
		for n, k := range talkers {
			when := epoch.Add(time.Second + time.Duration(i*40+n%2*15)*time.Millisecond)
			k.expect = messages * (1 - n%2)
			k.send(clock, when, uint64(i+1), fmt.Sprintf("message %d of %d: %s", i+1, n, bytes.Repeat([]byte("字"), i*7%300)))
		}
	}
	clock.Run(epoch.Add(time.Duration(messages)*40*time.Millisecond + 30*time.Second))
	return text.Bytes(), talkers
}

func newTalker(t testing.TB, e *End, dialer, datagram bool) *talker {
	c := session.Config{Wire: session.Framed, Dialer: dialer, Datagram: datagram, Instance: 2, Protocols: session.OverLab}
	if dialer {
		c.Instance, c.Session = 1, 77
	}
	return &talker{t: t, m: session.New(e.Now(), c)}
}

// accepted is the talker at the listening end, from the first connection on.
func accepted(t testing.TB, l *Lab, at netip.AddrPort) *talker {
	ls, err := l.B().Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	k := newTalker(t, l.B(), false, false)
	k.door = ls
	k.drive(l.B(), ls)
	return k
}

func dialed(t testing.TB, l *Lab, at netip.AddrPort) (k *talker) {
	k = newTalker(t, l.A(), true, false)
	var err error
	if k.conn, err = l.A().Dial(at); err != nil {
		t.Fatal(err)
	}
	k.drive(l.A(), k.conn)
	return k
}

func bound(t testing.TB, e *End, at netip.AddrPort) (k *talker) {
	k = newTalker(t, e, at.Port() == 0, true)
	var err error
	if k.sock, err = e.OpenUDP(at); err != nil {
		t.Fatal(err)
	}
	k.drive(e, k.sock)
	return k
}

const weather = "delay 20ms 5ms loss 5% duplicate 2% corrupt 1% reorder 2% rate 10mbit"

// TestSameSeedSameRun is what golden ladders, lessons and compare --virtual stand on.
func TestSameSeedSameRun(t *testing.T) {
	for n, v6 := range []bool{false, true} {
		first, talkers := story(t, weather+" seed 7", v6, 20)
		for n, k := range talkers {
			if n < 2 && len(k.heard) != 20 {
				t.Errorf("talker %d heard %d of 20 messages over TCP", n, len(k.heard))
			}
			if n < 2 && k.m.Unconfirmed() > 0 {
				t.Errorf("talker %d: %d unconfirmed", n, k.m.Unconfirmed())
			}
		}
		runs := 100 - 80*n
		if raced {
			runs = 10
		}
		began := time.Now()
		for range runs {
			if again, _ := story(t, weather+" seed 7", v6, 20); !bytes.Equal(first, again) {
				t.Fatal(firstDifference(printable(again), printable(first)))
			}
		}
		t.Logf("v6 %v: %d lines, %v a run", v6, bytes.Count(first, []byte(" A ")), time.Since(began)/time.Duration(runs))
		for _, procs := range []int{1, 8} {
			was := runtime.GOMAXPROCS(procs)
			again, _ := story(t, weather+" seed 7", v6, 20)
			runtime.GOMAXPROCS(was)
			if !bytes.Equal(first, again) {
				t.Errorf("on %d processors it is another run", procs)
			}
		}
		if other, _ := story(t, weather+" seed 8", v6, 20); bytes.Equal(first, other) {
			t.Error("another seed, the same weather")
		}
	}
}

// printable keeps the words of a story and not its packets.
func printable(b []byte) string { return strconv.QuoteToASCII(string(b)) }
