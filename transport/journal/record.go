package journal

import (
	"math"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
)

// A Record is a line of a transcript: Message, Delivery, State, Notice, or one
// of those the transcript writes about itself, Recovered, Gap and Unsynced.
// Times are kept in ms and within 1970–9999.
type Record interface{ fields(*object) }

// Message is a message that was sent or came.
type Message struct {
	At       time.Time
	Proto    segment.Proto
	Dir      segment.Dir
	ID, Row  uint64 // 0: the wire numbers no messages
	Instance uint64 // of the program that sent it; 0: not known
	Text     []byte // any bytes
	Octets   int    // on the wire, frame included
	First    uint64 // its bytes in the stream, from 1; 0 on UDP
	Last     uint64
	SentAt   int64 // by its sender's clock, Unix ms; 0: not known
	More     bool  // it goes on in the next message
	Partial  bool  // no line end came with it
	Dup      bool  // its ID came before
	Late     bool  // a higher ID came before
}

// Delivery is how far a message got that was sent before.
type Delivery struct {
	At          time.Time
	Proto       segment.Proto
	ID, Row     uint64
	Mark        string // "sent", "acked", "delivered", "unknown", "failed", "undelivered"
	After       time.Duration
	Octets      int
	First, Last uint64
	Error       string // foreign, as far as the system's words are
}

// State is how a conversation stands from now on.
type State struct {
	At          time.Time
	Proto       segment.Proto // 0: all
	State       string        // "ESTABLISHED", "PEER KNOWN", "CLOSED", …
	Local, Peer netip.AddrPort
	Instance    uint64 // the peer's; 0: not known
	Nick        string // the peer's; foreign
	Wire        string // "framed", "raw", "line"
	Cause       string // of an end
}

// Notice is something else worth a line.
type Notice struct {
	At    time.Time
	Proto segment.Proto // 0: about no protocol
	Text  string
}

// Recovered follows a line that its writer did not live to finish.
type Recovered struct {
	At        time.Time
	TornBytes int64 // length of that line
}

// Gap stands where records are missing, as they could not be written.
type Gap struct {
	At      time.Time
	Missing uint64
	Since   time.Time // the first of them
}

// Unsynced says that the system failed to bring so many records before it to
// the disk: after a loss of power they may be missing or damaged.
type Unsynced struct {
	At      time.Time
	Records uint64
}

// What a line can hold of a length and of a duration.
const (
	maxOctets = math.MaxInt32
	maxMicros = math.MaxInt64 / 1000
)

func octets(n int) uint64 { return uint64(min(max(n, 0), maxOctets)) }

func (m Message) fields(o *object) {
	o.head("message", m.At, m.Proto)
	o.text("dir", m.Dir.String())
	o.number("id", m.ID)
	o.number("row", m.Row)
	o.hex("instance", m.Instance)
	o.content("text", m.Text)
	o.number("bytes", octets(m.Octets))
	o.number("first", m.First)
	o.number("last", m.Last)
	o.number("sent_at_ms", uint64(clampMilli(m.SentAt)))
	o.flag("more", m.More)
	o.flag("partial", m.Partial)
	o.flag("dup", m.Dup)
	o.flag("late", m.Late)
}

func (d Delivery) fields(o *object) {
	o.head("delivery", d.At, d.Proto)
	o.number("id", d.ID)
	o.number("row", d.Row)
	o.text("mark", d.Mark)
	o.number("after_us", uint64(max(d.After.Microseconds(), 0)))
	o.number("bytes", octets(d.Octets))
	o.number("first", d.First)
	o.number("last", d.Last)
	o.text("error", d.Error)
}

func (s State) fields(o *object) {
	o.head("state", s.At, s.Proto)
	o.text("state", s.State)
	o.address("local", s.Local)
	o.address("peer", s.Peer)
	o.hex("instance", s.Instance)
	o.text("nick", s.Nick)
	o.text("wire", s.Wire)
	o.text("cause", s.Cause)
}

func (n Notice) fields(o *object) {
	o.head("notice", n.At, n.Proto)
	o.text("text", n.Text)
}

func (r Recovered) fields(o *object) {
	o.head("recovered", r.At, 0)
	o.number("torn_bytes", uint64(max(r.TornBytes, 0)))
}

func (g Gap) fields(o *object) {
	o.head("gap", g.At, 0)
	o.number("missing", g.Missing)
	o.number("since_ms", uint64(clampMilli(g.Since.UnixMilli())))
}

func (u Unsynced) fields(o *object) {
	o.head("unsynced", u.At, 0)
	o.number("records", u.Records)
}
