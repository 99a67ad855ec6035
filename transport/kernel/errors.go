package kernel

import (
	"errors"
	"net/netip"
	"syscall"
)

// opError is an error of the system with the operation it befell. errors.Is
// finds the sentinel of package stack and the system's own error in it.
type opError struct {
	what  string // "dial tcp 127.0.0.1:9001"
	cause error  // the system's: its text is the rest
	kind  error  // of package stack; nil if it has none for this cause
}

func (e *opError) Error() string { return e.what + ": " + e.cause.Error() }

func (e *opError) Unwrap() []error {
	if e.kind == nil {
		return []error{e.cause}
	}
	return []error{e.kind, e.cause}
}

// fault says that op on network with the address at came to cause. Of what
// package net wraps around a system call's error only that error is kept.
func fault(op, network, at string, cause error) error {
	var no syscall.Errno
	if !errors.As(cause, &no) {
		return &opError{what: op + " " + network + " " + at, cause: cause}
	}
	return &opError{what: op + " " + network + " " + at, cause: no, kind: kind(no)}
}

// route names a connection as package net does.
func route(from, to netip.AddrPort) string { return from.String() + "->" + to.String() }
