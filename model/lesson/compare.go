package lesson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/words"
)

// The limits of a comparison.
const (
	MaxCount    = 100_000
	MaxInterval = time.Hour
	MaxSize     = 65506 // with its newline the longest datagram over IPv4
)

// CompareConfig is what is compared.
type CompareConfig struct {
	Count    int           // messages, with the ids 1 … Count
	Interval time.Duration // between two of them
	Size     int           // bytes of each text: its id, a space, and padding
	Spec     link.Spec     // Out is from A, who sends, to B
	Script   []Step
	Virtual  bool // everything is a function of the rest, in milliseconds

	// Record is told of each packet that counts, as transport.PairConfig.Observe
	// is; nil: nobody is.
	Record func(s segment.Segment, packet []byte)
	// Tell is told what happens, in order; nil: nobody is.
	Tell func(Happening)
	// Idle is called when, live, there is nothing to tell for now; may be nil.
	Idle func()
}

// Check is nil or a *Mistake.
func (c *CompareConfig) Check() error {
	least := len(strconv.Itoa(c.Count)) + 1
	switch {
	case c.Count < 1 || c.Count > MaxCount:
		return mistake(words.CompareBadCount, c.Count, MaxCount)
	case c.Interval < 0 || c.Interval > MaxInterval:
		return mistake(words.CompareBadInterval, c.Interval)
	case c.Size < least || c.Size > MaxSize:
		return mistake(words.CompareBadSize, c.Size, least, MaxSize, c.Count)
	}
	for _, s := range c.Script {
		if s.ofTime() && c.Virtual {
			return mistake(words.ScriptVirtual, s.Line, s.Words)
		}
	}
	return nil
}

// A Side is an end of the comparison.
type Side byte

// The ends.
const (
	A Side = 'A' // sends
	B Side = 'B' // receives
)

// A Happening is something that happened at one end. What is a
// transport.Event, a segment.Segment (Dir as this end sees it, as it left or as
// it arrived), Said, an Arrival, or a Step that was done.
type Happening struct {
	At   time.Duration // since the run began
	Side Side
	What any
}

// Said is a message that A's stack took.
type Said struct {
	Proto segment.Proto
	ID    uint64
	Text  []byte
	At    time.Time // of the lab: when it was said
}

// An Arrival is a message that reached B's program.
type Arrival struct {
	Proto  segment.Proto
	ID     uint64
	Text   []byte
	At     time.Time     // of the lab
	After  time.Duration // since it was said
	Dup    bool          // it had come before
	Late   bool          // a later one had come before
	Waited time.Duration // TCP: it was there, but an earlier byte was not
}

// How a comparison waits, in the lab's time.
const (
	patience  = 10 * time.Second       // for the handshake; then messages are said without
	again     = time.Millisecond       // until what a full queue refused is tried again
	graceful  = 100 * time.Millisecond // without anything under way: then it is over
	graceLive = 5 * time.Second        // the most that is waited for a reader that lags
	look      = 5 * time.Millisecond   // live: between two looks
)

// comparison is a run of Compare. What is not mu's belongs to the goroutine
// that called Compare.
type comparison struct {
	CompareConfig
	pair   *transport.Pair
	clock  link.Clock
	began  time.Time
	last   time.Time // when anything last happened
	routes [2]route  // TCP, UDP
	begun  bool      // messages are being said
	quiet  time.Time // since when nothing is under way; zero: something is

	mu     sync.Mutex
	said   []time.Time // mu's: by id, from 1; zero: not yet
	next   uint64      // mu's: the next id; Count + 1: all are said
	ready  bool        // mu's: no more waiting for the handshake
	done   []Step      // mu's: of the script, done and not told
	failed error       // mu's: why a message could not be said

	// tap is taken under the lab's locks: nothing is called with it held.
	tap      sync.Mutex
	watching bool              // tap's
	observed []segment.Segment // tap's: not looked at yet
}

// Compare says the messages over TCP and UDP and waits until their fate is
// known. A ctx that ends ends it early: Result.Interrupted. An error is a
// *Mistake, or the lab's.
func Compare(ctx context.Context, cfg CompareConfig) (Result, error) {
	if err := cfg.Check(); err != nil {
		return Result{}, err
	}
	if cfg.Tell == nil {
		cfg.Tell = func(Happening) {}
	}
	if cfg.Idle == nil {
		cfg.Idle = func() {}
	}
	c := &comparison{CompareConfig: cfg, next: 1, watching: true}
	c.said = make([]time.Time, cfg.Count+1)
	for i, p := range protos {
		c.routes[i] = newRoute(p, cfg.Count, cfg.Size)
	}
	if err := c.open(); err != nil {
		return Result{}, err
	}
	defer c.pair.Close()
	var stopped bool
	if cfg.Virtual {
		stopped = c.runVirtual(ctx)
	} else {
		stopped = c.runLive(ctx)
	}
	c.tap.Lock()
	c.watching = false // the goodbyes are not measured
	c.tap.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return Result{}, c.failed
	}
	return c.result(stopped), nil
}

