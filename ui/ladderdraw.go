package ui

import (
	"strconv"
	"time"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// rungs are a Ladder while it is drawn or measured.
type rungs struct {
	Ladder
	listing
	l    *Look
	more uint64 // kept back by the freeze
	cols rails
}

// rails say where everything in a row of the ladder stands.
//
//	│▸   1.203  TCP :48120 │─── [P.] … ───►│ :9001 20 ms   51 B  text …│
//	    └time   └tag └left └arrow, width    └right └trip    └size └text
type rails struct {
	time, micros int // cells of the time; digits behind its point
	tag, port    int // cells; 0: not drawn
	trip, size   int
	arrow, width int // where the arrow starts, its cells
	lead         int // cells of the arrow before its label
	text         int // where the text starts
}

// newRails divides w.
func newRails(w int, both bool) rails {
	c := rails{time: 8, micros: 3}
	switch {
	case w >= 160:
		c.time, c.micros, c.trip, c.size = 11, 6, 9, 8
	case w < 56:
		c.time = 7
	}
	if both {
		c.tag = pick(w >= 56, 5, 2)
	}
	if w >= 76 {
		c.port = 7
	}
	c.arrow = 1 + c.time + 1 + c.tag + c.port + 1
	rest := w - c.arrow - 1 - c.port - c.trip - c.size - 1
	switch {
	case rest > 56:
		c.width = min(34+(rest-56)/4, 52)
	case rest > 25:
		c.width = min(max(rest*3/5, 18), 34)
	default:
		c.width = max(min(rest, 18), 0)
	}
	c.lead = pick(c.width < 24, 1, 3)
	c.text = c.arrow + c.width + 1 + c.port + c.trip + c.size + 1
	return c
}

// frame prepares d; nil if there is nothing to see.
func (d Ladder) frame(l *Look) *rungs {
	if d.Rungs == nil || d.W <= 0 || d.H <= 0 {
		return nil
	}
	f := &rungs{Ladder: d, l: l, listing: listing{first: d.Rungs.First(), end: d.Rungs.End()}}
	if d.Until < f.end {
		f.more = f.end - max(d.Until, f.first)
		f.end -= f.more
	}
	if f.first >= f.end {
		return nil
	}
	f.head = pick(d.H >= 4, 1, 0)
	f.room = d.H - f.head
	f.cols = newRails(d.W, d.Both)
	return f
}

// Draw draws what v shows: d.H rows, each d.W cells wide.
func (d Ladder) Draw(l *Look, v View) []string {
	f := d.frame(l)
	if f == nil {
		return d.nothing(l)
	}
	rows := make([]string, 0, d.H)
	from, to, below := f.rows(v)
	if f.head > 0 {
		r := d.Rungs.Rung(max(to, from+1) - 1)
		rows = append(rows, f.heading(&r))
	}
	for i := from; i < to; i++ {
		r := d.Rungs.Rung(i)
		rows = append(rows, f.drawn(i, &r))
	}
	if below > 0 {
		rows = append(rows, moreBelow(l, d.W, below, d.EndKey))
	}
	return exactly(rows, d.W, d.H)
}

// nothing is a ladder without rungs.
func (d Ladder) nothing(l *Look) []string {
	say := pick(d.Hidden > 0, words.LadderNothing, words.LadderEmpty)
	p := &page{l: l, w: max(d.W-2, 1)}
	p.say(l.Theme.Dim, 1, say.In(l.Lang))
	if d.W <= 0 || d.H <= 0 {
		return exactly(nil, d.W, d.H)
	}
	rows := blankRows(nil, d.W, max(d.H-len(p.rows), 0)/2)
	rows = append(rows, p.draw(Style{}, d.W, 0, min(len(p.rows), d.H-len(rows)))...)
	return exactly(rows, d.W, d.H)
}

// heading says who the two lines are, and what is not shown.
func (d *rungs) heading(r *Rung) string {
	l, th := d.l, d.l.Theme
	b := newBrush(l, d.W, Style{})
	right := d.cols.arrow - pick(d.cols.port > 0, d.cols.port+1, 1)
	unit := Truncate(l.Method, words.LadderSeconds.In(l.Lang), d.cols.time, "")
	b.to(1 + d.cols.time - Width(l.Method, unit))
	b.text(th.Dim, unit)
	b.to(right)
	left, peer := d.Left, d.Right
	if left == "" {
		left = words.LadderMe.In(l.Lang)
	}
	if peer == "" {
		peer = words.LadderPeer.In(l.Lang)
	}
	left, peer = safe.String(left).String(), safe.String(peer).String()
	end := d.cols.arrow + d.cols.width + 1 + max(d.cols.port-1, 0)
	if p, q := portText(r.Left), portText(r.Right); d.cols.port == 0 && p != "" {
		left, peer = left+" "+p, peer+" "+q
		if Width(l.Method, left)+Width(l.Method, peer)+2 > end-right {
			left, peer = p, q
		}
	}
	peer = Truncate(l.Method, peer, (end-right)/2-1, "…")
	left = Truncate(l.Method, left, end-right-Width(l.Method, peer)-2, "…")
	b.text(th.Me, left)
	b.to(end - Width(l.Method, peer))
	b.text(th.NickStyle(peer), peer)
	b.to(d.cols.text)
	for i, f := range d.says() {
		if i > 0 {
			b.text(th.Dim, "  ")
		}
		b.text(f.st, f.s)
	}
	return b.end()
}

// says is what the head says of what is shown, the most important first.
func (d *rungs) says() []field {
	l, th := d.l, d.l.Theme
	var f []field
	if d.Until != None {
		f = append(f, field{th.Warn, words.LadderFrozen.In(l.Lang, d.more)})
	}
	if d.Filter != "" {
		f = append(f, field{th.Accent, words.LadderFilter.In(l.Lang, safe.String(d.Filter).String())})
	}
	if d.NoAcks {
		f = append(f, field{th.Dim, words.LadderNoAcks.In(l.Lang)})
	}
	if d.Hidden > 0 {
		f = append(f, field{th.Dim, words.LadderHidden.In(l.Lang, d.Hidden)})
	}
	if d.Missed > 0 {
		f = append(f, field{th.Warn, words.LadderMissed.In(l.Lang, d.Missed)})
	}
	return append(f, field{th.Dim, pick(d.Absolute, words.LadderAbsolute, words.LadderRelative).In(l.Lang)})
}

// row draws rung i.
func (d *rungs) row(i uint64, r *Rung) string {
	l, th, c := d.l, d.l.Theme, &d.cols
	b := newBrush(l, d.W, pick(i == d.Selected, th.Selected, Style{}))
	if i == d.Selected {
		b.text(th.Accent, l.Glyphs.Selected)
	}
	var buf [24]byte
	at := seconds(buf[:0], r.At, c.micros)
	b.to(1 + max(c.time-len(at), 0))
	b.text(th.Dim, string(at))
	if r.Proto == "" {
		d.remark(&b, r)
		return b.end()
	}
	b.to(1 + c.time + 1)
	if c.tag > 0 {
		b.text(th.ProtoStyle(r.Proto), pick(c.tag > 2, r.Proto, r.Proto[:1]))
	}
	if c.port > 0 {
		b.to(c.arrow - 1 - c.port)
		b.text(th.Dim, portText(r.Left))
	}
	b.to(c.arrow - 1)
	b.text(th.Dim, l.Glyphs.pen.rail)
	d.arrow(&b, r)
	b.to(c.arrow + c.width)
	b.text(th.Dim, l.Glyphs.pen.rail)
	if c.port > 0 {
		b.skip(1)
		b.text(th.Dim, portText(r.Right))
	}
	d.figures(&b, r)
	b.to(c.text)
	d.beside(&b, r)
	return b.end()
}

// figures draws how long a packet took and how big it is.
func (d *rungs) figures(b *brush, r *Rung) {
	th, c := d.l.Theme, &d.cols
	if c.trip == 0 {
		return
	}
	b.to(c.arrow + c.width + 1 + c.port + 1)
	if r.Trip > 0 {
		b.text(th.Dim, Span(r.Trip))
	}
	if r.Size > 0 {
		s := strconv.Itoa(r.Size) + " B"
		b.to(c.text - 2 - len(s))
		b.text(th.Dim, s)
	}
}

// remark draws what is no packet.
func (d *rungs) remark(b *brush, r *Rung) {
	l, th := d.l, d.l.Theme
	b.to(d.cols.arrow - 1)
	b.fill(th.Dim, l.Glyphs.pen.line, b.x+2)
	b.skip(1)
	d.say(b, th.Strong, r, b.left())
	b.skip(1)
	b.fill(th.Dim, l.Glyphs.pen.line, min(d.W, d.cols.text+2))
}

// portText is a port as people write it.
func portText(p uint16) string {
	if p == 0 {
		return ""
	}
	return ":" + strconv.Itoa(int(p))
}

// seconds appends d in seconds with so many digits behind the point.
func seconds(dst []byte, d time.Duration, digits int) []byte {
	return strconv.AppendFloat(dst, d.Seconds(), 'f', digits, 64)
}

// arrow draws r between the two lines.
func (d *rungs) arrow(b *brush, r *Rung) {
	p, th := d.l.Glyphs.pen, d.l.Theme
	st, label := d.inks(r)
	line := pick(r.Again(), p.again, p.line)
	end := d.cols.arrow + d.cols.width
	tail := pick(r.Way == OnWay, p.under, line)
	head, headSt := p.right, st
	if r.In {
		head = p.left
	}
	switch r.Way {
	case Died:
		head, headSt = p.dead, th.Bad
	case Held:
		head, headSt = p.held, th.Warn
	case Unseen:
		head, headSt = "?", th.Warn
	}
	short := r.Way == Died || r.Way == Held // it ends on the way
	if r.In {
		if short {
			b.skip(1)
		}
		b.text(headSt, head)
		b.fill(st, tail, d.cols.arrow+d.cols.lead)
	} else {
		b.fill(st, line, d.cols.arrow+d.cols.lead)
	}
	b.skip(1)
	b.text(label, d.fitLabel(r, end-b.x-pick(short, 5, 3)))
	b.skip(1)
	switch {
	case r.In:
		b.fill(st, line, end)
	case short:
		b.fill(st, line, min(b.x+2, end-2))
		b.text(headSt, head)
	default:
		b.fill(st, tail, end-1)
		b.text(headSt, head)
	}
}

// inks are how r's arrow and its label look.
func (d *rungs) inks(r *Rung) (line, label Style) {
	th := d.l.Theme
	switch {
	case r.Way == Died || r.Remarks&badChecksum != 0 || r.flag('R') || r.Proto == "ICMP":
		return th.Bad, th.Bad
	case r.Again():
		return th.Warn, th.Warn
	case r.PureAck() || r.Control != "":
		return th.Dim, th.Dim
	case r.flag('S') || r.flag('F'):
		return th.ProtoStyle(r.Proto), th.Strong
	}
	return th.ProtoStyle(r.Proto), th.Text
}
