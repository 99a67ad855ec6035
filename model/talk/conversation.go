package talk

import (
	"encoding/binary"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// The limits when a Config names none.
const (
	DefaultLines = 100_000
	DefaultBytes = 64 << 20
)

const (
	mostLines = 1 << 31
	mostBytes = arenaSize << 15 // so that 16 bits number the arenas with room to spare
)

// Config is what a Talk is made with.
type Config struct {
	Lang     words.Lang
	MaxLines int  // 0: DefaultLines
	Replay   bool // it took place before: nothing can be done about it
	MaxBytes int  // of text, numbers and marks; 0: DefaultBytes for each DefaultLines of MaxLines, at least once
}

// A Talk is a conversation: what was said and what became of it. It belongs to
// one goroutine.
type Talk struct {
	teller  Teller
	history history
	rows    rows
	reasons reasons
	legs    [2]way
	pairs   pairs
	theirs  names
	now     time.Time // of the latest event that told
	most    struct{ lines, bytes int }
	version uint64
	met     bool // somebody came
	ended   bool
	hushed  bool
}

// A way is one protocol's part of a Talk.
type way struct {
	up    bool
	wire  session.Wire
	nick  safe.Text
	open  uint64 // every row before it is settled
	since uint64 // the first row sent over this connection; 0: none was yet
}

// sent says that row was put into the stream.
func (w *way) sent(row uint64) {
	if w.since == 0 {
		w.since = row
	}
}

// New makes an empty conversation.
func New(c Config) *Talk {
	t := &Talk{teller: Teller{Lang: c.Lang, Screen: !c.Replay, Leaving: c.Replay}}
	t.rows.first, t.rows.end = 1, 1
	t.most.lines = min(c.MaxLines, mostLines)
	if c.MaxLines <= 0 {
		t.most.lines = DefaultLines
	}
	t.most.bytes = min(c.MaxBytes, mostBytes)
	if c.MaxBytes <= 0 {
		t.most.bytes = min(max(DefaultBytes, t.most.lines/DefaultLines*DefaultBytes), mostBytes)
	}
	return t
}

// Say appends a line of ours and returns the message to hand to Send. Text is
// copied; it goes on in the next line if more is set.
func (t *Talk) Say(at time.Time, text []byte, moreFollows bool) transport.Message {
	line := t.history.end
	row := t.rows.add(line)
	f := flags(Mine)
	if moreFollows {
		f |= more
	}
	var numbers [2 * binary.MaxVarintLen64]byte
	n := binary.AppendUvarint(numbers[:0], uint64(len(text)))
	n = binary.AppendUvarint(n, row)
	t.add(at, f, n, text)
	return transport.Message{Row: row, Text: text, More: moreFollows}
}

// Unsay takes the line of row back, because Send refused it. It must be the
// newest line, not drawn yet: its index and row are given out again.
func (t *Talk) Unsay(row uint64) {
	h := &t.history
	if h.first == h.end || row+1 != t.rows.end || !t.rows.has(row) {
		return
	}
	if r, _ := h.record(h.end - 1); r.flags.kind() != Mine {
		return
	}
	h.pop()
	t.rows.pop()
	t.version++
}

// Note appends a line of the program's own; what of it is foreign must have
// been spelled out.
func (t *Talk) Note(at time.Time, l Level, text string) {
	var numbers [binary.MaxVarintLen64]byte
	n := binary.AppendUvarint(numbers[:0], uint64(len(text)))
	t.add(at, flags(Note)|flags(l)<<2, n, []byte(text))
}

// Remember appends the lines of earlier talks.
func (t *Talk) Remember(lines []transport.Past) {
	for i := range lines {
		in := &lines[i]
		f := flags(Theirs) | past
		if in.Mine {
			f |= pastMine
		} else {
			t.theirs = t.theirs.put(t.history.end, peerNick(string(in.Nick)))
		}
		var numbers [binary.MaxVarintLen64 + 3]byte // the length; no ID, Octets, First
		n := binary.AppendUvarint(numbers[:0], uint64(len(in.Text)))
		t.add(in.At, f, append(n, 0, 0, 0), in.Text)
	}
}

// hear appends a line of the peer's.
func (t *Talk) hear(p segment.Proto, in *transport.Incoming) {
	k := leg(p)
	f := flags(Theirs) | flags(in.Wire)<<4&wireBits
	for _, b := range [...]struct {
		is  bool
		bit flags
	}{{k == 1, overUDP}, {in.More, more}, {in.Partial, partial}, {in.Dup, dup}, {in.Late, late}} {
		if b.is {
			f |= b.bit
		}
	}
	var numbers [5 * binary.MaxVarintLen64]byte
	n := binary.AppendUvarint(numbers[:0], uint64(len(in.Text)))
	n = binary.AppendUvarint(n, in.ID)
	n = binary.AppendUvarint(n, uint64(max(in.Octets, 0)))
	n = binary.AppendUvarint(n, in.First)
	if in.First > 0 {
		n = binary.AppendUvarint(n, max(in.Last, in.First)-in.First)
	}
	t.theirs = t.theirs.put(t.history.end, t.legs[k].nick)
	t.add(in.At, f, n, in.Text)
}

// add appends a line.
func (t *Talk) add(at time.Time, f flags, numbers, text []byte) {
	t.history.add(at, f, numbers, text)
	t.version++
	t.trim()
}

// trim evicts what is too much.
func (t *Talk) trim() {
	for t.history.end-t.history.first > uint64(t.most.lines) ||
		t.history.held+t.rows.held > t.most.bytes && t.history.end-t.history.first > 1 {
		t.evict()
	}
}

// evict lets go of the oldest line.
func (t *Talk) evict() {
	if r, _ := t.history.record(t.history.first); r.flags.kind() == Mine {
		t.rows.evict()
	}
	t.history.evict()
	if t.history.first%blockLen == 0 {
		t.theirs = t.theirs.since(t.history.first)
	}
}

// Clear lets go of all lines. Marks that come for them later are ignored.
func (t *Talk) Clear() {
	for t.history.first < t.history.end {
		t.evict()
	}
	t.version++
}

// SetLang changes the language of our name and of the notes to come.
func (t *Talk) SetLang(l words.Lang) { t.teller.Lang = l }

// me is what our lines are said under, whatever we are called: two ends of one
// login have one name.
func (t *Talk) me() safe.Text { return safe.String(words.TalkMe.In(t.teller.Lang)) }

// SetHold says whether our half stays open after the peer's FIN, for the notes
// to come.
func (t *Talk) SetHold(on bool) { t.teller.Held = on }

// Hush keeps what is told of the conversation to what matters more than Info:
// where both ends are on the screen, who called whom can be seen.
func (t *Talk) Hush() { t.hushed = true }

// PeerNick is who the peer says it is; empty if it did not say.
func (t *Talk) PeerNick() safe.Text {
	if t.legs[0].nick != (safe.Text{}) {
		return t.legs[0].nick
	}
	return t.legs[1].nick
}

// Owed counts our lines that are not known to have arrived, though it could be
// known: those that never left, and those sent in frames over TCP that the peer's
// program did not confirm. What came over one protocol has come.
func (t *Talk) Owed() (unsent, unconfirmed int) {
	for row := t.rows.first; row < t.rows.end; row++ {
		tcp, udp := t.rows.fate(row, 0), t.rows.fate(row, 1)
		switch {
		case tcp.known() && tcp.is() == transport.Delivered, udp.known() && udp.is() == transport.Delivered:
		case !tcp.known() && !udp.known(), tcp.known() && tcp.is() == transport.Queued:
			unsent++
		case tcp.known() && tcp.over() == session.Framed:
			unconfirmed++
		}
	}
	return unsent, unconfirmed
}

// Up reports whether there is a peer.
func (t *Talk) Up() bool { return t.legs[0].up || t.legs[1].up }

// Ended reports that the transport is closed: nothing more will come.
func (t *Talk) Ended() bool { return t.ended }

// First is the index of the oldest line kept; it grows when lines are evicted.
func (t *Talk) First() uint64 { return t.history.first }

// End is the index the next line will have.
func (t *Talk) End() uint64 { return t.history.end }

// Version grows with every change of what the lines show.
func (t *Talk) Version() uint64 { return t.version }

// Line is line i, First ≤ i < End.
func (t *Talk) Line(i uint64) Line {
	r, p := t.history.record(i)
	n, p := number(p)
	l := Line{
		Index:   i,
		Kind:    r.flags.kind(),
		At:      instant(r.at),
		Wire:    session.Wire(r.flags & wireBits >> 4),
		More:    r.flags&more != 0,
		Partial: r.flags&partial != 0,
		Dup:     r.flags&dup != 0,
		Late:    r.flags&late != 0,
		Level:   Level(r.flags & levelBits >> 2),
	}
	switch l.Kind {
	case Mine:
		l.Row, p = number(p)
		l.Nick = t.me()
		t.fates(&l)
	case Theirs:
		l.Nick = t.theirs.at(i)
		p = t.arrival(&l, r.flags, p)
	}
	if r.flags&past != 0 {
		l.Past, l.Fates = true, [2]Fate{}
		if r.flags&pastMine != 0 {
			l.Kind, l.Nick = Mine, t.me()
		}
	}
	l.Text = p[:n:n]
	return l
}

// fates fills in what became of a line of ours.
func (t *Talk) fates(l *Line) {
	for k := range l.Fates {
		l.Fates[k] = t.unpack(t.rows.fate(l.Row, k), k)
	}
	main := &l.Fates[0]
	if main.Octets == 0 {
		main = &l.Fates[1]
	}
	l.ID, l.Octets, l.Wire = main.ID, main.Octets, main.Wire
}

// arrival fills in how a line of the peer's came, from the numbers at p, and
// returns what is behind them.
func (t *Talk) arrival(l *Line, f flags, p []byte) []byte {
	var octets, first, beyond uint64
	l.ID, p = number(p)
	octets, p = number(p)
	l.Octets = int(octets)
	if first, p = number(p); first > 0 {
		beyond, p = number(p)
		beyond += first
	}
	k := 0
	if f&overUDP != 0 {
		k = 1
	}
	l.Fates[k] = Fate{Proto: protos[k], Wire: l.Wire, ID: l.ID, Octets: l.Octets, First: first, Last: beyond}
	if tw := t.history.block(l.Index).twins; tw != nil && tw[l.Index%blockLen].seen {
		l.Fates[1-k] = tw[l.Index%blockLen].unpack(1-k, l.Wire)
	}
	return p
}

// Changed is another number whenever line i shows something else than before;
// a cached drawing of it is good while its Changed is the same.
func (t *Talk) Changed(i uint64) uint32 {
	r, p := t.history.record(i)
	switch r.flags.kind() {
	case Mine:
		_, p = number(p)
		row, _ := number(p)
		return t.rows.fate(row, 0).look() | t.rows.fate(row, 1).look()<<24
	case Theirs:
		if tw := t.history.block(i).twins; tw != nil && tw[i%blockLen].seen {
			return 1
		}
	}
	return 0
}

// look is what of f can change, in 24 bits; in 8 if it was never resent, as
// over UDP. Each number is learned once, so that it is known says enough.
func (f *fate) look() uint32 {
	if !f.known() {
		return 0
	}
	v := uint32(f.mark) | uint32(uint16(f.resent))<<8
	for b, is := range [...]bool{f.id != 0, f.octets != 0, f.span != 0, f.acked != 0} {
		if is {
			v |= 8 << b
		}
	}
	return v
}
