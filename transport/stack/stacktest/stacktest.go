// Package stacktest holds every stack to the contract of package stack: the same
// assertions for the operating system's and for the lab's, in real and in virtual
// time.
package stacktest

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"seqtalk/transport/stack"
)

// A Pair is two stacks, or one twice, that reach each other.
type Pair struct {
	A, B  stack.Stack
	AddrA netip.Addr // of A
	Addr  netip.Addr // of B
	// Step makes the next thing happen; false if nothing is to come. It is nil
	// where time passes by itself.
	Step func() bool
}

// patience is how long something may take that must happen: of real time, and of
// the stack's.
const (
	patience      = 20 * time.Second
	exactPatience = 5 * time.Minute
)

// Run runs all assertions, each over a new pair.
func Run(t *testing.T, newPair func(t *testing.T) Pair) {
	for _, c := range []struct {
		name string
		f    func(*fixture)
	}{
		{"Connect", connects}, {"Echo", echoes}, {"Order", keepsOrder},
		{"HalfClose", halfCloses}, {"Reset", resets}, {"Refused", refuses},
		{"Claims", claims}, {"TimeWait", claimsAgain}, {"Closed", staysClosed}, {"BackPressure", pressesBack},
		{"ManyDials", takesMany}, {"Drive", drives}, {"DriveTimer", drivesInTime},
		{"Datagrams", carriesDatagrams}, {"EmptyDatagram", carriesEmpty},
		{"LongDatagram", cutsLong}, {"TooLong", refusesTooLong}, {"Returned", returns},
		{"ClosedSocket", socketStaysClosed},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(newFixture(t, newPair(t))) })
	}
}

// A fixture is a pair and one test's goroutine, which does everything.
type fixture struct {
	*testing.T
	Pair
	changed chan struct{} // some Notifier called
}

func newFixture(t *testing.T, p Pair) *fixture {
	return &fixture{T: t, Pair: p, changed: make(chan struct{}, 1)}
}

// notify has the fixture woken by n.
func (f *fixture) notify(n stack.Notifier) {
	n.Notify(func() {
		select {
		case f.changed <- struct{}{}:
		default:
		}
	})
}

// until waits for cond. It looks again when a Notifier calls; now and then it looks
// without being called, and complains if cond had come about in silence.
func (f *fixture) until(what string, cond func() bool) {
	f.Helper()
	if f.Step != nil {
		f.untilExact(what, cond)
		return
	}
	deadline := time.Now().Add(patience)
	for !cond() {
		select {
		case <-f.changed:
		case <-time.After(2 * time.Second):
			if cond() {
				f.Errorf("%s: nobody was notified", what)
				return
			}
		}
		if time.Now().After(deadline) {
			f.Fatalf("%s: not within %v", what, patience)
		}
	}
}

func (f *fixture) untilExact(what string, cond func() bool) {
	f.Helper()
	for began := f.A.Now(); !cond(); {
		if !f.Step() {
			f.Fatalf("%s: nothing is to come", what)
		}
		if f.A.Now().Sub(began) > exactPatience {
			f.Fatalf("%s: not within %v", what, exactPatience)
		}
	}
}

// port 0 of B.
func (f *fixture) any() netip.AddrPort { return netip.AddrPortFrom(f.Addr, 0) }

func (f *fixture) listen() stack.Listener {
	f.Helper()
	l, err := f.B.Listen(f.any())
	if err != nil {
		f.Fatal(err)
	}
	f.notify(l)
	f.Cleanup(func() { l.Close() })
	return l
}

func (f *fixture) dial(to netip.AddrPort) stack.Conn {
	f.Helper()
	c, err := f.A.Dial(to)
	if err != nil {
		f.Fatal(err)
	}
	f.notify(c)
	f.Cleanup(func() { c.Close() })
	return c
}

func (f *fixture) accept(l stack.Listener) (c stack.Conn) {
	f.Helper()
	f.until("accept", func() bool {
		var err error
		if c, err = l.TryAccept(); err != nil && !errors.Is(err, stack.ErrWouldBlock) {
			f.Fatal(err)
		}
		return err == nil
	})
	f.notify(c)
	f.Cleanup(func() { c.Close() })
	return c
}

// connect returns a connection's two ends, the dialer's first.
func (f *fixture) connect() (a, b stack.Conn) {
	f.Helper()
	l := f.listen()
	a = f.dial(l.Addr())
	f.until("connect", func() bool { return f.settled(a.Connected()) })
	if err := a.Connected(); err != nil {
		f.Fatal(err)
	}
	return a, f.accept(l)
}

// settled reports that err is an answer.
func (f *fixture) settled(err error) bool { return !errors.Is(err, stack.ErrWouldBlock) }

// write writes all of p.
func (f *fixture) write(c stack.Conn, p []byte) {
	f.Helper()
	f.until("write", func() bool {
		for len(p) > 0 {
			n, err := c.TryWrite(p, 0)
			if errors.Is(err, stack.ErrWouldBlock) {
				return false
			}
			if err != nil || n <= 0 || n > len(p) {
				f.Fatalf("TryWrite of %d: %d, %v", len(p), n, err)
			}
			p = p[n:]
		}
		return true
	})
}

// read reads n bytes, or up to an error if n is -1, and returns it.
func (f *fixture) read(c stack.Conn, n int) (got []byte, err error) {
	f.Helper()
	buf := make([]byte, 1<<15)
	f.until("read", func() bool {
		for n < 0 || len(got) < n {
			m, e := c.TryRead(buf)
			if errors.Is(e, stack.ErrWouldBlock) {
				return false
			}
			got = append(got, buf[:m]...)
			if e != nil {
				err = e
				return true
			}
		}
		return true
	})
	return got, err
}
