package kernel

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

func TestEcho(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		l, e := listen(t, s, any)
		c, err := s.Dial(l.Addr())
		if err != nil {
			t.Fatal(err)
		}
		d := newEnd(t, c)
		a := accepted(t, l, e)
		defer done(d, a, l)
		if err := d.until(t, "connect", d.Connected); err != nil {
			t.Fatal(err)
		}
		if d.RemoteAddr() != a.LocalAddr() || d.LocalAddr() != a.RemoteAddr() || a.LocalAddr() != l.Addr() {
			t.Errorf("dialer %v→%v, acceptor %v→%v, listener %v", d.LocalAddr(), d.RemoteAddr(), a.LocalAddr(), a.RemoteAddr(), l.Addr())
		}
		d.put([]byte("在吗？"))
		a.put(a.get(len("在吗？")))
		if got := d.get(len("在吗？")); !bytes.Equal(got, []byte("在吗？")) {
			t.Errorf("the echo is %q", got)
		}
		d.Close()
		if err := a.fails(); err != io.EOF {
			t.Errorf("after the peer's Close: %v", err)
		}
	})
}

// The wildcard of IPv6 takes IPv4, and says IPv4 addresses as such.
func TestDualStack(t *testing.T) {
	for _, at := range []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Unspecified(), 0), {}} {
		s := New()
		l, e := listen(t, s, at)
		defer l.Close()
		for _, a := range []netip.Addr{lo4, lo6, netip.AddrFrom16(lo4.As16())} {
			c, err := s.Dial(netip.AddrPortFrom(a, l.Addr().Port()))
			if err != nil {
				t.Fatal(err)
			}
			d, a := newEnd(t, c), accepted(t, l, e)
			if err := d.until(t, "connect", d.Connected); err != nil {
				t.Fatal(err)
			}
			if got, want := a.LocalAddr(), d.RemoteAddr(); got != want || got.Addr().Is4In6() {
				t.Errorf("the acceptor is at %v, the dialer wanted %v", got, want)
			}
			done(d, a)
		}
	}
}

// Half-close: the other direction goes on.
func TestHalfClose(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		d, a := pair(t, s, any)
		defer done(d, a)
		d.put([]byte("that was all"))
		if err := d.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := d.TryWrite([]byte("x"), 0); !errors.Is(err, stack.ErrClosed) {
			t.Errorf("a write after CloseWrite: %v", err)
		}
		a.get(len("that was all"))
		if err := a.fails(); err != io.EOF {
			t.Errorf("after the FIN: %v", err)
		}
		a.put([]byte("not here"))
		if got := d.get(8); string(got) != "not here" {
			t.Errorf("%q", got)
		}
		a.CloseWrite()
		if err := d.fails(); err != io.EOF {
			t.Errorf("after the other FIN: %v", err)
		}
	})
}

func TestAbort(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		d, a := pair(t, s, any)
		defer done(d, a)
		d.Abort()
		err := a.fails()
		if !errors.Is(err, stack.ErrReset) {
			t.Errorf("after RST: %v", err)
		}
		if want := "read tcp " + a.LocalAddr().String() + "->" + a.RemoteAddr().String() + ": connection reset by peer"; err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
		if _, err := d.TryRead(make([]byte, 1)); !errors.Is(err, stack.ErrClosed) {
			t.Errorf("a read after Abort: %v", err)
		}
		if s := d.Snapshot().State; s != segment.Closed {
			t.Errorf("after Abort: %v", s)
		}
	})
}

// vacant is a port of a that nobody has.
func vacant(t *testing.T, s *Stack, a netip.AddrPort) netip.AddrPort {
	t.Helper()
	l, err := s.Listen(a)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr()
}

func TestRefused(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		to := vacant(t, s, any)
		c, err := s.Dial(to)
		if err != nil {
			t.Fatal(err)
		}
		e := newEdge(c)
		select {
		case <-e: // though nobody has asked
		case <-time.After(patience):
			t.Fatal("the end of the dial was not told")
		}
		err = c.Connected()
		if !errors.Is(err, stack.ErrRefused) || err.Error() != "dial tcp "+to.String()+": connection refused" {
			t.Errorf("%v", err)
		}
		if _, again := c.TryRead(make([]byte, 1)); again != err {
			t.Errorf("read: %v", again)
		}
		if s := c.Snapshot().State; s != segment.Closed {
			t.Errorf("state %v", s)
		}
		c.Close()
	})
}

