package paint

import (
	"slices"
	"strconv"
)

// leastScrolled is how many rows must have moved together for the terminal to
// be told to scroll them.
const leastScrolled = 3

// A hunk is rows [top, end) of the next frame that the terminal shows by rows
// further down (or up, by < 0).
type hunk struct{ top, end, by int }

// scroll has the terminal move the largest hunk of rows that moved, and keeps
// p.rows as it then shows them.
func (p *Painter) scroll(next []string) {
	h := p.moved(next)
	if h.end-h.top < leastScrolled {
		return
	}
	top, end := min(h.top, h.top+h.by), max(h.end, h.end+h.by)
	p.ink(0) // in which the new rows are blank
	p.margins(top+1, end)
	n := h.by
	if n > 0 {
		p.move(0, end-1)
		for range n {
			p.out = append(p.out, '\n')
		}
		rotate(p.rows[top:end], n)
		p.empty(p.rows[end-n : end])
	} else {
		n = -n
		p.move(0, top)
		for range n {
			p.out = append(p.out, "\x1bM"...)
		}
		rotate(p.rows[top:end], end-top-n)
		p.empty(p.rows[top : top+n])
	}
	p.margins(1, len(p.rows))
}

// rotate moves the first n rows behind the others.
func rotate(rows []row, n int) {
	slices.Reverse(rows[:n])
	slices.Reverse(rows[n:])
	slices.Reverse(rows)
}

// empty makes rows blank.
func (p *Painter) empty(rows []row) {
	for i := range rows {
		p.set(&rows[i], "")
	}
}

// margins has the terminal scroll the rows [top, end], counted from 1, only.
func (p *Painter) margins(top, end int) {
	p.out = append(p.out, "\x1b["...)
	p.out = strconv.AppendInt(p.out, int64(top), 10)
	p.out = append(p.out, ';')
	p.out = strconv.AppendInt(p.out, int64(end), 10)
	p.out = append(p.out, 'r')
	p.x, p.y = -1, -1
}

// moved is the largest hunk of rows that are as they were, but elsewhere.
func (p *Painter) moved(next []string) (best hunk) {
	changed := 0
	for y, s := range next {
		if s != p.rows[y].text {
			changed++
		}
	}
	if changed < leastScrolled {
		return hunk{}
	}
	at := make(map[string]int, len(p.rows)) // where a row stands that stands there alone; -1: elsewhere too
	for y := range p.rows {
		s := p.rows[y].text
		if _, twice := at[s]; twice {
			y = -1
		}
		at[s] = y
	}
	for y := 0; y < len(next); y++ {
		was, known := at[next[y]]
		if !known || was < 0 || was == y {
			continue
		}
		h := p.grow(next, y, was-y)
		if h.end-h.top > best.end-best.top {
			best = h
		}
		y = h.end - 1
	}
	return best
}

// grow is the hunk around row y that moved by by.
func (p *Painter) grow(next []string, y, by int) hunk {
	same := func(y int) bool {
		return y >= 0 && y < len(next) && y+by >= 0 && y+by < len(next) && next[y] == p.rows[y+by].text
	}
	h := hunk{y, y + 1, by}
	for same(h.top - 1) {
		h.top--
	}
	for same(h.end) {
		h.end++
	}
	return h
}
