package lab

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// How a carrier works, in real time.
const (
	helloGap   = 200 * time.Millisecond // between two HELLOs
	beatGap    = time.Second
	settingGap = 200 * time.Millisecond // before settings are sent again
	turn       = 64                     // datagrams read before others get their turn
	maxOutbox  = 4096                   // frames that wait for the socket
	replyGap   = 100 * time.Millisecond // between two answers to strangers
)

// Unplugged is the silence of the other process after which its cable is taken to
// be unplugged. TCP knows nothing of it.
const Unplugged = 3 * time.Second

// Why a carrier is over.
var (
	ErrLeft     = errors.New("the other end left the lab")
	ErrBusy     = errors.New("the other end talks to somebody else")
	ErrDeclined = errors.New("the other end has no lab: start both with --lab, or neither")
	ErrReplaced = errors.New("it fell silent, and another process has called since")
)

// CarrierOptions are what a carrier is made with.
type CarrierOptions struct {
	Options // Clock must be a *link.Live; nil: real time. Spec.Out is from the dialer
	// Given says that somebody asked for this Spec: it goes over one that nobody
	// asked for, and the dialer's over the listener's.
	Given bool
	// Socket is an unconnected UDP socket. It stays the caller's, who sees to it
	// that its Notify leads to Step, and who reads nothing from it meanwhile.
	Socket stack.PacketConn
	// Peer is the other process.
	Peer netip.AddrPort
	// Session names the link; not 0. Whoever calls chooses it.
	Session uint64
	// Door is where the peer called; nil: this end calls.
	Door *Door
}

// A Carrier is one end of a lab whose other end is in another process. IP packets
// travel between the two inside UDP datagrams, on one socket:
//
//	netstack ── nic ──▶ lane ──▶ link.Pipe ──▶ UDP ──▶ nic ── netstack
//
// Each end's link decides about what that end sends. A packet that is lost travels
// too, as a ghost, and what arrived is reported, so that both taps know the whole
// story. The dialer is A, the listener B.
type Carrier struct {
	lab     *Lab
	end     *End
	side    int
	live    *link.Live
	session uint64
	peer    netip.AddrPort
	door    *Door       // the listener's
	linked  atomic.Bool // packets may travel

	io      sync.Mutex // makes the socket's calls one at a time; the innermost lock
	socket  stack.PacketConn
	outbox  [][]byte // io's: frames the socket has not taken
	scratch []byte   // io's
	dropped uint64   // io's: frames there was no room for

	buf     []byte    // Step's
	reports []arrival // Step's: not told yet

	mu        sync.Mutex
	over      error     // mu's, as all below: why it has ended
	calling   bool      // HELLO is to be sent until WELCOME comes
	heard     time.Time // when the peer was last heard of
	refused   error     // ICMP said that nobody is there, and nothing came since
	busy      bool      // the last answer was that there is a link already
	helloAt   time.Time // when to send HELLO again,
	beatAt    time.Time // a beat,
	settingAt time.Time // and settings
	repliedAt time.Time
	successor Caller // who is to have the peer's place
	set       Settings
	own       stamps // of set
	known     stamps // what the peer is known to have,
	met       bool   // once it has said so
	changes   []Change
	strange   uint64 // datagrams that were none of the peer's
}

// A Change is a setting that the peer has changed.
type Change struct {
	Which Setting
	Now   Settings
}

// NewCarrier builds the stack and the links out of it. Nothing is sent before the
// first Step.
func NewCarrier(o CarrierOptions) (*Carrier, error) {
	c := &Carrier{
		socket: o.Socket, peer: o.Peer, session: o.Session, door: o.Door,
		buf: make([]byte, maxFrame), calling: o.Door == nil,
	}
	if o.Door != nil {
		c.side = 1
	}
	if o.Clock == nil {
		o.Clock = link.NewReal()
	}
	var ok bool
	if c.live, ok = o.Clock.(*link.Live); !ok {
		return nil, errors.New("a carrier needs a live clock")
	}
	var err error
	if c.lab, err = build(o.Options, c); err != nil {
		return nil, err
	}
	c.end = c.lab.ends[c.side]
	c.set = Settings{Spec: c.lab.Spec(), Slow: 1}
	c.own[Weather].side = uint8(c.side)
	if o.Given {
		c.own[Weather].n = uint64(2 - c.side) // the dialer came last
	}
	c.linked.Store(o.Door != nil)
	return c, nil
}

