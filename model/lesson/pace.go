package lesson

import "time"

// A pace is how the lab's time passes for whoever looks on: as fast as real
// time, or slower, or not at all. A silence that would last longer than anybody
// likes to wait is cut short; what happens, and when in the lab's time, is the
// same at every pace.
type pace struct {
	factor float64   // how much slower than real time
	at     time.Time // in real time: when was was set
	was    time.Time // the lab's time then
	held   bool
	ends   bool // the script is over: nobody waits for much
}

// How long, in real time, nothing may happen: while the script goes on, and when
// it is over.
const (
	longestSilence = 1500 * time.Millisecond
	lastSilence    = 400 * time.Millisecond
)

// until is how much real time passes from p.at until next is due.
func (p *pace) until(next time.Time) time.Duration {
	d := time.Duration(float64(next.Sub(p.was)) * p.factor)
	if p.ends {
		return min(max(d, 0), lastSilence)
	}
	return min(max(d, 0), longestSilence)
}

// due reports whether what comes next is, at now; if not, how long it is until
// then.
func (p *pace) due(now, next time.Time) (wait time.Duration, due bool) {
	wait = p.until(next) - now.Sub(p.at)
	return wait, wait <= 0
}

// time is the lab's time at now, with next the next that happens in it.
func (p *pace) time(now, next time.Time) time.Time {
	d := p.until(next)
	if p.held || d == 0 {
		return p.was
	}
	part := min(float64(now.Sub(p.at))/float64(d), 1)
	return p.was.Add(time.Duration(part * float64(next.Sub(p.was))))
}

// reach notes that next has happened: when it was due, unless that is long ago.
func (p *pace) reach(now, next time.Time) {
	const late = 100 * time.Millisecond
	if due := p.at.Add(p.until(next)); now.Sub(due) < late && due.Before(now) {
		now = due
	}
	p.at, p.was = now, next
}

// change sets the factor, or holds time, from now on.
func (p *pace) change(now, next time.Time, factor float64, held bool) {
	p.was, p.at = p.time(now, next), now
	p.factor, p.held = factor, held
}
