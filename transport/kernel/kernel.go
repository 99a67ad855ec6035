// Package kernel is the operating system's TCP/IP stack behind the interfaces
// of package stack, and what that stack tells of its connections without any
// privilege.
//
// On Linux and macOS the sockets are the package's own, not package net's: a
// Try method is one system call on a non-blocking descriptor, and a socket is
// watched only after such a call said it would block (epoll or kqueue, one
// shot). Nothing runs while nothing happens, and a reader that has stopped is
// not told again: the receive buffer fills, TCP's window closes. Elsewhere
// goroutines stand between package net and the Try methods, with buffers of a
// fixed size.
//
// Where it may (CAP_NET_RAW, on Linux) it sees the packets of its own
// connections too, see Capture. It sets no queueing discipline and changes no
// setting of the machine.
package kernel

import (
	"time"

	"seqtalk/transport/stack"
)

// Settings of every TCP connection.
const (
	keepIdle     = 15 * time.Second // of silence before the first keep-alive probe
	keepInterval = 5 * time.Second
	keepCount    = 3

	// userTimeout is how long bytes may stay unacknowledged before the
	// connection is given up (RFC 5482, Linux's TCP_USER_TIMEOUT). There it
	// bounds the keep-alive and the SYN's retransmissions too. A silent peer is
	// asked after 5 s, so that one who is cut off is given up within a minute.
	userTimeout = 50 * time.Second

	// udpBuffer is the receive buffer asked for; the system may grant less.
	udpBuffer = 4 << 20
)

// A Stack is the operating system's stack. It may be used by many goroutines.
// It holds a descriptor and a goroutine only while something made by it is open.
type Stack struct{ watch }

var _ stack.Stack = (*Stack)(nil)

// New returns the operating system's stack.
func New() *Stack { return &Stack{} }

// Name is "kernel".
func (*Stack) Name() string { return "kernel" }

// Now is the real time.
func (*Stack) Now() time.Time { return time.Now() }

// Drive runs step on a goroutine of its own, the first time when wake is first
// called, so that the caller can keep wake before step needs it. wake never
// blocks, may be called from any goroutine, from step too, and does nothing
// once step is done.
func (*Stack) Drive(step func(now time.Time) (next time.Time, done bool)) (wake func(), ended <-chan struct{}) {
	woken := make(chan struct{}, 1)
	over := make(chan struct{})
	go func() {
		defer close(over)
		timer := time.NewTimer(time.Hour)
		timer.Stop()
		defer timer.Stop()
		for {
			select {
			case <-woken:
			case <-timer.C:
			}
			next, done := step(time.Now())
			switch {
			case done:
				return
			case next.IsZero():
				timer.Stop()
			default:
				timer.Reset(time.Until(next))
			}
		}
	}()
	return func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	}, over
}
