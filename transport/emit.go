package transport

import "seqtalk/transport/segment"

// emit adds ev to what the consumer is to be told.
func (c *Conversation) emit(ev Event) {
	if r, ok := ev.(Received); ok {
		c.heldMsgs += len(r.Messages)
		for _, m := range r.Messages {
			c.heldByte += len(m.Text)
		}
	}
	c.pending = append(c.pending, ev)
}

// note is emit for a Notice.
func (c *Conversation) note(p segment.Proto, code Code, args ...any) {
	c.emit(Notice{At: c.now(), Proto: p, Code: code, Args: args})
}

// mark notes what became of a message; the fates of one step are told
// together.
func (c *Conversation) mark(p segment.Proto, m Mark, f Fate) {
	i := 0
	if p == segment.UDP {
		i = 1
	}
	if c.fates[i] == nil {
		c.fates[i] = make(map[Mark][]Fate)
	}
	c.fates[i][m] = append(c.fates[i][m], f)
}

func (c *Conversation) tellFates() {
	for i, p := range [...]segment.Proto{segment.TCP, segment.UDP} {
		for m := Sent; m <= Failed; m++ {
			if f := c.fates[i][m]; len(f) > 0 {
				c.emit(Delivery{Proto: p, Mark: m, Fates: f})
				delete(c.fates[i], m)
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
	if r, ok := c.pending[0].(Received); ok {
		c.heldMsgs -= len(r.Messages)
		for _, m := range r.Messages {
			c.heldByte -= len(m.Text)
		}
	}
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
		c.pending = nil
	} else {
		c.drop()
	}
	if c.closed {
		c.flush()
		return
	}
	c.wake()
}
