package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

func safeText(s string) safe.Text { return safe.String(s) }

func firstCluster(m Method, s string) (string, int) {
	if s == "" {
		return "", 0
	}
	return cluster(m, s)
}

func duration(ns int64) time.Duration { return time.Duration(ns) }

func TestLayoutFillsTheScreen(t *testing.T) {
	for w := MinWidth; w < 300; w += 17 {
		for h := MinHeight; h < 100; h += 5 {
			for side := Nothing; side <= UnderOther; side++ {
				for composer := range 12 {
					l := NewLayout(w, h, LayoutOptions{Composer: composer, Side: side})
					cells := 0
					for _, r := range []Rect{l.Main, l.Side, l.Divider, l.Composer, l.Status} {
						if r.X < 0 || r.Y < 0 || r.W < 0 || r.H < 0 || r.X+r.W > w || r.Y+r.H > h {
							t.Fatalf("%d×%d: %+v is outside: %+v", w, h, r, l)
						}
						cells += r.W * r.H
					}
					if cells != w*h || l.Status.H != 2 || l.Status.Y != h-2 {
						t.Fatalf("%d×%d: %+v", w, h, l)
					}
				}
			}
		}
	}
	for _, s := range [][2]int{{0, 0}, {39, 50}, {200, 11}, {-3, -3}} {
		if l := NewLayout(s[0], s[1], LayoutOptions{}); !l.TooSmall {
			t.Errorf("%v is laid out: %+v", s, l)
		}
	}
}

func TestTooSmall(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for w := range 60 {
			for h := range 14 {
				checkRows(t, "too small", l, TooSmall(l, w, h), pick(h == 0, 0, w), pick(w == 0, 0, h))
			}
		}
	}
	if got := text(TooSmall(testLook(words.English), 30, 4)); !strings.HasPrefix(got, "seqtalk needs 40×12") {
		t.Errorf("it says %q", got)
	}
}

func TestComposer(t *testing.T) {
	l := testLook(words.English)
	for _, c := range []struct {
		c    Composer
		w, h int
		want string
		cur  Cursor
	}{
		{Composer{}, 20, 2, "────────────────────\n ›", Cursor{3, 1}},
		{Composer{Text: "hi", Caret: 2, Bytes: 2}, 20, 2, "───────────── 2 B ──\n › hi", Cursor{5, 1}},
		{Composer{Text: "在吗", Caret: 3, Bytes: 6, Limit: 8}, 20, 2, "──────── 6 of 8 B ──\n › 在吗", Cursor{5, 1}},
		{Composer{Text: "0123456789abcdef", Caret: 16}, 20, 2, "────────────────────\n › 0123456789abcdef", Cursor{19, 1}},
		{Composer{Text: "0123456789abcdefg", Caret: 17}, 20, 3, "────────────────────\n › 0123456789abcdef\n   g", Cursor{4, 2}},
		{Composer{Text: "one\ntwo\n", Caret: 8}, 20, 4, "────────────────────\n › one\n   two\n", Cursor{3, 3}},
		{Composer{Text: "one\ntwo\nthree", Caret: 13}, 20, 3, "────────────────────\n   two\n   three", Cursor{8, 2}},
		{Composer{Text: "one two three four", Caret: 8}, 12, 4, "────────────\n › one two\n   three\n   four", Cursor{3, 2}},
		{Composer{Empty: "say something"}, 20, 2, "────────────────────\n › say something", Cursor{3, 1}},
	} {
		rows, cur := c.c.Draw(l, c.w, c.h)
		checkRows(t, "composer", l, rows, c.w, c.h)
		if got := text(rows); got != c.want || cur != c.cur {
			t.Errorf("%+v is drawn\n%s\n%+v, want\n%s\n%+v", c.c, got, cur, c.want, c.cur)
		}
	}
}

