// Package transport carries messages to and from one peer, over TCP or UDP or
// both, and tells what the protocol did with them. It knows nothing of the
// screen.
//
// tcp.go and udp.go are the two protocols, over any stack (package stack);
// meet.go finds out which end listens; conversation.go drives them.
package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A Transport is one end of a conversation at one address, for the program's
// life, with at most one peer at a time.
type Transport interface {
	// Send queues m. It never blocks: ErrQueueFull, ErrTooLong, ErrNoPeer (UDP
	// before a peer is known), ErrPeerMoved (once, after the peer of raw UDP has
	// changed: the line may have been meant for the one before), ErrClosed.
	Send(m Message) error
	// Ready is signalled when a full queue has room again.
	Ready() <-chan struct{}
	// Events tells what happens, in order; closed after a last Closed. Whoever
	// stops reading it stops the reading of the network too, so that TCP's
	// window closes.
	Events() <-chan Event
	// Status is a snapshot; it may be called from any goroutine.
	Status() Status
	// Segments returns what was seen of the wire since the ordinal given, at
	// most what the ring holds; missed counts those already overwritten. It is
	// empty where no segments are seen.
	Segments(since uint64) (segs []segment.Segment, next, missed uint64)
	// Do asks for something; ErrUnsupported says why not.
	Do(c Control) error
	// Close says goodbye as far as there is time, lets go of everything and
	// returns when every goroutine has ended.
	Close() error
}

// A Message is a text to be sent.
type Message struct {
	Row  uint64 // its line in the conversation: pairs its two fates, and names it in a Delivery
	Text []byte
	More bool // it goes on in the next message
}

// What Send and Do can answer.
var (
	ErrQueueFull   = errors.New("the queue is full")
	ErrTooLong     = session.ErrTooLong
	ErrNoPeer      = errors.New("nobody to send to yet: UDP has no connection, so it learns of the peer from its first datagram")
	ErrEnded       = errors.New("the conversation has ended")
	ErrHalfClosed  = fmt.Errorf("our half is closed (FIN sent): %w", ErrEnded)
	ErrPeerMoved   = errors.New("not sent: the UDP peer is somebody else now; what is sent again goes there")
	ErrClosed      = errors.New("closed")
	ErrUnsupported = errors.New("not possible here")
)

// Mark says how far a message got. A mark is never stronger than the truth.
type Mark uint8

// The marks, in the order in which they can follow each other; Unknown and
// Failed end a story, though a late receipt turns Unknown into Delivered.
const (
	Queued    Mark = iota // waits for a connection or for the window
	Sent                  // handed to the stack
	Acked                 // the peer's stack has every byte (SND.UNA passed its end)
	Delivered             // the peer's seqtalk has it (RECEIPT)
	Unknown               // no word: lost, or its receipt was; or the peer went before the ACK
	Failed                // reset before the ACK; ICMP error; too long
)

// String is the name JSON uses.
func (m Mark) String() string {
	return [...]string{"queued", "sent", "acked", "delivered", "unknown", "failed"}[m]
}

// Foreign is text that came from outside and must be spelled out before it is
// shown.
type Foreign string

// An Event is what a Transport tells, each with the protocol it is about.
type Event interface{ event() }

// Up says that there is a peer: a connection stands, or (UDP) somebody is
// known to send to.
type Up struct {
	At          time.Time
	Proto       segment.Proto
	Stack       string // "kernel" or "lab"
	Dialer      bool   // this end called
	Unsaid      bool   // of a recording: it does not say who called
	Local, Peer netip.AddrPort
}

// Settled says how the two talk: the wire, and who the peer says it is.
type Settled struct {
	Proto   segment.Proto
	Wire    session.Wire
	Nick    Foreign
	SawLine bool // the peer is no seqtalk and was shown our greeting line
	// Unanswered says that nobody answered our greeting in time, or greeted us:
	// nothing is known of the peer yet.
	Unanswered bool
}

// Down says that a peer is gone.
type Down struct {
	At     time.Time
	Proto  segment.Proto
	Cause  Cause
	Err    error // for Lost and Refused
	Unsent int   // messages that wait still, those to be sent again among them
	Again  bool  // it is dialed again, or whoever was lost is waited for: the conversation may go on
}

// Cause is why a conversation went down.
type Cause uint8

