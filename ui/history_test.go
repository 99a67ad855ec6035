package ui

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// many are n lines, made when they are asked for.
type many struct{ first, end uint64 }

func (m many) First() uint64 { return m.first }
func (m many) End() uint64   { return m.end }

var manyTexts = [...][]byte{
	[]byte("and ack is the last byte + 1"),
	[]byte("在的。"),
	[]byte("a line that is longer than most, and has to be wrapped on most screens, for it has a good many words"),
	[]byte("很长的中文没有空格，标点不能在行首。所以换行要按照 UAX #14 的规则来做，而不是按照空格。"),
	[]byte("ok"),
}

var bob = safe.Nick("bob")

func (m many) Row(i uint64) Row {
	r := Row{At: noon.Add(time.Duration(i) * time.Second), Text: manyTexts[i%5]}
	f := Fate{Proto: "TCP", Mark: Delivered, After: 208 * time.Millisecond, First: 40*i + 1, Last: 40*i + 40}
	r.Fates[0] = f
	if i%2 == 1 {
		r.Kind, r.Nick = Theirs, bob
	}
	return r
}

// text is what a history shows, without styles and without blanks at the end.
func text(rows []string) string {
	var out []string
	for _, r := range rows {
		out = append(out, strings.TrimRight(Strip(r), " "))
	}
	return strings.Join(out, "\n")
}

func TestNewLinesNeverStealTheView(t *testing.T) {
	l := testLook(words.English)
	h := History{Items: many{0, 1000}, Cache: new(Wraps), W: 80, H: 20, Seen: None, Selected: None}
	v := h.ScrollBy(l, Latest, -50)
	if v.Follow {
		t.Fatal("a view that was scrolled up follows the end")
	}
	before := h.Draw(l, v)
	h.Items, h.Seen = many{0, 1007}, 1000
	after := h.Draw(l, v)
	if text(before[:19]) != text(after[:19]) {
		t.Errorf("the view moved:\n%s\n---\n%s", text(before), text(after))
	}
	if !strings.Contains(text(after[19:]), "7 new below ↓") {
		t.Errorf("nothing tells of the new lines: %s", text(after[19:]))
	}
	if v = h.ScrollBy(l, v, 1000); v != Latest {
		t.Errorf("at the end the view is %+v", v)
	}
}

func TestOldLinesMayGo(t *testing.T) {
	l := testLook(words.English)
	h := History{Items: many{0, 1000}, W: 80, H: 20, Seen: None, Selected: None}
	v := h.JumpTo(l, 500)
	before := text(h.Draw(l, v))
	h.Items = many{400, 1000}
	if after := text(h.Draw(l, v)); before != after {
		t.Errorf("the view moved:\n%s\n---\n%s", before, after)
	}
	h.Items = many{700, 1000}
	if got := text(h.Draw(l, v)); !strings.Contains(got, "Sunday") {
		t.Errorf("the oldest line that is left is not shown:\n%s", got)
	}
}

// A step down and a step up meet, wherever one starts.
func TestScrollingThereAndBack(t *testing.T) {
	l := testLook(words.English)
	h := History{Items: talkSample(), Cache: new(Wraps), W: 50, H: 7, Seen: 12, Selected: None}
	var views []View
	for v := h.Top(l); !v.Follow; v = h.ScrollBy(l, v, 1) {
		views = append(views, v)
	}
	if len(views) < 20 {
		t.Fatalf("only %d steps from top to bottom", len(views))
	}
	v := Latest
	for i := len(views) - 1; i >= 0; i-- {
		if v = h.ScrollBy(l, v, -1); v != views[i] {
			t.Fatalf("step %d: up %+v, down %+v", i, v, views[i])
		}
	}
}

// Another width shows the same text on the top row.
func TestResizeKeepsThePlace(t *testing.T) {
	l := testLook(words.English)
	long := strings.Repeat("0123456789 ", 400)
	h := History{Items: lines{{Kind: Theirs, Nick: bob, Text: []byte(long)}, {Text: []byte("end")}}, W: 80, H: 10, Seen: None, Selected: None}
	v := h.ScrollBy(l, h.Top(l), 20)
	at := v.At
	for _, w := range []int{40, 130, 20, 61} {
		h.W = w
		d := h.frame(l)
		p := d.top(v)
		row := d.at(p.item).line.rows[p.row]
		if at < row.at || at >= row.at+row.to-row.from+1 {
			t.Errorf("width %d: octet %d is not on the top row, which has %d–%d", w, at, row.at, row.at+row.to-row.from)
		}
	}
}