var protos = [2]segment.Proto{segment.TCP, segment.UDP}

// routeOf is the route of p: what is not TCP speaks of UDP.
func (c *comparison) routeOf(p segment.Proto) *route {
	if p == segment.TCP {
		return &c.routes[0]
	}
	return &c.routes[1]
}

// open builds both ends and sets the script going.
func (c *comparison) open() error {
	p := transport.PairConfig{
		Spec: c.Spec, Virtual: c.Virtual, Wire: session.Line, Keep: 1,
		Observe: c.observe,
	}
	for _, s := range c.Script {
		if s.At == 0 && !s.ofTime() {
			p.First = append(p.First, s.Control)
			c.done = append(c.done, s)
		}
	}
	c.began = time.Now()
	if c.Virtual {
		c.began = time.Unix(0, 0).UTC()
	}
	c.last = c.began
	var err error
	if c.pair, err = transport.NewPair(p); err != nil {
		return err
	}
	c.Spec, c.clock = c.pair.Spec(), c.pair.Clock()
	for _, s := range c.Script {
		if s.At > 0 || s.ofTime() {
			c.clock.At(c.began.Add(s.At), func() { c.act(s) })
		}
	}
	c.clock.AfterFunc(patience, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ready = true
	})
	return nil
}

// observe is told by the lab of each packet.
func (c *comparison) observe(s segment.Segment, packet []byte) {
	c.tap.Lock()
	defer c.tap.Unlock()
	if !c.watching {
		return
	}
	c.observed = append(c.observed, s)
	if c.Record != nil {
		c.Record(s, packet)
	}
}

// act does a step of the script, called by the clock.
func (c *comparison) act(s Step) {
	err := s.do(c.pair)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && c.failed == nil {
		c.failed = err
	}
	c.done = append(c.done, s)
}

// say says the next message, called by the clock, and asks to be called for
// the one after it.
func (c *comparison) say() {
	id := c.aboutToSay()
	err := c.pair.A.Send(transport.Message{Row: id, Text: c.text(id)})
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(err, transport.ErrQueueFull), errors.Is(err, transport.ErrNoPeer):
		c.clock.AfterFunc(again, c.say)
		return
	case errors.Is(err, transport.ErrClosed), errors.Is(err, transport.ErrEnded): // both have: nobody is there to say it to
	case err != nil:
		c.failed = err
		return
	}
	if c.next++; c.next <= uint64(c.Count) {
		c.clock.At(c.said[1].Add(time.Duration(id)*c.Interval), c.say)
	}
}

// aboutToSay is the next id, whose latency counts from the first try.
func (c *comparison) aboutToSay() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.said[c.next].IsZero() {
		c.said[c.next] = c.clock.Now()
	}
	return c.next
}

// text is message id: its number, a space, and dots up to the size.
func (c *comparison) text(id uint64) []byte {
	b := fmt.Appendf(make([]byte, 0, c.Size), "%d ", id)
	return append(b, bytes.Repeat([]byte{'.'}, c.Size-len(b))...)
}

// idOf is the id that a text begins with; 0 if it does not.
func (c *comparison) idOf(text []byte) uint64 {
	digits, _, ok := bytes.Cut(text, []byte{' '})
	id, err := strconv.ParseUint(string(digits), 10, 64)
	if !ok || err != nil || id > uint64(c.Count) {
		return 0
	}
	return id
}

// runVirtual steps until it is over.
func (c *comparison) runVirtual(ctx context.Context) (stopped bool) {
	for !c.over() {
		if ctx.Err() != nil {
			return true
		}
		if !c.pair.Step() {
			return false
		}
		c.look()
		for _, ev := range c.pair.A.Drain() {
			c.heard(A, ev)
		}
		for _, ev := range c.pair.B.Drain() {
			c.heard(B, ev)
		}
	}
	return false
}

// runLive listens until it is over.
func (c *comparison) runLive(ctx context.Context) (stopped bool) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	a, b := c.pair.A.Events(), c.pair.B.Events()
	for !c.over() {
		if len(a) == 0 && len(b) == 0 {
			c.Idle()
		}
		select {
		case ev, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			c.look()
			c.heard(A, ev)
		case ev, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			c.look()
			c.heard(B, ev)
		case <-tick.C:
			c.look()
		case <-ctx.Done():
			return true
		}
	}
	return false
}

