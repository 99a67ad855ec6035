package lesson

import "seqtalk/ui/words"

// A Mistake is something in what was asked for that cannot be: it names the
// word and says what is allowed.
type Mistake struct {
	What words.Phrase
	Args []any
}

func mistake(what words.Phrase, args ...any) *Mistake { return &Mistake{what, args} }

// Error is the mistake in English.
func (m *Mistake) Error() string { return m.In(words.English) }

// In is the mistake in l, one it tells of too.
func (m *Mistake) In(l words.Lang) string {
	args := append([]any{}, m.Args...)
	for i, a := range args {
		if inner, ok := a.(*Mistake); ok {
			args[i] = inner.In(l)
		}
	}
	return m.What.In(l, args...)
}
