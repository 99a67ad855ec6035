package session

import "testing"

// TestQueue: in order, and in memory that follows what is in it, not what went
// through it.
func TestQueue(t *testing.T) {
	var q queue[int]
	in, out := 0, 0
	for n := range 100_000 {
		q.push(in)
		in++
		if n < 100 && n%2 == 0 {
			continue
		}
		for q.len() > 40 {
			if v, ok := q.pop(); !ok || v != out {
				t.Fatalf("%d, want %d", v, out)
			}
			out++
		}
	}
	if q.len() != in-out || *q.front() != out || cap(q.items) > 256 {
		t.Errorf("%d in the queue, %d went in, %d out, room for %d", q.len(), in, out, cap(q.items))
	}
}
