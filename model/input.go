package model

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// twice is how soon a second Ctrl-C means to leave.
const twice = 2 * time.Second

// key hands k to what is open: a question, the help, the search, or else the
// line and the history.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	if m.warned {
		m.hint, m.warned = "", false
	}
	if !key.Matches(k, m.keys.Complete) {
		m.cycle = nil
	}
	switch {
	case key.Matches(k, m.keys.Redraw):
		return func() tea.Msg { return redraw{} }
	case key.Matches(k, m.keys.Suspend):
		return m.suspend()
	case m.dialog != nil:
		return m.answer(k)
	case m.help != nil && m.helpKey(k):
		return nil
	case m.filter != nil:
		m.filterKey(k)
		return nil
	case m.search != nil && !m.search.closed:
		return m.searchKey(k)
	case m.looking != nil:
		return m.lookKey(k)
	case m.course != nil:
		return m.lessonKey(k)
	}
	return m.lineKey(k)
}

// suspend gives the terminal back until fg, if there is a shell to say fg.
func (m *Model) suspend() tea.Cmd {
	if !canSuspend() {
		m.warn(words.NoShell)
		return nil
	}
	return func() tea.Msg { return suspend{} }
}

// lineKey is what k means while a line is typed.
func (m *Model) lineKey(k tea.KeyPressMsg) tea.Cmd {
	b := &m.keys
	if cmd, ok := m.replayKey(k); ok {
		return cmd
	}
	if cmd, ok := m.linkKey(k); ok {
		return cmd
	}
	switch {
	case key.Matches(k, b.Send):
		return m.enter()
	case key.Matches(k, b.Complete):
		m.complete()
	case key.Matches(k, b.Up):
		m.up()
	case key.Matches(k, b.Down):
		m.down()
	case key.Matches(k, b.Help):
		m.openHelp("")
	case key.Matches(k, b.Beginner):
		m.beginner = !m.beginner
	case key.Matches(k, b.Mouse):
		m.toggleMouse()
	case key.Matches(k, b.Search):
		m.openSearch()
	case key.Matches(k, b.Look):
		m.openLook()
	case key.Matches(k, b.Cancel):
		return m.cancel()
	case key.Matches(k, b.HalfClose) && m.editor.empty():
		return m.endOfInput()
	case key.Matches(k, b.Escape) && m.dialsAgain() && m.view.Follow && m.pane == panePlain:
		m.ask(transport.GiveUp{})
	case key.Matches(k, b.Escape):
		m.attend(func() { m.view, m.ladder.view, m.pane = ui.Latest, ui.Latest, panePlain })
		m.seen = m.talk.End()
	case m.paneKey(k), m.scrollKey(k), m.editor.key(k, b):
	default:
		m.typed(k.Text)
	}
	return nil
}

// typed adds what was typed.
func (m *Model) typed(text string) {
	if text != "" && !m.editor.insert(text) {
		m.warn(words.ComposerFull, editorRoom)
	}
}

// key edits as k says and reports whether k is an editing key.
func (e *editor) key(k tea.KeyPressMsg, b *KeyMap) bool {
	at := e.caret
	switch {
	case key.Matches(k, b.Newline):
		e.insert("\n")
	case key.Matches(k, b.Left):
		e.move(e.before(at))
	case key.Matches(k, b.Right):
		e.move(e.after(at))
	case key.Matches(k, b.WordLeft):
		e.move(e.wordBefore(at))
	case key.Matches(k, b.WordRight):
		e.move(e.wordAfter(at))
	case key.Matches(k, b.LineStart):
		e.move(e.lineStart(at))
	case key.Matches(k, b.LineEnd):
		e.move(e.lineEnd(at))
	case key.Matches(k, b.Backspace):
		e.remove(e.before(at), at)
	case key.Matches(k, b.Delete), key.Matches(k, b.HalfClose):
		e.remove(at, e.after(at))
	case key.Matches(k, b.KillWord):
		e.kill(e.wordBefore(at), at)
	case key.Matches(k, b.KillWordRight):
		e.kill(at, e.wordAfter(at))
	case key.Matches(k, b.KillStart):
		e.kill(e.lineStart(at), at)
	case key.Matches(k, b.KillEnd):
		e.kill(at, e.lineEnd(at))
	case key.Matches(k, b.Yank):
		e.insert(e.cut)
	case key.Matches(k, b.Transpose):
		e.transpose()
	default:
		return false
	}
	return true
}

