// Package journal keeps what happened on disk: a transcript, one JSON object a
// line, of what was said, and a capture, in pcapng, of the packets that bore
// it. It reads both back, and the captures of tcpdump and Wireshark too.
//
// Each record and each packet is one write(2), so that what was written
// survives the program; nothing is buffered here and no goroutine is started.
// Time comes in as an argument. No file is ever overwritten, no symbolic link
// followed, and what is written is for its owner's eyes only.
//
// What is read was written by somebody else: its size is bounded before
// anything is allocated, and its text is foreign. Spelling it out for a
// terminal is package ui/safe's.
package journal

import (
	"errors"
	"fmt"
	"time"
)

// The limits. What is written here keeps to them, so that it can be read.
const (
	MaxFile       = 256 << 20 // bytes of a file, written or read
	MaxLine       = 1 << 20   // bytes of a transcript's line, newline included
	MaxBlock      = 256 << 10 // bytes of a capture's block
	MaxInterfaces = 64        // of a capture
	MaxPackets    = 1_000_000 // of a capture
)

// What a caller tells apart.
var (
	ErrFull   = errors.New("the file has reached its limit")
	ErrLocked = errors.New("another program is writing to it")
	ErrUnsafe = errors.New("not a file to write private text to")
	ErrClosed = errors.New("closed")
	// ErrTruncated is a file that ends within a block or a line: its writer was
	// stopped, or is writing still. What came before is good.
	ErrTruncated = errors.New("the file ends in the middle")
)

// A FormatError says where a file could not be read, and why.
type FormatError struct {
	Offset int64 // in bytes, of the block or line that is wrong
	Line   int   // of a transcript, from 1; 0 in a capture
	Why    string
	Err    error // ErrTruncated, ErrFull, or nil
}

func (e *FormatError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d (byte %d): %s", e.Line, e.Offset, e.Why)
	}
	return fmt.Sprintf("byte %d: %s", e.Offset, e.Why)
}

func (e *FormatError) Unwrap() error { return e.Err }

// lastSecond is the last second of the year 9999: package time writes no later
// one, so neither is a later one believed.
const lastSecond = 253402300799

// clampMilli keeps a Unix time in ms within 1970–9999.
func clampMilli(ms int64) int64 { return min(max(ms, 0), lastSecond*1000+999) }

// clampNano is t in ns since 1970, kept within what the 64 bits of package time
// hold (until 2262).
func clampNano(t time.Time) uint64 {
	const last = 1<<63/1_000_000_000 - 1
	switch s := t.Unix(); {
	case s < 0:
		return 0
	case s > last:
		return last * 1_000_000_000
	}
	return uint64(t.UnixNano())
}
