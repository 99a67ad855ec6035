package ui

import (
	"sort"
	"time"

	"seqtalk/ui/words"
)

// columns say where everything in a row of the history stands.
//
//	│▎│10:31  bob   在吗？ … text …           ✓✓ 0.2 ms   bytes 1–33│
//	 └gutter  └nick └text, width             mine (on its last row)┘
//
// Foreign text stands in the text column and nowhere else; the nick is a
// safe.Nick in its own.
type columns struct {
	clock, nick, text int // where they start; clock and nick are not drawn if equal to the next
	width             int // of the text
	mine              int // kept free for the marks of our own lines
	detail            int // how much is said beside a line: 0 marks, 1 times, 2 bytes
}

// newColumns divides h.W.
func newColumns(l *Look, h *History) columns {
	w := h.W
	if h.Bar {
		w--
	}
	c := columns{clock: 1, nick: 1, text: 1}
	if w >= 24 && !h.NoClock {
		c.nick = 1 + len("10:31") + pick(w >= 60, 2, 1)
	}
	if w >= 16 {
		c.text = c.nick + nickCells(h.Nick, w) + pick(w >= 60, 2, 1)
	}
	c.width = max(w-c.text-pick(w >= 16, 1, 0), 1)
	g := l.Glyphs
	resent, seen := Width(l.Method, g.Resent)+2, Width(l.Method, g.Delivered)
	switch {
	case c.width >= 60:
		c.detail, c.mine = 2, resent+seen+len(" 208 ms  bytes 1001–1034")
	case c.width >= 44:
		c.detail, c.mine = 1, resent+seen+len(" 208 ms")
	default:
		c.mine = resent + seen
	}
	if h.Both {
		c.mine = 2 * (resent + seen + len(pick(c.detail > 0, "TCP  208 ms ", "T ")))
	}
	if c.mine += 2; c.mine > c.width/2 {
		c.mine = seen + 1
	}
	if c.width < 8 {
		c.mine = 0
	}
	return c
}

// nickCells is how wide the nick column is, in a pane w wide.
func nickCells(longest, w int) int {
	most := 6
	switch {
	case w >= 100:
		most = 16
	case w >= 60:
		most = 10
	}
	if longest == 0 {
		longest = 4
	}
	return min(max(longest, 2), most)
}

// tail is how many cells the last row of r's text leaves free.
func (d *frame) tail(r *Row) int {
	switch r.Kind {
	case Mine:
		return d.cols.mine
	case Theirs:
		var in info
		d.info(&in, r)
		return pick(in.cells == 0, 0, in.cells+2)
	}
	return 0
}

// Draw draws what v shows: h.H rows, each h.W cells wide.
func (h History) Draw(l *Look, v View) []string {
	d := h.frame(l)
	if d == nil {
		return exactly(nil, h.W, h.H)
	}
	p := d.top(v)
	rows := blankRows(make([]string, 0, h.H), h.W, d.blankAbove(p))
	if h.Bar {
		d.bar = d.thumb(p)
	}
	end := d.atEnd(p)
	for i := p.item; i < d.end && len(rows) < d.h; i++ {
		rows = d.item(rows, i, p.row)
		p = place{item: i}
	}
	if !v.Follow && !end {
		rows[d.h-1] = d.more(p.item)
	}
	return rows
}

// item appends the rows of line i from its skip'th on, as many as there is room for.
func (d *frame) item(rows []string, i uint64, skip int) []string {
	it := d.at(i)
	n := 0
	if d.newDay(i) {
		if n++; n > skip && len(rows) < d.h {
			rows = append(rows, d.rule(len(rows), d.l.Theme.Dim, words.Date(d.l.Lang, d.l.local(it.At))))
		}
	}
	if d.unreadAbove(i) {
		if n++; n > skip && len(rows) < d.h {
			rows = append(rows, d.rule(len(rows), d.l.Theme.Accent, words.New.In(d.l.Lang, d.end-i)))
		}
	}
	var found [][2]int
	searched := -1
	for k := max(skip-n, 0); k < len(it.line.rows) && len(rows) < d.h; k++ {
		if rw := &it.line.rows[k]; rw.para < len(it.line.paras) && rw.para != searched {
			found, searched = d.find(&it.line.paras[rw.para]), rw.para
		}
		rows = append(rows, d.row(len(rows), it, k, found))
	}
	return rows
}

// brush starts row y.
func (d *frame) brush(base Style) brush {
	return brush{m: d.l.Method, g: d.l.Glyphs, w: d.width(), base: base, out: append(d.out[:0], base.on...)}
}

// finish ends row y.
func (d *frame) finish(y int, b *brush) string {
	b.close()
	if d.Bar {
		if d.bar[0] <= y && y < d.bar[1] {
			b.put(d.l.Theme.Dim, d.l.Glyphs.Thumb, 1)
		} else {
			b.out = append(b.out, ' ')
		}
	}
	d.out = b.out
	return string(b.out)
}

// rule is a row with a line and a few words in it.
func (d *frame) rule(y int, st Style, s string) string {
	b := d.brush(Style{})
	b.skip(1)
	b.fill(st, d.l.Glyphs.Rule, 3)
	b.skip(1)
	b.text(st, s)
	b.skip(1)
	b.fill(st, d.l.Glyphs.Rule, b.w-1)
	return d.finish(y, &b)
}

// width is h.W without the scroll bar.
func (d *frame) width() int { return d.W - pick(d.Bar, 1, 0) }

