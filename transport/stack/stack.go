// Package stack says what a TCP/IP stack must offer to carry a conversation:
// connections and sockets that never block, a clock, and a way to be driven.
// There are two: the operating system's and a userspace one. This package
// holds the interfaces and the errors, and nothing else.
package stack

import (
	"errors"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
)

// A Stack makes connections and sockets. Its methods do not block.
type Stack interface {
	// Name is "kernel" or "lab".
	Name() string
	// Now is the stack's time; everything above it uses no other.
	Now() time.Time
	// Drive calls step each time wake was called or the time step returned
	// has come (the zero time: only when woken), never two calls at once, until
	// step returns done. ended is closed after the last call. Over the kernel
	// and the live lab a goroutine calls step; in exact runs the virtual
	// clock's loop does.
	Drive(step func(now time.Time) (next time.Time, done bool)) (wake func(), ended <-chan struct{})

	// Dial starts a TCP connection from any local port and returns at once, in
	// SYN-SENT; Conn.Connected tells how it went.
	Dial(to netip.AddrPort) (Conn, error)
	// Listen claims a TCP address. ErrInUse, ErrNotLocal, ErrPermission.
	Listen(at netip.AddrPort) (Listener, error)
	// OpenUDP binds a UDP socket, at the port given or (port 0) any.
	OpenUDP(at netip.AddrPort) (PacketConn, error)
}

// A Notifier calls f, from any goroutine, when something may have changed
// since a Try method returned ErrWouldBlock, or a dial has ended. One edge may
// stand for many changes; f must not block. It is set once, before use.
type Notifier interface {
	Notify(f func())
}

// A Listener hands out connections that have come.
type Listener interface {
	Notifier
	// TryAccept returns the next connection, or ErrWouldBlock.
	TryAccept() (Conn, error)
	Addr() netip.AddrPort
	Close() error
}

// A Conn is one TCP connection. Its methods never block and are called by one
// goroutine at a time.
type Conn interface {
	Notifier
	// Connected is nil once the handshake is done, ErrWouldBlock before, and
	// else why there is no connection.
	Connected() error
	// TryRead reads what has come: ErrWouldBlock if nothing, io.EOF after the
	// peer's FIN, ErrReset after its RST.
	TryRead(p []byte) (int, error)
	// TryWrite takes a prefix of p, 0 < n ≤ len(p), or returns ErrWouldBlock.
	// k is the ordinal of the message whose first byte p holds, 0 if it holds
	// none: the lab keys the fate of packets by it.
	TryWrite(p []byte, k uint64) (int, error)
	// CloseWrite sends FIN behind everything written.
	CloseWrite() error
	// Abort sends RST and closes.
	Abort() error
	// Close lets go of the connection; what was written is still sent.
	Close() error
	LocalAddr() netip.AddrPort
	RemoteAddr() netip.AddrPort
	// Snapshot tells the numbers. After Close it goes on telling the state, for
	// as long as the stack knows (FIN-WAIT-2, TIME-WAIT), then Closed.
	Snapshot() segment.Snapshot
	// SetNoDelay turns Nagle's algorithm off (RFC 9293 §3.7.4).
	SetNoDelay(bool) error
}

// A Packet is a datagram as it came.
type Packet struct {
	From netip.AddrPort
	Len  int // bytes put into the buffer
	Size int // bytes of the datagram; more than Len if it was cut short
}

// A Returned is word that a datagram of ours did not get there: an ICMP error.
type Returned struct {
	To      netip.AddrPort
	Err     error  // ErrRefused, ErrUnreachable, …
	Payload []byte // the beginning of the datagram, as far as it came back
}

// A PacketConn is an unconnected UDP socket. Its methods never block and are
// called by one goroutine at a time.
type PacketConn interface {
	Notifier
	// TryReadFrom reads one datagram, an empty one too, or returns ErrWouldBlock.
	TryReadFrom(p []byte) (Packet, error)
	// TryWriteTo sends one datagram: ErrWouldBlock, ErrTooLong, ErrRefused, ….
	// k is as in Conn.TryWrite.
	TryWriteTo(p []byte, to netip.AddrPort, k uint64) error
	// TryReturned tells of the next ICMP error, or ErrWouldBlock.
	TryReturned() (Returned, error)
	// Drops counts the datagrams that came and found the receive buffer full;
	// ok says whether the stack tells.
	Drops() (n uint64, ok bool)
	LocalAddr() netip.AddrPort
	Close() error
}

// A Volley is a PacketConn that sends many datagrams by one call.
type Volley interface {
	// TryWriteAll sends datagrams to one address, in order, and says how many of
	// them it sent; err is why the next one was not, as TryWriteTo would say.
	TryWriteAll(datagrams [][]byte, to netip.AddrPort) (n int, err error)
}

// The kinds of error that callers tell apart. A stack wraps them, so that
// errors.Is finds them and the text says the rest.
var (
	ErrWouldBlock  = errors.New("would block")
	ErrInUse       = errors.New("address already in use")
	ErrNotLocal    = errors.New("not an address of this machine")
	ErrPermission  = errors.New("permission denied")
	ErrRefused     = errors.New("connection refused")
	ErrReset       = errors.New("connection reset by peer")
	ErrTimeout     = errors.New("timed out")
	ErrUnreachable = errors.New("unreachable")
	ErrTooLong     = errors.New("message too long")
	ErrClosed      = errors.New("closed")
)

// A Holder is what stands in the way of claiming an address.
type Holder struct {
	State segment.State // Listen: a program that listens; TimeWait: nobody any more
	Left  time.Duration // of TIME-WAIT
}

// A Surveyor is a stack that can say who holds a TCP address.
type Surveyor interface {
	Holder(at netip.AddrPort) (h Holder, ok bool)
}

// A Witness is a stack that sees the segments of its connections.
type Witness interface {
	// Segments returns what was seen since the ordinal given, the ordinal to
	// ask with next, and how many were overwritten before they were asked for.
	Segments(since uint64) (segs []segment.Segment, next, missed uint64)
}
