//go:build unix

package kernel

import (
	"syscall"

	"seqtalk/transport/stack"
)

const connRefused = syscall.ECONNREFUSED

// kind is the sentinel that no belongs to, nil if none does.
func kind(no syscall.Errno) error {
	switch no {
	case syscall.EADDRINUSE:
		return stack.ErrInUse
	case syscall.EADDRNOTAVAIL:
		return stack.ErrNotLocal
	case syscall.EACCES, syscall.EPERM:
		return stack.ErrPermission
	case syscall.ECONNREFUSED:
		return stack.ErrRefused
	case syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED:
		return stack.ErrReset
	case syscall.ETIMEDOUT:
		return stack.ErrTimeout
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN:
		return stack.ErrUnreachable
	case syscall.EMSGSIZE:
		return stack.ErrTooLong
	}
	return nil
}
