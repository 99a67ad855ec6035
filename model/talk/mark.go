package talk

import (
	"seqtalk/transport"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
)

// follows says which mark may take the place of which. Acked and Delivered are
// proofs: they may come late and are never taken back. Unknown and Failed say
// that none came, so a proof overrules them; an ICMP error says more than
// silence.
//
//	                Queued Sent Acked Delivered Unknown Failed
//	from Queued        ·     ✓     ✓      ✓        ✓       ✓
//	     Sent          ✓     ·     ✓      ✓        ✓       ✓
//	     Acked         ✓     ·     ·      ✓        ·       ·
//	     Delivered     ·     ·     ·      ·        ·       ·
//	     Unknown       ✓     ·     ✓      ✓        ·       ✓
//	     Failed        ✓     ·     ·      ✓        ·       ·
//
// Queued comes again when the connection was lost before a receipt came: what
// became of the line over the old one counts no more, and it waits for the next.
func follows(from, to transport.Mark) bool {
	if to == transport.Queued {
		return from != transport.Queued && from != transport.Delivered
	}
	switch from {
	case transport.Queued:
		return true
	case transport.Sent:
		return to > transport.Sent
	case transport.Acked, transport.Failed:
		return to == transport.Delivered
	case transport.Unknown:
		return to == transport.Acked || to == transport.Delivered || to == transport.Failed
	}
	return false
}

// deliver is what a Delivery does. It reports whether a line looks different.
func (t *Talk) deliver(ev transport.Delivery) bool {
	changed := false
	for i := range ev.Fates {
		in := &ev.Fates[i]
		if !t.rows.has(in.Row) {
			continue // evicted, cleared or taken back
		}
		f := t.rows.make(in.Row, leg(ev.Proto))
		changed = t.learn(f, in, leg(ev.Proto)) || changed
		changed = t.mark(f, ev.Mark, in) || changed
	}
	return changed
}

// learn keeps the numbers that come with Sent, once, whatever the mark is by then.
func (t *Talk) learn(f *fate, in *transport.Fate, leg int) bool {
	before := *f
	if f.octets == 0 && in.Octets > 0 {
		f.octets = narrow(uint64(in.Octets))
		f.wire = f.wire&seenACK | uint8(t.legs[leg].wire)
	}
	if f.id == 0 && t.legs[leg].wire == session.Framed {
		f.id = narrow(in.ID) // no other wire has numbers
	}
	if f.span == 0 && in.First > 0 && in.Last >= in.First {
		f.first, f.span = in.First, narrow(in.Last-in.First+1)
		t.legs[leg].sent(in.Row)
	}
	return *f != before
}

// mark gives f the mark m where the rules allow it.
func (t *Talk) mark(f *fate, m transport.Mark, in *transport.Fate) bool {
	if f.known() && !follows(f.is(), m) {
		return false
	}
	if f.known() && f.is() == transport.Failed {
		f.acked = 0 // it was the reason
	}
	if m == transport.Queued {
		*f = fate{} // it gets other numbers
	}
	f.mark = uint8(m) + 1
	switch m {
	case transport.Acked:
		f.acked = pack(in.After)
		if in.Exact {
			f.wire |= seenACK
		}
	case transport.Delivered:
		f.delivered = pack(in.After)
	case transport.Failed:
		f.acked = t.reasons.number(in.Err)
	}
	return true
}

// settle is what a Down does to the marks: what was sent over this leg and not
// proved to have come can no longer be. After a reset it failed; else nobody
// knows. What raw or line sent over UDP stays sent: nobody would have told.
func (t *Talk) settle(ev transport.Down) {
	k := leg(ev.Proto)
	from := max(t.legs[k].open, t.rows.first)
	t.legs[k].open = t.rows.end
	m, in := transport.Unknown, transport.Fate{}
	if k == 0 && (ev.Cause == transport.Reset || ev.Cause == transport.Aborted) {
		m, in.Err = transport.Failed, ev.Err
	}
	for row := from; row < t.rows.end; row++ {
		f := t.rows.fate(row, k)
		switch {
		case !f.known():
		case f.is() == transport.Queued:
			t.legs[k].open = min(t.legs[k].open, row)
		case f.is() == transport.Sent && (k == 0 || f.over() == session.Framed):
			t.mark(f, m, &in)
		}
	}
}

// Resent says that bytes first to last of the TCP stream were sent again: once
// more, or, where the number is not known, at some time.
func (t *Talk) Resent(first, last uint64, counted bool) {
	l := &t.legs[0]
	for row := t.carrier(first); row < t.rows.end; row++ {
		f := t.rows.fate(row, 0)
		if !f.known() || f.span == 0 {
			continue
		}
		if f.first > last {
			break
		}
		if f.first+uint64(f.span) <= first || row < l.since {
			continue
		}
		switch {
		case !counted:
			f.resent = -1
		case f.resent >= 0 && f.resent < 1<<15-1:
			f.resent++
		}
		t.version++
	}
}

// carrier is the first row of this connection that can hold byte b of the
// stream: a binary search, as rows are sent in order.
func (t *Talk) carrier(b uint64) uint64 {
	lo, hi := max(t.legs[0].since, t.rows.first), t.rows.end
	for lo < hi {
		mid := lo + (hi-lo)/2
		f := t.rows.fate(mid, 0)
		if f.known() && f.span > 0 && f.first+uint64(f.span) <= b {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// reasons are the errors that made lines fail, each kept once.
type reasons struct {
	texts []safe.Text
	known map[string]span
}

// maxReasons bounds what errors that all differ can take; the rest have no text.
const maxReasons = 1024

func (r *reasons) number(err error) span {
	if err == nil {
		return 0
	}
	s := err.Error()
	if n, ok := r.known[s]; ok {
		return n
	}
	if len(r.texts) == maxReasons {
		return 0
	}
	if r.known == nil {
		r.known = map[string]span{}
	}
	r.texts = append(r.texts, safe.String(s))
	n := span(len(r.texts))
	r.known[s] = n
	return n
}

func (r *reasons) text(n span) safe.Text {
	if n == 0 {
		return safe.Text{}
	}
	return r.texts[n-1]
}