// End is the stack at this end.
func (c *Carrier) End() *End { return c.end }

// Clock is the lab's, which can be held and slowed.
func (c *Carrier) Clock() link.Clock { return c.live }

// Peer is the address of the other process.
func (c *Carrier) Peer() netip.AddrPort { return c.peer }

// Linked reports whether the other process has answered.
func (c *Carrier) Linked() bool { return c.linked.Load() }

// Agreed reports whether both ends have the same settings, as far as is known
// here.
func (c *Carrier) Agreed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.met && c.known == c.own
}

// Over is why the carrier has ended; nil if it has not. Once it has, next is the
// one who is to have the peer's place, if that is why.
func (c *Carrier) Over() (next Caller, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.successor, c.over
}

// Trouble is what keeps a call from being answered, as far as is known.
func (c *Carrier) Trouble() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy {
		return ErrBusy
	}
	return c.refused
}

// Silent is how long nothing has come from the other process, which sends
// something each second. It is < 0 before anything has.
func (c *Carrier) Silent(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heard.IsZero() {
		return -1
	}
	return now.Sub(c.heard)
}

// Strange counts datagrams, and packets in them, that were none of the peer's.
func (c *Carrier) Strange() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.strange
}

// Dropped counts frames that could not be sent for want of room: packets that are
// lost without a ghost.
func (c *Carrier) Dropped() uint64 {
	c.io.Lock()
	defer c.io.Unlock()
	return c.dropped
}

// Step does what can be done now, in real time, and says when to come again. It is
// called by one goroutine at a time.
func (c *Carrier) Step(now time.Time) (next time.Time) {
	c.flush()
	more := c.read(now)
	c.returned()
	c.report()
	next = c.keepUp(now)
	if more {
		return now
	}
	return next
}

// read takes the datagrams that have come; more says that there may be others.
func (c *Carrier) read(now time.Time) (more bool) {
	for range turn {
		c.io.Lock()
		p, err := c.socket.TryReadFrom(c.buf)
		c.io.Unlock()
		if err != nil {
			return false
		}
		if p.Size == p.Len {
			c.input(now, p.From, c.buf[:p.Len])
		}
		if len(c.reports) >= maxReport {
			c.report()
		}
	}
	return true
}

// returned learns from ICMP that nobody is there.
func (c *Carrier) returned() {
	for {
		c.io.Lock()
		r, err := c.socket.TryReturned()
		c.io.Unlock()
		if err != nil {
			return
		}
		if r.To == c.peer {
			c.mu.Lock()
			c.refused = r.Err
			c.mu.Unlock()
		}
	}
}

// input decides whose frame it is.
func (c *Carrier) input(now time.Time, from netip.AddrPort, b []byte) {
	k, session, body := open(b)
	if k == noFrame || from != c.peer || session != c.session {
		c.stranger(now, from, b)
		return
	}
	c.mu.Lock()
	c.heard, c.refused = now, nil
	c.mu.Unlock()
	switch k {
	case packetFrame, ghostFrame:
		if p, ok := readParcel(body, k == ghostFrame); ok && c.linked.Load() {
			c.receive(&p)
		}
	case reportFrame:
		if came, ok := readReport(body); ok {
			c.arrived(came)
		}
	case hello:
		if c.door != nil {
			c.reply(now, from, b, Free)
		}
	default:
		c.control(now, k, body)
	}
}

// stranger answers a call while there is a peer, and nothing else. If the peer is
// gone the caller is to have its place.
func (c *Carrier) stranger(now time.Time, from netip.AddrPort, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.strange++
	if c.door == nil || c.over != nil {
		return
	}
	can := Taken
	if c.refused != nil || now.Sub(c.heard) >= Unplugged {
		can = Free
	}
	if session, calls := c.door.Calls(b, from); calls && can == Free {
		c.successor, c.over = Caller{from, session}, ErrReplaced
		c.linked.Store(false)
		return
	}
	if k, _, _ := open(b); k == hello && now.Sub(c.repliedAt) >= replyGap {
		c.repliedAt = now
		c.reply(now, from, b, can)
	}
}