func TestListenErrors(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		l, _ := listen(t, s, any)
		defer l.Close()
		_, err := s.Listen(l.Addr())
		if !errors.Is(err, stack.ErrInUse) || err.Error() != "listen tcp "+l.Addr().String()+": address already in use" {
			t.Errorf("the second listener: %v", err)
		}
		u, err := s.OpenUDP(any)
		if err != nil {
			t.Fatal(err)
		}
		defer u.Close()
		_, err = s.OpenUDP(u.LocalAddr())
		if !errors.Is(err, stack.ErrInUse) || err.Error() != "listen udp "+u.LocalAddr().String()+": address already in use" {
			t.Errorf("the second socket: %v", err)
		}
	})
	_, err := New().Listen(netip.MustParseAddrPort("192.0.2.1:9001"))
	if !errors.Is(err, stack.ErrNotLocal) || err.Error() != "listen tcp 192.0.2.1:9001: cannot assign requested address" {
		t.Errorf("an address of elsewhere: %v", err)
	}
}

// Of many that claim a port at the same time one gets it.
func TestOneListener(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := New()
	for range 50 {
		at := vacant(t, s, netip.AddrPortFrom(lo4, 0))
		got := make(chan stack.Listener)
		for range 8 {
			go func() {
				l, err := s.Listen(at)
				if err != nil && !errors.Is(err, stack.ErrInUse) {
					t.Error(err)
				}
				got <- l
			}()
		}
		n := 0
		for range 8 {
			if l := <-got; l != nil {
				n++
				defer l.Close()
			}
		}
		if n != 1 {
			t.Fatalf("%d listeners at %v", n, at)
		}
	}
}

// The last words of who closes are not lost, though what the peer said in the
// meantime was never read.
func TestCloseWithUnreadData(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		d, a := pair(t, s, any)
		defer done(d, a)
		a.put([]byte("unread"))
		d.until(t, "data", func() error { _, err := d.TryRead(make([]byte, 1)); return err })
		d.put([]byte("last words"))
		d.Close()
		if got := a.get(10); string(got) != "last words" {
			t.Errorf("%q", got)
		}
	})
}

// A reader that has stopped stops the writer, is not told again and again, and
// loses nothing when it goes on.
func TestBackPressure(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		d, a := pair(t, s, any)
		defer done(d, a)
		if _, err := a.TryRead(make([]byte, 1)); err != stack.ErrWouldBlock {
			t.Fatal(err)
		}
		told := 0
		written := 0
		p := bytes.Repeat([]byte("0123456789abcdef"), 4<<10)
		for full := false; !full; {
			n, err := d.TryWrite(p[written%len(p):], 0)
			if written += n; err == nil {
				continue
			}
			if err != stack.ErrWouldBlock {
				t.Fatal(err)
			}
			select {
			case <-d.edge:
			case <-a.edge:
				told++
			case <-time.After(300 * time.Millisecond):
				full = true
			}
		}
		if told > 1 {
			t.Errorf("who does not read was told %d times", told)
		}
		got := a.get(written)
		for i := 0; i < len(got); i += len(p) {
			if end := min(len(got), i+len(p)); !bytes.Equal(got[i:end], p[:end-i]) {
				t.Fatalf("the stream is wrong after %d bytes", i)
			}
		}
		d.put([]byte("x"))
		a.get(1)
	})
}

