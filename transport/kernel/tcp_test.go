package kernel

import (
	"bytes"
	"io"
	"net/netip"
	"testing"
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
