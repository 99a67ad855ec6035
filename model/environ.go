package model

import (
	"strings"

	"github.com/charmbracelet/colorprofile"

	"seqtalk/ui"
)

// terminalOf is what the environment tells of the terminal, before it is asked.
func terminalOf(environ []string) ui.Terminal {
	t := ui.Terminal{
		Term:    getenv(environ, "TERM"),
		NoColor: getenv(environ, "NO_COLOR") != "",
		Colors:  colors(colorprofile.Env(environ)),
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if t.Locale = getenv(environ, name); t.Locale != "" {
			break
		}
	}
	return t
}

// colors is how many a profile has.
func colors(p colorprofile.Profile) int {
	switch p {
	case colorprofile.TrueColor:
		return 1 << 24
	case colorprofile.ANSI256:
		return 256
	case colorprofile.ANSI:
		return 16
	}
	return 0
}

// getenv is the last value of name, as the system sees it.
func getenv(environ []string, name string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(environ[i], name+"="); ok {
			return v
		}
	}
	return ""
}
