package paint

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"seqtalk/ui"
)

// A cell is a character, the number of its style and how many cells it fills,
// in one word, so that rows are compared quickly:
//
//	character, or cluster's number and the highest bit │ style │ width
//	                32 bits                              16      8
//
// A wide character is one cell and empty ones, of no width.
type cell uint64

const (
	blank     cell = ' '<<32 | 1
	clustered cell = 1 << 63
)

func newCell(ch uint32, style uint16, width int) cell {
	return cell(ch)<<32 | cell(style)<<8 | cell(width)
}

func (c cell) width() int    { return int(c & 0xFF) }
func (c cell) style() uint16 { return uint16(c >> 8) }

// doubtful reports that terminals do not agree how wide c is: what is made of
// several characters, and what is wide but of no East Asian script (emoji).
func (c cell) doubtful() bool {
	if c&clustered != 0 {
		return true
	}
	_, sure := ui.Cells(rune(c >> 32))
	return c.width() > 1 && !sure
}

// A row is what the terminal shows in one, or is to show.
type row struct {
	text    string
	cells   []cell
	doubted bool // one is doubtful
}

// blankFrom is where the blank cells at the end of r begin.
func (r *row) blankFrom() int {
	n := len(r.cells)
	for n > 0 && r.cells[n-1] == blank {
		n--
	}
	return n
}

// mostNumbers is how many styles or clusters are numbered. When there are more
// all of them are forgotten, and with them what the terminal shows.
const mostNumbers = 1 << 12

// A case of type numbers the styles and the clusters that cells are made of.
type typecase struct {
	profile  colorprofile.Profile
	styles   []uv.Style
	byStyle  map[uv.Style]uint16
	next     map[step]uint16   // which style a sequence leads to
	inks     map[uint32]string // what is written to come from one style to another
	clusters []string
	byText   map[string]uint32
}

// A step is a sequence that is read in a style.
type step struct {
	from     uint16
	sequence string
}

func newTypecase(profile colorprofile.Profile) *typecase {
	return &typecase{
		profile: profile,
		styles:  []uv.Style{{}}, byStyle: map[uv.Style]uint16{{}: 0},
		next: map[step]uint16{}, inks: map[uint32]string{}, byText: map[string]uint32{},
	}
}

// full reports that it is time for a new one.
func (t *typecase) full() bool {
	return len(t.styles) >= mostNumbers || len(t.next) >= 4*mostNumbers || len(t.inks) >= 4*mostNumbers || len(t.clusters) >= mostNumbers
}

// style is the number of s.
func (t *typecase) style(s uv.Style) uint16 {
	n, known := t.byStyle[s]
	if !known {
		n = uint16(len(t.styles))
		t.styles = append(t.styles, s)
		t.byStyle[s] = n
	}
	return n
}

// cell is c.
func (t *typecase) cell(c *uv.Cell) cell {
	style := t.style(c.Style)
	r, n := utf8.DecodeRuneInString(c.Content)
	switch {
	case c.Width == 0:
		return 0
	case n == len(c.Content):
		return newCell(uint32(r), style, c.Width)
	}
	k, known := t.byText[c.Content]
	if !known {
		k = uint32(len(t.clusters))
		t.clusters = append(t.clusters, c.Content)
		t.byText[strings.Clone(c.Content)] = k
	}
	return clustered | newCell(k, style, c.Width)
}

// ink is what brings the pen from one style to another.
func (t *typecase) ink(from, to uint16) string {
	key := uint32(from)<<16 | uint32(to)
	s, known := t.inks[key]
	if !known {
		a, b := uv.ConvertStyle(t.styles[from], t.profile), uv.ConvertStyle(t.styles[to], t.profile)
		s = b.Diff(&a)
		t.inks[key] = s
	}
	return s
}

// set makes r the w cells of s.
func (t *typecase) set(r *row, s string, w int, m ansi.Method) {
	if len(r.cells) != w {
		r.cells = make([]cell, w)
	}
	r.text, r.doubted = s, false
	if t.quick(r, s) {
		return
	}
	screen := uv.NewScreenBuffer(w, 1)
	screen.Method = m
	uv.NewStyledString(s).Draw(screen, screen.Bounds())
	for x := range r.cells {
		r.cells[x] = t.cell(screen.CellAt(x, 0))
		r.doubted = r.doubted || r.cells[x].doubtful()
	}
}

// quick is set where nothing is in s but styles and characters whose width is
// sure.
func (t *typecase) quick(r *row, s string) bool {
	x, w := 0, len(r.cells)
	var pen uint16
	for i := 0; i < len(s); {
		if s[i] == ansi.ESC {
			n := t.read(s[i:], &pen)
			if n == 0 {
				return false
			}
			i += n
			continue
		}
		ch, size := rune(s[i]), 1
		if ch >= utf8.RuneSelf {
			ch, size = utf8.DecodeRuneInString(s[i:])
		}
		cells, sure := ui.Cells(ch)
		if !sure {
			return false
		}
		if x+cells <= w {
			r.cells[x] = newCell(uint32(ch), pen, cells)
			if cells == 2 {
				r.cells[x+1] = 0
			}
		} else if x < w {
			r.cells[x] = newCell(' ', pen, 1) // half a character
		}
		x += cells
		i += size
	}
	for ; x < w; x++ {
		r.cells[x] = blank
	}
	return true
}

// read reads the style (SGR) that s begins with, and returns its length; 0: it
// begins with something else.
func (t *typecase) read(s string, pen *uint16) int {
	n := strings.IndexByte(s, 'm') + 1
	if strings.HasPrefix(s, ansi.ResetStyle) {
		*pen = 0
		return n
	}
	to, known := t.next[step{*pen, s[:n]}]
	if !known {
		style := t.styles[*pen]
		if !readStyle(s[:n], &style) {
			return 0
		}
		to = t.style(style)
		t.next[step{*pen, strings.Clone(s[:n])}] = to
	}
	*pen = to
	return n
}

// readStyle changes style as the sequence s says, and reports whether it is one
// that does.
func readStyle(s string, style *uv.Style) bool {
	if len(s) < 3 || s[1] != '[' {
		return false
	}
	var params ansi.Params
	v := -1
	for _, c := range []byte(s[2:]) {
		switch {
		case c >= '0' && c <= '9' && v < 1000:
			v = max(v, 0)*10 + int(c-'0')
		case c == ';', c == 'm' && (v >= 0 || len(params) > 0):
			params = append(params, ansi.Param(max(v, 0)))
			v = -1
		case c != 'm':
			return false
		}
	}
	uv.ReadStyle(params, style)
	return true
}
