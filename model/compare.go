package model

import (
	"time"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui/words"
)

// Both is a pair's own end, whose Close closes both of them and the link.
type both struct {
	*transport.PairEnd
	pair *transport.Pair
}

// Close implements transport.Transport.
func (b both) Close() error { return b.pair.Close() }

// Do implements transport.Transport. What stops the reader, or makes its reads
// small, is for the end that reads.
func (b both) Do(c transport.Control) error {
	switch c.(type) {
	case transport.Pause, transport.ReadSize:
		return b.pair.B.Do(c)
	}
	return b.PairEnd.Do(c)
}

// pumpFar is pump for the events of the other end.
func (b *mailbox) pumpFar(events <-chan transport.Event) {
	for {
		select {
		case <-b.done:
			return
		case ev, ok := <-events:
			if !ok || !b.put(transport.Far{Event: ev}) {
				return
			}
		}
	}
}

// stackNow is the time of the stack, which can be slowed and held where both
// ends are here.
func (m *Model) stackNow() time.Time {
	if m.o.Pair != nil {
		return m.o.Pair.Now()
	}
	if m.o.Replay {
		return m.numbers.last.At
	}
	return m.now()
}

// hearFar takes what the other end was told.
func (m *Model) hearFar(ev transport.Event) {
	if ev, ok := ev.(transport.Received); ok {
		m.crossings.came(ev)
	}
}

// follow takes what this end was told, for what is known of single lines.
func (m *Model) follow(ev transport.Event) {
	switch ev := ev.(type) {
	case transport.Delivery:
		m.crossings.deliver(ev)
	case transport.Up:
		m.crossings.tally[wayOf(ev.Proto)].up = ev.At
		if !m.o.Replay {
			m.setLinked(ev.Stack == "lab")
		}
	case transport.Down:
		m.over(ev)
	case transport.Victim:
		m.victim(ev)
	case transport.Notice:
		m.heardLink(ev)
	case transport.Received:
		m.heard.receive(ev)
	}
}

// over ends what is known of a connection: the next one counts its bytes from 1
// again.
func (m *Model) over(ev transport.Down) {
	m.watch(m.now())
	m.heard.forget(ev.Proto)
	if ev.Proto == segment.TCP {
		m.sight.conn++
		m.crossings.conn++
		m.crossings.tally[0].owed, m.crossings.tally[0].told = [2]uint64{}, [2]uint64{}
		m.crossings.open = m.crossings.end
	}
}

// victim tells of a packet that a command hit; what chance does stands beside
// the message.
func (m *Model) victim(ev transport.Victim) {
	s := &ev.Segment
	if s.Dir != segment.Out || !m.hit(s.Proto, s.Rule) {
		return
	}
	m.note(talk.Warn, words.SeeVictim, name(s.Proto), s.ID, words.Rule(m.look.Lang, s.Rule), m.quote(s))
}

// watch reads what was seen of the wire since the last time.
func (m *Model) watch(now time.Time) {
	news := m.sight.look(m.saw)
	m.sample(m.tcpLeg())
	if m.o.Pair != nil {
		m.farLegs = m.o.Pair.FarStatus().Legs
	}
	if news || m.sight.busy() {
		m.numbers.quick = now.Add(comeLate)
	}
	m.watched = now
}

// saw takes a segment, and its packet.
func (m *Model) saw(g *segment.Segment, p *packet) {
	m.crossings.see(g, p)
	m.series.see(g)
}

// RunCompare is Run for both ends of a pair, which it closes.
func RunCompare(o Options, pair *transport.Pair) (exit int, err error) {
	o.Pair, o.Transport = pair, both{pair.A, pair}
	return Run(o)
}
