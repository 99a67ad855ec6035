package lab

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// backlog is how many connections may wait to be accepted. More SYNs than that at
// once are dropped, which costs the dialers seconds.
const backlog = 128

// A listener is a TCP address that was claimed.
type listener struct {
	bell
	end    *End
	addr   netip.AddrPort
	closed bool
}

// Listen claims a TCP address.
func (e *End) Listen(at netip.AddrPort) (stack.Listener, error) {
	if e.isGone() {
		return nil, say("listen", segment.TCP, at, stack.ErrClosed)
	}
	l := &listener{end: e}
	l.queue = &waiter.Queue{}
	var err tcpip.Error
	if l.ep, err = e.net.NewEndpoint(tcp.ProtocolNumber, netProto(at.Addr()), l.queue); err != nil {
		return nil, say("listen", segment.TCP, at, kind(err))
	}
	if err := l.claim(at); err != nil {
		l.ep.Close()
		return nil, say("listen", segment.TCP, at, err)
	}
	return l, nil
}

func (l *listener) claim(at netip.AddrPort) error {
	o := l.ep.SocketOptions()
	o.SetV6Only(true)
	o.SetReuseAddress(true) // connections in TIME-WAIT do not stand in the way
	if err := l.ep.Bind(full(at)); err != nil {
		return kind(err)
	}
	if err := l.ep.Listen(backlog); err != nil {
		return kind(err)
	}
	a, err := l.ep.GetLocalAddress()
	l.addr = addrPort(a, at.Addr())
	return kind(err)
}

// TryAccept returns the next connection.
func (l *listener) TryAccept() (stack.Conn, error) {
	if l.closed || l.end.isGone() {
		return nil, stack.ErrClosed
	}
	var from tcpip.FullAddress
	ep, queue, err := l.ep.Accept(&from)
	if err != nil {
		return nil, kind(err)
	}
	c := &conn{end: l.end, connected: true, local: l.addr, remote: addrPort(from, netip.Addr{})}
	c.ep, c.queue = ep, queue
	c.attach()
	return c, nil
}

func (l *listener) Addr() netip.AddrPort { return l.addr }

// Close resets the connections nobody has accepted.
func (l *listener) Close() error {
	if l.closed || l.end.isGone() {
		return stack.ErrClosed
	}
	l.closed = true
	l.unhang()
	l.ep.Close()
	return nil
}