// scrollKey scrolls as k says and reports whether k is a scrolling key.
func (m *Model) scrollKey(k tea.KeyPressMsg) bool {
	if m.paired() {
		return m.scrollPairs(k)
	}
	h, b := m.history(), &m.keys
	v := m.view
	switch {
	case key.Matches(k, b.PageUp):
		v = h.PageUp(m.look, v)
	case key.Matches(k, b.PageDown):
		v = h.PageDown(m.look, v)
	case key.Matches(k, b.LineUp):
		v = h.ScrollBy(m.look, v, -1)
	case key.Matches(k, b.LineDown):
		v = h.ScrollBy(m.look, v, 1)
	case key.Matches(k, b.Top):
		v = h.Top(m.look)
	case key.Matches(k, b.Bottom):
		v = ui.Latest
	case key.Matches(k, b.Unread):
		if m.seen < m.talk.End() {
			v = h.JumpTo(m.look, m.seen)
		}
	default:
		return false
	}
	m.attend(func() { m.view = v })
	return true
}

// up goes a row up in a message of several, else to an older input.
func (m *Model) up() {
	if m.moveRow(-1) {
		return
	}
	if s, ok := m.recall.older(m.editor.text); ok {
		m.editor.reset(s)
	}
}

// down is up the other way.
func (m *Model) down() {
	if m.moveRow(1) {
		return
	}
	if s, ok := m.recall.newer(); ok {
		m.editor.reset(s)
	}
}

// moveRow moves the caret by n rows as they are drawn, aiming at the column it
// started from; false: there is no such row.
func (m *Model) moveRow(n int) bool {
	e := &m.editor
	from, _ := e.window()
	rows := m.composer().InputRows(m.look, m.w)
	at := 0
	for at+1 < len(rows) && from+rows[at+1].From <= e.caret {
		at++
	}
	to := at + n
	if to < 0 || to >= len(rows) {
		return false
	}
	goal := e.goal
	if goal < 0 {
		goal = ui.Width(m.look.Method, e.text[from+rows[at].From:e.caret])
	}
	start, end := from+rows[to].From, from+rows[to].To
	if to+1 < len(rows) && rows[to+1].From == rows[to].To && end > start {
		end = e.before(end) // behind the edge is the next row
	}
	e.move(e.column(m.look.Method, start, end, goal))
	e.goal = goal
	return true
}

// column is the place in text[start:end] that is goal cells from start, or as
// near before it as there is one.
func (e *editor) column(method ui.Method, start, end, goal int) int {
	for i, cells := start, 0; i < end; {
		next := e.after(i)
		if cells += ui.Width(method, e.text[i:next]); cells > goal {
			return i
		}
		i = next
	}
	return end
}

// cancel clears the line; twice, or on an empty line, it asks whether to leave.
func (m *Model) cancel() tea.Cmd {
	now := m.now()
	switch {
	case !m.editor.empty():
		m.recall.add(m.editor.text)
		m.editor.reset("")
		m.pasted = false
		m.cleared = now
		m.warn(words.AgainToLeave)
	case now.Sub(m.cleared) < twice:
		return tea.Quit
	default:
		m.askLeave()
	}
	return nil
}

// endOfInput is Ctrl-D on an empty line: half-close where there is a TCP
// connection, else a question.
func (m *Model) endOfInput() tea.Cmd {
	for _, g := range m.numbers.read(m.now()).Legs {
		if g.Proto == segment.TCP && g.Up && !m.halfClosed {
			m.halfClosed = m.ask(transport.HalfClose{})
			return nil
		}
	}
	m.askLeave()
	return nil
}

// warn shows p beside the line until the next key.
func (m *Model) warn(p words.Phrase, args ...any) {
	m.hint, m.warned = p.In(m.look.Lang, args...), true
}
