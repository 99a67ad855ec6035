package transport

import (
	"time"

	"seqtalk/transport/session"
)

// outflow is our half of a byte stream: octets the machine has made that the
// stack has not taken yet, and messages the peer's stack has not acknowledged.
type outflow struct {
	octetsAhead []byte
	head        int       // octets of it that the stack took
	taken       uint64    // octets the stack took, all told
	ahead       []passage // messages whose last octet it has not taken
	flying      []passage // messages it has taken, not acknowledged
}

// passage is a message's place in the stream.
type passage struct {
	row, id    uint64
	start, end uint64 // positions before its first and after its last octet
	sent       time.Time
}

func (o *outflow) octets() int   { return len(o.octetsAhead) - o.head }
func (o *outflow) unacked() bool { return len(o.flying) > 0 }

// nextLook is how long it is until the next look at SND.UNA, while something is
// unacknowledged: as long as the oldest message has been under way. So an ACK that
// comes soon is seen soon, and one that takes long costs few looks.
func (o *outflow) nextLook(now time.Time) time.Duration {
	return min(max(now.Sub(o.flying[0].sent), firstLook), ackPause)
}

// take moves what m has made behind what waits already, as long as there is
// room: to a peer that never reads the machine owes one PONG, not a million.
func (o *outflow) take(m *session.Machine, now time.Time) {
	for o.octets() < writeRoom {
		out, ok := m.NextOut(now)
		if !ok {
			return
		}
		start := o.taken + uint64(o.octets())
		o.octetsAhead = append(o.octetsAhead, out.Octets...)
		if out.Label == "" {
			o.ahead = append(o.ahead, passage{row: out.Row, id: out.ID, start: start, end: start + uint64(len(out.Octets))})
		}
	}
}

// chunk is what to write next, and the ordinal of the message whose first
// octet it holds, 0 if it begins inside one or holds none. A few messages go
// in a write each, so that each can have a segment of its own; many share.
func (o *outflow) chunk() (p []byte, k uint64) {
	p = o.octetsAhead[o.head:]
	if len(o.ahead) == 0 {
		return p, 0
	}
	first := o.ahead[0]
	if first.start >= o.taken {
		k = first.row
	}
	if len(o.ahead) > batchAbove {
		return p, k
	}
	switch {
	case first.start > o.taken: // control frames before it
		return p[:first.start-o.taken], 0
	default:
		return p[:first.end-o.taken], k
	}
}

// wrote notes that the stack took n octets, and returns the messages that are
// wholly handed over by it. Positions in a Fate count from 1, as in the
// sequence numbers that bear them.
func (o *outflow) wrote(n int, now time.Time) (sent []Fate) {
	o.head += n
	o.taken += uint64(n)
	if o.head == len(o.octetsAhead) {
		o.octetsAhead, o.head = o.octetsAhead[:0], 0
	} else if o.head > writeRoom {
		o.octetsAhead = append(o.octetsAhead[:0], o.octetsAhead[o.head:]...)
		o.head = 0
	}
	o.ahead, sent = pass(o.ahead, o.taken, func(p passage) Fate {
		p.sent = now
		o.flying = append(o.flying, p)
		return Fate{Row: p.row, ID: p.id, First: p.start + 1, Last: p.end, Octets: int(p.end - p.start)}
	})
	return sent
}

// acked returns the messages that lie below the first n octets of the stream.
// when says when the octets up to one were, and whether that is sure.
func (o *outflow) acked(n uint64, when func(end uint64) (at time.Time, exact bool)) (fates []Fate) {
	o.flying, fates = pass(o.flying, n, func(p passage) Fate {
		at, exact := when(p.end)
		return Fate{Row: p.row, ID: p.id, After: max(at.Sub(p.sent), 0), Exact: exact}
	})
	return fates
}

// pass takes from s what ends at n or before, and says what became of it. The rest
// moves to the front now and then, so that s stays where it is.
func pass(s []passage, n uint64, fate func(passage) Fate) (rest []passage, fates []Fate) {
	i := 0
	for i < len(s) && s[i].end <= n {
		i++
	}
	if i == 0 {
		return s, nil
	}
	fates = make([]Fate, i)
	for k := range fates {
		fates[k] = fate(s[k])
	}
	if i >= len(s)-i {
		return append(s[:0], s[i:]...), fates
	}
	return s[i:], fates
}
