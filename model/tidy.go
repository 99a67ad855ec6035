package model

import (
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
)

// manyLines is a burst that leaves enough garbage to be worth a collection.
const manyLines = 10_000

// tidy gives back to the system, once a burst of lines is over, the memory that
// only the burst needed: the collector would keep as much as the history takes.
func (m *Model) tidy() tea.Cmd {
	if m.talk.End()-m.tidied < manyLines || m.now().Sub(m.numbers.changed) < lively {
		return nil
	}
	m.tidied = m.talk.End()
	return func() tea.Msg {
		debug.FreeOSMemory()
		return nil
	}
}
