package stacktest

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

func connects(f *fixture) {
	a, b := f.connect()
	if a.LocalAddr() != b.RemoteAddr() || a.RemoteAddr() != b.LocalAddr() {
		f.Errorf("dialer %v→%v, acceptor %v→%v", a.LocalAddr(), a.RemoteAddr(), b.LocalAddr(), b.RemoteAddr())
	}
	if err := b.Connected(); err != nil {
		f.Errorf("an accepted connection is not connected: %v", err)
	}
	f.until("established", func() bool {
		return f.established(a) && f.established(b)
	})
	if _, err := a.TryRead(make([]byte, 1)); !errors.Is(err, stack.ErrWouldBlock) {
		f.Errorf("nothing came, TryRead says %v", err)
	}
}

// established reports that c is, or that its stack cannot tell.
func (f *fixture) established(c stack.Conn) bool {
	s := c.Snapshot().State
	return s == segment.Established || s == segment.Unknown
}

func echoes(f *fixture) {
	a, b := f.connect()
	for _, word := range []string{"在吗？", "q", "seq counts bytes"} {
		f.write(a, []byte(word))
		got, err := f.read(b, len(word))
		if err != nil {
			f.Fatal(err)
		}
		f.write(b, got)
		if got, err = f.read(a, len(word)); err != nil || string(got) != word {
			f.Errorf("the echo of %q is %q, %v", word, got, err)
		}
	}
	total := uint64(len("在吗？") + len("q") + len("seq counts bytes"))
	f.until("acknowledged", func() bool {
		s := a.Snapshot()
		return !s.Has(segment.HasSnd) || s.AckedBytes() == total
	})
}

// pattern is n bytes of which no part is like another.
func pattern(n int) []byte {
	p := make([]byte, n)
	x := uint32(1)
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return p
}

func keepsOrder(f *fixture) {
	a, b := f.connect()
	want := pattern(300_000)
	for first := 0; first < len(want); first += 50_000 {
		f.write(a, want[first:first+50_000])
		got, err := f.read(b, 50_000)
		if err != nil || !bytes.Equal(got, want[first:first+50_000]) {
			f.Fatalf("bytes %d to %d are not what was sent: %v", first, first+50_000, err)
		}
	}
}

func halfCloses(f *fixture) {
	a, b := f.connect()
	f.write(a, []byte("my last word"))
	if err := a.CloseWrite(); err != nil {
		f.Fatal(err)
	}
	got, err := f.read(b, -1)
	if err != io.EOF || string(got) != "my last word" {
		f.Fatalf("read %q, %v", got, err)
	}
	f.write(b, []byte("not mine"))
	if got, err = f.read(a, 8); err != nil || string(got) != "not mine" {
		f.Fatalf("behind our FIN came %q, %v", got, err)
	}
	if _, err := a.TryWrite([]byte("x"), 0); err == nil || errors.Is(err, stack.ErrWouldBlock) {
		f.Errorf("writing behind our FIN: %v", err)
	}
	if err := b.CloseWrite(); err != nil {
		f.Fatal(err)
	}
	if _, err = f.read(a, -1); err != io.EOF {
		f.Errorf("after the peer's FIN: %v", err)
	}
	f.until("closed", func() bool {
		s := b.Snapshot().State
		return s == segment.Closed || s == segment.Unknown
	})
}

func resets(f *fixture) {
	a, b := f.connect()
	if err := a.Abort(); err != nil {
		f.Fatal(err)
	}
	if _, err := f.read(b, -1); !errors.Is(err, stack.ErrReset) {
		f.Errorf("after a RST TryRead says %v", err)
	}
	if _, err := b.TryWrite([]byte("x"), 0); err == nil || errors.Is(err, stack.ErrWouldBlock) {
		f.Errorf("after a RST TryWrite says %v", err)
	}
}

func refuses(f *fixture) {
	l := f.listen()
	at := l.Addr()
	if err := l.Close(); err != nil {
		f.Fatal(err)
	}
	c, err := f.A.Dial(at)
	if err == nil {
		f.notify(c)
		defer c.Close()
		f.until("an answer", func() bool { return f.settled(c.Connected()) })
		err = c.Connected()
	}
	if !errors.Is(err, stack.ErrRefused) {
		f.Errorf("dialing where nobody listens: %v", err)
	}
}

