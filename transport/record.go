package transport

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// A Recording writes packets to a pcapng file: those the kernel's stack has
// captured, and those of a lab. What becomes of a packet on an emulated link is
// its comment.
type Recording struct {
	mu   sync.Mutex
	file *journal.Capture // nil once closed
	err  error            // the first
}

// The interfaces of a conversation's Recording.
const (
	recordKernel = iota
	recordLab
)

// Record makes the file at path for a conversation. It must not exist, and only
// its owner can read it.
func Record(path string) (*Recording, error) {
	return record(path, []journal.Interface{
		recordKernel: {Name: "kernel", Description: "the operating system's stack", Link: journal.LinkRaw},
		recordLab:    {Name: "lab", Description: "the userspace stack behind an emulated link", Link: journal.LinkRaw},
	})
}

// RecordPair makes a file as Record does, for a Pair: its interfaces are the
// link's two sides, and each packet stands there as it left one and, unless it
// was lost, as it came to the other.
func RecordPair(path string) (*Recording, error) {
	return record(path, []journal.Interface{
		{Name: "A", Description: "the dialer's side of the emulated link", Link: journal.LinkRaw},
		{Name: "B", Description: "the listener's side of the emulated link", Link: journal.LinkRaw},
	})
}

func record(path string, ifaces []journal.Interface) (*Recording, error) {
	file, err := journal.CreateCapture(path, ifaces)
	if err != nil {
		return nil, err
	}
	return &Recording{file: file}, nil
}

// Kernel writes a packet that the kernel's stack captured; it is what
// kernel.CaptureOptions wants to be told.
func (r *Recording) Kernel(s segment.Segment, packet []byte) {
	r.write(recordKernel, &s, packet)
}

// Pair writes a packet of a Pair at the side where it was seen; it is what
// PairConfig.Observe wants to be told.
func (r *Recording) Pair(s segment.Segment, packet []byte) {
	side := int(s.Dir)
	switch s.Stage {
	case segment.Arrived:
		side, s.Dir = 1-side, segment.In
	case segment.Sent:
		s.Dir = segment.Out
	default:
		return // its comment said so when it left
	}
	r.write(side, &s, packet)
}

// lab writes a packet of a lab as this end saw it: s.Dir is its own.
func (r *Recording) lab(s *segment.Segment, packet []byte) {
	if s.Dir == segment.Out && s.Stage == segment.Sent || s.Dir == segment.In && s.Stage == segment.Arrived {
		r.write(recordLab, s, packet)
	}
}

func (r *Recording) write(iface int, s *segment.Segment, packet []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return
	}
	if err := r.file.Packet(iface, s.At, packet, s.Size, s.Dir, comment(s)); err != nil && r.err == nil {
		r.err = err
	}
}

// comment is what an emulated link made of a packet: "ok (packet 3), delayed 50.0
// ms", "lost by loss 10% (packet 17)".
func comment(s *segment.Segment) string {
	if s.Fate == "" {
		return "" // no such link
	}
	fate := s.Rule
	switch {
	case fate == "":
		fate = s.Fate
	case strings.HasSuffix(fate, " by /drop"):
		fate = "dropped by you: /drop"
	}
	if s.Copy > 0 {
		fate = "duplicate, " + fate
	}
	fate = fmt.Sprintf("%s (packet %d)", fate, s.ID)
	if s.Stage == segment.Arrived && s.Delay > 0 {
		fate += fmt.Sprintf(", delayed %.1f ms", float64(s.Delay)/float64(time.Millisecond))
	}
	return fate
}

// Close ends the file. The error is the first that anything met; it says how
// many packets are not there for it.
func (r *Recording) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	missed := r.file.Missed()
	if err := r.file.Close(); r.err == nil {
		r.err = err
	}
	r.file = nil
	if missed > 0 {
		return fmt.Errorf("%d packets were not written: %w", missed, r.err)
	}
	return r.err
}
