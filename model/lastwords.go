package model

import (
	"strings"
	"time"

	"seqtalk/ui/words"
)

// lastWords is what the user should know who has left: how many lines did not go, or
// went and were never confirmed; "" if there are none. pumped is closed when the
// last event of the closed transport is in the mailbox.
func (m *Model) lastWords(pumped <-chan struct{}) string {
	if m.o.Pair != nil {
		return ""
	}
	select {
	case <-pumped:
	case <-time.After(lastWord): // it did not close in time either
	}
	for evs := m.box.take(mailboxRoom); len(evs) > 0; evs = m.box.take(mailboxRoom) {
		for _, ev := range evs {
			m.talk.Apply(ev)
		}
	}
	l := m.look.Lang
	unsent, unconfirmed := m.talk.Owed()
	var say []string
	if unsent += len(m.pending); unsent > 0 {
		say = append(say, words.LastUnsent.In(l, unsent))
	}
	if unconfirmed > 0 {
		say = append(say, words.LastUnconfirmed.In(l, unconfirmed))
	}
	return strings.Join(say, words.SayListSep.In(l))
}
