package transport

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// PairConfig is what NewPair needs.
type PairConfig struct {
	Spec    link.Spec       // Out is from A to B
	Virtual bool            // time moves by Step alone, and everything is a function of the seed
	Slow    float64         // live: how much slower than real time; 0: 1
	Protos  []segment.Proto // nil: both
	Wire    session.Wire    // Auto means Framed, as everywhere in the lab
	NickA   string
	NickB   string
	Keep    int // segments kept for Segments; 0: the lab's choice
	// First is done at A before anything is sent.
	First []Control
	// Observe is told of each packet as it leaves, arrives or dies, Dir as A
	// sees it, and of its bytes, which must not be changed. It is called under
	// locks of the stacks: it must be quick, and must not call the pair.
	Observe func(s segment.Segment, packet []byte)
}

// A Pair is both ends of a conversation in one process, A the dialer and B the
// listener, with an emulated link between them. It opens no socket.
//
// Each protocol has a conversation of its own, as if two programs at each end
// said the same: so a wire that cannot tell which datagram belongs to which
// connection does as well as frames, and the end of one leaves the other alone.
type Pair struct {
	A, B *PairEnd

	lab     *lab.Lab
	virtual *link.Virtual // nil: live
	live    *link.Live    // nil: virtual
	seen    atomic.Uint64 // packets that left, arrived or died

	timeMu sync.Mutex
	factor float64 // timeMu's: the speed when time is not held
	held   bool    // timeMu's
}

// pairPort is where B listens. The addresses are the lab's.
const pairPort = 9001

// NewPair builds the lab and begins the conversations. An error is one of the
// config's, or of a control of First.
func NewPair(cfg PairConfig) (*Pair, error) {
	if cfg.Protos == nil {
		cfg.Protos = []segment.Proto{segment.TCP, segment.UDP}
	}
	p := &Pair{factor: 1}
	var clock link.Clock
	if cfg.Virtual {
		p.virtual = link.NewVirtual(time.Unix(0, 0).UTC())
		clock = p.virtual
	} else {
		if cfg.Slow > 0 {
			p.factor = cfg.Slow
		}
		p.live = link.NewSlow(p.factor)
		clock = p.live
	}
	p.A, p.B = newPairEnd(p, 0), newPairEnd(p, 1)
	var err error
	p.lab, err = lab.New(lab.Options{
		Clock: clock, Spec: cfg.Spec, Keep: cfg.Keep,
		Observe: func(s segment.Segment, packet []byte) { p.observe(s, packet, cfg.Observe) },
	})
	if err != nil {
		return nil, err
	}
	p.A.stack, p.B.stack = p.lab.A(), p.lab.B()
	for _, c := range cfg.First {
		if err := p.A.Do(c); err != nil {
			p.lab.Close()
			return nil, err
		}
	}
	if err := p.open(cfg); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// open begins the conversations: B's first, so that nobody calls in vain.
func (p *Pair) open(cfg PairConfig) error {
	addr := netip.AddrPortFrom(p.lab.B().IPv4(), pairPort).String()
	seed := p.lab.Spec().Seed
	for i, e := range []*PairEnd{p.B, p.A} {
		for j, proto := range cfg.Protos {
			c := Config{
				Stack: e.stack, Role: Listener, Addr: addr, Protos: []segment.Proto{proto},
				Wire: cfg.Wire, Nick: cfg.NickB, Exact: cfg.Virtual,
			}
			if e == p.A {
				c.Role, c.Nick = Dialer, cfg.NickA
			}
			if cfg.Virtual {
				c.Seed = max(4*seed+uint64(2*i+j)+1, 1)
			}
			conv, err := Open(c)
			if err != nil {
				return err
			}
			e.convs = append(e.convs, conv)
		}
	}
	p.A.start()
	p.B.start()
	return nil
}

// Spec is what the link is set to, its seed included.
func (p *Pair) Spec() link.Spec { return p.lab.Spec() }

// Clock is the lab's.
func (p *Pair) Clock() link.Clock { return p.lab.Clock() }

// Now is the lab's time.
func (p *Pair) Now() time.Time { return p.lab.Clock().Now() }

// FarEvents are those of B.
func (p *Pair) FarEvents() <-chan Event { return p.B.Events() }

// FarStatus is that of B.
func (p *Pair) FarStatus() Status { return p.B.Status() }

// InFlight is how many packets of a protocol are under way.
func (p *Pair) InFlight(proto segment.Proto) int {
	return p.lab.Pipe(proto, link.Out).InFlight() + p.lab.Pipe(proto, link.In).InFlight()
}

// Step moves virtual time to the next thing that happens; false if nothing is
// to come. What the ends are told of it is there to be taken by Drain.
func (p *Pair) Step() bool { return p.virtual != nil && p.virtual.Step() }

// Do is Do of A.
func (p *Pair) Do(c Control) error { return p.A.Do(c) }

// Segments are those that both ends' taps saw, Dir as A sees it.
func (p *Pair) Segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	return p.A.Segments(since)
}

