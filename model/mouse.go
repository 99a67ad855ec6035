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
	case within(l.Side, msg.X, msg.Y) && m.ladderSeen():
		if i := m.ladderPane(l.Side.W, l.Side.H).At(m.ladder.view, msg.Y-l.Side.Y); i != ui.None {
			m.point()
			m.lookAtPacket(m.packetAt(i))
		}
	}
}

// clickedBar points at the spot of the bar at x, y.
func (m *Model) clickedBar(x, y int) {
	bar := m.status()
	for _, p := range bar.Spots(m.look, m.w)[y] {
		if x >= p.X && x < p.X+p.W {
			m.point()
			m.looking.leave()
			m.looking.spot = p.Spot
		}
	}
}

// point begins to look, if that was not done.
func (m *Model) point() {
	if m.looking == nil {
		m.looking = newLooking()
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

// wheelGap is how long the notches of a wheel that is turned fast are gathered:
// a frame. Each one would cost a drawing of the screen, and the keys behind
// them would wait for all of these.
const wheelGap = 8 * time.Millisecond

// A wheelOn says that what was gathered is to be scrolled.
type wheelOn struct{}

// gather keeps the notches of the wheel from the event loop while wheelGap runs.
func gather(m tea.Model, msg tea.Msg) tea.Msg {
	if w, ok := msg.(tea.MouseWheelMsg); ok {
		if m, ok := m.(*Model); ok && m.turning {
			m.turned += wheelBy(w)
			return nil
		}
	}
	return msg
}

// turn scrolls by n rows and then gathers.
func (m *Model) turn(n int) tea.Cmd {
	if m.turning = n != 0; !m.turning {
		return nil
	}
	m.scrolled(n)
	return tea.Tick(wheelGap, func(time.Time) tea.Msg { return wheelOn{} })
}

// turnedSoFar is how far the notches gathered scroll; they are gathered no more.
func (m *Model) turnedSoFar() int {
	n := m.turned
	m.turned = 0
	return n
}

// wheelBy is how far msg scrolls; 0: it is no wheel that scrolls.
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
