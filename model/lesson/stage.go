package lesson

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Stage plays lessons before somebody who looks on: step by step, held, slowed.
// It is a Transport as A's end has one, so that the screen of a conversation
// shows it, with B's end in it too; nothing can be said from outside.
//
// A lesson over the lab is played in virtual time at the pace of whoever looks on,
// so what is seen is, packet for packet, what seqtalk lesson prints.
type Stage struct {
	stacks Stacks
	lang   words.Lang
	events chan transport.Event
	wake   chan struct{}
	done   chan struct{} // closed by Close
	wg     sync.WaitGroup
	close  sync.Once

	mu   sync.Mutex
	play *playing // mu's; nil: nothing is on
}

// What a Stage tells beside a Transport's own events.
type (
	// Opened says that a lesson begins: what was seen before belongs to another.
	Opened struct{ transport.Event }
	// Uttered says that A's program has something to say.
	Uttered struct {
		transport.Event
		At       time.Time
		Row      uint64
		Text     []byte
		TCP, UDP bool
	}
	// Read says what B's program was handed.
	Read struct {
		transport.Event
		Received transport.Received
	}
	// A Remark is what a program or the script did, in words.
	Remark struct {
		transport.Event
		Text string
		Warn bool
	}
	// Turned says that the scene is another one.
	Turned struct {
		transport.Event
		Scene Scene
	}
)

// A Scene is where a lesson stands.
type Scene struct {
	Lesson  *Lesson
	At      time.Duration // since it began, in its own time
	Doing   string        // what the script did last, with its time
	Cue     string        // what is said now
	Cues    int           // how many there were, of Of
	Of      int
	Waits   bool     // until Next
	Held    bool     // time stands still
	Slow    float64  // how much slower than real time
	Verdict *Verdict // nil: it is not over
	Proves  string   // what the counter-test came to
}

// NewStage makes a stage on which nothing is played yet.
func NewStage(on Stacks, l words.Lang) *Stage {
	s := &Stage{
		stacks: on, lang: l,
		events: make(chan transport.Event, 64), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	s.wg.Go(s.conduct)
	return s
}

// Load begins l, in place of what is played.
func (s *Stage) Load(l *Lesson) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play != nil {
		s.play.end()
	}
	s.play = newPlaying(s, l)
	s.ring()
}

// Next goes on from where the lesson waits, or where time is held.
func (s *Stage) Next() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.play; p != nil && (p.waits || p.pace.held) {
		p.waits, p.pace.held = false, false
		p.pace.at = time.Now()
		if p.live() && p.begun.IsZero() {
			p.perform()
		}
		s.ring()
	}
}

// Scene is where the lesson stands; zero: none is played.
func (s *Stage) Scene() Scene {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play == nil {
		return Scene{}
	}
	return s.play.scene()
}

func (s *Stage) ring() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// conduct moves the lesson's time on and hands over what happens in it.
func (s *Stage) conduct() {
	defer close(s.events)
	for {
		s.mu.Lock()
		wait, out := s.advance(time.Now())
		s.mu.Unlock()
		for _, ev := range out {
			select {
			case s.events <- ev:
			case <-s.done:
				return
			}
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-s.wake:
		case <-s.done:
			t.Stop()
			return
		}
		t.Stop()
	}
}

// mostAtOnce is how many steps are made before what happened is handed over.
const mostAtOnce = 500

// advance makes the steps that are due and returns how long it is until the
// next one, and what there is to tell.
func (s *Stage) advance(now time.Time) (wait time.Duration, out []transport.Event) {
	const never = time.Hour
	p := s.play
	if p == nil {
		return never, nil
	}
	wait = never
	for range mostAtOnce {
		if p.stands() || p.pace.held {
			break
		}
		next, ok := p.next()
		if !ok {
			break
		}
		var due bool
		if wait, due = p.pace.due(now, next); !due {
			break
		}
		p.pace.reach(now, next)
		p.step()
		wait = 0
	}
	out, p.out = p.out, nil
	return wait, out
}

// Send implements transport.Transport: nobody but the script says anything.
func (s *Stage) Send(transport.Message) error { return transport.ErrUnsupported }

// Ready implements transport.Transport.
func (s *Stage) Ready() <-chan struct{} { return nil }

// Events implements transport.Transport, with those above.
func (s *Stage) Events() <-chan transport.Event { return s.events }

// FarEvents are none: what B is told comes as Read.
func (s *Stage) FarEvents() <-chan transport.Event { return nil }

// Status implements transport.Transport.
func (s *Stage) Status() transport.Status { return s.status(A) }

// FarStatus is Status of B.
func (s *Stage) FarStatus() transport.Status { return s.status(B) }

func (s *Stage) status(who Side) transport.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play == nil {
		return transport.Status{}
	}
	return s.play.status(who)
}

// Now is the lesson's own time.
func (s *Stage) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play == nil {
		return time.Time{}
	}
	return s.play.now(time.Now())
}

// Spec is the lesson's link as it is now.
func (s *Stage) Spec() link.Spec {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play == nil {
		return link.Spec{}
	}
	return s.play.spec
}

// Segments implements transport.Transport.
func (s *Stage) Segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play == nil {
		return nil, 0, 0
	}
	return s.play.segments(since)
}

// Do implements transport.Transport: time can be held and slowed, and a packet
// let through. All else would make it another experiment.
func (s *Stage) Do(c transport.Control) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.play
	if p == nil || p.live() {
		return fmt.Errorf("%w: this lesson is played in real time", transport.ErrUnsupported)
	}
	defer s.ring()
	now := time.Now()
	next, _ := p.next()
	switch c := c.(type) {
	case transport.HoldTime:
		p.pace.change(now, next, p.pace.factor, c.On)
	case transport.Slow:
		p.pace.change(now, next, c.Factor, p.pace.held)
	case transport.StepTime:
		return p.through(now)
	default:
		return fmt.Errorf("%w: a lesson's script is what happens", transport.ErrUnsupported)
	}
	return nil
}

// Close implements transport.Transport.
func (s *Stage) Close() error {
	s.close.Do(func() {
		close(s.done)
		s.mu.Lock()
		p := s.play
		s.play = nil
		if p != nil {
			p.end()
		}
		s.mu.Unlock()
		s.wg.Wait()
	})
	return nil
}

// received is a message as a Transport hands it over.
func received(p segment.Proto, at time.Time, l landed) transport.Received {
	return transport.Received{Proto: p, Messages: []transport.Incoming{{
		Received: session.Received{Row: l.row, Text: slices.Clone(l.text), Octets: len(l.text), First: l.first, Last: l.last, Wire: session.Raw, Dup: l.dup, Late: l.late},
		At:       at,
	}}}
}

// proves is what the counter-test of l came to; "": it has none.
func (s *Stage) proves(ctx context.Context, l *Lesson) string {
	if l.Without == nil {
		return ""
	}
	w, err := l.CheckWithout(ctx, s.stacks)
	if err != nil {
		return safe.String(err.Error()).String()
	}
	measured, ok := w.broken()
	text := words.LessonWithout
	if !ok {
		text = words.LessonProves
	}
	return text.In(s.lang, l.WithoutWhat.In(s.lang), measured)
}
