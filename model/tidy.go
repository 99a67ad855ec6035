package model

import (
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
)

// A burst of so many lines leaves enough garbage to be worth a collection, and
// it is over after so long.
const (
	manyLines = 10_000
	over      = 500 * time.Millisecond
)

// tidy gives back to the system, once a burst of lines is over, the memory that
// only the burst needed: the collector would keep as much as the history takes.
func (m *Model) tidy() tea.Cmd {
	if m.talk.End()-m.tidied < manyLines || m.now().Sub(m.numbers.changed) < over {
		return nil
	}
	m.tidied = m.talk.End()
	return func() tea.Msg {
		debug.FreeOSMemory()
		return nil
	}
}
