package ui

import (
	"strconv"
	"time"

	"seqtalk/ui/words"
)

// A Buffer is TCP's receive buffer: what arrived beyond a gap, and must wait
// for it. In order is what a stream promises.
//
//	buffer  [···m1···][███m2███][███m3███]   waiting for m1, sent again in 180 ms
type Buffer struct {
	Slots  []Slot
	Waits  uint64        // the message that is missing; 0: nothing is
	Again  time.Duration // until it is sent again; 0: not known
	Fast   bool          // it is sent again because of duplicate ACKs, not of a timer
	OnWay  bool          // it was sent again and is on its way
	Unread int           // bytes in order that the program has not read yet (it was told to pause)
	Frame  bool          // what is missing is no message: a greeting or a receipt of seqtalk's own
}

// A Slot is a message in the buffer, or the room kept for it.
type Slot struct {
	N     uint64
	Here  bool // all of it arrived
	Bytes int
}

// Draw draws the strip in h rows of w cells: one is enough, with two the
// reason stands below.
func (s Buffer) Draw(l *Look, w, h int) []string {
	if w <= 0 || h <= 0 {
		return exactly(nil, max(w, 0), h)
	}
	b := newBrush(l, w, Style{})
	b.skip(1)
	title := pick(w >= 60, words.StripBuffer, words.StripTCP).In(l.Lang)
	b.text(l.Theme.TCP, title)
	b.skip(2)
	say := s.reason(l, w >= 60)
	if len(s.Slots) == 0 {
		b.text(l.Theme.Dim, say)
		return exactly([]string{b.end()}, w, h)
	}
	room := b.left() - 1
	if h == 1 {
		room = max(room-Width(l.Method, say)-2, room/3)
	}
	s.slots(&b, l, room)
	if h == 1 {
		b.skip(2)
		b.text(s.style(l), say)
		return []string{b.end()}
	}
	c := newBrush(l, w, Style{})
	c.skip(1 + Width(l.Method, title) + 2)
	c.text(s.style(l), say)
	return exactly([]string{b.end(), c.end()}, w, h)
}

// style is how loud the reason is.
func (s *Buffer) style(l *Look) Style { return pick(s.Waits > 0 || s.Frame, l.Theme.Warn, l.Theme.Dim) }

// reason says why what is there is not handed over.
func (s *Buffer) reason(l *Look, long bool) string {
	switch {
	case s.Frame && s.Again > 0:
		return words.StripFrameAgain.In(l.Lang, Span(s.Again))
	case s.Frame:
		return words.StripFrame.In(l.Lang)
	case s.Waits == 0 && s.Unread > 0:
		return words.StripUnread.In(l.Lang, s.Unread)
	case s.Waits == 0:
		return words.StripEmpty.In(l.Lang)
	case s.OnWay:
		return words.StripOnWay.In(l.Lang, s.Waits)
	case s.Fast:
		return words.StripFast.In(l.Lang, s.Waits)
	case s.Again > 0 && !long:
		return words.StripShort.In(l.Lang, s.Waits, Span(s.Again))
	case s.Again > 0:
		return words.StripAgain.In(l.Lang, s.Waits, Span(s.Again))
	}
	return words.StripWaits.In(l.Lang, s.Waits)
}

// slots draws as many slots as fit in room cells, each as wide as it is long
// as far as there is room, and how many do not fit.
func (s *Buffer) slots(b *brush, l *Look, room int) {
	p, th := l.Glyphs.pen, l.Theme
	end := b.x + room
	inner := s.inner(room)
	for i, slot := range s.Slots {
		name := "m" + strconv.FormatUint(slot.N, 10)
		n := max(inner[i], len(name)+1)
		rest := "+" + strconv.Itoa(len(s.Slots)-i)
		if b.x+n+2 > end || i < len(s.Slots)-1 && b.x+n+2+len(rest) > end {
			b.text(th.Dim, rest)
			return
		}
		st, fill := pick(slot.Here, th.Good, th.Bad), pick(slot.Here, p.full, p.hole)
		b.text(th.Dim, "[")
		left := (n - len(name)) / 2
		to := b.x + n
		b.fill(st, fill, b.x+left)
		b.text(pick(slot.Here, th.Text, th.Bad), name)
		b.fill(st, fill, to)
		b.text(th.Dim, "]")
	}
}

// inner is how many cells each slot has between its brackets.
func (s *Buffer) inner(room int) []int {
	total := 0
	for _, slot := range s.Slots {
		total += max(slot.Bytes, 1)
	}
	n := make([]int, len(s.Slots))
	room = min(room, 14*len(s.Slots)) - 2*len(s.Slots)
	for i, slot := range s.Slots {
		n[i] = max(slot.Bytes, 1) * max(room, 0) / total
	}
	return n
}
