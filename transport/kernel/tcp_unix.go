//go:build (linux || darwin) && !portable

package kernel

import (
	"errors"
	"io"
	"net/netip"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// Dial starts a connection. Whatever is wrong with the address or the way to
// it is told by Connected; the error is only of making a socket at all.
func (t *Stack) Dial(to netip.AddrPort) (stack.Conn, error) {
	to = normal(to)
	fam := family(to.Addr())
	fd, err := socket(fam, unix.SOCK_STREAM)
	if err != nil {
		return nil, fault("dial", "tcp", to.String(), err)
	}
	settle(fd)
	s, err := t.adopt(fd)
	if err != nil {
		return nil, fault("dial", "tcp", to.String(), err)
	}
	c := newConn(s, true)
	c.remote = to
	t.lookFrom(fd, fam, to)
	sa, err := sockaddr(to, fam)
	if err == nil {
		err = unix.Connect(fd, sa)
	}
	c.local = localAddr(fd)
	if err != nil && err != unix.EINPROGRESS && err != unix.EINTR {
		c.err = fault("dial", "tcp", to.String(), err)
	}
	return c, nil
}

// Listen claims at. On Linux it succeeds while old connections linger in
// TIME-WAIT and fails while somebody listens there; IPv6's wildcard, and an
// address port without an address, claims IPv4 too.
func (t *Stack) Listen(at netip.AddrPort) (stack.Listener, error) {
	at = normal(at)
	fd, err := bound(unix.SOCK_STREAM, at, func(fd, _ int) error {
		saveSYN(fd)
		return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	})
	if err != nil {
		return nil, fault("listen", "tcp", at.String(), err)
	}
	t.look(spot{proto: segment.TCP, local: localAddr(fd)})
	if err := unix.Listen(fd, unix.SOMAXCONN); err != nil {
		unix.Close(fd)
		return nil, fault("listen", "tcp", at.String(), err)
	}
	s, err := t.adopt(fd)
	if err != nil {
		return nil, fault("listen", "tcp", at.String(), err)
	}
	return &listener{sock: s, at: localAddr(fd)}, nil
}

// look has the packets of p seen, if any are.
func (t *watch) look(p spot) {
	if c := t.capture.Load(); c != nil {
		c.look(p)
	}
}

// lookFrom has the connection that fd is about to make seen, from its SYN on:
// so it must have its port before it connects.
func (t *watch) lookFrom(fd, fam int, to netip.AddrPort) {
	if t.capture.Load() == nil {
		return
	}
	any, err := sockaddr(netip.AddrPortFrom(unspecified(fam), 0), fam)
	if err == nil && unix.Bind(fd, any) == nil {
		t.look(spot{proto: segment.TCP, local: localAddr(fd), remote: to})
	}
}

// settle sets what every connection has. None of it is needed to talk, so an
// option the system does not know is no error.
func settle(fd int) {
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, optKeepIdle, int(keepIdle.Seconds()))
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, int(keepInterval.Seconds()))
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, keepCount)
	setUserTimeout(fd, userTimeout)
}

type listener struct {
	*sock
	at netip.AddrPort
}

func (l *listener) Notify(f func())      { l.mu.Lock(); l.f = f; l.mu.Unlock() }
func (l *listener) Addr() netip.AddrPort { return l.at }
func (l *listener) Close() error         { return l.close(nil) }

func (l *listener) TryAccept() (stack.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 {
		return nil, stack.ErrClosed
	}
	for {
		fd, sa, err := accept(l.fd)
		switch err {
		case nil:
			settle(fd)
			s, err := l.of.adopt(fd)
			if err != nil {
				return nil, fault("accept", "tcp", l.at.String(), err)
			}
			c := newConn(s, false)
			c.up = true
			c.local, c.remote = localAddr(fd), fromSockaddr(sa)
			return c, nil
		case unix.EAGAIN:
			return nil, l.wouldBlock(readable)
		case unix.EINTR, unix.ECONNABORTED: // that one is gone; there may be another
		default:
			return nil, fault("accept", "tcp", l.at.String(), err)
		}
	}
}

// A conn is one TCP connection. sock.mu guards it all.
type conn struct {
	*sock
	numbers
	dialed        bool // we called connect
	local, remote netip.AddrPort
	up            bool  // the handshake is done
	fin           bool  // CloseWrite was called
	err           error // what ended the connection, by whichever method saw it first
}

func newConn(s *sock, dialed bool) *conn {
	c := &conn{sock: s, dialed: dialed}
	c.begin()
	return c
}