func TestClosed(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := New()
	l, _ := listen(t, s, netip.AddrPortFrom(lo4, 0))
	u, err := s.OpenUDP(netip.AddrPortFrom(lo4, 0))
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Dial(l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // twice is as good as once
		done(c, l, u)
	}
	_, acc := l.TryAccept()
	_, rd := c.TryRead(nil)
	_, wr := c.TryWrite([]byte("x"), 0)
	_, from := u.TryReadFrom(nil)
	for what, err := range map[string]error{"accept": acc, "read": rd, "write": wr, "connected": c.Connected(), "half-close": c.CloseWrite(),
		"read from": from, "write to": u.TryWriteTo(nil, u.LocalAddr(), 0)} {
		if !errors.Is(err, stack.ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestDatagrams(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		a, b := udp(t, s, any), udp(t, s, any)
		defer done(a, b)
		whole := []byte(strings.Repeat("0123456789", 10))
		for _, c := range []struct {
			send, buf int
		}{{0, 10}, {1, 10}, {100, 10}, {100, 100}, {0, 0}, {100, 0}} {
			if err := a.TryWriteTo(whole[:c.send], b.LocalAddr(), 0); err != nil {
				t.Fatal(err)
			}
			p := make([]byte, c.buf)
			got := b.get(p)
			if want := (stack.Packet{From: a.LocalAddr(), Len: min(c.send, c.buf), Size: c.send}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if !bytes.Equal(p[:got.Len], whole[:got.Len]) {
				t.Errorf("%q of %q", p[:got.Len], whole)
			}
		}
		if _, err := b.TryReadFrom(make([]byte, 1)); err != stack.ErrWouldBlock {
			t.Errorf("with nothing there: %v", err)
		}
		most := 65507
		if any.Addr().Is6() {
			most = 65527
		}
		big := make([]byte, most+1)
		if err := a.TryWriteTo(big[:most], b.LocalAddr(), 0); err != nil {
			t.Errorf("%d bytes: %v", most, err)
		}
		if got := b.get(make([]byte, most)); got.Size != most || got.Len != most {
			t.Errorf("%d bytes came as %+v", most, got)
		}
		err := a.TryWriteTo(big, b.LocalAddr(), 0)
		if !errors.Is(err, stack.ErrTooLong) || err.Error() != "write udp "+b.LocalAddr().String()+": message too long" {
			t.Errorf("%d bytes: %v", most+1, err)
		}
		if r, err := a.TryReturned(); err != stack.ErrWouldBlock {
			t.Errorf("said twice: %+v %v", r, err)
		}
	})
}

func TestDatagramsDualStack(t *testing.T) {
	s := New()
	b := udp(t, s, netip.AddrPort{})
	defer b.Close()
	for _, lo := range []netip.Addr{lo4, lo6} {
		a := udp(t, s, netip.AddrPortFrom(lo, 0))
		a.TryWriteTo([]byte("x"), netip.AddrPortFrom(lo, b.LocalAddr().Port()), 0)
		from := b.get(make([]byte, 1)).From
		if from != a.LocalAddr() {
			t.Errorf("from %v, want %v", from, a.LocalAddr())
		}
		if err := b.TryWriteTo([]byte("y"), from, 0); err != nil {
			t.Error(err)
		}
		if got := a.get(make([]byte, 1)).From; got != netip.AddrPortFrom(lo, b.LocalAddr().Port()) {
			t.Errorf("the answer is from %v", got)
		}
		a.Close()
	}
}

// A usock is a UDP socket in a test.
type usock struct {
	stack.PacketConn
	edge
	t testing.TB
}

func udp(t testing.TB, s *Stack, at netip.AddrPort) *usock {
	t.Helper()
	u, err := s.OpenUDP(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	return &usock{u, newEdge(u), t}
}

func (u *usock) get(p []byte) (got stack.Packet) {
	u.t.Helper()
	if err := u.until(u.t, "datagram", func() (err error) { got, err = u.TryReadFrom(p); return }); err != nil {
		u.t.Fatal(err)
	}
	return got
}

// Drive calls step when woken and when the time has come, and not before.
func TestDrive(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := New()
	calls := make(chan time.Time)
	answers := make(chan time.Time)
	over := false
	wake, ended := s.Drive(func(now time.Time) (time.Time, bool) {
		calls <- now
		return <-answers, over
	})
	wake()
	<-calls
	wake()
	wake() // one call stands for many
	answers <- time.Time{}
	now := <-calls
	answers <- now.Add(20 * time.Millisecond)
	if late := <-calls; late.Sub(now) < 20*time.Millisecond {
		t.Errorf("called %v after, want 20ms", late.Sub(now))
	}
	answers <- s.Now().Add(time.Hour)
	wake()
	<-calls
	over = true
	answers <- time.Time{}
	<-ended
	wake()
}

func TestErrorKinds(t *testing.T) {
	err := fault("dial", "tcp", "127.0.0.1:9001", connRefused)
	var e *opError
	if !errors.Is(err, stack.ErrRefused) || !errors.Is(err, connRefused) || errors.Is(err, stack.ErrReset) || !errors.As(err, &e) {
		t.Errorf("%#v", err)
	}
	if err := fault("dial", "tcp", "x", io.ErrUnexpectedEOF); err.Error() != "dial tcp x: unexpected EOF" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}
