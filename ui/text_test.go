package ui

import (
	"slices"
	"strings"
	"testing"
)

func TestWidth(t *testing.T) {
	for _, c := range []struct {
		s            string
		wc, grapheme int
	}{
		{"", 0, 0},
		{"abc", 3, 3},
		{"在吗？", 6, 6},
		{"a在b", 4, 4},
		{"é", 1, 1},
		{"👨‍👩‍👧‍👦", 8, 2},
		{"👍🏽", 4, 2},
		{"1️⃣", 1, 2},
		{"x1️⃣", 2, 3},
		{"❤️", 1, 2},
		{"🇨🇳", 2, 2},
	} {
		if wc, gr := Width(WcWidth, c.s), Width(GraphemeWidth, c.s); wc != c.wc || gr != c.grapheme {
			t.Errorf("%q is %d and %d cells wide, want %d and %d", c.s, wc, gr, c.wc, c.grapheme)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		s    string
		w    int
		want string
	}{
		{"hello", 5, "hello"},
		{"hello", 4, "hel…"},
		{"在吗？", 5, "在吗…"},
		{"在吗？", 4, "在…"},
		{"在吗？", 1, "…"},
		{"在吗？", 0, ""},
		{"a", -3, ""},
	} {
		if got := Truncate(WcWidth, c.s, c.w, "…"); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.s, c.w, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		s    string
		w    int
		want []string
	}{
		{"", 10, []string{""}},
		{"the quick brown fox", 10, []string{"the quick ", "brown fox"}},
		{"the quick brown fox", 9, []string{"the quick", "brown fox"}},
		{"abc 很长的中文没有空格。标点", 12, []string{"abc 很长的中", "文没有空格。", "标点"}},
		{"格的中文标点，", 12, []string{"格的中文标", "点，"}}, // no comma at the start of a row
		{"（括号）", 4, []string{"（括", "号）"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"see http://a.example/path/to", 14, []string{"see http://", "a.example/", "path/to"}},
		{"end   ", 3, []string{"end"}},
		{"中文", 1, []string{"中", "文"}}, // two cells at least
		{"👨‍👩‍👧‍👦x", 4, []string{"👨‍👩‍👧‍👦", "x"}},
	} {
		if got := Wrap(WcWidth, c.s, c.w); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d cells is %q, want %q", c.s, c.w, got, c.want)
		}
	}
}

// Nothing is lost by wrapping but spaces at the ends of rows, and no row is too
// wide unless a single cluster is.
func FuzzWrap(f *testing.F) {
	f.Add("很长的中文，没有空格。 and the rest", 7, true)
	f.Add("👨‍👩‍👧‍👦👍🏽 e\u0301 \u0d4e क्षि 🇨🇳🇨", 3, false)
	f.Fuzz(func(t *testing.T, s string, w int, grapheme bool) {
		w = 2 + ((w%100)+100)%100
		m := pick(grapheme, GraphemeWidth, WcWidth)
		s = newPara(safeText(s)).text
		at := 0
		for _, row := range Wrap(m, s, w) {
			i := strings.Index(s[at:], row)
			if i < 0 || strings.Trim(s[at:at+i], " ") != "" {
				t.Fatalf("%q in %d cells: %q is not what follows", s, w, row)
			}
			at += i + len(row)
			if c, _ := firstCluster(m, row); Width(m, row) > w && c != row {
				t.Fatalf("%q is wider than %d", row, w)
			}
		}
		if strings.Trim(s[at:], " ") != "" {
			t.Fatalf("%q in %d cells: %q is lost", s, w, s[at:])
		}
	})
}

func TestSpan(t *testing.T) {
	for ns, want := range map[int64]string{
		-1: "?", 0: "0 µs", 31_000: "31 µs", 200_000: "0.2 ms", 4_960_000: "5.0 ms",
		9_960_000: "10 ms", 208_400_000: "208 ms", 1_240_000_000: "1.2 s", 99_600_000_000: "100 s",
	} {
		if got := Span(duration(ns)); got != want {
			t.Errorf("%d ns is %q, want %q", ns, got, want)
		}
	}
}
