package ui

import (
	"time"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// Kind is what a line of the history is.
type Kind uint8

// The kinds, as package talk counts them.
const (
	Mine   Kind = iota // we said it
	Theirs             // the peer said it
	Note               // the program says it
)

// Level is how much a Note matters.
type Level uint8

// The levels, as package talk counts them.
const (
	Info Level = iota
	Warn
	Alarm
	Divide // a line across: what follows is another connection's
)

// Mark says how far a message got.
type Mark uint8

// The marks, as package transport counts them.
const (
	Queued Mark = iota
	Sent
	Acked
	Delivered
	Unknown
	Failed
)

// A Fate is what became of a line of ours over one protocol or, of the peer's,
// how it came.
type Fate struct {
	Proto       string // "TCP" or "UDP"; "": it did not go over this one
	Mark        Mark
	Resent      int           // ↻n; -1: resent, nobody knows how often
	After       time.Duration // until Acked or Delivered; 0: not known
	AtMost      bool          // After was polled: the time is an upper bound
	First, Last uint64        // bytes of the stream; 0: not known, or UDP
	Octets      int           // on the wire, what frames it included; 0: not known
	Framed      bool          // it went or came in a frame of seqtalk's
}

// A Row is one line of the history, as it is drawn.
type Row struct {
	Kind  Kind
	Level Level     // of a Note
	At    time.Time // zero: no time is shown
	Nick  safe.Text // who said it; empty: for Mine the word "me"
	Text  []byte    // as said; it is spelled out here. Notes: our words, peers' parts spelled out before

	Fates           [2]Fate
	Dup, Late, More bool
	Past            bool // said in an earlier talk
}

// Items are the lines of a conversation, [First, End). A line's text never
// changes under its index, its fates may.
type Items interface {
	First() uint64
	End() uint64
	Row(i uint64) Row
}

// None is the index of no line.
const None = ^uint64(0)

// A History draws the lines of a conversation. What a frame costs does not
// depend on how many lines there are.
type History struct {
	Items    Items
	Cache    *Wraps // the caller's; nil: nothing is remembered
	W, H     int
	Seen     uint64 // lines from here on are new: an unread line stands above the first of them; End or None: none is
	Selected uint64 // in look mode; None: no line
	Find     string // highlighted wherever it stands, whatever its case
	Both     bool   // lines go over two protocols: room for two marks
	Nick     int    // cells the longest nick fills; 0: a usual one
	NoClock  bool   // no times: the text has their room
	Bar      bool   // a scroll bar
	EndKey   string // what to press to get to the end, as a hint
}

// A View is what is seen of a history: the line on the top row, and how far
// that line is scrolled. New lines never move it, unless it follows; nor does
// another width, for At counts the line's octets, not rows. The zero View
// shows the oldest lines.
type View struct {
	Item   uint64
	At     int  // where in the line the top row starts; -n: n rows above its text (date, unread)
	Follow bool // the end is seen, also when lines come
}

// Latest is the View that follows the end.
var Latest = View{Follow: true}

// ScrollBy moves v down by n rows, or up by -n. A view that comes to the end
// follows it from then on.
func (h History) ScrollBy(l *Look, v View, n int) View {
	d := h.frame(l)
	if d == nil || n == 0 {
		return v
	}
	if v.Follow && n > 0 {
		return v
	}
	p := d.top(v)
	if n < 0 {
		return d.view(d.up(p, -n))
	}
	p = d.down(p, n)
	if d.atEnd(p) {
		return Latest
	}
	return d.view(p)
}

// PageUp moves v up by a screen less two rows.
func (h History) PageUp(l *Look, v View) View { return h.ScrollBy(l, v, -max(h.H-2, 1)) }

// PageDown moves v down by a screen less two rows.
func (h History) PageDown(l *Look, v View) View { return h.ScrollBy(l, v, max(h.H-2, 1)) }

// Top is the oldest line.
func (h History) Top(l *Look) View {
	d := h.frame(l)
	if d == nil || d.atEnd(place{item: d.first}) {
		return Latest
	}
	return d.view(place{item: d.first})
}

// Show moves v as little as needed for line i to be seen.
func (h History) Show(l *Look, v View, i uint64) View {
	d := h.frame(l)
	if d == nil {
		return v
	}
	i = min(max(i, d.first), d.end-1)
	top := d.top(v)
	if i < top.item || i == top.item && top.row > 0 {
		return d.view(place{item: i})
	}
	room := d.h - pick(v.Follow, 0, 1)
	for item, used := top.item, -top.row; ; item++ {
		used += d.rowsOf(item)
		if used > room {
			break
		}
		if item == i {
			return v
		}
	}
	return h.JumpTo(l, i)
}

// JumpTo shows line i in the middle.
func (h History) JumpTo(l *Look, i uint64) View {
	d := h.frame(l)
	if d == nil {
		return Latest
	}
	i = min(max(i, d.first), d.end-1)
	p := d.up(place{item: i}, max(d.h-d.rowsOf(i), 0)/2)
	if d.atEnd(p) {
		return Latest
	}
	return d.view(p)
}

// At is the line drawn on row y of the pane, None if there is none.
func (h History) At(l *Look, v View, y int) uint64 {
	d := h.frame(l)
	if d == nil || y < 0 || y >= d.h {
		return None
	}
	p := d.top(v)
	y -= d.blankAbove(p)
	if y < 0 {
		return None
	}
	for item, used := p.item, -p.row; item < d.end; item++ {
		if used += d.rowsOf(item); used > y {
			return item
		}
	}
	return None
}

// A place is a row of the history: of line item the row'th, counting its
// decorations.
type place struct {
	item uint64
	row  int
}

// A frame is a History while it is drawn or measured.
type frame struct {
	History
	l          *Look
	first, end uint64
	h          int
	cols       columns
	key        wrapKey
	out        []byte // of the row being drawn
	bytes      string // the word
	bar        [2]int // rows of the scroll bar's thumb
}

// frame prepares h; nil if there is nothing to see.
func (h History) frame(l *Look) *frame {
	if h.Items == nil || h.W <= 0 || h.H <= 0 {
		return nil
	}
	d := &frame{History: h, l: l, first: h.Items.First(), end: h.Items.End(), h: h.H}
	if d.first >= d.end {
		return nil
	}
	if d.Cache == nil {
		d.Cache = new(Wraps)
	}
	if d.Cache.seen == nil {
		d.Cache.seen = make([]item, seenItems)
	}
	d.Cache.now++
	d.cols, d.bytes = newColumns(l, &h), words.Bytes.In(l.Lang)
	d.out = make([]byte, 0, 2*h.W+128)
	d.key = wrapKey{look: *l, width: d.cols.width, info: d.cols.mine}
	return d
}

// at is line i as it is in this frame. It stays valid while no line 128 away is asked for.
func (d *frame) at(i uint64) *item {
	it := &d.Cache.seen[i%seenItems]
	if it.i == i && it.frame == d.Cache.now {
		return it
	}
	*it = item{Row: d.Items.Row(i), frame: d.Cache.now, i: i, above: -1}
	if !it.At.IsZero() {
		it.day = day(d.l.local(it.At))
	}
	it.line = d.Cache.get(d.key, i, func() *wrapped {
		return wrapLine(d.l.Method, it.Text, d.cols.width, d.tail(&it.Row))
	})
	return it
}

// rowsOf is how many rows line i takes, with its decorations.
func (d *frame) rowsOf(i uint64) int {
	return d.above(i) + len(d.at(i).line.rows)
}

// above is how many rows stand above line i: its date, the unread line.
func (d *frame) above(i uint64) int {
	it := d.at(i)
	if it.above < 0 {
		it.above = 0
		if d.newDay(i) {
			it.above++
		}
		if d.unreadAbove(i) {
			it.above++
		}
	}
	return it.above
}

// unreadAbove reports that line i is the first that is new.
func (d *frame) unreadAbove(i uint64) bool { return i == d.Seen && i > d.first }

// newDay reports that line i was said on another day than the one before it.
func (d *frame) newDay(i uint64) bool {
	now := d.at(i).day
	if now == 0 || i == d.first {
		return now != 0
	}
	was := d.at(i - 1).day
	return was != 0 && was != now
}

// day numbers the days of t's zone, from 1 on.
func day(t time.Time) int { return t.Year()*366 + t.YearDay() }

// local is t where the reader is.
func (l *Look) local(t time.Time) time.Time {
	if l.Zone == nil {
		return t
	}
	return t.In(l.Zone)
}

// top is the place on the top row of v: never so far down that rows stay blank.
func (d *frame) top(v View) place {
	if v.Follow || v.Item >= d.end {
		return d.bottom()
	}
	p := d.placeOf(v)
	if d.rowsFrom(p, d.h) < d.h {
		return d.bottom()
	}
	return p
}

// placeOf is the place v names.
func (d *frame) placeOf(v View) place {
	if v.Item < d.first {
		return place{item: d.first}
	}
	above, rows := d.above(v.Item), d.at(v.Item).line.rows
	if v.At < 0 {
		return place{v.Item, max(above+v.At, 0)}
	}
	n := 0
	for n+1 < len(rows) && rows[n+1].at <= v.At {
		n++
	}
	return place{v.Item, above + n}
}

// view is the View with p on its top row.
func (d *frame) view(p place) View {
	above := d.above(p.item)
	if p.row < above {
		return View{Item: p.item, At: p.row - above}
	}
	return View{Item: p.item, At: d.at(p.item).line.rows[p.row-above].at}
}

// bottom is the place on the top row when the end is seen.
func (d *frame) bottom() place {
	last := place{d.end - 1, d.rowsOf(d.end-1) - 1}
	return d.up(last, d.h-1)
}

// up is n rows above p, or the first row there is.
func (d *frame) up(p place, n int) place {
	for n > p.row {
		if p.item == d.first {
			return place{item: d.first}
		}
		n -= p.row + 1
		p.item--
		p.row = d.rowsOf(p.item) - 1
	}
	p.row -= n
	return p
}

// down is n rows below p, or the last row there is.
func (d *frame) down(p place, n int) place {
	for {
		rows := d.rowsOf(p.item)
		if p.row+n < rows {
			p.row += n
			return p
		}
		if p.item == d.end-1 {
			return place{p.item, rows - 1}
		}
		n -= rows - p.row
		p = place{item: p.item + 1}
	}
}

// atEnd reports that no row would be left over below, with p on the top row.
func (d *frame) atEnd(p place) bool {
	return d.rowsFrom(p, d.h+1) <= d.h
}

// rowsFrom counts the rows from p on, up to enough.
func (d *frame) rowsFrom(p place, enough int) int {
	n := -p.row
	for i := p.item; i < d.end && n < enough; i++ {
		n += d.rowsOf(i)
	}
	return n
}

// blankAbove is how many rows stay blank: a short conversation stands at the bottom.
func (d *frame) blankAbove(p place) int {
	return max(d.h-d.rowsFrom(p, d.h), 0)
}
