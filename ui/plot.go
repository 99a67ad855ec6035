package ui

import (
	"math"
	"sort"
	"strconv"
	"time"

	"seqtalk/ui/words"
)

// A Plot draws values over time, with axes and units.
//
//	 cwnd, segments   ⠒ cwnd  ⠂ ssthresh
//	20 ┤      ⣀⠔⠊
//	10 ┤  ⣀⠔⠊     ⣀⠔⠊
//	 0 └──┴──────┴──────┴──
//	      1      2      3 s
//
// What lies before From costs nothing, whatever is handed over.
type Plot struct {
	Title    string
	Unit     string // "bytes": of the values
	From, To time.Duration
	Lines    []Line
	Strokes  []Stroke // in the order of time
	Signs    []Sign   // in the order of time
	Zero     bool     // the axis begins at 0
	Keys     []Key    // what the signs mean
	Beyond   string   // said at the upper edge: what lies far above
}

// A Point is a value at a time.
type Point struct {
	At    time.Duration
	Value float64
}

// A Line is a value as it changes, its points in the order of time.
type Line struct {
	Name   string
	Ink    Ink
	Dashed bool // else drawn through
	Dots   bool // the points alone, nothing between them
	Points []Point
}

// A Stroke is an upright line from one value to another.
type Stroke struct {
	At       time.Duration
	From, To float64
	Ink      Ink
}

// A Sign is a letter at a value.
type Sign struct {
	At     time.Duration
	Value  float64
	Letter rune // of ASCII
	Ink    Ink
}

// A Key tells what a letter means.
type Key struct {
	Letter rune
	Ink    Ink
	Name   string
}

// A scale says where in a canvas a plot's values are.
type scale struct {
	from, to time.Duration
	low, top float64
	w, h     int // dots
}

// x and y are the dots of a time and a value.
func (s *scale) x(at time.Duration) int {
	return int(float64(at-s.from) / float64(s.to-s.from) * float64(s.w-1))
}

func (s *scale) y(v float64) int {
	return int(math.Round((s.top - v) / (s.top - s.low) * float64(s.h-1)))
}

// Draw draws p in h rows of w cells: a title, the plot, and two rows for the
// axis of time.
func (p Plot) Draw(l *Look, w, h int) []string {
	if w <= 0 || h <= 0 {
		return exactly(nil, max(w, 0), h)
	}
	rows := []string{p.heading(l, w)}
	low, top, ok := p.span()
	if !ok || h < 6 || w < 16 {
		b := newBrush(l, w, Style{})
		b.skip(1)
		b.text(l.Theme.Dim, words.PlotNothing.In(l.Lang))
		return exactly(append(rows, b.end()), w, h)
	}
	ticks := newTicks(low, top, h-3)
	left := ticks.width() + 1
	c := newCanvas(l, w-left-1, h-3)
	sc := scale{from: p.From, to: p.To, low: ticks.low, top: ticks.top}
	sc.w, sc.h = c.size()
	p.paint(c, &sc)
	for y := range c.h {
		b := newBrush(l, w, Style{})
		s, at := ticks.at(y)
		b.to(left - Width(l.Method, s))
		b.text(l.Theme.Dim, s)
		b.text(l.Theme.Dim, pick(at, l.Glyphs.pen.notch, l.Glyphs.pen.axis))
		room := c.w
		if y == 0 && p.Beyond != "" {
			room = max(c.w-Width(l.Method, p.Beyond)-1, 0)
		}
		c.draw(&b, l.Theme, y, room)
		if room < c.w {
			b.to(w - Width(l.Method, p.Beyond))
			b.text(l.Theme.Dim, p.Beyond)
		}
		rows = append(rows, b.end())
	}
	return exactly(append(rows, p.times(l, w, left)...), w, h)
}

// heading is the title and what is drawn how.
func (p *Plot) heading(l *Look, w int) string {
	b := newBrush(l, w, Style{})
	b.skip(1)
	b.text(l.Theme.Strong, p.Title)
	if p.Unit != "" && b.left() > Width(l.Method, p.Unit)+2 {
		b.text(l.Theme.Dim, ", "+p.Unit)
	}
	for i := range p.Lines {
		n := &p.Lines[i]
		if n.Name == "" || b.left() < Width(l.Method, n.Name)+5 {
			continue
		}
		b.skip(2)
		b.put(l.Theme.ink(n.Ink), n.sample(l.Glyphs.pen), 2)
		b.skip(1)
		b.text(l.Theme.Dim, n.Name)
	}
	for _, k := range p.Keys {
		if b.left() < Width(l.Method, k.Name)+4 {
			break
		}
		b.skip(2)
		b.text(l.Theme.ink(k.Ink), string(k.Letter))
		b.skip(1)
		b.text(l.Theme.Dim, k.Name)
	}
	return b.end()
}

// sample is two cells of how the line looks.
func (n *Line) sample(p *pen) string {
	if !p.braille {
		return string([]rune{p.marks[n.Ink], p.marks[n.Ink]})
	}
	switch {
	case n.Dots:
		return "⠂⠐"
	case n.Dashed:
		return "⠒ "
	}
	return "⠒⠒"
}

// span is the lowest and the highest value seen.
func (p *Plot) span() (low, top float64, ok bool) {
	low, top = math.Inf(1), math.Inf(-1)
	see := func(v float64) { low, top = min(low, v), max(top, v) }
	for i := range p.Lines {
		for _, q := range p.seen(p.Lines[i].Points) {
			see(q.Value)
		}
	}
	for _, s := range p.Strokes[p.firstStroke():] {
		see(s.From)
		see(s.To)
	}
	if math.IsInf(low, 0) || math.IsInf(top, 0) || math.IsNaN(low+top) || p.To <= p.From {
		return 0, 0, false
	}
	if p.Zero {
		low = min(low, 0)
	}
	return low, max(top, low+1e-9), true
}