// look takes what the lab and the script have done.
func (c *comparison) look() {
	c.mu.Lock()
	done, ready := c.done, c.ready
	c.done = nil
	c.mu.Unlock()
	c.tap.Lock()
	segs := c.observed
	c.observed = nil
	c.tap.Unlock()
	for _, s := range done {
		c.tell(A, c.began.Add(s.At), s)
	}
	for i := range segs {
		c.saw(&segs[i])
	}
	if ready {
		c.begin()
	}
}

// begin says the first message.
func (c *comparison) begin() {
	if !c.begun {
		c.begun = true
		c.clock.AfterFunc(0, c.say)
	}
}

func (c *comparison) tell(side Side, at time.Time, what any) {
	if at.After(c.last) {
		c.last = at
	}
	c.Tell(Happening{at.Sub(c.began), side, what})
}

// saw takes a packet that left, arrived or died; where it died is known when it
// leaves.
func (c *comparison) saw(s *segment.Segment) {
	c.routeOf(s.Proto).saw(s)
	seen := *s
	switch {
	case s.Stage == segment.Died:
	case (s.Dir == segment.Out) == (s.Stage == segment.Sent):
		c.tell(A, s.At, seen)
	default:
		seen.Dir = 1 - seen.Dir
		c.tell(B, s.At, seen)
	}
}

// heard takes what an end was told.
func (c *comparison) heard(side Side, ev transport.Event) {
	now := c.clock.Now()
	switch ev := ev.(type) {
	case transport.Received:
		c.received(side, ev)
		return
	case transport.Victim:
		return // a segment says it
	case transport.Up:
		now = ev.At
		if r := c.routeOf(ev.Proto); side == A {
			r.up = ev.At.Sub(c.began)
			r.connected = true
		}
	case transport.Down:
		now = ev.At
		if r := c.routeOf(ev.Proto); side == A {
			r.down, r.lostAfter = true, ev.At.Sub(c.began)
			r.aborted = ev.Cause == transport.Aborted
		}
	case transport.Delivery:
		if side == A {
			c.routeOf(ev.Proto).fates(ev)
			c.sent(now, ev)
		}
	}
	c.tell(side, now, ev)
	if tcp := c.routes[0]; tcp.connected || tcp.down {
		c.begin()
	}
}

// sent tells of messages that A's stack took.
func (c *comparison) sent(now time.Time, d transport.Delivery) {
	if d.Mark != transport.Sent {
		return
	}
	for _, f := range d.Fates {
		c.tell(A, now, Said{d.Proto, f.Row, c.text(f.Row), c.saidAt(f.Row)})
	}
}

func (c *comparison) saidAt(id uint64) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said[id]
}

// received takes messages as they came to B: a line can come in pieces.
func (c *comparison) received(side Side, ev transport.Received) {
	r := c.routeOf(ev.Proto)
	if side == A {
		return // B says nothing
	}
	for _, m := range ev.Messages {
		r.pieces = append(r.pieces, m.Text...)
		if m.More || m.Partial {
			continue
		}
		text := r.pieces
		r.pieces = nil
		id := c.idOf(text)
		if id == 0 {
			continue
		}
		a := r.arrived(id, m.At.Sub(c.began), m.At.Sub(c.saidAt(id)))
		a.Text, a.At = text, m.At
		c.tell(B, m.At, a)
	}
}

// over reports whether everybody's fate is known and nothing is under way.
func (c *comparison) over() bool {
	c.mu.Lock()
	spoken, failed := c.next > uint64(c.Count), c.failed != nil
	c.mu.Unlock()
	if failed {
		return true
	}
	c.tap.Lock()
	unseen := len(c.observed) > 0
	c.tap.Unlock()
	now := c.clock.Now()
	if !spoken || unseen || !c.routes[0].settled() || c.pair.InFlight(segment.TCP)+c.pair.InFlight(segment.UDP) > 0 {
		c.quiet = time.Time{}
		return false
	}
	if c.quiet.IsZero() {
		c.quiet = now
		c.clock.AfterFunc(graceful, func() {}) // virtual time needs something to come
	}
	still := now.Sub(c.quiet)
	return still >= graceful && (c.Virtual || c.routes[1].allRead(c.dropped()) || still >= graceLive)
}

// dropped is how many datagrams found B's receive buffer full.
func (c *comparison) dropped() int {
	for _, l := range c.pair.B.Status().Legs {
		if l.Proto == segment.UDP {
			return int(l.KernelDrops)
		}
	}
	return 0
}