// reply answers a call.
func (c *Carrier) reply(now time.Time, from netip.AddrPort, call []byte, can Service) {
	if reply, _ := c.door.Reply(now, call, from, can); reply != nil {
		c.send(from, func(b []byte) []byte { return append(b, reply...) })
	}
}

// control deals with a frame of the peer's that bears no packet.
func (c *Carrier) control(now time.Time, k frameKind, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over != nil:
	case k == welcome && c.calling && len(body) == cookieLen:
		c.send(c.peer, func(b []byte) []byte { return append(appendHead(b, proofFrame, c.session), body...) })
	case k == whoFrame && c.side == 0 && c.linked.Load() && !c.calling:
		c.calling, c.helloAt = true, now
	case k == beatFrame:
		r := reader{b: body}
		if known := r.stamps(); !r.bad && len(r.b) == 0 {
			c.meet(&known)
		}
	case k == settingFrame:
		if s, at, ok := readSettings(body); ok {
			c.merge(&s, &at)
			c.beat(now)
		}
	case k == byeFrame:
		c.over = ErrLeft
	case k == busyFrame && c.side == 0 && !c.linked.Load():
		c.busy = true
	case k == declineFrame && c.side == 0 && !c.linked.Load():
		c.over = ErrDeclined
	}
}

// keepUp sends what is due.
func (c *Carrier) keepUp(now time.Time) (next time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over != nil {
		return time.Time{}
	}
	if c.heard.IsZero() && c.door != nil {
		c.heard = now // its call
	}
	if c.calling {
		if !now.Before(c.helloAt) {
			c.helloAt = now.Add(helloGap)
			c.send(c.peer, func(b []byte) []byte { return appendHello(b, c.session) })
		}
		next = c.helloAt
	}
	if !c.linked.Load() {
		return next
	}
	if !now.Before(c.beatAt) {
		c.beat(now)
	}
	next = earliest(next, c.beatAt)
	if !c.met || c.known.behind(&c.own) {
		if !now.Before(c.settingAt) {
			c.settingAt = now.Add(settingGap)
			c.send(c.peer, func(b []byte) []byte { return appendSettings(b, c.session, &c.set, &c.own) })
		}
		next = earliest(next, c.settingAt)
	}
	return next
}

// earliest is the sooner of two times; the zero time is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// beat says that this end is here, and which settings it has.
func (c *Carrier) beat(now time.Time) {
	c.beatAt = now.Add(beatGap)
	c.send(c.peer, func(b []byte) []byte { return appendStamps(appendHead(b, beatFrame, c.session), &c.own) })
}

// say sends a frame without a body.
func (c *Carrier) say(k frameKind) {
	c.send(c.peer, func(b []byte) []byte { return appendHead(b, k, c.session) })
}

// meet learns which settings the peer has, and that there is a link.
func (c *Carrier) meet(known *stamps) {
	c.known, c.met = *known, true
	c.calling, c.busy = false, false
	c.linked.Store(true)
}

// merge takes what the peer has changed since we have.
func (c *Carrier) merge(theirs *Settings, at *stamps) {
	c.meet(at)
	for which := range settings {
		if !c.own[which].before(at[which]) {
			continue
		}
		was := c.set
		c.set.take(which, theirs)
		c.own[which] = at[which]
		c.apply(which, &was)
		if !c.set.same(which, &was) {
			c.changes = append(c.changes[max(len(c.changes)-15, 0):], Change{which, c.set})
		}
	}
}

