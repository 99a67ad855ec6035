package paint

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// A terminal that shows what a Painter paints.
type terminal struct {
	*vt.Emulator
	*Painter
}

func newTerminal(w, h int) *terminal {
	return &terminal{Emulator: vt.NewEmulator(w, h), Painter: New(colorprofile.TrueColor)}
}

// show paints f and returns how many bytes that took.
func (t *terminal) show(f Frame) int {
	out := t.Paint(f)
	t.Emulator.Write(out)
	return len(out)
}

// screen is every cell of the terminal, with its style.
func (t *terminal) screen() string {
	var b strings.Builder
	for y := range t.Height() {
		for x := range t.Width() {
			c := t.Emulator.CellAt(x, y)
			if c == nil {
				b.WriteString("[nil]")
				continue
			}
			if c.Style.IsZero() {
				b.WriteString(c.Content)
			} else {
				fmt.Fprintf(&b, "<%s|%s>", c.Style.String()[1:], c.Content)
			}
		}
		b.WriteByte('\n')
	}
	p := t.CursorPosition()
	fmt.Fprint(&b, p.X, ",", p.Y)
	return b.String()
}

// fresh is what a terminal shows on which f is the first frame.
func fresh(f Frame) *terminal {
	t := newTerminal(f.W, len(f.Rows))
	t.show(f)
	return t
}

var pieces = []string{"a", "b", "word ", "  ", "在", "的。", "，", "ｗ", "한", "é", "─", "→", "✓✓", "\x1b[1m", "\x1b[31m", "\x1b[48;5;236m",
	"\x1b[38;2;1;2;3m", "\x1b[7m", "\x1b[m", "\x1b[m", "          ", "👍", "😀"}

// randomRow is a row, in styles, up to about w cells wide, sometimes more.
func randomRow(r *rand.Rand, w int) string {
	var b strings.Builder
	for n := r.IntN(w/2 + 2); n > 0; n-- {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String() + "\x1b[m"
}

// edited is rows after a random change: a row, a part of one, a scroll.
func edited(r *rand.Rand, rows []string, w int) []string {
	rows = append([]string(nil), rows...)
	switch r.IntN(4) {
	case 0:
		rows[r.IntN(len(rows))] = randomRow(r, w)
	case 1:
		y := r.IntN(len(rows))
		rows[y] += randomRow(r, 4)
	default:
		top := r.IntN(len(rows))
		end := top + 1 + r.IntN(len(rows)-top)
		by := 1 + r.IntN(end-top)
		if r.IntN(2) == 0 {
			copy(rows[top:end], rows[top+by:end])
			for y := end - by; y < end; y++ {
				rows[y] = randomRow(r, w)
			}
		} else {
			copy(rows[top+by:end], rows[top:end-by])
			for y := top; y < top+by; y++ {
				rows[y] = randomRow(r, w)
			}
		}
	}
	return rows
}

// Whatever changes, the terminal shows what it would if it had been drawn anew.
func TestPaintingIsDrawing(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		w, h := 8+r.IntN(40), 2+r.IntN(12)
		rows := make([]string, h)
		for y := range rows {
			rows[y] = randomRow(r, w)
		}
		term := newTerminal(w, h)
		if seed%2 == 0 {
			term.Synchronize()
		}
		for n := range 30 {
			f := Frame{W: w, Rows: rows, Cursor: &Cursor{r.IntN(w), r.IntN(h)}}
			term.show(f)
			if got, want := term.screen(), fresh(f).screen(); got != want {
				t.Fatalf("seed %d, frame %d, %dx%d:\n%s\nwant\n%s", seed, n, w, h, got, want)
			}
			rows = edited(r, rows, w)
		}
	}
}

// The quick parser finds the cells that ultraviolet does, where it finds any.
func TestQuickParser(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	cases := newTypecase(colorprofile.TrueColor)
	quick := 0
	for range 5000 {
		s, w := randomRow(r, 30), 1+r.IntN(40)
		got := row{cells: make([]cell, w)}
		if !cases.quick(&got, s) {
			continue
		}
		quick++
		screen := uv.NewScreenBuffer(w, 1)
		uv.NewStyledString(s).Draw(screen, screen.Bounds())
		for x := range w {
			if want := cases.cell(screen.CellAt(x, 0)); got.cells[x] != want {
				t.Fatalf("%q in %d cells: %x at %d, want %x", s, w, got.cells[x], x, want)
			}
		}
	}
	if quick < 1000 {
		t.Errorf("only %d rows were parsed quickly", quick)
	}
	for s, want := range map[string]int{"\x1b[m": 3, "\x1b[1;31mx": 7, "\x1b[38;5;196mx": 11, "\x1b[4:3m": 0, "\x1b]8;;a\am": 0, "\x1b[2Km": 0, "\x1b[": 0} {
		if got := cases.read(s, new(uint16)); got != want {
			t.Errorf("style of %q: %d octets, want %d", s, got, want)
		}
	}
}

