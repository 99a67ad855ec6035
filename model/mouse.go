package model

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"seqtalk/ui"
	"seqtalk/ui/words"
)

// focusClick is how soon after the terminal got the focus a click is still the
// one that gave it.
const focusClick = 300 * time.Millisecond

// clicked points at what was clicked; a click on the line goes back to it.
func (m *Model) clicked(msg tea.MouseClickMsg) {
	l := m.layout()
	switch {
	case msg.Button != tea.MouseLeft, l.TooSmall, m.dialog != nil, m.help != nil, m.now().Sub(m.focused) < focusClick:
	case within(l.Composer, msg.X, msg.Y):
		m.closeLook()
	case within(l.Status, msg.X, msg.Y):
		m.clickedBar(msg.X-l.Status.X, msg.Y-l.Status.Y)
	case within(l.Main, msg.X, msg.Y) && m.linesSeen():
		if i := m.lineAt(msg.Y - l.Main.Y); i != ui.None {
			m.point()
			m.lookAtLine(i)
		}
	}
}

// clickedBar points at the spot of the bar at x, y.
func (m *Model) clickedBar(x, y int) {
	bar := m.status()
	for _, p := range bar.Spots(m.look, m.w)[y] {
		if x >= p.X && x < p.X+p.W {
			m.point()
			m.looking.spot = p.Spot
		}
	}
}

// point begins to look, if that was not done.
func (m *Model) point() {
	if m.looking == nil {
		m.looking = &looking{line: ui.None}
	}
	if m.search != nil {
		m.search.closed = true
	}
}

// within reports that x, y is in r.
func within(r ui.Rect, x, y int) bool {
	return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H
}

// wheelRows is how far a notch of the wheel goes.
const wheelRows = 3

// rows is how far msg scrolls; 0: it is no wheel that scrolls.
func wheelBy(msg tea.MouseWheelMsg) int {
	switch msg.Button {
	case tea.MouseWheelUp:
		return -wheelRows
	case tea.MouseWheelDown:
		return wheelRows
	}
	return 0
}

// scrolled scrolls what is open by n rows.
func (m *Model) scrolled(n int) {
	switch {
	case n == 0:
	case m.help != nil:
		m.scrollHelp(n)
	default:
		m.wheelPane(n)
		if m.looking != nil {
			m.lookAtSeen(false, false)
		}
	}
}

// toggleMouse gives the mouse to the terminal, which then selects text, or
// takes it back.
func (m *Model) toggleMouse() {
	m.wheel = !m.wheel
	if m.wheel {
		m.warn(words.MouseOn)
	} else {
		m.warn(words.MouseOff)
	}
}
