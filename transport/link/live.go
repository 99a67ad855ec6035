package link

import (
	"math"
	"sync"
	"time"
)

// A Live clock is the live lab's: real at factor 1, slow motion above (20: a
// second of the lab takes 20 of ours), held at 0. The factor may change at any
// time. It begins at the real time and never goes back.
//
// Calls come late by what the runtime's timers are late, about a millisecond.
// Packets are due at computed times, so their rate is exact all the same.
type Live struct {
	turn sync.Mutex // held while a callback runs
	line line

	// line.mu's from here on.
	factor float64
	real   time.Time // when the factor was last set,
	lab    time.Time // and what the clock showed then
	wake   *time.Timer
	firing bool // fire is about to look what is next
}

// NewReal returns a clock that shows the real time.
func NewReal() *Live { return NewSlow(1) }

// NewSlow returns a clock that goes factor times slower than the real one.
func NewSlow(factor float64) *Live {
	now := time.Now()
	c := &Live{factor: max(factor, 0), real: now, lab: now}
	c.line.now = c.now
	c.line.moved = c.arm
	return c
}

func (c *Live) Now() time.Time {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.now()
}

func (c *Live) AfterFunc(d time.Duration, f func()) Timer {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.line.add(c.now().Add(d), f)
}

func (c *Live) At(t time.Time, f func()) Timer {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.line.add(t, f)
}

// Factor returns how much slower than the real one the clock goes; 0 if it is held.
func (c *Live) Factor() float64 {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.factor
}

// SetFactor changes it; 0 (or less) holds the clock. The time does not jump.
func (c *Live) SetFactor(factor float64) {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	c.lab, c.real = c.now(), time.Now()
	c.factor = max(factor, 0)
	c.arm()
}

// Next returns when the next call is due, in the lab's time; false if there is none.
func (c *Live) Next() (time.Time, bool) {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.line.next()
}

// Step makes the next call of a held clock and leaves it at that call's time;
// false if it is not held or nothing is to come. Not for callbacks.
func (c *Live) Step() bool {
	c.turn.Lock()
	defer c.turn.Unlock()
	f := c.pop(func(time.Time) bool { return c.factor == 0 })
	if f == nil {
		return false
	}
	f()
	return true
}

// fire makes all calls that are due. The runtime calls it on a goroutine of its
// own; turn keeps two of them from running at once.
func (c *Live) fire() {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.line.mu.Lock()
	c.firing = true
	c.line.mu.Unlock()
	due := func(t time.Time) bool { return c.factor > 0 && !t.After(c.now()) }
	for f := c.pop(due); f != nil; f = c.pop(due) {
		f()
	}
}

// pop takes the next call out if it is due, else sees to it that fire comes back.
func (c *Live) pop(due func(time.Time) bool) func() {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	t, ok := c.line.next()
	if !ok || !due(t) {
		c.firing = false
		c.arm()
		return nil
	}
	if c.factor == 0 && c.lab.Before(t) {
		c.lab = t
	}
	return c.line.pop().f
}

// now is called with line.mu held.
func (c *Live) now() time.Time {
	switch c.factor {
	case 0:
		return c.lab
	case 1:
		return c.lab.Add(time.Since(c.real))
	}
	return c.lab.Add(time.Duration(float64(time.Since(c.real)) / c.factor))
}

// arm sets the runtime's timer to the next call; called with line.mu held. While
// calls are made there is no need to: each looks for the one after it.
func (c *Live) arm() {
	if c.firing {
		return
	}
	t, ok := c.line.next()
	if !ok || c.factor == 0 {
		if c.wake != nil {
			c.wake.Stop()
		}
		return
	}
	d := stretch(t.Sub(c.now()), c.factor)
	if c.wake == nil {
		c.wake = time.AfterFunc(d, c.fire)
		return
	}
	c.wake.Reset(d)
}

// stretch returns how long d of the lab takes, rounded up.
func stretch(d time.Duration, factor float64) time.Duration {
	if factor == 1 {
		return d
	}
	ns := math.Ceil(float64(d) * factor)
	if ns >= float64(maxDuration) {
		return maxDuration
	}
	return time.Duration(ns)
}
