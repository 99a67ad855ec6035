package screen

import (
	"fmt"
	"html"
	"image/color"
	"strings"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
)

// A cell's size in a picture, in SVG user units.
const (
	cellWidth  = 9
	cellHeight = 19
	margin     = 12
)

// A Sheet is what a picture is drawn on, and the colour of what the program
// gave none.
type Sheet struct{ Paper, Ink color.RGBA }

// The sheets.
var (
	Dark  = Sheet{color.RGBA{0x16, 0x18, 0x1d, 0xff}, color.RGBA{0xd8, 0xda, 0xde, 0xff}}
	Light = Sheet{color.RGBA{0xfd, 0xfd, 0xfb, 0xff}, color.RGBA{0x1f, 0x23, 0x28, 0xff}}
)

// SVG draws the screen, the cursor included.
func (s *Screen) SVG(on Sheet) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, h := s.em.Width(), s.em.Height()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="'DejaVu Sans Mono','Noto Sans Mono CJK SC','Noto Sans Mono',Menlo,Consolas,monospace" font-size="15">`+"\n",
		w*cellWidth+2*margin, h*cellHeight+2*margin)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", hex(on.Paper))
	for y := range h {
		for x := 0; x < w; {
			x += on.drawRun(&b, s.em.CellAt, x, y, w)
		}
	}
	if p := s.em.CursorPosition(); p.X < w && p.Y < h {
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="2" height="%d" fill="%s"/>`+"\n", margin+p.X*cellWidth, margin+p.Y*cellHeight+1, cellHeight-2, hex(on.Ink))
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// alone reports whether a cell is drawn by itself, so that it fills its cells
// whatever the font: wide characters, and braille, which fonts make narrower.
func alone(c *uv.Cell) bool {
	r, _ := utf8.DecodeRuneInString(c.Content)
	return c.Width != 1 || r >= 0x2800 && r <= 0x28ff
}

// drawRun draws the cells of one style that begin at x, and returns how many
// there are.
func (on Sheet) drawRun(b *strings.Builder, at func(x, y int) *uv.Cell, x, y, w int) int {
	first := at(x, y)
	if first == nil {
		return 1
	}
	var text strings.Builder
	n := 0
	for x+n < w {
		c := at(x+n, y)
		if c == nil || alone(c) && n > 0 || !c.Style.Equal(&first.Style) {
			break
		}
		text.WriteString(c.Content)
		n += max(c.Width, 1)
		if alone(c) {
			break
		}
	}
	n = max(n, 1)
	fg, bg := on.colours(first.Style)
	left, top := margin+x*cellWidth, margin+y*cellHeight
	if bg != on.Paper {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", left, top, n*cellWidth, cellHeight, hex(bg))
	}
	if t := text.String(); strings.TrimSpace(t) != "" {
		weight := ""
		if first.Style.Attrs&uv.AttrBold != 0 {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="%s"%s>%s</text>`+"\n",
			left, top+14, n*cellWidth, hex(fg), weight, html.EscapeString(t))
	}
	return n
}

// colours are what a style comes to.
func (on Sheet) colours(s uv.Style) (fg, bg color.RGBA) {
	fg, bg = on.Ink, on.Paper
	if s.Fg != nil {
		fg = rgba(s.Fg)
	}
	if s.Bg != nil {
		bg = rgba(s.Bg)
	}
	if s.Attrs&uv.AttrReverse != 0 {
		fg, bg = bg, fg
	}
	if s.Attrs&uv.AttrFaint != 0 {
		fg = color.RGBA{mid(fg.R, bg.R), mid(fg.G, bg.G), mid(fg.B, bg.B), 0xff}
	}
	return fg, bg
}

func mid(a, b uint8) uint8 { return uint8((int(a)*2 + int(b)) / 3) }

func rgba(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xff}
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
