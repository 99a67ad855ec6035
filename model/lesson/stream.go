package lesson

import (
	"slices"
	"time"

	"seqtalk/transport/segment"
)

// A stream is A's half of TCP's bytes: which message each belongs to, which of
// them B's stack has, and which it must hold back since an earlier one is
// missing. All messages have the same length, so a position says whose it is;
// positions count from 1, as relative sequence numbers do.
type stream struct {
	stride   uint64 // octets of one message, newline included
	journeys []Journey
	fresh    uint64               // behind the highest byte sent
	have     []span               // what B's stack has: disjoint, in order
	whole    map[uint64]time.Time // by id: when its last missing byte came, until it is given out
}

// A span is a run of positions: from is in it, to is not.
type span struct{ from, to uint64 }

func newStream(stride int, j []Journey) stream {
	return stream{stride: uint64(stride), journeys: j, fresh: 1, whole: map[uint64]time.Time{}}
}

// start is the position of the first byte of message id.
func (t *stream) start(id uint64) uint64 { return 1 + (id-1)*t.stride }

// at is the message whose byte stands at a position.
func (t *stream) at(position uint64) uint64 {
	return min((position-1)/t.stride+1, uint64(len(t.journeys)))
}

// ids are the first and the last message that bytes of x belong to.
func (t *stream) ids(x span) (first, last uint64) { return t.at(x.from), t.at(x.to - 1) }

// left takes a segment as A sends it: messages that begin in what was never
// sent before share its fate, the others are sent again.
func (t *stream) left(s *segment.Segment) {
	x := span{s.RelSeq, s.RelSeq + uint64(s.Len)}
	first, last := t.ids(x)
	for id := first; id <= last; id++ {
		j := &t.journeys[id-1]
		switch begin := t.start(id); {
		case begin >= t.fresh && begin >= x.from:
			j.hit(s)
			if s.Key == 0 { // it began in the middle of a write
				j.With = first
			}
		case s.Notes.Has(segment.Resent):
			j.Again++
		}
	}
	t.fresh = max(t.fresh, x.to)
}

// came takes a segment as it reaches B's stack.
func (t *stream) came(s *segment.Segment) {
	x := span{s.RelSeq, s.RelSeq + uint64(s.Len)}
	before := t.contiguous()
	t.add(x)
	first, last := t.ids(x)
	for id := first; id <= last; id++ {
		if _, known := t.whole[id]; !known && t.start(id+1) > before && t.holds(span{t.start(id), t.start(id + 1)}) {
			t.whole[id] = s.At
		}
	}
	t.release(before, t.contiguous(), s.At)
}

// release notes how long the messages waited that B's stack can give out now.
func (t *stream) release(before, after uint64, now time.Time) {
	if after <= before {
		return
	}
	for id := t.at(before); id <= uint64(len(t.journeys)) && t.start(id+1) <= after; id++ {
		if at, ok := t.whole[id]; ok {
			t.journeys[id-1].Waited = now.Sub(at)
			delete(t.whole, id)
		}
	}
}

// contiguous is behind the last byte before which none is missing.
func (t *stream) contiguous() uint64 {
	if len(t.have) == 0 || t.have[0].from != 1 {
		return 1
	}
	return t.have[0].to
}

// holds reports whether B's stack has all of x.
func (t *stream) holds(x span) bool {
	for _, h := range t.have {
		if h.from <= x.from && x.to <= h.to {
			return true
		}
	}
	return false
}

// add notes that B's stack has x.
func (t *stream) add(x span) {
	i := 0
	for i < len(t.have) && t.have[i].to < x.from {
		i++
	}
	n := i
	for n < len(t.have) && t.have[n].from <= x.to {
		x.from, x.to = min(x.from, t.have[n].from), max(x.to, t.have[n].to)
		n++
	}
	t.have = slices.Replace(t.have, i, n, x)
}
