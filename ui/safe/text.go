// Package safe is the only form in which foreign text reaches a terminal: what
// a peer sent, what a replayed file holds, what an error quotes from outside,
// what was pasted.
//
// A terminal obeys what it is sent, so foreign text is spelled out: whatever
// could move the cursor, hide, reorder or stack up becomes visible characters.
//
//	"\x1b[31mred"  →  ␛[31mred
//	"abc\rX"       →  abc␍X
//	"a\u202Eb"     →  a‹U+202E›b
//	"\xff"         →  ‹FF›
//
// Nothing is stripped, for a reader must be able to see what was tried, and
// nothing is interpreted, for no rule of escape sequences is the same in two
// terminals. Chinese, emoji and every other script stay as they are.
//
// The package does not measure, wrap, cut or colour: package ui does, and it
// measures in one place. It does not limit: whoever reads from outside does. It
// does not tell look-alikes (Latin a, Cyrillic а) apart, nor undo the
// reordering of Hebrew and Arabic letters by terminals that do it. It is not
// for files: a transcript keeps the octets as they came.
package safe

import "strings"

// A Text is one line of foreign text, spelled out. There is no way to make one
// but the functions of this package, so what takes a Text cannot be handed raw
// text by mistake. The zero Text is the empty line.
//
// Two Texts that are == show the same; two that show the same need not be ==.
type Text struct {
	safe string
	was  *origin // nil if the octets were safe as they came
}

// An origin is where a Text came from. It is behind a pointer, so that plain
// text costs nothing, and raw behind a second one: fmt, printing a Text inside
// another package's struct by reflection, follows one pointer but never two.
type origin struct {
	raw  *string
	cuts []cut // where the spans end: plain, spelled, plain, …; the first may be empty
}

// A cut is where a span ends, in the safe form and in the raw one.
type cut struct{ safe, raw int }

// A Span is a part of a Text. Spans alternate between plain and spelled, so a
// peer who types ‹U+202E› (plain) cannot be taken for one who sent U+202E
// (spelled), as long as the two are drawn differently.
type Span struct {
	Safe    string // for the terminal
	Raw     string // the octets as they came: never for the terminal
	Spelled bool   // Safe stands for Raw instead of being it
}

// Line spells out raw as one line; a line feed in it is spelled too.
func Line(raw []byte) Text { return String(string(raw)) }

// String is Line for a string. It copies only what it must change.
func String(raw string) Text {
	n := plainASCII(raw)
	if n == len(raw) {
		return Text{safe: raw}
	}
	return spell(raw, n)
}

// Lines spells out raw line by line. LF and CR LF divide lines and belong to
// none; NEL and Unicode's own line separators do not divide, they are spelled.
// n line feeds make n+1 lines, the last of which may be empty.
func Lines(raw []byte) []Text {
	rest := string(raw)
	lines := make([]Text, 0, strings.Count(rest, "\n")+1)
	for {
		line, after, more := strings.Cut(rest, "\n")
		if !more {
			return append(lines, String(line))
		}
		lines = append(lines, String(strings.TrimSuffix(line, "\r")))
		rest = after
	}
}

// String is the safe form: valid UTF-8 in NFC, without a control character,
// without an invisible one except joiners and U+FE0E/U+FE0F between characters
// they belong to. Spelling it out again changes nothing.
func (t Text) String() string { return t.safe }

// Plain reports that no part of t is spelled, so that t can be drawn in one piece.
func (t Text) Plain() bool { return t.was == nil || len(t.was.cuts) == 1 }

// Spans lists the parts of t. Their Safe joined is t.String(), their Raw joined
// is what t was made from. A plain span's Safe differs from its Raw only by NFC
// and by four spaces for a tab. The empty Text has no spans.
func (t Text) Spans() []Span {
	switch {
	case t.safe == "":
		return nil
	case t.was == nil:
		return []Span{{Safe: t.safe, Raw: t.safe}}
	}
	spans := make([]Span, 0, len(t.was.cuts))
	var from cut
	for i, to := range t.was.cuts {
		if to != from {
			spans = append(spans, Span{
				Safe:    t.safe[from.safe:to.safe],
				Raw:     (*t.was.raw)[from.raw:to.raw],
				Spelled: i%2 == 1,
			})
		}
		from = to
	}
	return spans
}