// seen are the points from the last one before From on, up to To.
func (p *Plot) seen(q []Point) []Point {
	from := sort.Search(len(q), func(i int) bool { return q[i].At > p.From })
	to := sort.Search(len(q), func(i int) bool { return q[i].At > p.To })
	return q[max(from-1, 0):max(to, max(from-1, 0))]
}

// firstStroke is the first stroke seen.
func (p *Plot) firstStroke() int {
	return sort.Search(len(p.Strokes), func(i int) bool { return p.Strokes[i].At >= p.From })
}

// paint draws all there is.
func (p *Plot) paint(c *canvas, s *scale) {
	for i := range p.Lines {
		p.line(c, s, &p.Lines[i])
	}
	for _, k := range p.Strokes[p.firstStroke():] {
		if k.At > p.To {
			break
		}
		c.bar(s.x(k.At), s.y(k.From), s.y(k.To), k.Ink)
	}
	first := sort.Search(len(p.Signs), func(i int) bool { return p.Signs[i].At >= p.From })
	for _, k := range p.Signs[first:] {
		if k.At > p.To {
			break
		}
		c.sign(s.x(k.At), s.y(k.Value), k.Ink, k.Letter)
	}
}

// line draws n as steps: a value holds until the next.
func (p *Plot) line(c *canvas, s *scale, n *Line) {
	q := p.seen(n.Points)
	for i := range q {
		x, y := s.x(max(q[i].At, p.From)), s.y(q[i].Value)
		if n.Dots {
			c.dot(x, y, n.Ink)
			continue
		}
		to := s.w - 1
		if i+1 < len(q) {
			to = s.x(q[i+1].At)
			if !n.Dashed {
				c.bar(to, y, s.y(q[i+1].Value), n.Ink)
			}
		}
		for ; x <= to; x++ {
			if !n.Dashed || x%4 < 2 {
				c.dot(x, y, n.Ink)
			}
		}
	}
}

// times is the axis of time and what stands below it.
func (p *Plot) times(l *Look, w, left int) []string {
	th, pn := l.Theme, l.Glyphs.pen
	axis, label := newBrush(l, w, Style{}), newBrush(l, w, Style{})
	axis.to(left)
	axis.text(th.Dim, pn.corner)
	room := w - left - 1
	step := roundTime(float64(p.To-p.From) / float64(max(room/9, 1)) / 1e9)
	from := math.Ceil(float64(p.From) / 1e9 / step)
	for k := from; k*step <= p.To.Seconds(); k++ {
		x := left + 1 + int((k*step*1e9-float64(p.From))/float64(p.To-p.From)*float64(room-1))
		s := strconv.FormatFloat(math.Round(k*step*1e6)/1e6, 'f', -1, 64)
		if (k+1)*step > p.To.Seconds() {
			s += " s"
		}
		at := max(x-len(s)/2, 0)
		if x < axis.x || at < label.x+pick(label.x > 0, 1, 0) || at+len(s) > w {
			continue
		}
		axis.fill(th.Dim, pn.line, x)
		axis.text(th.Dim, pn.tick)
		label.to(at)
		label.text(th.Dim, s)
	}
	axis.fill(th.Dim, pn.line, w)
	return []string{axis.end(), label.end()}
}

// ticks are the round values of an axis, one each few rows from the lowest row
// up. The upper edge need not be round.
type ticks struct {
	low, top, step float64
	rows           int // between two
	h              int
}

// newTicks fits low to top into h rows, so that little room is left over.
func newTicks(low, top float64, h int) ticks {
	best, least := ticks{}, math.Inf(1)
	for rows := 2; rows <= 5 && rows < h; rows++ {
		n := float64(h-1) / float64(rows)
		step := roundUp((top - low) / n)
		t := ticks{low: math.Floor(low/step) * step, step: step, rows: rows, h: h}
		if t.low+n*step < top {
			step = roundUp(step * 1.01)
			t.low, t.step = math.Floor(low/step)*step, step
		}
		t.top = t.low + n*t.step
		waste := (t.top - t.low) / (top - low)
		if rows == 2 && h > 7 || 2*rows > h-1 {
			waste *= 1.2 // too many, too few
		}
		if waste < least {
			best, least = t, waste
		}
	}
	return best
}

// roundUp is the next of 1, 2, 3, 4, 5, 6, 8, 10, … from v on.
func roundUp(v float64) float64 {
	if !(v > 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 3, 4, 5, 6, 8} {
		if v <= m*unit*1.0001 {
			return m * unit
		}
	}
	return 10 * unit
}

// width is the longest label's.
func (t ticks) width() int {
	n := 0
	for y := range t.h {
		s, _ := t.at(y)
		n = max(n, len(s))
	}
	return n
}

// at is the label on row y, if a round value is there.
func (t ticks) at(y int) (string, bool) {
	if up := t.h - 1 - y; t.rows > 0 && up%t.rows == 0 {
		return short(t.low + float64(up/t.rows)*t.step), true
	}
	return "", false
}

// roundTime is the next of 1, 2, 5, 10, … seconds from v on.
func roundTime(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if v <= m*unit*1.0001 {
			return m * unit
		}
	}
	return 10 * unit
}

// short is a round v: "1500", "12k", "0.2".
func short(v float64) string {
	v = math.Round(v*1e9) / 1e9
	switch a := math.Abs(v); {
	case a >= 1e7:
		return strconv.FormatFloat(v/1e6, 'g', 4, 64) + "M"
	case a >= 1e4:
		return strconv.FormatFloat(v/1e3, 'g', 5, 64) + "k"
	}
	return strconv.FormatFloat(v, 'g', 5, 64)
}
