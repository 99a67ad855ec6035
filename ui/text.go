package ui

import (
	"strings"
	"unicode/utf8"

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
	cells, upto := sureWidth(s)
	if upto == len(s) {
		return cells
	}
	return cells + m.StringWidth(s[upto:])
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
	r, size := utf8.DecodeRuneInString(s)
	if n, sure := Cells(r); sure {
		next, _ := utf8.DecodeRuneInString(s[size:])
		if _, sure = Cells(next); sure || size == len(s) {
			return s[:size], n
		}
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
