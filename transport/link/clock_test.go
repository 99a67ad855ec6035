package link

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A diary notes what a clock calls, and when.
type diary struct {
	clock Clock
	begin time.Time
	mu    sync.Mutex
	lines []string // mu's
}

func newDiary(c Clock) *diary { return &diary{clock: c, begin: c.Now()} }

func (d *diary) note(what string) func() {
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lines = append(d.lines, fmt.Sprintf("%s@%v", what, d.clock.Now().Sub(d.begin)))
	}
}

func (d *diary) want(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.lines, want) {
		t.Errorf("got %v, want %v", d.lines, want)
	}
}

func TestVirtualOrder(t *testing.T) {
	c := NewVirtual(start)
	d := newDiary(c)
	c.AfterFunc(2*ms, d.note("c"))
	c.AfterFunc(ms, d.note("a"))
	c.At(at(ms), d.note("b"))
	c.AfterFunc(-ms, d.note("now"))
	c.At(at(-time.Hour), d.note("too"))
	if d.lines != nil {
		t.Error("called within AfterFunc")
	}
	for c.Step() {
	}
	d.want(t, "now@0s", "too@0s", "a@1ms", "b@1ms", "c@2ms")
}

func TestVirtualCallbacksMayUseTheClock(t *testing.T) {
	c := NewVirtual(start)
	d := newDiary(c)
	late := c.AfterFunc(5*ms, d.note("never"))
	c.AfterFunc(ms, func() {
		c.AfterFunc(0, d.note("child"))
		late.Stop()
	})
	c.AfterFunc(ms, d.note("sibling"))
	for c.Step() {
	}
	d.want(t, "sibling@1ms", "child@1ms")
}

func TestVirtualRunAndNext(t *testing.T) {
	c := NewVirtual(start)
	d := newDiary(c)
	c.AfterFunc(ms, d.note("a"))
	c.AfterFunc(2*ms, func() { c.AfterFunc(0, d.note("b")) })
	c.AfterFunc(3*ms, d.note("c"))
	c.Run(at(2 * ms))
	d.want(t, "a@1ms", "b@2ms")
	if next, ok := c.Next(); !ok || !next.Equal(at(3*ms)) {
		t.Errorf("next at %v (%v), want 3ms", next.Sub(start), ok)
	}
	c.Run(at(10 * ms))
	if _, ok := c.Next(); ok || !c.Now().Equal(at(10*ms)) {
		t.Errorf("now %v, something to come: %v", c.Now().Sub(start), ok)
	}
	c.Run(at(5 * ms))
	if !c.Now().Equal(at(10 * ms)) {
		t.Error("the clock went back")
	}
}

func TestTimer(t *testing.T) {
	c := NewVirtual(start)
	d := newDiary(c)
	timer := c.AfterFunc(ms, d.note("a"))
	if !timer.Reset(2 * ms) {
		t.Error("Reset says it was not to come")
	}
	c.Run(at(ms))
	d.want(t)
	c.Run(at(2 * ms))
	d.want(t, "a@2ms")
	if timer.Stop() {
		t.Error("Stop says it was to come")
	}
	if timer.Reset(ms) {
		t.Error("Reset says it was to come")
	}
	if !timer.Stop() || timer.Stop() || c.Step() {
		t.Error("it is still to come")
	}
}

// pass lets d go by in a bubble, and what is due then be done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// In a synctest bubble the real time is exact too.
func TestRealClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewReal()
		d := newDiary(c)
		c.AfterFunc(20*ms, d.note("b"))
		c.AfterFunc(10*ms, d.note("a"))
		stopped := c.AfterFunc(5*ms, d.note("never"))
		c.AfterFunc(20*ms, func() { c.AfterFunc(0, d.note("child")) })
		c.AfterFunc(20*ms, d.note("c"))
		stopped.Stop()
		pass(30 * ms)
		d.want(t, "a@10ms", "b@20ms", "c@20ms", "child@20ms")
	})
}

func TestSlowClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewSlow(20)
		d := newDiary(c)
		c.AfterFunc(60*ms, d.note("handshake"))
		pass(1199 * ms)
		d.want(t)
		pass(ms)
		d.want(t, "handshake@60ms")
	})
}

func TestSlowClockChangesItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewReal()
		d := newDiary(c)
		c.AfterFunc(100*ms, d.note("a"))
		pass(50 * ms)
		c.SetFactor(10)
		if got := c.Now().Sub(d.begin); got != 50*ms {
			t.Errorf("the time jumped to %v", got)
		}
		pass(499 * ms)
		d.want(t)
		pass(ms)
		d.want(t, "a@100ms")
		c.SetFactor(0.5) // faster than real
		c.AfterFunc(100*ms, d.note("b"))
		pass(50 * ms)
		d.want(t, "a@100ms", "b@200ms")
	})
}

func TestHeldClockSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewReal()
		d := newDiary(c)
		c.AfterFunc(100*ms, d.note("a"))
		c.AfterFunc(200*ms, d.note("b"))
		c.AfterFunc(300*ms, d.note("c"))
		if c.Step() {
			t.Error("a clock that goes was stepped")
		}
		pass(10 * ms)
		c.SetFactor(0)
		pass(time.Hour)
		d.want(t)
		if got := c.Now().Sub(d.begin); got != 10*ms {
			t.Errorf("a held clock shows %v", got)
		}
		if !c.Step() {
			t.Error("nothing to step to")
		}
		d.want(t, "a@100ms")
		c.AfterFunc(50*ms, d.note("from here"))
		c.Step()
		c.SetFactor(1)
		pass(time.Second)
		d.want(t, "a@100ms", "from here@150ms", "b@200ms", "c@300ms")
		c.SetFactor(0)
		if c.Step() {
			t.Error("there is nothing to step to")
		}
	})
}

func TestOddFactorsAreNeverEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewSlow(1.7)
		due, called := c.Now().Add(12345677), false
		c.At(due, func() {
			called = true
			if c.Now().Before(due) {
				t.Errorf("called %v early", due.Sub(c.Now()))
			}
		})
		pass(time.Second)
		if !called {
			t.Error("not called")
		}
	})
}

func BenchmarkReset(b *testing.B) {
	c := NewReal()
	timer := c.AfterFunc(time.Hour, func() {})
	b.ReportAllocs()
	for b.Loop() {
		timer.Reset(time.Hour)
	}
}
