package plain

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// JSON writes events as docs/WIRE.md lists them, one object a line, so that
// printing them on a terminal harms nobody: what could move the cursor, hide
// or reorder text is escaped. A field without a source is left out. It belongs
// to one goroutine.
type JSON struct {
	Side string // "A" or "B" where both ends are in one process; else ""

	texts  []utterance // said, not sent over each protocol yet; the oldest first
	states [2]string
	legs   [2]transport.Leg // as last looked at
	status [2]string        // the last one written
	at     time.Time        // of it
	seen   uint64           // segments
}

// An utterance is a line that waits for its numbers.
type utterance struct {
	row  uint64
	text []byte
	more bool
	at   time.Time
	over [2]bool
}

// said remembers a line until it is sent: only then its id is known.
func (j *JSON) said(m transport.Message, over [2]bool, at time.Time) {
	j.texts = append(j.texts, utterance{m.Row, m.Text, m.More, at, over})
}

// Event appends what ev is worth: messages, deliveries, states.
func (j *JSON) Event(b []byte, ev transport.Event) []byte {
	switch ev := ev.(type) {
	case transport.Received:
		for i := range ev.Messages {
			b = j.received(b, ev.Proto, &ev.Messages[i])
		}
	case transport.Delivery:
		for _, f := range ev.Fates {
			b = j.delivery(b, ev.Proto, ev.Mark, f)
		}
		j.forget()
	case transport.Down:
		b = j.numbers(b, &j.legs[legOf(ev.Proto)]) // they are gone from the transport
		j.drop(ev)
	case transport.Notice:
		b = j.waits(b, ev)
	case transport.Passed:
		for i := range ev.Segments {
			b = j.segment(b, &ev.Segments[i])
		}
	case transport.Up:
		name := segment.Established.String()
		if ev.Proto == segment.UDP {
			name = transport.PeerKnown.String()
		}
		b = j.state(b, ev.Proto, name, ev.Local, ev.Peer)
	}
	return b
}

// waits appends that this end listens: a caller may come before the first look.
func (j *JSON) waits(b []byte, ev transport.Notice) []byte {
	if ev.Code != transport.NoteListening || len(ev.Args) < 2 {
		return b
	}
	local, _ := ev.Args[0].(netip.AddrPort)
	protos, _ := ev.Args[1].(string)
	if strings.Contains(protos, "TCP") {
		b = j.state(b, segment.TCP, idle(segment.TCP), local, netip.AddrPort{})
	}
	if strings.Contains(protos, "UDP") {
		b = j.state(b, segment.UDP, idle(segment.UDP), local, netip.AddrPort{})
	}
	return b
}

// state appends a state that is not the one written last.
func (j *JSON) state(b []byte, p segment.Proto, name string, local, peer netip.AddrPort) []byte {
	if j.states[legOf(p)] == name {
		return b
	}
	j.states[legOf(p)] = name
	o := j.begin(b, "state")
	o.text("proto", p.String())
	o.text("state", name)
	o.addr("local", local)
	o.addr("peer", peer)
	return o.end()
}

func (j *JSON) received(b []byte, p segment.Proto, in *transport.Incoming) []byte {
	o := j.begin(b, "message")
	o.text("proto", p.String())
	o.text("dir", "in")
	if in.ID > 0 {
		o.number("id", in.ID)
	}
	o.body(in.Text)
	o.number("bytes", uint64(len(in.Text)))
	o.signed("at_ms", in.At.UnixMilli())
	o.flag("more", in.More)
	o.flag("partial", in.Partial)
	o.flag("dup", in.Dup)
	o.flag("late", in.Late)
	return o.end()
}

// delivery appends what became of a line of ours; before the first word of it,
// the line.
func (j *JSON) delivery(b []byte, p segment.Proto, m transport.Mark, f transport.Fate) []byte {
	id := f.ID
	if id == 0 {
		id = f.Row
	}
	if u := j.find(f.Row); u != nil && u.over[legOf(p)] && m != transport.Queued {
		u.over[legOf(p)] = false
		o := j.begin(b, "message")
		o.text("proto", p.String())
		o.text("dir", "out")
		o.number("id", id)
		o.body(u.text)
		o.number("bytes", uint64(len(u.text)))
		o.signed("at_ms", u.at.UnixMilli())
		o.flag("more", u.more)
		b = o.end()
	}
	o := j.begin(b, "delivery")
	o.text("proto", p.String())
	o.number("id", id)
	o.text("mark", m.String())
	if m == transport.Acked || m == transport.Delivered {
		o.signed("after_us", f.After.Microseconds())
	}
	return o.end()
}

