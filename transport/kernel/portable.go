//go:build (!linux && !darwin) || portable

package kernel

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// Where sockets cannot be watched by the package itself, goroutines read,
// write and accept through package net, and hand over through buffers of a
// fixed size: a reader that stops makes its goroutine wait, and TCP's window
// closes. The build tag portable takes this version on any system, for its
// tests.

const (
	pumpBytes = 64 << 10        // of each direction's buffer
	pumpHeld  = 64              // datagrams that wait to be read
	lingering = 5 * time.Second // for what was written, after Close
)

// watch has nothing to keep: each pump has its own goroutines.
type watch struct{ seeing }

// A bell calls f if a Try method has blocked since it last did. The lock of
// its owner guards it.
type bell struct {
	f       func()
	blocked bool
}

func (b *bell) wouldBlock() error {
	b.blocked = true
	return stack.ErrWouldBlock
}

// ring is called with l held and calls f without it.
func (b *bell) ring(l sync.Locker) {
	f := b.f
	if !b.blocked || f == nil {
		return
	}
	b.blocked = false
	l.Unlock()
	f()
	l.Lock()
}

// network is "tcp4" for an IPv4 address, so that its wildcard is IPv4's alone.
func network(proto string, a netip.Addr) string {
	if a.Is4() {
		return proto + "4"
	}
	return proto
}

func normal(ap netip.AddrPort) netip.AddrPort {
	if !ap.Addr().IsValid() {
		return netip.AddrPortFrom(netip.IPv6Unspecified(), ap.Port())
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// addrPort is a's address, an IPv4 one as such.
func addrPort(a net.Addr) netip.AddrPort {
	if a, ok := a.(interface{ AddrPort() netip.AddrPort }); ok {
		return normal(a.AddrPort())
	}
	return netip.AddrPort{}
}

// A conn is one TCP connection, its reader and its writer.
type conn struct {
	mu    sync.Mutex
	moved sync.Cond // with mu: a buffer changed, or the end has come
	bell  bell

	nc            *net.TCPConn // nil until connected
	dialed        bool
	local, remote netip.AddrPort
	err           error // why there is no connection
	cancel        func()

	in     []byte // read and not yet taken
	inErr  error  // what comes after in
	out    []byte // taken and not yet written
	outErr error
	fin    bool // CloseWrite was called
	closed bool
	counted
}

func newConn() *conn {
	c := &conn{cancel: func() {}}
	c.moved.L = &c.mu
	return c
}

// Dial starts a connection; what goes wrong is told by Connected.
func (*Stack) Dial(to netip.AddrPort) (stack.Conn, error) {
	c := newConn()
	c.dialed, c.remote = true, normal(to)
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	go func() {
		defer cancel()
		d := net.Dialer{KeepAliveConfig: keepAlive}
		d.SetMultipathTCP(false)
		nc, err := d.DialContext(ctx, network("tcp", c.remote.Addr()), c.remote.String())
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case err != nil:
			c.err = fault("dial", "tcp", c.remote.String(), err)
		case c.closed:
			nc.Close()
			return
		default:
			c.start(nc.(*net.TCPConn))
		}
		c.bell.blocked = true // a dial's end is told even if nobody asked
		c.bell.ring(&c.mu)
	}()
	return c, nil
}

var keepAlive = net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepInterval, Count: keepCount}

// start is called with mu held.
func (c *conn) start(nc *net.TCPConn) {
	c.nc, c.local, c.remote = nc, addrPort(nc.LocalAddr()), addrPort(nc.RemoteAddr())
	go c.reads()
	go c.writes()
}

func (c *conn) reads() {
	p := make([]byte, pumpBytes)
	for {
		n, err := c.nc.Read(p)
		c.mu.Lock()
		c.in = p[:n]
		if err == io.EOF {
			c.inErr = io.EOF
		} else if err != nil {
			c.inErr = fault("read", "tcp", c.local.String()+"->"+c.remote.String(), err)
		}
		c.bell.ring(&c.mu)
		for len(c.in) > 0 && !c.closed {
			c.moved.Wait()
		}
		over := c.closed || c.inErr != nil
		c.mu.Unlock()
		if over {
			return
		}
	}
}

