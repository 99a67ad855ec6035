package ui

// An Ink says what a mark in a plot is; each theme has a colour for it. Where
// two meet in a cell the later one in this list is seen.
type Ink uint8

// The inks.
const (
	InkFaint Ink = iota
	InkUDP
	InkTCP
	InkGood
	InkWarn
	InkBad
	inkCount
)

// ink is what i looks like.
func (t *Theme) ink(i Ink) Style {
	return [inkCount]Style{t.Dim, t.UDP, t.TCP, t.Good, t.Warn, t.Bad}[i]
}

// A canvas is what a plot is drawn on, w×h cells. In braille each cell has
// 2×4 dots; without, one mark that tells the ink.
type canvas struct {
	w, h  int
	cells []dotCell
	pen   *pen
}

// A dotCell is a cell: dots, or one sign in their place.
type dotCell struct {
	dots uint8
	ink  Ink
	sign rune
	set  bool
}

// newCanvas is an empty one.
func newCanvas(l *Look, w, h int) *canvas {
	return &canvas{w: max(w, 0), h: max(h, 0), cells: make([]dotCell, max(w, 0)*max(h, 0)), pen: l.Glyphs.pen}
}

// size is how many dots there are.
func (c *canvas) size() (w, h int) {
	if c.pen.braille {
		return 2 * c.w, 4 * c.h
	}
	return c.w, c.h
}

// dots8 are the bits of U+2800, by row and column.
var dots8 = [4][2]uint8{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// dot sets the dot in column x of row y; 0, 0 is the upper left one.
func (c *canvas) dot(x, y int, ink Ink) {
	w, h := c.size()
	if x < 0 || y < 0 || x >= w || y >= h {
		return
	}
	var bit uint8 = 1
	if c.pen.braille {
		bit = dots8[y%4][x%2]
		x, y = x/2, y/4
	}
	s := &c.cells[y*c.w+x]
	s.dots |= bit
	if !s.set || ink > s.ink {
		s.ink = ink
	}
	s.set = true
}

// sign sets a letter over the dot in column x of row y.
func (c *canvas) sign(x, y int, ink Ink, r rune) {
	w, h := c.size()
	if x < 0 || y < 0 || x >= w || y >= h {
		return
	}
	if c.pen.braille {
		x, y = x/2, y/4
	}
	if s := &c.cells[y*c.w+x]; s.sign == 0 || ink >= s.ink {
		*s = dotCell{ink: ink, sign: r, set: true}
	}
}

// bar sets the dots of column x from row a to row b.
func (c *canvas) bar(x, a, b int, ink Ink) {
	_, h := c.size()
	for y := max(min(a, b), 0); y <= min(max(a, b), h-1); y++ {
		c.dot(x, y, ink)
	}
}

// draw draws the first w cells of row y.
func (c *canvas) draw(b *brush, th *Theme, y, w int) {
	var buf [96]rune
	run, ink := buf[:0], Ink(0)
	flush := func() {
		b.put(th.ink(ink), string(run), len(run))
		run = run[:0]
	}
	for _, s := range c.cells[y*c.w : y*c.w+w] {
		r := ' '
		switch {
		case s.sign != 0:
			r = s.sign
		case s.dots != 0 && c.pen.braille:
			r = 0x2800 + rune(s.dots)
		case s.dots != 0:
			r = c.pen.marks[s.ink]
		}
		if r != ' ' && s.ink != ink && len(run) > 0 {
			flush()
		}
		if r != ' ' {
			ink = s.ink
		}
		run = append(run, r)
	}
	flush()
}
