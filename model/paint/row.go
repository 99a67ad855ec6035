package paint

import (
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

const (
	skip  = 8 // so many cells that stay are jumped over, fewer are written again
	erase = 4 // so many blank cells at the end are erased, fewer are written
)

// paintRow brings row y from was to now.
func (p *Painter) paintRow(y int, was, now string) {
	p.was.parse(was, p.w, p.method)
	p.now.parse(now, p.w, p.method)
	if p.was.doubted || p.now.doubted {
		p.paintCells(y, true)
		return
	}
	a, b := p.was.cells, p.now.cells
	blank := p.now.blankFrom()
	for x := 0; x < p.w; {
		if a[x] == b[x] {
			x++
			continue
		}
		from, to := p.differing(x)
		if to-max(from, blank) >= erase {
			p.write(y, from, max(from, blank))
			p.clear(y, max(from, blank))
			return
		}
		p.write(y, from, to)
		x = to
	}
}

// differing is the range of cells around x that are to be written: whole
// characters of both rows, and cells that stay if they are few.
func (p *Painter) differing(x int) (from, to int) {
	a, b := p.was.cells, p.now.cells
	for x > 0 && (a[x].Width == 0 || b[x].Width == 0) {
		x--
	}
	from, to = x, x+1
	for i := to; i < p.w && i-to < skip; i++ {
		if a[i] != b[i] {
			to = i + 1
		}
	}
	for to < p.w && (a[to].Width == 0 || b[to].Width == 0) {
		to++
	}
	return from, to
}

// paintWhole paints row y over whatever is there.
func (p *Painter) paintWhole(y int, now string) {
	p.now.parse(now, p.w, p.method)
	p.paintCells(y, p.now.doubted)
}

// paintCells writes the whole row. Erased first it holds nothing of what the
// terminal may have drawn wider than we think.
func (p *Painter) paintCells(y int, erased bool) {
	if erased {
		p.clear(y, 0)
	}
	blank := p.now.blankFrom()
	p.write(y, 0, blank)
	if !erased && blank < p.w {
		p.clear(y, blank)
	}
}

// clear erases row y from x on.
func (p *Painter) clear(y, x int) {
	p.move(x, y)
	p.ink(uv.Style{})
	p.out = append(p.out, ansi.EraseLineRight...)
}

// write writes the cells [from, to) of row y. After a cell of doubtful width
// the pen is moved to where the next one belongs.
func (p *Painter) write(y, from, to int) {
	if from >= to {
		return
	}
	p.move(from, y)
	for x := from; x < to; x++ {
		c := &p.now.cells[x]
		if c.Width == 0 {
			continue
		}
		p.move(x, y)
		p.ink(c.Style)
		corner := x+c.Width >= p.w && y == len(p.rows)-1
		if corner {
			p.out = append(p.out, ansi.ResetModeAutoWrap...) // else some would scroll
		}
		p.out = append(p.out, c.Content...)
		if corner {
			p.out = append(p.out, ansi.SetModeAutoWrap...)
		}
		if p.x += c.Width; p.x >= p.w || doubtful(c) {
			p.x = -1
		}
	}
}
