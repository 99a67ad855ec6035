package ui

import "strconv"

// info is what stands beside a line, in parts.
type info struct {
	buf   [160]byte
	used  int
	parts [16]part
	n     int
	cells int
}

// A part is a few words, buf[from:to], and how they look; where room is short,
// those with a higher drop go first.
type part struct {
	st              Style
	from, to, cells int
	drop            int
}

// begin starts a part.
func (in *info) begin(st Style, drop int) {
	in.parts[in.n] = part{st: st, from: in.used, to: in.used, drop: drop}
	in.n++
}

// str adds to the part that was begun last.
func (in *info) str(m Method, s string) {
	if len(s) > len(in.buf)-in.used {
		return
	}
	p := &in.parts[in.n-1]
	in.used += copy(in.buf[in.used:], s)
	n := Width(m, s)
	p.to, p.cells, in.cells = in.used, p.cells+n, in.cells+n
}

// apart adds blanks to it, unless nothing stands before it.
func (in *info) apart(m Method, s string) {
	if in.n > 1 {
		in.str(m, s)
	}
}

// num adds a number to it.
func (in *info) num(m Method, n uint64) {
	var b [20]byte
	in.str(m, string(strconv.AppendUint(b[:0], n, 10)))
}

// shrink leaves out what does not fit in room cells.
func (in *info) shrink(room int) {
	for drop := 9; drop > 0 && in.cells > room; drop-- {
		for k := range in.n {
			if p := &in.parts[k]; p.drop == drop {
				in.cells -= p.cells
				p.cells, p.to = 0, p.from
			}
		}
	}
}

// draw draws in so that it ends at column x, as much of it as fits.
func (in *info) draw(b *brush, x int) {
	room := min(x, b.w) - b.x - 1
	in.shrink(room)
	if in.cells == 0 || in.cells > room {
		return
	}
	b.to(x - in.cells)
	for k := range in.n {
		p := &in.parts[k]
		if b.g.ascii {
			b.text(p.st, string(in.buf[p.from:p.to]))
		} else {
			b.put(p.st, string(in.buf[p.from:p.to]), p.cells)
		}
	}
}

// info says what is known of r's way: "↻1 ✓✓ 208 ms  bytes 34–87".
func (d *frame) info(in *info, r *Row) {
	th, g := d.l.Theme, d.l.Glyphs
	if r.Kind == Note {
		return
	}
	for _, f := range [...]struct {
		on bool
		st Style
		s  string
	}{{r.Dup, th.Warn, g.Dup}, {r.Late, th.Warn, g.Late}, {r.More, th.Dim, g.More}} {
		if f.on {
			in.begin(f.st, 0)
			in.apart(d.l.Method, " ")
			in.str(d.l.Method, f.s)
		}
	}
	for k := range r.Fates {
		if f := &r.Fates[k]; f.Proto != "" {
			d.fate(in, r.Kind, f)
		}
	}
}

// fate adds what became of a line over one protocol.
func (d *frame) fate(in *info, kind Kind, f *Fate) {
	m, th, g := d.l.Method, d.l.Theme, d.l.Glyphs
	if d.Both {
		in.begin(th.ProtoStyle(f.Proto), 0)
		in.apart(m, "  ")
		in.str(m, pick(d.cols.detail > 0, f.Proto, f.Proto[:1]))
	}
	if kind == Mine {
		d.mark(in, f)
	}
	if f.First > 0 && d.cols.detail > 1 {
		in.begin(th.Dim, 5)
		in.apart(m, "  ")
		in.str(m, d.bytes)
		in.num(m, f.First)
		in.str(m, g.To)
		in.num(m, f.Last)
	}
}

// mark adds how far a line of ours got, and how long that took.
func (d *frame) mark(in *info, f *Fate) {
	m, th, g := d.l.Method, d.l.Theme, d.l.Glyphs
	if f.Resent != 0 {
		in.begin(th.Warn, 3)
		in.apart(m, " ")
		in.str(m, g.Resent)
		if f.Resent > 0 {
			in.num(m, uint64(f.Resent))
		} else {
			in.str(m, "?")
		}
	}
	st, s := d.l.mark(f.Mark)
	in.begin(st, 0)
	in.apart(m, " ")
	in.str(m, s)
	if f.After > 0 && d.cols.detail > 0 && (f.Mark == Acked || f.Mark == Delivered) {
		in.begin(th.Dim, 4)
		in.str(m, pick(f.AtMost, g.AtMost, " "))
		in.str(m, Span(f.After))
	}
}

// mark is how a mark is drawn.
func (l *Look) mark(k Mark) (Style, string) {
	th, g := l.Theme, l.Glyphs
	switch k {
	case Queued:
		return th.Dim, g.Queued
	case Sent:
		return th.Dim, g.Sent
	case Acked:
		return th.Good, g.Acked
	case Delivered:
		return th.Good, g.Delivered
	case Failed:
		return th.Bad, g.Failed
	}
	return th.Warn, g.Unknown
}
