package paint

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

const (
	skip  = 8 // so many cells that stay are jumped over, fewer are written again
	erase = 4 // so many blank cells at the end are erased, fewer are written
)

// paintRow brings row y to text.
func (p *Painter) paintRow(y int, text string) {
	p.set(&p.next, text)
	was := &p.rows[y]
	*was, p.next = p.next, *was
	if was.doubted || p.next.doubted {
		p.paintCells(y, true)
		return
	}
	a, b := p.next.cells, was.cells
	end := was.blankFrom()
	for x := 0; x < p.w; {
		if a[x] == b[x] {
			x++
			continue
		}
		from, to := differing(a, b, x)
		if to-max(from, end) >= erase {
			p.write(y, from, max(from, end))
			p.clear(y, max(from, end))
			return
		}
		p.write(y, from, to)
		x = to
	}
}

// differing is the range of cells around x that are to be written: whole
// characters of both rows, and cells that stay if they are few.
func differing(a, b []cell, x int) (from, to int) {
	for x > 0 && (a[x].width() == 0 || b[x].width() == 0) {
		x--
	}
	from, to = x, x+1
	for i := to; i < len(a) && i-to < skip; i++ {
		if a[i] != b[i] {
			to = i + 1
		}
	}
	for to < len(a) && (a[to].width() == 0 || b[to].width() == 0) {
		to++
	}
	return from, to
}

// paintWhole paints row y over whatever is there.
func (p *Painter) paintWhole(y int, text string) {
	p.set(&p.rows[y], text)
	p.paintCells(y, p.rows[y].doubted)
}

// paintCells writes the whole row. Erased first it holds nothing of what the
// terminal may have drawn wider than we think.
func (p *Painter) paintCells(y int, erased bool) {
	if erased {
		p.clear(y, 0)
	}
	end := p.rows[y].blankFrom()
	p.write(y, 0, end)
	if !erased && end < p.w {
		p.clear(y, end)
	}
}

// clear erases row y from x on.
func (p *Painter) clear(y, x int) {
	p.move(x, y)
	p.ink(0)
	p.out = append(p.out, ansi.EraseLineRight...)
}

// write writes the cells [from, to) of row y. After a cell of doubtful width
// the pen is moved to where the next one belongs.
func (p *Painter) write(y, from, to int) {
	for x, c := range p.rows[y].cells[from:to] {
		x, w := x+from, c.width()
		if w == 0 {
			continue
		}
		p.move(x, y)
		p.ink(c.style())
		corner := x+w >= p.w && y == len(p.rows)-1
		if corner {
			p.out = append(p.out, ansi.ResetModeAutoWrap...) // else some would scroll
		}
		if c&clustered != 0 {
			p.out = append(p.out, p.cases.clusters[uint32((c&^clustered)>>32)]...)
		} else {
			p.out = utf8.AppendRune(p.out, rune(c>>32))
		}
		if corner {
			p.out = append(p.out, ansi.SetModeAutoWrap...)
		}
		if p.x += w; p.x >= p.w || c.doubtful() {
			p.x = -1
		}
	}
}