// More styles and clusters than are numbered begin anew, and nobody sees it.
func TestManyStyles(t *testing.T) {
	term := newTerminal(20, 2)
	for i := range 3 * mostNumbers / 2 {
		f := Frame{W: 20, Rows: []string{fmt.Sprintf("\x1b[38;2;%d;%d;0mcolour\x1b[m", i%256, i/256), fmt.Sprintf("a%c", 0x300+i%0x70)}}
		term.show(f)
		if i%500 == 0 || i > mostNumbers-3 && i < mostNumbers+3 {
			if got, want := term.screen(), fresh(f).screen(); got != want {
				t.Fatalf("frame %d:\n%s\nwant\n%s", i, got, want)
			}
		}
	}
	if n := len(term.cases.styles); n >= mostNumbers {
		t.Errorf("%d styles are kept", n)
	}
}

// What is shown already is not written again, nor anything else.
func TestSameFrameIsNoBytes(t *testing.T) {
	rows := []string{"one", "\x1b[1m二\x1b[m", ""}
	term := newTerminal(10, 3)
	f := Frame{W: 10, Rows: rows, Cursor: &Cursor{1, 1}, Mouse: true}
	if term.show(f) == 0 {
		t.Error("the first frame is nothing")
	}
	if n := term.show(f); n != 0 {
		t.Errorf("the second one is %d bytes", n)
	}
	f.Cursor = &Cursor{2, 1}
	if got := string(term.Paint(f)); got != "\x1b[2;3H" {
		t.Errorf("the cursor moves by %q", got)
	}
	term.Redraw()
	if n := term.show(f); n < 10 {
		t.Errorf("all of it anew is %d bytes", n)
	}
}

// chat is a screen of a conversation whose newest line is the n'th.
func chat(w, h, n int, zh bool) Frame {
	f := Frame{W: w, Rows: make([]string, h), Cursor: &Cursor{3, h - 3}}
	for y := range h - 3 {
		i := n + y
		f.Rows[y] = fmt.Sprintf(" \x1b[2m10:31\x1b[m  \x1b[1;36mbob\x1b[m   m%07d the quick brown fox jumps over the lazy dog", i)
		if zh {
			f.Rows[y] = fmt.Sprintf(" \x1b[2m10:31\x1b[m  \x1b[1;36mbob\x1b[m   第 %d 条：seq 数的是字节，不是消息。", i)
		}
	}
	f.Rows[h-3] = " › typed"
	f.Rows[h-2] = "\x1b[48;5;236m ● ESTABLISHED  TCP kernel  127.0.0.1:48120 ⇄ 127.0.0.1:9001" + strings.Repeat(" ", w-63) + "\x1b[m"
	f.Rows[h-1] = fmt.Sprintf("\x1b[48;5;236m  OUT seq %d ack 1%s\x1b[m", 3_000_000_000+n, strings.Repeat(" ", w-26))
	return f
}

// A line that comes, a digit that changes and a key cost what they say, in
// Chinese as in English; the rest of the screen is not touched.
func TestBytesOfAFrame(t *testing.T) {
	for _, zh := range []bool{false, true} {
		term := newTerminal(120, 40)
		f := chat(120, 40, 0, zh)
		term.show(f)
		next := chat(120, 40, 0, zh)
		next.Rows[37] += "x"
		next.Cursor = &Cursor{9, 37}
		if n := term.show(next); n > 40 {
			t.Errorf("zh %v: a key is %d bytes", zh, n)
		}
		if n := term.show(chat(120, 40, 1, zh)); n > 250 {
			t.Errorf("zh %v: a message is %d bytes", zh, n)
		}
		if got, want := term.screen(), fresh(chat(120, 40, 1, zh)).screen(); got != want {
			t.Errorf("zh %v:\n%s\nwant\n%s", zh, got, want)
		}
	}
}

// A terminal of another size is drawn anew.
func TestOtherSize(t *testing.T) {
	term := newTerminal(40, 12)
	term.show(chat(80, 12, 0, true))
	for _, size := range [][2]int{{70, 20}, {64, 9}, {120, 40}} {
		term.Resize(size[0], size[1])
		f := chat(size[0], size[1], 7, true)
		term.show(f)
		if got, want := term.screen(), fresh(f).screen(); got != want {
			t.Errorf("%v:\n%s\nwant\n%s", size, got, want)
		}
	}
}

