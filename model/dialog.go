package model

import (
	"errors"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// A dialog is a question that keys answer. Esc is always an answer: no.
type dialog struct {
	ui.Dialog
	answers map[string]func(*Model) tea.Cmd // by keystroke
}

// answer takes k as an answer, if it is one.
func (m *Model) answer(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, m.keys.Escape) {
		m.dialog = nil
		return nil
	}
	do, ok := m.dialog.answers[strings.ToLower(k.String())]
	if !ok {
		return nil
	}
	m.dialog = nil
	return do(m)
}

// askLeave asks whether to leave.
func (m *Model) askLeave() {
	l := m.look.Lang
	text := words.AskLeave.In(l)
	if n := m.queued() + len(m.pending); n > 0 {
		text = words.AskLeaveUnsent.In(l, n)
	}
	quit := func(*Model) tea.Cmd { return tea.Quit }
	m.dialog = &dialog{
		Dialog: ui.Dialog{
			Title: words.LeaveTitle.In(l), Text: text,
			Choices: []ui.Choice{
				{Key: "Enter", Text: words.LeaveYes.In(l)},
				{Key: "Esc", Text: words.LeaveNo.In(l)},
			},
		},
		answers: map[string]func(*Model) tea.Cmd{"enter": quit, "ctrl+c": quit, "ctrl+d": quit, "y": quit, "q": quit},
	}
}

// guardedLines is from how many lines on a paste asks what it is.
const guardedLines = 3

// paste takes what was pasted. A newline in it never sends; many lines, or more
// than one datagram, and the user is asked.
func (m *Model) paste(text string) tea.Cmd {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	e := &m.editor
	switch {
	case text == "" || m.dialog != nil:
		return nil
	case m.search != nil && !m.search.closed:
		first, _, _ := strings.Cut(text, "\n")
		m.search.query.insert(first)
		return m.searchAgain(m.talk.End(), true)
	}
	m.help = nil
	m.closeLook()
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	limit := m.limit()
	if len(lines) < guardedLines && (limit == 0 || len(e.text)+len(text) <= limit) && len(text) <= editorRoom {
		m.insertPasted(text)
		return nil
	}
	m.askPaste(text, lines, limit)
	return nil
}

// insertPasted puts text into the line.
func (m *Model) insertPasted(text string) {
	m.pasted = true
	if !m.editor.insert(text) {
		m.warn(words.PasteCut, editorRoom)
	}
}

// askPaste asks what to do with a long paste.
func (m *Model) askPaste(text string, lines []string, limit int) {
	l := m.look.Lang
	d := &dialog{
		Dialog: ui.Dialog{
			Title: words.PasteTitle.In(l), Text: words.AskPaste.In(l, len(lines), len(text)),
			Sample:  lines[:min(len(lines), 50)],
			Choices: []ui.Choice{{Key: "a", Text: words.PasteAll.In(l, len(lines))}},
		},
		answers: map[string]func(*Model) tea.Cmd{
			"a": func(m *Model) tea.Cmd { m.sendLines(lines); return nil },
			"e": func(m *Model) tea.Cmd { m.insertPasted(text); return nil },
		},
	}
	if limit > 0 && len(text) > limit {
		d.Text = words.AskPasteLong.In(l, len(lines), len(text), limit)
	} else {
		d.Choices = append(d.Choices, ui.Choice{Key: "o", Text: words.PasteOne.In(l)})
		d.answers["o"] = func(m *Model) tea.Cmd { m.send(strings.TrimRight(text, "\n")); return nil }
	}
	d.Choices = append(d.Choices,
		ui.Choice{Key: "e", Text: words.PasteEdit.In(l)}, ui.Choice{Key: "Esc", Text: words.PasteDrop.In(l)})
	m.dialog = d
}

// sendLines sends each line as a message, literally.
func (m *Model) sendLines(lines []string) {
	for _, line := range lines {
		if line != "" {
			m.pending = append(m.pending, line)
		}
	}
	m.sendPending()
}

// room says that a full queue has room again.
type room struct{}

// sendPending sends what waits for room in the queue, as far as there is some.
// If it is refused for another reason, all of it goes into the line.
func (m *Model) sendPending() {
	for len(m.pending) > 0 {
		err := m.queue(m.pending[0])
		switch {
		case errors.Is(err, transport.ErrQueueFull):
			return
		case err != nil:
			m.refused(err)
			m.insertPasted(strings.Join(m.pending, "\n"))
			m.pending = nil
			return
		}
		m.pending = m.pending[1:]
	}
	m.pending = nil
}
