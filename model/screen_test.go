package model

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

var update = flag.Bool("update", false, "write the golden files")

// conversation is a screen on which something of everything was said.
func conversation(t *testing.T, l words.Lang) *Model {
	m, p, now := screen(t)
	m.look.Lang, m.keys = l, newKeyMap(l)
	m.talk.SetLang(l)
	m.o.Lang = l
	meet(m, p, segment.TCP, session.Framed)
	m.Update(came("在吗？"))
	drive(m, "在的。\nseq counts bytes, not messages\n")
	m.Update(transport.Delivery{Proto: segment.TCP, Mark: transport.Sent, Fates: []transport.Fate{
		{Row: 1, ID: 1, First: 1, Last: 33, Octets: 33}, {Row: 2, ID: 2, First: 34, Last: 87, Octets: 54}}})
	m.Update(transport.Delivery{Proto: segment.TCP, Mark: transport.Delivered, Fates: []transport.Fate{{Row: 1, ID: 1, After: 200 * time.Microsecond}}})
	m.Update(transport.Notice{At: noon, Proto: segment.TCP, Code: transport.NotePeerSilent, Args: []any{15 * time.Second}})
	m.Update(came("ack 是最后一个字节加一，也就是期待收到的下一个字节的编号；确认号只有在 ACK = 1 时才有效。"))
	m.Update(came("\x1b[2Jnice\rtry\u202Eevil"))
	g := &p.status.Legs[0]
	g.TCP.Known |= segment.HasISS | segment.HasIRS | segment.HasRTT | segment.HasCwnd | segment.HasRetrans
	g.TCP.ISS, g.TCP.IRS, g.TCP.SndNxt, g.TCP.SndUna, g.TCP.RcvNxt = 3746804057, 2199831645, 88, 34, 58
	g.TCP.SRTT, g.TCP.Cwnd, g.TCP.Retrans, g.TCP.Source = 208*time.Microsecond, 10, 1, segment.Loopback
	*now = now.Add(oftenGap)
	m.Update(tick(m.numbers.serial))
	drive(m, "还没发的")
	return m
}

func TestGoldenScreens(t *testing.T) {
	all := [][2]int{{40, 12}, {80, 24}, {120, 36}, {200, 60}}
	usual := all[1:2]
	screens := []struct {
		name  string
		sizes [][2]int
		make  func(t *testing.T) *Model
	}{
		{"waiting", usual, func(t *testing.T) *Model { m, _, _ := screen(t); return m }},
		{"chat", all, func(t *testing.T) *Model { return conversation(t, words.English) }},
		{"chat.zh", usual, func(t *testing.T) *Model { return conversation(t, words.Chinese) }},
		{"paste", usual, func(t *testing.T) *Model {
			m := conversation(t, words.English)
			m.take(tea.PasteMsg{Content: "first\n第二行\n\x1b[31mthird"})
			return m
		}},
		{"help", usual, func(t *testing.T) *Model { m := conversation(t, words.English); drive(m, "<f1>"); return m }},
		{"beginner", usual, func(t *testing.T) *Model { m := conversation(t, words.Chinese); drive(m, "<f9>"); return m }},
	}
	for _, s := range screens {
		for _, size := range s.sizes {
			name := fmt.Sprintf("%s.%dx%d", s.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				m := s.make(t)
				m.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				golden(t, name, fits(t, m))
			})
		}
	}
}

// fits is the screen with the caret as ▮; it is exactly as large as the window.
func fits(t *testing.T, m *Model) string {
	t.Helper()
	rows, cursor := m.draw()
	if len(rows) != m.h {
		t.Errorf("%d rows in a window of %d", len(rows), m.h)
	}
	for y, row := range rows {
		if w := ui.Width(m.look.Method, row); w != m.w {
			t.Errorf("row %d is %d wide in a window of %d", y, w, m.w)
		}
		rows[y] = ui.Strip(row)
	}
	if cursor == nil {
		return strings.Join(rows, "\n") + "\nno cursor\n"
	}
	return fmt.Sprintf("%s\ncursor %d,%d\n", strings.Join(rows, "\n"), cursor.X, cursor.Y)
}

// golden compares got with what testdata holds.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the screen is\n%s\nwant\n%s", got, want)
	}
}

// Whatever comes from outside, the screen keeps its shape, and no byte of it
// reaches the terminal as anything but text.
func FuzzScreen(f *testing.F) {
	f.Add("\x1b[2J\x1b]52;c;!\a", "bob\x1b[31m", 80, 24)
	f.Add("a\rb\bc\u202Ed\u009b31m", "\u202Ebob", 40, 12)
	f.Add("👨\u200d👩\u200d👧e\u0301\u0301中\xff\xc3", "小明", 41, 13)
	f.Fuzz(func(t *testing.T, text, nick string, w, h int) {
		m, p, _ := screen(t)
		meet(m, p, segment.TCP, session.Raw)
		m.take(tea.WindowSizeMsg{Width: w, Height: h})
		m.Update(transport.Renamed{Proto: segment.TCP, Nick: transport.Foreign(nick)})
		m.Update(came(text))
		m.Update(transport.Down{Proto: segment.TCP, Cause: transport.Lost, Err: errors.New(text)})
		drive(m, "<ctrl+r>")
		m.take(tea.PasteMsg{Content: text})
		harmless(t, m)
		drive(m, "<esc>")
		m.take(tea.PasteMsg{Content: text})
		harmless(t, m)
		drive(m, "e<up>")
		harmless(t, m)
	})
}

