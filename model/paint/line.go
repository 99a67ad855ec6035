package paint

import (
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"seqtalk/ui"
)

// A line is a row in cells. A wide character is one cell and an empty one, of
// no width. It is a screen one row high, for ultraviolet to draw on.
type line struct {
	cells   uv.Line
	method  ansi.Method
	doubted bool // there is a cell that the terminal may think of another width
}

// parse makes l the w cells of s.
func (l *line) parse(s string, w int, m ansi.Method) {
	if len(l.cells) != w {
		l.cells = make(uv.Line, w)
	}
	l.method, l.doubted = m, false
	if !l.quick(s) {
		uv.NewStyledString(s).Draw(l, l.Bounds())
	}
}

// quick parses s if there is nothing in it but styles and characters whose
// width is sure.
func (l *line) quick(s string) bool {
	x := 0
	var pen uv.Style
	for i := 0; i < len(s); {
		if s[i] == ansi.ESC {
			n := style(s[i:], &pen)
			if n == 0 {
				return false
			}
			i += n
			continue
		}
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		cells, sure := ui.Cells(r)
		if !sure {
			return false
		}
		if x+cells <= len(l.cells) {
			l.cells[x] = uv.Cell{Content: s[i : i+size], Width: cells, Style: pen}
			if cells == 2 {
				l.cells[x+1] = uv.Cell{}
			}
		} else if x < len(l.cells) {
			l.cells[x] = uv.Cell{Content: " ", Width: 1, Style: pen} // half a character
		}
		x += cells
		i += size
	}
	for ; x < len(l.cells); x++ {
		l.cells[x] = uv.EmptyCell
	}
	return true
}

// style reads the style (SGR) that s begins with, and returns its length; 0: it
// begins with something else.
func style(s string, pen *uv.Style) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	var params [16]ansi.Param
	n, v := 0, -1
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && v < 1000:
			v = max(v, 0)*10 + int(c-'0')
		case (c == ';' || c == 'm') && n < len(params):
			if c == ';' || v >= 0 || n > 0 {
				params[n] = ansi.Param(max(v, 0))
				n++
			}
			v = -1
			if c == 'm' {
				uv.ReadStyle(params[:n], pen)
				return i + 1
			}
		default:
			return 0
		}
	}
	return 0
}

// Bounds implements uv.Screen.
func (l *line) Bounds() uv.Rectangle { return uv.Rect(0, 0, len(l.cells), 1) }

// WidthMethod implements uv.Screen.
func (l *line) WidthMethod() uv.WidthMethod { return l.method }

// CellAt implements uv.Screen.
func (l *line) CellAt(x, _ int) *uv.Cell { return l.cells.At(x) }

// SetCell implements uv.Screen.
func (l *line) SetCell(x, _ int, c *uv.Cell) {
	if c == nil && x >= 0 && x < len(l.cells) {
		l.cells[x] = uv.EmptyCell
		return
	}
	l.cells.Set(x, c)
	l.doubted = l.doubted || doubtful(c)
}

// blankFrom is where the blank cells at the end of l begin.
func (l *line) blankFrom() int {
	n := len(l.cells)
	for n > 0 && l.cells[n-1] == uv.EmptyCell {
		n--
	}
	return n
}

// doubtful reports that terminals do not agree how wide c is: what is made of
// several characters, and what is wide but of no East Asian script (emoji).
func doubtful(c *uv.Cell) bool {
	if c == nil || len(c.Content) <= 1 {
		return false
	}
	r, n := utf8.DecodeRuneInString(c.Content)
	_, sure := ui.Cells(r)
	return n < len(c.Content) || c.Width > 1 && !sure
}
