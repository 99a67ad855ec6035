package ui

import (
	"slices"

	"seqtalk/ui/safe"
)

// A page is text of ours in rows, for a pane that explains something.
type page struct {
	l      *Look
	w      int
	rows   [][]field
	widest int
}

// line appends one row.
func (p *page) line(f ...field) {
	n := 0
	for i := range f {
		f[i].s = safe.String(f[i].s).String()
		n += Width(p.l.Method, f[i].s)
	}
	p.rows = append(p.rows, f)
	p.widest = max(p.widest, min(n, p.w))
}

// blank appends an empty row.
func (p *page) blank() { p.rows = append(p.rows, nil) }

// squeeze takes blank rows out where the page has more than h rows.
func (p *page) squeeze(h int) {
	if len(p.rows) > h {
		p.rows = slices.DeleteFunc(p.rows, func(r []field) bool { return len(r) == 0 })
	}
}

// say appends s, wrapped, with n cells before each row.
func (p *page) say(st Style, n int, s string) {
	if s == "" {
		return
	}
	for _, row := range Wrap(p.l.Method, safe.String(s).String(), p.w-n) {
		p.line(field{Style{}, spaces(n)}, field{st, row})
	}
}

// command appends what is to be typed in a shell.
func (p *page) command(s string) {
	p.line(field{p.l.Theme.Dim, "    $ "}, field{p.l.Theme.Accent, s})
}

// draw draws rows from first on, each w cells wide, on base.
func (p *page) draw(base Style, w, first, h int) []string {
	rows := make([]string, 0, h)
	for _, r := range p.rows[min(max(first, 0), len(p.rows)):] {
		if len(rows) == h {
			break
		}
		b := newBrush(p.l, w, base)
		for _, f := range r {
			b.text(f.st, f.s)
		}
		rows = append(rows, b.end())
	}
	for len(rows) < h {
		b := newBrush(p.l, w, base)
		rows = append(rows, b.end())
	}
	return rows
}

// box frames the page: a title on the upper edge, a hint on the lower one. It
// is at most w×h and no bigger than needed; first is the first row shown.
func (p *page) box(title, hint string, w, h, first int) []string {
	l := p.l
	th, g := l.Theme, &l.Glyphs.Box
	inner := max(p.widest, Width(l.Method, title), Width(l.Method, hint))
	inner = min(inner+2, w-2)
	n := min(len(p.rows), h-2)
	if inner < 1 || n < 1 {
		return nil
	}
	rows := []string{edge(l, g[0], g[1], g[2], title, th.Strong, inner)}
	for _, s := range p.draw(th.Box, inner-1, first, n) {
		b := newBrush(l, 1, th.Box)
		b.text(th.Dim, g[3])
		side := b.end()
		rows = append(rows, side+th.Box.Render(" ")+s+side)
	}
	return slices.Concat(rows, []string{edge(l, g[4], g[1], g[5], hint, th.Dim, inner)})
}

// edge is the upper or lower edge of a box with inner cells between its corners.
func edge(l *Look, left, line, right, s string, st Style, inner int) string {
	th := l.Theme
	b := newBrush(l, inner+2, th.Box)
	b.text(th.Dim, left)
	if s != "" && inner > 4 {
		b.text(th.Dim, line)
		b.skip(1)
		b.text(st, Truncate(l.Method, s, inner-3, "…"))
		b.skip(1)
	}
	b.fill(th.Dim, line, inner+1)
	b.text(th.Dim, right)
	return b.end()
}
