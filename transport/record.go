package transport

import (
	"fmt"
	"sync"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// A Recording writes the packets of a conversation to a pcapng file: those the
// kernel's stack has captured and, of a lab, those that this end sent and got.
// What becomes of a packet on an emulated link is its comment.
type Recording struct {
	mu   sync.Mutex
	file *journal.Capture // nil once closed
	err  error            // the first
}

// The interfaces of a Recording.
const (
	recordKernel = iota
	recordLab
)

// Record makes the file at path, which must not exist. Only its owner can read it.
func Record(path string) (*Recording, error) {
	file, err := journal.CreateCapture(path, []journal.Interface{
		recordKernel: {Name: "kernel", Description: "the operating system's stack", Link: journal.LinkRaw},
		recordLab:    {Name: "lab", Description: "the userspace stack behind an emulated link", Link: journal.LinkRaw},
	})
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

// lab writes a packet of a lab as this end saw it: s.Dir is its own.
func (r *Recording) lab(s *segment.Segment, packet []byte) {
	if s.Dir == segment.Out && s.Stage == segment.Sent || s.Dir == segment.In && s.Stage == segment.Arrived {
		r.write(recordLab, s, packet)
	}
}

func (r *Recording) write(iface int, s *segment.Segment, packet []byte) {
	comment := s.Rule
	if comment == "" && s.Fate != segment.FateOK {
		comment = s.Fate
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return
	}
	if err := r.file.Packet(iface, s.At, packet, s.Size, s.Dir, comment); err != nil && r.err == nil {
		r.err = err
	}
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
