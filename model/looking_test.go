package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

func TestGoldenLook(t *testing.T) {
	for _, c := range []struct{ name, keys string }{
		{"look.line", "<f4><up><up><up><up>"},
		{"look.message", "<f4><up><up><up><up>?"},
		{"look.ack", "<f4><tab><right><right><right><right><right><right><right><right><right><right><right>?"},
		{"look.find", "<f4>/ack\n"},
	} {
		for _, l := range []words.Lang{words.English, words.Chinese} {
			for _, size := range [][2]int{{80, 24}, {120, 36}} {
				name := fmt.Sprintf("%s.%s.%dx%d", c.name, [...]string{"en", "zh"}[l], size[0], size[1])
				t.Run(name, func(t *testing.T) {
					m := conversation(t, l)
					m.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
					drive(m, c.keys)
					golden(t, name, fits(t, m))
				})
			}
		}
	}
}

// looked is what is pointed at, in words: a line's text or a spot's.
func looked(m *Model) string {
	if m.looking == nil {
		return "nothing"
	}
	if !m.looking.inBar() {
		return string(m.talk.Line(m.looking.line).Text)
	}
	rows, y, x := m.spotNow()
	return strings.TrimSpace(rows[y][x].Text)
}

func TestLookMoves(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	for i := range 50 {
		m.Update(came(fmt.Sprint("line ", i)))
	}
	drive(m, "draft")
	for _, c := range []struct{ keys, want string }{
		{"<f4>", "line 49"}, {"<up><up>", "line 47"}, {"<down>", "line 48"}, {"g", "connected: TCP 127.0.0.1:9001 ⇄ 127.0.0.1:48120, the peer called"},
		{"<up>", "connected: TCP 127.0.0.1:9001 ⇄ 127.0.0.1:48120, the peer called"}, {"G", "line 49"},
		{"<down>", "● ESTABLISHED"}, {"<left>", "● ESTABLISHED"}, {"<right>", "TCP kernel"},
		{"<down>", "ack 1"}, {"<right>", "IN?"}, {"<up>", "TCP kernel"},
		{"<up>", "line 49"}, {"<tab>", "● ESTABLISHED"}, {"<tab>", "line 49"},
		{"<pgup>", "line 12"}, {"<pgup><pgdown>", "line 33"}, {"<up><pgdown>", "line 49"}, {"<ctrl+end>", "line 49"}, {"<up>", "line 48"},
		{"q", "nothing"}, {"<alt+up>", "line 49"}, {"<f4>", "nothing"}, {"<f4><esc>", "nothing"},
	} {
		if drive(m, c.keys); looked(m) != c.want {
			t.Errorf("after %s: %q, want %q", c.keys, looked(m), c.want)
		}
		if s := shown(m); m.looking != nil && !m.looking.inBar() && !strings.Contains(s, m.look.Glyphs.Selected) {
			t.Errorf("after %s the line is not marked:\n%s", c.keys, s)
		}
	}
	if m.editor.text != "draft" {
		t.Errorf("the line is %q now", m.editor.text)
	}
}

// What is looked at stays on the screen, whatever comes, and is never a line
// that is gone.
func TestLookedAtStaysInSight(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.Update(came("keep an eye on me"))
	drive(m, "<f4>")
	for i := range 100 {
		m.Update(came(fmt.Sprint("line ", i)))
		if s := shown(m); !strings.Contains(s, "▸12:00  bob  keep an eye on me") {
			t.Fatalf("after %d lines:\n%s", i+1, s)
		}
	}
	m.take(tea.WindowSizeMsg{Width: 45, Height: 12})
	if s := shown(m); !strings.Contains(s, "keep an eye on me") {
		t.Errorf("in a small window:\n%s", s)
	}
	drive(m, "?")
	drive(m, "<esc><esc>/clear\n<f4>")
	if looked(m) != "● ESTABLISHED" {
		t.Errorf("with no line there is, %q is looked at", looked(m))
	}
}

// In no palette is what is looked at marked by nothing.
func TestLookedAtIsVisible(t *testing.T) {
	for p := ui.Dark; p <= ui.Mono; p++ {
		m := conversation(t, words.English)
		m.setTheme(p.String())
		plain, _ := m.draw()
		drive(m, "<f4>")
		line, _ := m.draw()
		drive(m, "<tab>")
		spot, _ := m.draw()
		if y := m.layout().Main.H - 1; line[y] == plain[y] || ui.Strip(line[y]) == ui.Strip(plain[y]) {
			t.Errorf("%v: the line is not marked", p)
		}
		if y := m.layout().Status.Y; spot[y] == plain[y] || spot[y] == line[y] {
			t.Errorf("%v: the spot is not marked", p)
		}
	}
}

