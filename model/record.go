package model

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/lesson"
	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A saved says what became of /lesson save.
type saved struct {
	name string
	err  error
}

// lessons is /lesson: which there are, what one claims, or save.
func (m *Model) lessons(word string) tea.Cmd {
	if name, ok := strings.CutPrefix(word, "save "); ok {
		return m.saveLesson(strings.TrimSpace(name))
	}
	l := m.look.Lang
	if word != "" {
		one, err := lesson.Find(word)
		if err != nil {
			m.note(talk.Warn, words.NotPossible, lesson.Why(l, err))
			return nil
		}
		m.note(talk.Info, words.LessonListed, one.Title.In(l), one.Claim.In(l))
		m.note(talk.Info, words.LessonHowTo)
		return nil
	}
	all, err := lesson.Library()
	if err != nil {
		m.note(talk.Warn, words.NotPossible, lesson.Why(l, err))
		return nil
	}
	for _, one := range all {
		m.note(talk.Info, words.LessonListed, one.Name, one.Title.In(l))
	}
	m.note(talk.Info, words.LessonHowTo)
	return nil
}

// saveLesson writes what was said and done so far to a new file.
func (m *Model) saveLesson(name string) tea.Cmd {
	if m.record == nil {
		m.note(talk.Warn, words.LessonNoRecord)
		return nil
	}
	r, on := m.record.Clone(), m.o.Stacks
	return func() tea.Msg {
		file, err := r.Lesson(context.Background(), on)
		if err == nil {
			err = writeNew(name, slices.Values(strings.Split(strings.TrimSuffix(string(file), "\n"), "\n")))
		}
		return saved{name, err}
	}
}

// savedTo tells what became of it.
func (m *Model) savedTo(s saved) {
	name := safe.String(s.name).String()
	switch {
	case errors.Is(s.err, fs.ErrExist):
		m.note(talk.Warn, words.ExportExists, name)
	case s.err != nil:
		m.note(talk.Warn, words.LessonNotSaved, lesson.Why(m.look.Lang, s.err))
	default:
		m.note(talk.Info, words.LessonSaved, name, fileWord(name))
	}
}

// fileWord is name as seqtalk lesson takes it for a file.
func fileWord(name string) string {
	if strings.HasSuffix(name, ".toml") || strings.Contains(name, "/") {
		return name
	}
	return "./" + name
}

// recorded notes for a lesson that c was done.
func (m *Model) recorded(c transport.Control) {
	if m.record != nil {
		m.record.Do(m.stackNow(), c)
	}
}
