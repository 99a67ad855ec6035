package model

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// autoTheme lets the terminal's background decide.
const autoTheme = "auto"

// themeNames are all that can be asked for.
func themeNames() []string {
	names := []string{autoTheme}
	for p := ui.Dark; p <= ui.Mono; p++ {
		names = append(names, p.String())
	}
	return names
}

// setTheme dresses the screen in the theme called name, and reports whether
// there is one.
func (m *Model) setTheme(name string) bool {
	if _, ok := ui.PaletteNamed(name); !ok && name != autoTheme && name != "" {
		return false
	}
	m.palette = name
	if name == autoTheme {
		m.palette = ""
	}
	m.dress()
	return true
}

// themeShown is the theme by its name, and what it came to be.
func (m *Model) themeShown() string {
	if m.palette == "" {
		return autoTheme + " (" + m.look.Theme.Palette.String() + ")"
	}
	return m.palette
}

// theme changes the colours.
func (m *Model) theme(word string) tea.Cmd {
	if !m.setTheme(word) {
		m.note(talk.Warn, words.BadWord, words.CmdTheme.Name.In(m.look.Lang), strings.Join(themeNames(), "|"), safe.String(word).String())
		return nil
	}
	m.note(talk.Info, words.ThemeIs, m.themeShown())
	return nil
}
