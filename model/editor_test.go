package model

import (
	"fmt"
	"strings"
	"testing"
)

// edited shows text with the caret as |.
func edited(e *editor) string { return e.text[:e.caret] + "|" + e.text[e.caret:] }

func editorAt(s string) *editor {
	e := &editor{}
	for i := range s {
		if s[i] == '|' {
			e.text, e.caret = s[:i]+s[i+1:], i
		}
	}
	return e
}

func TestEditorMoves(t *testing.T) {
	for _, c := range []struct {
		name, from, want string
		do               func(e *editor)
	}{
		{"left over Chinese", "你好|", "你|好", func(e *editor) { e.move(e.before(e.caret)) }},
		{"left over a family", "a👨‍👩‍👧‍👦|", "a|👨‍👩‍👧‍👦", func(e *editor) { e.move(e.before(e.caret)) }},
		{"left over a mark", "cafe\u0301|", "caf|e\u0301", func(e *editor) { e.move(e.before(e.caret)) }},
		{"left over a newline", "a\n|b", "a|\nb", func(e *editor) { e.move(e.before(e.caret)) }},
		{"left at the start", "|a", "|a", func(e *editor) { e.move(e.before(e.caret)) }},
		{"right over a flag", "|🇨🇳x", "🇨🇳|x", func(e *editor) { e.move(e.after(e.caret)) }},
		{"right at the end", "a|", "a|", func(e *editor) { e.move(e.after(e.caret)) }},
		{"word left", "one two  |", "one |two  ", func(e *editor) { e.move(e.wordBefore(e.caret)) }},
		{"word left, Chinese after Latin", "seq序号|", "seq|序号", func(e *editor) { e.move(e.wordBefore(e.caret)) }},
		{"word right", "|one two", "one| two", func(e *editor) { e.move(e.wordAfter(e.caret)) }},
		{"word right at the end", "one|", "one|", func(e *editor) { e.move(e.wordAfter(e.caret)) }},
		{"line start", "a\nbc|d", "a\n|bcd", func(e *editor) { e.move(e.lineStart(e.caret)) }},
		{"line end", "a|b\ncd", "ab|\ncd", func(e *editor) { e.move(e.lineEnd(e.caret)) }},
		{"kill a word", "say 你好 now|", "say 你好 |", func(e *editor) { e.kill(e.wordBefore(e.caret), e.caret) }},
		{"transpose at the end", "ab|", "ba|", (*editor).transpose},
		{"transpose inside", "a|bc", "ba|c", (*editor).transpose},
		{"transpose one", "a|", "a|", (*editor).transpose},
		{"transpose at the start", "|ab", "|ab", (*editor).transpose},
		{"transpose Chinese", "你好|", "好你|", (*editor).transpose},
		{"a mark joins", "e|x", "e\u0301|x", func(e *editor) { e.insert("\u0301") }},
		{"bad UTF-8", "|", "\uFFFD|", func(e *editor) { e.insert("\xff") }},
	} {
		e := editorAt(c.from)
		if c.do(e); edited(e) != c.want {
			t.Errorf("%s: %q became %q, want %q", c.name, c.from, edited(e), c.want)
		}
	}
}

func TestEditorKillsAddUp(t *testing.T) {
	e := editorAt("one two three|")
	e.kill(e.wordBefore(e.caret), e.caret)
	e.kill(e.wordBefore(e.caret), e.caret)
	e.insert(e.cut)
	e.insert(e.cut)
	if want := "one two threetwo three|"; edited(e) != want {
		t.Errorf("got %q, want %q", edited(e), want)
	}
}

func TestEditorIsBounded(t *testing.T) {
	e := &editor{}
	e.insert(strings.Repeat("你", 65536/3-1))
	for range 3 {
		e.insert("你")
	}
	if e.insert("你") || len(e.text) > 65536 {
		t.Errorf("%d octets in a room of %d", len(e.text), 65536)
	}
}

// Whatever is typed, the caret stays between two characters.
func FuzzEditor(f *testing.F) {
	f.Add("你好\nab👨‍👩‍👧", []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	f.Fuzz(func(t *testing.T, text string, ops []byte) {
		e := &editor{}
		e.insert(text)
		for _, op := range ops[:min(len(ops), 64)] {
			switch op % 11 {
			case 0:
				e.move(e.before(e.caret))
			case 1:
				e.move(e.after(e.caret))
			case 2:
				e.move(e.wordBefore(e.caret))
			case 3:
				e.move(e.wordAfter(e.caret))
			case 4:
				e.kill(e.lineStart(e.caret), e.caret)
			case 5:
				e.kill(e.caret, e.lineEnd(e.caret))
			case 6:
				e.remove(e.before(e.caret), e.caret)
			case 7:
				e.remove(e.caret, e.after(e.caret))
			case 8:
				e.transpose()
			case 9:
				e.insert(e.cut)
			case 10:
				e.insert(text)
			}
			if e.caret < 0 || e.caret > len(e.text) || len(e.text) > 65536 {
				t.Fatalf("caret %d in %d octets", e.caret, len(e.text))
			}
			if e.caret < len(e.text) && e.text[e.caret]&0xC0 == 0x80 {
				t.Fatalf("the caret stands inside a character: %q", edited(e))
			}
		}
	})
}

func BenchmarkEditorKey(b *testing.B) {
	for _, size := range []int{100, 8 << 10, 60 << 10} {
		e := &editor{}
		for len(e.text) < size {
			e.insert("seq 数的是字节。")
		}
		e.move(len(e.text) / 2 / 3 * 3)
		e.caret = e.onBoundary(e.caret)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				e.insert("字")
				e.remove(e.before(e.caret), e.caret)
			}
		})
	}
}