// find is the line of row, if it waits still. Rows have no gaps.
func (j *JSON) find(row uint64) *utterance {
	if len(j.texts) == 0 || row < j.texts[0].row || row-j.texts[0].row >= uint64(len(j.texts)) {
		return nil
	}
	return &j.texts[row-j.texts[0].row]
}

// forget lets go of the lines that were written over all their protocols.
func (j *JSON) forget() {
	n := 0
	for n < len(j.texts) && j.texts[n].over == [2]bool{} {
		j.texts[n] = utterance{}
		n++
	}
	if j.texts = j.texts[n:]; len(j.texts) == 0 {
		j.texts = nil
	}
}

// drop gives up what will not be sent any more, and what was said of the state.
func (j *JSON) drop(ev transport.Down) {
	k := legOf(ev.Proto)
	j.states[k] = ""
	if ev.Unsent > 0 && ev.Proto == segment.TCP {
		return // the next connection carries it
	}
	for i := range j.texts {
		j.texts[i].over[k] = false
	}
	j.forget()
}

// statusEvery is the least time between two status events of a protocol.
const statusEvery = time.Second

// Look looks at the numbers, so that they are known when their conversation is
// over; Watch does so too.
func (j *JSON) Look(s transport.Status) {
	for _, l := range s.Legs {
		j.legs[legOf(l.Proto)] = l
	}
}

// Watch appends what changed without an event: states, segments, and once a
// second the numbers. At now zero, which is the last time, it does not wait for
// the second to pass; who then listens for nobody any more is passed over.
func (j *JSON) Watch(b []byte, tr transport.Transport, now time.Time) []byte {
	s := tr.Status()
	segs, next, _ := tr.Segments(j.seen)
	j.seen = next
	return j.looked(b, s, segs, now)
}

// looked appends what of s is news, and segs.
func (j *JSON) looked(b []byte, s transport.Status, segs []segment.Segment, now time.Time) []byte {
	j.Look(s)
	if now.IsZero() {
		s.Legs = slices.DeleteFunc(s.Legs, func(l transport.Leg) bool { return !l.Up && stateOf(&l) == idle(l.Proto) })
	}
	for i := range s.Legs {
		l := &s.Legs[i]
		b = j.state(b, l.Proto, stateOf(l), l.Local, l.Peer)
	}
	for i := range segs {
		b = j.segment(b, &segs[i])
	}
	if !now.IsZero() && now.Sub(j.at) < statusEvery {
		return b
	}
	j.at = now
	for i := range s.Legs {
		b = j.numbers(b, &s.Legs[i])
	}
	return b
}

// idle is the state of a listener nobody has called.
func idle(p segment.Proto) string {
	if p == segment.UDP {
		return transport.NoPeer.String()
	}
	return segment.Listen.String()
}

// stateOf is where a leg stands, in one word.
func stateOf(l *transport.Leg) string {
	if l.Proto == segment.UDP {
		return l.UDP.String()
	}
	return l.TCP.State.String()
}

// numbers appends a status, unless it is the one written last, or there is
// nothing to count yet, or any more.
func (j *JSON) numbers(b []byte, l *transport.Leg) []byte {
	if !l.Up && l.Counters == (session.Counters{}) {
		return b
	}
	from := len(b)
	o := j.begin(b, "status")
	o.text("proto", l.Proto.String())
	o.text("state", stateOf(l))
	source := segment.None
	if l.Proto == segment.TCP && l.TCP.Source != "" {
		source = l.TCP.Source
	}
	o.text("source", string(source))
	if t := &l.TCP; l.Proto == segment.TCP {
		o.known(t, segment.HasISS, "isn_out", uint64(t.ISS))
		o.known(t, segment.HasIRS, "isn_in", uint64(t.IRS))
		o.known(t, segment.HasSnd, "snd_una", t.SndUna)
		o.known(t, segment.HasSnd, "snd_nxt", t.SndNxt)
		o.known(t, segment.HasRcv, "rcv_nxt", t.RcvNxt)
		o.known(t, segment.HasRTT, "rtt_us", uint64(t.SRTT.Microseconds()))
		o.known(t, segment.HasRetrans, "retrans", uint64(t.Retrans))
	} else if l.Counters.RTT > 0 {
		o.number("rtt_us", uint64(l.Counters.RTT.Microseconds()))
	}
	o.number("sent", l.Counters.Sent)
	o.number("received", l.Counters.Received)
	if l.Proto == segment.UDP && l.Wire == session.Framed {
		o.number("lost", l.Counters.Lost)
		o.number("duplicate", l.Counters.Duplicate)
		o.number("late", l.Counters.Late)
	}
	b = o.end()
	if line := string(b[from:]); line != j.status[legOf(l.Proto)] {
		j.status[legOf(l.Proto)] = line
		return b
	}
	return b[:from]
}

