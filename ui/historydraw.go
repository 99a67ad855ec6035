package ui

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

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
	if w >= 24 {
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
	for k := max(skip-n, 0); k < len(it.line.rows) && len(rows) < d.h; k++ {
		if rw := &it.line.rows[k]; rw.para < len(it.line.paras) && (found == nil || rw.from == 0) {
			found = d.find(it.line.paras[rw.para])
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

// levelStyle is how loud a note is.
func levelStyle(th *Theme, lv Level) Style {
	switch lv {
	case Warn:
		return th.Warn
	case Alarm:
		return th.Bad
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
	plain := pick(r.Kind == Note, levelStyle(th, r.Level), th.Text)
	if len(p.cuts) == 0 && len(found) == 0 {
		b.put(plain, p.text[pc.from:pc.to], pc.cells)
		return
	}
	for at := pc.from; at < pc.to; {
		end, spelled := pc.to, false
		for _, c := range p.cuts {
			if c > at {
				end = min(end, c)
				break
			}
			spelled = !spelled
		}
		st := pick(spelled, th.Spelled, plain)
		for _, f := range found {
			if at < f[0] {
				end = min(end, f[0])
				break
			}
			if at < f[1] {
				st, end = th.Hit, min(end, f[1])
				break
			}
		}
		s := p.text[at:end]
		b.put(st, s, Width(b.m, s))
		at = end
	}
}

// find is where d.Find stands in p, by whole clusters.
func (d *frame) find(p para) [][2]int {
	if d.Find == "" {
		return nil
	}
	var found [][2]int
	for i, end := 0, 0; i < len(p.text); {
		c, _ := cluster(d.l.Method, p.text[i:])
		if n := foldPrefix(p.text[i:], d.Find); n > 0 {
			end = i + n
			if last := len(found) - 1; last >= 0 && found[last][1] >= i {
				found[last][1] = end
			} else {
				found = append(found, [2]int{i, end})
			}
		}
		i += len(c)
		if last := len(found) - 1; last >= 0 && end < i && end > i-len(c) {
			found[last][1], end = i, i // a hit that ends inside the cluster takes all of it
		}
	}
	return found
}

// foldPrefix is how much of s is t, whatever the case; 0: s does not start so.
func foldPrefix(s, t string) int {
	n := 0
	for _, want := range t {
		got, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || unicode.ToLower(got) != unicode.ToLower(want) {
			return 0
		}
		n += size
	}
	return n
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

// info is what stands beside a line, in parts.
type info struct {
	buf   [160]byte
	used  int
	parts [16]part
	n     int
	cells int
}

// A part is a few words, buf[from:to], and how they look; where room is short,
// those with a higher drop go first.
type part struct {
	st              Style
	from, to, cells int
	drop            int
}

// begin starts a part.
func (in *info) begin(st Style, drop int) {
	in.parts[in.n] = part{st: st, from: in.used, to: in.used, drop: drop}
	in.n++
}

// str adds to the part that was begun last.
func (in *info) str(m Method, s string) {
	p := &in.parts[in.n-1]
	in.used += copy(in.buf[in.used:], s)
	n := Width(m, s)
	p.to, p.cells, in.cells = in.used, p.cells+n, in.cells+n
}

// num adds a number to it.
func (in *info) num(m Method, n uint64) {
	var b [20]byte
	in.str(m, string(strconv.AppendUint(b[:0], n, 10)))
}

// draw draws in so that it ends at column x, as much of it as fits.
func (in *info) draw(b *brush, x int) {
	room := min(x, b.w) - b.x - 1
	for drop := 9; drop > 0 && in.cells > room; drop-- {
		for k := range in.n {
			if p := &in.parts[k]; p.drop == drop {
				in.cells -= p.cells
				p.cells, p.to = 0, p.from
			}
		}
	}
	if in.cells == 0 || in.cells > room {
		return
	}
	b.to(x - in.cells)
	for k := range in.n {
		p := &in.parts[k]
		b.text(p.st, string(in.buf[p.from:p.to]))
	}
}

// info says what is known of r's way: "↻1 ✓✓ 208 ms  bytes 34–87".
func (d *frame) info(in *info, r *Row) {
	th, g := d.l.Theme, d.l.Glyphs
	if r.Kind == Note {
		return
	}
	for _, f := range [...]struct {
		on bool
		st Style
		s  string
	}{{r.Dup, th.Warn, g.Dup}, {r.Late, th.Warn, g.Late}, {r.More, th.Dim, g.More}} {
		if f.on {
			in.begin(f.st, 0)
			in.str(d.l.Method, f.s)
			in.str(d.l.Method, " ")
		}
	}
	for k := range r.Fates {
		if f := &r.Fates[k]; f.Proto != "" {
			d.fate(in, r.Kind, f)
		}
	}
}

// fate adds what became of a line over one protocol.
func (d *frame) fate(in *info, kind Kind, f *Fate) {
	m, th, g := d.l.Method, d.l.Theme, d.l.Glyphs
	if kind == Mine {
		if in.n > 0 {
			in.begin(Style{}, 0)
			in.str(m, "  ")
		}
		if d.Both {
			in.begin(th.ProtoStyle(f.Proto), 0)
			in.str(m, pick(d.cols.detail > 0, f.Proto, f.Proto[:1]))
			in.str(m, " ")
		}
		if f.Resent != 0 {
			in.begin(th.Warn, 3)
			in.str(m, g.Resent)
			if f.Resent > 0 {
				in.num(m, uint64(f.Resent))
			} else {
				in.str(m, "?")
			}
			in.str(m, " ")
		}
		st, s := d.l.mark(f.Mark)
		in.begin(st, 0)
		in.str(m, s)
		if f.After > 0 && d.cols.detail > 0 && (f.Mark == Acked || f.Mark == Delivered) {
			in.begin(th.Dim, 4)
			in.str(m, pick(f.AtMost, g.AtMost, " "))
			in.str(m, Span(f.After))
		}
	}
	if f.First > 0 && d.cols.detail > 1 {
		in.begin(th.Dim, 5)
		in.str(m, pick(in.n > 1, "  ", ""))
		in.str(m, d.bytes)
		in.num(m, f.First)
		in.str(m, g.To)
		in.num(m, f.Last)
	}
}

// mark is how a mark is drawn.
func (l *Look) mark(k Mark) (Style, string) {
	th, g := l.Theme, l.Glyphs
	switch k {
	case Queued:
		return th.Dim, g.Queued
	case Sent:
		return th.Dim, g.Sent
	case Acked:
		return th.Good, g.Acked
	case Delivered:
		return th.Good, g.Delivered
	case Failed:
		return th.Bad, g.Failed
	}
	return th.Warn, g.Unknown
}
