package model

import (
	"errors"
	"strings"

	"seqtalk/transport"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// why is err, by which the transport refuses something, as people read it.
func (m *Model) why(err error) string {
	l := m.look.Lang
	for _, k := range [...]struct {
		is  error
		say words.Phrase
	}{
		{transport.ErrNoPeer, words.RefuseNoPeer},
		{transport.ErrHalfClosed, words.RefuseHalf},
		{transport.ErrNothingKept, words.RefuseKept},
		{transport.ErrEnded, words.RefuseEnded},
		{transport.ErrClosed, words.RefuseClosed},
		{transport.ErrQueueFull, words.RefuseFull},
	} {
		if errors.Is(err, k.is) {
			return k.say.In(l)
		}
	}
	detail, found := strings.CutPrefix(err.Error(), transport.ErrUnsupported.Error()+": ")
	if s, ok := words.Refusal(l, detail); ok {
		return s
	}
	if !found && errors.Is(err, transport.ErrUnsupported) {
		return words.RefuseHere.In(l)
	}
	return words.RefuseOther.In(l, safe.String(detail))
}
