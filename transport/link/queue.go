package link

import "time"

// A queue is the drop-tail queue and the serializer it feeds. Its times count from
// the link's epoch.
type queue struct {
	leaving []time.Duration // when each packet of the queue will have left, in order, from
	head    int             // this index on
	free    time.Duration   // when the serializer will be idle,
	part    uint64          // and part/rate ns later, so that no fraction is ever lost
}

// take puts a packet of size bytes into the queue and returns when its last bit
// has left, rounded down to a nanosecond; false if the queue was full. A packet in
// the serializer still counts.
//
// In a busy period the n-th packet leaves ⌊8·10⁹·(bytes so far)/rate⌋ ns after its
// start: exact, without drift.
func (q *queue) take(now time.Duration, size int, p *Params) (time.Duration, bool) {
	q.expire(now)
	if len(q.leaving)-q.head >= p.limit() {
		return 0, false
	}
	if q.free < now {
		q.free, q.part = now, 0
	}
	if p.Rate > 0 {
		n := uint64(size)*8e9 + q.part // size < 2³¹: no overflow
		q.free += time.Duration(n / p.Rate)
		q.part = n % p.Rate
	}
	if q.free > now {
		q.leaving = append(q.leaving, q.free)
	}
	return q.free, true
}

// expire forgets those that have left.
func (q *queue) expire(now time.Duration) {
	for q.head < len(q.leaving) && q.leaving[q.head] <= now {
		q.head++
	}
	switch {
	case q.head == len(q.leaving):
		q.leaving, q.head = q.leaving[:0], 0
	case q.head > 64 && q.head > len(q.leaving)/2:
		n := copy(q.leaving, q.leaving[q.head:])
		q.leaving, q.head = q.leaving[:n], 0
	}
}
