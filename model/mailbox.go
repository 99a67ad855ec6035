package model

import (
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
)

// Between the transport and the event loop of the screen:
//
//	tr.Events() ──pump──▶ mailbox ──courier──▶ p.Send(Wake{}) ──▶ Update: take
//
// The pump is the only reader of the events. A full mailbox stops it, which
// stops the transport's reader, which closes TCP's window: that is the truth
// and is shown. Nothing of the network ever waits inside the event loop.
const (
	mailboxRoom = 16384                 // messages' worth
	wakeBurst   = 64                    // so many wakes may fall in one wakeGap: two who answer each other at once are not slowed
	wakeGap     = 16 * time.Millisecond // and the next ones keep this distance
	drainStep   = 256                   // messages' worth between two looks at the clock
	drainTime   = 12 * time.Millisecond // so long one wake keeps the keys waiting
)

// A Wake tells Update that the mailbox holds something.
type Wake struct{}

// A mailbox holds the events that the event loop has not seen yet.
type mailbox struct {
	mu      sync.Mutex
	queue   []transport.Event
	weight  int  // of the queue, in messages
	pending bool // a wake is on its way for what is queued

	room chan struct{} // signalled when a full mailbox was emptied
	news chan struct{} // signalled when a wake is owed
	done chan struct{} // closed by shut
	once sync.Once
}

func newMailbox() *mailbox {
	return &mailbox{
		room: make(chan struct{}, 1),
		news: make(chan struct{}, 1),
		done: make(chan struct{}),
	}
}

// weigh says how many messages' worth ev is.
func weigh(ev transport.Event) int {
	switch ev := ev.(type) {
	case transport.Far:
		return weigh(ev.Event)
	case transport.Received:
		return max(1, len(ev.Messages))
	case transport.Delivery:
		return max(1, len(ev.Fates))
	case transport.Passed:
		return max(1, len(ev.Segments))
	}
	return 1
}

// pump moves events into the mailbox until there are no more of them or the
// mailbox is shut.
func (b *mailbox) pump(events <-chan transport.Event) {
	for {
		select {
		case <-b.done:
			return
		case ev, ok := <-events:
			if !ok || !b.put(ev) {
				return
			}
		}
	}
}

// put adds ev. It waits while the mailbox is full and reports whether ev went in.
func (b *mailbox) put(ev transport.Event) bool {
	for {
		b.mu.Lock()
		if b.weight < mailboxRoom {
			b.queue = append(b.queue, ev)
			b.weight += weigh(ev)
			if !b.pending {
				b.pending = true
				raise(b.news)
			}
			b.mu.Unlock()
			return true
		}
		b.mu.Unlock()
		select {
		case <-b.room:
		case <-b.done:
			return false
		}
	}
}

// full reports that the pump has to wait. No mailbox is never full.
func (b *mailbox) full() bool {
	if b == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.weight >= mailboxRoom
}

// take empties the mailbox, up to most messages' worth but at least one event.
// Until settle is called no wake is sent.
func (b *mailbox) take(most int) []transport.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, w := 0, 0
	for n < len(b.queue) && (n == 0 || w+weigh(b.queue[n]) <= most) {
		w += weigh(b.queue[n])
		n++
	}
	taken := b.queue[:n:n]
	if b.queue = b.queue[n:]; len(b.queue) == 0 {
		b.queue = nil
	}
	b.weight -= w
	raise(b.room)
	return taken
}

// settle ends the taking: what is left has a wake on its way.
func (b *mailbox) settle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pending = len(b.queue) > 0; b.pending {
		raise(b.news)
	}
}

// courier sends a wake for what is put into the mailbox: at once, unless
// wakeBurst wakes fell into the last wakeGap; from then on at most one each
// wakeGap, until nothing is owed that long. So a burst costs one redraw and a
// single message costs no wait.
func (b *mailbox) courier(send func(tea.Msg)) {
	var sent [wakeBurst]time.Time
	last, paced := 0, false
	for {
		select {
		case <-b.done:
			return
		case <-b.news:
		}
		now := time.Now()
		since := now.Sub(sent[last])
		paced = since < wakeGap && (paced || now.Sub(sent[(last+1)%wakeBurst]) < wakeGap)
		if paced && !b.sleep(wakeGap-since) {
			return
		}
		send(Wake{})
		last = (last + 1) % wakeBurst
		sent[last] = time.Now()
	}
}

// sleep waits d and reports whether the mailbox is still open.
func (b *mailbox) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-b.done:
		return false
	}
}

// shut ends the pump and the courier.
func (b *mailbox) shut() { b.once.Do(func() { close(b.done) }) }

// raise sets c, whose buffer holds one, without waiting.
func raise(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
