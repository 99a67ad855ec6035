package paint

import "time"

// slowest is the longest pause between two frames while much changes.
const slowest = 8 * time.Millisecond

// A Pace says when the next frame may be painted: at once after a pause. The
// pause is the time that a terminal of a megabyte a second would need for the
// frame before, but at most 8 ms; so single keys and messages are seen when
// they come, and a flood costs 125 frames a second.
type Pace struct{ next time.Time }

// Painted says that a frame of n bytes was painted at now.
func (p *Pace) Painted(now time.Time, n int) {
	p.next = now.Add(min(time.Duration(n)*time.Microsecond, slowest))
}

// Wait is how long the next frame has to wait.
func (p *Pace) Wait(now time.Time) time.Duration { return p.next.Sub(now) }
