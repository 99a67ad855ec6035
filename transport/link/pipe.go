package link

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// MaxInFlight is how many packets a Pipe has under way at most: those that are
// delayed, which no limit of the SPEC counts. More are lost, and say so.
const MaxInFlight = 65536

// An EventKind says what happened to a packet.
type EventKind uint8

const (
	Sent       EventKind = iota // its fate is known and told
	Arrived                     // a copy of it, at the other end
	Lost                        // after Sent, at the same time
	Overflowed                  // as Lost: there was no room for it
)

func (k EventKind) String() string {
	return [...]string{"sent", "arrived", "lost", "overflowed"}[k]
}

// An Event is what a Pipe tells of a packet: Sent, then Lost or Overflowed at
// once, or Arrived once for each copy. Events of one packet share Fate.ID.
type Event struct {
	Kind   EventKind
	Time   time.Time // when it happened; of an arrival, as the clock says it, not as the fate foretold
	Copy   int       // 0; 1 for the duplicate
	Packet Packet    // as sent; in Arrived as it arrived, a flipped bit and all
	Fate   Fate
}

func (e Event) String() string {
	return fmt.Sprintf("%v %v: %v", e.Fate.ID, e.Kind, e.Fate)
}

// A Pipe carries packets in one direction. Its methods may be called from any
// goroutine, and from deliver, but not from observe.
type Pipe struct {
	clock   Clock
	deliver func(Packet, Fate)
	observe func(Event)

	mu       sync.Mutex
	link     *Link
	inFlight int
	swap     []*flight // what SwapNext holds back: one packet, its copies
	held     []*flight // what Hold holds back, in order of arrival
	spare    []*flight // that have landed, to be used again
	holding  bool
	closed   bool
}

// A flight is one copy of a packet under way. It is used again, with its timer,
// so that a packet costs no memory here.
type flight struct {
	event    Event // Arrived, but for its time
	timer    Timer
	released bool // by Release: it is not held again
}

// maxSpare is how many flights are kept for later packets.
const maxSpare = 1024

// NewPipe returns a pipe over l, which is the pipe's from now on.
//
// deliver gets each packet that arrives, on the clock's turn and never within
// Send; it must not block. observe may be nil; it gets every event in order, under
// the pipe's lock and on the sender's goroutine: it must be quick, and must not
// call the pipe.
func NewPipe(c Clock, l *Link, deliver func(Packet, Fate), observe func(Event)) *Pipe {
	if observe == nil {
		observe = func(Event) {}
	}
	return &Pipe{clock: c, link: l, deliver: deliver, observe: observe}
}

// Do calls f with the pipe's link, for one-shots and new parameters. f must not
// call the pipe, nor keep the link.
func (p *Pipe) Do(f func(*Link)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p.link)
}

// Send sends a packet and returns what will become of it. The pipe keeps the
// bytes until they arrive.
func (p *Pipe) Send(pk Packet) Fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return Fate{Class: pk.Class, K: pk.K, LostBy: Rule{Closed, "closed"}}
	}
	now := p.clock.Now()
	f := p.fate(now, pk)
	e := Event{Sent, now, 0, pk, f}
	p.observe(e)
	if f.Lost() {
		e.Kind = Lost
		if f.Overflowed() {
			e.Kind = Overflowed
		}
		p.observe(e)
		return f
	}
	p.launch(e)
	return f
}

func (p *Pipe) fate(now time.Time, pk Packet) Fate {
	if p.inFlight < MaxInFlight {
		return p.link.Fate(now, pk)
	}
	f := p.link.admit(pk)
	f.LostBy = Rule{InFlight, fmt.Sprintf("%d packets under way", MaxInFlight)}
	return f
}

// launch puts the copies of a packet under way, and behind them one that waited
// to be overtaken.
func (p *Pipe) launch(e Event) {
	f := e.Fate
	e.Kind, e.Packet.Bytes = Arrived, f.Bytes(e.Packet.Bytes)
	swapped := f.ReorderedBy.Cause == Swap
	if swapped {
		p.swap = nil
	}
	for e.Copy = range f.Copies {
		fl := p.schedule(&e, f.At)
		if swapped {
			p.swap = append(p.swap, fl)
		}
	}
	if !swapped && len(p.swap) > 0 && e.Packet.bears() {
		p.overtake(f.At)
	}
}

// overtake lets what SwapNext held back follow a packet that arrives at t, though
// not before its own time.
func (p *Pipe) overtake(t time.Time) {
	for _, fl := range p.swap {
		if own := fl.event.Fate.At.Add(-SwapWait); t.Before(own) {
			t = own
		}
		if fl.timer.Stop() {
			fl.timer.ResetAt(t)
		}
	}
	p.swap = nil
}

// schedule puts one copy under way.
func (p *Pipe) schedule(e *Event, t time.Time) *flight {
	p.inFlight++
	n := len(p.spare) - 1
	if n < 0 {
		fl := &flight{event: *e}
		fl.timer = p.clock.At(t, func() { p.arrive(fl) })
		return fl
	}
	fl := p.spare[n]
	p.spare = p.spare[:n]
	fl.event, fl.released = *e, false
	fl.timer.ResetAt(t)
	return fl
}

// reuse keeps a flight that has landed.
func (p *Pipe) reuse(fl *flight) {
	if i := slices.Index(p.swap, fl); i >= 0 {
		p.swap = slices.Delete(p.swap, i, i+1) // nobody overtook it
	}
	if len(p.spare) < maxSpare {
		fl.event.Packet.Bytes = nil
		p.spare = append(p.spare, fl)
	}
}

// arrive is called by the clock.
func (p *Pipe) arrive(fl *flight) {
	if e, ok := p.land(fl); ok {
		p.deliver(e.Packet, e.Fate)
	}
}

// land says what has arrived; ok is false if nothing has.
func (p *Pipe) land(fl *flight) (e Event, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holding && !p.closed && !fl.released {
		p.held = append(p.held, fl)
		return e, false
	}
	p.inFlight--
	if p.closed {
		return e, false
	}
	fl.event.Time = p.clock.Now()
	p.observe(fl.event)
	e = fl.event
	p.reuse(fl)
	return e, true
}

// Hold keeps packets from arriving; time goes on, and so do the senders' timeouts.
// (To stop time, hold the clock.)
func (p *Pipe) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holding = true
}

// Release lets the first of the packets held back arrive; false if there is none.
func (p *Pipe) Release() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.release()
}

func (p *Pipe) release() bool {
	if len(p.held) == 0 {
		return false
	}
	fl := p.held[0]
	p.held = p.held[1:]
	fl.released = true
	fl.timer.Reset(0)
	return true
}

// Resume ends Hold and lets all that was held back arrive, in order.
func (p *Pipe) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holding = false
	for p.release() {
	}
}

// Held returns how many packets Hold has held back.
func (p *Pipe) Held() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.held)
}

// InFlight returns how many packets are under way, those held back included.
func (p *Pipe) InFlight() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inFlight
}

// Close loses what is under way, without an event, and all that is sent later. A
// deliver that is running is not waited for.
func (p *Pipe) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.held, p.swap, p.spare = true, nil, nil, nil
}
