package paint

import "time"

// The longest pauses between two frames: while much changes, and before what was
// typed is seen.
const (
	slowest = 8 * time.Millisecond
	typing  = time.Millisecond
)

// A Pace says when the next frame may be painted: at once after a pause. The
// pause is the time that a terminal of a megabyte a second would need for the
// frame before, but at most 8 ms; so single keys and messages are seen when
// they come, and a flood costs 125 frames a second. What was typed waits for no
// more than 1 ms in a flood, too.
type Pace struct{ typed, next time.Time }

// Painted says that a frame of n bytes was painted at now.
func (p *Pace) Painted(now time.Time, n int) {
	pause := time.Duration(n) * time.Microsecond
	p.typed, p.next = now.Add(min(pause, typing)), now.Add(min(pause, slowest))
}

// Wait is how long the next frame has to wait; typed says that it shows what
// was typed.
func (p *Pace) Wait(now time.Time, typed bool) time.Duration {
	if typed {
		return p.typed.Sub(now)
	}
	return p.next.Sub(now)
}
