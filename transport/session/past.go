package session

import (
	"fmt"
	"time"
)

// A Past is what one end keeps of a conversation in frames whose connection, a
// stream, was lost without a goodbye: how far it had heard, and what it had said
// and nobody confirmed. The next machine goes on with it, if the peer is the same
// process (its instance) and knows the conversation (its session).
//
//	who called   HELLO, or the greeting: this session ──▶
//	             ◀── HELLO: I have all up to n, or: I know nothing of it
//	             HELLO: I have all up to m ──▶
//	             TEXT n+1 … ──▶          ◀── TEXT m+1 …
type Past struct {
	session     uint64
	instance    uint64 // 0: the peer's HELLO never came, so whoever knows the session is the peer
	highest     uint64 // id of the peer's that came
	first       uint64 // id on the wire of frames[0]
	handed      uint64 // the last that can have come to the peer
	frames      []kept // contiguous
	formed, raw uint64 // as in texts
	n           Counters
}

// kept is a TEXT without a receipt.
type kept struct {
	parcel
	at time.Time // when it was handed over; zero: it was not
}

// A Text is a message taken back from a machine.
type Text struct {
	Row  uint64
	Text []byte
	More bool
}

// pastState is how far a machine is with the Past it was made with.
type pastState struct {
	offer   uint64 // what our HELLO says: 0, or 1 more than the highest id that came
	matched bool   // the peer is who it was, so that the offer counts
	told    bool   // Continued
	kept    bool   // the peer turned us away, and knows the conversation still
}

// Past is what m leaves: nil if there is nothing to go on with, since the peer
// is none that could, or one of the two has said goodbye; or nothing new, since
// it was not known yet whether the last Past goes on.
func (m *Machine) Past() *Past {
	switch {
	case m.past.kept:
	case m.c.Datagram || m.hushed || m.Unsettled():
		return nil
	case m.state == open && m.wire == Framed && m.resumes:
	case m.state == opening && (m.wire == Framed || m.wire == Auto && m.c.Dialer) && m.session != 0:
		// No HELLO came, but ours may have, and texts behind it.
	default:
		return nil
	}
	s := &m.texts.sent
	p := &Past{
		session: m.session, instance: m.peer.Instance, highest: m.n.Highest,
		first: s.first, handed: s.next - 1, formed: m.texts.formed, raw: m.texts.raw, n: m.n,
	}
	for id := s.first; id < s.next; id++ {
		v := s.get(id)
		p.frames = append(p.frames, kept{
			parcel: parcel{Out: Out{Octets: v.octets, ID: id + m.texts.raw, Row: v.row, Text: v.text}, number: id},
			at:     m.start.Add(v.at),
		})
	}
	for _, q := range m.out.items[m.out.head:] {
		if q.number > 0 {
			p.frames = append(p.frames, kept{parcel: q})
		}
	}
	return p
}

// Session is the conversation's.
func (p *Past) Session() uint64 { return p.session }

// Instance is the peer's; 0: it is not known.
func (p *Past) Instance() uint64 { return p.instance }

// Texts are the messages of ours that nobody confirmed, in order.
func (p *Past) Texts() []Text {
	all := make([]Text, 0, len(p.frames))
	for _, f := range p.frames {
		var b textBody
		if readText(f.Octets[headerLen:], &b) == nil { // we wrote it
			all = append(all, Text{Row: b.Row, Text: b.Text, More: b.More})
		}
	}
	return all
}

// Rows are those of the messages that nobody confirmed.
func (p *Past) Rows() []uint64 {
	rows := make([]uint64, len(p.frames))
	for i, f := range p.frames {
		rows[i] = f.Row
	}
	return rows
}

// Sent are the texts that were handed over.
func (p *Past) Sent() []Out {
	var all []Out
	for _, f := range p.frames {
		if !f.at.IsZero() {
			all = append(all, f.Out)
		}
	}
	return all
}

