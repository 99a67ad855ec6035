package lesson

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/ui/words"
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

// An experiment plays a lesson once. In virtual time what comes of it is a
// function of the file, and one goroutine calls everything but observe. On the
// system's stack time is real, and whoever comes in takes mu.
type experiment struct {
	mu sync.Mutex // before everything below; tap is taken after it

	play   Play
	bound  bound
	clock  *link.Virtual
	real   *link.Live // in place of clock where there is no link of ours; nil: virtual time
	ground Ground
	began  time.Time
	hear   func(Happening) // is told what happens; never nil
	ended  bool
	over   time.Duration // when it ended

	programs map[Side]*program
	rows     map[Side]uint64         // messages each has said, over whichever protocol
	known    map[netip.AddrPort]Side // UDP sockets
	wires    map[netip.AddrPort]*tcpWire
	says     map[segment.Proto]map[Side]*passage
	counts   counts
	segments []segment.Segment // TCP's and UDP's as they left, Dir as A sees it
	steps    int
	endless  bool // it was stopped after too many steps

	tap      sync.Mutex        // taken under the lab's locks: nothing is called with it held
	watching bool              // tap's
	observed []segment.Segment // tap's: not looked at yet
}

// What a program lives through, beside its deeds and its states.
type (
	spoken struct { // it has something to say
		row      uint64
		text     []byte
		tcp, udp bool
	}
	handed struct { // its stack took a message
		proto       segment.Proto
		row         uint64
		first, last uint64 // its bytes in the stream, from 1; 0: UDP
		size        int
	}
	acked struct { // the other stack has a message
		row   uint64
		after time.Duration
	}
	missed struct { // a message cannot arrive any more
		proto segment.Proto
		row   uint64
		err   error
	}
	landed struct { // a message is with the other program, of which Side is who said it
		proto     segment.Proto
		row       uint64
		text      []byte
		first     uint64 // its bytes in the stream; 0: UDP
		last      uint64
		dup, late bool
	}
	linked struct { // there is somebody to send to
		proto       segment.Proto
		dialer      bool
		local, peer netip.AddrPort
	}
	parted struct { // the connection is over
		err error
	}
	passed  segment.Segment // a packet left, arrived or died, Dir as A sees it
	trouble struct {        // the first error over a protocol
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
	x, err := newExperiment(build, p, most, hear)
	if err != nil {
		return nil, err
	}
	defer x.close()
	return x, x.run(ctx)
}

// newExperiment sets p up: nothing has happened yet. An error is the ground's.
func newExperiment(build Build, p Play, most bound, hear func(Happening)) (*experiment, error) {
	if hear == nil {
		hear = func(Happening) {}
	}
	x := &experiment{
		play: p, bound: most, hear: hear, watching: true,
		clock:    link.NewVirtual(time.Unix(0, 0).UTC()),
		programs: map[Side]*program{}, rows: map[Side]uint64{}, known: map[netip.AddrPort]Side{}, wires: map[netip.AddrPort]*tcpWire{},
		says: map[segment.Proto]map[Side]*passage{segment.TCP: {}, segment.UDP: {}},
	}
	x.began = x.clock.Now()
	x.counts.init()
	var err error
	x.ground, err = build(GroundOptions{Clock: x.clock, Spec: p.Spec, ReceiveBuffer: p.Buffer, Observe: x.observe})
	if err != nil {
		return nil, err
	}
	g := &x.ground
	if g.Link == nil {
		if p.weathers() {
			return nil, errNoLink
		}
		x.real = link.NewReal()
		x.began = x.real.Now()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.programs[A] = newProgram(x, A, g.A, g.AddrA, g.AddrB)
	x.programs[B] = newProgram(x, B, g.B, g.AddrB, g.AddrA)
	x.programs[C] = newProgram(x, C, g.A, g.AddrA, g.AddrB)
	for _, c := range p.Cues {
		x.at(c.At, func() { x.tell(0, c) })
	}
	for _, d := range p.Deeds {
		x.schedule(d)
	}
	return x, nil
}

// schedule sees to it that d is done in its time: many messages one by one.
func (x *experiment) schedule(d Deed) {
	if d.Every == 0 {
		x.at(d.At, func() { x.act(d) })
		return
	}
	n := 0
	var one func()
	one = func() {
		single := d
		single.Count = 1
		x.ask(single, n == 0)
		if n++; n < d.Count {
			x.at(d.At+time.Duration(n)*d.Every, one)
		}
	}
	x.at(d.At, one)
}

// at calls f in the experiment's time, with mu held.
func (x *experiment) at(d time.Duration, f func()) {
	var c link.Clock = x.clock
	if x.real != nil {
		c = x.real
	}
	c.At(x.began.Add(d), func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		if !x.ended {
			f()
		}
	})
}

// errNoLink is why what asks for a link cannot be played on the system's stack.
var errNoLink = mistake(words.LessonNoLink)

// weathers reports whether p needs a link of ours.
func (p *Play) weathers() bool {
	return p.Spec.Out.String()+p.Spec.In.String() != "" || slices.ContainsFunc(p.Deeds, func(d Deed) bool { return d.Who == 0 })
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

// lookEach is how often, in real time, the connections are looked at.
const lookEach = 5 * time.Millisecond

// runReal lets the lesson's time pass.
func (x *experiment) runReal(ctx context.Context) error {
	tick := time.NewTicker(lookEach)
	defer tick.Stop()
	end := time.After(x.bound.lasts)
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-end:
			return nil
		case <-tick.C:
			x.mu.Lock()
			x.look()
			x.mu.Unlock()
		}
	}
}

