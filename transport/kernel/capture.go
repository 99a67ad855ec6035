package kernel

import (
	"sync/atomic"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// defaultKeep is how many segments a capture keeps.
const defaultKeep = 8192

// CaptureOptions are what a capture is made with.
type CaptureOptions struct {
	// Keep is how many segments are kept; 0: 8192.
	Keep int
	// Observe is told of each segment of this stack's, with its IP packet, by
	// the capture's own goroutine. It must not keep the packet.
	Observe func(s segment.Segment, packet []byte)
}

// seeing holds a Stack's capture, if it has one.
type seeing struct{ capture atomic.Pointer[capture] }

// Capture has the segments of connections made from now on seen, both ways from
// the first SYN, until stop is called: then there is no goroutine left of it,
// and what was seen can still be asked for. It needs CAP_NET_RAW; without, the
// error is stack.ErrPermission and all else works. It is called at most once.
func (t *Stack) Capture(o CaptureOptions) (stop func(), err error) {
	c, err := t.beginCapture(o)
	if err != nil {
		return nil, err
	}
	t.capture.Store(c)
	return c.close, nil
}

// Segments returns what was seen of the wire since the ordinal given; missed
// counts what was overwritten, and what the system dropped before it could be
// seen. It is empty without a Capture.
func (t *Stack) Segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	if c := t.capture.Load(); c != nil {
		return c.segments(since)
	}
	return nil, since, 0
}

var _ stack.Witness = (*Stack)(nil)