// Wherever the caret is, the cursor is within the pane.
func FuzzComposer(f *testing.F) {
	f.Add("在吗？\n👨‍👩‍👧‍👦 x  ", 4, 20, 3)
	f.Fuzz(func(t *testing.T, s string, caret, w, h int) {
		w, h = ((w%150)+150)%150, ((h%12)+12)%12
		l := testLook(words.English)
		c := Composer{Text: s, Caret: caret, Bytes: len(s), Limit: 1176, Hint: "F1 help"}
		rows, cur := c.Draw(l, w, h)
		checkRows(t, "composer", l, rows, w, h)
		for _, row := range rows {
			checkOctets(t, row)
		}
		if w > 0 && h > 0 && (cur.X < 0 || cur.X >= w || cur.Y < 0 || cur.Y >= h) {
			t.Fatalf("the cursor is at %+v in %d×%d", cur, w, h)
		}
		at := 0
		for _, r := range c.InputRows(l, w) {
			if r.From != at && (r.From != at+1 || s[at] != '\n') || r.To < r.From {
				t.Fatalf("row %+v does not follow %d", r, at)
			}
			at = r.To
		}
		if at != len(s) {
			t.Fatalf("the rows end at %d of %d", at, len(s))
		}
	})
}

// helpSample is a list as the model makes it.
func helpSample(l *Look) Help {
	return Help{
		Title: "seqtalk", Hint: "Esc",
		Groups: []HelpGroup{
			{words.KeysWriting.In(l.Lang), []HelpEntry{
				{"Enter", words.KeySend.In(l.Lang)}, {"Alt-Enter, Ctrl-J", words.KeyNewline.In(l.Lang)},
			}},
			{words.KeysReading.In(l.Lang), []HelpEntry{
				{"PgUp", words.KeyPageUp.In(l.Lang)}, {"PgDn", words.KeyPageDown.In(l.Lang)}, {"Ctrl-R", words.KeySearch.In(l.Lang)},
			}},
		},
	}
}

func TestBoxes(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		ack, _ := words.TopicState("TIME-WAIT")
		boxes := []struct {
			name string
			draw func(l *Look, w, h int) []string
		}{
			{"help", helpSample(l).Draw},
			{"nothing found", Help{Title: "seqtalk", Filter: "qwert", Groups: helpSample(l).Groups}.Draw},
			{"explain", Explain(l, words.TopicOutAck, 88, 87).Draw},
			{"explain a state", Explain(l, ack).Draw},
			{"dialog", Dialog{
				Title: "Paste", Text: "3 lines, 42 bytes", Sample: []string{"first\x1b[31m", "第二行", "third"},
				Choices: []Choice{{"a", "send all"}, {"o", "as one message"}, {"Esc", "forget it"}},
			}.Draw},
		}
		var out strings.Builder
		for _, b := range boxes {
			for _, s := range [][2]int{{76, 20}, {36, 8}} {
				rows := b.draw(l, s[0], s[1])
				fmt.Fprintf(&out, "%s in %d×%d\n%s\n\n", b.name, s[0], s[1], Strip(Join(rows)))
			}
			for w := 0; w < 90; w += 1 + w/9 {
				for h := range 20 {
					checkBox(t, b.name, l, b.draw(l, w, h), w, h)
				}
			}
		}
		golden(t, "boxes_"+lang.name+".txt", out.String())
		s := chat(l)
		s.box = boxes[2].draw
		golden(t, "explain_80x24_"+lang.name+".txt", plainScreen(s.screen(t, l, 80, 24)))
	}
}

// checkBox fails unless rows are a box of at most w×h cells.
func checkBox(t *testing.T, what string, l *Look, rows []string, w, h int) {
	t.Helper()
	if len(rows) > h {
		t.Fatalf("%s: %d rows in %d×%d", what, len(rows), w, h)
	}
	for _, s := range rows {
		if n := l.Method.StringWidth(s); n > w || n != l.Method.StringWidth(rows[0]) {
			t.Fatalf("%s: %d cells in %d×%d: %q", what, n, w, h, rows)
		}
		checkOctets(t, s)
	}
}

func TestHelpScrolls(t *testing.T) {
	l := testLook(words.English)
	h := helpSample(l)
	most := h.MaxScroll(l, 70, 6)
	h.Scroll = most + 50
	rows := h.Draw(l, 70, 6)
	if got := Strip(rows[len(rows)-2]); !strings.Contains(got, "Ctrl-R") {
		t.Errorf("the last row is %q", got)
	}
	h.Filter, h.Scroll = "pgd", 0
	if got := Strip(Join(h.Draw(l, 70, 20))); strings.Contains(got, "Enter") || !strings.Contains(got, "PgDn") {
		t.Errorf("the filter gives\n%s", got)
	}
}

func TestEmptyIsAsWideAsAsked(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		e := waiting(l).empty
		e.Trouble = "connection refused"
		for w, h := range sizes {
			checkRows(t, "empty", l, e.Draw(l, w, h), w, h)
		}
	}
}
