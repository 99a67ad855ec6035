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
	Text  []byte    // Mine, Theirs: as said, to be drawn through safe; Note: our own words, peers' parts spelled out already; not to be written to

	// Of Mine and Theirs:
	Row       uint64 // of Mine
	ID        uint64 // the transport's number for it; 0 in raw and line; over both TCP's
	Wire      session.Wire
	Octets    int // its weight on the wire
	More      bool
	Partial   bool
	Dup, Late bool    // of Theirs over UDP
	Past      bool    // said in an earlier talk: there is no Row, and no Fates
	Fates     [2]Fate // over TCP, over UDP; of Theirs only Proto, First, Last and After

	Level Level // of a Note
}

// Fate is what became of a line of ours over one protocol, or (Theirs) how it came.
type Fate struct {
	Proto       segment.Proto // 0: it did not go over this protocol, or nothing is known yet
	Mark        transport.Mark
	Wire        session.Wire  // how it went; Auto: not known
	ID          uint64        // this protocol's number for it
	Octets      int           // its weight on the wire
	First, Last uint64        // bytes of the stream; 0: not known, or UDP
	After       time.Duration // until Acked or Delivered, the first of them; of Theirs: how much later than At it came this way too
	Exact       bool          // After is not an upper bound
	Receipt     time.Duration // until Delivered
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
	Divide // what follows goes over another connection
)
