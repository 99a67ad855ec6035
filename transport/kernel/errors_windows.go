package kernel

import (
	"syscall"

	"golang.org/x/sys/windows"

	"seqtalk/transport/stack"
)

const connRefused = windows.WSAECONNREFUSED

// kind is the sentinel that no belongs to, nil if none does.
func kind(no syscall.Errno) error {
	switch no {
	case windows.WSAEADDRINUSE:
		return stack.ErrInUse
	case windows.WSAEADDRNOTAVAIL:
		return stack.ErrNotLocal
	case windows.WSAEACCES:
		return stack.ErrPermission
	case windows.WSAECONNREFUSED:
		return stack.ErrRefused
	case windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.WSAESHUTDOWN:
		return stack.ErrReset
	case windows.WSAETIMEDOUT:
		return stack.ErrTimeout
	case windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH, windows.WSAEHOSTDOWN, windows.WSAENETDOWN:
		return stack.ErrUnreachable
	case windows.WSAEMSGSIZE:
		return stack.ErrTooLong
	}
	return nil
}