// Blank is whether nothing was said, either way.
func (p *Past) Blank() bool { return p.highest == 0 && p.handed == 0 && len(p.frames) == 0 }

// Len is how many messages of ours nobody confirmed.
func (p *Past) Len() int { return len(p.frames) }

// TakeBack takes the messages that wait until it is known how the peer speaks.
func (m *Machine) TakeBack() []Text {
	var all []Text
	for {
		h, ok := m.texts.held.pop()
		if !ok {
			return all
		}
		all = append(all, Text{Row: h.row, Text: h.text, More: h.more})
	}
}

// Unsettled is whether m was made with a Past and does not know yet whether the
// conversation goes on: nothing should be sent meanwhile.
func (m *Machine) Unsettled() bool {
	if m.c.Past == nil || m.past.told || m.hushed || m.in.answered {
		return false
	}
	return m.c.Dialer || m.past.matched
}

// Full is whether so much waits for receipts that no more should be sent.
func (m *Machine) Full() bool {
	s := &m.texts.sent
	return m.wire == Framed && !m.c.Datagram && (s.weight >= keptOctets || s.next-s.first >= keptTexts)
}

// Abandoned is whether the stream ended without the word that goes before an end
// that is meant: the peer's program was killed, and its system sent the FIN.
func (m *Machine) Abandoned() bool {
	return m.in.eof && m.resumes && m.state == open && !m.peerHalf
}

// Half says HALF, which goes before the FIN of who means to hear on.
func (m *Machine) Half(now time.Time) {
	m.now = now
	if m.wire == Framed && !m.hushed && (m.state == open && m.resumes || m.state == opening && m.in.greeted) {
		m.control(half, &halfBody{})
	}
}

// offerPast has our HELLO say how far we had heard, if the peer may be the same.
func (m *Machine) offerPast() {
	p := m.c.Past
	if p == nil || m.session != p.session || !m.c.Dialer && m.peer.Instance != p.instance {
		return
	}
	m.past.matched, m.past.offer = true, p.highest+1
}

// matchPast decides, by the peer's HELLO, whether it goes on too, before ours is
// said if it was not yet.
func (m *Machine) matchPast(theirs uint64) {
	m.offerPast()
	if p := m.c.Past; p == nil || p.instance != 0 && m.peer.Instance != p.instance || theirs == 0 {
		m.past.matched = false
	}
	if !m.past.matched {
		m.past.offer = 0
	}
}

// goOn goes on with the Past if both ends do: the peer has all of ours up to the
// id before next.
func (m *Machine) goOn(next uint64) error {
	p := m.c.Past
	if p == nil || m.past.told || m.c.Datagram {
		return nil
	}
	m.past.told = true
	if !m.past.matched {
		m.emit(Continued{})
		return nil
	}
	if next < p.first || next-1 > p.handed {
		return fmt.Errorf("HELLO goes on at id %d, where %d to %d are possible", next, p.first, p.handed+1)
	}
	malformed, ignored := m.n.Malformed, m.n.Ignored
	m.n = p.n
	m.n.Malformed += malformed
	m.n.Ignored += ignored
	m.n.Highest = p.highest
	m.texts.id, m.texts.formed, m.texts.raw = p.formed, p.formed, p.raw
	m.texts.sent.first, m.texts.sent.next, m.texts.sent.due = next, next, next
	came := int(next - p.first)
	for _, f := range p.frames[:came] {
		m.n.Confirmed++
		m.n.Seen = max(m.n.Seen, f.ID)
		m.events.push(told{delivered: Delivered{ID: f.ID, Row: f.Row, After: m.now.Sub(f.at)}})
	}
	m.emit(Continued{Resumed: true, Again: len(p.frames) - came})
	for _, f := range p.frames[came:] {
		m.push(f.parcel)
	}
	for i := range m.texts.held.items[m.texts.held.head:] {
		m.texts.id++
		m.texts.held.items[m.texts.held.head+i].id = m.texts.id
	}
	return nil
}