// Letters are keys; those that are none say so, and nothing is typed unseen.
func TestLettersInLookMode(t *testing.T) {
	m := conversation(t, words.English)
	was := m.editor.text
	if drive(m, "<f4>x"); m.hint != words.LookTyping.In(words.English) || m.editor.text != was {
		t.Errorf("x: hint %q, line %q", m.hint, m.editor.text)
	}
	abs := shown(m)
	if drive(m, "r"); m.o.Relative != true || shown(m) == abs {
		t.Error("r does not change the numbers")
	}
	var themes []ui.Palette
	for range 6 {
		drive(m, "t")
		themes = append(themes, m.look.Theme.Palette)
	}
	if want := []ui.Palette{ui.Dark, ui.Light, ui.Dark16, ui.Light16, ui.Mono, ui.Dark}; fmt.Sprint(themes) != fmt.Sprint(want) || m.palette != "" {
		t.Errorf("t takes %v, want %v", themes, want)
	}
	if drive(m, "n"); m.hint != words.LookNoFind.In(words.English) {
		t.Errorf("n without a search: %q", m.hint)
	}
	if drive(m, "<f1>"); m.help == nil {
		t.Error("F1 does not help here")
	}
	m.help = nil
	if m.take(tea.PasteMsg{Content: "pasted"}); m.looking != nil || m.editor.text != was+"pasted" {
		t.Errorf("a paste goes nowhere: %q", m.editor.text)
	}
}

// y copies what is looked at, spelled out.
func TestCopy(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.Update(came("\x1b]52;c;!\aevil\nsecond"))
	for _, c := range []struct{ keys, want string }{
		{"<f4>y", "␛]52;c;!␇evil\nsecond"},
		{"<tab>y", "● ESTABLISHED"}, {"<down>y", "OUT?"},
	} {
		cmd := drive(m, c.keys)
		if cmd == nil {
			t.Fatalf("%s copies nothing", c.keys)
		}
		if got := cmd(); got != (tea.RawMsg{Msg: ansi.SetSystemClipboard(c.want)}) {
			t.Errorf("%s copies %q, want %q", c.keys, got, c.want)
		}
	}
}

// The explanation says the numbers that are drawn, and follows them.
func TestExplanationFollows(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "hello\n")
	m.Update(transport.Delivery{Proto: segment.TCP, Mark: transport.Sent, Fates: []transport.Fate{{Row: 1, ID: 1, First: 1, Last: 29, Octets: 29}}})
	drive(m, "<f4><tab><down><right><right><right><right><right>?")
	if looked(m) != "ack 1" {
		t.Fatalf("%q is looked at", looked(m))
	}
	for _, c := range []struct {
		una  uint64
		want []string
	}{{1, []string{"ack 1 confirms the SYN"}}, {30, []string{"ack 30 says", "up to 29", "ack 30 = 1 + 29", "“hello”"}}} {
		p.status.Legs[0].TCP.SndUna = c.una
		*now = now.Add(oftenGap)
		m.take(tick(m.numbers.serial))
		s := strings.Join(strings.Fields(strings.ReplaceAll(shown(m), "│", "")), " ")
		for _, want := range append(c.want, "RFC 9293 §3.4", fmt.Sprint("ack ", c.una, " ")) {
			if !strings.Contains(s, want) {
				t.Errorf("SND.UNA %d: %q is not in\n%s", c.una, want, shown(m))
			}
		}
	}
	drive(m, "<esc>")
	if m.looking == nil || m.looking.explains {
		t.Error("Esc does not close the explanation first")
	}
}

// n goes on to the next hit, older, N back, from wherever one looks.
func TestSearchInLookMode(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	for i := range 100 {
		m.Update(came(fmt.Sprint("line ", i)))
	}
	for _, c := range []struct{ keys, want string }{
		{"<f4>/line 3\n", "line 39"}, {"n", "line 38"}, {"nn", "line 36"}, {"N", "line 37"},
		{"g", "connected: TCP 127.0.0.1:9001 ⇄ 127.0.0.1:48120, the peer called"}, {"N", "line 3"}, {"n", "line 3"},
		{"/line 5<esc>", "line 3"}, {"<up>", "line 2"},
	} {
		if drive(m, c.keys); looked(m) != c.want {
			t.Errorf("after %q: %q, want %q", c.keys, looked(m), c.want)
		}
	}
	if drive(m, "/nowhere\nn"); m.hint != words.SearchNone.In(words.English) {
		t.Errorf("no hit: %q", m.hint)
	}
	drive(m, "<esc><ctrl+r>line 7<f4>")
	if looked(m) != "line 79" {
		t.Errorf("F4 in a search looks at %q", looked(m))
	}
}

