package transport

import (
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// emit adds ev to what the consumer is to be told.
func (c *Conversation) emit(ev Event) {
	c.keep(ev)
	c.gaps.forget(ev)
	c.weigh(ev, 1)
	c.pending = append(c.pending, ev)
}

// weigh counts ev, or with sign −1 uncounts it: every event takes room.
func (c *Conversation) weigh(ev Event, sign int) {
	switch ev := ev.(type) {
	case Received:
		c.heldMsgs += sign * len(ev.Messages)
		for _, m := range ev.Messages {
			c.heldByte += sign * len(m.Text)
		}
	case Delivery:
		c.heldMsgs += sign * len(ev.Fates)
	default:
		c.heldMsgs += sign
	}
}

// mark notes what became of a message; the fates of one step are told
// together.
func (c *Conversation) mark(p segment.Proto, m Mark, f Fate) {
	q := &c.fates[legIndex(p)][m]
	*q = append(*q, f)
}

// marks is mark for many, which it takes.
func (c *Conversation) marks(p segment.Proto, m Mark, f []Fate) {
	q := &c.fates[legIndex(p)][m]
	if len(*q) == 0 {
		*q = f
	} else {
		*q = append(*q, f...)
	}
}

// hear takes the messages and the receipts that are m's next events.
func (c *Conversation) hear(p segment.Proto, m *session.Machine, now time.Time) {
	for {
		var got []Incoming
		for r, ok := m.NextReceived(); ok; r, ok = m.NextReceived() {
			if got == nil {
				n, _ := m.Pending()
				got = make([]Incoming, 0, n+1)
			}
			got = append(got, Incoming{Received: r, At: now})
		}
		if got != nil {
			c.emit(Received{Proto: p, Messages: got})
		}
		var fates []Fate
		for d, ok := m.NextDelivered(); ok; d, ok = m.NextDelivered() {
			if fates == nil {
				n, _ := m.Pending()
				fates = make([]Fate, 0, n+1)
			}
			fates = append(fates, Fate{Row: d.Row, ID: d.ID, After: d.After})
		}
		if fates == nil {
			return
		}
		c.marks(p, Delivered, fates)
	}
}

func (c *Conversation) tellFates() {
	for i, p := range [...]segment.Proto{segment.TCP, segment.UDP} {
		for _, m := range [...]Mark{Sent, Acked, Delivered, Unknown, Failed, Queued} { // who waits again was sent before
			if f := c.fates[i][m]; len(f) > 0 {
				c.emit(Delivery{Proto: p, Mark: m, Fates: f})
				c.fates[i][m] = nil
			}
		}
	}
}

// room reports whether the consumer keeps up. A leg that is told no stops
// reading until it is woken.
func (c *Conversation) room() bool {
	if c.heldMsgs < pendingRoom && c.heldByte < pendingBytes {
		return true
	}
	c.stopped = true
	return false
}

// flush hands pending events to the channel, as far as it has room. When it is
// full a goroutine waits with the first of them, and wakes the loop after.
func (c *Conversation) flush() {
	if c.cfg.Exact {
		return
	}
	for !c.relaying && len(c.pending) > 0 {
		ev := c.pending[0]
		select {
		case c.events <- ev:
			c.drop()
		default:
			c.relaying = true
			c.wg.Go(func() { c.relay(ev) })
			return
		}
	}
	if len(c.pending) == 0 && c.closed {
		close(c.events)
	}
}

// drop forgets the first of the pending events: it has been told.
func (c *Conversation) drop() {
	c.weigh(c.pending[0], -1)
	c.pending[0] = nil
	c.pending = c.pending[1:]
}

// relay waits until the consumer takes ev, or nobody wants it any more.
func (c *Conversation) relay(ev Event) {
	var told bool
	select {
	case c.events <- ev:
		told = true
	case <-c.done:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.relaying = false
	if !told {
		c.pending, c.heldMsgs, c.heldByte = nil, 0, 0
	} else {
		c.drop()
	}
	if c.closed {
		c.flush()
		return
	}
	c.wake()
}
