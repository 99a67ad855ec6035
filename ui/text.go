package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Method says how the terminal measures: WcWidth, character by character,
// until it has answered that it knows mode 2027, then GraphemeWidth.
type Method = ansi.Method

// The methods.
const (
	WcWidth       = ansi.WcWidth
	GraphemeWidth = ansi.GraphemeWidth
)

// Width is how many cells s fills. Escape sequences in s fill none.
func Width(m Method, s string) int {
	for i := range len(s) {
		if s[i]-' ' > '~'-' ' {
			return i + tailWidth(m, s, i)
		}
	}
	return len(s)
}

// tailWidth measures s from i on; what is before it is ASCII. The character
// before i may be the base of a mark at i, so it is measured again.
func tailWidth(m Method, s string, i int) int {
	if i == 0 {
		return m.StringWidth(s)
	}
	return m.StringWidth(s[i-1:]) - 1
}

// Truncate cuts s, which holds no escape sequences, to at most w cells, the
// last of them tail if anything was cut.
func Truncate(m Method, s string, w int, tail string) string {
	if Width(m, s) <= w {
		return s
	}
	room := w - Width(m, tail)
	if room < 0 {
		tail, room = "", max(w, 0)
	}
	n, _ := prefix(m, s, room)
	return s[:n] + tail
}

// prefix is how much of s, in octets and in cells, fits in w cells.
func prefix(m Method, s string, w int) (n, cells int) {
	for n < len(s) {
		c, cw := cluster(m, s[n:])
		if cells+cw > w {
			break
		}
		n, cells = n+len(c), cells+cw
	}
	return n, cells
}

// cluster is the first grapheme cluster of s and how many cells it fills.
func cluster(m Method, s string) (string, int) {
	if s[0]-' ' <= '~'-' ' && (len(s) == 1 || s[1] < 0x80) {
		return s[:1], 1
	}
	return ansi.FirstGraphemeCluster(s, m)
}

// Pad makes s, which holds no escape sequences, exactly w cells wide.
func Pad(m Method, s string, w int) string {
	s = Truncate(m, s, w, "…")
	return s + spaces(w-Width(m, s))
}

const blank = "                                                                                                                                "

// spaces is n spaces; none if n is negative.
func spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blank) {
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}