// observe is told by the lab of each packet.
func (p *Pair) observe(s segment.Segment, packet []byte, also func(segment.Segment, []byte)) {
	p.seen.Add(1)
	if s.Stage == segment.Sent && s.Fate != segment.FateOK {
		p.A.hit(s)
		s.Dir = 1 - s.Dir
		p.B.hit(s)
		s.Dir = 1 - s.Dir
	}
	if also != nil {
		also(s, packet)
	}
}

// Close ends the conversations, then what lies between them. Time that is held
// or slowed goes on, or the goodbyes would never end.
func (p *Pair) Close() error {
	p.hurry()
	var wg sync.WaitGroup
	for _, e := range []*PairEnd{p.A, p.B} {
		wg.Go(func() { e.Close() })
	}
	wg.Wait()
	return p.lab.Close()
}

func (p *Pair) hurry() {
	if p.live != nil {
		p.timeMu.Lock()
		defer p.timeMu.Unlock()
		p.held, p.factor = false, 1
		p.live.SetFactor(1)
	}
}

// PairEnd is one end of a Pair: the Transport of all its conversations. What is
// sent goes over each of them; what they tell comes from one place.
type PairEnd struct {
	pair   *Pair
	side   int // 0 A, 1 B
	stack  *lab.End
	convs  []*Conversation // TCP before UDP
	events chan Event
	ready  chan struct{}
	done   chan struct{} // closed by Close, when the conversations have ended
	wg     sync.WaitGroup
	close  sync.Once

	sending sync.Mutex // makes one step of asking all conversations and sending

	mu     sync.Mutex
	own    []Event       // mu's: of this end itself, not of a conversation
	hits   int           // mu's: victims among own
	missed uint64        // mu's: victims dropped since the last that was kept
	rung   chan struct{} // own is not empty
	err    error         // mu's: of the first that broke
}

var _ Transport = (*PairEnd)(nil)

// maxHits is how many victims wait to be told; more are counted.
const maxHits = 4096

func newPairEnd(p *Pair, side int) *PairEnd {
	return &PairEnd{
		pair: p, side: side,
		events: make(chan Event, eventRoom),
		ready:  make(chan struct{}, 1),
		done:   make(chan struct{}),
		rung:   make(chan struct{}, 1),
	}
}

// start begins to pass on what the conversations tell. In virtual time Drain
// takes it, and there is no goroutine.
func (e *PairEnd) start() {
	if e.pair.virtual != nil {
		return
	}
	var talks sync.WaitGroup
	over := make(chan struct{})
	for _, c := range e.convs {
		talks.Go(func() { e.relay(c) })
	}
	e.wg.Go(func() { talks.Wait(); close(over) })
	e.wg.Go(func() { e.relayOwn(over) })
}

// relay passes on what one conversation tells, until it has ended.
func (e *PairEnd) relay(c *Conversation) {
	for {
		select {
		case ev, ok := <-c.Events():
			if !ok {
				return
			}
			if ev = e.translate(c, ev); ev != nil {
				e.pass(ev)
			}
		case <-c.Ready():
			select {
			case e.ready <- struct{}{}:
			default:
			}
		}
	}
}

// relayOwn passes on this end's own events, and the last one.
func (e *PairEnd) relayOwn(over <-chan struct{}) {
	defer close(e.events)
	for {
		select {
		case <-e.rung:
			for _, ev := range e.takeOwn() {
				e.pass(ev)
			}
		case <-over:
			for _, ev := range e.takeOwn() {
				e.pass(ev)
			}
			e.mu.Lock()
			last := Closed{Err: e.err}
			e.mu.Unlock()
			e.pass(last)
			return
		}
	}
}

// pass hands ev to the mailbox; once Close was called, only if there is room.
func (e *PairEnd) pass(ev Event) {
	select {
	case e.events <- ev:
	case <-e.done:
		select {
		case e.events <- ev:
		default:
		}
	}
}

