// Package session turns messages into octets and octets into messages: what
// the two ends of a conversation say to each other, over one TCP connection
// (a stream) or in UDP datagrams. It finds out how the peer speaks, numbers
// messages, acknowledges them and counts what is missing.
//
// It is a pure machine. Time comes in as an argument, chance in the Config;
// octets and events come out as values. It opens nothing, starts nothing and
// waits for nothing, so that the same code ships and is proved in virtual time.
package session

import "time"

// Wire is how messages are put into octets.
type Wire uint8

// The wires. Auto is not yet known: it becomes one of the others.
const (
	Auto Wire = iota
	Framed
	Raw
	Line
)

// String is the name the --wire flag takes.
func (w Wire) String() string {
	return [...]string{"auto", "framed", "raw", "line"}[w]
}

// Protocols is a set of the protocols an end means to talk over.
type Protocols uint8

// The protocols a HELLO can name.
const (
	OverTCP Protocols = 1 << iota
	OverUDP
	OverLab

	// answering marks, in a datagram, the HELLO of who was called, so that two who
	// are called by a third never take each other's answers for calls.
	answering

	// resuming marks, on a stream, who says HALF before it sends FIN on purpose, and
	// can go on with a conversation whose connection was lost.
	resuming
)

// Config is what a machine is made with.
type Config struct {
	Datagram  bool   // UDP; else a stream
	Dialer    bool   // this end called the other
	Wire      Wire   // as asked for
	Instance  uint64 // of this process: random, not 0
	Session   uint64 // of this conversation, chosen by the dialer: random, not 0; 0 at a listener
	Secret    uint64 // of a listener over UDP: random, another one for each machine
	Protocols Protocols
	Nick      string
	MaxOctets int   // of one datagram, header included; 0: 1200
	Past      *Past // of a stream: what the last connection left, if it was lost; the dialer's Session is its own then
	Patient   bool  // nobody else can call: there is no deadline for a HELLO or a frame, however bad the link
}

// Peer is who is at the other end, as far as it said so. All of it is the
// peer's word; Nick is foreign text.
type Peer struct {
	Instance  uint64
	Session   uint64
	Protocols Protocols
	Nick      string
}

// Out is octets for the stack: the next run of a stream, or one datagram.
type Out struct {
	Octets []byte // the caller's: the machine does not touch them again
	ID     uint64 // of the message it carries (from 1), 0 for what is not a message
	Row    uint64 // as given to Send
	Text   int    // how many of the octets are the message's own
	Label  string // of a control frame: "HELLO", "RECEIPT", …, or "GREETING"; "" for a message
}

// An Event is what the machine tells its owner, in order.
type Event interface{ event() }

// Settled says how the two talk, as far as is known now. It can come up to three
// times: Raw, because nobody answered in time; Raw or Line, by the first octets
// that came; and Framed, when a HELLO comes after all.
type Settled struct {
	Wire    Wire
	Peer    Peer
	SawLine bool // the peer is no seqtalk and was shown our greeting line
	// Unanswered says that nobody answered in time: nothing is known of the peer
	// yet.
	Unanswered bool
}

// Received is a message, or a piece of one.
type Received struct {
	ID      uint64 // the sender's number for it; 0 in raw and line
	Row     uint64 // the sender's row; 0 in raw and line
	Text    []byte // the machine does not touch it again
	SentAt  int64  // by the sender's clock, Unix ms, clamped to years 1970–9999; 0 in raw and line
	Octets  int    // what it weighed on the wire
	First   uint64 // position in the stream of its first octet, from 1; 0 on UDP
	Last    uint64 // and of its last
	Wire    Wire
	More    bool // the message goes on in the next Received
	Partial bool // line: no newline came for 200 ms, or at all; the next Received goes on with the line, if only to end it
	Dup     bool // UDP: this id came before
	Late    bool // UDP: a higher id came before
}

// Delivered says that the peer's program has our message.
type Delivered struct {
	ID, Row uint64
	After   time.Duration // since its octets were taken from the machine
}

// Unconfirmed says that no receipt came in time (UDP: 3 × RTT, at least
// 500 ms): the message was lost, or its receipt was. Delivered may follow.
type Unconfirmed struct{ ID, Row uint64 }

// Renamed says that the peer calls itself something else.
type Renamed struct{ Nick string }

// Bye says that the peer ends the conversation. Nothing follows.
type Bye struct{ Reason Reason }

// Reason is why a conversation ended, as BYE carries it.
type Reason uint8

// The reasons.
const (
	Quit     Reason = iota // its user left
	Busy                   // it talks to somebody else
	Mistaken               // it could not make sense of what we sent
)

// Foreign names another protocol that the first octets belong to: "TLS",
// "HTTP", "SSH", "telnet".
type Foreign struct{ Name string }

// Continued says, once, what became of the Past a machine was made with: the
// peer is the same process and goes on, or it is another and nothing is
// resumed. Again is how many of our messages are sent again.
type Continued struct {
	Resumed bool
	Again   int
}

// Failed says that the octets make no sense and, on a stream, that there is no
// way on; a datagram is just dropped and counted.
type Failed struct{ Err error }

func (Settled) event()     {}
func (Received) event()    {}
func (Delivered) event()   {}
func (Unconfirmed) event() {}
func (Renamed) event()     {}
func (Bye) event()         {}
func (Foreign) event()     {}
func (Continued) event()   {}
func (Failed) event()      {}

// Counters are what a machine has counted.
type Counters struct {
	Sent      uint64        // messages handed over: the highest id of ours, as Send returned it
	Seen      uint64        // of ours, the highest the peer confirmed
	Confirmed uint64        // of ours, how many the peer confirmed
	Received  uint64        // messages that came, each counted once
	Highest   uint64        // highest id the peer sent or said it sent
	Lost      uint64        // ids up to Highest that never came (UDP)
	Duplicate uint64        // arrivals beyond the first (UDP)
	Late      uint64        // came after a higher id (UDP); no longer counted as lost
	Skipped   uint64        // frames of unknown types ≥ 128
	Malformed uint64        // datagrams or frames that made no sense
	Ignored   uint64        // datagrams of another session; what came after a BYE or a failure
	RTT       time.Duration // smoothed, message to receipt or PING to PONG; 0: not measured
}
