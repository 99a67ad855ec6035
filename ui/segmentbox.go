package ui

import (
	"encoding/binary"
	"strconv"
	"strings"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A SegmentBox opens an arrow of the ladder: its header field by field, each
// with its octets as they were on the wire, then its bytes.
type SegmentBox struct {
	Rung        Rung
	Left, Right string // who is there, foreign; "": me, the peer
	Header      []byte // of TCP or UDP, as seen; without it what the fields tell is computed, the rest is ??
	Payload     []byte // foreign: it is spelled out; it may be cut short, Rung.Len tells
	Scale       int    // what the window field is shifted by (RFC 7323); -1: not known
	Absolute    bool   // numbers as on the wire first, else relative first
	Selected    int    // in look mode: which field; -1: none
	First       int    // the first row shown
	Hint        string // what to press

	starts []int // while it is drawn: the row of each field
}

// A HeaderField is one field of a header.
type HeaderField struct {
	Name, Value string
	Octets      []byte // as on the wire
	Known       bool   // Octets are
	At          int    // its first octet in the header
	About       words.Topic
}

// Explain says what the field is for, with what stands in it.
func (f *HeaderField) Explain(l *Look) Explanation {
	e := Explain(l, f.About, safe.String(f.Value).String())
	if f.Known && len(f.Octets) > 0 {
		e.Sum = words.BoxOctets.In(l.Lang, f.At, f.hex(len(f.Octets)))
	}
	return e
}

// Draw draws the box in at most w×h cells.
func (d SegmentBox) Draw(l *Look, w, h int) []string {
	p := d.page(l, w)
	return p.box(d.title(l), d.Hint, w, h, min(d.First, d.most(p, h)))
}

// MaxScroll is the highest First that makes sense in w×h cells.
func (d SegmentBox) MaxScroll(l *Look, w, h int) int { return d.most(d.page(l, w), h) }

func (d *SegmentBox) most(p *page, h int) int { return max(len(p.rows)-max(h-2, 0), 0) }

// Reveal is First moved as little as needed for the selected field to be seen;
// where none is, as it is.
func (d SegmentBox) Reveal(l *Look, w, h int) int {
	p, room := d.page(l, w), max(h-2, 1)
	if d.Selected < 0 || d.Selected >= len(d.starts) {
		return min(d.First, d.most(p, h))
	}
	at := d.starts[d.Selected]
	return min(max(d.First, at-room+1), at, d.most(p, h))
}

// title is what the box is of.
func (d *SegmentBox) title(l *Look) string {
	r := &d.Rung
	name := func(s string, or words.Phrase, port uint16) string {
		if s == "" {
			s = or.In(l.Lang)
		}
		return strings.TrimSpace(Truncate(l.Method, safe.String(s).String(), 12, "…") + " " + portText(port))
	}
	from, to := name(d.Left, words.LadderMe, r.Left), name(d.Right, words.LadderPeer, r.Right)
	if r.In {
		from, to = to, from
	}
	return r.Proto + "  " + from + " " + l.Glyphs.Sent + " " + to
}

// page is what is in the box.
func (d *SegmentBox) page(l *Look, w int) *page {
	th := l.Theme
	p := &page{l: l, w: max(min(w-4, 74), 1)}
	fields := d.Fields(l)
	names, octets := 0, 11
	for _, f := range fields {
		names = max(names, Width(l.Method, f.Name))
	}
	names = min(names, max(p.w/2-1, 8))
	if p.w < 44 {
		octets = 0
	}
	d.head(l, p)
	d.starts = d.starts[:0]
	for i, f := range fields {
		d.starts = append(d.starts, len(p.rows))
		mark := field{Style{}, "  "}
		st := th.Text
		if i == d.Selected {
			mark, st = field{th.Accent, l.Glyphs.Selected + " "}, th.Strong
		}
		row := []field{mark, {th.Dim, Pad(l.Method, f.Name, names) + "  "}}
		if octets > 0 {
			row = append(row, field{pick(f.Known, th.Accent, th.Dim), Pad(l.Method, f.hex(4), octets) + "  "})
		}
		room := p.w - 2 - names - 2 - pick(octets > 0, octets+2, 0)
		for k, s := range Wrap(l.Method, f.Value, room) {
			if k > 0 {
				row = []field{{Style{}, spaces(p.w - room)}}
			}
			p.line(append(row, field{st, s})...)
		}
	}
	d.payload(l, p)
	return p
}

// head says when the packet went and what befell it.
func (d *SegmentBox) head(l *Look, p *page) {
	r := &d.Rung
	at := string(seconds(nil, r.At, 6)) + " s"
	if r.Trip > 0 {
		at += "  " + words.BoxTrip.In(l.Lang, Span(r.Trip))
	}
	if r.Size > 0 {
		at += "  " + words.BoxSize.In(l.Lang, r.Size)
	}
	p.say(l.Theme.Dim, 0, at)
	f := rungs{l: l, Ladder: Ladder{Absolute: d.Absolute}}
	if long, _ := f.note(r); long != "" {
		p.say(f.noteStyle(r), 0, long)
	}
	e := r.Explain(l, d.Absolute)
	p.say(l.Theme.Text, 0, e.Text)
	for i := range e.Then {
		if t := &e.Then[i]; t.Ref != "" {
			p.say(l.Theme.Text, 0, t.Text)
		}
	}
	p.say(l.Theme.Dim, 0, e.refs())
	p.blank()
}

// hex is the octets of f, no more than n; ?? for those not known.
func (f *HeaderField) hex(n int) string {
	var b strings.Builder
	for i, c := range f.Octets {
		if i > 0 {
			b.WriteByte(' ')
		}
		if i == n-1 && len(f.Octets) > n {
			b.WriteString("…")
			break
		}
		switch {
		case !f.Known:
			b.WriteString("??")
		default:
			b.WriteString(hexByte(c))
		}
	}
	return b.String()
}

// hexByte is c in two digits.
func hexByte(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

// payload draws the bytes the packet carries: in hex, and as text.
func (d *SegmentBox) payload(l *Look, p *page) {
	th := l.Theme
	n := max(d.Rung.Len, len(d.Payload))
	p.blank()
	p.say(th.Dim, 0, words.BoxPayload.In(l.Lang, n))
	if kept := len(d.Payload); kept > 0 && kept < n {
		p.say(th.Dim, 0, words.BoxKeptOf.In(l.Lang, kept, n))
	}
	if n > 0 && len(d.Payload) == 0 {
		p.say(th.Dim, 2, words.BoxNotKept.In(l.Lang))
	}
	per := 16
	for per > 4 && 2+4+2+3*per+1+per > p.w {
		per -= 4
	}
	for at := 0; at < len(d.Payload); at += per {
		part := d.Payload[at:min(at+per, len(d.Payload))]
		var hex, text strings.Builder
		for _, c := range part {
			hex.WriteString(hexByte(c) + " ")
			if c < ' ' || c > '~' {
				c = '.'
			}
			text.WriteByte(c)
		}
		p.line(field{th.Dim, Pad(l.Method, strconv.FormatInt(int64(at), 16), 4) + "  "},
			field{th.Accent, Pad(l.Method, hex.String(), 3*per)}, field{Style{}, " "}, field{th.Text, text.String()})
	}
	for _, t := range d.Rung.Texts {
		if len(t) > 4096 {
			t = t[:4096]
		}
		p.say(th.Text, 2, safe.Line(t).String())
	}
}

// Fields are the fields of the header, in their order on the wire.
func (d *SegmentBox) Fields(l *Look) []HeaderField {
	switch d.Rung.Proto {
	case "TCP":
		return d.tcp(l)
	case "UDP":
		return d.udp(l)
	}
	return []HeaderField{{Name: d.Rung.Proto, Value: safe.String(d.Rung.ICMP).String(), About: words.TopicArrowICMP}}
}

// header is what of the header is told by the fields, n octets, and which of
// them are known.
func (d *SegmentBox) header(n int) (b []byte, known []bool) {
	if len(d.Header) >= n {
		known = make([]bool, len(d.Header))
		for i := range known {
			known[i] = true
		}
		return d.Header, known
	}
	r := &d.Rung
	b, known = make([]byte, n), make([]bool, n)
	put16 := func(at int, v uint16) {
		binary.BigEndian.PutUint16(b[at:], v)
		known[at], known[at+1] = true, true
	}
	from, to := r.Left, r.Right
	if r.In {
		from, to = to, from
	}
	if from > 0 {
		put16(0, from)
	}
	if to > 0 {
		put16(2, to)
	}
	if n == 8 {
		put16(4, uint16(8+r.Len))
		return b, known
	}
	put16(4, uint16(r.AbsSeq>>16))
	put16(6, uint16(r.AbsSeq))
	put16(8, uint16(r.AbsAck>>16))
	put16(10, uint16(r.AbsAck))
	for k, c := range "FSRP.UEW" {
		if strings.ContainsRune(r.Flags, c) {
			b[13] |= 1 << k
		}
	}
	known[13] = true
	if scale := d.scale(); scale >= 0 && r.Wnd>>scale <= 0xffff {
		put16(14, uint16(r.Wnd>>scale))
	}
	return b, known
}

// scale is what the window of this segment is shifted by: a SYN's never is.
func (d *SegmentBox) scale() int {
	return pick(d.Rung.flag('S'), 0, d.Scale)
}

// udp are the four fields of RFC 768.
func (d *SegmentBox) udp(l *Look) []HeaderField {
	b, known := d.header(8)
	num := func(at int) string { return strconv.Itoa(int(binary.BigEndian.Uint16(b[at:]))) }
	length := num(4)
	if d.Rung.Part {
		length = "?"
	}
	return fieldsOf(b, known, []HeaderField{
		{Name: words.BoxSource.In(l.Lang), Value: num(0), At: 0, About: words.TopicFieldSource},
		{Name: words.BoxDestination.In(l.Lang), Value: num(2), At: 2, About: words.TopicFieldDestination},
		{Name: words.BoxLength.In(l.Lang), Value: words.BoxLengthOf.In(l.Lang, length, d.Rung.Len), At: 4, About: words.TopicFieldLength},
		{Name: words.BoxChecksum.In(l.Lang), Value: d.checksum(l, b, known, 6), At: 6, About: words.TopicFieldChecksum},
	}, 8)
}

// checksum is what is known of it.
func (d *SegmentBox) checksum(l *Look, b []byte, known []bool, at int) string {
	switch {
	case d.Rung.Remarks&badChecksum != 0:
		return words.BoxWrong.In(l.Lang)
	case !known[at]:
		return words.BoxNotSeen.In(l.Lang)
	}
	return "0x" + hexByte(b[at]) + hexByte(b[at+1])
}

// fieldsOf gives each field its octets: up to where the next one begins.
func fieldsOf(b []byte, known []bool, fields []HeaderField, end int) []HeaderField {
	for i := range fields {
		f := &fields[i]
		to := end
		if i+1 < len(fields) {
			to = fields[i+1].At
		}
		f.Octets, f.Known = b[f.At:to], known[f.At]
	}
	return fields
}

// tcp are the fields of RFC 9293 §3.1.
func (d *SegmentBox) tcp(l *Look) []HeaderField {
	r, in := &d.Rung, l.Lang
	b, known := d.header(20)
	num := func(at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	both := func(rel uint64, abs uint32) string {
		a, c := strconv.FormatUint(rel, 10), strconv.FormatUint(uint64(abs), 10)
		if r.Rough {
			a = "~" + a
		}
		if d.Absolute {
			return c + " (" + a + ")"
		}
		return a + " (" + c + ")"
	}
	seq, ack := both(r.Seq, r.AbsSeq), both(r.Ack, r.AbsAck)
	if r.Len > 0 {
		seq += "  " + words.BoxBytes.In(in, r.Seq, r.Seq+uint64(r.Len)-1)
	}
	if !r.flag('.') {
		ack = words.BoxNoAck.In(in)
	} else if r.Ack > 1 {
		ack += "  " + words.BoxHas.In(in, r.Ack-1)
	}
	offset, end := words.BoxNotSeen.In(in), 20
	if known[12] {
		end = min(max(int(b[12]>>4)*4, 20), len(b))
		offset = words.BoxOffset.In(in, b[12]>>4, int(b[12]>>4)*4)
	}
	window := words.BoxWindow.In(in, r.Wnd)
	if scale := d.scale(); scale > 0 && known[14] {
		window = strconv.Itoa(num(14)) + " × " + strconv.Itoa(1<<scale) + " = " + window
	}
	fields := []HeaderField{
		{Name: words.BoxSource.In(in), Value: strconv.Itoa(num(0)), At: 0, About: words.TopicFieldSource},
		{Name: words.BoxDestination.In(in), Value: strconv.Itoa(num(2)), At: 2, About: words.TopicFieldDestination},
		{Name: words.BoxSeq.In(in), Value: seq, At: 4, About: words.TopicFieldSeq},
		{Name: words.BoxAck.In(in), Value: ack, At: 8, About: words.TopicFieldAck},
		{Name: words.BoxDataOffset.In(in), Value: offset, At: 12, About: words.TopicFieldOffset},
		{Name: words.BoxFlags.In(in), Value: flagsText(b[13]), At: 13, About: words.TopicFieldFlags},
		{Name: words.BoxWindowName.In(in), Value: window, At: 14, About: words.TopicFieldWindow},
		{Name: words.BoxChecksum.In(in), Value: d.checksum(l, b, known, 16), At: 16, About: words.TopicFieldChecksum},
		{Name: words.BoxUrgent.In(in), Value: pick(known[18], strconv.Itoa(num(18)), words.BoxNotSeen.In(in)), At: 18, About: words.TopicFieldUrgent},
	}
	fields = fieldsOf(b, known, fields, 20)
	if end > 20 {
		return append(fields, options(l, b[:end])...)
	}
	for _, o := range r.Options {
		fields = append(fields, HeaderField{Name: words.BoxOption.In(in), Value: o, At: 20, About: optionNamed(o)})
	}
	if len(r.Blocks) > 0 {
		f := rungs{l: l, Ladder: Ladder{Absolute: d.Absolute}}
		fields = append(fields, HeaderField{Name: words.BoxOption.In(in), Value: "SACK " + string(f.blocks(nil, r)), At: 20, About: words.TopicOptionSACK})
	}
	return fields
}

// flagsText names the flags that are 1, then those that are 0.
func flagsText(b byte) string {
	var on, off []string
	for k, name := range []string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"} {
		if b&(1<<k) != 0 {
			on = append(on, name)
		} else if k < 6 {
			off = append(off, name)
		}
	}
	s := strings.Join(on, ", ") + " = 1"
	if len(on) == 0 {
		return strings.Join(off, ", ") + " = 0"
	}
	return s + "; " + strings.Join(off, ", ") + " = 0"
}

// options are the options of a TCP header that goes on to its end (RFC 9293 §3.2).
func options(l *Look, b []byte) []HeaderField {
	var fields []HeaderField
	for at := 20; at < len(b); {
		n := 1
		if b[at] > 1 {
			if at+1 >= len(b) || b[at+1] < 2 || at+int(b[at+1]) > len(b) {
				break
			}
			n = int(b[at+1])
		}
		fields = append(fields, HeaderField{
			Name: words.BoxOption.In(l.Lang), Value: optionText(b[at : at+n]), Octets: b[at : at+n], Known: true, At: at,
			About: optionTopic(b[at]),
		})
		if b[at] == 0 {
			break
		}
		at += n
	}
	return fields
}

// optionText is an option by its name.
func optionText(o []byte) string {
	num := func(at int) string { return strconv.FormatUint(uint64(binary.BigEndian.Uint32(o[at:])), 10) }
	switch {
	case o[0] == 0:
		return "End of Option List"
	case o[0] == 1:
		return "No-Operation"
	case o[0] == 2 && len(o) == 4:
		return "Maximum Segment Size " + strconv.Itoa(int(binary.BigEndian.Uint16(o[2:])))
	case o[0] == 3 && len(o) == 3:
		return "Window Scale " + strconv.Itoa(int(o[2])) + " (× " + strconv.Itoa(1<<min(o[2], 14)) + ")"
	case o[0] == 4:
		return "SACK Permitted"
	case o[0] == 5 && len(o)%8 == 2:
		s := "SACK"
		for at := 2; at < len(o); at += 8 {
			s += " " + num(at) + "–" + strconv.FormatUint(uint64(binary.BigEndian.Uint32(o[at+4:])-1), 10)
		}
		return s
	case o[0] == 8 && len(o) == 10:
		return "Timestamps TSval " + num(2) + ", TSecr " + num(6)
	}
	return "Kind " + strconv.Itoa(int(o[0]))
}

// optionTopic is what an option of a kind is for.
func optionTopic(kind byte) words.Topic {
	switch kind {
	case 0, 1:
		return words.TopicOptionPad
	case 2:
		return words.TopicOptionMSS
	case 3:
		return words.TopicOptionScale
	case 4:
		return words.TopicOptionSACKOK
	case 5:
		return words.TopicOptionSACK
	case 8:
		return words.TopicOptionTime
	}
	return words.TopicOptionOther
}

// optionNamed is what an option is for that a Rung names ("mss 1360").
func optionNamed(o string) words.Topic {
	switch name, _, _ := strings.Cut(o, " "); name {
	case "mss":
		return words.TopicOptionMSS
	case "ws":
		return words.TopicOptionScale
	case "sackOK":
		return words.TopicOptionSACKOK
	}
	return words.TopicOptionOther
}
