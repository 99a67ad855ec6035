package ui

import (
	"strconv"
	"time"

	"seqtalk/ui/words"
)

// A Balance sets the two protocols against each other, in numbers.
type Balance struct {
	Tallies []Tally // a row each: TCP, UDP
	Sparks  []Spark // small live plots
}

// A Tally is what one protocol did so far. Where a number is not known it is
// below 0, and drawn as ?.
type Tally struct {
	Proto                            string
	Sent, Delivered, Lost, Dup, Late int
	Resent                           int           // segments; of UDP: drawn as none
	P50, Max                         time.Duration // of the latency; 0: nothing came yet
	Handshake                        time.Duration // 0: it needs none; below 0: not known
	Wire, Text                       int64         // bytes on the wire, both ways; bytes of text delivered
	Recent                           []float64     // latencies of the last messages, oldest first, in seconds; below 0: never came
}

// A tallyColumn is a number of the table.
type tallyColumn struct {
	name, short words.Phrase
	drop        int // where room is short, the highest go first
	cell        func(l *Look, t *Tally) (string, Style)
}

// tallyColumns are all of them.
var tallyColumns = [...]tallyColumn{
	{words.RowDelivered, words.ColDelivered, 0, func(l *Look, t *Tally) (string, Style) {
		return count(t.Delivered) + "/" + count(t.Sent), pick(t.Delivered == t.Sent, l.Theme.Good, l.Theme.Text)
	}},
	{words.RowLost, words.RowLost, 0, func(l *Look, t *Tally) (string, Style) { return bad(l, t.Lost) }},
	{words.ColDup, words.ColDup, 1, func(l *Look, t *Tally) (string, Style) { return bad(l, t.Dup) }},
	{words.RowLate, words.RowLate, 1, func(l *Look, t *Tally) (string, Style) { return bad(l, t.Late) }},
	{words.ColAgain, words.ColAgain, 2, func(l *Look, t *Tally) (string, Style) {
		if t.Proto == "UDP" {
			return words.CellNone.In(l.Lang), l.Theme.Dim
		}
		return bad(l, t.Resent)
	}},
	{words.RowP50, words.ColP50, 0, func(l *Look, t *Tally) (string, Style) { return took(t.P50), l.Theme.Text }},
	{words.ColMax, words.ColMax, 3, func(l *Look, t *Tally) (string, Style) { return took(t.Max), l.Theme.Text }},
	{words.RowHandshake, words.RowHandshake, 4, func(l *Look, t *Tally) (string, Style) {
		if t.Handshake == 0 {
			return words.CellNone.In(l.Lang), l.Theme.Dim
		}
		if t.Handshake < 0 {
			return "?", l.Theme.Dim
		}
		return Span(t.Handshake), l.Theme.Text
	}},
	{words.RowPerByte, words.ColPerByte, 5, func(l *Look, t *Tally) (string, Style) {
		if t.Text <= 0 {
			return "-", l.Theme.Dim
		}
		return strconv.FormatFloat(float64(t.Wire)/float64(t.Text), 'f', 1, 64), l.Theme.Text
	}},
}

// count is n; ? if it is not known.
func count(n int) string {
	if n < 0 {
		return "?"
	}
	return strconv.Itoa(n)
}

// bad is a number that should be 0.
func bad(l *Look, n int) (string, Style) {
	return count(n), pick(n > 0, l.Theme.Warn, l.Theme.Dim)
}

// took is d, if there was one.
func took(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return Span(d)
}

// Draw draws the table, and below it the small plots: h rows of w cells. The
// table has a row for the names and one for each protocol; without room for
// the names each number has its own beside it.
func (d Balance) Draw(l *Look, w, h int) []string {
	if w <= 0 || h <= 0 {
		return exactly(nil, max(w, 0), h)
	}
	cols, wide, left := d.fit(l, w)
	var rows []string
	if h > len(d.Tallies) {
		b := newBrush(l, w, Style{})
		b.to(6)
		for i, c := range cols {
			cell(&b, l.Theme.Dim, tallyColumns[c].fitting(l, wide[i]-2), wide[i])
		}
		if b.skip(2); left >= Width(l.Method, words.ColRecent.In(l.Lang)) {
			b.text(l.Theme.Dim, words.ColRecent.In(l.Lang))
		}
		rows = append(rows, b.end())
	}
	for i := range d.Tallies {
		rows = append(rows, d.row(l, &d.Tallies[i], cols, wide, left, w))
	}
	for i := range d.Sparks {
		rows = append(rows, d.Sparks[i].row(l, w))
	}
	return exactly(rows, w, h)
}

// title is what stands above a column.
func (c *tallyColumn) title(l *Look, long bool) string {
	return pick(long, c.name, c.short).In(l.Lang)
}

// fitting is the title that fits in w cells.
func (c *tallyColumn) fitting(l *Look, w int) string {
	return c.title(l, Width(l.Method, c.title(l, true)) <= w)
}

// fit chooses the columns that fit in w cells, how wide each is and how much
// is left for the plots.
func (d *Balance) fit(l *Look, w int) (cols, wide []int, left int) {
	for drop := 9; ; drop-- {
		for _, long := range []bool{true, false} {
			cols, wide, left = cols[:0], wide[:0], w-6-1
			for i := range tallyColumns {
				c := &tallyColumns[i]
				if c.drop > drop {
					continue
				}
				n := Width(l.Method, c.title(l, long))
				for k := range d.Tallies {
					s, _ := c.cell(l, &d.Tallies[k])
					n = max(n, Width(l.Method, s))
				}
				cols, wide, left = append(cols, i), append(wide, n+2), left-n-2
			}
			if long && left < 14 {
				continue
			}
			if left >= 0 || drop == 0 {
				return cols, wide, pick(left >= 9, left-2, 0)
			}
		}
	}
}

// cell draws s at the right of n cells.
func cell(b *brush, st Style, s string, n int) {
	b.skip(max(n-Width(b.m, s), 1))
	b.text(st, s)
}

// row draws a protocol's numbers.
func (d *Balance) row(l *Look, t *Tally, cols, wide []int, left, w int) string {
	b := newBrush(l, w, Style{})
	b.skip(1)
	b.text(l.Theme.ProtoStyle(t.Proto), t.Proto)
	b.to(6)
	for i, c := range cols {
		s, st := tallyColumns[c].cell(l, t)
		cell(&b, st, s, wide[i])
	}
	if left > 0 {
		b.skip(2)
		top := 0.0
		for k := range d.Tallies {
			for _, v := range d.Tallies[k].Recent {
				top = max(top, v)
			}
		}
		n := min(left, 60)
		l.spark(&b, l.Theme.ProtoStyle(t.Proto), t.Recent, top, min(n, max(len(t.Recent), 1)))
	}
	return b.end()
}

// row draws a small plot with its name and its last value.
func (s *Spark) row(l *Look, w int) string {
	b := newBrush(l, w, Style{})
	b.skip(1)
	b.text(l.Theme.Dim, s.Name)
	b.to(min(max(12, Width(l.Method, s.Name)+3), w/3))
	n := min(b.left()-Width(l.Method, s.Now)-3, 120)
	l.spark(&b, l.Theme.TCP, s.Values, s.Top, n)
	b.skip(2)
	b.text(l.Theme.Text, s.Now)
	return b.end()
}
