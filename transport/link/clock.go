package link

import (
	"container/heap"
	"sync"
	"time"
)

// A Clock tells the time and wakes whoever asked. The lab has three: real and slow
// (both a Live) and virtual.
//
// All keep one promise: callbacks run one at a time, in the order of their times,
// equal times in the order they were asked for. So what two packets meet on their
// way does not depend on the scheduler.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f once, d from now. It never calls f itself, not even if d is
	// 0 or less. f must not block, and may use the clock.
	AfterFunc(d time.Duration, f func()) Timer
	// At calls f once, at t, or as soon as it can if t has passed.
	At(t time.Time, f func()) Timer
}

// A Timer is a call to come.
type Timer interface {
	// Stop calls it off; false if it has been called, is being called, or was
	// stopped before. It does not wait.
	Stop() bool
	// Reset makes it come d from now instead, also if it has been before; it
	// reports as Stop does.
	Reset(d time.Duration) bool
	// ResetAt is Reset to a time, as At is AfterFunc.
	ResetAt(t time.Time) bool
}

// A line is the calls to come, in order: what every clock has inside.
type line struct {
	mu    sync.Mutex
	calls calls            // mu's
	seq   uint64           // mu's: calls so far
	now   func() time.Time // called with mu held
	moved func()           // called with mu held when the first call is another one
}

// A call is one entry of a line, and the Timer of it.
type call struct {
	line  *line
	at    time.Time
	seq   uint64
	f     func()
	index int // in line.calls; -1 if it is not there
}

// add puts f into the line. In the past there is nothing: an earlier t is now.
func (l *line) add(t time.Time, f func()) *call {
	c := &call{line: l, f: f, index: -1}
	l.push(c, t)
	return c
}

func (l *line) push(c *call, t time.Time) {
	if now := l.now(); t.Before(now) {
		t = now
	}
	l.seq++
	c.at, c.seq = t, l.seq
	heap.Push(&l.calls, c)
	if c.index == 0 && l.moved != nil {
		l.moved()
	}
}

// pop takes the first call out; nil if there is none.
func (l *line) pop() *call {
	if len(l.calls) == 0 {
		return nil
	}
	return heap.Pop(&l.calls).(*call)
}

// next is when the first call is due.
func (l *line) next() (time.Time, bool) {
	if len(l.calls) == 0 {
		return time.Time{}, false
	}
	return l.calls[0].at, true
}

func (c *call) Stop() bool {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.remove()
}

func (c *call) Reset(d time.Duration) bool {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	was := c.remove()
	c.line.push(c, c.line.now().Add(d))
	return was
}

func (c *call) ResetAt(t time.Time) bool {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	was := c.remove()
	c.line.push(c, t)
	return was
}

func (c *call) remove() bool {
	if c.index < 0 {
		return false
	}
	heap.Remove(&c.line.calls, c.index)
	return true
}

// calls is a heap ordered by (at, seq).
type calls []*call

func (h calls) Len() int { return len(h) }

func (h calls) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}

func (h calls) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *calls) Push(x any) {
	c := x.(*call)
	c.index = len(*h)
	*h = append(*h, c)
}

func (h *calls) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	c.index = -1
	return c
}
