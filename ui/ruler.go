package ui

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Ruler shows a stream of bytes with the boundaries of send() above it and
// those of recv() below, so that one sees that TCP keeps the bytes and not the
// messages; a character that recv() cut in half stands there in hex, with a
// mark where it was cut. Beside it UDP, which keeps its boundaries and tears
// off what is too long.
//
//	send()  ├─ 1: 6 B ─┬─ 2: 5 B ─┬─ 3: 6 B ────────┤
//	stream  │你好       hello      世 e7╎95 8c       │
//	recv()  ├─ 1: 15 B, 3 in one ────────┴─ 2: 2 B ──┤
type Ruler struct {
	W, H   int
	Wire   Wire
	Stream []byte  // a part of it, as it came; foreign: it is spelled out
	First  uint64  // the number of its first byte
	Sends  []Call  // each send(), in order
	Recvs  []Call  // each recv(), in order
	Frames []Frame // what of the stream is no text, in order

	Datagrams []Datagram // the same over UDP; none: nothing is shown of it
	Buffer    int        // bytes recv() asks for; over UDP what is longer is torn off; 0: as many as there are

	Title            string // foreign: it is spelled out; "": no row for it
	NoSends, NoRecvs bool   // these are the peer's, and nobody sees them here
}

// Wire says how messages are told apart.
type Wire uint8

// The wires.
const (
	RawWire    Wire = iota // they are not
	LineWire               // by a line feed
	FramedWire             // by a length before each
)

// A Call is the bytes of one send() or recv(): First is in it, Next is not.
type Call struct{ First, Next uint64 }

// A Frame is bytes that are drawn as a block with a name: a header.
type Frame struct {
	First, Next uint64
	Name        string
}

// A Datagram is what one send() over UDP became.
type Datagram struct {
	Text []byte // foreign: it is spelled out
	Size int    // as sent
	Lost bool
	Torn bool // recv() took less; the rest is gone
	Gone int  // so many bytes
}

// A unit is something drawn on the ruler that no boundary goes through: a
// character, a byte of one that was cut, a part of a frame's header.
type unit struct {
	from, to uint64
	text     string
	cells    int
	hex      bool // one byte of a character that was cut, or of none
	frame    bool
	// What is at its left edge:
	send, recv, cut bool
}

// Draw draws d.H rows, each d.W cells wide. Where not all fits, the end of the
// stream is seen.
func (d Ruler) Draw(l *Look) []string {
	w, h := max(d.W, 0), max(d.H, 0)
	if w < 24 || h < 4 || len(d.Stream) == 0 && len(d.Datagrams) == 0 {
		b := newBrush(l, w, Style{})
		b.skip(1)
		b.text(l.Theme.Dim, words.RulerEmpty.In(l.Lang))
		return exactly([]string{b.end()}, w, h)
	}
	head, rows, udp := d.compose(l, w, h)
	return exactly(append(append(head, rows...), udp...), w, h)
}

// compose draws the title, the stream with what is said of it, and the
// datagrams.
func (d *Ruler) compose(l *Look, w, h int) (head, rows, udp []string) {
	if d.Title != "" && h >= 5 {
		b := newBrush(l, w, Style{})
		b.skip(1)
		b.text(l.Theme.Strong, safe.String(d.Title).String())
		head, h = []string{b.end()}, h-1
	}
	udp = d.udp(l, w, pick(len(d.Stream) > 0, (h-3)/3, h))
	rows = d.stream(l, w, h-len(udp))
	for _, s := range d.sentences(l) {
		if p := (page{l: l, w: w - 1}); len(udp) > 0 || len(rows) > 0 {
			p.say(s.st, 1, s.s)
			if len(rows)+len(p.rows)+len(udp) <= h {
				rows = append(rows, p.draw(Style{}, w, 0, len(p.rows))...)
			}
		}
	}
	if len(rows)+len(udp) < h {
		rows = blankRows(rows, w, 1)
	}
	return head, rows, udp
}

// Gauges are the stream and the datagrams, and where they are drawn.
func (d Ruler) Gauges(l *Look) []GaugePlace {
	if d.W < 24 || d.H < 4 || len(d.Stream) == 0 && len(d.Datagrams) == 0 {
		return nil
	}
	head, rows, udp := d.compose(l, d.W, d.H)
	var all []GaugePlace
	stream, datagrams := pick(d.NoSends, GaugeRulerIn, GaugeRuler), pick(d.NoSends, GaugeDatagramsIn, GaugeDatagrams)
	if len(d.Stream) > 0 {
		all = append(all, GaugePlace{stream, 0, len(head) + 1, d.W, len(rows)})
	}
	if len(udp) > 0 {
		all = append(all, GaugePlace{datagrams, 0, len(head) + len(rows), d.W, len(udp)})
	}
	return all
}

