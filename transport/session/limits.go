package session

import (
	"errors"
	"time"
)

// What a machine holds is bounded by these, whatever a peer sends. Each has
// its counter in Counters, or a test that nothing grows beyond it.
const (
	headerLen = 8       // octets before every body
	maxLength = 1 << 16 // what a header may announce, in octets
	maxNick   = 64      // octets of a name
	maxHello  = 1 + 9 + 9 + 2 + 2 + maxNick + 9
	maxLine   = 16 << 10 // octets of a line given in one piece
	maxPiece  = 60_000   // octets of text in one TEXT on a stream
	maxBitmap = 512      // octets: a receipt speaks of at most 4,096 ids beyond its first number
	maxUDP    = 65_507   // octets of a datagram over IPv4: 65,535 − 20 − 8 (RFC 768, RFC 791)

	noProof       = 1 << 16 // what a HELLO has in place of a proof: as long as one
	proofBit      = 1 << 17 // every proof has it, so that all take 5 octets
	defaultOctets = 1200    // of a datagram: under every path's MTU that is met today (RFC 9000 §14)
	leastOctets   = 128     // of a datagram: a HELLO with the longest name fits

	window           = 1 << 16 // ids the loss tracker remembers, and the widest plausible jump
	keptOverUDP      = 1 << 16 // messages of ours that a late receipt can still confirm
	keptOverTCP      = 1 << 18 // the same on a stream, where only a peer that gives no receipts gets there
	keptOctets       = 8 << 20 // of frames of ours without a receipt on a stream, more than any window
	keptTexts        = 1 << 17 // and how many those may be
	chunk            = 16 << 10
	lastMilli        = 253_402_300_799_999 // ms: the last of the year 9999
	helloRepeats     = 5
	mostPings        = 3 // over UDP, that nobody answers
	quickAnswers     = 8 // to HELLOs of one session; the later ones are as seldom as HELLOs
	greetingsAtStart = 2
)

// The times.
const (
	idle          = 200 * time.Millisecond // then what is held of a text is given out
	helloWait     = 5 * time.Second        // a stream's listener waits for a HELLO, from the start or from its first octets
	frameBegun    = 10 * time.Second       // then what might have become a HELLO is text after all, and a frame is too late
	frameOctet    = time.Millisecond       // more for each octet of a frame, for the slowest of lines
	answerWait    = 300 * time.Millisecond // a dialer's text waits for the answer to its greeting
	speakFirst    = time.Second            // a listener's text waits for a greeting, from its start
	helloEvery    = 200 * time.Millisecond // UDP: between the first HELLOs or greetings
	helloSeldom   = 2 * time.Second        // UDP: between the later ones
	silence       = 5 * time.Second        // then a PING
	receiptEvery  = 10 * time.Millisecond  // UDP: at most 100 receipts a second
	leastPatience = 500 * time.Millisecond // UDP: with a receipt, however small the RTT
)

// The errors of Send.
var (
	ErrTooLong = errors.New("too long")
	ErrEnded   = errors.New("the conversation has ended")
)
