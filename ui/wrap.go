package ui

import (
	"strings"

	"github.com/rivo/uniseg"
)

// minText is the narrowest column text is wrapped in: a wide character needs two.
const minText = 2

// A piece is a row of wrapped text: text[from:to], which fills cells. A single
// cluster wider than the column makes a row that is too wide; whoever draws it
// draws something else.
type piece struct{ from, to, cells int }

// Wrap divides s, one line without escape sequences, into rows of at most w
// cells (at least 2), where UAX #14 allows it: between Chinese characters but
// not before a full stop, after a slash in an address; a word too long for a
// row is cut. Spaces at the end of a row hang over it and are not in it.
func Wrap(m Method, s string, w int) []string {
	pieces := wrap(nil, m, s, nil, w)
	rows := make([]string, len(pieces))
	for i, p := range pieces {
		rows[i] = s[p.from:p.to]
	}
	return rows
}

// wrap appends to dst the rows of s. No cluster extends over a cut: there the
// style changes.
func wrap(dst []piece, m Method, s string, cuts []int, w int) []piece {
	w = max(w, minText)
	if n := cutWidth(m, s, cuts); n <= w {
		return append(dst, piece{0, len(s), n})
	}
	r := wrapper{m: m, s: s, cuts: cuts, rest: s, state: -1, w: w, rows: dst}
	for r.i < len(s) {
		r.step()
	}
	return append(r.rows, r.row(r.from, len(s), r.cells))
}

// cutWidth is the width of s when it is drawn in parts.
func cutWidth(m Method, s string, cuts []int) int {
	from, cells := 0, 0
	for _, c := range cuts {
		cells += Width(m, s[from:c])
		from = c
	}
	return cells + Width(m, s[from:])
}

// A wrapper is in the middle of wrapping s.
//
//	s  ██████████████████ the quick bro wn
//	                      └from     └i
//	                      └─ open ──┘ cells
type wrapper struct {
	m     Method
	s     string
	cuts  []int // not yet passed
	rest  string
	state int // of uniseg
	next  int // end of the line segment that i is in; a break is allowed there
	w     int
	rows  []piece

	i, from     int
	cells       int // of s[from:i]
	open        int // the last place in s[from:i] where a break is allowed, or from
	cellsToOpen int // of s[from:open]
}

// step takes the next cluster.
func (r *wrapper) step() {
	for r.next <= r.i {
		var seg string
		seg, r.rest, _, r.state = uniseg.FirstLineSegmentInString(r.rest, r.state)
		r.next += len(seg)
	}
	end := len(r.s)
	for len(r.cuts) > 0 && r.cuts[0] <= r.i {
		r.cuts = r.cuts[1:]
	}
	if len(r.cuts) > 0 {
		end = r.cuts[0]
	}
	c, cw := cluster(r.m, r.s[r.i:end])
	if c != " " { // spaces hang over the edge
		r.makeRoom(cw)
	}
	r.i += len(c)
	r.cells += cw
	if r.i == r.next {
		r.open, r.cellsToOpen = r.i, r.cells
	}
}

// makeRoom ends rows until cw more cells fit, or the row is empty.
func (r *wrapper) makeRoom(cw int) {
	for r.cells+cw > r.w && r.i > r.from {
		if r.open > r.from {
			r.rows = append(r.rows, r.row(r.from, r.open, r.cellsToOpen))
			r.from, r.cells = r.open, r.cells-r.cellsToOpen
		} else {
			r.rows = append(r.rows, r.row(r.from, r.i, r.cells))
			r.from, r.cells = r.i, 0
		}
		r.open, r.cellsToOpen = r.from, 0
	}
}

// row is s[from:to] without the spaces that hang over the edge.
func (r *wrapper) row(from, to, cells int) piece {
	if cells > r.w {
		kept := strings.TrimRight(r.s[from:to], " ")
		cells -= to - from - len(kept)
		to = from + len(kept)
	}
	return piece{from, to, cells}
}
