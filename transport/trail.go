package transport

import (
	"net/netip"
	"slices"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// A trail is what one TCP connection is known to have done between two looks at
// it: by its segments, where the stack shows them, else by its counters.
type trail struct {
	witness       stack.Witness // nil: none
	local, remote netip.AddrPort
	next          uint64 // the segment to ask for
	missed        bool   // segments since the last look

	looked  time.Time // for acknowledgements; zero: not yet
	una     uint64    // bytes of our stream that were acknowledged then
	retrans int       // segments sent again until then
	strayed int       // of that Snapshot; between two looks, of the one under way
	tells   bool      // that it is known
	lab     bool      // nothing dies between the tap and the stack
	acks    []ackSeen // of more than was acknowledged then
}

// ackSeen is a segment by which the peer's stack said what it has.
type ackSeen struct {
	bytes   uint64 // of our stream
	at      time.Time
	strayed int // before it came
}

// maxAcks is how many of them wait for their stack, which a tap is ahead of: it
// takes what a firewall lets through, when it is its turn.
const maxAcks = 1024

// newTrail begins with what came to be before anything was said: a SYN sent
// again is no message sent again.
func newTrail(s stack.Stack, conn stack.Conn) trail {
	r := trail{local: bare(conn.LocalAddr()), remote: bare(conn.RemoteAddr())}
	if r.witness = witness(s); r.witness != nil {
		_, r.next, _ = r.witness.Segments(1<<63 - 1)
	}
	r.settle(conn.Snapshot())
	return r
}

// bare is a as it stands in a packet.
func bare(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// sees reports whether segments tell of s.
func (r *trail) sees(s *segment.Snapshot) bool {
	return r.witness != nil && (s.Source == segment.Capture || s.Source == segment.Lab)
}

// look finds out what was sent again since the last look: the ranges of bytes,
// each with how often.
func (r *trail) look(s *segment.Snapshot, flying []passage) (again []Resent) {
	if r.sees(s) {
		again = r.read(s)
		if !r.missed {
			return again
		}
	}
	if s.Has(segment.HasRetrans) && s.Retrans > r.retrans {
		again = append(again, r.guess(s, flying)...)
	}
	return again
}

// read takes the segments that came and went since the last look.
func (r *trail) read(s *segment.Snapshot) (again []Resent) {
	segs, next, missed := r.witness.Segments(r.next)
	r.next, r.missed = next, missed > 0
	before := r.strayed
	r.strayed, r.tells, r.lab = s.Strayed, s.Has(segment.HasStrayed), s.Source == segment.Lab
	for i := range segs {
		g := &segs[i]
		if g.Proto != segment.TCP || !g.Known {
			continue
		}
		switch {
		case g.Dir == segment.Out && g.Stage <= segment.Sent && g.Src == r.local && g.Dst == r.remote:
			if g.Notes.Has(segment.Resent) && g.Len > 0 {
				again = append(again, Resent{Proto: segment.TCP, First: g.RelSeq, Last: g.RelSeq + uint64(g.Len) - 1, N: 1})
			}
		case g.Dir == segment.In && g.Stage != segment.Sent && g.Stage != segment.Died && g.Dst == r.local && g.Src == r.remote:
			if g.Flags&segment.ACK != 0 && g.RelAck > 0 && !g.Notes.Has(segment.BadChecksum) {
				r.acks = append(r.acks, ackSeen{g.RelAck - 1, g.At, before})
			}
		}
	}
	return again
}

// guess says whose bytes were sent again, where only their number is known: it
// is sure of one message that was alone under way all the time.
func (r *trail) guess(s *segment.Snapshot, flying []passage) []Resent {
	if s.SndNxt < 2 || s.SndNxt-1 <= r.una {
		return nil // a FIN, or nothing of the stream
	}
	again := Resent{Proto: segment.TCP, First: r.una + 1, Last: s.SndNxt - 1}
	if len(flying) == 1 && flying[0].start <= r.una && again.Last <= flying[0].end && !r.missed {
		again.N = s.Retrans - r.retrans
	}
	return []Resent{again}
}

// acked is when the peer's stack was heard to have n bytes, after it was found
// at now that it has. It is exact if the segment is known that said so: it is not
// where several did and the first may have died in a firewall of ours.
func (r *trail) acked(n uint64, now time.Time) (at time.Time, exact bool) {
	found := 0
	for i := range r.acks {
		a := &r.acks[i]
		if a.bytes < n || a.at.After(now) {
			continue
		}
		if found++; found == 1 && r.taken(a) {
			return a.at, true
		}
		at = a.at
	}
	if found == 0 {
		return now, false
	}
	return at, found == 1 && !r.missed
}

// taken reports that a has reached the stack, not only the tap.
func (r *trail) taken(a *ackSeen) bool {
	return !r.missed && (r.lab || r.tells && r.strayed <= a.strayed)
}

// settle ends a look: what is told later is counted from here.
func (r *trail) settle(s segment.Snapshot) {
	if s.Has(segment.HasSnd) {
		r.una = s.AckedBytes()
	}
	if s.Has(segment.HasRetrans) {
		r.retrans = s.Retrans
	}
	r.missed, r.strayed = false, s.Strayed
	r.acks = slices.DeleteFunc(r.acks, func(a ackSeen) bool { return a.bytes <= r.una })
	if more := len(r.acks) - maxAcks; more > 0 {
		r.acks = slices.Delete(r.acks, 0, more)
	}
}