// apply makes a setting work. The lab's calls that come of it take no lock of the
// carrier's but the socket's.
func (c *Carrier) apply(which Setting, was *Settings) {
	switch which {
	case Weather:
		c.lab.SetSpec(c.set.Spec) // fails for no SPEC that can be parsed
	case Cutting:
		f := (*link.Link).Heal
		if c.set.Cut {
			f = (*link.Link).Cut
		}
		c.lab.Do(link.Direction(c.side), f)
	case Time:
		factor := c.set.Slow
		if c.set.Held {
			factor = 0
		}
		c.live.SetFactor(factor)
		if c.set.Held && c.set.Steps > was.Steps {
			c.stepHere()
		}
	}
}

// Settings are those in force.
func (c *Carrier) Settings() Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set
}

// StepHeld lets the next packet cross the link while time is held: one of ours, if
// there is one on its way, or else one of the other end's.
func (c *Carrier) StepHeld() error {
	s := c.Settings()
	if !s.Held {
		return errors.New("time is not held")
	}
	if c.underWay() == 0 {
		s.Steps++
		return c.Set(Time, s)
	}
	c.stepHere()
	return nil
}

// stepHere moves held time to when the next packet of ours has crossed the link. If
// none is on its way it stands still: the next timer may be far.
func (c *Carrier) stepHere() {
	for n := c.underWay(); n > 0 && c.underWay() == n && c.live.Step(); {
	}
}

// underWay is how many packets of ours the link has not delivered yet.
func (c *Carrier) underWay() (n int) {
	for proto := range c.lab.lanes {
		n += c.lab.lanes[proto][c.side].pipe.InFlight()
	}
	return n
}

// Hurry lets this end's time go on at full speed, for good: it is about to leave.
func (c *Carrier) Hurry() { c.live.SetFactor(1) }

// Set changes one of the settings, here and at the peer, who learns of it with the
// next Steps. A Spec without a seed keeps the one there is.
func (c *Carrier) Set(which Setting, s Settings) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !s.Spec.Seeded {
		s.Spec.Seed, s.Spec.Seeded = c.set.Spec.Seed, true
	}
	if which == Time && !(s.Slow > 0 && s.Slow <= MaxSlow) {
		return errors.New("that slow time cannot go")
	}
	was := c.set
	c.set.take(which, &s)
	c.own[which] = stamp{min(c.own[which].n+1, maxStamp), uint8(c.side)}
	c.settingAt = time.Time{}
	c.apply(which, &was)
	return nil
}

// Changes takes what the peer has changed since the last call.
func (c *Carrier) Changes() []Change {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := c.changes
	c.changes = nil
	return changed
}

// Do calls f with each protocol's link out of this end, for one-shots.
func (c *Carrier) Do(f func(*link.Link)) { c.lab.Do(link.Direction(c.side), f) }

// Close says goodbye and takes the stack down, without a word of TCP's. The socket
// stays open.
func (c *Carrier) Close() error {
	c.lab.up.Store(false) // a process that ends sends no RST
	err := c.lab.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over == nil {
		c.over = stack.ErrClosed
		c.say(byeFrame)
	}
	c.linked.Store(false)
	return err
}

// send writes one frame, made by f. It may be called from anywhere and never
// waits: what the socket has no room for is written by the next Step.
func (c *Carrier) send(to netip.AddrPort, f func([]byte) []byte) {
	c.io.Lock()
	defer c.io.Unlock()
	c.scratch = f(c.scratch[:0])
	if len(c.outbox) == 0 || to != c.peer {
		if err := c.socket.TryWriteTo(c.scratch, to, 0); !errors.Is(err, stack.ErrWouldBlock) || to != c.peer {
			return // that nobody is there, ICMP tells
		}
	}
	if len(c.outbox) == maxOutbox {
		c.dropped++
		return
	}
	c.outbox = append(c.outbox, append([]byte(nil), c.scratch...))
}

// flush writes what has waited.
func (c *Carrier) flush() {
	c.io.Lock()
	defer c.io.Unlock()
	for len(c.outbox) > 0 {
		if errors.Is(c.socket.TryWriteTo(c.outbox[0], c.peer, 0), stack.ErrWouldBlock) {
			return
		}
		c.outbox[0] = nil
		c.outbox = c.outbox[1:]
	}
	c.outbox = nil
}

// far is the direction of what comes, as A counts.
func (c *Carrier) far() segment.Dir { return segment.Dir(1 - c.side) }
