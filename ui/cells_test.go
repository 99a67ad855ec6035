package ui

import (
	"math/rand/v2"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// What Cells is sure of is so by every method, and joins nothing it is sure of.
func TestCells(t *testing.T) {
	var sure []rune
	for r := rune(0); r <= 0x10FFFF; r++ {
		n, ok := Cells(r)
		if !ok {
			continue
		}
		sure = append(sure, r)
		for _, m := range []Method{WcWidth, GraphemeWidth} {
			if got := m.StringWidth(string(r)); got != n {
				t.Errorf("%U %c fills %d, by method %d it is %d", r, r, n, m, got)
			}
		}
	}
	if len(sure) < 30_000 {
		t.Errorf("sure of %d characters only", len(sure))
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 200_000 {
		a, b := string(sure[rnd.IntN(len(sure))]), string(sure[rnd.IntN(len(sure))])
		if c, _ := ansi.FirstGraphemeCluster(a+b, ansi.GraphemeWidth); c != a {
			t.Fatalf("%q and %q join", a, b)
		}
	}
}

// Width is x/ansi's, whatever stands where.
func TestWidthIsSure(t *testing.T) {
	parts := []string{"a", " ", "在", "。", "é", "e\u0301", "─", "✓", "\x1b[31m", "\x1b[m", "👍", "👍🏽", "❤️", "✓\ufe0f", "한", "\u200d", "→", "\t"}
	rnd := rand.New(rand.NewPCG(2, 2))
	for range 20_000 {
		s := ""
		for range rnd.IntN(8) {
			s += parts[rnd.IntN(len(parts))]
		}
		for _, m := range []Method{WcWidth, GraphemeWidth} {
			if got, want := Width(m, s), m.StringWidth(s); got != want {
				t.Fatalf("%q fills %d by method %d, want %d", s, got, m, want)
			}
		}
	}
}