// The causes.
const (
	PeerQuit   Cause = iota // BYE
	PeerClosed              // FIN without BYE
	Ended                   // this end ended it
	Reset                   // RST
	Lost                    // time-out, unreachable
	Refused                 // nobody there
	BusyPeer                // the peer talks to somebody else
	Mistaken                // what came made no sense
	Aborted                 // this end broke it off (RST)
	Killed                  // FIN without the word that goes before one that is meant: the program died, its kernel closed
)

// String is the word JSON uses.
func (c Cause) String() string {
	return [...]string{"peer quit", "peer closed", "ended", "reset", "lost", "refused", "busy", "mistaken", "aborted", "killed"}[c]
}

// Resumed says how a conversation in frames goes on over a new TCP connection,
// after the last was lost. That is our doing: TCP knows nothing of the old one.
type Resumed struct {
	At    time.Time
	Proto segment.Proto
	Same  bool // the peer is the same process: nothing is missing, nothing comes twice
	Again int  // messages without a receipt that are sent again; to another process perhaps for the second time
	Kept  int  // those that are not, since they were meant for another process; Do(Again) sends them
}

// Received holds messages that came, in order.
type Received struct {
	Proto    segment.Proto
	Messages []Incoming
}

// An Incoming is one message from the peer, or a piece of one.
type Incoming struct {
	session.Received
	At time.Time
}

// Delivery says what became of messages of ours.
type Delivery struct {
	Proto segment.Proto
	Mark  Mark
	Fates []Fate
}

// A Fate is what is known of one message.
type Fate struct {
	Row, ID     uint64        // ID 0: the wire numbers no messages
	First, Last uint64        // its bytes in the stream, from 1; 0 on UDP and with other marks than Sent
	Octets      int           // on the wire, frame included; with Sent
	After       time.Duration // since it was handed to the stack; with Acked and Delivered
	Exact       bool          // with Acked: the ACK itself was seen; else After is when it was found out
	Err         error         // with Failed
}

// Resent says that the stack sent bytes of the TCP stream again, counted as in
// Fate. N is how many times, 0 if only that some of them were is known.
type Resent struct {
	Proto       segment.Proto
	First, Last uint64
	N           int
}

// HalfClosed says that the peer has sent its FIN: it will say nothing more.
type HalfClosed struct {
	At    time.Time
	Proto segment.Proto
	After bool // our own FIN was before it
}

// Renamed says that the peer calls itself something else.
type Renamed struct {
	Proto segment.Proto
	Nick  Foreign
}

// PeerMoved says that raw UDP datagrams now come from another address.
type PeerMoved struct {
	Proto    segment.Proto
	Now, Was netip.AddrPort
}

// Notice is something worth a line: what happened, by Code, with the values
// its text needs, in the order the code's comment names them.
type Notice struct {
	At    time.Time
	Proto segment.Proto // 0: about no protocol
	Code  Code
	Args  []any
	More  int // so many more of its kind came before it and were not told, as too many did
}

// Code names a notice; its words, in each language, are ui/words'.
type Code uint8

// The notices, each with its arguments.
const (
	NoteListening   Code = iota // address, protocols as text ("TCP", "UDP", "TCP and UDP")
	NoteDialing                 // address
	NoteNoUDP                   // error: the listener serves TCP only
	NoteOtherProto              // the flag's protocol, the peer's
	NoteHeldBy                  // address, stack.Holder: who holds the port
	NoteRetry                   // error, time.Duration until the next try
	NoteStranger                // address, count of datagrams so far
	NoteTurnedAway              // address: a third terminal was told that we are busy
	NoteForeign                 // Foreign: the protocol the peer speaks
	NoteICMP                    // error, address
	NoteTruncated               // bytes thrown away, size
	NoteMalformed               // error
	NoteLocked                  // address: only this one from now on
	NotePlaintext               // address: reachable from other machines, not encrypted
	NotePeerSilent              // time.Duration, Light: the peer's program, though asked, says nothing
	NotePeerBack                // time.Duration: it speaks again, after so long
	NoteInLab                   // address of the other process, SPEC: both ends are in the lab now
	NoteNoLab                   // we asked for the lab, the peer came without
	NoteLabDeclined             // address: somebody asked for the lab, which this end does not serve
	NoteUnplugged               // nothing comes from the other process: its cable is unplugged, so to speak
	NotePlugged                 // it does again
	NotePeerNet                 // SPEC: the peer has set the link
	NotePeerCut                 // bool: the peer has cut the link, or healed it
	NoteRawAgain                // raw or line is dialed again, and nothing of what was lost
	NotePeerTime                // bool, float64: the peer holds time; it goes so much slower
	NoteLogTrouble              // error, file: the transcript cannot be written, the talk goes on
	NoteLogGap                  // count of records missing so far: it is written again
	NoteLogDoubtful             // count of records that may not survive a loss of power
	NoteTorn                    // of a transcript: bytes of a line that was not finished
	NoteGap                     // of a transcript: records that could not be written
	NoteUnsynced                // of a transcript: records that may be missing after a loss of power
)