// A click points, at a line or at a number; on the line it goes back. The click
// that gives the terminal the focus does nothing.
func TestMouse(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.Update(came("one"))
	m.Update(came("two"))
	l := m.layout()
	click := func(x, y int) string {
		*now = now.Add(time.Second)
		m.take(tea.MouseClickMsg{Button: tea.MouseLeft, X: x, Y: y})
		return looked(m)
	}
	for _, c := range []struct {
		x, y int
		want string
	}{
		{5, l.Main.H - 2, "one"}, {5, l.Main.H - 1, "two"}, {5, 0, "two"},
		{4, l.Status.Y, "● ESTABLISHED"}, {15, l.Status.Y + 1, "ack 1"}, {79, l.Status.Y + 1, "ack 1"},
		{3, l.Composer.Y + 1, "nothing"},
	} {
		if got := click(c.x, c.y); got != c.want {
			t.Errorf("a click at %d,%d points at %q, want %q", c.x, c.y, got, c.want)
		}
	}
	m.take(tea.FocusMsg{})
	m.take(tea.MouseClickMsg{Button: tea.MouseLeft, X: 5, Y: l.Main.H - 1})
	if looked(m) != "nothing" {
		t.Error("the click that focuses the terminal points")
	}
	drive(m, "<alt+m>")
	if m.View().MouseMode != tea.MouseModeNone {
		t.Error("Alt-M does not give the mouse back")
	}
}

// Notches that come faster than frames are scrolled together, none is lost, and
// a key finds them done.
func TestWheelIsGathered(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	for i := range 200 {
		m.Update(came(fmt.Sprint("line ", i)))
	}
	turn := func(b tea.MouseButton) (drawn bool) {
		msg := gather(m, tea.MouseWheelMsg{Button: b})
		if msg != nil {
			m.Update(msg)
		}
		return msg != nil
	}
	drawn := 0
	for range 20 {
		if turn(tea.MouseWheelUp) {
			drawn++
		}
	}
	turn(tea.MouseWheelDown)
	m.Update(wheelOn{})
	m.Update(wheelOn{})
	if s := shown(m); drawn != 1 || !strings.Contains(s, "line 141 ") || m.turning {
		t.Errorf("drawn %d times, then:\n%s", drawn, s)
	}
	for range 3 {
		turn(tea.MouseWheelUp)
	}
	drive(m, "x")
	if s := shown(m); !strings.Contains(s, "line 132 ") {
		t.Errorf("a key does not find the wheel turned:\n%s", s)
	}
}

// A search goes through a bounded piece of the conversation an update.
func TestSearchIsBounded(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.Update(came("the needle"))
	filler := strings.Repeat("hay ", 25)
	for range 20_000 {
		m.Update(came(filler))
	}
	for _, c := range []struct{ keys, want string }{{"<ctrl+r>needle", "the needle"}, {"<esc>/search needle\n", "the needle"}} {
		steps := 0
		for cmd := drive(m, c.keys); cmd != nil; steps++ {
			cmd = m.take(cmd())
		}
		if m.search == nil || m.search.hit == ui.None || string(m.talk.Line(m.search.hit).Text) != c.want || steps < 5 {
			t.Errorf("%s: %d steps, search %+v", c.keys, steps, m.search)
		}
	}
	for cmd := drive(m, "<esc>/search nowhere\n"); cmd != nil; {
		cmd = m.take(cmd())
	}
	if s := shown(m); m.search != nil || !strings.Contains(s, "\"nowhere\" is nowhere") {
		t.Errorf("nothing found:\n%s", s)
	}
}

// In look mode the panes change as elsewhere; what is no longer on the screen
// is no longer looked at.
func TestPanesInLookMode(t *testing.T) {
	m := conversation(t, words.English)
	drive(m, "<f4>")
	m.take(tea.KeyPressMsg{Code: tea.KeyF2})
	if m.looking == nil || !m.looking.inBar() {
		t.Errorf("with the packets alone on the screen %q is looked at", looked(m))
	}
	drive(m, "?")
	if s := shown(m); !strings.Contains(s, "RFC 9293 §3.3.2") {
		t.Errorf("the bar is not explained over the packets:\n%s", s)
	}
	if drive(m, "r"); m.ladder.absolute == m.o.Relative {
		t.Error("r leaves the ladder's numbers as they were")
	}
}
