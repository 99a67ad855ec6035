package transport

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"seqtalk/transport/lab"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// What a Conversation holds for a consumer that is slower than the network:
// beyond it the legs stop reading, and TCP's window closes.
const (
	eventRoom    = 64      // events in the channel
	pendingRoom  = 16384   // messages
	pendingBytes = 1 << 20 // of their text
)

// goodbyeTime is how long Close goes on trying to send what must be sent.
const goodbyeTime = 300 * time.Millisecond

// A leg is one protocol's part of a conversation. All its methods are called
// with the conversation's lock held.
type leg interface {
	proto() segment.Proto
	// step does what can be done now and says when to come again.
	step(now time.Time) (next time.Time)
	// up reports whether there is a peer to send to.
	up() bool
	// expects reports whether a peer that was lost is called again.
	expects() bool
	// about is who the peer says it is.
	about() session.Peer
	// check says whether m could be sent; send sends or queues it.
	check(m Message) error
	send(m Message)
	do(now time.Time, c Control) error
	// end begins the goodbye; idle reports whether it is over.
	end(now time.Time)
	idle() bool
	// cut ends what there is with the peer: the way to it is gone.
	cut(now time.Time, err error)
	// close lets go of everything.
	close()
	status(now time.Time) Leg
}

// Conversation is the Transport for both protocols and every role. One lock
// guards all of it; step, called by the stack, does the work.
type Conversation struct {
	cfg    Config
	addr   Address
	random *rand.Rand
	self   uint64 // instance
	events chan Event
	ready  chan struct{}
	wake   func()
	ended  <-chan struct{}
	cancel context.CancelFunc // of a name look-up
	done   chan struct{}      // closed when Close gives up waiting for a reader
	wg     sync.WaitGroup     // the look-up and the relay

	mu       sync.Mutex
	role     Role
	meeting  *meeting // nil once the role is decided
	legs     []leg
	door     *lab.Door        // where calls for a lab are answered
	joint    *joint           // the lab that is shared with another process; nil: none
	invite   *lab.Caller      // who is to share one
	dialed   []netip.AddrPort // whom we asked to
	sight    sight            // where segments are seen
	queue    queue            // what waits, where only one protocol is meant
	log      *Log             // nil: no transcript is written
	past     *session.Past    // what the TCP connection that was lost has left
	afresh   []Message        // what goes over the next one before what waits
	pending  []Event
	heldMsgs int                   // messages, fates and other events among pending
	heldByte int                   // bytes of their texts
	stopped  bool                  // a leg stopped reading for want of room
	relaying bool                  // a goroutine holds the head of pending
	fates    [2][Failed + 1][]Fate // by protocol and mark
	to       []leg                 // what targets answers
	gaps     gaps
	closing  time.Time // when Close was called
	closed   bool      // the last event is out
	fatal    error
}

// Open begins a conversation. It returns at once; an error is one of the
// Config's.
func Open(cfg Config) (*Conversation, error) {
	addr, err := ParseAddress(cfg.Addr)
	if err != nil {
		return nil, err
	}
	if cfg.Wait == 0 {
		cfg.Wait = 3 * time.Second
	}
	c := &Conversation{
		cfg:    cfg,
		addr:   addr,
		random: newRandom(cfg.Seed),
		events: make(chan Event, eventRoom),
		ready:  make(chan struct{}, 1),
		done:   make(chan struct{}),
		role:   cfg.Role,
		log:    cfg.Log,
	}
	c.self = c.id()
	c.sight.source, c.door = witness(cfg.Stack), lab.NewDoor()
	at, literal, err := addr.literal(cfg.Family)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake, c.ended = cfg.Stack.Drive(c.step)
	if c.log != nil {
		c.log.attach(c.wake)
	}
	if literal {
		c.begin([]netip.AddrPort{at})
	} else {
		c.wg.Go(func() { c.lookup(ctx) })
	}
	c.wake()
	return c, nil
}

// newRandom is chance from a seed, or real chance for seed 0.
func newRandom(seed uint64) *rand.Rand {
	if seed == 0 {
		return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return rand.New(rand.NewPCG(seed, seed))
}

// id is a random number that is not 0.
func (c *Conversation) id() uint64 { return max(c.random.Uint64(), 1) }

func (c *Conversation) lookup(ctx context.Context) {
	found, err := c.addr.lookup(ctx, c.cfg.Family)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing.IsZero() {
		return
	}
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%s has no address of the family asked for", c.addr.Host)
	}
	if err != nil {
		c.fail(err)
	} else {
		c.begin(found)
	}
	c.wake()
}

// begin starts on the addresses found.
func (c *Conversation) begin(at []netip.AddrPort) {
	c.meeting = newMeeting(c, at)
}

// fail ends everything for good: there is no conversation to be had.
func (c *Conversation) fail(err error) {
	if c.fatal == nil {
		c.fatal = err
	}
}

// step is the one place where the conversation moves; the stack calls it.
func (c *Conversation) step(now time.Time) (next time.Time, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return time.Time{}, true
	}
	if c.meeting != nil && c.closing.IsZero() && c.fatal == nil {
		next = c.meeting.step(now)
	}
	next = earliest(next, c.stepLegs(now))
	c.tellFates()
	c.tellLog()
	next = earliest(next, c.tellGaps(now))
	if c.over(now) {
		c.finish()
		return time.Time{}, true
	}
	if !c.closing.IsZero() {
		next = earliest(next, c.goodbye(now))
	}
	c.flush()
	if c.stopped {
		c.stopped = false
		if c.room() {
			next = now
		}
	}
	if c.queue.relieved() {
		c.signalReady()
	}
	return next, false
}

