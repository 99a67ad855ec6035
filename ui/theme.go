package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"seqtalk/ui/words"
)

// A Look is how everything is drawn.
type Look struct {
	Lang   words.Lang
	Method Method
	Theme  *Theme
	Glyphs *Glyphs
	Zone   *time.Location // of the times shown; nil: as they come
}

// NewLook is the look in which nothing is known of the terminal yet.
func NewLook(lang words.Lang) *Look {
	return &Look{Lang: lang, Method: WcWidth, Theme: NewTheme(Dark), Glyphs: &Unicode, Zone: time.Local}
}

// A Theme is what things look like, by what they are.
type Theme struct {
	Palette Palette

	Text, Strong, Dim  Style
	Me                 Style
	Nicks              []Style // of others
	Good, Warn, Bad    Style
	Accent             Style // what to press, what is new
	TCP, UDP           Style
	Spelled            Style // what stands for a character that cannot be shown
	Hit                Style // found by the search
	Picked             Style // in look mode: what is looked at in a bar
	Bar, Selected, Box Style // under a whole row
}

// A Palette is a set of colours.
type Palette uint8

// The palettes. The first two want 256 colours or more.
const (
	Dark Palette = iota
	Light
	Dark16
	Light16
	Mono
)

var paletteNames = [...]string{"dark", "light", "dark16", "light16", "mono"}

// String is the name /theme takes.
func (p Palette) String() string { return paletteNames[p] }

// PaletteNamed is the palette called name.
func PaletteNamed(name string) (Palette, bool) {
	for i, n := range paletteNames {
		if n == name {
			return Palette(i), true
		}
	}
	return Dark, false
}

// A Terminal is what is known of the one we run in.
type Terminal struct {
	Term    string // TERM
	Locale  string // LC_ALL, LC_CTYPE or LANG, whichever is set first; on Windows "UTF-8"
	NoColor bool   // NO_COLOR is set and not empty
	Colors  int    // 0: none, 16, 256, 1<<24
	Light   bool   // its background
}

// Choose is the palette and the glyphs that suit t.
func Choose(t Terminal) (Palette, *Glyphs) {
	g := &ASCII
	locale := strings.ToLower(t.Locale)
	switch {
	case t.Term == "linux":
		g = &Console
	case strings.Contains(locale, "utf-8"), strings.Contains(locale, "utf8"):
		g = &Unicode
	case strings.Contains(locale, "."):
		g = &SevenBit
	}
	switch {
	case t.NoColor, t.Colors < 8, t.Term == "dumb":
		return Mono, g
	case t.Colors < 256 || t.Term == "linux":
		return pick(t.Light, Light16, Dark16), g
	}
	return pick(t.Light, Light, Dark), g
}

// pick is a if cond, else b.
func pick[T any](cond bool, a, b T) T {
	if cond {
		return a
	}
	return b
}

// NewTheme makes the theme of p.
func NewTheme(p Palette) *Theme {
	t := &Theme{Palette: p}
	s := inks[p]
	t.Strong = style(s.strong, ansi.AttrBold)
	t.Dim = style(s.dim)
	t.Me = style(s.me, ansi.AttrBold)
	for _, c := range s.nicks {
		t.Nicks = append(t.Nicks, style(c, ansi.AttrBold))
	}
	t.Good, t.Warn, t.Bad = style(s.good), style(s.warn, s.loud...), style(s.bad, ansi.AttrBold)
	t.Accent = style(s.accent, s.loud...)
	t.TCP, t.UDP = style(s.tcp), style(s.udp)
	t.Spelled = style(s.dim, ansi.AttrReverse)
	t.Hit = style(s.hit, ansi.AttrReverse, ansi.AttrUnderline)
	t.Picked = style("", ansi.AttrBold, pick(s.bar.reverse, ansi.AttrNoReverse, ansi.AttrReverse), ansi.AttrUnderline)
	t.Bar, t.Selected, t.Box = ground(s.bar), ground(s.selected), ground(s.box)
	return t
}

// NickStyle is the colour of a nick: the same for the same nick.
func (t *Theme) NickStyle(nick string) Style {
	h := uint32(2166136261) // FNV-1a
	for i := range len(nick) {
		h = (h ^ uint32(nick[i])) * 16777619
	}
	return t.Nicks[h%uint32(len(t.Nicks))]
}

// ProtoStyle is the colour of a protocol.
func (t *Theme) ProtoStyle(proto string) Style {
	return pick(proto == "UDP", t.UDP, t.TCP)
}
