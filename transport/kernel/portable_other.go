//go:build !windows && ((!linux && !darwin) || portable)

package kernel

import (
	"syscall"

	"seqtalk/transport/segment"
)

// claim leaves a socket as package net makes it.
func claim(network, address string, rc syscall.RawConn) error { return nil }

// counted is empty: nobody tells.
type counted struct{ segment.Snapshot }

func (*conn) count() {}
