package model

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
	"seqtalk/ui"
)

// A pane is what stands in the main part of the screen.
type pane uint8

// The panes, in the order in which F2 shows them; F3 shows the graphs.
const (
	panePlain  pane = iota // the conversation, the ladder beside or below it where both fit
	paneLadder             // the ladder alone
	paneChat               // the conversation alone, in full
	paneRuler              // the bytes between send() and recv()
	paneGraphs
)

// How large the screen must be for the ladder to stand beside two columns of
// messages, or below them.
const (
	besideBoth = 160
	belowBoth  = 30 // rows
)

// nextPane is what F2 does: it leaves out what would look like another.
func (m *Model) nextPane() {
	_, taped := m.tr.(transport.Taped)
	m.pane++
	if m.pane == paneChat {
		m.ladder.view = ui.Latest
		if m.layoutOf(panePlain).Side.Empty() && (m.twoEnds() && m.course == nil || !m.both()) {
			m.pane++
		}
	}
	if m.pane == paneRuler && !taped || m.pane > paneRuler {
		m.pane = panePlain
	}
}

// toggleRuler is what F8 does.
func (m *Model) toggleRuler() {
	if m.pane == paneRuler {
		m.pane = panePlain
	} else {
		m.pane = paneRuler
	}
}

// layout is where everything is.
func (m *Model) layout() ui.Layout { return m.layoutOf(m.pane) }

// layoutOf is where everything is with p shown.
func (m *Model) layoutOf(p pane) ui.Layout {
	c := m.typing()
	o := ui.LayoutOptions{Composer: c.Height(m.look, m.w)}
	if m.course != nil {
		o.Pane = ui.LessonRows(m.h)
	}
	switch {
	case p == paneLadder || p == paneGraphs || p == paneRuler:
		o.Side = ui.InsteadOf
	case p == panePlain && m.sighted() && m.met && (!m.both() || m.w >= besideBoth):
		o.Side = ui.WhereFits
	}
	l := ui.NewLayout(m.w, m.h, o)
	if p == panePlain && o.Side == ui.Nothing && m.sighted() && m.both() && l.Main.H >= belowBoth {
		n := l.Main.H / 2
		l.Divider = ui.Rect{X: 0, Y: l.Main.H - n - 1, W: m.w, H: 1}
		l.Side = ui.Rect{X: 0, Y: l.Main.H - n, W: m.w, H: n}
		l.Main.H -= n + 1
	}
	return l
}

// sideSize is how large the pane of the packets is.
func (m *Model) sideSize() (w, h int) {
	r := m.layout().Side
	return r.W, r.H
}

// sighted reports that segments are seen.
func (m *Model) sighted() bool {
	at := m.progress()
	return m.sight.end > 0 || m.numbers.exact() || at != nil && !at.Transcript
}

// panes draws what is above the line.
func (m *Model) panes(l ui.Layout) []string {
	switch {
	case l.Side.Empty():
		return m.main(l.Main)
	case l.Main.Empty():
		return m.side(l.Side)
	case l.Divider.W == 1:
		return ui.Beside(m.look, m.main(l.Main), m.side(l.Side))
	}
	return ui.Above(m.look, m.main(l.Main), m.side(l.Side), m.w)
}

// side draws the pane that is not the conversation.
func (m *Model) side(r ui.Rect) []string {
	switch m.pane {
	case paneGraphs:
		return m.graphs(r)
	case paneRuler:
		return m.rulerPane(r)
	}
	if !m.sighted() && m.sight.missed == 0 {
		return m.blind(r)
	}
	return m.ladderPane(r.W, r.H).Draw(m.look, m.ladder.view)
}

// paneKey does what k means for the panes, and reports whether it means
// anything.
func (m *Model) paneKey(k tea.KeyPressMsg) bool {
	b := &m.keys
	switch {
	case key.Matches(k, b.Pane):
		m.attend(m.nextPane)
	case key.Matches(k, b.Graphs):
		m.attend(m.nextGraph)
	case key.Matches(k, b.Ruler):
		m.attend(m.toggleRuler)
	case m.pane == paneLadder && m.scrollLadder(k):
	default:
		return m.ladderKey(k)
	}
	return true
}

// jumpTo is the view with line i in it.
func (m *Model) jumpTo(i uint64) ui.View {
	if m.paired() {
		r := m.layout().Main
		return m.sidePane(r.W, r.H).Show(m.view, i)
	}
	return m.history().JumpTo(m.look, i)
}

// lineAt is the line drawn on row y of the conversation, ui.None if there is
// none.
func (m *Model) lineAt(y int) uint64 {
	if !m.paired() {
		return m.history().At(m.look, m.view, y)
	}
	r := m.layout().Main
	if m.link.on {
		y-- // the link's row
	}
	return m.sidePane(r.W, r.H).At(m.view, y)
}

// shown is the view moved as little as needed for line i to be seen.
func (m *Model) shown(i uint64) ui.View {
	if !m.paired() {
		return m.history().Show(m.look, m.view, i)
	}
	r := m.layout().Main
	return m.sidePane(r.W, r.H).Show(m.view, i)
}

// scrollPairs scrolls the lines side by side as k says and reports whether k
// is a scrolling key.
func (m *Model) scrollPairs(k tea.KeyPressMsg) bool {
	r := m.layout().Main
	d, b, v := m.sidePane(r.W, r.H), &m.keys, m.view
	switch {
	case key.Matches(k, b.PageUp):
		v = d.PageUp(v)
	case key.Matches(k, b.PageDown):
		v = d.PageDown(v)
	case key.Matches(k, b.LineUp):
		v = d.ScrollBy(v, -1)
	case key.Matches(k, b.LineDown):
		v = d.ScrollBy(v, 1)
	case key.Matches(k, b.Top):
		v = d.Show(v, m.talk.First())
	case key.Matches(k, b.Bottom):
		v = ui.Latest
	case key.Matches(k, b.Unread):
		if m.seen < m.talk.End() {
			v = d.Show(v, m.seen)
		}
	default:
		return false
	}
	m.attend(func() { m.view = v })
	return true
}

// wheelPane scrolls the pane that is shown by n rows.
func (m *Model) wheelPane(n int) {
	r := m.layout().Main
	switch {
	case m.pane == paneGraphs, m.pane == paneRuler:
	case m.pane == paneLadder:
		m.ladder.view = m.ladderPane(m.sideSize()).ScrollBy(m.ladder.view, n)
	case m.paired():
		m.attend(func() { m.view = m.sidePane(r.W, r.H).ScrollBy(m.view, n) })
	default:
		m.attend(func() { m.view = m.history().ScrollBy(m.look, m.view, n) })
	}
}
