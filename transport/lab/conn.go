package lab

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// allEvents is everything a Notifier tells of.
const allEvents = waiter.ReadableEvents | waiter.WritableEvents | waiter.EventErr | waiter.EventHUp | waiter.EventRdHUp

// A bell rings when something changes at an endpoint.
type bell struct {
	ep    tcpip.Endpoint
	queue *waiter.Queue
	entry waiter.Entry
	hung  bool // the entry is in the queue
}

// Notify calls f for what has happened already, too.
func (b *bell) Notify(f func()) {
	b.entry = waiter.NewFunctionEntry(allEvents, func(waiter.EventMask) { f() })
	b.queue.EventRegister(&b.entry)
	b.hung = true
	if b.ep.Readiness(allEvents) != 0 {
		f()
	}
}

func (b *bell) unhang() {
	if b.hung {
		b.queue.EventUnregister(&b.entry)
		b.hung = false
	}
}

// A conn is one TCP connection.
type conn struct {
	bell
	end           *End
	flow          *flow // guarded by the tap
	local, remote netip.AddrPort

	connected bool
	closed    bool
	err       error  // why the connection broke; netstack tells only once
	written   uint64 // bytes netstack took
}

// Dial starts a TCP connection from any local port; it is in SYN-SENT on return.
func (e *End) Dial(to netip.AddrPort) (stack.Conn, error) {
	if e.isGone() {
		return nil, say("dial", segment.TCP, to, stack.ErrClosed)
	}
	c := &conn{end: e, remote: to}
	c.queue = &waiter.Queue{}
	var err tcpip.Error
	if c.ep, err = e.net.NewEndpoint(tcp.ProtocolNumber, netProto(to.Addr()), c.queue); err != nil {
		return nil, say("dial", segment.TCP, to, kind(err))
	}
	if err := kind(c.ep.Connect(full(to))); err != nil && !errors.Is(err, stack.ErrWouldBlock) {
		c.ep.Close()
		return nil, say("dial", segment.TCP, to, err)
	}
	c.attach()
	return c, nil
}

// attach finds the connection's addresses, and what the tap knows of it.
func (c *conn) attach() {
	if a, err := c.ep.GetLocalAddress(); err == nil {
		c.local = addrPort(a, c.local.Addr())
	}
	c.flow = c.end.lab.tap.find(c.end.side, c.local, c.remote)
}

func (c *conn) LocalAddr() netip.AddrPort  { return c.local }
func (c *conn) RemoteAddr() netip.AddrPort { return c.remote }

// Connected looks at the state, for netstack tells a dial's end only by it.
func (c *conn) Connected() error {
	switch {
	case c.err != nil:
		return c.err
	case c.closed || c.end.isGone():
		return stack.ErrClosed
	case c.connected:
		return nil
	}
	switch tcp.EndpointState(c.ep.State()) {
	case tcp.StateInitial, tcp.StateBound, tcp.StateConnecting, tcp.StateSynSent, tcp.StateSynRecv:
		return stack.ErrWouldBlock
	case tcp.StateError, tcp.StateClose:
		return c.broken()
	}
	c.connected = true
	return nil
}

// broken finds out why the connection is no more, and remembers.
func (c *conn) broken() error {
	if c.err == nil {
		c.err = kind(c.ep.LastError())
	}
	if c.err == nil {
		c.err = stack.ErrReset
	}
	return c.err
}

// usable says why nothing can be read or written; nil if it can.
func (c *conn) usable() error {
	if c.closed || c.end.isGone() {
		return stack.ErrClosed
	}
	return c.err
}

// TryRead reads what has come.
func (c *conn) TryRead(p []byte) (int, error) {
	if c.closed || c.end.isGone() {
		return 0, stack.ErrClosed
	}
	if len(p) == 0 {
		return 0, nil
	}
	w := tcpip.SliceWriter(p)
	r, err := c.ep.Read(&w, tcpip.ReadOptions{})
	if err == nil {
		c.ep.ModerateRecvBuf(r.Count)
		return r.Count, nil
	}
	switch err.(type) {
	case *tcpip.ErrNotConnected: // it is being dialed
		return 0, c.Connected()
	case *tcpip.ErrClosedForReceive:
		if c.err != nil {
			return 0, c.err
		}
		return 0, io.EOF
	}
	return 0, c.fail(kind(err))
}

// fail remembers an error that ends the connection.
func (c *conn) fail(err error) error {
	if !errors.Is(err, stack.ErrWouldBlock) && !errors.Is(err, stack.ErrClosed) && c.err == nil {
		c.err = err
	}
	return err
}

