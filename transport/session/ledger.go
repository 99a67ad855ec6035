package session

import "time"

// A Ledger keeps an end's account of its own messages from what was recorded:
// which were sent, and which of them the other end's program confirmed, or did
// not in time. Its numbers and times are those that end's Machine had.
type Ledger struct {
	m       Machine
	entered uint64 // messages with a number
}

// NewLedger begins an account. Times never run backwards.
func NewLedger(now time.Time, datagram bool) *Ledger {
	l := &Ledger{m: Machine{c: Config{Datagram: datagram}, start: now, now: now, wire: Framed, state: open}}
	l.m.texts.sent = sentTexts{first: 1, next: 1, due: 1, limit: keptOverTCP}
	if datagram {
		l.m.texts.sent.limit = keptOverUDP
		l.m.dg.tracker = new(tracker)
	}
	return l
}

// Sent notes that the message with that number in its frame, 0 for one without,
// was sent, and returns its id. Of messages that were not seen nothing is expected.
func (l *Ledger) Sent(now time.Time, number, row uint64) (id uint64) {
	m := &l.m
	m.now = now
	if number == 0 {
		m.texts.raw++
		m.texts.id++
		m.n.Sent = m.texts.id
		return m.texts.id
	}
	s := &m.texts.sent
	id = number + m.texts.raw
	switch missing := number - s.next; {
	case number < s.next:
		return id // it is counted
	case missing > window:
		s.first, s.next, s.due = number, number, number
	default:
		for range missing {
			s.add(sent{confirmed: true})
		}
	}
	m.texts.id = id
	l.entered++
	m.handedOver(parcel{Out: Out{ID: id, Row: row}, number: number})
	return id
}

// Receipt takes a receipt that came; one that speaks of what was never sent is
// passed over.
func (l *Ledger) Receipt(now time.Time, r Receipt) {
	l.m.now = now
	if l.m.tookReceipt(&r.body) != nil {
		l.m.n.Malformed++
	}
}

// Tick tells of messages whose receipt did not come in time; Deadline is when
// to call it, zero: never, as things stand.
func (l *Ledger) Tick(now time.Time) {
	l.m.now = now
	l.m.giveUp()
}

// Deadline is when Tick wants to be called.
func (l *Ledger) Deadline() time.Time { return l.m.giveUpAt() }

// NextEvent takes the next event: Delivered or Unconfirmed.
func (l *Ledger) NextEvent() (Event, bool) { return l.m.NextEvent() }

// Counters are those of what was sent.
func (l *Ledger) Counters() Counters { return l.m.n }

// Unconfirmed is how many of the messages with a number have no receipt.
func (l *Ledger) Unconfirmed() int {
	return int(l.entered - min(l.m.n.Confirmed, l.entered))
}
