package model

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
	"seqtalk/ui"
)

// How often the numbers are read: four times a second while they change, once
// a second when they have not for a second, and when nothing has happened for
// three, as seldom as nobody minds; after events at once, but not ten times a
// second. Each reading wakes the program some ten times.
const (
	oftenGap  = 250 * time.Millisecond
	seldomGap = time.Second
	idleGap   = 2500 * time.Millisecond
	eventGap  = 100 * time.Millisecond
	lively    = time.Second
	still     = 3 * time.Second
	comeLate  = 300 * time.Millisecond // after a segment, what belongs to it may be seen so much later
)

// numbers are the transport's status as it was last read. It is read, and so
// redrawn, on a tick and not when it changes: a busy connection changes it a
// thousand times a second.
type numbers struct {
	tr      transport.Transport
	last    transport.Status
	at      time.Time // of the last reading
	changed time.Time // when what is drawn of it last changed
	due     time.Time // of the tick under way; zero: none is
	serial  int       // of that tick: the ones before it are void
	drawn   string
	quick   time.Time // until then segments come: read as often as after events
}

// A tick says that it is time to read.
type tick int

// read reads the status.
func (n *numbers) read(now time.Time) transport.Status {
	n.last, n.at = n.tr.Status(), now
	return n.last
}

// refresh reads the status after events, at once if they tell of a new state.
func (n *numbers) refresh(now time.Time, state bool) {
	n.changed = now
	if state || now.Sub(n.at) >= eventGap {
		n.read(now)
	}
}

// stale makes the next tick come soon.
func (n *numbers) stale() { n.changed = n.at }

// schedule starts the next tick, unless one as early is under way.
func (n *numbers) schedule(now time.Time) tea.Cmd {
	gap := oftenGap
	switch quiet := now.Sub(n.changed); {
	case quiet > still:
		gap = idleGap
	case quiet > lively:
		gap = seldomGap
	}
	if now.Before(n.quick) {
		gap = eventGap
	}
	due := n.at.Add(gap)
	if !n.due.IsZero() && !n.due.After(due) {
		return nil
	}
	n.due = due
	n.serial++
	serial := tick(n.serial)
	return tea.Tick(max(due.Sub(now), 0), func(time.Time) tea.Msg { return serial })
}

// ticked reads the numbers.
func (m *Model) ticked(t tick) {
	n := &m.numbers
	if int(t) != n.serial {
		return
	}
	now := m.now()
	n.due = time.Time{}
	n.read(now)
	m.watch(now)
	m.lessonTick(now)
	if m.runs() {
		n.quick = now.Add(time.Second)
	}
	bar := m.status()
	if drawn := ui.Join(bar.Draw(m.look, m.w)); drawn != n.drawn {
		n.drawn, n.changed = drawn, now
	}
}
