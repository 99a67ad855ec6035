package kernel

import (
	"errors"
	"io"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seqtalk/transport/stack"
)

// bound on what waits for the kernel, never a wait of its own.
const patience = 60 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	lo4 = netip.MustParseAddr("127.0.0.1")
	lo6 = netip.MustParseAddr("::1")
)

// loopbacks runs f over IPv4 and over IPv6.
func loopbacks(t *testing.T, f func(t *testing.T, s *Stack, any netip.AddrPort)) {
	for name, a := range map[string]netip.Addr{"IPv4": lo4, "IPv6": lo6} {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			f(t, New(), netip.AddrPortFrom(a, 0))
		})
	}
}

// An edge is a Notify that can be waited for.
type edge chan struct{}

func newEdge(n stack.Notifier) edge {
	e := make(edge, 1)
	n.Notify(func() {
		select {
		case e <- struct{}{}:
		default:
		}
	})
	return e
}

// until calls try until it would not block, waiting for an edge in between.
func (e edge) until(t testing.TB, what string, try func() error) error {
	t.Helper()
	for {
		err := try()
		if !errors.Is(err, stack.ErrWouldBlock) {
			return err
		}
		select {
		case <-e:
		case <-time.After(patience):
			t.Fatalf("%s: no word in %v", what, patience)
		}
	}
}

// An end is a connection in a test.
type end struct {
	stack.Conn
	edge
	t testing.TB
}

func newEnd(t testing.TB, c stack.Conn) *end {
	t.Cleanup(func() { c.Close() })
	return &end{c, newEdge(c), t}
}

func listen(t testing.TB, s *Stack, at netip.AddrPort) (stack.Listener, edge) {
	t.Helper()
	l, err := s.Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, newEdge(l)
}

func accepted(t testing.TB, l stack.Listener, e edge) *end {
	t.Helper()
	var c stack.Conn
	err := e.until(t, "accept", func() (err error) { c, err = l.TryAccept(); return })
	if err != nil {
		t.Fatal(err)
	}
	return newEnd(t, c)
}

// pair is a dialer and its acceptor, whose listener is closed.
func pair(t testing.TB, s *Stack, at netip.AddrPort) (d, a *end) {
	t.Helper()
	l, e := listen(t, s, at)
	defer l.Close()
	c, err := s.Dial(l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	d = newEnd(t, c)
	a = accepted(t, l, e)
	if err := d.until(t, "connect", d.Connected); err != nil {
		t.Fatal(err)
	}
	return d, a
}

// done closes what the test made, before it looks for goroutines left.
func done(cs ...io.Closer) {
	for _, c := range cs {
		c.Close()
	}
}

// put writes all of p.
func (e *end) put(p []byte) {
	e.t.Helper()
	for len(p) > 0 {
		var n int
		err := e.until(e.t, "write", func() (err error) { n, err = e.TryWrite(p, 0); return })
		if err != nil {
			e.t.Fatal(err)
		}
		p = p[n:]
	}
}

// get reads n bytes.
func (e *end) get(n int) []byte {
	e.t.Helper()
	p := make([]byte, n)
	for at := 0; at < n; {
		var m int
		err := e.until(e.t, "read", func() (err error) { m, err = e.TryRead(p[at:]); return })
		if err != nil {
			e.t.Fatalf("after %d of %d bytes: %v", at, n, err)
		}
		at += m
	}
	return p
}

// fails is the error that ends reading.
func (e *end) fails() error {
	e.t.Helper()
	p := make([]byte, 64<<10)
	return e.until(e.t, "read", func() error {
		for {
			if _, err := e.TryRead(p); err != nil {
				return err
			}
		}
	})
}
