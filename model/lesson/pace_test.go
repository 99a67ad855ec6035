package lesson

import (
	"testing"
	"time"
)

// Real time and the lab's: slower by the factor, a silence cut short, and
// standing still while it is held.
func TestPace(t *testing.T) {
	real, lab := time.Unix(1000, 0), time.Unix(0, 0)
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	p := pace{factor: 20, at: real, was: lab}
	next := lab.Add(ms(20))
	for _, c := range []struct {
		after, wait time.Duration
		due         bool
		shows       time.Duration
	}{{0, ms(400), false, 0}, {ms(100), ms(300), false, ms(5)}, {ms(400), 0, true, ms(20)}, {ms(500), -ms(100), true, ms(20)}} {
		now := real.Add(c.after)
		if wait, due := p.due(now, next); wait != c.wait || due != c.due {
			t.Errorf("after %v: %v %v", c.after, wait, due)
		}
		if got := p.time(now, next).Sub(lab); got != c.shows {
			t.Errorf("after %v the lab's time is %v, want %v", c.after, got, c.shows)
		}
	}
	if far := p.until(lab.Add(time.Hour)); far != longestSilence {
		t.Errorf("an hour lasts %v", far)
	}
	p.ends = true
	if far := p.until(lab.Add(time.Hour)); far != lastSilence {
		t.Errorf("behind the script an hour lasts %v", far)
	}
	p.ends = false

	now := real.Add(ms(200))
	p.change(now, next, 20, true)
	if got := p.time(now.Add(time.Hour), next).Sub(lab); got != ms(10) {
		t.Errorf("held at %v", got)
	}
	now = now.Add(time.Hour)
	p.change(now, next, 1, false)
	if wait, _ := p.due(now, next); wait != ms(10) {
		t.Errorf("after it was held it takes %v", wait)
	}
	p.reach(now.Add(ms(11)), next)
	if !p.at.Equal(now.Add(ms(10))) || !p.was.Equal(next) {
		t.Errorf("reached at %v, %v", p.at, p.was)
	}
}
