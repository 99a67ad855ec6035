package lab

import "seqtalk/transport/segment"

// A ring keeps the last segments and counts those that gave way. The tap's lock
// guards it.
type ring struct {
	size  int
	segs  []segment.Segment
	count uint64 // segments so far: the ordinal of the last
}

// add keeps s, in place of the oldest if need be, and numbers it.
func (r *ring) add(s *segment.Segment) {
	r.count++
	s.Ordinal = r.count
	if len(r.segs) < r.size {
		r.segs = append(r.segs, *s)
		return
	}
	r.segs[(r.count-1)%uint64(r.size)] = *s
}

// since returns the segments behind ordinal since that are still there.
func (r *ring) since(since uint64) (segs []segment.Segment, next, missed uint64) {
	since = min(since, r.count)
	first := max(since, r.count-uint64(len(r.segs)))
	for n := first; n < r.count; n++ {
		segs = append(segs, r.segs[n%uint64(r.size)])
	}
	return segs, r.count, first - since
}
