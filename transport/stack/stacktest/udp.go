package stacktest

import (
	"bytes"
	"errors"
	"net/netip"

	"seqtalk/transport/stack"
)

// sockets opens one at each end.
func (f *fixture) sockets() (a, b stack.PacketConn) {
	f.Helper()
	a, errA := f.A.OpenUDP(netip.AddrPortFrom(f.AddrA, 0))
	b, errB := f.B.OpenUDP(f.any())
	if err := errors.Join(errA, errB); err != nil {
		f.Fatal(err)
	}
	for _, c := range []stack.PacketConn{a, b} {
		f.notify(c)
		f.Cleanup(func() { c.Close() })
	}
	return a, b
}

func (f *fixture) send(c stack.PacketConn, p []byte, to netip.AddrPort) {
	f.Helper()
	f.until("send", func() bool {
		err := c.TryWriteTo(p, to, 0)
		if err != nil && !errors.Is(err, stack.ErrWouldBlock) {
			f.Fatal(err)
		}
		return err == nil
	})
}

func (f *fixture) receive(c stack.PacketConn, buf []byte) (p stack.Packet) {
	f.Helper()
	f.until("receive", func() bool {
		var err error
		p, err = c.TryReadFrom(buf)
		if err != nil && !errors.Is(err, stack.ErrWouldBlock) {
			f.Fatal(err)
		}
		return err == nil
	})
	return p
}

func carriesDatagrams(f *fixture) {
	a, b := f.sockets()
	if a.LocalAddr().Port() == 0 || b.LocalAddr().Port() == 0 {
		f.Fatalf("bound to %v and %v", a.LocalAddr(), b.LocalAddr())
	}
	buf := make([]byte, 100)
	if _, err := b.TryReadFrom(buf); !errors.Is(err, stack.ErrWouldBlock) {
		f.Errorf("nothing came, TryReadFrom says %v", err)
	}
	words := []string{"boundaries", "are", "kept"}
	for _, w := range words {
		f.send(a, []byte(w), b.LocalAddr())
	}
	for _, w := range words {
		p := f.receive(b, buf)
		if string(buf[:p.Len]) != w || p.Size != len(w) || p.From != a.LocalAddr() {
			f.Errorf("received %q of %d from %v, want %q from %v", buf[:p.Len], p.Size, p.From, w, a.LocalAddr())
		}
	}
	f.send(b, []byte("and back"), a.LocalAddr())
	if p := f.receive(a, buf); string(buf[:p.Len]) != "and back" {
		f.Errorf("received %q", buf[:p.Len])
	}
}

func carriesEmpty(f *fixture) {
	a, b := f.sockets()
	f.send(a, nil, b.LocalAddr())
	f.send(a, []byte("x"), b.LocalAddr())
	buf := make([]byte, 10)
	if p := f.receive(b, buf); p.Len != 0 || p.Size != 0 || p.From != a.LocalAddr() {
		f.Errorf("an empty datagram is %+v", p)
	}
	if p := f.receive(b, buf); p.Len != 1 {
		f.Errorf("behind an empty datagram came %+v", p)
	}
}

// cutsLong: what does not fit into the buffer is cut, and that is told.
func cutsLong(f *fixture) {
	a, b := f.sockets()
	long := pattern(3000)
	f.send(a, long, b.LocalAddr())
	buf := make([]byte, 100)
	if p := f.receive(b, buf); p.Len != 100 || p.Size <= p.Len || !bytes.Equal(buf, long[:100]) {
		f.Errorf("3000 bytes in a buffer of 100: %+v", p)
	}
	f.send(a, long, b.LocalAddr())
	buf = make([]byte, 4000)
	if p := f.receive(b, buf); p.Size != 3000 || !bytes.Equal(buf[:p.Len], long) {
		f.Errorf("3000 bytes: %+v", p)
	}
}

func refusesTooLong(f *fixture) {
	a, b := f.sockets()
	if err := a.TryWriteTo(make([]byte, 70_000), b.LocalAddr(), 0); !errors.Is(err, stack.ErrTooLong) {
		f.Errorf("70,000 bytes: %v", err)
	}
	f.send(a, []byte("and it goes on"), b.LocalAddr())
	f.receive(b, make([]byte, 100))
}

// returns: an ICMP error comes back, and the socket goes on working.
func returns(f *fixture) {
	a, b := f.sockets()
	nowhere := b.LocalAddr()
	if err := b.Close(); err != nil {
		f.Fatal(err)
	}
	if _, err := a.TryReturned(); !errors.Is(err, stack.ErrWouldBlock) {
		f.Errorf("nothing was sent, TryReturned says %v", err)
	}
	f.send(a, []byte("anybody?"), nowhere)
	var r stack.Returned
	f.until("an ICMP error", func() bool {
		var err error
		r, err = a.TryReturned()
		if err != nil && !errors.Is(err, stack.ErrWouldBlock) {
			f.Fatal(err)
		}
		if _, err := a.TryReadFrom(make([]byte, 10)); !errors.Is(err, stack.ErrWouldBlock) {
			f.Errorf("TryReadFrom says %v", err)
		}
		return err == nil
	})
	if !errors.Is(r.Err, stack.ErrRefused) || r.To != nowhere || !bytes.HasPrefix([]byte("anybody?"), r.Payload) {
		f.Errorf("%+v came back", r)
	}
	c, err := f.B.OpenUDP(nowhere)
	if err != nil {
		f.Fatal(err)
	}
	defer c.Close()
	f.notify(c)
	f.send(a, []byte("now?"), nowhere)
	f.receive(c, make([]byte, 10))
}

func socketStaysClosed(f *fixture) {
	a, b := f.sockets()
	if err := a.Close(); err != nil {
		f.Fatal(err)
	}
	if _, err := a.TryReadFrom(make([]byte, 1)); !errors.Is(err, stack.ErrClosed) {
		f.Errorf("TryReadFrom after Close: %v", err)
	}
	if err := a.TryWriteTo([]byte("x"), b.LocalAddr(), 0); !errors.Is(err, stack.ErrClosed) {
		f.Errorf("TryWriteTo after Close: %v", err)
	}
	if _, err := f.B.OpenUDP(b.LocalAddr()); !errors.Is(err, stack.ErrInUse) {
		f.Errorf("the same port twice: %v", err)
	}
}
