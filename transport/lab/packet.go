package lab

import (
	"bytes"
	"net/netip"
	"sync"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// maxReturned is how many ICMP errors wait to be read; more are dropped.
const maxReturned = 64

// maxDatagram is the longest payload over IPv4: 65,535 less two headers.
const maxDatagram = 65507

// A packetConn is an unconnected UDP socket.
type packetConn struct {
	bell
	end    *End
	addr   netip.AddrPort
	closed bool

	k uint64 // the tap's: of the message being written

	mu    sync.Mutex
	back  []stack.Returned // mu's
	awake func()           // mu's: the notifier
}

// OpenUDP binds a UDP socket.
func (e *End) OpenUDP(at netip.AddrPort) (stack.PacketConn, error) {
	if e.isGone() {
		return nil, say("open", segment.UDP, at, stack.ErrClosed)
	}
	c := &packetConn{end: e}
	c.queue = &waiter.Queue{}
	var err tcpip.Error
	if c.ep, err = e.net.NewEndpoint(udp.ProtocolNumber, netProto(at.Addr()), c.queue); err != nil {
		return nil, say("open", segment.UDP, at, kind(err))
	}
	if err := c.claim(at); err != nil {
		c.ep.Close()
		return nil, say("open", segment.UDP, at, err)
	}
	t := &e.lab.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	t.socks[e.side][portOf(c.addr)] = c
	return c, nil
}

func (c *packetConn) claim(at netip.AddrPort) error {
	c.ep.SocketOptions().SetV6Only(true)
	if err := c.ep.Bind(full(at)); err != nil {
		return kind(err)
	}
	a, err := c.ep.GetLocalAddress()
	c.addr = addrPort(a, at.Addr())
	return kind(err)
}

// Notify also tells of ICMP errors.
func (c *packetConn) Notify(f func()) {
	c.mu.Lock()
	c.awake = f
	waiting := len(c.back) > 0
	c.mu.Unlock()
	c.bell.Notify(f)
	if waiting {
		f()
	}
}

// TryReadFrom reads one datagram.
func (c *packetConn) TryReadFrom(p []byte) (stack.Packet, error) {
	if c.closed || c.end.isGone() {
		return stack.Packet{}, stack.ErrClosed
	}
	w := &front{p: p}
	r, err := c.ep.Read(w, tcpip.ReadOptions{NeedRemoteAddr: true})
	if err != nil {
		return stack.Packet{}, kind(err)
	}
	return stack.Packet{From: addrPort(r.RemoteAddr, netip.Addr{}), Len: w.n, Size: r.Total}, nil
}

// A front keeps what fits of what is written to it and takes the rest for granted:
// a datagram that is cut short is no error.
type front struct {
	p []byte
	n int
}

func (w *front) Write(b []byte) (int, error) {
	w.n += copy(w.p[w.n:], b)
	return len(b), nil
}

// TryWriteTo sends one datagram, on this goroutine.
func (c *packetConn) TryWriteTo(p []byte, to netip.AddrPort, k uint64) error {
	switch {
	case c.closed || c.end.isGone():
		return stack.ErrClosed
	case len(p) > maxDatagram:
		return say("send", segment.UDP, to, stack.ErrTooLong)
	case to.Addr().Is4() != c.addr.Addr().Is4():
		return say("send", segment.UDP, to, stack.ErrUnreachable)
	}
	c.key(k)
	dest := full(to)
	_, err := c.ep.Write(bytes.NewReader(p), tcpip.WriteOptions{To: &dest})
	return kind(err)
}

// key says which message the socket's next packets bear.
func (c *packetConn) key(k uint64) {
	t := &c.end.lab.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	c.k = k
}

// returnedOne takes an ICMP error from the tap.
func (c *packetConn) returnedOne(r stack.Returned) {
	c.mu.Lock()
	awake := c.awake
	if len(c.back) < maxReturned {
		c.back = append(c.back, r)
	}
	c.mu.Unlock()
	if awake != nil {
		awake()
	}
}

// TryReturned tells of the next ICMP error.
func (c *packetConn) TryReturned() (stack.Returned, error) {
	if c.closed || c.end.isGone() {
		return stack.Returned{}, stack.ErrClosed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.back) == 0 {
		return stack.Returned{}, stack.ErrWouldBlock
	}
	r := c.back[0]
	c.back = c.back[1:]
	return r, nil
}

// Drops counts what the full receive buffer dropped.
func (c *packetConn) Drops() (uint64, bool) {
	s, ok := c.ep.Stats().(*tcpip.TransportEndpointStats)
	if !ok {
		return 0, false
	}
	return s.ReceiveErrors.ReceiveBufferOverflow.Value(), true
}

func (c *packetConn) LocalAddr() netip.AddrPort { return c.addr }

// Close lets go of the port.
func (c *packetConn) Close() error {
	if c.closed {
		return stack.ErrClosed
	}
	c.closed = true
	t := &c.end.lab.tap
	t.mu.Lock()
	delete(t.socks[c.end.side], portOf(c.addr))
	t.mu.Unlock()
	if c.end.isGone() {
		return stack.ErrClosed
	}
	c.unhang()
	c.ep.Close()
	return nil
}
