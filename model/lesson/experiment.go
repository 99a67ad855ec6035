package lesson

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// A bound ends an experiment, whatever its script does.
type bound struct {
	lasts time.Duration // of virtual time
	steps int           // of the clock
}

const (
	maxSteps    = 4_000_000
	maxWireSeen = 400_000 // packets whose segments are kept
)

// An experiment plays a lesson once, in virtual time: what comes of it is a
// function of the file. One goroutine calls everything but observe.
type experiment struct {
	play   Play
	bound  bound
	clock  *link.Virtual
	ground Ground
	began  time.Time
	hear   func(Happening) // is told what happens; never nil
	ended  bool

	programs map[Side]*program
	known    map[netip.AddrPort]Side // UDP sockets
	wires    map[netip.AddrPort]*tcpWire
	says     map[segment.Proto]map[Side]*passage
	counts   counts
	segments []segment.Segment // TCP's and UDP's as they left, Dir as A sees it
	endless  bool              // it was stopped after too many steps

	tap      sync.Mutex        // taken under the lab's locks: nothing is called with it held
	watching bool              // tap's
	observed []segment.Segment // tap's: not looked at yet
}

// What a program lives through, beside its deeds and its states.
type (
	trouble struct { // the first error over a protocol
		proto segment.Proto
		word  string
	}
	recv struct { // one recv's
		proto segment.Proto
		text  []byte // its beginning
		size  int
		torn  bool
	}
	finished struct{} // the peer's FIN was read
)

// playOnce plays p and returns what happened. An error is the ground's, or
// ctx's.
func playOnce(ctx context.Context, build Build, p Play, most bound, hear func(Happening)) (*experiment, error) {
	if hear == nil {
		hear = func(Happening) {}
	}
	x := &experiment{
		play: p, bound: most, hear: hear, watching: true,
		clock:    link.NewVirtual(time.Unix(0, 0).UTC()),
		programs: map[Side]*program{}, known: map[netip.AddrPort]Side{}, wires: map[netip.AddrPort]*tcpWire{},
		says: map[segment.Proto]map[Side]*passage{segment.TCP: {}, segment.UDP: {}},
	}
	x.began = x.clock.Now()
	x.counts.init()
	var err error
	x.ground, err = build(GroundOptions{Clock: x.clock, Spec: p.Spec, ReceiveBuffer: p.Buffer, Observe: x.observe})
	if err != nil {
		return nil, err
	}
	defer x.close()
	g := &x.ground
	x.programs[A] = newProgram(x, A, g.A, g.AddrA, g.AddrB)
	x.programs[B] = newProgram(x, B, g.B, g.AddrB, g.AddrA)
	x.programs[C] = newProgram(x, C, g.A, g.AddrA, g.AddrB)
	for _, d := range p.Deeds {
		x.schedule(d)
	}
	return x, x.run(ctx)
}

// schedule sees to it that d is done in its time: many messages one by one.
func (x *experiment) schedule(d Deed) {
	if d.Every == 0 {
		x.clock.At(x.began.Add(d.At), func() { x.act(d) })
		return
	}
	n := 0
	var one func()
	one = func() {
		single := d
		single.Count = 1
		x.ask(single, n == 0)
		if n++; n < d.Count {
			x.clock.At(x.began.Add(d.At+time.Duration(n)*d.Every), one)
		}
	}
	x.clock.At(x.began.Add(d.At), one)
}

// act does d, called by the clock.
func (x *experiment) act(d Deed) {
	if d.Who == 0 {
		x.tell(0, d)
		x.weather(&d)
		return
	}
	times := max(d.Count, 1)
	d.Count = min(d.Count, 1)
	for i := range times {
		x.ask(d, i == 0)
	}
}

// ask hands d to who does it, in its next step.
func (x *experiment) ask(d Deed, tell bool) {
	if tell {
		x.tell(d.Who, d)
	}
	p := x.programs[d.Who]
	p.todo = append(p.todo, d)
	p.wake()
}

// weather does what the script says of the link.
func (x *experiment) weather(d *Deed) {
	hit := func(f func(*link.Link)) {
		for range d.N {
			x.ground.Link.Do(d.From, f)
		}
	}
	switch d.Verb {
	case "drops":
		x.ground.Link.Do(d.From, func(l *link.Link) { l.DropNext(d.N) })
	case "doubles":
		hit((*link.Link).DuplicateNext)
	case "swaps":
		hit((*link.Link).SwapNext)
	case "corrupts":
		hit((*link.Link).CorruptNext)
	case "cuts":
		x.ground.Link.Do(link.Out, (*link.Link).Cut)
		x.ground.Link.Do(link.In, (*link.Link).Cut)
	case "heals":
		x.ground.Link.Do(link.Out, (*link.Link).Heal)
		x.ground.Link.Do(link.In, (*link.Link).Heal)
	case "becomes":
		x.ground.Link.SetSpec(d.Spec)
	}
}