func (c *conn) LocalAddr() netip.AddrPort  { return c.local }
func (c *conn) RemoteAddr() netip.AddrPort { return c.remote }

// Notify calls f for the end of a dial even if nobody has asked yet.
func (c *conn) Notify(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.f = f
	if c.fd >= 0 && !c.up {
		c.wouldBlock(writable)
	}
}

func (c *conn) Connected() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ready()
}

// ready is nil once the handshake is done and until the descriptor is closed.
func (c *conn) ready() error {
	switch {
	case c.fd < 0:
		return stack.ErrClosed
	case c.up:
		return nil
	case c.err != nil:
		return c.err
	}
	poll := [1]unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLOUT}}
	if n, err := unix.Poll(poll[:], 0); n == 0 || err == unix.EINTR {
		return c.wouldBlock(writable)
	}
	no, err := unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && no != 0 {
		err = unix.Errno(no)
	}
	if err == nil {
		_, err = unix.Getpeername(c.fd)
	}
	c.local = localAddr(c.fd)
	if err == nil && c.local == c.remote {
		// On an ephemeral port of one's own machine where nobody listens, TCP
		// may connect a socket to itself (RFC 9293 §3.5, simultaneous open).
		// It must not linger in TIME-WAIT, where it would hold the port.
		unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		err = connRefused
	}
	if err != nil {
		c.err = fault("dial", "tcp", c.remote.String(), err)
		return c.err
	}
	c.up = true
	return nil
}

func (c *conn) TryRead(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return 0, err
	}
	n, err := unix.Read(c.fd, p)
	for err == unix.EINTR {
		n, err = unix.Read(c.fd, p)
	}
	switch {
	case n > 0:
		return n, nil
	case err == unix.EAGAIN:
		return 0, c.wouldBlock(readable)
	case err != nil:
		return 0, c.fail("read", err)
	case len(p) == 0:
		return 0, nil
	case c.err != nil: // a write was told first; the kernel says why only once
		return 0, c.err
	}
	return 0, io.EOF
}

// TryWrite hands p to the send buffer; k means nothing to the kernel.
func (c *conn) TryWrite(p []byte, k uint64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return 0, err
	}
	if c.fin {
		return 0, stack.ErrClosed
	}
	n, err := c.send(p)
	for err == unix.EINTR {
		n, err = c.send(p)
	}
	switch {
	case err == unix.EAGAIN:
		return 0, c.wouldBlock(writable)
	case err != nil:
		return 0, c.fail("write", err)
	}
	return n, nil
}

// fail names what op met, or what ended the connection before.
func (c *conn) fail(op string, err error) error {
	if c.err != nil {
		return c.err
	}
	err = fault(op, "tcp", route(c.local, c.remote), err)
	if e := err.(*opError); e.kind != nil {
		c.err = err
	}
	return err
}

func (c *conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return err
	}
	if err := unix.Shutdown(c.fd, unix.SHUT_WR); err != nil {
		return c.fail("close", err)
	}
	c.fin = true
	return nil
}

func (c *conn) Abort() error {
	return c.close(func(fd int) {
		unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		c.leave(true)
	})
}

// Close sends FIN behind everything written. Data that has come and was not
// read is thrown away first: left in the buffer it would make the kernel send
// RST (RFC 2525 §2.17) and forget what is still to be sent. Data that comes
// later does so all the same; who must not lose the end of his own words
// reads to the peer's FIN before Close.
func (c *conn) Close() error {
	return c.close(func(fd int) {
		if c.up && c.err == nil {
			unix.Shutdown(fd, unix.SHUT_WR)
			discard(fd)
		}
		c.leave(false)
	})
}

// discard reads what has come, up to what a receive buffer can hold.
func discard(fd int) {
	var p [32 << 10]byte
	for range (64 << 20) / len(p) {
		if n, err := unix.Read(fd, p[:]); n <= 0 && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

func (c *conn) SetNoDelay(on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return stack.ErrClosed
	}
	v := 0
	if on {
		v = 1
	}
	if err := unix.SetsockoptInt(c.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, v); err != nil {
		return fault("set", "tcp", route(c.local, c.remote), err)
	}
	return nil
}

func (c *conn) Snapshot() segment.Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.snapshot()
	if w := c.of.capture.Load(); w != nil {
		w.fill(c.local, c.remote, &n)
	}
	if n.Source != segment.Capture {
		n.Known &^= segment.HasStrayed
	}
	return n
}
