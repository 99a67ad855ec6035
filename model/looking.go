package model

import (
	"strings"

	"seqtalk/model/talk"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// A looking is look mode: something on the screen is pointed at, a line of the
// conversation or a spot of the status bar, and letters are keys.
type looking struct {
	line     uint64   // pointed at while nothing of what follows is
	rung     uint64   // a packet pointed at, unless it is None
	gauge    ui.Gauge // pointed at, unless it is NoGauge
	spot     ui.Spot  // pointed at, unless its part is NoPart
	explains bool     // what is pointed at is explained, whatever it is
	scroll   int      // of the explanation

	opened bool // the packet pointed at is seen field by field
	field  int  // of these, which is pointed at; noField: none
	top    int  // the first row of these
}

// newLooking points at nothing yet.
func newLooking() *looking { return &looking{line: ui.None, rung: ui.None, field: noField} }

// inBar reports that the status bar is looked at.
func (lk *looking) inBar() bool { return lk.spot.Part != ui.NoPart }

// inLadder reports that the packets are looked at.
func (lk *looking) inLadder() bool { return lk.rung != ui.None }

// atGauge reports that a part of a pane is looked at that is no list.
func (lk *looking) atGauge() bool { return lk.gauge != ui.NoGauge }

// atLines reports that the conversation is looked at.
func (lk *looking) atLines() bool { return !lk.inBar() && !lk.inLadder() && !lk.atGauge() }

// leave points at nothing but a line.
func (lk *looking) leave() { lk.rung, lk.gauge, lk.spot = ui.None, ui.NoGauge, ui.Spot{} }

// openLook begins to look, at the last line that is seen.
func (m *Model) openLook() {
	lk := newLooking()
	m.looking = lk
	switch {
	case m.search != nil && m.search.hit != ui.None:
		lk.line = m.search.hit
	case m.linesSeen():
		lk.line = m.lastSeen()
	case m.ladderSeen():
		m.lookAtPacket(m.lastPacket())
	default:
		m.lookAtGauge(0)
	}
	if lk.line == ui.None && !lk.inLadder() && !lk.atGauge() && !m.lookAtBar(0) {
		m.looking = nil
		m.warn(words.LookNothing)
	}
}

// closeLook goes back to the line being typed.
func (m *Model) closeLook() { m.looking, m.search = nil, nil }

// linesSeen reports that lines of the conversation are on the screen.
func (m *Model) linesSeen() bool {
	return m.met && m.talk.First() < m.talk.End() && !m.layout().Main.Empty()
}

// lastSeen and firstSeen are the last and the first line on the screen.
func (m *Model) lastSeen() uint64 {
	for y := m.layout().Main.H - 1; y >= 0; y-- {
		if i := m.lineAt(y); i != ui.None {
			return i
		}
	}
	return ui.None
}

func (m *Model) firstSeen() uint64 {
	for y := range m.layout().Main.H {
		if i := m.lineAt(y); i != ui.None {
			return i
		}
	}
	return ui.None
}

// lookAtBar points at the first spot of row y of the status bar; false: there is none.
func (m *Model) lookAtBar(y int) bool {
	bar := m.status()
	row := bar.Spots(m.look, m.w)[y]
	if len(row) > 0 {
		m.looking.leave()
		m.looking.spot = row[0].Spot
	}
	return len(row) > 0
}

// lookAtLine points at line i, as near as there is one.
func (m *Model) lookAtLine(i uint64) {
	if !m.linesSeen() {
		return
	}
	m.looking.leave()
	m.looking.line = i
	m.keepInSight()
}

// keepInSight keeps what is looked at a line there is, and on the screen.
func (m *Model) keepInSight() {
	lk := m.looking
	switch {
	case lk == nil:
		return
	case lk.inLadder() && m.ladderSeen():
		m.lookAtPacket(lk.rung)
		return
	case lk.atGauge():
		if _, i := m.gaugeNow(); i < 0 {
			m.lookStays()
		}
		return
	case lk.line == ui.None || !lk.atLines() || !m.linesSeen():
		return
	}
	lk.line = min(max(lk.line, m.talk.First()), m.talk.End()-1)
	m.attend(func() { m.view = m.shown(lk.line) })
}

// spotNow is where the spot looked at is drawn: its row in the bar and its
// place in that. A spot that went is replaced by the bar's first.
func (m *Model) spotNow() (rows [2][]ui.Place, y, x int) {
	bar := m.status()
	rows = bar.Spots(m.look, m.w)
	for y, row := range rows {
		for x := range row {
			if row[x].Spot == m.looking.spot {
				return rows, y, x
			}
		}
	}
	if len(rows[0]) > 0 {
		m.looking.spot = rows[0][0].Spot
	}
	return rows, 0, 0
}

// explanation is what is to be said of what is looked at.
func (m *Model) explanation() (ui.Explanation, bool) {
	lk := m.looking
	switch d, open := m.opened(); {
	case open && lk.field >= 0 && lk.field < len(d.Fields(m.look)):
		return d.Fields(m.look)[lk.field].Explain(m.look), true
	case lk.inLadder():
		r := m.rung(rungs{m}.packet(lk.rung))
		return r.Explain(m.look, m.ladder.absolute), true
	case lk.atGauge():
		return m.explainGauge()
	case lk.inBar():
		bar := m.status()
		return bar.Explain(m.look, lk.spot, m.said)
	}
	if lk.line == ui.None || lk.line < m.talk.First() || lk.line >= m.talk.End() {
		return ui.Explanation{}, false
	}
	if m.paired() {
		p := newPairs(m).Pair(lk.line)
		return p.Explain(m.look), true
	}
	r := lines{m}.Row(lk.line)
	return r.Explain(m.look), true
}

// saidRoom is how many lines back a message is looked for by its last byte.
const saidRoom = 500

// said is our message, or the peer's, whose last byte in TCP's stream is last.
func (m *Model) said(last uint64, mine bool) (ui.Said, bool) {
	kind := talk.Theirs
	if mine {
		kind = talk.Mine
	}
	first := m.talk.First()
	for i := m.talk.End(); i > first && m.talk.End()-i < saidRoom; i-- {
		line := m.talk.Line(i - 1)
		f := line.Fates[0]
		switch {
		case line.Kind != kind || f.Proto != segment.TCP || f.First == 0:
		case f.Last == last:
			text, _, _ := strings.Cut(string(line.Text), "\n")
			return ui.Said{First: f.First, Last: f.Last, Text: text}, true
		case f.Last < last:
			return ui.Said{}, false
		}
	}
	return ui.Said{}, false
}

// explained lays the explanation on the screen, away from what is explained.
func (m *Model) explained(rows []string, main ui.Rect) []string {
	lk := m.looking
	m.pointAtGauge(rows)
	if lk == nil || m.dialog != nil || m.help != nil {
		return rows
	}
	if d, ok := m.opened(); ok && !lk.explains {
		return ui.Centre(m.look, rows, d.Draw(m.look, main.W, main.H), m.w, main)
	}
	if !lk.explains {
		return rows
	}
	e, ok := m.explanation()
	if !ok {
		return rows
	}
	e.Scroll = lk.scroll
	box := e.Draw(m.look, main.W, main.H)
	if len(box) == 0 {
		return rows
	}
	y := max((main.H-len(box))/2, 0)
	if lk.atLines() {
		above := true
		for k := range main.H / 2 {
			above = above && m.lineAt(k) != lk.line
		}
		y = 0
		if !above {
			y = main.H - len(box)
		}
	}
	x := main.X + max((main.W-ui.Width(m.look.Method, ui.Strip(box[0])))/2, 0)
	return ui.Overlay(m.look, rows, box, m.w, x, main.Y+y)
}

// lookHint is what is said beside the line in look mode: what is looked at, and
// which keys there are, as far as there is room.
func (m *Model) lookHint() string {
	l := m.look.Lang
	keys := words.LookHint.In(l)
	if m.search != nil {
		keys = words.LookHintFind.In(l)
	}
	const frame = 10 // cells of the rule around it
	e, _ := m.explanation()
	for _, s := range []string{e.Title + " · " + keys, keys, words.LookHintShort.In(l)} {
		if ui.Width(m.look.Method, s) <= m.w-frame {
			return s
		}
	}
	return ""
}
