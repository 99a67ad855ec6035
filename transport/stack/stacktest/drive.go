package stacktest

import (
	"sync/atomic"
	"time"
)

// drives: step is called when woken, never twice at once, until it is done.
func drives(f *fixture) {
	var running, calls atomic.Int32
	var over atomic.Bool
	var wake func()
	wake, ended := f.A.Drive(func(time.Time) (time.Time, bool) {
		if running.Add(1) != 1 {
			f.Error("two calls at once")
		}
		defer running.Add(-1)
		calls.Add(1)
		f.poke()
		if over.Load() {
			wake() // means nothing any more
			return time.Time{}, true
		}
		return time.Time{}, false
	})
	if f.pass(10 * time.Millisecond); calls.Load() != 0 {
		f.Error("it was called before it was woken")
	}
	wake()
	f.until("a step", func() bool { return calls.Load() >= 1 })
	over.Store(true)
	wake()
	f.end(ended)
	wake()
	n := calls.Load()
	if f.pass(10 * time.Millisecond); calls.Load() != n {
		f.Error("it was called after it was done")
	}
}

// poke makes until look again.
func (f *fixture) poke() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// drivesInTime: step is called at the time it asked for, and told the stack's.
func drivesInTime(f *fixture) {
	const gap = 30 * time.Millisecond
	var due time.Time
	count := 0
	began := f.A.Now()
	wake, ended := f.A.Drive(func(now time.Time) (time.Time, bool) {
		if now.Before(due) {
			f.Errorf("%v early", due.Sub(now))
		}
		if f.Step != nil && count > 0 && !now.Equal(due) {
			f.Errorf("%v late in exact time", now.Sub(due))
		}
		count++
		due = now.Add(gap)
		return due, count == 4
	})
	wake()
	f.end(ended)
	if passed := f.A.Now().Sub(began); passed < 3*gap {
		f.Errorf("three waits of %v took %v", gap, passed)
	}
}

// end waits until a drive has ended.
func (f *fixture) end(ended <-chan struct{}) {
	f.Helper()
	for f.Step != nil {
		select {
		case <-ended:
			return
		default:
			if !f.Step() {
				f.Fatal("nothing is to come and the drive has not ended")
			}
		}
	}
	select {
	case <-ended:
	case <-time.After(patience):
		f.Fatal("the drive has not ended")
	}
}
