package ui

// Beside puts right to the right of left, as many rows of each, with a line
// between them.
func Beside(l *Look, left, right []string) []string {
	b := newBrush(l, 1, Style{})
	b.text(l.Theme.Dim, l.Glyphs.pen.rail)
	line := b.end()
	rows := make([]string, len(left))
	for i := range rows {
		rows[i] = left[i] + line + right[i]
	}
	return rows
}

// Above puts top above bottom, with a line of w cells between them.
func Above(l *Look, top, bottom []string, w int) []string {
	b := newBrush(l, w, Style{})
	b.fill(l.Theme.Dim, l.Glyphs.Rule, w)
	return append(append(top, b.end()), bottom...)
}
