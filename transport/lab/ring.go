package lab

import "seqtalk/transport/segment"

// A ring keeps the last segments and counts those that gave way. The tap's lock
// guards it.
type ring struct {
	size  int
	segs  []segment.Segment
	shelf segment.Shelf // of the octets of segs
	count uint64        // segments so far: the ordinal of the last
}

// add keeps s, in place of the oldest if need be, and numbers it. The octets of
// packet, unless it is nil, are kept with it.
func (r *ring) add(s *segment.Segment, packet []byte) {
	place := int(r.count % uint64(r.size))
	r.count++
	s.Ordinal = r.count
	if place < len(r.segs) {
		r.segs[place] = *s
	} else {
		r.segs = append(r.segs, *s)
	}
	if packet != nil {
		r.segs[place].Octets = r.shelf.Put(place, packet)
	}
}

// since returns the segments behind ordinal since that are still there.
func (r *ring) since(since uint64) (segs []segment.Segment, next, missed uint64) {
	since = min(since, r.count)
	first := max(since, r.count-uint64(len(r.segs)))
	for n := first; n < r.count; n++ {
		segs = append(segs, r.segs[n%uint64(r.size)])
	}
	segment.Own(segs)
	return segs, r.count, first - since
}
