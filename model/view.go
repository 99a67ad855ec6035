package model

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/paint"
	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// title is the window's: constant, since it is written verbatim.
const title = "seqtalk"

// frame is the screen for a painter of ours, with the real cursor at the caret:
// there an input method shows what is being composed.
func (m *Model) frame() paint.Frame {
	rows, cursor := m.draw()
	f := paint.Frame{W: m.w, Rows: rows, Mouse: m.wheel}
	if cursor != nil {
		f.Cursor = &paint.Cursor{X: cursor.X, Y: cursor.Y}
	}
	return f
}

// View is the same for Bubble Tea's own.
func (m *Model) View() tea.View {
	f := m.frame()
	v := tea.NewView(ui.Join(f.Rows))
	v.AltScreen = true
	v.ReportFocus = true
	v.WindowTitle = title
	if f.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if f.Cursor != nil {
		v.Cursor = tea.NewCursor(f.Cursor.X, f.Cursor.Y)
		v.Cursor.Blink = false
	}
	return v
}

// draw is the screen in rows, and where the cursor is; nil: nowhere.
func (m *Model) draw() ([]string, *ui.Cursor) {
	if m.rerun.still != nil {
		return m.rerun.still, nil
	}
	c := m.composer()
	l := m.layout()
	if l.TooSmall {
		return ui.TooSmall(m.look, m.w, m.h), nil
	}
	if m.course != nil {
		return m.drawLessons(l), nil
	}
	rows := m.panes(l)
	whole := ui.Rect{W: m.w, H: l.Composer.Y}
	typed, cursor := c.Draw(m.look, l.Composer.W, l.Composer.H)
	player, replays := m.player()
	if replays {
		typed[len(typed)-1] = player.Draw(m.look, l.Composer.W)
	}
	rows = append(rows, typed...)
	bar := m.status()
	rows = append(rows, bar.Draw(m.look, l.Status.W)...)
	rows = m.explained(rows, whole)
	cursor.X += l.Composer.X
	cursor.Y += l.Composer.Y
	if m.dialog != nil {
		return ui.Centre(m.look, rows, m.dialog.Draw(m.look, whole.W, whole.H), m.w, whole), nil
	}
	if m.help != nil {
		return ui.Centre(m.look, rows, m.help.Draw(m.look, whole.W, whole.H), m.w, whole), &cursor
	}
	if replays || m.looking != nil && m.filter == nil && (m.search == nil || m.search.closed) {
		return rows, nil
	}
	return rows, &cursor
}

// drawLessons is the screen of lessons in rows: a pane stands where the line is
// typed in a conversation.
func (m *Model) drawLessons(l ui.Layout) []string {
	whole := ui.Rect{W: m.w, H: l.Composer.Y}
	var rows []string
	if m.course.menu {
		rows, whole.H = m.lessonMenu().Draw(m.look, m.w, m.h), m.h
	} else {
		bar := m.status()
		rows = append(m.panes(l), m.lessonPane().Draw(m.look, l.Composer.W, l.Composer.H)...)
		rows = append(rows, bar.Draw(m.look, l.Status.W)...)
		rows = m.explained(rows, whole)
	}
	if m.help != nil {
		return ui.Centre(m.look, rows, m.help.Draw(m.look, whole.W, whole.H), m.w, whole)
	}
	return rows
}

// main draws what is above the line: the conversation or, as long as nobody
// has come, what is waited for.
func (m *Model) main(r ui.Rect) []string {
	if m.o.Replay && m.talk.End() == 0 {
		return ui.Quiet(m.look, words.ReplayEmpty.In(m.look.Lang), r.W, r.H)
	}
	if m.paired() {
		return m.sideBySide(r)
	}
	if m.met {
		return m.historyIn(r).Draw(m.look, m.view)
	}
	return m.empty().Draw(m.look, r.W, r.H)
}

// empty is what stands where the conversation will be.
func (m *Model) empty() ui.Empty {
	e := ui.Empty{
		Addr:    m.numbers.last.Addr,
		Calling: m.numbers.last.Role == transport.Dialer,
		Command: m.o.Command, Remote: m.o.Remote,
	}
	var protos []string
	for _, p := range m.o.Protos {
		protos = append(protos, name(p))
	}
	e.Protos = strings.Join(protos, words.ProtocolAnd.In(m.look.Lang))
	for i := m.talk.End(); i > m.talk.First() && e.Trouble == ""; i-- {
		if line := m.talk.Line(i - 1); line.Level != talk.Info {
			e.Trouble = string(line.Text)
		}
	}
	return e
}

// history is the conversation, as it is drawn now.
func (m *Model) history() ui.History { return m.historyIn(m.layout().Main) }

// historyIn is the conversation in r.
func (m *Model) historyIn(r ui.Rect) ui.History {
	h := ui.History{
		Items: lines{m}, Cache: &m.wraps, W: r.W, H: r.H,
		Seen: m.seen, Selected: ui.None, Both: m.both(),
		Nick: m.nickWidth(), Bar: r.W >= 60 && !m.view.Follow, EndKey: words.EndKey.In(m.look.Lang),
	}
	if m.search != nil {
		h.Find, h.Selected = m.search.query.text, m.search.hit
	}
	if lk := m.looking; lk != nil && (m.search == nil || m.search.closed) {
		h.Selected = lk.line
		if !lk.atLines() {
			h.Selected = ui.None
		}
	}
	return h
}

// nickWidth is how wide the longer of the two nicks is.
func (m *Model) nickWidth() int {
	peer := m.talk.PeerNick()
	if peer == (safe.Text{}) {
		peer = m.peerName()
	}
	return max(ui.Width(m.look.Method, words.Me.In(m.look.Lang)), ui.Width(m.look.Method, peer.String()))
}

// present reports that the user sees the newest line.
func (m *Model) present() bool { return m.view.Follow && !m.blurred }

// attend changes what the user sees. Who looks away has seen everything so far.
func (m *Model) attend(change func()) {
	was := m.present()
	change()
	if was && !m.present() {
		m.seen = m.talk.End()
	}
}
