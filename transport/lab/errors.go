package lab

import (
	"errors"
	"fmt"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// wrap makes a Go error of netstack's; nil stays nil.
func wrap(err tcpip.Error) error {
	if err == nil {
		return nil
	}
	return errors.New(err.String())
}

// kind returns which of the stack's errors err is; one that callers do not tell
// apart keeps netstack's words.
func kind(err tcpip.Error) error {
	switch err.(type) {
	case nil:
		return nil
	case *tcpip.ErrWouldBlock, *tcpip.ErrConnectStarted, *tcpip.ErrAlreadyConnecting, *tcpip.ErrNoBufferSpace:
		return stack.ErrWouldBlock
	case *tcpip.ErrPortInUse, *tcpip.ErrNoPortAvailable, *tcpip.ErrAlreadyBound:
		return stack.ErrInUse
	case *tcpip.ErrBadLocalAddress, *tcpip.ErrBadAddress:
		return stack.ErrNotLocal
	case *tcpip.ErrNotPermitted, *tcpip.ErrBroadcastDisabled:
		return stack.ErrPermission
	case *tcpip.ErrConnectionRefused:
		return stack.ErrRefused
	case *tcpip.ErrConnectionReset, *tcpip.ErrConnectionAborted, *tcpip.ErrAborted:
		return stack.ErrReset
	case *tcpip.ErrTimeout:
		return stack.ErrTimeout
	case *tcpip.ErrNetworkUnreachable, *tcpip.ErrHostUnreachable, *tcpip.ErrHostDown, *tcpip.ErrNoNet:
		return stack.ErrUnreachable
	case *tcpip.ErrMessageTooLong:
		return stack.ErrTooLong
	case *tcpip.ErrInvalidEndpointState, *tcpip.ErrClosedForSend, *tcpip.ErrClosedForReceive, *tcpip.ErrNotConnected:
		return stack.ErrClosed
	}
	return wrap(err)
}

// say puts what was tried before an error that is told to people.
func say(op string, proto segment.Proto, at netip.AddrPort, err error) error {
	return fmt.Errorf("%s %v %v: %w", op, proto, at, err)
}

// icmpError is what an ICMP message says became of a datagram; nil if it is none
// of those that do (RFC 792, RFC 4443 §3).
func icmpError(s segment.Segment) error {
	const (
		unreachable4, portOf4 = 3, 3
		unreachable6, portOf6 = 1, 4
		tooBig4, tooBig6      = 4, 2 // a code of unreachable4; a type
	)
	switch v4 := s.Proto == segment.ICMP; {
	case v4 && s.Type == unreachable4 && s.Code == portOf4, !v4 && s.Type == unreachable6 && s.Code == portOf6:
		return stack.ErrRefused
	case v4 && s.Type == unreachable4 && s.Code == tooBig4, !v4 && s.Type == tooBig6:
		return stack.ErrTooLong
	case v4 && s.Type == unreachable4, !v4 && s.Type == unreachable6:
		return stack.ErrUnreachable
	}
	return nil
}