// Colours are those the terminal has.
func TestColours(t *testing.T) {
	f := Frame{W: 4, Rows: []string{"\x1b[38;2;255;0;0mred\x1b[m"}}
	for profile, want := range map[colorprofile.Profile]string{
		colorprofile.TrueColor: "\x1b[38;2;255;0;0mred",
		colorprofile.ANSI256:   "\x1b[38;5;196mred",
		colorprofile.ANSI:      "\x1b[91mred",
		colorprofile.ASCII:     "red",
	} {
		if got := string(New(profile).Paint(f)); !strings.Contains(got, want) || strings.Contains(got, "38") != strings.Contains(want, "38") {
			t.Errorf("%v: %q", profile, got)
		}
	}
}

// A frame stands between the brackets of synchronised output, if the terminal
// knows them; else the cursor is hidden meanwhile.
func TestBrackets(t *testing.T) {
	f := Frame{W: 4, Rows: []string{"one"}, Cursor: &Cursor{0, 0}}
	p := New(colorprofile.TrueColor)
	p.Paint(f)
	f.Rows = []string{"two"}
	if got := string(p.Paint(f)); !strings.HasPrefix(got, "\x1b[?25l") || !strings.HasSuffix(got, "\x1b[?25h") {
		t.Errorf("%q", got)
	}
	p.Synchronize()
	f.Rows = []string{"six"}
	if got := string(p.Paint(f)); !strings.HasPrefix(got, "\x1b[?2026h") || !strings.HasSuffix(got, "\x1b[?2026l") || strings.Contains(got, "?25") {
		t.Errorf("%q", got)
	}
	f.Cursor = nil
	if got := string(p.Paint(f)); got != "\x1b[?25l" {
		t.Errorf("hidden by %q", got)
	}
}

// Measured by clusters, everything is drawn anew.
func TestClusters(t *testing.T) {
	p := New(colorprofile.TrueColor)
	f := Frame{W: 12, Rows: []string{"👨‍👩‍👧‍👦|"}}
	if got := string(p.Paint(f)); !strings.Contains(got, "\x1b[1;9H|") {
		t.Errorf("character by character: %q", got)
	}
	if got := string(p.Clusters()); got != "\x1b[?2027h" {
		t.Errorf("asked for by %q", got)
	}
	if got := string(p.Paint(f)); !strings.Contains(got, "\x1b[1;3H|") {
		t.Errorf("as one: %q", got)
	}
	if got := p.Clusters(); got != nil {
		t.Errorf("asked for again: %q", got)
	}
}

// After a pause a frame is painted at once; while much changes, each 8 ms.
func TestPace(t *testing.T) {
	var p Pace
	now := time.Unix(1000, 0)
	if w := p.Wait(now, false); w > 0 {
		t.Errorf("the first frame waits %v", w)
	}
	p.Painted(now, 300)
	if w := p.Wait(now, false); w != 300*time.Microsecond {
		t.Errorf("after a small one: %v", w)
	}
	p.Painted(now, 1<<20)
	if w := p.Wait(now.Add(time.Millisecond), false); w != 7*time.Millisecond {
		t.Errorf("after a large one: %v", w)
	}
	if w := p.Wait(now, true); w != time.Millisecond {
		t.Errorf("what was typed, after a large one: %v", w)
	}
	if w := p.Wait(now.Add(8*time.Millisecond), false); w > 0 {
		t.Errorf("after a pause: %v", w)
	}
}

// BenchmarkPaint is a frame: of a key, and of a message that scrolls the rest.
func BenchmarkPaint(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		for _, zh := range []bool{false, true} {
			for _, scrolls := range []int{0, 1} {
				b.Run(fmt.Sprintf("%dx%d/zh=%v/scrolls=%v", size[0], size[1], zh, scrolls == 1), func(b *testing.B) {
					var frames []Frame
					for i := range 1024 {
						f := chat(size[0], size[1], i*scrolls, zh)
						f.Rows[size[1]-3] = fmt.Sprint(" › typed ", i)
						frames = append(frames, f)
					}
					p := New(colorprofile.TrueColor)
					b.ReportAllocs()
					n, bytes := 0, 0
					for b.Loop() {
						bytes += len(p.Paint(frames[n%1024]))
						n++
					}
					b.ReportMetric(float64(bytes)/float64(n), "B/frame")
				})
			}
		}
	}
}
