package ui

import "seqtalk/ui/words"

// A listing is where one is in a list whose every line takes one row, under a
// head of its own. Where the end is not seen the last row tells what is below.
type listing struct {
	first, end uint64
	head, room int // rows
}

// top is the line on the first row that v shows.
func (f listing) top(v View) uint64 {
	last := f.end - min(uint64(f.room), f.end-f.first)
	if v.Follow {
		return last
	}
	return min(max(v.Item, f.first), last)
}

// view is the View with line i on the first row.
func (f listing) view(i uint64) View {
	if i+uint64(f.room) >= f.end {
		return Latest
	}
	return View{Item: i}
}

// scroll moves v down by n lines, or up by -n.
func (f listing) scroll(v View, n int) View {
	top := f.top(v)
	switch {
	case n == 0:
		return v
	case n < 0:
		return f.view(top - min(uint64(-n), top-f.first))
	}
	return f.view(top + uint64(n))
}

// show moves v as little as needed for line i to be seen.
func (f listing) show(v View, i uint64) View {
	if f.first >= f.end {
		return v
	}
	i = min(max(i, f.first), f.end-1)
	top, room := f.top(v), uint64(f.room)
	if !v.Follow && room > 1 {
		room--
	}
	switch {
	case i < top:
		return f.view(i)
	case i >= top+room:
		return f.view(i - min(i-f.first, room-1))
	}
	return v
}

// at is the line drawn on row y, None if there is none.
func (f listing) at(v View, y int) uint64 {
	if y < f.head || y >= f.head+f.room {
		return None
	}
	if i := f.top(v) + uint64(y-f.head); i < f.end {
		return i
	}
	return None
}

// rows are the lines v shows, and how many are below them; with room for the
// row that tells.
func (f listing) rows(v View) (from, to, below uint64) {
	from = f.top(v)
	to = min(from+uint64(f.room), f.end)
	if below = f.end - to; below > 0 {
		to, below = to-1, below+1
	}
	return from, to, below
}

// moreBelow is a row of w cells that tells how many lines are below, and what
// to press to get there.
func moreBelow(l *Look, w int, n uint64, key string) string {
	s := words.Below.In(l.Lang, n, l.Glyphs.Down)
	if key != "" {
		s += "  " + key
	}
	b := newBrush(l, w, Style{})
	b.skip(1)
	b.fill(l.Theme.Dim, l.Glyphs.Rule, b.w-Width(l.Method, s)-5)
	b.skip(1)
	b.text(l.Theme.Dim, s)
	b.skip(1)
	b.fill(l.Theme.Dim, l.Glyphs.Rule, b.w-1)
	return b.end()
}
