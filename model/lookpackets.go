package model

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/ui"
	"seqtalk/ui/words"
)

// ladderSeen reports that packets are on the screen.
func (m *Model) ladderSeen() bool {
	if m.layout().Side.Empty() || m.pane == paneGraphs || m.pane == paneRuler {
		return false
	}
	d := m.ladderPane(m.sideSize())
	return d.Rungs.First() < min(d.Until, d.Rungs.End())
}

// lookAtPacket points at packet i or, if it is not shown, at the nearest that is.
func (m *Model) lookAtPacket(i uint64) {
	lk := m.looking
	d := m.ladderPane(m.sideSize())
	first, end := d.Rungs.First(), min(d.Until, d.Rungs.End())
	if first >= end {
		lk.rung, lk.opened = ui.None, false
		if m.linesSeen() {
			m.lookAtLine(m.lastSeen())
		} else {
			m.lookAtBar(0)
		}
		return
	}
	at := min(max(m.listed(i), first), end-1)
	was := lk.rung
	lk.leave()
	lk.rung = m.packetAt(at)
	if lk.rung != was {
		lk.opened, lk.field, lk.top = false, noField, 0
	}
	m.ladder.view = d.Show(m.ladder.view, at)
}

// lookAlong points n packets further on; false: there are none.
func (m *Model) lookAlong(n int) bool {
	d := m.ladderPane(m.sideSize())
	at, first, end := m.listed(m.looking.rung), d.Rungs.First(), min(d.Until, d.Rungs.End())
	if n < 0 && at < first+uint64(-n) || n > 0 && at+uint64(n) >= end {
		return false
	}
	m.lookAtPacket(m.packetAt(at + uint64(n)))
	return true
}

// lastPacket and firstPacket are the last and the first packet on the screen.
func (m *Model) lastPacket() uint64 {
	w, h := m.sideSize()
	d := m.ladderPane(w, h)
	for y := h - 1; y >= 0; y-- {
		if i := d.At(m.ladder.view, y); i != ui.None {
			return m.packetAt(i)
		}
	}
	return ui.None
}

func (m *Model) firstPacket() uint64 {
	w, h := m.sideSize()
	d := m.ladderPane(w, h)
	for y := range h {
		if i := d.At(m.ladder.view, y); i != ui.None {
			return m.packetAt(i)
		}
	}
	return ui.None
}

// packetKey is what k means while a packet is looked at and not opened.
func (m *Model) packetKey(k tea.KeyPressMsg) bool {
	b := &m.keys
	_, h := m.sideSize()
	switch {
	case key.Matches(k, b.Explain), key.Matches(k, b.Send):
		m.looking.opened, m.looking.field, m.looking.top = true, noField, 0
	case key.Matches(k, b.PageUp):
		if !m.lookAlong(-max(h-3, 1)) {
			m.lookAtPacket(0)
		}
	case key.Matches(k, b.PageDown):
		if !m.lookAlong(max(h-3, 1)) {
			m.lookAtPacket(ui.None - 1)
		}
	case key.Matches(k, b.Oldest, b.Top):
		m.lookAtPacket(0)
	case key.Matches(k, b.Newest, b.Bottom):
		m.lookAtPacket(ui.None - 1)
	case key.Matches(k, b.Find):
		m.openFilter()
	default:
		return false
	}
	return true
}

// noField says that of an opened packet no field is looked at, but all of it.
const noField = -1

// opened is the packet looked at, field by field; false: none is open.
func (m *Model) opened() (ui.SegmentBox, bool) {
	lk := m.looking
	if lk == nil || !lk.inLadder() || !lk.opened {
		return ui.SegmentBox{}, false
	}
	p := rungs{m}.packet(lk.rung)
	r := m.rung(p)
	if r.Proto == "" {
		return ui.SegmentBox{}, false
	}
	return ui.SegmentBox{
		Rung: r, Left: m.ownTitle(), Right: m.peerTitle(), Header: p.Header(), Payload: p.Payload(),
		Scale: m.sight.scale(p), Absolute: m.ladder.absolute, Selected: lk.field, First: lk.top,
		Hint: words.BoxKeys.In(m.look.Lang),
	}, true
}

// boxKey is what k means in the box of an opened packet.
func (m *Model) boxKey(k tea.KeyPressMsg, d ui.SegmentBox) bool {
	lk, b := m.looking, &m.keys
	fields := len(d.Fields(m.look))
	switch {
	case key.Matches(k, b.Escape), key.Matches(k, b.Leave):
		lk.opened = false
	case key.Matches(k, b.Down):
		lk.field = min(lk.field+1, fields-1)
	case key.Matches(k, b.Up):
		lk.field = max(lk.field-1, noField)
	case key.Matches(k, b.PageDown):
		lk.field, lk.top = noField, lk.top+m.boxRoom()/2
	case key.Matches(k, b.PageUp):
		lk.field, lk.top = noField, max(lk.top-m.boxRoom()/2, 0)
	case key.Matches(k, b.Left):
		m.lookAlong(-1)
		lk.opened = true
	case key.Matches(k, b.Right):
		m.lookAlong(1)
		lk.opened = true
	case key.Matches(k, b.Explain), key.Matches(k, b.Send):
		lk.explains, lk.scroll = lk.field != noField, 0
	default:
		return false
	}
	if d, ok := m.opened(); ok {
		lk.top = d.Reveal(m.look, m.w, m.boxRoom())
	}
	return true
}

// boxRoom is how many rows a box may have.
func (m *Model) boxRoom() int { return m.layout().Composer.Y }