func (c *conn) writes() {
	spare := make([]byte, 0, pumpBytes)
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for len(c.out) == 0 && !c.fin && !c.closed {
			c.moved.Wait()
		}
		if len(c.out) == 0 || c.outErr != nil {
			break
		}
		p := c.out
		c.out = spare[:0]
		c.mu.Unlock()
		_, err := c.nc.Write(p)
		c.mu.Lock()
		spare = p
		if err != nil {
			c.outErr = fault("write", "tcp", c.local.String()+"->"+c.remote.String(), err)
		}
		c.bell.ring(&c.mu)
	}
	c.nc.CloseWrite()
	for !c.closed {
		c.moved.Wait()
	}
	c.nc.Close()
}

func (c *conn) Notify(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bell.f = f
	if c.dialed && (c.err != nil || c.nc != nil) { // the dial was quicker
		go f()
	}
}

// ready is called with mu held.
func (c *conn) ready() error {
	switch {
	case c.closed:
		return stack.ErrClosed
	case c.err != nil:
		return c.err
	case c.nc == nil:
		return c.bell.wouldBlock()
	}
	return nil
}

func (c *conn) Connected() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ready()
}

func (c *conn) TryRead(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return 0, err
	}
	if len(c.in) == 0 {
		if c.inErr != nil {
			return 0, c.inErr
		}
		return 0, c.bell.wouldBlock()
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	c.moved.Broadcast()
	return n, nil
}

// TryWrite hands p to the writer; k means nothing to the kernel.
func (c *conn) TryWrite(p []byte, k uint64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return 0, err
	}
	switch {
	case c.fin:
		return 0, stack.ErrClosed
	case c.outErr != nil:
		return 0, c.outErr
	case len(c.out) == pumpBytes:
		return 0, c.bell.wouldBlock()
	}
	n := min(len(p), pumpBytes-len(c.out))
	c.out = append(c.out, p[:n]...)
	c.moved.Broadcast()
	return n, nil
}

func (c *conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return err
	}
	c.fin = true
	c.moved.Broadcast()
	return nil
}

func (c *conn) Abort() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.nc != nil && !c.closed {
		c.nc.SetLinger(0)
		c.nc.Close()
	}
	return c.close()
}

// Close lets the writer finish, for at most 5 s.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.close()
}

func (c *conn) close() error {
	if !c.closed && c.nc != nil {
		c.count()
		c.nc.SetReadDeadline(time.Unix(1, 0))
		c.nc.SetWriteDeadline(time.Now().Add(lingering))
	}
	c.closed = true
	c.cancel()
	c.moved.Broadcast()
	return nil
}

func (c *conn) LocalAddr() netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.local
}

func (c *conn) RemoteAddr() netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remote
}

func (c *conn) SetNoDelay(on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return err
	}
	if err := c.nc.SetNoDelay(on); err != nil {
		return fault("set", "tcp", c.local.String()+"->"+c.remote.String(), err)
	}
	return nil
}

// Snapshot tells the state as far as the calls of this end and their answers
// do, and the numbers where the system has counters. A state that would take
// the peer's word is segment.Unknown.
func (c *conn) Snapshot() segment.Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed && c.nc != nil {
		c.count()
	}
	s := c.counted.Snapshot
	s.At = time.Now()
	if s.Source == "" {
		s.Source = segment.None
	}
	switch {
	case c.closed || c.err != nil:
		s.State = segment.Closed
	case c.nc == nil:
		s.State = segment.SynSent
	case s.State != segment.Unknown: // the system has said
	case c.fin || c.outErr != nil || c.inErr != nil && c.inErr != io.EOF:
	case c.inErr == io.EOF:
		s.State = segment.CloseWait
	default:
		s.State = segment.Established
	}
	return s
}

// A listener is a listening socket and the goroutine that accepts, one
// connection at a time.
type listener struct {
	mu    sync.Mutex
	moved sync.Cond // with mu: held was taken, or the end has come
	bell  bell

	nl     *net.TCPListener
	at     netip.AddrPort
	held   *net.TCPConn
	err    error
	closed bool
}

// Listen claims at.
func (*Stack) Listen(at netip.AddrPort) (stack.Listener, error) {
	at = normal(at)
	lc := net.ListenConfig{Control: claim, KeepAliveConfig: keepAlive}
	lc.SetMultipathTCP(false)
	nl, err := lc.Listen(context.Background(), network("tcp", at.Addr()), at.String())
	if err != nil {
		return nil, fault("listen", "tcp", at.String(), err)
	}
	l := &listener{nl: nl.(*net.TCPListener), at: addrPort(nl.Addr())}
	l.moved.L = &l.mu
	go l.accepts()
	return l, nil
}

