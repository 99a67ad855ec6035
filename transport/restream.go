package transport

import (
	"cmp"
	"slices"
)

// A restream puts the payloads of one direction of a recorded TCP connection in
// order again. Positions are relative, as in the sequence numbers: the first
// octet is number 1. What the recording lacks is told as a hole.
type restream struct {
	next   uint64 // the first that was not given out
	strays []stray
	held   int // octets in strays
	fin    uint64
	ended  bool // next is behind the FIN
}

// A stray is a payload behind a hole that may still be filled.
type stray struct {
	first  uint64
	octets []byte
	size   int // octets there were: more than were kept where the recording is cut short
}

// How much waits for a hole to be filled.
const (
	maxStrays     = 256
	maxStrayBytes = 4 << 20
)

// An orderly takes what a restream gives out: octets, or a hole of so many.
type orderly interface {
	octets(p []byte)
	hole(n int)
}

// put takes a payload of size octets, of which p were kept.
func (r *restream) put(first uint64, p []byte, size int, to orderly) {
	if r.next == 0 {
		r.next = 1
	}
	if size > 0 && first+uint64(size) > r.next {
		r.strays = append(r.strays, stray{first, p[:min(len(p), size)], size})
		r.held += len(p)
		slices.SortStableFunc(r.strays, func(a, b stray) int { return cmp.Compare(a.first, b.first) })
	}
	r.give(to)
	for len(r.strays) > maxStrays || r.held > maxStrayBytes {
		r.skip(r.strays[0].first, to)
	}
}

// give gives out what is in order.
func (r *restream) give(to orderly) {
	for len(r.strays) > 0 && r.strays[0].first <= r.next {
		s := r.strays[0]
		r.strays = r.strays[1:]
		r.held -= len(s.octets)
		had := r.next - s.first // of it given out before
		if had >= uint64(s.size) {
			continue
		}
		if had < uint64(len(s.octets)) {
			to.octets(s.octets[had:])
		}
		if lacks := s.size - max(len(s.octets), int(had)); lacks > 0 {
			to.hole(lacks)
		}
		r.next = s.first + uint64(s.size)
	}
	if r.fin > 0 && r.next == r.fin && !r.ended {
		r.next++
		r.ended = true
	}
}

// skip gives up what is missing before position n: the other end has it, or
// behind it too much waits.
func (r *restream) skip(n uint64, to orderly) {
	for r.next < n && !r.ended {
		until := n
		if len(r.strays) > 0 {
			until = min(until, r.strays[0].first)
		}
		if r.fin > 0 {
			until = min(until, r.fin)
		}
		if until > r.next {
			to.hole(int(min(until-r.next, 1<<30)))
			r.next = until
		}
		r.give(to)
	}
}

// finish notes that a FIN has position n.
func (r *restream) finish(n uint64, to orderly) {
	if r.next == 0 {
		r.next = 1
	}
	if r.fin == 0 && n >= r.next {
		r.fin = n
	}
	r.give(to)
}
