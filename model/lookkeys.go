package model

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// lookKey is what k means in look mode.
func (m *Model) lookKey(k tea.KeyPressMsg) tea.Cmd {
	b, lk := &m.keys, m.looking
	if d, ok := m.opened(); ok && !lk.explains && m.boxKey(k, d) {
		return nil
	}
	switch {
	case key.Matches(k, b.Escape) && lk.explains:
		lk.explains = false
	case lk.inLadder() && !lk.explains && m.packetKey(k):
	case key.Matches(k, b.Escape), key.Matches(k, b.Leave), key.Matches(k, b.Cancel), k.String() == "f4":
		m.closeLook()
	case key.Matches(k, b.Explain), key.Matches(k, b.Send):
		lk.explains, lk.scroll = !lk.explains, 0
	case key.Matches(k, b.Copy):
		return m.copyLooked()
	case key.Matches(k, b.Find), key.Matches(k, b.Search):
		m.openSearch()
	case key.Matches(k, b.NextHit):
		return m.nextHit(true)
	case key.Matches(k, b.PreviousHit):
		return m.nextHit(false)
	case key.Matches(k, b.Relative):
		m.o.Relative = !m.o.Relative
		m.ladder.absolute = !m.o.Relative
		m.warn(map[bool]words.Phrase{true: words.LookNumRel, false: words.LookNumAbs}[m.o.Relative])
	case key.Matches(k, b.NextTheme):
		m.nextTheme()
	case m.lookMove(k):
	default:
		return m.lookElse(k)
	}
	return nil
}

// lookElse is what k means in look mode as everywhere; other letters do nothing,
// since nobody sees where they would go.
func (m *Model) lookElse(k tea.KeyPressMsg) tea.Cmd {
	b := &m.keys
	switch {
	case key.Matches(k, b.Help, b.Beginner, b.Mouse):
		return m.lineKey(k)
	case k.Text != "":
		m.warn(words.LookTyping)
	case m.paneKey(k):
		m.lookStays()
	}
	return nil
}

// lookStays keeps something looked at that is on the screen, after another pane
// was opened.
func (m *Model) lookStays() {
	lk := m.looking
	switch {
	case lk.inBar(), lk.inLadder() && m.ladderSeen(), lk.atLines() && m.linesSeen(), lk.atGauge() && m.gaugeSeen():
	case m.linesSeen():
		m.lookAtLine(m.lastSeen())
	case m.ladderSeen():
		m.lookAtPacket(m.lastPacket())
	case !m.lookAtGauge(0):
		m.lookAtBar(0)
	}
}

// lookMove points elsewhere as k says, and reports whether k is such a key.
func (m *Model) lookMove(k tea.KeyPressMsg) bool {
	b, lk := &m.keys, m.looking
	was := *lk
	switch {
	case key.Matches(k, b.Up) || k.String() == "alt+up":
		m.lookUp()
	case key.Matches(k, b.Down) || k.String() == "alt+down":
		m.lookDown()
	case key.Matches(k, b.Left):
		m.lookAside(-1)
	case key.Matches(k, b.Right):
		m.lookAside(1)
	case key.Matches(k, b.Complete):
		m.lookAcross()
	case lk.explains && key.Matches(k, b.PageDown):
		m.scrollExplained(1)
	case lk.explains && key.Matches(k, b.PageUp):
		m.scrollExplained(-1)
	case lk.inLadder(), lk.atGauge():
		return false
	case key.Matches(k, b.Oldest, b.Top):
		m.lookAtLine(m.talk.First())
	case key.Matches(k, b.Newest, b.Bottom):
		m.lookAtLine(m.talk.End() - 1)
	case m.scrollKey(k):
		m.lookAtSeen(key.Matches(k, b.PageUp), key.Matches(k, b.PageDown))
	default:
		return false
	}
	if was.line != lk.line || was.spot != lk.spot || was.rung != lk.rung || was.gauge != lk.gauge {
		lk.scroll = 0
	}
	return true
}

// lookUp points one line or packet higher; from the bar into the packets, from
// these into the conversation.
func (m *Model) lookUp() {
	lk := m.looking
	switch {
	case lk.inLadder():
		if !m.lookAlong(-1) && m.layout().Divider.W != 1 {
			if !m.lookAtGauge(len(m.gauges())-1) && m.linesSeen() {
				m.lookAtLine(m.lastSeen())
			}
		}
		return
	case lk.atGauge():
		_, i := m.gaugeNow()
		switch below := m.belowLines(); {
		case (i > below || i < below && i > 0) && m.lookAtGauge(i-1):
		case i == below && m.linesSeen():
			m.lookAtLine(m.lastSeen())
		}
		return
	case lk.atLines() && lk.line <= m.talk.First() && m.belowLines() > 0:
		m.lookAtGauge(0)
		return
	case lk.atLines():
		m.lookAtLine(max(lk.line, m.talk.First()+1) - 1)
		return
	}
	rows, y, x := m.spotNow()
	switch {
	case y == 1 && len(rows[0]) > 0:
		lk.spot = nearest(rows[0], rows[1][x])
	case m.ladderSeen() && m.layout().Divider.W != 1:
		m.lookAtPacket(m.lastPacket())
	case m.lookAtGauge(len(m.gauges()) - 1):
	case m.linesSeen():
		m.lookAtLine(m.lastSeen())
	}
}