// TryWrite copies what netstack takes of p.
func (c *conn) TryWrite(p []byte, k uint64) (int, error) {
	if err := c.usable(); err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if k != 0 {
		first := 1 + c.written
		c.end.lab.tap.mark(c.flow, span{first, first + uint64(len(p)), k})
	}
	n, err := c.ep.Write(bytes.NewReader(p), tcpip.WriteOptions{})
	if n > 0 {
		c.written += uint64(n)
		return int(n), nil
	}
	if k != 0 {
		c.end.lab.tap.unmark(c.flow)
	}
	if err == nil {
		return 0, stack.ErrWouldBlock
	}
	return 0, c.fail(kind(err))
}

// CloseWrite sends FIN behind everything written.
func (c *conn) CloseWrite() error {
	if err := c.usable(); err != nil {
		return err
	}
	if err := c.Connected(); err != nil {
		return err
	}
	if err := kind(c.ep.Shutdown(tcpip.ShutdownWrite)); !errors.Is(err, stack.ErrClosed) {
		return err
	}
	return nil // sent before, or the connection is over already
}

// Abort sends RST and closes.
func (c *conn) Abort() error {
	if c.closed || c.end.isGone() {
		return stack.ErrClosed
	}
	c.closed = true
	c.unhang()
	if tcp.EndpointState(c.ep.State()) != tcp.StateTimeWait {
		c.ep.Abort()
	}
	c.ep.Close()
	return nil
}

// Close lets go of the connection. If the peer's bytes are still unread it is
// reset, as by any stack (RFC 9293 §3.6.1).
func (c *conn) Close() error {
	if c.closed || c.end.isGone() {
		return stack.ErrClosed
	}
	c.closed = true
	c.unhang()
	c.ep.Close()
	c.end.leave(c.ep)
	return nil
}

// SetNoDelay turns Nagle's algorithm off, as it is at first.
func (c *conn) SetNoDelay(on bool) error {
	if err := c.usable(); err != nil {
		return err
	}
	c.ep.SocketOptions().SetDelayOption(!on)
	return nil
}

// Snapshot tells the state and the timers from netstack, and the sequence numbers
// from the segments seen.
func (c *conn) Snapshot() segment.Snapshot {
	n := segment.Snapshot{At: c.end.Now(), Source: segment.Lab, State: stateOf(c.ep)}
	lastIn := c.end.lab.tap.fill(c.flow, &n)
	var info tcpip.TCPInfoOption
	if c.ep.GetSockOpt(&info) == nil {
		if info.RTT > 0 {
			n.Known |= segment.HasRTT
			n.SRTT, n.RTTVar, n.RTO = info.RTT, info.RTTVar, info.RTO
		}
		if info.SndCwnd > 0 {
			n.Known |= segment.HasCwnd
			n.Cwnd, n.Ssthresh = int(info.SndCwnd), threshold(info.SndSsthresh)
		}
	}
	if !lastIn.IsZero() {
		n.Known |= segment.HasQuiet
		n.Quiet = n.At.Sub(lastIn)
	}
	n.Known |= segment.HasQueue
	n.InFlight = int(n.SndNxt - n.SndUna)
	if sent := max(n.SndNxt, 1) - 1; c.written > sent {
		n.Unsent = int(c.written - sent)
	}
	if n.State == segment.TimeWait {
		n.Known |= segment.HasTimer
		n.TimeLeft = max(c.end.timeWait-n.At.Sub(lastIn), 0).Round(time.Microsecond)
	}
	return n
}

// threshold is 0 as long as ssthresh is as high as can be.
func threshold(s uint32) int {
	if s >= 1<<30 {
		return 0
	}
	return int(s)
}

var states = map[tcp.EndpointState]segment.State{
	tcp.StateListen:      segment.Listen,
	tcp.StateConnecting:  segment.SynSent,
	tcp.StateSynSent:     segment.SynSent,
	tcp.StateSynRecv:     segment.SynReceived,
	tcp.StateEstablished: segment.Established,
	tcp.StateFinWait1:    segment.FinWait1,
	tcp.StateFinWait2:    segment.FinWait2,
	tcp.StateCloseWait:   segment.CloseWait,
	tcp.StateClosing:     segment.Closing,
	tcp.StateLastAck:     segment.LastAck,
	tcp.StateTimeWait:    segment.TimeWait,
}

// stateOf is the state by the RFC's name. netstack's own states, before and after
// a connection, are all CLOSED.
func stateOf(ep tcpip.Endpoint) segment.State {
	if s, ok := states[tcp.EndpointState(ep.State())]; ok {
		return s
	}
	return segment.Closed
}
