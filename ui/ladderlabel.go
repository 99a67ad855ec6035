package ui

import (
	"strconv"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// fitLabel is the longest label of r that fits in w cells.
func (d *rungs) fitLabel(r *Rung, w int) string {
	for detail := pick(d.cols.width < 44, 1, 0); detail < labels; detail++ {
		if s := d.label(r, detail); Width(d.l.Method, s) <= w {
			return s
		}
	}
	return ""
}

// labels is how many labels there are, the longest first.
const labels = 6

// label is what stands in r's arrow: 0 all, then without window and options,
// without SACK, without ack, without the word, only the flags.
func (d *rungs) label(r *Rung, detail int) string {
	var buf [128]byte
	s := buf[:0]
	switch r.Proto {
	case "TCP":
		return string(d.tcpLabel(s, r, detail))
	case "ICMP":
		s = append(s, "ICMP"...)
		if detail < 4 && r.ICMP != "" {
			s = append(append(s, ' '), safe.String(r.ICMP).String()...)
		}
		return string(s)
	}
	switch {
	case r.Part && detail < 3:
		s = append(append(s, words.LadderFragment.In(d.l.Lang)...), ' ')
	case detail < 3:
		s = append(s, words.LadderDatagram.In(d.l.Lang)...)
	}
	if r.ID > 0 && detail < 5 {
		s = append(s, '#')
		s = append(strconv.AppendUint(s, r.ID, 10), "  "...)
	}
	return string(append(strconv.AppendInt(s, int64(r.Len), 10), " B"...))
}

// tcpLabel appends the flags and the numbers.
func (d *rungs) tcpLabel(s []byte, r *Rung, detail int) []byte {
	s = append(append(append(s, '['), r.Flags...), ']')
	if detail == 5 {
		return s
	}
	if len(r.Flags) < 2 {
		s = append(s, ' ')
	}
	s = append(s, ' ')
	data := r.Len > 0
	syn := r.flag('S') || r.flag('F') || r.flag('R')
	switch {
	case data:
		if detail < 4 {
			s = append(s, words.LadderBytes.In(d.l.Lang)...)
		}
		s = append(d.number(s, r, r.Seq, r.AbsSeq), d.l.Glyphs.To...)
		s = d.number(s, r, r.Seq+uint64(r.Len)-1, r.AbsSeq+uint32(r.Len)-1)
	case syn:
		s = d.number(append(s, "seq "...), r, r.Seq, r.AbsSeq)
	}
	if r.flag('.') && (detail < 3 || !data && !syn) {
		if data || syn {
			s = append(s, "  "...)
		}
		s = d.number(append(s, "ack "...), r, r.Ack, r.AbsAck)
	}
	if detail < 2 && len(r.Blocks) > 0 {
		s = d.blocks(append(s, "  SACK "...), r)
	}
	if detail < 1 {
		for _, o := range r.Options {
			s = append(append(s, "  "...), o...)
		}
		if r.Wnd > 0 || r.flag('.') && !r.flag('R') {
			s = strconv.AppendInt(append(s, "  win "...), int64(r.Wnd), 10)
		}
	}
	return s
}

// blocks appends r's SACK blocks.
func (d *rungs) blocks(s []byte, r *Rung) []byte {
	base := r.AbsAck - uint32(r.Ack)
	for i, k := range r.Blocks {
		if i > 0 {
			s = append(s, ", "...)
		}
		s = append(d.number(s, r, k.First, base+uint32(k.First)), d.l.Glyphs.To...)
		s = d.number(s, r, k.Next-1, base+uint32(k.Next)-1)
	}
	return s
}

// number appends one of r's numbers.
func (d *rungs) number(s []byte, r *Rung, rel uint64, abs uint32) []byte {
	if d.Absolute {
		return strconv.AppendUint(s, uint64(abs), 10)
	}
	if r.Rough {
		s = append(s, '~')
	}
	return strconv.AppendUint(s, rel, 10)
}

// beside draws what stands beside r's arrow: the messages, and what befell them.
func (d *rungs) beside(b *brush, r *Rung) {
	th, m := d.l.Theme, d.l.Method
	long, short := d.note(r)
	said := len(r.Texts) > 0 || r.Control != ""
	room := b.left()
	note := long
	if said && room < 16 {
		note = "" // the arrow's form tells the most of it
	} else if said && long != "" {
		if Width(m, long) > room*3/5 {
			note = short
		}
		room = max(room-Width(m, note)-2, room/3)
	} else if Width(m, long) > room {
		note = short
	}
	if said {
		d.say(b, pick(r.Control != "" && len(r.Texts) == 0, th.Dim, th.Text), r, room)
		if note != "" {
			b.skip(2)
		}
	}
	if len(r.Blocks) > 0 {
		d.islands(b, r, pick(d.W >= 100, 12, 8))
		b.skip(1)
	}
	b.text(d.noteStyle(r), note)
}

// say draws r's messages in at most room cells.
func (d *rungs) say(b *brush, st Style, r *Rung, room int) {
	in := brush{m: b.m, g: b.g, base: b.base, w: min(b.x+room, b.w), x: b.x, out: b.out}
	if r.Torn[0] {
		in.text(d.l.Theme.Dim, "…")
	}
	for i, t := range r.Texts {
		if i > 0 {
			in.text(d.l.Theme.Dim, d.l.Glyphs.pen.split)
		}
		foreign(&in, d.l, st, t)
		if in.left() == 0 {
			break
		}
	}
	if r.Torn[1] {
		in.text(d.l.Theme.Dim, "…")
	}
	if r.Control != "" {
		if len(r.Texts) > 0 {
			in.skip(1)
		}
		in.text(d.l.Theme.Dim, safe.String(r.Control).String())
	}
	b.out, b.x = in.out, in.x
}

// foreign draws raw in what room b has; what had to be spelled out looks so.
func foreign(b *brush, l *Look, st Style, raw []byte) {
	room := b.left()
	if room <= 0 {
		return
	}
	cut := len(raw) > 8*room+64
	if cut {
		raw = raw[:8*room+64] // no row shows more
	}
	spans, cells := safe.Line(raw).Spans(), 0
	for _, s := range spans {
		cells += Width(l.Method, s.Safe)
	}
	if cut = cut || cells > room; cut {
		room--
	}
	for _, s := range spans {
		n, cells := prefix(l.Method, s.Safe, room)
		b.put(pick(s.Spelled, l.Theme.Spelled, st), s.Safe[:n], cells)
		if room -= cells; n < len(s.Safe) {
			break
		}
	}
	if cut {
		b.text(l.Theme.Dim, "…")
	}
}

// islands draws what r's SACK blocks say: gaps and what came beyond them.
func (d *rungs) islands(b *brush, r *Rung, w int) {
	p, th := d.l.Glyphs.pen, d.l.Theme
	end := r.Ack
	for _, k := range r.Blocks {
		end = max(end, k.Next)
	}
	if end <= r.Ack || b.left() < w+2 {
		return
	}
	span := end - r.Ack
	for x := range w {
		at := r.Ack + (uint64(2*x+1)*span)/uint64(2*w)
		here := false
		for _, k := range r.Blocks {
			here = here || k.First <= at && at < k.Next
		}
		b.put(pick(here, th.Good, th.Bad), pick(here, p.full, p.hole), 1)
	}
}