// lookDown is lookUp the other way.
func (m *Model) lookDown() {
	lk := m.looking
	switch {
	case lk.inBar():
		if rows, y, x := m.spotNow(); y == 0 && len(rows[1]) > 0 && len(rows[0]) > 0 {
			lk.spot = nearest(rows[1], rows[0][x])
		}
	case lk.inLadder():
		if !m.lookAlong(1) {
			m.lookAtBar(0)
		}
	case lk.atGauge():
		_, i := m.gaugeNow()
		switch {
		case i == 0 && m.belowLines() == 1 && m.linesSeen():
			m.lookAtLine(m.firstSeen())
		case m.lookAtGauge(i + 1):
		case m.ladderSeen() && m.layout().Divider.W != 1:
			m.lookAtPacket(m.firstPacket())
		default:
			m.lookAtBar(0)
		}
	case lk.line+1 < m.talk.End():
		m.lookAtLine(lk.line + 1)
	case m.lookAtGauge(m.belowLines()):
	case m.ladderSeen() && m.layout().Divider.W != 1:
		m.lookAtPacket(m.firstPacket())
	default:
		m.lookAtBar(0)
	}
}

// nearest is the spot of row that is next to p.
func nearest(row []ui.Place, p ui.Place) ui.Spot {
	best, least := row[0].Spot, 1<<30
	for _, q := range row {
		if d := max(q.X-p.X, p.X-q.X); d < least {
			best, least = q.Spot, d
		}
	}
	return best
}

// lookAside goes n spots on in the bar, from one row into the other.
func (m *Model) lookAside(n int) {
	switch lk := m.looking; {
	case lk.inLadder() && n < 0 && m.linesSeen():
		m.lookAtLine(m.lastSeen())
		return
	case lk.atLines() && n > 0 && m.ladderSeen():
		m.lookAtPacket(m.lastPacket())
		return
	case lk.atGauge():
		if _, i := m.gaugeNow(); !m.lookAtGauge(i+n) && n > 0 && m.ladderSeen() {
			m.lookAtPacket(m.lastPacket())
		}
		return
	case !lk.inBar():
		return
	}
	rows, y, x := m.spotNow()
	if all := append(rows[0][:len(rows[0]):len(rows[0])], rows[1]...); len(all) > 0 {
		m.looking.spot = all[min(max(y*len(rows[0])+x+n, 0), len(all)-1)].Spot
	}
}

// lookAcross goes from the conversation to what stands below it, to the packets,
// to the bar, and back.
func (m *Model) lookAcross() {
	switch lk := m.looking; {
	case lk.atLines() && m.lookAtGauge(m.belowLines()):
	case (lk.atLines() || lk.atGauge()) && m.ladderSeen():
		m.lookAtPacket(m.lastPacket())
	case !lk.inBar():
		m.lookAtBar(0)
	case m.linesSeen():
		m.lookAtLine(m.lastSeen())
	case m.lookAtGauge(0):
	case m.ladderSeen():
		m.lookAtPacket(m.lastPacket())
	}
}

// gaugeSeen reports that the gauge looked at is on the screen.
func (m *Model) gaugeSeen() bool {
	_, i := m.gaugeNow()
	return i >= 0
}

// lookAtSeen points at the first or the last line on the screen or, if neither
// is asked for, at the nearest.
func (m *Model) lookAtSeen(first, last bool) {
	lk := m.looking
	if !lk.atLines() || !m.linesSeen() {
		return
	}
	from, to := m.firstSeen(), m.lastSeen()
	switch {
	case first, !last && lk.line < from:
		m.lookAtLine(from)
	case last, lk.line > to:
		m.lookAtLine(to)
	}
}

// scrollExplained scrolls the explanation by n rows.
func (m *Model) scrollExplained(n int) {
	e, ok := m.explanation()
	if r := m.layout().Main; ok {
		m.looking.scroll = min(max(m.looking.scroll+n, 0), e.MaxScroll(m.look, r.W, r.H))
	}
}

// copyRoom is how many bytes are sent to a clipboard at most: terminals cut
// or refuse more.
const copyRoom = 64 << 10

// copyLooked sends what is looked at to the clipboard, in its safe form.
func (m *Model) copyLooked() tea.Cmd {
	lk := m.looking
	text := ""
	if d, ok := m.opened(); ok {
		text = copied(d, lk.field, m.look)
	} else if lk.atGauge() {
		e, _ := m.explanation()
		text = strings.TrimSpace(e.Title + ": " + e.Text)
	} else if lk.inLadder() {
		d := m.ladderPane(m.sideSize())
		text = d.Line(m.look, m.listed(lk.rung))
	} else if lk.inBar() {
		if rows, y, x := m.spotNow(); x < len(rows[y]) {
			text = strings.TrimSpace(rows[y][x].Text)
		}
	} else if lk.line >= m.talk.First() && lk.line < m.talk.End() {
		var b strings.Builder
		for i, s := range safe.Lines(m.talk.Line(lk.line).Text) {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(s.String())
		}
		text = b.String()
	}
	text = cutRunes(text, copyRoom)
	if text == "" {
		return nil
	}
	m.warn(words.LookCopied, utf8.RuneCountInString(text))
	return tea.Raw(ansi.SetSystemClipboard(text))
}

// copied is the field of d, or all its octets.
func copied(d ui.SegmentBox, field int, l *ui.Look) string {
	if f := d.Fields(l); field >= 0 && field < len(f) {
		return f[field].Name + ": " + f[field].Value
	}
	return strings.TrimSpace(fmt.Sprintf("% x % x", d.Header, d.Payload))
}

// nextTheme takes the next set of colours; after the last one, what suits the
// terminal.
func (m *Model) nextTheme() {
	names := themeNames()
	next := 0
	for i, name := range names {
		if name == m.palette {
			next = (i + 1) % len(names)
		}
	}
	if m.palette == "" {
		next = 1
	}
	m.setTheme(names[next])
	m.warn(words.ThemeIs, m.themeShown())
}
