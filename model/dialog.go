package model

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
	opened  time.Time
	guard   time.Duration // keys that come so soon after it opened were meant for the line
}

// tooSoon is how long nobody can have read a question that came by itself.
const tooSoon = 300 * time.Millisecond

// answer takes k as an answer, if it is one.
func (m *Model) answer(k tea.KeyPressMsg) tea.Cmd {
	d := m.dialog
	if m.now().Sub(d.opened) < d.guard {
		return nil
	}
	if do, ok := d.answers[strings.ToLower(k.String())]; ok {
		m.dialog = nil
		return do(m)
	}
	switch {
	case key.Matches(k, m.keys.Escape), key.Matches(k, m.keys.Cancel):
		m.dialog = nil
	case k.Text != "":
		m.warn(words.DialogKeys, d.keys())
	}
	return nil
}

// keys are those that answer.
func (d *dialog) keys() string {
	var s []string
	for _, c := range d.Choices {
		s = append(s, c.Key)
	}
	return strings.Join(s, " ")
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
	if m.o.Replay {
		m.warn(words.ReplayNoTyping)
		return nil
	}
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

// askPaste asks what to do with a long paste. It offers what can work: each
// line, or all of it, where that fits into a datagram, else pieces that do.
func (m *Model) askPaste(text string, lines []string, limit int) {
	l := m.look.Lang
	whole := strings.TrimRight(text, "\n")
	fits := func(s string) bool { return limit == 0 || len(s) <= limit }
	d := &dialog{
		Dialog: ui.Dialog{
			Title: words.PasteTitle.In(l), Text: words.AskPaste.In(l, len(lines), len(text)),
			Sample: lines[:min(len(lines), 50)],
		},
		answers: map[string]func(*Model) tea.Cmd{},
		opened:  m.now(), guard: tooSoon,
	}
	offer := func(key, text string, do func(*Model)) {
		d.Choices = append(d.Choices, ui.Choice{Key: key, Text: text})
		d.answers[key] = func(m *Model) tea.Cmd { do(m); return nil }
	}
	if len(lines) > 1 && !slices.ContainsFunc(lines, func(s string) bool { return !fits(s) }) {
		offer("a", words.PasteAll.In(l, len(lines)), func(m *Model) { m.sendLines(lines) })
	}
	if fits(whole) {
		offer("o", words.PasteOne.In(l), func(m *Model) { m.send(whole) })
	} else {
		d.Text = words.AskPasteLong.In(l, len(lines), len(text), limit)
		pieces := cutAt(whole, limit)
		offer("c", words.PasteCutUp.In(l, len(pieces)), func(m *Model) { m.sendLines(pieces) })
	}
	if len(m.editor.text)+len(text) <= editorRoom {
		offer("e", words.PasteEdit.In(l), func(m *Model) { m.insertPasted(text) })
	}
	d.Choices = append(d.Choices, ui.Choice{Key: "Esc", Text: words.PasteDrop.In(l)})
	m.dialog = d
}

// askCut asks what to do with a line that is longer than a datagram may be. Who
// cancels has it in the line still.
func (m *Model) askCut(text string, limit int) {
	l := m.look.Lang
	pieces := cutAt(text, limit)
	m.dialog = &dialog{
		Dialog: ui.Dialog{
			Title: words.CutTitle.In(l), Text: words.AskCut.In(l, len(text), limit),
			Choices: []ui.Choice{
				{Key: "c", Text: words.PasteCutUp.In(l, len(pieces))}, {Key: "Esc", Text: words.CutBack.In(l)},
			},
		},
		answers: map[string]func(*Model) tea.Cmd{
			"c": func(m *Model) tea.Cmd { m.editor.reset(""); m.sendLines(pieces); return nil },
		},
		opened: m.now(), guard: tooSoon,
	}
}

// cutAt is text in pieces of at most limit bytes, no character cut in two.
func cutAt(text string, limit int) (pieces []string) {
	for len(text) > limit {
		n := limit
		for n > 1 && !utf8.RuneStart(text[n]) {
			n--
		}
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return append(pieces, text)
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