// harmless fails if the screen has another shape than the window, or holds a
// control character once our own attributes are gone.
func harmless(t *testing.T, m *Model) {
	t.Helper()
	if m.w < ui.MinWidth || m.h < ui.MinHeight {
		return
	}
	shown := fits(t, m)
	if !utf8.ValidString(shown) {
		t.Fatalf("bad UTF-8 reaches the terminal: %q", shown)
	}
	for _, r := range shown {
		if r != '\n' && unicode.IsControl(r) || r == '\u202E' {
			t.Fatalf("%U reaches the terminal", r)
		}
	}
}

// No size is too strange.
func TestAnySize(t *testing.T) {
	m := conversation(t, words.Chinese)
	states := map[string]func(){
		"chat":   func() {},
		"search": func() { drive(m, "<ctrl+r>ack") },
		"help":   func() { drive(m, "<esc><f1>") },
		"paste":  func() { drive(m, "<esc>"); m.take(tea.PasteMsg{Content: "1\n2\n3\n4"}) },
	}
	for name, open := range states {
		open()
		for _, w := range []int{0, 1, 2, 3, 20, 39, 40, 41, 79, 80, 109, 110, 200, 500} {
			for _, h := range []int{0, 1, 2, 5, 11, 12, 13, 24, 60, 300} {
				m.take(tea.WindowSizeMsg{Width: w, Height: h})
				if m.w != max(w, 1) && w > 0 && h > 0 {
					t.Fatalf("%d×%d is not taken", w, h)
				}
				_ = m.View()
				drive(m, "<pgup><up><down>")
				if w >= ui.MinWidth && h >= ui.MinHeight {
					if s := fits(t, m); t.Failed() {
						t.Fatalf("%s at %d×%d:\n%s", name, w, h, s)
					}
				}
			}
		}
	}
}

func TestAbsurdSizesAreIgnored(t *testing.T) {
	m, _, _ := screen(t)
	for _, size := range []tea.WindowSizeMsg{{Width: 0, Height: 0}, {Width: 65535, Height: 65535}, {Width: 4097, Height: 24}, {Width: 4096, Height: 4096}, {Width: -1, Height: 24}} {
		m.take(size)
		if m.w != 80 || m.h != 24 {
			t.Errorf("%v makes it %d×%d", size, m.w, m.h)
		}
	}
}

// What the environment says of the terminal decides signs and colours.
func TestTerminals(t *testing.T) {
	for _, c := range []struct {
		environ []string
		palette ui.Palette
		glyphs  *ui.Glyphs
	}{
		{[]string{"TERM=xterm-256color", "LANG=en_US.UTF-8"}, ui.Dark, &ui.Unicode},
		{[]string{"TERM=xterm-256color", "LANG=en_US.UTF-8", "NO_COLOR=1"}, ui.Mono, &ui.Unicode},
		{[]string{"TERM=xterm", "LANG=C"}, ui.Dark16, &ui.ASCII},
		{[]string{"TERM=xterm", "LANG=zh_CN.UTF-8", "LC_ALL=POSIX"}, ui.Dark16, &ui.ASCII},
		{[]string{"TERM=linux", "LANG=en_US.UTF-8"}, ui.Dark16, &ui.Console},
	} {
		palette, glyphs := ui.Choose(terminalOf(c.environ))
		if palette != c.palette || glyphs != c.glyphs {
			t.Errorf("%q: palette %v", c.environ, palette)
		}
	}
}

// A line of a light terminal is dark, unless a theme was chosen.
func TestBackgroundChoosesTheTheme(t *testing.T) {
	m, _, _ := screen(t)
	m.take(tea.BackgroundColorMsg{Color: white{}})
	if m.look.Theme.Palette != ui.Light {
		t.Error("a white background does not make it light")
	}
	drive(m, "/theme dark\n")
	m.take(tea.BackgroundColorMsg{Color: white{}})
	if m.look.Theme.Palette != ui.Dark {
		t.Error("the terminal overrules the user")
	}
}

type white struct{}

func (white) RGBA() (r, g, b, a uint32) { return 0xffff, 0xffff, 0xffff, 0xffff }

// Once the terminal says that it measures by clusters, so do we.
func TestTerminalSaysHowItMeasures(t *testing.T) {
	for _, c := range []struct {
		msg  tea.ModeReportMsg
		want ui.Method
	}{
		{tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeNotRecognized}, ui.WcWidth},
		{tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}, ui.WcWidth},
		{tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset}, ui.GraphemeWidth},
	} {
		m, _, _ := screen(t)
		if m.take(c.msg); m.look.Method != c.want {
			t.Errorf("after %v it measures by %v", c.msg, m.look.Method)
		}
	}
}

// The window's title never holds what a peer said.
func TestTitleIsConstant(t *testing.T) {
	m := conversation(t, words.English)
	m.Update(transport.Renamed{Proto: segment.TCP, Nick: "x\a\x1b]52;c;!\a"})
	if got := m.View().WindowTitle; got != "seqtalk" {
		t.Errorf("title %q", got)
	}
}

func BenchmarkView(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {200, 60}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			m := conversation(&testing.T{}, words.Chinese)
			for i := range 1000 {
				m.Update(came(fmt.Sprintf("第 %d 条：seq 数的是字节，不是消息。", i)))
			}
			m.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			for b.Loop() {
				drive(m, "x<backspace>")
				_ = m.View()
			}
		})
	}
}

func BenchmarkLongLine(b *testing.B) {
	for _, n := range []int{1 << 10, 8 << 10, 60 << 10} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := conversation(&testing.T{}, words.Chinese)
			m.editor.reset(strings.Repeat("数字节。", n/12))
			for b.Loop() {
				drive(m, "x<backspace>")
				_ = m.View()
			}
		})
	}
}
