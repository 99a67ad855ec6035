package session

import (
	"fmt"
	"time"
)

// texts are the messages of ours on their way out.
type texts struct {
	id     uint64 // of the last that Send took
	formed uint64 // of the last that was put into octets
	raw    uint64 // of the last that was put into octets without a frame
	held   queue[held]
	sent   sentTexts
}

// held is a message that waits until it is known how the peer speaks.
type held struct {
	id, row uint64
	text    []byte
	more    bool
	since   time.Time
}

// Send takes a message, or with more a piece of one, and returns its id. On a
// stream a text of more than 60,000 octets takes several ids, of which this
// is the last, unless it is known to leave raw. What waits until the wire is known
// waits here; it is the owner's to keep that short. ErrTooLong, ErrEnded.
func (m *Machine) Send(now time.Time, row uint64, text []byte, more bool) (id uint64, err error) {
	m.now = now
	if m.hushed {
		return 0, ErrEnded
	}
	if err := m.Fits(row, len(text)); err != nil {
		return 0, err
	}
	m.release()
	for m.mayFrame() && !m.c.Datagram && len(text) > maxPiece {
		n := maxPiece - incomplete(text[:maxPiece])
		m.send(row, text[:n], true)
		text = text[n:]
	}
	m.send(row, text, more)
	return m.texts.id, nil
}

// Fits is whether Send would take a text of n octets: ErrTooLong where one
// datagram cannot hold it.
func (m *Machine) Fits(row uint64, n int) error {
	if !m.c.Datagram {
		return nil
	}
	limit := maxUDP
	switch {
	case m.mayFrame():
		b := textBody{ID: m.texts.id + 1, Row: row, SentAt: lastMilli}
		limit = m.c.MaxOctets - headerLen - sessionLen - textOverhead(&b, n)
	case m.wire == Line:
		limit--
	}
	if n > limit {
		return fmt.Errorf("message of %d bytes, %d fit one datagram: %w", n, limit, ErrTooLong)
	}
	return nil
}

// mayFrame is whether texts leave, or may yet leave, in frames.
func (m *Machine) mayFrame() bool {
	return m.wire == Framed || m.c.Wire == Auto && !m.in.answered
}

func (m *Machine) send(row uint64, text []byte, more bool) {
	m.texts.id++
	h := held{id: m.texts.id, row: row, text: text, more: more, since: m.now}
	if m.texts.held.len() == 0 && !m.holds(&h) {
		m.form(&h)
		return
	}
	if m.texts.held.len() == 0 && m.asksAgain() && m.dg.greetings >= greetingsAtStart {
		m.greet()
	}
	h.text = append([]byte(nil), text...)
	m.texts.held.push(h)
}

// Waiting is whether texts are held until the wire is known. There is a
// Deadline then, except that a framed listener waits as long as it takes.
func (m *Machine) Waiting() bool { return m.texts.held.len() > 0 }

// asksAgain is whether this is an auto dialer over UDP whom nobody answered
// yet: it waits before each text.
func (m *Machine) asksAgain() bool {
	return m.c.Datagram && m.c.Dialer && m.c.Wire == Auto && m.wire != Framed && !m.in.answered
}

// holds is whether h has to wait.
func (m *Machine) holds(h *held) bool {
	if m.Unsettled() {
		return true
	}
	if m.wire == Framed {
		return !m.in.greeted || m.c.Datagram && m.state == opening || !m.known()
	}
	return !m.hushed && m.now.Before(m.heldUntil(h))
}

// heldUntil is when h leaves raw; zero if it need not wait for a time.
func (m *Machine) heldUntil(h *held) time.Time {
	switch {
	case m.wire == Framed, m.in.eof:
	case m.asksAgain():
		return h.since.Add(answerWait)
	case m.wire != Auto:
	case m.c.Dialer:
		return m.start.Add(answerWait)
	default:
		return m.start.Add(speakFirst)
	}
	return time.Time{}
}

// releaseAt is when the first held text leaves raw.
func (m *Machine) releaseAt() time.Time {
	if m.texts.held.len() == 0 || m.Unsettled() {
		return time.Time{}
	}
	return m.heldUntil(m.texts.held.front())
}

// release puts into octets what need not wait any more.
func (m *Machine) release() {
	for m.texts.held.len() > 0 && !m.holds(m.texts.held.front()) {
		h, _ := m.texts.held.pop()
		m.form(&h)
	}
}

// form puts a text into octets.
func (m *Machine) form(h *held) {
	if m.wire == Auto {
		m.wire = Raw
		m.emit(Settled{Wire: Raw, Unanswered: true})
	}
	m.texts.formed = h.id
	p := parcel{Out: Out{ID: h.id, Row: h.row, Text: len(h.text)}}
	if m.wire == Framed {
		p.number = h.id - m.texts.raw
		b := textBody{
			ID: p.number, Row: h.row, More: h.more,
			SentAt: clamp(m.now.UnixMilli()), Text: h.text,
		}
		m.room(headerLen + sessionLen + textOverhead(&b, len(h.text)) + len(h.text))
		at := len(m.tx)
		m.tx = endFrame(appendText(beginFrame(m.tx, text, m.inHeader()), &b), at)
		p.Octets = m.since(at)
	} else {
		m.room(len(h.text) + 1)
		at := len(m.tx)
		m.tx = append(m.tx, h.text...)
		if m.wire == Line && !h.more {
			m.tx = append(m.tx, '\n')
		}
		p.Octets = m.since(at)
	}
	m.push(p)
}

