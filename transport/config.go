package transport

import (
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// Config is what Open needs.
type Config struct {
	Stack  stack.Stack
	Role   Role            // Meeting, Listener or Dialer
	Addr   string          // "host:port", "host", ":port", "port" or ""
	Protos []segment.Proto // the protocols meant, the preferred first; two for both
	Family Family
	Wire   session.Wire
	Nick   string
	// Lab asks for the userspace stack, with the other end in another process. A
	// meeting listener has it for whoever asks, whatever stands here.
	Lab bool
	// Net is the link of that lab, Out the way from this end. Given says that
	// somebody asked for it: it goes over one that nobody asked for.
	Net   link.Spec
	Given bool
	Retry bool // go on trying for ever
	// Redial has a dialer call again when the TCP connection of a conversation in
	// frames is lost; with Retry, whatever was spoken over it.
	Redial bool
	// Again has a listener send what a lost peer did not confirm to whoever comes
	// next; without it only to the same process, or where Do(Again) says so.
	Again bool
	// Hold keeps our half of a TCP connection open when the peer has sent FIN,
	// until HalfClose or End; Do(Hold) changes it.
	Hold bool
	// Record is told of the packets of a lab that is shared; nil: nobody. Those of
	// the kernel's stack are its owner's to tell.
	Record *Recording
	// Log is the transcript, the conversation's to close; nil: none is written.
	// Do(LogTo) changes it.
	Log *Log
	// MaxDatagram is the longest UDP datagram framed, in octets; 0: 1200.
	MaxDatagram int
	// Seed makes ids and jitter repeatable; 0: random.
	Seed uint64
	// Exact says that the stack's clock is virtual: no goroutine is started,
	// and what happens is taken by Drain instead of Events. Addr must be an IP
	// address.
	Exact bool
	// Wait is how long a meeting tries before it names what holds the port; 0: 3 s.
	Wait time.Duration
}

// Family is a preference among addresses of a name.
type Family uint8

// The families: -4 and -6.
const (
	AnyFamily Family = iota
	IPv4
	IPv6
)
