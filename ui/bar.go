package ui

// A bar is a line of items that say less the less room there is. How tight it
// is is a level: 0 where all fits; at each further one something gets shorter
// or goes.
type bar struct{ items []barItem }

// A barItem is a few words, or a gap.
type barItem struct {
	forms []form
	gap   int
}

// A form is how an item looks from a level on.
type form struct {
	from   int
	fields []field // none: it is gone
}

// A field is a few words in a style.
type field struct {
	st Style
	s  string
}

// last is the level at which everything that can go is gone.
const last = 12

// add appends fields that go at a level.
func (a *bar) add(gone int, f ...field) {
	a.items = append(a.items, barItem{forms: []form{{0, f}, {gone, nil}}})
}

// shrink appends a field that takes its short form at one level and goes at another.
func (a *bar) shrink(shorter, gone int, long, short field) {
	a.items = append(a.items, barItem{forms: []form{{0, []field{long}}, {shorter, []field{short}}, {gone, nil}}})
}

// instead appends a field that is there only between two levels.
func (a *bar) instead(from, gone int, f ...field) {
	a.items = append(a.items, barItem{forms: []form{{0, nil}, {from, f}, {gone, nil}}})
}

// gap leaves n cells blank, where something stands on both sides.
func (a *bar) gap(n int) { a.items = append(a.items, barItem{gap: n}) }

// keep is a level that never comes.
const keep = last + 1

// at is the item's form at a level.
func (it *barItem) at(level int) []field {
	var f []field
	for _, fm := range it.forms {
		if fm.from <= level {
			f = fm.fields
		}
	}
	return f
}

// each calls yield with every field there is at a level and the blanks before
// it, no more than most.
func (a *bar) each(level, most int, yield func(gap int, f field)) {
	gap, started := 0, false
	for i := range a.items {
		it := &a.items[i]
		if it.gap > 0 {
			gap = max(gap, min(it.gap, most))
		}
		for _, f := range it.at(level) {
			yield(pick(started, gap, 0), f)
			gap, started = 0, true
		}
	}
}

// width is how many cells a fills.
func (a *bar) width(m Method, level, gap int) int {
	n := 0
	a.each(level, gap, func(gap int, f field) { n += gap + Width(m, f.s) })
	return n
}

// fit is the lowest level at which a fits in w cells, and how wide its gaps may be.
func (a *bar) fit(m Method, w int) (level, gap int) {
	gaps := []int{9, 2, 1}
	if w >= 60 {
		gaps = gaps[:2]
	}
	for level := range last {
		for _, gap := range gaps {
			if a.width(m, level, gap) <= w {
				return level, gap
			}
		}
	}
	return last, 1
}

// draw draws a in w cells, after indent blanks where there is room for them.
func (a *bar) draw(l *Look, w, indent int) string {
	b := newBrush(l, w, l.Theme.Bar)
	margin := 1
	if w < 48 {
		indent, margin = 0, 0
	}
	level, gap := a.fit(l.Method, w-indent-margin)
	b.skip(indent)
	a.each(level, gap, func(gap int, f field) {
		b.skip(gap)
		b.text(f.st, f.s)
	})
	return b.end()
}
