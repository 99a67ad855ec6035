package ui

import "strings"

// A Style is the escape sequence that switches it on. The zero Style changes nothing.
type Style struct{ on string }

const reset = "\x1b[m"

// Render is s in the style st.
func (st Style) Render(s string) string {
	if st.on == "" {
		return s
	}
	return st.on + s + reset
}

// A brush draws one row from left to right. It never goes beyond w.
type brush struct {
	m    Method
	g    *Glyphs
	w    int
	base Style // under everything in the row: its background
	out  []byte
	x    int
}

// newBrush starts a row of w cells.
func newBrush(l *Look, w int, base Style) brush {
	b := brush{m: l.Method, g: l.Glyphs, w: max(w, 0), base: base, out: make([]byte, 0, w+w/2+48)}
	b.out = append(b.out, base.on...)
	return b
}

// left is how many cells are left.
func (b *brush) left() int { return b.w - b.x }

// text draws words of ours, cut to the room there is.
func (b *brush) text(st Style, s string) {
	cells := Width(b.m, s)
	if cells > b.left() {
		s = Truncate(b.m, s, b.left(), "…")
		cells = Width(b.m, s)
	}
	if b.g.ascii {
		s = punctuation.Replace(s)
	}
	b.put(st, s, cells)
}

// put draws s, which fills cells and fits. It ends with an escape sequence
// where anything but ASCII was drawn, so that nothing of ours can join it.
func (b *brush) put(st Style, s string, cells int) {
	if s == "" {
		return
	}
	if b.g.only {
		s = questionMarks(b.m, s)
	}
	b.out = append(b.out, st.on...)
	b.out = append(b.out, s...)
	if st.on != "" || s[len(s)-1] >= 0x80 {
		b.out = append(b.out, reset...)
		b.out = append(b.out, b.base.on...)
	}
	b.x += cells
}

// punctuation is what our own words have beyond ASCII; each sign is as wide as
// what stands for it.
var punctuation = strings.NewReplacer("–", "-", "…", "~", "“", `"`, "”", `"`, "’", "'", "µ", "u", "×", "x", "·", "-",
	"⇄", "=", "✓", "v", "→", ">", "←", "<", "↑", "^", "↓", "v", "±", "+", "§", "S", "↻", "R", "—", "-", "≤", "<", "≥", ">")

// questionMarks is s with question marks for what is not ASCII.
func questionMarks(m Method, s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0 {
		return s
	}
	var out strings.Builder
	for len(s) > 0 {
		c, cw := cluster(m, s)
		if len(c) > 1 || c[0] >= 0x80 {
			out.WriteString(strings.Repeat("?", cw))
		} else {
			out.WriteString(c)
		}
		s = s[len(c):]
	}
	return out.String()
}

// skip leaves n cells blank.
func (b *brush) skip(n int) {
	n = min(n, b.left())
	if n > 0 {
		b.out = append(b.out, spaces(n)...)
		b.x += n
	}
}

// to leaves everything up to column x blank.
func (b *brush) to(x int) { b.skip(x - b.x) }

// fill draws s, one cell wide, up to column x.
func (b *brush) fill(st Style, s string, x int) {
	n := min(x, b.w) - b.x
	if n > 0 {
		b.put(st, strings.Repeat(s, n), n)
	}
}

// end fills the row and returns it.
func (b *brush) end() string {
	b.close()
	return string(b.out)
}

// close fills the row.
func (b *brush) close() {
	b.to(b.w)
	if b.base.on != "" {
		b.out = append(b.out, reset...)
		b.base = Style{}
	}
}

// blankRows appends n empty rows.
func blankRows(dst []string, w, n int) []string {
	for range n {
		dst = append(dst, spaces(w))
	}
	return dst
}

// exactly cuts rows to h, or fills them up.
func exactly(rows []string, w, h int) []string {
	h = max(h, 0)
	if len(rows) > h {
		return rows[:h]
	}
	return blankRows(rows, w, h-len(rows))
}
