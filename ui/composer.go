package ui

import (
	"strings"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Composer draws what is being typed, under a rule that tells how much it
// is and which keys help. The editing is done elsewhere.
type Composer struct {
	Text   string // as typed; a line feed starts a line
	Caret  int    // octets of Text before the caret
	Prompt string // "": the usual sign
	Hint   string // on the rule: keys worth knowing
	Empty  string // instead of the text, where there is none
	Bytes  int    // of Text as it will be sent
	Limit  int    // how many bytes may be sent at once; 0: any number
	Closed bool   // nothing can be sent any more
}

// A Cursor is where the terminal's cursor stands in a pane.
type Cursor struct{ X, Y int }

// An InputRow is a row of the text that is typed: Text[From:To].
type InputRow struct{ From, To int }

// InputRows divides text as the composer does in w cells, so that whoever
// edits can move the caret up and down. A row is closed by a line feed, which
// is in none, or by the edge.
func (c Composer) InputRows(l *Look, w int) []InputRow {
	m, width := l.Method, c.textWidth(l, w)
	var rows []InputRow
	at := 0
	for line := range strings.SplitSeq(c.Text, "\n") {
		pieces := wrap(nil, m, line, nil, width)
		for i, p := range pieces {
			to := len(line)
			if i+1 < len(pieces) {
				to = pieces[i+1].from // with the spaces that hang over the edge
			}
			rows = append(rows, InputRow{at + p.from, at + to})
		}
		at += len(line) + 1
	}
	return rows
}

// textWidth is the room for text in a composer w wide; one cell at the end is
// the caret's.
func (c Composer) textWidth(l *Look, w int) int {
	return max(w-c.textStart(l, w)-1, minText)
}

// textStart is where the text starts.
func (c Composer) textStart(l *Look, w int) int {
	n := Width(l.Method, c.prompt(l)) + 2
	return pick(w > n+minText, n, 0)
}

// prompt is the sign before the text.
func (c Composer) prompt(l *Look) string {
	return pick(c.Prompt == "", l.Glyphs.Prompt, c.Prompt)
}

// Height is how many rows of text the composer would like, 1–8: for the layout.
func (c Composer) Height(l *Look, w int) int {
	return min(max(len(c.InputRows(l, w)), 1), maxComposer)
}

// caretRow is the row the caret is on.
func (c Composer) caretRow(rows []InputRow) int {
	n := 0
	for n+1 < len(rows) && rows[n+1].From <= c.Caret {
		n++
	}
	return n
}

// Draw draws the rule and h-1 rows of text, those around the caret.
func (c Composer) Draw(l *Look, w, h int) ([]string, Cursor) {
	if w <= 0 || h <= 0 {
		return exactly(nil, w, h), Cursor{}
	}
	rows := []string{c.rule(l, w)}
	input := c.InputRows(l, w)
	caret := c.caretRow(input)
	first := max(caret-(h-2), 0)
	cur := Cursor{Y: min(1+caret-first, h-1)}
	for i := first; i < len(input) && len(rows) < h; i++ {
		s, x := c.row(l, w, i, input[i])
		if i == caret {
			cur.X = x
		}
		rows = append(rows, s)
	}
	return exactly(rows, w, h), cur
}

// row draws a row of text and tells where the caret would be in it.
func (c Composer) row(l *Look, w, k int, r InputRow) (string, int) {
	th := l.Theme
	b := newBrush(l, w, Style{})
	start := c.textStart(l, w)
	if k == 0 && start > 0 {
		b.skip(1)
		b.text(pick(c.Closed, th.Dim, th.Accent), c.prompt(l))
	}
	b.to(start)
	if c.Text == "" {
		b.text(th.Dim, c.Empty)
		return b.end(), min(start, w-1)
	}
	caret := min(max(c.Caret, r.From), r.To) - r.From
	text := c.Text[r.From:r.To]
	x := start + Width(l.Method, safe.String(text[:caret]).String())
	shown := safe.String(text).String()
	n, cells := prefix(l.Method, shown, b.left())
	b.put(pick(c.Closed, th.Dim, Style{}), shown[:n], cells)
	return b.end(), min(x, w-1)
}

// rule draws the line above the text.
func (c Composer) rule(l *Look, w int) string {
	th, g := l.Theme, l.Glyphs
	st, count := c.count(l)
	b := newBrush(l, w, Style{})
	b.fill(th.Dim, g.Rule, 2)
	if c.Hint != "" {
		room := w - b.x - 6 - Width(l.Method, count)
		if hint := Truncate(l.Method, c.Hint, room, ""); hint == c.Hint {
			b.skip(1)
			b.text(th.Dim, hint)
			b.skip(1)
		}
	}
	if count == "" {
		b.fill(th.Dim, g.Rule, w)
		return b.end()
	}
	b.fill(th.Dim, g.Rule, w-Width(l.Method, count)-4)
	b.skip(1)
	b.text(st, count)
	b.skip(1)
	b.fill(th.Dim, g.Rule, w)
	return b.end()
}

// count is how many bytes are typed, and of how many.
func (c Composer) count(l *Look) (Style, string) {
	th := l.Theme
	switch {
	case c.Bytes == 0:
		return th.Dim, ""
	case c.Limit == 0:
		return th.Dim, words.InputBytes.In(l.Lang, c.Bytes)
	case c.Bytes > c.Limit:
		return th.Bad, words.InputTooLong.In(l.Lang, c.Bytes, c.Limit)
	}
	return pick(c.Bytes > c.Limit*9/10, th.Warn, th.Dim), words.InputOf.In(l.Lang, c.Bytes, c.Limit)
}