// recvName is what stands before the reads.
func (d *Ruler) recvName(l *Look) string {
	if d.Buffer > 0 {
		return words.RulerRecvN.In(l.Lang, d.Buffer)
	}
	return words.RulerRecv.In(l.Lang)
}

// stream draws the stream in at most h rows: as many of its last lines as fit.
func (d *Ruler) stream(l *Look, w, h int) []string {
	if len(d.Stream) == 0 {
		return nil
	}
	cut := max(len(d.Stream)-w*h/2, 0) // no more than that is seen, but for emoji
	for cut > 0 && cut < len(d.Stream) && !utf8.RuneStart(d.Stream[cut]) {
		cut++
	}
	lines := rulerLines(d.units(l, cut), w-d.left(l)-1)
	each := pick(h >= 4*len(lines), 4, 3)
	if n := max(h/each, 1); len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	var rows []string
	for i, line := range lines {
		rows = append(rows, d.line(l, line, w)...)
		if each == 4 && i < len(lines)-1 {
			rows = blankRows(rows, w, 1)
		}
	}
	if each == 4 && len(rows) < h {
		rows = blankRows(rows, w, 1)
	}
	return rows[:min(len(rows), h)]
}

// units takes the stream apart, from byte cut of what was handed over on.
func (d *Ruler) units(l *Look, cut int) []unit {
	units := make([]unit, 0, (len(d.Stream)-cut)/2+1)
	sends, recvs, frames := edges(d.Sends), edges(d.Recvs), d.Frames
	at := d.First + uint64(cut)
	s := string(d.Stream[cut:])
	next := func(from uint64, n int, e *[]uint64) (here bool, room int) {
		for len(*e) > 0 && (*e)[0] < from {
			*e = (*e)[1:]
		}
		if len(*e) > 0 && (*e)[0] == from {
			here = true
			*e = (*e)[1:]
		}
		if len(*e) > 0 && (*e)[0] < from+uint64(n) {
			n = int((*e)[0] - from)
		}
		return here, n
	}
	half := 0 // bytes left of a character that is cut
	for len(s) > 0 {
		u := unit{from: at}
		for len(frames) > 0 && frames[0].Next <= at {
			frames = frames[1:]
		}
		n := 0
		switch {
		case half > 0:
			n = 1
		case len(frames) > 0 && frames[0].First <= at:
			n, u.frame = min(int(frames[0].Next-at), len(s)), true
		default:
			c, _ := cluster(l.Method, s)
			n = len(c)
			if len(frames) > 0 && frames[0].First > at {
				n = min(n, int(frames[0].First-at))
			}
		}
		var a, b int
		u.send, a = next(at, n, &sends)
		u.recv, b = next(at, n, &recvs)
		room := min(a, b)
		switch {
		case u.frame:
			n = room
			u.cut = at > frames[0].First && (u.send || u.recv)
			u.text = words.RulerFrame.In(l.Lang, safe.String(frames[0].Name).String(), n)
			u.cells = Width(l.Method, u.text)
		case half > 0:
			u.cut = u.send || u.recv
			half--
			u.asHex(s[0])
		default:
			r, size := utf8.DecodeRuneInString(s)
			switch {
			case n <= room:
			case size <= room:
				n = size
			default:
				half, n = size-1, 1 // the cut goes through this one
			}
			if n == 1 && (half > 0 || r == utf8.RuneError) {
				u.asHex(s[0])
				break
			}
			t := safe.String(s[:n])
			u.text, u.hex = t.String(), !t.Plain()
			u.cells = Width(l.Method, u.text)
		}
		u.to = at + uint64(n)
		units = append(units, u)
		at, s = u.to, s[n:]
	}
	return units
}

// asHex makes u the byte c.
func (u *unit) asHex(c byte) {
	const digits = "0123456789abcdef"
	u.text, u.cells, u.hex = string([]byte{digits[c>>4], digits[c&15]}), 2, true
}

// edges are where calls begin and end, in order.
func edges(calls []Call) []uint64 {
	var e []uint64
	for _, c := range calls {
		e = append(e, c.First, c.Next)
	}
	slices.Sort(e)
	return slices.Compact(e)
}