// Closed is the last event.
type Closed struct{ Err error }

func (Up) event()         {}
func (Settled) event()    {}
func (Down) event()       {}
func (Received) event()   {}
func (Delivery) event()   {}
func (Resent) event()     {}
func (HalfClosed) event() {}
func (Renamed) event()    {}
func (Resumed) event()    {}
func (PeerMoved) event()  {}
func (Notice) event()     {}
func (Closed) event()     {}

// Status is where everything stands now.
type Status struct {
	At   time.Time
	Addr string // as asked for
	Role Role
	Legs []Leg // one for each protocol in use, TCP before UDP
	Log  LogState
	// Replay is how far a recording is; nil: this takes place now. Far are the
	// other end's legs, where the recording shows both.
	Replay *Progress
	Far    []Leg
}

// Role is what this end does at its address.
type Role uint8

// The roles.
const (
	Meeting Role = iota // not decided yet
	Listener
	Dialer
)

// String is the role in one word.
func (r Role) String() string { return [...]string{"meeting", "listener", "dialer"}[r] }

// Leg is one protocol's part of a conversation.
type Leg struct {
	Proto       segment.Proto
	Stack       string
	Up          bool
	Dialer      bool
	Local, Peer netip.AddrPort
	Wire        session.Wire
	Nick        Foreign
	TCP         segment.Snapshot // for TCP
	UDP         UDPState         // for UDP
	Silent      time.Duration    // since anything came from the peer's program, where it has to answer; < 0: nothing ever did, or it need not
	Kernel      Light            // of the peer, over TCP
	Counters    session.Counters
	KernelDrops uint64        // datagrams the full receive buffer dropped
	Queued      int           // messages that wait to be handed to the stack
	Unconfirmed int           // framed messages without a receipt
	Retry       time.Duration // until the next try, where one is coming
	Paused      bool          // nothing is read
}

// UDPState is the truth about a peer one has no connection to.
type UDPState uint8

// The states of a UDP leg.
const (
	NoPeer UDPState = iota
	PeerKnown
	Unreachable // ICMP said so, and nothing came since
)

// String is the words of the status bar.
func (s UDPState) String() string {
	return [...]string{"NO PEER YET", "PEER KNOWN", "UNREACHABLE"}[s]
}

// A Control asks a Transport for something beyond sending.
type Control interface{ control() }

// The controls.
type (
	// End ends the conversation: BYE where framed, FIN, drain, close. Down follows.
	End struct{}
	// HalfClose sends FIN once everything queued is sent, and goes on reading
	// (TCP; on UDP it says BYE).
	HalfClose struct{}
	// Rename changes what we call ourselves.
	Rename struct{ Nick string }
	// Lock pins the raw UDP peer to who it is now.
	Lock struct{ On bool }
	// Accept takes the stranger who last wrote over UDP as the peer.
	Accept struct{}
	// Connect dials again after a conversation ended; at once, where it would be
	// dialed again in a while. End ends such waiting.
	Connect struct{}
	// GiveUp ends the dialing after a loss, and nothing else.
	GiveUp struct{}
	// Again sends what a lost peer did not confirm to the one there is now.
	Again struct{}
	// Hold keeps our half open when the peer has sent FIN.
	Hold struct{ On bool }
)

func (End) control()       {}
func (HalfClose) control() {}
func (Rename) control()    {}
func (Lock) control()      {}
func (Accept) control()    {}
func (Connect) control()   {}
func (GiveUp) control()    {}
func (Again) control()     {}
func (Hold) control()      {}
