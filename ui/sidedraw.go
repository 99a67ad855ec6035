package ui

import (
	"strconv"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// halves say where everything in a row of the messages stands.
type halves struct{ tcp, udp, width int }

// newHalves divides w.
func newHalves(w int) halves {
	h := halves{tcp: pick(w >= 60, 7, 5)}
	h.width = max((w-h.tcp-4)/2, 0)
	h.udp = h.tcp + h.width + 3
	return h
}

// pairs draws the messages in n rows.
func (d *SideBySide) pairs(l *Look, v View, n int) []string {
	f, ok := d.list()
	if !ok {
		p := &page{l: l, w: max(d.W-2, 1)}
		p.say(l.Theme.Dim, 1, words.PairsEmpty.In(l.Lang))
		rows := blankRows(nil, d.W, max(n-len(p.rows), 0)/2)
		return exactly(append(rows, p.draw(Style{}, d.W, 0, min(len(p.rows), n-len(rows)))...), d.W, n)
	}
	c := newHalves(d.W)
	rows := make([]string, 0, n)
	if f.head > 0 {
		rows = append(rows, d.heading(l, c))
	}
	from, to, below := f.rows(v)
	for i := from; i < to; i++ {
		p := d.Pairs.Pair(i)
		rows = append(rows, d.pair(l, c, i, &p))
	}
	if below > 0 {
		rows = append(rows, moreBelow(l, d.W, below, d.EndKey))
	}
	for len(rows) < n {
		b := newBrush(l, d.W, Style{})
		d.rail(&b, l, c)
		rows = append(rows, b.end())
	}
	return rows[:n]
}

// rail draws the line between the halves.
func (d *SideBySide) rail(b *brush, l *Look, c halves) {
	b.to(c.udp - 2)
	b.text(l.Theme.Dim, l.Glyphs.pen.rail)
}

// heading says which half is which.
func (d *SideBySide) heading(l *Look, c halves) string {
	th := l.Theme
	b := newBrush(l, d.W, Style{})
	b.to(c.tcp - 2)
	b.text(th.Dim, "m")
	half := func(x int, st Style, proto string, p words.Phrase) {
		in := b.narrow(x, c.width)
		in.text(st, proto)
		in.skip(2)
		if s := p.In(l.Lang); Width(l.Method, s) <= in.left() {
			in.text(th.Dim, s)
		}
		b.widen(&in)
	}
	half(c.tcp, th.TCP, "TCP", words.PairsTCP)
	d.rail(&b, l, c)
	half(c.udp, th.UDP, "UDP", words.PairsUDP)
	return b.end()
}

// narrow is b for w cells from column x on; widen takes back what it drew.
func (b *brush) narrow(x, w int) brush {
	b.to(x)
	in := *b
	in.w = min(b.x+w, b.w)
	return in
}

// widen goes on where in, made by narrow, has ended.
func (b *brush) widen(in *brush) { b.out, b.x = in.out, in.x }

// pair draws message i.
func (d *SideBySide) pair(l *Look, c halves, i uint64, p *Pair) string {
	th := l.Theme
	b := newBrush(l, d.W, pick(i == d.Selected, th.Selected, Style{}))
	switch {
	case i == d.Selected:
		b.text(th.Accent, l.Glyphs.Selected)
	case !p.In && p.N > 0:
		b.text(th.Me, l.Glyphs.Mine)
	}
	if p.N == 0 {
		b.to(c.tcp)
		foreign(&b, l, th.Dim, p.Text)
		return b.end()
	}
	n := "m" + strconv.FormatUint(p.N, 10)
	b.to(max(c.tcp-1-len(n), 1))
	b.text(th.Dim, n)
	d.passage(&b, l, p, &p.TCP, c.tcp, c.width)
	d.rail(&b, l, c)
	d.passage(&b, l, p, &p.UDP, c.udp, c.width)
	return b.end()
}

// passage draws how p fared over one protocol in w cells from column x on.
func (d *SideBySide) passage(b *brush, l *Look, p *Pair, g *Passage, x, w int) {
	in := b.narrow(x, w)
	if g.Proto == "" {
		in.text(l.Theme.Dim, "-")
		b.widen(&in)
		return
	}
	var marks info
	passageMarks(&marks, l, p, g)
	marks.shrink(max(w*3/5, 4))
	end := in.w - pick(marks.cells > 0, marks.cells+1, 0)
	text := in.narrow(in.x, max(end-in.x-1, 0))
	switch {
	case g.Lost || p.In && len(p.Text) == 0:
		for text.left() >= 2 {
			text.put(l.Theme.Bad, l.Glyphs.pen.hole+" ", 2)
		}
	case g.done(p):
		foreign(&text, l, l.Theme.Text, p.Text)
	default:
		foreign(&text, l, l.Theme.Dim, p.Text)
	}
	in.widen(&text)
	marks.draw(&in, in.w)
	b.widen(&in)
}

// done reports that the message is where it was to go.
func (g *Passage) done(p *Pair) bool {
	return g.Waits == 0 && (p.In || g.Mark == Acked || g.Mark == Delivered)
}

// passageMarks says how it fared: signs always, words where there is room.
func passageMarks(in *info, l *Look, p *Pair, g *Passage) {
	m, th, gl := l.Method, l.Theme, l.Glyphs
	sign := func(st Style, s string) {
		in.begin(st, 0)
		in.apart(m, " ")
		in.str(m, s)
	}
	say := func(st Style, drop int, s string) {
		in.begin(st, drop)
		in.str(m, s)
	}
	if g.Resent != 0 {
		sign(th.Warn, gl.Resent+pick(g.Resent > 0, strconv.Itoa(g.Resent), "?"))
	}
	if g.Copies > 1 {
		sign(th.Warn, gl.Dup)
		say(th.Warn, 8, pick(g.Copies == 2, words.PairsTwice.In(l.Lang), words.PairsTimes.In(l.Lang, g.Copies)))
	}
	if g.Behind > 0 {
		sign(th.Warn, gl.Late)
		say(th.Warn, 8, words.PairsBehind.In(l.Lang, g.Behind))
	}
	switch {
	case g.Lost:
		sign(th.Bad, gl.Failed)
		say(th.Bad, 6, " "+pick(p.In && len(p.Text) == 0, words.PairsMissing, words.PairsLost).In(l.Lang))
		if g.Rule != "" {
			say(th.Dim, 7, " "+words.Why(l.Lang, Truncate(m, safe.String(g.Rule).String(), 18, "…")))
		}
		return
	case g.Died:
		sign(th.Bad, gl.Failed)
		say(th.Warn, 6, " "+words.PairsAgain.In(l.Lang))
		if g.Rule != "" {
			say(th.Dim, 7, " "+words.Why(l.Lang, Truncate(m, safe.String(g.Rule).String(), 18, "…")))
		}
		return
	case g.Waits > 0:
		sign(th.Warn, gl.Half)
		say(th.Warn, 5, " "+words.PairsWaits.In(l.Lang, g.Waits))
		return
	}
	if g.Waited > 0 {
		in.begin(th.Warn, 7)
		in.apart(m, " ")
		in.str(m, words.PairsWaited.In(l.Lang, Span(g.Waited)))
	}
	if p.In {
		return
	}
	st, s := l.mark(g.Mark)
	sign(st, s)
	switch {
	case g.After > 0 && (g.Mark == Acked || g.Mark == Delivered):
		say(th.Dim, 4, pick(g.AtMost, gl.AtMost, " ")+Span(g.After))
	case g.OnWay:
		say(th.Dim, 4, " "+words.PairsOnWay.In(l.Lang))
	case g.Mark == Queued:
		say(th.Dim, 4, " "+words.PairsQueued.In(l.Lang))
	}
}