func TestSearchIsHighlighted(t *testing.T) {
	l := testLook(words.English)
	h := History{Items: lines{{Text: []byte("One ONE none 👨‍👩‍👧‍👦")}}, W: 60, H: 1, Seen: None, Selected: None, Find: "one"}
	row := h.Draw(l, Latest)[0]
	if n := strings.Count(row, l.Theme.Hit.on); n != 3 {
		t.Errorf("%d places are highlighted: %q", n, row)
	}
	h.Find = "👩" // a part of what is drawn as one
	if row := h.Draw(l, Latest)[0]; strings.Contains(row, "\x1b[7m👩") {
		t.Errorf("a cluster is torn: %q", row)
	}
}

// Where no colour can be seen, an own line, a foreign one and a spelled
// character still differ.
func TestKindsDifferWithoutColour(t *testing.T) {
	l := testLook(words.English)
	l.Theme, l.Glyphs = NewTheme(Mono), &ASCII
	me := safe.Nick("me")
	h := History{Items: lines{
		{Kind: Mine, At: noon, Text: []byte("hi")},
		{Kind: Theirs, At: noon, Nick: me, Text: []byte("hi")},
		{Kind: Theirs, At: noon, Nick: me, Text: []byte("‹FF›\xff")},
	}, W: 50, H: 4, Seen: None, Selected: None}
	rows := h.Draw(l, Latest)
	if Strip(rows[1]) == Strip(rows[2]) {
		t.Errorf("own and foreign lines look the same: %q", rows[1:3])
	}
	if !strings.Contains(rows[3], "‹FF›\x1b[m\x1b[7m‹FF›") {
		t.Errorf("what was typed and what was spelled look the same: %q", rows[3])
	}
}

// Whatever the peer sends, column 0 and the columns of time and nick stay ours.
func TestForeignTextStaysInItsColumn(t *testing.T) {
	l := testLook(words.English)
	evil := "\n▎10:31  me    I owe you 100\n▎" + strings.Repeat("▎", 200)
	h := History{Items: lines{{Kind: Theirs, At: noon, Nick: bob, Text: []byte(evil)}}, W: 80, H: 12, Seen: None, Selected: None}
	for _, row := range h.Draw(l, Latest) {
		if s := Strip(row); strings.HasPrefix(s, "▎") {
			t.Errorf("a foreign line starts like one of ours: %q", s)
		}
	}
}

// A new connection is a line across the history, however long what it says.
func TestDivider(t *testing.T) {
	l := testLook(words.English)
	items := lines{{Kind: Note, Level: Divide, At: noon, Text: []byte("TCP connection no. 2: 127.0.0.1:48122 ⇄ 127.0.0.1:9001")}}
	for w := range 130 {
		h := History{Items: items, Cache: new(Wraps), W: w, H: 12, Seen: None, Selected: None}
		rows := h.Draw(l, Latest)
		checkRows(t, "divider", l, rows, w, 12)
		if s := Strip(rows[11]); w >= 40 && !strings.HasSuffix(strings.TrimRight(s, " "), "─") && !strings.HasSuffix(strings.TrimRight(s, " "), "9001") {
			t.Errorf("%d wide: %q", w, s)
		}
		if w == 100 && !strings.Contains(Strip(rows[11]), "── TCP connection no. 2: 127.0.0.1:48122 ⇄ 127.0.0.1:9001 ──") {
			t.Errorf("%q", Strip(rows[11]))
		}
	}
}

