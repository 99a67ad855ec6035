package ui

import "strings"

// A bar is a line of items that say less the less room there is. How tight it
// is is a level: 0 where all fits; at each further one something gets shorter
// or goes.
type bar struct {
	items []barItem
	spot  Spot // what the fields added next are about
}

// A barItem is a few words, or a gap.
type barItem struct {
	forms []form
	gap   int
	spot  Spot // what it is about
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

// about says what the fields added next tell of.
func (a *bar) about(p Part) { a.spot.Part = p }

// push appends an item.
func (a *bar) push(forms ...form) {
	a.items = append(a.items, barItem{forms: forms, spot: a.spot})
}

// add appends fields that go at a level.
func (a *bar) add(gone int, f ...field) { a.push(form{0, f}, form{gone, nil}) }

// shrink appends a field that takes its short form at one level and goes at another.
func (a *bar) shrink(shorter, gone int, long, short field) {
	a.push(form{0, []field{long}}, form{shorter, []field{short}}, form{gone, nil})
}

// instead appends a field that is there only between two levels.
func (a *bar) instead(from, gone int, f ...field) {
	a.push(form{0, nil}, form{from, f}, form{gone, nil})
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
// it, no more than most, and what it is about.
func (a *bar) each(level, most int, yield func(gap int, f field, about Spot)) {
	gap, started := 0, false
	for i := range a.items {
		it := &a.items[i]
		if it.gap > 0 {
			gap = max(gap, min(it.gap, most))
		}
		for _, f := range it.at(level) {
			yield(pick(started, gap, 0), f, it.spot)
			gap, started = 0, true
		}
	}
}

// width is how many cells a fills.
func (a *bar) width(m Method, level, gap int) int {
	n := 0
	a.each(level, gap, func(gap int, f field, _ Spot) { n += gap + Width(m, f.s) })
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

// place is how a stands in w cells: after indent blanks where there is room for
// them, at a level, with gaps so wide.
func (a *bar) place(l *Look, w, indent int) (blanks, level, gap int) {
	margin := 1
	if w < 48 {
		indent, margin = 0, 0
	}
	level, gap = a.fit(l.Method, w-indent-margin)
	return indent, level, gap
}

// draw draws a in w cells; what is about the spot picked is marked.
func (a *bar) draw(l *Look, w, indent int, picked Spot) string {
	b := newBrush(l, w, l.Theme.Bar)
	indent, level, gap := a.place(l, w, indent)
	b.skip(indent)
	a.each(level, gap, func(gap int, f field, about Spot) {
		b.skip(gap)
		st, s := f.st, f.s
		if picked.Part != NoPart && about == picked {
			st = l.Theme.Picked
			if bare := strings.TrimLeft(s, " "); bare != s {
				b.skip(len(s) - len(bare))
				s = bare
			}
		}
		b.text(st, s)
	})
	return b.end()
}