// handedOver counts a message that the owner took.
func (m *Machine) handedOver(p parcel) {
	m.n.Sent = p.ID
	if p.number == 0 {
		return
	}
	s := sent{row: p.Row, at: m.now.Sub(m.start)}
	if !m.c.Datagram {
		s.octets, s.text = p.Octets, p.Text
	}
	oldest := m.texts.sent.first
	if old, impatient := m.texts.sent.add(s); impatient && m.c.Datagram {
		m.emit(Unconfirmed{ID: oldest + m.texts.raw, Row: old.row})
	}
}

// Unconfirmed is how many messages of ours, sent or waiting, have no receipt;
// 0 while not framed.
func (m *Machine) Unconfirmed() int {
	if m.wire != Framed {
		return 0
	}
	return int(m.texts.id - m.texts.raw - m.n.Confirmed)
}

// patience is how long a receipt may take over UDP.
func (m *Machine) patience() time.Duration { return max(3*m.n.RTT, leastPatience) }

// giveUpAt is when the oldest message without a receipt is given up: never on
// a stream, where nothing is lost as long as it lives.
func (m *Machine) giveUpAt() time.Time {
	if !m.c.Datagram || m.state == ended {
		return time.Time{}
	}
	_, s, ok := m.texts.sent.waiting()
	if !ok {
		return time.Time{}
	}
	return m.start.Add(s.at + m.patience())
}

// giveUp tells of the messages whose receipt did not come in time.
func (m *Machine) giveUp() {
	for at := m.giveUpAt(); !at.IsZero() && !m.now.Before(at); at = m.giveUpAt() {
		id, s, _ := m.texts.sent.waiting()
		s.late = true
		m.texts.sent.due++
		m.emit(Unconfirmed{ID: id + m.texts.raw, Row: s.row})
	}
}

// tookReceipt takes the peer's word for what it has.
func (m *Machine) tookReceipt(b *receiptBody) error {
	s := &m.texts.sent
	highest, ok := b.highest()
	switch {
	case !ok || highest >= s.next:
		return fmt.Errorf("RECEIPT for id %d, %d were sent", highest, s.next-1)
	case !m.c.Datagram && len(b.Bitmap) > 0:
		return fmt.Errorf("RECEIPT with gaps on a stream")
	}
	if b.contiguous() {
		for id := s.first; id <= b.Upto; id++ {
			m.confirm(id, id == highest)
		}
	}
	b.each(func(id uint64) { m.confirm(id, id == highest) })
	return nil
}

// confirm takes the receipt for one id; newest says that it is the one that the receipt
// was sent for, as far as can be known, so that its time is a round trip.
func (m *Machine) confirm(id uint64, newest bool) {
	s, ok := m.texts.sent.confirm(id)
	if !ok {
		return
	}
	after := m.now.Sub(m.start) - s.at
	if newest && !s.late {
		m.n.RTT = smooth(m.n.RTT, after)
	}
	m.n.Confirmed++
	m.n.Seen = max(m.n.Seen, id+m.texts.raw)
	m.events.push(told{delivered: Delivered{ID: id + m.texts.raw, Row: s.row, After: after}})
}

// tookText takes a message of the peer's.
func (m *Machine) tookText(b *textBody, size int, first, last uint64) error {
	r := Received{
		ID: b.ID, Row: b.Row, Text: b.Text, SentAt: clamp(b.SentAt), More: b.More,
		Octets: size, First: first, Last: last, Wire: Framed,
	}
	if !m.c.Datagram {
		r.Text = m.in.text(b.Text)
		switch {
		case b.ID <= m.n.Highest:
			m.n.Duplicate++
			return nil
		case b.ID != m.n.Highest+1:
			return fmt.Errorf("TEXT %d after TEXT %d", b.ID, m.n.Highest)
		}
		m.n.Highest = b.ID
	} else {
		switch m.dg.tracker.arrive(b.ID) {
		case implausible:
			return fmt.Errorf("TEXT %d after TEXT %d", b.ID, m.dg.tracker.known)
		case again:
			r.Dup = true
		case late:
			r.Late = true
		}
		m.dg.credit = min(m.dg.credit+size, maxUDP)
	}
	if !r.Dup {
		m.n.Received++
		m.receiptOwed = true
	}
	m.receive(r)
	return nil
}

// clamp brings a Unix time in ms into the years 1970 to 9999, beyond which
// the formats of time do not go (RFC 3339 §5.6).
func clamp(ms int64) int64 { return min(max(ms, 0), lastMilli) }