// rulerLines divides units into lines of at most w cells, with one before each
// unit at whose edge something is.
func rulerLines(units []unit, w int) [][]unit {
	var lines [][]unit
	from, x := 0, 0
	for i := range units {
		u := &units[i]
		n := u.cells + u.gap(i > from)
		if x+n > w && i > from {
			lines = append(lines, units[from:i])
			from, x, n = i, 0, u.cells+u.gap(false)
		}
		x += n
	}
	return append(lines, units[from:])
}

// gap is how many cells stand before u: for a boundary, or between bytes in hex.
func (u *unit) gap(inside bool) int {
	return pick(inside && (u.send || u.recv || u.hex && len(u.text) == 2), 1, 0)
}

// left is where the ruler begins.
func (d *Ruler) left(l *Look) int {
	return 3 + max(Width(l.Method, words.RulerSend.In(l.Lang)), Width(l.Method, words.RulerStream.In(l.Lang)), Width(l.Method, d.recvName(l)))
}

// line draws one line of the ruler: three rows.
func (d *Ruler) line(l *Look, units []unit, w int) []string {
	th, p := l.Theme, l.Glyphs.pen
	left := d.left(l)
	b := newBrush(l, w, Style{})
	b.skip(1)
	b.text(th.Dim, words.RulerStream.In(l.Lang))
	b.to(left - 1)
	b.text(pick(units[0].cut, th.Bad, th.Dim), pick(units[0].cut, p.split, p.rail))
	x, end := left, 0
	var at []int
	for i := range units {
		u := &units[i]
		x += u.gap(i > 0)
		at = append(at, x)
		b.to(x - pick(u.gap(i > 0) > 0, 1, 0))
		if u.cut && i > 0 {
			b.text(th.Bad, p.split)
		}
		b.to(x)
		switch {
		case u.cells > b.left():
			b.text(th.Spelled, "?")
		case u.frame:
			b.put(th.Dim, u.text, u.cells)
		default:
			b.put(pick(u.hex, th.Spelled, th.Text), u.text, u.cells)
		}
		x += u.cells
		end = min(x, w-1)
	}
	b.to(end)
	b.text(th.Dim, p.rail)
	return []string{
		d.bracket(l, bracket{words.RulerSend.In(l.Lang), th.Me, d.Sends, p.above, false, d.NoSends}, units, at, end, w),
		b.end(),
		d.bracket(l, bracket{d.recvName(l), th.Good, d.Recvs, p.below, true, d.NoRecvs}, units, at, end, w),
	}
}

// A bracket is what stands above or below a line of the ruler.
type bracket struct {
	name  string
	st    Style
	calls []Call
	signs [3]string
	reads bool
	none  bool // nobody sees them
}

// bracket draws the calls above or below a line.
func (d *Ruler) bracket(l *Look, k bracket, units []unit, at []int, end, w int) string {
	p, st := l.Glyphs.pen, k.st
	b := newBrush(l, w, Style{})
	b.skip(1)
	b.text(st, k.name)
	if k.none {
		b.to(d.left(l))
		b.text(l.Theme.Dim, words.RulerNoSend.In(l.Lang))
		return b.end()
	}
	first, last := units[0].from, units[len(units)-1].to
	col := func(n uint64) int {
		i, _ := slices.BinarySearchFunc(units, n, func(u unit, n uint64) int { return int(int64(u.from) - int64(n)) })
		if i == len(units) {
			return end
		}
		return at[i] - 1
	}
	for i, c := range k.calls {
		if c.Next <= first || c.First >= last {
			continue
		}
		from, to := max(col(max(c.First, first)), b.x), col(min(c.Next, last))
		b.to(from)
		if b.x == from {
			sign := k.signs[pick(c.First == first || i == 0 || k.calls[i-1].Next < c.First, 0, 1)]
			b.text(st, pick(c.First >= first, sign, p.line))
		}
		for _, s := range d.callText(l, i, c, k.reads) {
			if Width(l.Method, s)+3 <= to-b.x {
				b.fill(st, p.line, b.x+1)
				s = " " + s + " "
			}
			if Width(l.Method, s) <= to-b.x {
				b.text(st, s)
				break
			}
		}
		b.fill(st, p.line, to)
	}
	if b.x == end && slices.ContainsFunc(k.calls, func(c Call) bool { return c.Next == last }) {
		b.text(st, k.signs[2])
	}
	return b.end()
}

