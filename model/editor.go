package model

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// editorRoom is how long a text may get in the editor, in octets. What is
// longer is a file, not a line.
const editorRoom = 64 << 10

// An editor is the text being typed and the caret in it, with the keys of
// readline. It is our own because bubbles' textarea costs time in proportion to
// the content for each key (8 kB: 10–32 ms); here a key is a few copies of a
// string that is at most editorRoom long. It knows nothing of the screen.
type editor struct {
	text  string
	caret int    // octets before it; always between two grapheme clusters
	cut   string // what was killed last, for yank
	fresh bool   // the last edit was a kill: the next one adds to cut
	goal  int    // the column that up and down aim at; -1: the caret's own
}

// reset sets the text, with the caret at its end.
func (e *editor) reset(text string) {
	e.text, e.caret, e.fresh, e.goal = text, len(text), false, -1
}

// empty reports that nothing is typed.
func (e *editor) empty() bool { return e.text == "" }

// insert puts s at the caret and reports whether there was room for all of it.
func (e *editor) insert(s string) bool {
	s = strings.ToValidUTF8(s, "\uFFFD")
	room, all := editorRoom-len(e.text), true
	if len(s) > room {
		s, all = cutRunes(s, room), false
	}
	e.splice(e.caret, e.caret, s)
	e.fresh, e.goal = false, -1
	return all
}

// splice replaces text[from:to] by s, with the caret behind it.
func (e *editor) splice(from, to int, s string) {
	e.text = e.text[:from] + s + e.text[to:]
	e.caret = e.onBoundary(from + len(s))
}

// cutRunes is the longest part of s of whole characters in n octets.
func cutRunes(s string, n int) string {
	n = min(max(n, 0), len(s))
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// lineStart and lineEnd are where the line of i starts and ends.
func (e *editor) lineStart(i int) int { return strings.LastIndexByte(e.text[:i], '\n') + 1 }

func (e *editor) lineEnd(i int) int {
	if n := strings.IndexByte(e.text[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(e.text)
}

// clusterRoom is how far back a cluster is looked for. A cluster longer than
// that comes apart.
const clusterRoom = 512

// before is where the cluster that ends at i starts.
func (e *editor) before(i int) int {
	start := max(e.lineStart(i), i-clusterRoom)
	if start == i {
		return max(i-1, 0) // the newline
	}
	for !utf8.RuneStart(e.text[start]) {
		start++
	}
	last, state := start, -1
	for rest := e.text[start:i]; rest != ""; {
		last = i - len(rest)
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	return last
}

// after is where the cluster that starts at i ends.
func (e *editor) after(i int) int {
	if i == len(e.text) {
		return i
	}
	c, _, _, _ := uniseg.FirstGraphemeClusterInString(e.text[i:], -1)
	return i + len(c)
}

// onBoundary moves i forward to the end of the cluster it stands in: typing a
// mark joins it to the letter before.
func (e *editor) onBoundary(i int) int {
	if i == 0 || i >= len(e.text) {
		return min(i, len(e.text))
	}
	return e.after(e.before(i))
}

// wordBefore is where the word left of i starts. White space divides words, and
// so do changes between Chinese and other letters.
func (e *editor) wordBefore(i int) int {
	for i > 0 && kindBefore(e.text, i) == space {
		i = e.before(i)
	}
	for k := kindBefore(e.text, i); i > 0 && kindBefore(e.text, i) == k; {
		i = e.before(i)
	}
	return i
}

// wordAfter is where the word right of i ends.
func (e *editor) wordAfter(i int) int {
	for i < len(e.text) && kindAfter(e.text, i) == space {
		i = e.after(i)
	}
	for k := kindAfter(e.text, i); i < len(e.text) && kindAfter(e.text, i) == k; {
		i = e.after(i)
	}
	return i
}

// window is the part of a long text around the caret that is wrapped and drawn:
// to wrap costs a microsecond an octet. It moves in steps, so that typing does
// not shift the rows.
func (e *editor) window() (from, to int) {
	const step, all = 2 << 10, 6 << 10
	if len(e.text) <= all {
		return 0, len(e.text)
	}
	if from = (e.caret/step - 1) * step; from <= 0 {
		from = 0
	} else if n := strings.IndexByte(e.text[from:e.caret], '\n'); n >= 0 && n < step/2 {
		from += n + 1
	} else {
		for !utf8.RuneStart(e.text[from]) {
			from++
		}
		from = e.onBoundary(from)
	}
	return from, from + len(cutRunes(e.text[from:], all))
}

// A runeKind is what a character is to word movement.
type runeKind int

const (
	space runeKind = iota
	letter
	ideograph
	other
)

func kindOf(r rune) runeKind {
	switch {
	case unicode.IsSpace(r):
		return space
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return ideograph
	case unicode.IsLetter(r), unicode.IsDigit(r), r == '_':
		return letter
	}
	return other
}

func kindBefore(s string, i int) runeKind {
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return kindOf(r)
}

func kindAfter(s string, i int) runeKind {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return kindOf(r)
}

// move puts the caret at i.
func (e *editor) move(i int) { e.caret, e.fresh, e.goal = i, false, -1 }

// remove deletes text[from:to] for good.
func (e *editor) remove(from, to int) {
	e.splice(from, to, "")
	e.fresh, e.goal = false, -1
}

// kill deletes text[from:to] and keeps it for yank; kills that follow each
// other are kept together.
func (e *editor) kill(from, to int) {
	if from == to {
		return
	}
	killed := e.text[from:to]
	switch {
	case !e.fresh:
		e.cut = killed
	case to == e.caret:
		e.cut = killed + e.cut
	default:
		e.cut += killed
	}
	e.splice(from, to, "")
	e.fresh, e.goal = true, -1
}

// transpose swaps the characters around the caret, as readline does: at the
// end of a line the two before it.
func (e *editor) transpose() {
	mid := e.caret
	if mid == e.lineEnd(mid) {
		mid = e.before(mid)
	}
	start := e.lineStart(e.caret)
	if mid <= start || e.after(mid) == mid {
		return
	}
	left, right := e.before(mid), e.after(mid)
	e.splice(left, right, e.text[mid:right]+e.text[left:mid])
	e.fresh, e.goal = false, -1
}
