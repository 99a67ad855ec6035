//go:build !linux || portable

package kernel

import (
	"errors"
	"net/netip"

	"seqtalk/transport/segment"
)

// capture is what this system does not have.
type capture struct{}

// A spot is an address of this machine whose packets matter.
type spot struct {
	proto         segment.Proto
	local, remote netip.AddrPort
}

func (*capture) look(spot) {}

func (*watch) beginCapture(CaptureOptions) (*capture, error) {
	return nil, errors.New("packets are captured on Linux only")
}

func (*capture) segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	return nil, since, 0
}

func (*capture) fill(local, remote netip.AddrPort, n *segment.Snapshot) {}

func (*capture) close() {}
