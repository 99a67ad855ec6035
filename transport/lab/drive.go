package lab

import (
	"sync"
	"time"

	"seqtalk/transport/link"
)

// A drive calls a step function when it is due: live, on a goroutine of its own;
// on a virtual clock, as a call of that clock.
type drive struct {
	clock  link.Clock
	step   func(now time.Time) (next time.Time, done bool)
	signal func() // sees to it that turn is called soon
	ended  chan struct{}

	mu      sync.Mutex
	pending bool       // mu's: signal was called, turn was not yet
	over    bool       // mu's: step said done
	timer   link.Timer // mu's: the next wake, if step asked for one
}

// Drive calls step when it is woken or its time has come, see stack.Stack.
func (e *End) Drive(step func(now time.Time) (next time.Time, done bool)) (wake func(), ended <-chan struct{}) {
	d := &drive{clock: e.lab.clock, step: step, ended: make(chan struct{})}
	if e.lab.virtual {
		d.signal = func() {
			d.clock.AfterFunc(0, func() { d.turn(); e.settle() })
		}
		return d.wake, d.ended
	}
	bell := make(chan struct{}, 1)
	d.signal = func() { bell <- struct{}{} }
	go func() {
		for range bell {
			if d.turn() {
				return
			}
		}
	}()
	return d.wake, d.ended
}

// wake may be called from anywhere; many calls before a turn make one turn.
func (d *drive) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.pending && !d.over {
		d.pending = true
		d.signal()
	}
}

// turn makes one step. What wakes the drive while it runs causes another.
func (d *drive) turn() (over bool) {
	d.mu.Lock()
	if d.over { // woken by its last step
		d.mu.Unlock()
		return true
	}
	d.pending = false
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.mu.Unlock()
	next, done := d.step(d.clock.Now())
	d.mu.Lock()
	defer d.mu.Unlock()
	if done {
		d.over = true
		close(d.ended)
		return true
	}
	if !next.IsZero() {
		d.timer = d.clock.At(next, d.wake)
	}
	return false
}