func claims(f *fixture) {
	l := f.listen()
	if l.Addr().Addr() != f.Addr || l.Addr().Port() == 0 {
		f.Errorf("it listens at %v", l.Addr())
	}
	if _, err := f.B.Listen(l.Addr()); !errors.Is(err, stack.ErrInUse) {
		f.Errorf("the same address twice: %v", err)
	}
	elsewhere := netip.MustParseAddrPort("198.51.100.7:9001")
	if f.Addr.Is6() {
		elsewhere = netip.MustParseAddrPort("[2001:db8:7::7]:9001")
	}
	if _, err := f.B.Listen(elsewhere); !errors.Is(err, stack.ErrNotLocal) {
		f.Errorf("an address of nobody here: %v", err)
	}
	if _, err := l.TryAccept(); !errors.Is(err, stack.ErrWouldBlock) {
		f.Errorf("nobody called, TryAccept says %v", err)
	}
	if err := l.Close(); err != nil {
		f.Error(err)
	}
	if _, err := l.TryAccept(); !errors.Is(err, stack.ErrClosed) {
		f.Errorf("TryAccept after Close: %v", err)
	}
	again, err := f.B.Listen(l.Addr())
	if err != nil {
		f.Fatalf("claiming it again: %v", err)
	}
	again.Close()
}

// claimsAgain: connections in TIME-WAIT do not keep an address from a listener.
func claimsAgain(f *fixture) {
	l := f.listen()
	a := f.dial(l.Addr())
	b := f.accept(l)
	if err := b.Close(); err != nil { // who closes first waits
		f.Fatal(err)
	}
	if _, err := f.read(a, -1); err != io.EOF {
		f.Fatal(err)
	}
	a.Close()
	for n := 0; b.Snapshot().State != segment.TimeWait; n++ { // after Close nobody is notified
		if n == 1000 {
			f.Fatalf("who closed first is %v", b.Snapshot().State)
		}
		f.pass(time.Millisecond)
	}
	l.Close()
	again, err := f.B.Listen(l.Addr())
	if err != nil {
		f.Fatal(err)
	}
	again.Close()
}

func staysClosed(f *fixture) {
	a, b := f.connect()
	if err := a.Close(); err != nil {
		f.Fatal(err)
	}
	if _, err := a.TryRead(make([]byte, 1)); !errors.Is(err, stack.ErrClosed) {
		f.Errorf("TryRead after Close: %v", err)
	}
	if _, err := a.TryWrite([]byte("x"), 0); !errors.Is(err, stack.ErrClosed) {
		f.Errorf("TryWrite after Close: %v", err)
	}
	a.Snapshot()
	if _, err := f.read(b, -1); err != io.EOF {
		f.Errorf("after the peer's Close: %v", err)
	}
}

// pressesBack: a reader that has stopped stops the writer, and loses nothing.
func pressesBack(f *fixture) {
	a, b := f.connect()
	chunk := pattern(1 << 16)
	sent := 0
	for quiet := 0; quiet < 3; { // the buffers grow while there is room
		n, err := a.TryWrite(chunk[sent%len(chunk):], 0)
		sent += n
		switch {
		case errors.Is(err, stack.ErrWouldBlock):
			quiet++
			f.pass(100 * time.Millisecond)
		case err != nil:
			f.Fatal(err)
		default:
			quiet = 0
		}
		if sent > 1<<28 {
			f.Fatal("256 MiB are written and nobody has read a byte")
		}
	}
	got, err := f.read(b, sent)
	if err != nil {
		f.Fatal(err)
	}
	for first := 0; first < sent; first += len(chunk) {
		n := min(len(chunk), sent-first)
		if !bytes.Equal(got[first:first+n], chunk[:n]) {
			f.Fatalf("bytes %d to %d are not what was sent", first, first+n)
		}
	}
	f.write(a, []byte("there is room again"))
}

// pass lets d pass.
func (f *fixture) pass(d time.Duration) {
	if f.Step == nil {
		time.Sleep(d)
		return
	}
	for until := f.A.Now().Add(d); f.A.Now().Before(until) && f.Step(); {
	}
}

func takesMany(f *fixture) {
	const many = 40
	l := f.listen()
	var dialed []stack.Conn
	for range many {
		dialed = append(dialed, f.dial(l.Addr()))
	}
	peers := map[netip.AddrPort]bool{}
	for range many {
		peers[f.accept(l).RemoteAddr()] = true
	}
	for _, c := range dialed {
		f.until("connect", func() bool { return f.settled(c.Connected()) })
		if err := c.Connected(); err != nil || !peers[c.LocalAddr()] {
			f.Errorf("%v: %v, accepted %v", c.LocalAddr(), err, peers[c.LocalAddr()])
		}
	}
}