// callText names call k, the longest first: "2: 15 B, 3 in one", "2: 15 B", "2".
func (d *Ruler) callText(l *Look, k int, c Call, recv bool) []string {
	short := strconv.Itoa(k + 1)
	names := []string{short + ": " + strconv.FormatUint(c.Next-c.First, 10) + " B", short}
	if !recv {
		return names
	}
	whole := 0
	for _, s := range d.Sends {
		if s.First < c.Next && s.Next > c.First {
			whole++
		}
	}
	if whole > 1 {
		names = append([]string{names[0] + words.RulerGlued.In(l.Lang, whole)}, names...)
	}
	return names
}

// sentences say what one sees, the most important first.
func (d *Ruler) sentences(l *Look) []field {
	if len(d.Stream) == 0 {
		return nil
	}
	sum := words.RulerSum.In(l.Lang, len(d.Sends), len(d.Recvs))
	switch {
	case d.NoRecvs:
		sum = words.RulerWrites.In(l.Lang, len(d.Sends))
	case d.NoSends:
		sum = words.RulerReads.In(l.Lang, len(d.Recvs))
	}
	say := []field{{l.Theme.Text, sum}}
	if n := d.halves(); n > 0 {
		say = append(say, field{l.Theme.Warn, words.RulerHalves.In(l.Lang, n)})
	}
	wire := [...]words.Phrase{words.RulerRaw, words.RulerLine, words.RulerFramed}[min(d.Wire, FramedWire)]
	return append(say, field{l.Theme.Dim, wire.In(l.Lang)})
}

// halves is how many characters recv() cut.
func (d *Ruler) halves() int {
	n := 0
	for _, c := range d.Recvs {
		i := int(int64(c.Next) - int64(d.First))
		if i > 0 && i < len(d.Stream) && !utf8.RuneStart(d.Stream[i]) && utf8.Valid(d.around(i)) {
			n++
		}
	}
	return n
}

// around are the bytes of the character that byte i of the stream is in.
func (d *Ruler) around(i int) []byte {
	from := i
	for from > 0 && i-from < 3 && !utf8.RuneStart(d.Stream[from]) {
		from--
	}
	_, n := utf8.DecodeRune(d.Stream[from:])
	if from+n <= i {
		return []byte{0xff}
	}
	return d.Stream[from : from+n]
}

// udp draws the datagrams in at most h rows: each in its own brackets.
func (d *Ruler) udp(l *Look, w, h int) []string {
	if len(d.Datagrams) == 0 || h < 2 {
		return nil
	}
	th, p := l.Theme, l.Glyphs.pen
	left := d.left(l)
	b := newBrush(l, w, Style{})
	b.skip(1)
	b.text(th.UDP, "UDP")
	b.to(left - 1)
	var rows []string
	for i, g := range d.Datagrams {
		tail := strconv.Itoa(g.Size) + " B"
		st := th.Dim
		switch {
		case g.Lost:
			tail, st = l.Glyphs.Failed+" "+words.PairsLost.In(l.Lang), th.Bad
		case g.Torn:
			tail, st = words.RulerTorn.In(l.Lang, g.Gone), th.Bad
		}
		text := safe.Line(g.Text[:min(len(g.Text), 4*w)])
		cells := min(Width(l.Method, text.String()), max(w/3, 8))
		if g.Lost {
			cells = min(cells, 8)
		}
		need := cells + Width(l.Method, tail) + 5
		if b.left() < need && b.x > left {
			rows = append(rows, b.end())
			if len(rows) == max(h-2, 1) {
				break
			}
			b = newBrush(l, w, Style{})
			b.to(left - 1)
		}
		b.text(th.UDP, p.rail)
		in := b.narrow(b.x, cells)
		if g.Lost {
			in.fill(th.Bad, p.hole, in.w)
		} else {
			foreign(&in, l, th.Text, g.Text)
		}
		b.widen(&in)
		b.text(pick(g.Torn, th.Bad, th.UDP), pick(g.Torn, p.split, p.rail))
		b.skip(1)
		b.text(st, tail)
		b.skip(2)
		if i == len(d.Datagrams)-1 {
			rows = append(rows, b.end())
		}
	}
	say := page{l: l, w: w - 1}
	if d.Buffer > 0 {
		say.say(th.Dim, 1, words.RulerUDP.In(l.Lang, d.Buffer))
	} else {
		say.say(th.Dim, 1, words.RulerUDPAll.In(l.Lang))
	}
	if len(rows)+len(say.rows) > h {
		return rows
	}
	return append(rows, say.draw(Style{}, w, 0, len(say.rows))...)
}