// segment appends a segment; one seen at both ends of a link only as this end
// saw it.
func (j *JSON) segment(b []byte, s *segment.Segment) []byte {
	if s.Dir == segment.Out && s.Stage > segment.Sent || s.Dir == segment.In && s.Stage == segment.Sent {
		return b
	}
	o := j.begin(b, "segment")
	o.text("proto", s.Proto.String())
	o.text("dir", s.Dir.String())
	if s.Proto == segment.TCP {
		o.text("flags", s.Flags.String())
		o.number("seq", s.RelSeq)
		if s.Flags&segment.ACK != 0 {
			o.number("ack", s.RelAck)
		}
	}
	o.number("len", uint64(s.Len))
	if s.Proto == segment.TCP {
		o.number("win", uint64(s.Wnd))
	}
	if s.ID != 0 {
		o.number("packet", s.ID)
	}
	if s.Fate != "" {
		o.text("fate", s.Fate)
	}
	if s.Note != "" {
		o.text("note", s.Note)
	}
	return o.end()
}

func (j *JSON) notice(b []byte, text string) []byte {
	o := j.begin(b, "notice")
	o.text("text", text)
	return o.end()
}

func (j *JSON) end(b []byte, reason string) []byte {
	o := j.begin(b, "end")
	o.text("reason", reason)
	return o.end()
}

// object is a JSON object that is being written.
type object struct{ b []byte }

func (j *JSON) begin(b []byte, event string) object {
	o := object{append(b, `{"event":`...)}
	o.b = appendString(o.b, event)
	if j.Side != "" {
		o.text("side", j.Side)
	}
	return o
}

func (o *object) end() []byte { return append(o.b, '}', '\n') }

func (o *object) key(k string) {
	o.b = append(o.b, ',', '"')
	o.b = append(append(o.b, k...), '"', ':')
}

func (o *object) text(k, v string) {
	o.key(k)
	o.b = appendString(o.b, strings.ToValidUTF8(v, "\uFFFD"))
}

func (o *object) number(k string, v uint64) {
	o.key(k)
	o.b = strconv.AppendUint(o.b, v, 10)
}

func (o *object) signed(k string, v int64) {
	o.key(k)
	o.b = strconv.AppendInt(o.b, v, 10)
}

// known writes a number of t that has a source.
func (o *object) known(t *segment.Snapshot, f segment.Fields, k string, v uint64) {
	if t.Has(f) {
		o.number(k, v)
	}
}

// flag writes what is so; what is not is left out.
func (o *object) flag(k string, v bool) {
	if v {
		o.key(k)
		o.b = append(o.b, "true"...)
	}
}

func (o *object) addr(k string, a netip.AddrPort) {
	if a.IsValid() {
		o.text(k, a.String())
	}
}

// body writes a message: as text, or in base64 what is not UTF-8.
func (o *object) body(text []byte) {
	if utf8.Valid(text) {
		o.key("text")
		o.b = appendString(o.b, string(text))
		return
	}
	o.key("text_b64")
	o.b = append(o.b, '"')
	o.b = base64.StdEncoding.AppendEncode(o.b, text)
	o.b = append(o.b, '"')
}

// appendString appends s, which is UTF-8, as a JSON string that a terminal can
// bear (RFC 8259 §7: any character may be escaped).
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i, r := range s {
		if ' ' <= r && r <= '~' && r != '"' && r != '\\' || r > '~' && shows(r) {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + utf8.RuneLen(r)
		b = appendEscaped(b, r)
	}
	return append(append(b, s[from:]...), '"')
}

// shows reports whether r is a character with a picture and no power.
func shows(r rune) bool {
	if 0x3400 <= r && r <= 0x9FFF || 0xFF01 <= r && r <= 0xFF9F { // Han, fullwidth: the tables say so too
		return true
	}
	return unicode.IsPrint(r) && r != 0x2800 && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, '\\', 'n')
	case '\t':
		return append(b, '\\', 't')
	case '\r':
		return append(b, '\\', 'r')
	}
	if r > 0xFFFF { // a surrogate pair
		r -= 0x10000
		return appendHex(appendHex(b, 0xD800+r>>10), 0xDC00+r&0x3FF)
	}
	return appendHex(b, r)
}

func appendHex(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