// run steps until nothing is to come, or the lesson's time is over.
func (x *experiment) run(ctx context.Context) error {
	end := x.began.Add(x.bound.lasts)
	for n := 0; ; n++ {
		next, ok := x.clock.Next()
		switch {
		case !ok:
			return nil
		case next.After(end):
			return nil
		case n >= x.bound.steps:
			x.endless = true
			return nil
		case n%1024 == 0 && ctx.Err() != nil:
			return context.Cause(ctx)
		}
		x.clock.Step()
		x.look()
	}
}

// look takes what the stacks did.
func (x *experiment) look() {
	x.tap.Lock()
	segs := x.observed
	x.observed = nil
	x.tap.Unlock()
	for i := range segs {
		x.saw(&segs[i])
	}
	for _, name := range []Side{A, B, C} {
		x.programs[name].look()
	}
}

func (x *experiment) observe(s segment.Segment, _ []byte) {
	x.tap.Lock()
	defer x.tap.Unlock()
	if x.watching {
		x.observed = append(x.observed, s)
	}
}

// close takes everything down; the resets that follow are not the lesson's.
func (x *experiment) close() {
	x.tap.Lock()
	x.watching = false
	x.tap.Unlock()
	x.ended = true
	for _, p := range x.programs {
		p.countDrops()
	}
	x.ground.Link.Close()
}

func (x *experiment) now() time.Duration { return x.clock.Now().Sub(x.began) }

func (x *experiment) tell(who Side, what any) { x.hear(Happening{x.now(), who, what}) }

// passage is what a program says over a protocol.
func (x *experiment) passage(proto segment.Proto, from Side) *passage {
	p := x.says[proto][from]
	if p == nil {
		p = newPassage()
		x.says[proto][from] = p
	}
	return p
}

// wire is the connection of a dialer's address; who, if not 0, dials it.
func (x *experiment) wire(dialer netip.AddrPort, who Side) *tcpWire {
	w := x.wires[dialer]
	if w == nil || who != 0 {
		w = &tcpWire{fromDialer: newHalf(x.passage(segment.TCP, who)), fromListener: newHalf(nil)}
		x.wires[dialer] = w
	}
	return w
}

// text is a message: what is written in the script, or bytes of chance that
// begin with its number.
func (x *experiment) text(d *Deed, id int) []byte {
	if d.Text != nil {
		return d.Text
	}
	b := make([]byte, d.Size)
	rng := rand.New(rand.NewPCG(uint64(d.Who), uint64(id)))
	for i := range b {
		b[i] = 'a' + byte(rng.IntN(26))
	}
	copy(b, fmt.Appendf(nil, "%d ", id))
	return b
}

// saw takes a packet as it left, arrived or died.
func (x *experiment) saw(s *segment.Segment) {
	if s.Stage == segment.Sent {
		x.counts.sent(s)
		if len(x.segments) < maxWireSeen {
			x.segments = append(x.segments, *s)
		}
		side := A
		if s.Dir == segment.In {
			side = B
		}
		x.hear(Happening{s.At.Sub(x.began), side, *s})
		return
	}
	if s.Stage != segment.Arrived || s.Proto != segment.TCP || s.Notes.Has(segment.BadChecksum) {
		return
	}
	x.counts.arrived(s)
	if s.Len == 0 {
		return
	}
	if w := x.wires[s.Src]; w != nil {
		w.fromDialer.landed(s, s.At.Sub(x.began))
	} else if w := x.wires[s.Dst]; w != nil {
		w.fromListener.landed(s, s.At.Sub(x.began))
	}
}

// intact reports, of what a program said over a protocol, that all of it came,
// as it was said.
func (x *experiment) intact(proto segment.Proto, from Side) bool {
	p := x.passage(proto, from)
	if proto == segment.UDP {
		return !p.spoilt && p.late == 0 && p.duplicate == 0 && p.delivered() == len(p.flights)
	}
	for _, w := range x.wires {
		for _, h := range []*half{w.fromDialer, w.fromListener} {
			if h.passage == p && !h.intact() {
				return false
			}
		}
	}
	return p.delivered() == len(p.flights)
}

// holes is which messages of a passage arrived, as a map: # did, . did not.
func holes(p *passage) string {
	var b bytes.Buffer
	for _, f := range p.flights {
		if f.arrivals > 0 {
			b.WriteByte('#')
		} else {
			b.WriteByte('.')
		}
	}
	return b.String()
}
