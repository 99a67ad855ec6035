package model

import (
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// remember shows the lines of earlier talks.
func (m *Model) remember() {
	if len(m.o.Past) == 0 {
		return
	}
	m.talk.Remember(m.o.Past)
	m.note(talk.Info, words.LogPast, len(m.o.Past), safe.String(m.o.PastFrom).String(), m.o.Command)
	m.seen = m.talk.End()
}

// log is /log: where the conversation is written, or where from now on.
func (m *Model) log(word string) tea.Cmd {
	switch at := m.tr.Status().Log; {
	case word == "" && at.Path == "":
		m.note(talk.Info, words.LogOff)
	case word == "":
		m.note(talk.Info, words.LogWritten, safe.String(at.Path).String())
	case word == "off" || word == "关":
		return m.logTo("")
	default:
		return m.logTo(homed(word))
	}
	return nil
}

// homed is path with the user's directory in place of a leading ~.
func homed(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return path
}

// logged says how /log ended: where is written from now on, or what failed.
type logged struct {
	path    string // "": nowhere
	err     error
	closing error // of the file before
}

// logTo has the conversation written to path, or nowhere. It is a Cmd, for a
// disk may be slow.
func (m *Model) logTo(path string) tea.Cmd {
	tr := m.tr
	return func() tea.Msg {
		var to *transport.Log
		if path != "" {
			var err error
			if to, err = transport.OpenLog(path); err != nil {
				return logged{err: err}
			}
		}
		return logged{path: path, closing: tr.Do(transport.LogTo{Log: to})}
	}
}

// logged tells how /log ended.
func (m *Model) logged(l logged) {
	m.numbers.stale()
	switch {
	case l.err != nil:
		m.note(talk.Warn, words.LogFailed, safe.String(l.err.Error()).String())
		return
	case l.closing != nil:
		m.note(talk.Warn, words.LogClosing, m.why(l.closing))
	}
	if l.path == "" {
		m.note(talk.Info, words.LogStopped)
		return
	}
	m.note(talk.Info, words.LogWritten, safe.String(l.path).String())
}

// logExtra is what the bar says as long as the transcript cannot be written.
func (m *Model) logExtra() string {
	l := m.numbers.last.Log
	if l.Err == nil {
		return ""
	}
	since := l.Since
	if m.look.Zone != nil {
		since = since.In(m.look.Zone)
	}
	return words.BarUnsaved.In(m.look.Lang, since.Format("15:04"), l.Missing)
}
