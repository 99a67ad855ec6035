package transport

import (
	"fmt"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// The controls of an emulated link. Those that hit single packets hit the next
// ones that bear bytes of messages and leave the end that is asked, one in each
// protocol; the others are for both directions.
type (
	// Net sets the link. Spec.Out is the way from the end that is asked; without
	// a seed the link keeps the one it has.
	Net struct{ Spec link.Spec }
	// Drop loses the next N packets, at least one.
	Drop struct{ N int }
	// Duplicate doubles the next packet.
	Duplicate struct{}
	// Swap lets the next packet arrive right after the one that follows it.
	Swap struct{}
	// Corrupt flips a bit of the next packet.
	Corrupt struct{}
	// Cut loses everything until Heal.
	Cut struct{}
	// Heal ends a Cut.
	Heal struct{}
	// HoldTime stops the lab's time, and lets it go on.
	HoldTime struct{ On bool }
	// StepTime lets one packet arrive while time is held.
	StepTime struct{}
	// Slow makes a second of the lab take Factor of ours; 1 is real time.
	Slow struct{ Factor float64 }
)

func (Net) control()       {}
func (Drop) control()      {}
func (Duplicate) control() {}
func (Swap) control()      {}
func (Corrupt) control()   {}
func (Cut) control()       {}
func (Heal) control()      {}
func (HoldTime) control()  {}
func (StepTime) control()  {}
func (Slow) control()      {}

// Victim says what the link did to a packet, and why: Segment.Fate and Rule.
// Segment.ID is the packet's ordinal on its link, Messages are the rows whose
// bytes it bore, none for an acknowledgement alone.
type Victim struct {
	Segment segment.Segment
	Missed  uint64 // earlier ones that were not told, for want of room
}

func (Victim) event() {}

// MaxSlow is the slowest motion there is.
const MaxSlow = 1000

// control does what c asks of the link; handled is false for what is not the
// link's.
func (p *Pair) control(side int, c Control) (handled bool, err error) {
	d := link.Direction(side)
	switch c := c.(type) {
	case Net:
		err = p.lab.SetSpec(seenFrom(side, c.Spec))
	case Drop:
		p.lab.Do(d, func(l *link.Link) { l.DropNext(max(c.N, 1)) })
	case Duplicate:
		p.lab.Do(d, (*link.Link).DuplicateNext)
	case Swap:
		p.lab.Do(d, (*link.Link).SwapNext)
	case Corrupt:
		p.lab.Do(d, (*link.Link).CorruptNext)
	case Cut:
		p.lab.Do(link.Out, (*link.Link).Cut)
		p.lab.Do(link.In, (*link.Link).Cut)
	case Heal:
		p.lab.Do(link.Out, (*link.Link).Heal)
		p.lab.Do(link.In, (*link.Link).Heal)
	case HoldTime, StepTime, Slow:
		err = p.controlTime(c)
	case LogTo:
		err = fmt.Errorf("%w: no transcript where both ends are here", ErrUnsupported)
	default:
		return false, nil
	}
	return true, err
}

// seenFrom is s with its directions as A sees them, or as B does.
func seenFrom(side int, s link.Spec) link.Spec {
	if side == 1 {
		s.Out, s.In = s.In, s.Out
	}
	return s
}

// controlTime does what c asks of the clock.
func (p *Pair) controlTime(c Control) error {
	if p.live == nil {
		return fmt.Errorf("%w: virtual time stands still between two steps, and has no speed", ErrUnsupported)
	}
	p.timeMu.Lock()
	defer p.timeMu.Unlock()
	switch c := c.(type) {
	case HoldTime:
		p.held = c.On
	case Slow:
		if !(c.Factor > 0 && c.Factor <= MaxSlow) {
			return fmt.Errorf("%w: %v times slower; allowed: more than 0, at most %d", ErrUnsupported, c.Factor, MaxSlow)
		}
		p.factor = c.Factor
	case StepTime:
		if !p.held {
			return fmt.Errorf("%w: time is not held", ErrUnsupported)
		}
		return p.stepHeld()
	}
	if p.held {
		p.live.SetFactor(0)
	} else {
		p.live.SetFactor(p.factor)
	}
	return nil
}

// What one StepTime may take.
const (
	stepCalls = 50                   // calls of the clock: timers count too
	stepPause = 2 * time.Millisecond // after a call that moved no packet: the stack may be about to send one
	stepLook  = 100 * time.Microsecond
)

// stepHeld makes calls of the held clock up to the first by which a packet
// arrives, or leaves.
func (p *Pair) stepHeld() error {
	before := p.seen.Load()
	for range stepCalls {
		if !p.live.Step() {
			return fmt.Errorf("%w: nothing is under way", ErrUnsupported)
		}
		for end := time.Now().Add(stepPause); p.seen.Load() == before && time.Now().Before(end); {
			time.Sleep(stepLook)
		}
		if p.seen.Load() != before {
			return nil
		}
	}
	return nil
}
