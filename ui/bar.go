package ui

// A bar is a line of fields of which, where room is short, the least important
// take a shorter form or go.
type bar struct {
	skip  int // cells left blank at the start
	items []barItem
}

// A barItem is one or more fields that go together, or a gap.
type barItem struct {
	drop   int // the higher, the earlier it goes; 0: never
	fields []field
	short  *field // instead of fields, before it goes
	gap    int
}

// A field is a few words in a style.
type field struct {
	st Style
	s  string
}

// add appends fields that go together.
func (a *bar) add(drop int, f ...field) { a.items = append(a.items, barItem{drop: drop, fields: f}) }

// shrink appends a field that has a shorter form.
func (a *bar) shrink(drop int, long, short field) {
	a.items = append(a.items, barItem{drop: drop, fields: []field{long}, short: &short})
}

// gap leaves n cells blank, if something stands on both sides.
func (a *bar) gap(n int) { a.items = append(a.items, barItem{gap: n}) }

// width is how many cells a fills, gaps of at most g.
func (a *bar) width(m Method, g int) int {
	n, gap := a.skip, 0
	started := false
	for _, it := range a.items {
		if it.gap > 0 {
			gap = max(gap, min(it.gap, g))
			continue
		}
		for _, f := range it.fields {
			if started {
				n += gap
			}
			gap, started = 0, true
			n += Width(m, f.s)
		}
	}
	return n
}

// lastDrop is above every drop.
const lastDrop = 10

// fit shortens a until it fits in w cells, and returns how wide its gaps may be.
func (a *bar) fit(m Method, w int) int {
	if a.width(m, 9) <= w {
		return 9
	}
	for drop := lastDrop; drop > 0; drop-- {
		for _, short := range [...]bool{true, false} {
			changed := false
			for i := range a.items {
				it := &a.items[i]
				switch {
				case it.drop != drop || it.fields == nil:
				case short && it.short != nil:
					it.fields, changed = []field{*it.short}, true
				case !short:
					it.fields, changed = nil, true
				}
			}
			for _, g := range [...]int{9, 1} {
				if changed && a.width(m, g) <= w {
					return g
				}
			}
		}
	}
	return 1
}

// draw draws a in w cells.
func (a *bar) draw(l *Look, w int) string {
	b := newBrush(l, w, l.Theme.Bar)
	b.skip(1)
	g := a.fit(l.Method, w-2)
	gap, started := 0, false
	b.skip(a.skip)
	for _, it := range a.items {
		if it.gap > 0 {
			gap = max(gap, min(it.gap, g))
		}
		for _, f := range it.fields {
			if started {
				b.skip(gap)
			}
			gap, started = 0, true
			b.text(f.st, f.s)
		}
	}
	return b.end()
}
