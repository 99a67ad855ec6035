package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Overlay lays box on base, rows of w cells, with its upper left corner at x,
// y. A column on either side of it stays blank.
func Overlay(l *Look, base, box []string, w, x, y int) []string {
	out := make([]string, len(base))
	copy(out, base)
	for i, s := range box {
		if y+i < 0 || y+i >= len(out) {
			continue
		}
		row := out[y+i]
		to := x + l.Method.StringWidth(s)
		left := l.Method.Truncate(row, max(x-1, 0), "") + reset
		left += spaces(x - l.Method.StringWidth(left))
		right := ""
		if to+1 < w {
			right = l.Method.TruncateLeft(row, to+1, "")
		}
		right = spaces(w-to-l.Method.StringWidth(right)) + right
		out[y+i] = left + s + right + reset
	}
	return out
}

// Centre is Overlay in the middle of r.
func Centre(l *Look, base, box []string, w int, r Rect) []string {
	if len(box) == 0 {
		return base
	}
	bw := l.Method.StringWidth(box[0])
	return Overlay(l, base, box, w, r.X+max((r.W-bw)/2, 0), r.Y+max((r.H-len(box))/2, 0))
}

// Join makes a screen of rows.
func Join(rows []string) string { return strings.Join(rows, "\n") }

// Strip is s without its escape sequences.
func Strip(s string) string { return ansi.Strip(s) }