// over reports whether it is time to let go of everything.
func (c *Conversation) over(now time.Time) bool {
	if c.fatal != nil {
		return true
	}
	if c.closing.IsZero() {
		return false
	}
	for _, l := range c.legs {
		if !l.idle() {
			return !now.Before(c.closing.Add(c.patience(now)))
		}
	}
	return c.joint == nil || c.joint.left(now) || !now.Before(c.closing.Add(c.patience(now)))
}

func (c *Conversation) finish() {
	if c.joint != nil {
		c.joint.close()
	}
	c.closeLegs()
	if c.log != nil {
		c.log.ends(c.now())
	}
	c.emit(Closed{Err: c.fatal})
	c.closed = true
	c.flush()
}

// earliest is the sooner of two deadlines; the zero time is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Send implements Transport.
func (c *Conversation) Send(m Message) error {
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
	switch {
	case len(to) > 0:
		for _, l := range to {
			l.send(m)
		}
	case c.cfg.Protos[0] == segment.UDP:
		return ErrNoPeer
	default:
		if err := c.queue.push(m); err != nil {
			return err
		}
	}
	if c.log != nil {
		c.log.said(c.now(), c.self, m, to)
	}
	c.wake()
	return nil
}

// targets are the legs a message goes over: those with a peer; where there is
// none yet, all that are meant, or the preferred one.
func (c *Conversation) targets() []leg {
	c.to = c.to[:0]
	for _, l := range c.legs {
		if l.up() || l.expects() {
			c.to = append(c.to, l)
		}
	}
	switch {
	case len(c.to) > 0:
		return c.to
	case len(c.cfg.Protos) > 1:
		return c.legs
	}
	for _, l := range c.legs {
		if l.proto() == c.cfg.Protos[0] {
			c.to = append(c.to, l)
		}
	}
	return c.to
}

// Do implements Transport.
func (c *Conversation) Do(ctl Control) error {
	if l, ok := ctl.(LogTo); ok {
		return c.logTo(l.Log)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing.IsZero() || c.closed {
		return ErrClosed
	}
	defer c.wake()
	if r, ok := ctl.(Rename); ok {
		c.cfg.Nick = r.Nick
	}
	if handled, err := c.doInLab(ctl); handled {
		return err
	}
	err := ErrUnsupported // one protocol that can do it is enough
	for _, l := range c.targets() {
		if e := l.do(c.now(), ctl); e == nil || err == ErrUnsupported {
			err = e
		}
	}
	return err
}

// Close implements Transport.
func (c *Conversation) Close() error {
	c.cancel()
	c.mu.Lock()
	if c.closing.IsZero() {
		c.closing = c.cfg.Stack.Now()
		if c.joint != nil {
			c.joint.carrier.Hurry()
		}
		for _, l := range c.legs {
			l.end(c.now())
		}
	}
	c.mu.Unlock()
	c.wake()
	<-c.ended
	c.mu.Lock()
	select {
	case <-c.done:
	default:
		close(c.done)
	}
	log := c.log
	c.mu.Unlock()
	c.wg.Wait()
	if log != nil {
		return log.Close()
	}
	return nil
}

// Events implements Transport.
func (c *Conversation) Events() <-chan Event { return c.events }

// Ready implements Transport.
func (c *Conversation) Ready() <-chan struct{} { return c.ready }

func (c *Conversation) signalReady() {
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// Segments implements Transport.
func (c *Conversation) Segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	c.mu.Lock()
	at := c.sight
	c.mu.Unlock()
	return at.segments(since)
}

// Drain takes what the consumer is to be told, of a conversation in exact
// runs, which has no goroutine to tell it by Events.
func (c *Conversation) Drain() []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := c.pending
	c.pending, c.heldMsgs, c.heldByte = nil, 0, 0
	if len(told) > 0 && !c.closed {
		c.wake()
	}
	return told
}

// Status implements Transport.
func (c *Conversation) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	s := Status{At: now, Addr: c.addr.String(), Role: c.role}
	if c.log != nil {
		s.Log = c.log.State()
	}
	for _, l := range c.legs {
		s.Legs = append(s.Legs, l.status(now))
	}
	return s
}

// pass tells the consumer what a machine had to say, in the contract's words.
func (c *Conversation) pass(p segment.Proto, ev session.Event) {
	switch ev := ev.(type) {
	case session.Settled:
		c.emit(Settled{Proto: p, Wire: ev.Wire, Nick: Foreign(ev.Peer.Nick), SawLine: ev.SawLine, Unanswered: ev.Unanswered})
	case session.Renamed:
		c.rename(p, Foreign(ev.Nick))
	case session.Foreign:
		c.note(p, NoteForeign, Foreign(ev.Name))
	case session.Failed:
		c.note(p, NoteMalformed, ev.Err)
	}
}

// machine makes the session machine for a peer of this conversation.
func (c *Conversation) machine(now time.Time, s stack.Stack, cfg session.Config) *session.Machine {
	cfg.Wire, cfg.Instance, cfg.Nick, cfg.MaxOctets = c.cfg.Wire, c.self, c.cfg.Nick, c.cfg.MaxDatagram
	if cfg.Dialer {
		cfg.Session = c.id()
	}
	if !cfg.Datagram {
		if cfg.Past = c.past; cfg.Dialer && c.past != nil {
			cfg.Session = c.past.Session()
		}
	}
	for _, p := range c.cfg.Protos {
		cfg.Protocols |= map[segment.Proto]session.Protocols{segment.TCP: session.OverTCP, segment.UDP: session.OverUDP}[p]
	}
	if cfg.Patient = s.Name() == "lab"; cfg.Patient && cfg.Wire == session.Auto {
		cfg.Wire = session.Framed
	}
	return session.New(now, cfg)
}