// run steps until nothing is to come, or the lesson's time is over.
func (x *experiment) run(ctx context.Context) error {
	if x.real != nil {
		return x.runReal(ctx)
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if _, ok := x.next(); !ok {
			return nil
		}
		x.step()
	}
}

// next is when something is to come; false if nothing is, if the lesson's time
// is over by then, or if there were too many steps.
func (x *experiment) next() (time.Time, bool) {
	at, ok := x.clock.Next()
	if !ok || at.After(x.began.Add(x.bound.lasts)) {
		return at, false
	}
	if x.steps >= x.bound.steps {
		x.endless = true
	}
	return at, !x.endless
}

// step goes to what comes next.
func (x *experiment) step() {
	x.steps++
	x.clock.Step()
	x.look()
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
	x.mu.Lock()
	x.over = x.now()
	x.ended = true
	for _, p := range x.programs {
		p.countDrops()
	}
	if x.real != nil {
		x.leave()
	}
	x.mu.Unlock()
	if x.real == nil {
		x.ground.Link.Close()
		return
	}
	for _, p := range x.programs {
		p.wake()
		<-p.gone
	}
}

// leave closes what the programs have on the system's stack: at once, so that
// nothing is left behind.
func (x *experiment) leave() {
	for _, p := range x.programs {
		if p.conn != nil && !p.over {
			p.conn.Abort()
		}
		p.over = true
		p.exit()
	}
}

func (x *experiment) now() time.Duration {
	switch {
	case x.ended:
		return x.over
	case x.real != nil:
		return x.real.Now().Sub(x.began)
	}
	return x.clock.Now().Sub(x.began)
}

func (x *experiment) tell(who Side, what any) { x.hear(Happening{x.now(), who, what}) }

// passage is what a program says over a protocol.
func (x *experiment) passage(proto segment.Proto, from Side) *passage {
	p := x.says[proto][from]
	if p == nil {
		p = newPassage()
		p.tell = func(f *flight, dup, late bool) {
			x.tell(from, landed{proto, f.row, f.text, f.first, f.last, dup, late})
		}
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
func (x *experiment) text(d *Deed, id uint64) []byte {
	if d.Text != nil {
		return d.Text
	}
	b := make([]byte, d.Size)
	rng := rand.New(rand.NewPCG(uint64(d.Who), id))
	for i := range b {
		b[i] = 'a' + byte(rng.IntN(26))
	}
	copy(b, fmt.Appendf(nil, "%d ", id))
	return b
}

// saw takes a packet as it left, arrived or died.
func (x *experiment) saw(s *segment.Segment) {
	x.hear(Happening{s.At.Sub(x.began), 0, passed(*s)})
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