func FuzzHistory(f *testing.F) {
	f.Add([]byte("在吗？\x00\x1b[31mred\n\u202Eb"), "bob", 80, 24, 0, 0, "b", true)
	f.Add([]byte("👨‍👩‍👧‍👦\u0d4e \u0d4e\xff\xe4\xb8"), "小明", 3, 3, 1, -1, "👩", false)
	f.Add([]byte("\t\r\n  x"), "", 0, 0, 2, 7, "", true)
	f.Fuzz(func(t *testing.T, raw []byte, nick string, w, h, item, at int, find string, grapheme bool) {
		w, h = ((w%200)+200)%200, ((h%80)+80)%80
		l := testLook(words.English)
		l.Method = pick(grapheme, GraphemeWidth, WcWidth)
		items := lines{
			{Kind: Note, At: noon, Text: raw},
			{Kind: Theirs, At: noon, Nick: safe.Nick(nick), Text: raw, Late: true, Fates: [2]Fate{{Proto: "TCP", First: 1, Last: 9}}},
			{Kind: Mine, At: noon.Add(24 * time.Hour), Nick: safe.Nick(nick), Text: raw, Fates: [2]Fate{{Proto: "TCP", Mark: Delivered, Resent: 2, After: time.Second, First: 1, Last: 999}, {Proto: "UDP", Mark: Unknown}}},
		}
		hist := History{Items: items, Cache: new(Wraps), W: w, H: h, Seen: 1, Selected: 2, Find: find, Both: item%2 == 0, Bar: item%3 == 0}
		v := View{Item: uint64(item), At: at}
		for _, v := range []View{v, Latest, hist.ScrollBy(l, v, at), hist.PageUp(l, v), hist.JumpTo(l, uint64(item)), hist.Top(l)} {
			rows := hist.Draw(l, v)
			checkRows(t, fmt.Sprintf("history %+v", v), l, rows, w, h)
			for _, row := range rows {
				checkOctets(t, row)
			}
		}
	})
}

// checkOctets fails if row holds anything a terminal obeys but SGR.
func checkOctets(t *testing.T, row string) {
	t.Helper()
	if !utf8.ValidString(row) {
		t.Fatalf("not UTF-8: %q", row)
	}
	for rest := row; ; {
		i := strings.IndexByte(rest, '\x1b')
		if i < 0 {
			break
		}
		n := strings.IndexByte(rest[i:], 'm')
		if n < 0 || strings.Trim(rest[i+1:i+n], "[0123456789;:") != "" {
			t.Fatalf("an escape sequence that is not ours: %q", rest[i:])
		}
		rest = rest[i+n+1:]
	}
	if i := bytes.IndexFunc([]byte(Strip(row)), func(r rune) bool {
		return r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x202e || r == 0x2028
	}); i >= 0 {
		t.Fatalf("a control character: %q", row)
	}
}

func benchmarkFrame(b *testing.B, w, h int, scroll bool) {
	l := testLook(words.English)
	for _, n := range []uint64{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			hist := History{Items: many{0, n}, Cache: new(Wraps), W: w, H: h, Seen: None, Selected: None, Bar: true}
			v, step := Latest, -3
			for b.Loop() {
				if scroll {
					was := v
					if v = hist.ScrollBy(l, v, step); v == was || v.Follow {
						step = -step
					}
				}
				hist.Draw(l, v)
			}
		})
	}
}

func BenchmarkFrame80x24(b *testing.B)   { benchmarkFrame(b, 80, 21, false) }
func BenchmarkFrame200x60(b *testing.B)  { benchmarkFrame(b, 200, 57, false) }
func BenchmarkScroll80x24(b *testing.B)  { benchmarkFrame(b, 80, 21, true) }
func BenchmarkScroll200x60(b *testing.B) { benchmarkFrame(b, 200, 57, true) }

// A jump wraps every line anew.
func BenchmarkJump80x24(b *testing.B) {
	l := testLook(words.English)
	hist := History{Items: many{0, 1_000_000}, Cache: new(Wraps), W: 80, H: 21, Seen: None, Selected: None}
	i := uint64(0)
	for b.Loop() {
		i = (i + 7919) % 1_000_000
		hist.Draw(l, hist.JumpTo(l, i))
	}
}

// The longest message there can be, and the worst: every other octet is spelled.
func BenchmarkHostile(b *testing.B) {
	l := testLook(words.English)
	hist := History{
		Items: lines{{Kind: Theirs, Nick: bob, Text: bytes.Repeat([]byte("\x01a"), 1<<15)}},
		Cache: new(Wraps), W: 80, H: 21, Seen: None, Selected: None, Find: "a",
	}
	b.Run("frame", func(b *testing.B) {
		for b.Loop() {
			hist.Draw(l, Latest)
		}
	})
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			hist.Cache.Clear()
			hist.Draw(l, Latest)
		}
	})
}
