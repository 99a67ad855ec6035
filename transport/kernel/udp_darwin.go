//go:build !portable

package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"seqtalk/transport/stack"
)

// A packetConn is an unconnected UDP socket; sock.mu guards it all.
type packetConn struct {
	*sock
	at  netip.AddrPort
	fam int
	buf [65536]byte // a datagram whole, as the system does not tell the size of one cut short
}

// OpenUDP binds a socket. IPv6's wildcard, and an address port without an
// address, takes IPv4 too.
func (t *Stack) OpenUDP(at netip.AddrPort) (stack.PacketConn, error) {
	at = normal(at)
	fd, err := bound(unix.SOCK_DGRAM, at, func(fd, _ int) error {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, udpBuffer) // may be more than is allowed
		return nil
	})
	if err != nil {
		return nil, fault("listen", "udp", at.String(), err)
	}
	s, err := t.adopt(fd)
	if err != nil {
		return nil, fault("listen", "udp", at.String(), err)
	}
	return &packetConn{sock: s, at: localAddr(fd), fam: family(at.Addr())}, nil
}

func (c *packetConn) Notify(f func())           { c.mu.Lock(); c.f = f; c.mu.Unlock() }
func (c *packetConn) LocalAddr() netip.AddrPort { return c.at }
func (c *packetConn) Close() error              { return c.close(nil) }
func (c *packetConn) Drops() (uint64, bool)     { return 0, false }

func (c *packetConn) TryReadFrom(p []byte) (stack.Packet, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return stack.Packet{}, stack.ErrClosed
	}
	var n int
	var sa unix.Sockaddr
	err := again(func() (err error) { n, sa, err = unix.Recvfrom(c.fd, c.buf[:], 0); return })
	if err == unix.EAGAIN {
		return stack.Packet{}, c.wouldBlock(readable)
	}
	if err != nil {
		return stack.Packet{}, fault("read", "udp", c.at.String(), err)
	}
	return stack.Packet{From: fromSockaddr(sa), Len: copy(p, c.buf[:n]), Size: n}, nil
}

func (c *packetConn) TryWriteTo(p []byte, to netip.AddrPort, k uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return stack.ErrClosed
	}
	err := error(unix.EAFNOSUPPORT)
	if a := to.Addr().Unmap(); a.IsValid() && (c.fam == unix.AF_INET6 || a.Is4()) {
		var sa unix.Sockaddr
		if sa, err = sockaddr(netip.AddrPortFrom(a, to.Port()), c.fam); err == nil {
			err = again(func() error { return unix.Sendto(c.fd, p, 0, sa) })
		}
	}
	switch err {
	case nil:
		return nil
	case unix.EAGAIN:
		return c.wouldBlock(writable)
	}
	return fault("write", "udp", to.String(), err)
}

// TryReturned has nothing to tell: an unconnected socket does not hear of ICMP here.
func (c *packetConn) TryReturned() (stack.Returned, error) {
	return stack.Returned{}, stack.ErrWouldBlock
}

// again calls f until no signal cuts it short.
func again(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}
