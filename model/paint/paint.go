// Package paint brings a terminal from what it shows to what it is to show. It
// keeps the rows that were written, compares them with those of the next frame
// and returns the bytes for what differs. It writes nothing itself, knows no
// time but what it is told, and starts no goroutine.
//
// Cells, styles and colours are ultraviolet's, of which Bubble Tea's own
// renderer is made too. That one parses and compares every cell of the screen
// for each frame, and writes each row with a wide character anew; here a row
// whose text is the same costs a comparison of two strings.
package paint

import (
	"strconv"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// A Cursor is the cell the cursor stands in.
type Cursor struct{ X, Y int }

// nowhere is where nobody knows the cursor to be.
var nowhere = Cursor{-1, -1}

// A Frame is what a terminal is to show.
type Frame struct {
	W      int
	Rows   []string // as many as the screen is high, with their styles; what is beyond W is cut
	Cursor *Cursor  // nil: it is hidden
	Mouse  bool     // clicks, drags and the wheel are ours
}

// A Painter knows what a terminal shows. Its zero value is of no use: see New.
type Painter struct {
	cases  *typecase
	method ansi.Method
	synced bool // the terminal can be told where a frame begins and ends

	w      int
	rows   []row // as the terminal shows them
	known  bool  // it does
	cursor Cursor
	shown  bool // the cursor is
	mouse  bool

	next row    // for the row under way
	pen  uint16 // the style it writes in
	x, y int    // where it stands; -1: not known
	out  []byte
}

// New is the painter of a terminal that shows the colours of profile.
func New(profile colorprofile.Profile) *Painter {
	return &Painter{cases: newTypecase(profile), cursor: nowhere, x: -1, y: -1}
}

// Redraw forgets what the terminal shows: the next frame is painted whole.
func (p *Painter) Redraw() { p.known = false }

// Synchronize says that the terminal knows synchronised output (mode 2026).
func (p *Painter) Synchronize() { p.synced = true }

// Clusters says that the terminal can measure by grapheme clusters (mode 2027),
// and returns what tells it to. Rows are measured so from now on.
func (p *Painter) Clusters() []byte {
	if p.method == ansi.GraphemeWidth {
		return nil
	}
	p.method = ansi.GraphemeWidth
	p.Redraw()
	return []byte(ansi.SetModeUnicodeCore)
}

// Paint returns what brings the terminal to f: nothing if it shows f already.
// The bytes are the painter's until the next call.
func (p *Painter) Paint(f Frame) []byte {
	p.out = p.out[:0]
	if f.Mouse != p.mouse {
		p.mouse = f.Mouse
		p.out = append(p.out, mouse(f.Mouse)...)
	}
	begun := p.begin()
	written := len(p.out)
	p.paintRows(f)
	if written == len(p.out) {
		p.out = p.out[:begun]
		p.place(f.Cursor)
		return p.out
	}
	p.ink(0)
	p.x, p.y = -1, -1
	p.cursor = nowhere
	p.end(f.Cursor)
	return p.out
}

// paintRows paints the rows that differ.
func (p *Painter) paintRows(f Frame) {
	if p.cases.full() {
		p.cases = newTypecase(p.cases.profile)
		p.known = false
	}
	if !p.known || p.w != f.W || len(p.rows) != len(f.Rows) {
		p.w, p.rows, p.known = f.W, make([]row, len(f.Rows)), true
		for y, text := range f.Rows {
			p.paintWhole(y, text)
		}
		return
	}
	p.scroll(f.Rows)
	for y, text := range f.Rows {
		if p.rows[y].text != text {
			p.paintRow(y, text)
		}
	}
}

// set makes r the cells of text.
func (p *Painter) set(r *row, text string) { p.cases.set(r, text, p.w, p.method) }

// begin opens the frame and returns where in out it does.
func (p *Painter) begin() int {
	at := len(p.out)
	switch {
	case p.synced:
		p.out = append(p.out, ansi.SetModeSynchronizedOutput...)
	case p.shown:
		p.out = append(p.out, ansi.ResetModeTextCursorEnable...)
	}
	return at
}

// end closes the frame, with the cursor where it belongs.
func (p *Painter) end(c *Cursor) {
	if !p.synced {
		p.shown = false // begin saw to it
	}
	p.place(c)
	if p.synced {
		p.out = append(p.out, ansi.ResetModeSynchronizedOutput...)
	}
}

// place puts the cursor into its cell, or hides it.
func (p *Painter) place(c *Cursor) {
	if c == nil {
		if p.shown {
			p.out = append(p.out, ansi.ResetModeTextCursorEnable...)
		}
		p.shown = false
		return
	}
	if p.cursor != *c {
		p.x, p.y = -1, -1
		p.move(c.X, c.Y)
		p.cursor = *c
	}
	if !p.shown {
		p.out = append(p.out, ansi.SetModeTextCursorEnable...)
	}
	p.shown = true
}

// move moves the pen.
func (p *Painter) move(x, y int) {
	if p.x == x && p.y == y {
		return
	}
	p.out = append(p.out, "\x1b["...)
	if p.y != y || p.x < 0 {
		p.out = strconv.AppendInt(p.out, int64(y+1), 10)
		p.out = append(p.out, ';')
		p.out = strconv.AppendInt(p.out, int64(x+1), 10)
		p.out = append(p.out, 'H')
	} else {
		p.out = strconv.AppendInt(p.out, int64(x+1), 10)
		p.out = append(p.out, 'G')
	}
	p.x, p.y = x, y
}

// ink makes the pen write in a style.
func (p *Painter) ink(style uint16) {
	if style != p.pen {
		p.out = append(p.out, p.cases.ink(p.pen, style)...)
		p.pen = style
	}
}
