package ui

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"seqtalk/ui/words"
)

// The sixteen colours as common terminals have them.
var (
	xterm16 = palette16("#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 #7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff")
	vga16   = palette16("#000000 #aa0000 #00aa00 #aa5500 #0000aa #aa00aa #00aaaa #aaaaaa #555555 #ff5555 #55ff55 #ffff55 #5555ff #ff55ff #55ffff #ffffff")
)

func palette16(s string) []color.Color {
	var p []color.Color
	for _, hex := range strings.Fields(s) {
		p = append(p, lipgloss.Color(hex))
	}
	return p
}

// grounds are what terminals of a palette are drawn on.
var grounds = map[Palette][]string{
	Dark:    {"#000000", "#16181d", "#1e1e1e", "#282c34", "#1e1e2e", "#002b36"},
	Light:   {"#ffffff", "#fafafa", "#fdf6e3", "#eff1f5"},
	Dark16:  {"#000000"},
	Light16: {"#ffffff"},
}

// luminance and contrast are those of WCAG 2.2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	for p, backs := range grounds {
		s := inks[p]
		on := map[string]color.Color{}
		for _, hex := range backs {
			on[hex] = lipgloss.Color(hex)
		}
		for _, pp := range []paper{s.bar, s.selected, s.box} {
			if pp.bg != "" {
				on[string(pp.bg)] = lipgloss.Color(string(pp.bg))
				check(t, p, pp.fg, pp.fg.color(), string(pp.bg), pp.bg.color())
			}
		}
		all := append([]ink{s.strong, s.dim, s.me, s.good, s.warn, s.bad, s.accent, s.tcp, s.udp, s.hit}, s.nicks...)
		for name, back := range on {
			for _, c := range all {
				for _, real := range colours(c) {
					check(t, p, c, real, name, back)
				}
			}
		}
	}
}

// colours are what an ink can look like.
func colours(c ink) []color.Color {
	switch {
	case c == "":
		return nil
	case c[0] == '#':
		return []color.Color{c.color()}
	}
	var n int
	fmt.Sscan(string(c), &n)
	return []color.Color{xterm16[n], vga16[n]}
}

func check(t *testing.T, p Palette, c ink, fg color.Color, name string, bg color.Color) {
	t.Helper()
	if got := contrast(fg, bg); got < 4.5 {
		t.Errorf("%s: %s on %s has a contrast of %.2f", p, c, name, got)
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		t Terminal
		p Palette
		g *Glyphs
	}{
		{Terminal{Term: "xterm-256color", Locale: "zh_CN.UTF-8", Colors: 1 << 24}, Dark, &Unicode},
		{Terminal{Term: "xterm-256color", Locale: "en_US.utf8", Colors: 256, Light: true}, Light, &Unicode},
		{Terminal{Term: "xterm", Locale: "C.UTF-8", Colors: 16}, Dark16, &Unicode},
		{Terminal{Term: "xterm", Locale: "C.UTF-8", Colors: 16, Light: true}, Light16, &Unicode},
		{Terminal{Term: "xterm", Locale: "C.UTF-8", Colors: 1 << 24, NoColor: true}, Mono, &Unicode},
		{Terminal{Term: "linux", Locale: "en_US.UTF-8", Colors: 16}, Dark16, &Console},
		{Terminal{Term: "xterm", Locale: "C", Colors: 256}, Dark, &ASCII},
		{Terminal{Term: "xterm", Colors: 256}, Dark, &ASCII},
		{Terminal{Term: "xterm", Locale: "zh_CN.GB18030", Colors: 256}, Dark, &SevenBit},
		{Terminal{Term: "vt100", Locale: "C"}, Mono, &ASCII},
	} {
		if p, g := Choose(c.t); p != c.p || g != c.g {
			t.Errorf("%+v gets %s and %+v", c.t, p, g)
		}
	}
}

// Without UTF-8 our own signs and words are ASCII, and with another character
// set everything is.
func TestWithoutUTF8(t *testing.T) {
	l := testLook(words.English)
	l.Glyphs = &SevenBit
	for _, row := range chat(l).screen(t, l, 80, 24) {
		if i := strings.IndexFunc(row, func(r rune) bool { return r >= 0x80 }); i >= 0 {
			t.Errorf("not ASCII at %d: %q", i, row)
		}
	}
	l.Glyphs = &ASCII
	s := chat(l)
	s.history.Items = lines{{Kind: Mine, At: noon, Text: []byte("one"), Fates: [2]Fate{{Proto: "TCP", Mark: Delivered, Resent: 1, After: 31_000, First: 1, Last: 9}}}}
	s.composer = Composer{}
	golden(t, "chat_80x24_ascii.txt", plainScreen(s.screen(t, l, 80, 24)))
	for _, row := range s.screen(t, l, 80, 24) {
		if i := strings.IndexFunc(row, func(r rune) bool { return r >= 0x80 }); i >= 0 {
			t.Errorf("not ASCII at %d: %q", i, row)
		}
	}
}

func TestNamesOfPalettes(t *testing.T) {
	for p := Dark; p <= Mono; p++ {
		if got, ok := PaletteNamed(p.String()); !ok || got != p {
			t.Errorf("%s is %s", p, got)
		}
	}
	if _, ok := PaletteNamed("pink"); ok {
		t.Error("there is a palette called pink")
	}
}
