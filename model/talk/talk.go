// Package talk is the state of a conversation, without a screen: its history,
// the mark beside each line, what was counted. Events of a transport go in,
// lines and numbers come out. It starts nothing, waits for nothing and knows
// neither Bubble Tea nor the terminal.
package talk

import (
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
)

// Kind is what a line is.
type Kind uint8

// The kinds of line.
const (
	Mine   Kind = iota // we said it
	Theirs             // the peer said it
	Note               // the program says it
)

// A Line is one entry of the history, unpacked for whoever draws it.
type Line struct {
	Index uint64 // its place in the conversation, from 0; never used twice
	Kind  Kind
	At    time.Time
	Nick  safe.Text // who said it; empty for a Note
	Text  []byte    // Mine, Theirs: as said, to be drawn through safe; Note: our own words, peers' parts spelled out already

	// Of Mine and Theirs:
	Row       uint64 // of Mine
	ID        uint64 // the transport's number for it; 0 in raw and line
	Wire      session.Wire
	Octets    int // its weight on the wire
	More      bool
	Partial   bool
	Dup, Late bool    // of Theirs over UDP
	Fates     [2]Fate // of Mine: over TCP, over UDP; of Theirs only Proto, First and Last

	Level Level // of a Note
}

// Fate is what became of a line of ours over one protocol, or (Theirs) how it came.
type Fate struct {
	Proto       segment.Proto // 0: it did not go over this protocol
	Mark        transport.Mark
	First, Last uint64        // bytes of the stream; 0: not known, or UDP
	After       time.Duration // until Acked or Delivered, the first of them
	Resent      int           // ↻n; -1: resent, number not known
	Err         safe.Text     // why it failed
}

// Level is how much a Note matters.
type Level uint8

// The levels.
const (
	Info Level = iota
	Warn
	Alarm
)
