package model

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// Whatever is typed as a command, the screen stays a screen.
func FuzzCommand(f *testing.F) {
	for _, c := range newCommands(true) {
		f.Add("/" + c.names(0)[0] + " on")
		f.Add("/" + c.names(1)[0] + " -1")
	}
	f.Add("/")
	f.Add("//")
	f.Add("/ x")
	f.Add("/nick \x1b]0;x\a\u202e")
	f.Add("/net loss 10% delay 1h rate 1")
	f.Add("/log /proc/self/mem")
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 4096 {
			return
		}
		m, p, _ := screen(t)
		meet(m, p, segment.TCP, session.Framed)
		line = "/" + strings.TrimPrefix(line, "/")
		m.editor.reset(line)
		for _, k := range []string{"tab", "tab", "enter"} {
			m.take(keyNamed(k))
		}
		m.take(tea.WindowSizeMsg{Width: 80, Height: 24})
		harmless(t, m)
	})
}