// translate makes of one conversation's end what it is for the whole: the loss
// of one protocol.
func (e *PairEnd) translate(c *Conversation, ev Event) Event {
	last, ok := ev.(Closed)
	if !ok {
		return ev
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if last.Err == nil {
		return nil
	}
	if e.err == nil {
		e.err = last.Err
	}
	return Down{At: e.stack.Now(), Proto: c.cfg.Protos[0], Cause: causeOf(last.Err), Err: last.Err}
}

// tell adds ev to this end's own events.
func (e *PairEnd) tell(ev Event) {
	e.mu.Lock()
	e.own = append(e.own, ev)
	e.mu.Unlock()
	e.ring()
}

// hit tells of a victim; the stacks call it, so it waits for nobody.
func (e *PairEnd) hit(s segment.Segment) {
	e.mu.Lock()
	if e.hits < maxHits {
		e.own = append(e.own, Victim{s, e.missed})
		e.hits, e.missed = e.hits+1, 0
	} else {
		e.missed++
	}
	e.mu.Unlock()
	e.ring()
}

func (e *PairEnd) ring() {
	select {
	case e.rung <- struct{}{}:
	default:
	}
}

func (e *PairEnd) takeOwn() []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	own := e.own
	e.own, e.hits = nil, 0
	return own
}

// Drain takes, in virtual time, what this end is to be told: what the link did
// first, then what each protocol's conversation says.
func (e *PairEnd) Drain() []Event {
	told := e.takeOwn()
	for _, c := range e.convs {
		for _, ev := range c.Drain() {
			if ev = e.translate(c, ev); ev != nil {
				told = append(told, ev)
			}
		}
	}
	return told
}

// Send implements Transport: over all protocols, or none, except that one whose
// conversation has ended does not keep the others from going on; it says Failed.
func (e *PairEnd) Send(m Message) error {
	e.sending.Lock()
	defer e.sending.Unlock()
	takes := make([]bool, len(e.convs))
	var over error
	for i, c := range e.convs {
		switch err := c.admits(m); {
		case err == nil:
			takes[i] = true
		case errors.Is(err, ErrClosed), errors.Is(err, ErrEnded):
			over = err
		default:
			return err
		}
	}
	if !anyOf(takes) {
		return over
	}
	for i, c := range e.convs {
		err := over
		if takes[i] {
			err = c.Send(m)
		}
		if err != nil {
			e.tell(Delivery{Proto: c.cfg.Protos[0], Mark: Failed, Fates: []Fate{{Row: m.Row, Err: err}}})
		}
	}
	return nil
}

func anyOf(is []bool) bool {
	for _, b := range is {
		if b {
			return true
		}
	}
	return false
}

// admits reports whether Send would take m.
func (c *Conversation) admits(m Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing.IsZero() || c.closed || c.fatal != nil {
		return ErrClosed
	}
	to := c.targets()
	for _, l := range to {
		if err := l.check(m); err != nil {
			return err
		}
	}
	if len(to) == 0 && c.cfg.Protos[0] == segment.UDP {
		return ErrNoPeer
	}
	if len(to) == 0 && (c.queue.len() >= maxQueued || c.queue.bytes >= maxQueuedBytes) {
		c.queue.full = true
		return ErrQueueFull
	}
	return nil
}

// Ready implements Transport.
func (e *PairEnd) Ready() <-chan struct{} { return e.ready }

// Events implements Transport. In virtual time nothing comes by it, see Drain.
func (e *PairEnd) Events() <-chan Event { return e.events }

// Status implements Transport.
func (e *PairEnd) Status() Status {
	var s Status
	for i, c := range e.convs {
		one := c.Status()
		if i == 0 {
			s = one
			continue
		}
		s.Legs = append(s.Legs, one.Legs...)
	}
	return s
}

// Segments implements Transport.
func (e *PairEnd) Segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	return e.stack.Segments(since)
}

// Do implements Transport: what is the link's goes there, the rest to each
// protocol that can do it.
func (e *PairEnd) Do(ctl Control) error {
	if handled, err := e.pair.control(e.side, ctl); handled {
		return err
	}
	done, first := false, error(nil)
	for _, c := range e.convs {
		switch err := c.Do(ctl); {
		case err == nil:
			done = true
		case first == nil || errors.Is(first, ErrUnsupported):
			first = err
		}
	}
	if done {
		return nil
	}
	return first
}

// Close implements Transport. The other end and the link are the Pair's to
// close.
func (e *PairEnd) Close() error {
	e.close.Do(func() {
		if e.pair.virtual != nil { // nobody moves time on, so nothing can be waited for
			for _, c := range e.convs {
				c.cancel()
			}
			close(e.done)
			close(e.events)
			return
		}
		e.pair.hurry()
		var wg sync.WaitGroup
		for _, c := range e.convs {
			wg.Go(func() { c.Close() })
		}
		wg.Wait()
		close(e.done)
		e.wg.Wait()
	})
	return nil
}