func (l *listener) accepts() {
	for {
		nc, err := l.nl.AcceptTCP()
		l.mu.Lock()
		switch {
		case err != nil:
			l.err = fault("accept", "tcp", l.at.String(), err)
		case l.closed:
			nc.Close()
		default:
			l.held = nc
		}
		l.bell.ring(&l.mu)
		for l.held != nil && !l.closed {
			l.moved.Wait()
		}
		over := l.closed || l.err != nil
		l.mu.Unlock()
		if over {
			return
		}
	}
}

func (l *listener) Notify(f func())      { l.mu.Lock(); l.bell.f = f; l.mu.Unlock() }
func (l *listener) Addr() netip.AddrPort { return l.at }

func (l *listener) TryAccept() (stack.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, stack.ErrClosed
	case l.held != nil:
		c := newConn()
		c.start(l.held)
		l.held = nil
		l.moved.Broadcast()
		return c, nil
	case l.err != nil:
		return nil, l.err
	}
	return nil, l.bell.wouldBlock()
}

func (l *listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	if l.held != nil {
		l.held.Close()
		l.held = nil
	}
	l.moved.Broadcast()
	return l.nl.Close()
}

// A packetConn is a UDP socket and its reader.
type packetConn struct {
	mu    sync.Mutex
	moved sync.Cond // with mu: a datagram was taken, or the end has come
	bell  bell

	uc     *net.UDPConn
	at     netip.AddrPort
	held   []datagram
	err    error
	closed bool
}

type datagram struct {
	from netip.AddrPort
	p    []byte
}

// OpenUDP binds a socket.
func (*Stack) OpenUDP(at netip.AddrPort) (stack.PacketConn, error) {
	at = normal(at)
	lc := net.ListenConfig{Control: claim}
	pc, err := lc.ListenPacket(context.Background(), network("udp", at.Addr()), at.String())
	if err != nil {
		return nil, fault("listen", "udp", at.String(), err)
	}
	c := &packetConn{uc: pc.(*net.UDPConn), at: addrPort(pc.LocalAddr())}
	c.moved.L = &c.mu
	c.uc.SetReadBuffer(udpBuffer) // may be more than is allowed
	go c.reads()
	return c, nil
}

func (c *packetConn) reads() {
	p := make([]byte, 65536)
	for {
		n, from, err := c.uc.ReadFromUDPAddrPort(p)
		c.mu.Lock()
		if err != nil {
			c.err = fault("read", "udp", c.at.String(), err)
		} else {
			c.held = append(c.held, datagram{normal(from), append([]byte(nil), p[:n]...)})
		}
		c.bell.ring(&c.mu)
		for len(c.held) >= pumpHeld && !c.closed {
			c.moved.Wait()
		}
		over := c.closed || c.err != nil
		c.mu.Unlock()
		if over {
			return
		}
	}
}

func (c *packetConn) Notify(f func())           { c.mu.Lock(); c.bell.f = f; c.mu.Unlock() }
func (c *packetConn) LocalAddr() netip.AddrPort { return c.at }
func (c *packetConn) Drops() (uint64, bool)     { return 0, false }

func (c *packetConn) TryReadFrom(p []byte) (stack.Packet, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return stack.Packet{}, stack.ErrClosed
	case len(c.held) > 0:
		d := c.held[0]
		c.held = c.held[1:]
		c.moved.Broadcast()
		return stack.Packet{From: d.from, Len: copy(p, d.p), Size: len(d.p)}, nil
	case c.err != nil:
		return stack.Packet{}, c.err
	}
	return stack.Packet{}, c.bell.wouldBlock()
}

// TryWriteTo sends at once: a UDP socket takes a datagram or drops it.
func (c *packetConn) TryWriteTo(p []byte, to netip.AddrPort, k uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return stack.ErrClosed
	}
	if _, err := c.uc.WriteToUDPAddrPort(p, to); err != nil {
		return fault("write", "udp", to.String(), err)
	}
	return nil
}

// TryReturned has nothing to tell: package net's unconnected sockets do not
// hear of ICMP.
func (c *packetConn) TryReturned() (stack.Returned, error) {
	return stack.Returned{}, stack.ErrWouldBlock
}

func (c *packetConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.moved.Broadcast()
	return c.uc.Close()
}
