package link

import "time"

// A Virtual clock stands still until it is told to step. The same calls give the
// same run, nanosecond for nanosecond, as fast as the machine can.
//
// Any goroutine may ask it for the time or for a call; Step and Run are for one at
// a time, and not from within a callback.
type Virtual struct {
	line line
	time time.Time // line.mu's
}

// NewVirtual returns a clock that shows start.
func NewVirtual(start time.Time) *Virtual {
	v := &Virtual{time: start}
	v.line.now = func() time.Time { return v.time }
	return v
}

func (v *Virtual) Now() time.Time {
	v.line.mu.Lock()
	defer v.line.mu.Unlock()
	return v.time
}

func (v *Virtual) AfterFunc(d time.Duration, f func()) Timer {
	v.line.mu.Lock()
	defer v.line.mu.Unlock()
	return v.line.add(v.time.Add(d), f)
}

func (v *Virtual) At(t time.Time, f func()) Timer {
	v.line.mu.Lock()
	defer v.line.mu.Unlock()
	return v.line.add(t, f)
}

// Next returns when the next call is due; false if there is none.
func (v *Virtual) Next() (time.Time, bool) {
	v.line.mu.Lock()
	defer v.line.mu.Unlock()
	return v.line.next()
}

// Step sets the clock to the next call and makes it; false if there is none.
func (v *Virtual) Step() bool {
	c := v.pop(func(time.Time) bool { return true })
	if c == nil {
		return false
	}
	c.f()
	return true
}

// Run makes all calls due up to until, those at until too and those they ask for,
// and leaves the clock at until.
func (v *Virtual) Run(until time.Time) {
	due := func(t time.Time) bool { return !t.After(until) }
	for c := v.pop(due); c != nil; c = v.pop(due) {
		c.f()
	}
	v.line.mu.Lock()
	defer v.line.mu.Unlock()
	if v.time.Before(until) {
		v.time = until
	}
}

// pop takes the next call out, if it is due, and sets the clock to it.
func (v *Virtual) pop(due func(time.Time) bool) *call {
	v.line.mu.Lock()
	defer v.line.mu.Unlock()
	if t, ok := v.line.next(); !ok || !due(t) {
		return nil
	}
	c := v.line.pop()
	v.time = c.at
	return c
}