// more is the last row, which tells what is below line last.
func (d *frame) more(last uint64) string {
	l := d.l
	st, s := l.Theme.Dim, words.Below.In(l.Lang, d.end-last, l.Glyphs.Down)
	if n := d.end - max(last, min(d.Seen, d.end)); n > 0 && d.Seen < d.end {
		st, s = l.Theme.Accent, words.NewBelow.In(l.Lang, n, l.Glyphs.Down)
	}
	if d.EndKey != "" {
		s += "  " + d.EndKey
	}
	b := d.brush(Style{})
	b.skip(1)
	b.fill(st, l.Glyphs.Rule, b.w-Width(l.Method, s)-5)
	b.skip(1)
	b.text(st, s)
	b.skip(1)
	b.fill(st, l.Glyphs.Rule, b.w-1)
	return d.finish(d.h-1, &b)
}

// row draws row k of a line, on row y.
func (d *frame) row(y int, it *item, k int, found [][2]int) string {
	b := d.brush(pick(it.i == d.Selected, d.l.Theme.Selected, Style{}))
	d.gutter(&b, it)
	if k == 0 {
		d.head(&b, &it.Row)
	}
	b.to(d.cols.text)
	if rw := &it.line.rows[k]; rw.para < len(it.line.paras) {
		d.text(&b, &it.Row, &it.line.paras[rw.para], rw.piece, found)
	}
	if k == len(it.line.rows)-1 && it.divides() {
		b.skip(1)
		b.fill(d.l.Theme.Accent, d.l.Glyphs.Rule, b.w-1)
	}
	if k == len(it.line.rows)-1 && it.Kind != Note {
		var in info
		d.info(&in, &it.Row)
		in.draw(&b, b.w-pick(d.cols.text > 1, 1, 0))
	}
	return d.finish(y, &b)
}

// gutter says whose line it is. Foreign text never comes here.
func (d *frame) gutter(b *brush, it *item) {
	switch {
	case it.i == d.Selected:
		b.text(d.l.Theme.Accent, d.l.Glyphs.Selected)
	case it.Kind == Mine:
		b.text(d.l.Theme.Me, d.l.Glyphs.Mine)
	default:
		b.skip(1)
	}
}

// head draws the time and the nick.
func (d *frame) head(b *brush, r *Row) {
	th, g := d.l.Theme, d.l.Glyphs
	if d.cols.nick > d.cols.clock && !r.At.IsZero() {
		b.to(d.cols.clock)
		b.put(th.Dim, clock(d.l.local(r.At)), 5)
	}
	if d.cols.text == d.cols.nick {
		return
	}
	b.to(d.cols.nick)
	room := brush{m: b.m, g: b.g, base: b.base, w: min(d.cols.text-1, b.w), x: b.x, out: b.out}
	switch {
	case r.divides():
		room.fill(th.Accent, g.Rule, room.w)
	case r.Kind == Note:
		room.text(levelStyle(th, r.Level), [...]string{g.Info, g.Warn, g.Alarm}[min(r.Level, Alarm)])
	case r.Kind == Mine && r.Nick.String() == "":
		room.text(th.Me, words.Me.In(d.l.Lang))
	case r.Kind == Mine:
		room.text(th.Me, r.Nick.String())
	default:
		room.text(th.NickStyle(r.Nick.String()), r.Nick.String())
	}
	b.out, b.x = room.out, room.x
}

// divides reports that r is a line across the history.
func (r *Row) divides() bool { return r.Kind == Note && r.Level == Divide }

// levelStyle is how loud a note is.
func levelStyle(th *Theme, lv Level) Style {
	switch lv {
	case Warn:
		return th.Warn
	case Alarm:
		return th.Bad
	case Divide:
		return th.Accent
	}
	return th.Dim
}

// clock is t as "10:31".
func clock(t time.Time) string {
	h, m, _ := t.Clock()
	return string([]byte{'0' + byte(h/10), '0' + byte(h%10), ':', '0' + byte(m/10), '0' + byte(m%10)})
}

// text draws a row of a paragraph, each part as what it is: plain, spelled, found.
func (d *frame) text(b *brush, r *Row, p *para, pc piece, found [][2]int) {
	th := d.l.Theme
	if pc.cells > b.left() || pc.cells > max(d.cols.width, minText) {
		b.text(th.Spelled, "?") // one cluster wider than the column
		return
	}
	plain := pick(r.Kind == Note, levelStyle(th, r.Level), pick(r.Past, th.Dim, th.Text))
	if len(p.cuts) == 0 && len(found) == 0 {
		b.put(plain, p.text[pc.from:pc.to], pc.cells)
		return
	}
	for at := pc.from; at < pc.to; {
		end, st := pc.to, plain
		k := sort.SearchInts(p.cuts, at+1)
		if k%2 == 1 {
			st = th.Spelled
		}
		if k < len(p.cuts) {
			end = min(end, p.cuts[k])
		}
		k = sort.Search(len(found), func(k int) bool { return found[k][1] > at })
		switch {
		case k == len(found):
		case at < found[k][0]:
			end = min(end, found[k][0])
		default:
			st, end = th.Hit, min(end, found[k][1])
		}
		s := p.text[at:end]
		b.put(st, s, Width(b.m, s))
		at = end
	}
}

// thumb is where in the scroll bar the screen from p on is, by the number of
// its lines: to know the height of all lines, all would have to be wrapped.
// Where all of them are seen there is none.
func (d *frame) thumb(p place) [2]int {
	end := p.item
	for n := -p.row; n < d.h && end < d.end; end++ {
		n += d.rowsOf(end)
	}
	all, seen := d.end-d.first, end-p.item
	if seen >= all {
		return [2]int{}
	}
	n := max(int(uint64(d.h)*seen/all), 1)
	from := int(uint64(d.h-n) * (p.item - d.first) / (all - seen))
	return [2]int{from, from + n}
}
