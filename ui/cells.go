package ui

import (
	"os"
	"strconv"
	"unicode/utf8"
)

// wideLocale is set where the user wants what is ambiguous to be wide, by the
// variable x/ansi knows.
var wideLocale, _ = strconv.ParseBool(os.Getenv("RUNEWIDTH_EASTASIAN"))

// Cells is how many cells r fills, if that is sure: the same by every Method,
// and whatever else of which it is sure stands beside it. Of nothing outside
// the tables of most of our texts it is.
func Cells(r rune) (n int, sure bool) {
	switch {
	case r < 0x7F:
		return 1, r >= ' '
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3400 && r <= 0x4DBF, // Chinese
		r >= 0x3001 && r <= 0x3029,                             // 。、「」
		r >= 0x3041 && r <= 0x3096, r >= 0x309B && r <= 0x30FF, // kana
		r >= 0xAC00 && r <= 0xD7A3, // Hangul
		r >= 0xFF01 && r <= 0xFF60: // ，！？
		return 2, true
	case wideLocale:
		return 0, false
	case r >= 0xA1 && r <= 0x24F && r != 0xA9 && r != 0xAD && r != 0xAE, // Latin
		r >= 0x2010 && r <= 0x2027, r == 0x203A, // – “ • … ›
		r >= 0x2190 && r <= 0x2193, r >= 0x219A && r <= 0x21A8, r >= 0x21AB && r <= 0x21FF, // → ↻ ⇄
		r >= 0x2200 && r <= 0x22FF,                                                         // ≤ ≥
		r >= 0x2500 && r <= 0x25A9, r >= 0x25B2 && r <= 0x25B5, r >= 0x25C1 && r <= 0x25FA, // boxes, blocks, ● ○ ◐
		r == 0x2713, r == 0x2717, // ✓ ✗
		r >= 0x2800 && r <= 0x28FF: // braille
		return 1, true
	}
	return 0, false
}

// sureWidth measures s as far as it is sure, and returns where it is not any
// more: at the character that what follows might join.
func sureWidth(s string) (cells, upto int) {
	last, before := 0, 0
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		n, sure := Cells(r)
		if !sure {
			return before, last
		}
		last, before = i, cells
		cells += n
		i += size
	}
	return cells, len(s)
}
