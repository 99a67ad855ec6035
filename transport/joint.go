package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// How long a lab that is shared waits.
const (
	busyTime     = lab.Unplugged + time.Second // for a place that may be a dead one's
	labGoodbye   = 5 * time.Second             // for the last segments, which go when the process goes
	leavingPause = 20 * time.Millisecond       // between two looks at them
	leftTime     = 50 * time.Millisecond       // for the stack to deal with what came before BYE
)

// A joint is a conversation's end of a lab whose other end is in another process.
// The legs in the lab go by the lab's time, the rest by the kernel's. All of it is
// the conversation's lock's.
type joint struct {
	c       *Conversation
	carrier *lab.Carrier
	socket  stack.PacketConn
	to      []netip.AddrPort // a dialer's targets; nil at a listener
	doors   []leg            // a listener's legs over the kernel, for afterwards
	since   time.Time        // when it began
	linked  bool             // the other process has answered, and legs are there
	told    bool             // that both are in the lab has been said
	endBy   time.Time        // when to let go, after the other process has left
	silent  bool             // that nothing comes has been said
	alarm   link.Timer       // of the lab: when the legs are to be stepped
	victims victims
}

// side is 0 at the dialer, who is A, and 1 at the listener.
func (j *joint) side() int {
	if j.to != nil {
		return 0
	}
	return 1
}

// newJoint begins to share a lab with the process at peer.
func (c *Conversation) newJoint(now time.Time, peer lab.Caller, socket stack.PacketConn, to []netip.AddrPort) (*joint, error) {
	j := &joint{c: c, socket: socket, to: to, since: now}
	j.victims.wake = c.wake
	var door *lab.Door
	if to == nil {
		door = c.door
	}
	var err error
	j.carrier, err = lab.NewCarrier(lab.CarrierOptions{
		Options: lab.Options{Spec: seenFrom(j.side(), c.cfg.Net), Observe: j.observe},
		Given:   c.cfg.Given, Socket: socket, Peer: peer.From, Session: peer.Session, Door: door,
	})
	if err != nil {
		return nil, err
	}
	c.joint = j
	c.sight.move(j.carrier.End())
	c.wake()
	return j, nil
}

// call asks the process at the first of the addresses to share a lab.
func (c *Conversation) call(now time.Time, to []netip.AddrPort) {
	socket, err := c.openToward(to[0])
	if err != nil {
		c.fail(err)
		return
	}
	socket.Notify(c.wake)
	c.dialed = to
	if _, err := c.newJoint(now, lab.Caller{From: to[0], Session: c.id()}, socket, to); err != nil {
		socket.Close()
		c.fail(err)
	}
}

// labs deals with a datagram of a lab that is not shared, and reports whether it
// is one.
func (u *udp) labs(now time.Time, from netip.AddrPort, p []byte) bool {
	if u.targets != nil || u.stack.Name() != "kernel" {
		return false
	}
	can := u.c.labService()
	reply, ours := u.c.door.Reply(now, p, from, can)
	if !ours {
		return u.c.cfg.Role == Listener && u.c.cfg.Lab // who listens for the lab takes nothing else
	}
	switch session, calls := u.c.door.Calls(p, from); {
	case calls && can == lab.Free:
		u.c.invite = &lab.Caller{From: from, Session: session}
	case reply != nil:
		u.socket.TryWriteTo(reply, from, 0)
	}
	if reply != nil && can == lab.NoLab && (u.shown.IsZero() || now.Sub(u.shown) >= strangerGap) {
		u.shown = now
		u.c.note(segment.UDP, NoteLabDeclined, from)
	}
	return true
}

// labService is what a listener can do for who asks for the lab.
func (c *Conversation) labService() lab.Service {
	if c.cfg.Role != Meeting && !c.cfg.Lab {
		return lab.NoLab
	}
	for _, l := range c.legs {
		if l.up() || !l.idle() {
			return lab.Taken
		}
	}
	if !c.closing.IsZero() {
		return lab.Taken
	}
	return lab.Free
}

// stepLegs moves the legs, and what they stand on.
func (c *Conversation) stepLegs(now time.Time) (next time.Time) {
	if c.joint != nil {
		return c.joint.step(now)
	}
	for _, l := range c.legs {
		next = earliest(next, l.step(now))
	}
	if c.invite != nil {
		c.join(now, *c.invite)
	}
	return next
}

// join shares a lab with whoever called, over the socket of the UDP leg.
func (c *Conversation) join(now time.Time, peer lab.Caller) {
	c.invite = nil
	for _, l := range c.legs {
		if u, ok := l.(*udp); ok {
			j, err := c.newJoint(now, peer, u.socket, nil)
			if err != nil {
				c.fail(err)
				return
			}
			j.doors, c.legs = c.legs, nil
			return
		}
	}
}

func (j *joint) step(now time.Time) (next time.Time) {
	next = j.carrier.Step(now)
	j.tell()
	switch heir, err := j.carrier.Over(); {
	case err != nil && j.hasEnded(now, err):
		j.ends(now, heir, err)
		return now
	case err != nil:
		j.walk()
		return j.endBy
	case j.abandoned(now):
		j.ends(now, heir, lab.ErrLeft)
		return now
	case !j.linked && j.carrier.Linked() && (j.to == nil || j.carrier.Agreed()):
		j.link()
	case !j.linked:
		return earliest(next, j.wait(now))
	}
	if !j.told && j.carrier.Agreed() {
		j.told = true
		spec := seenFrom(j.side(), j.carrier.Settings().Spec)
		j.c.note(0, NoteInLab, j.carrier.Peer(), spec.String())
	}
	next = earliest(next, j.listen(now))
	j.walk()
	for _, l := range j.doors {
		if t, ok := l.(*tcp); ok { // to tell callers that this conversation is taken
			next = earliest(next, t.step(now))
		}
	}
	return next
}

// walk steps the legs, which go by the lab's time.
func (j *joint) walk() {
	var next time.Time
	for _, l := range j.c.legs {
		next = earliest(next, l.step(j.c.now()))
	}
	if j.alarm != nil {
		j.alarm.Stop()
		j.alarm = nil
	}
	if !next.IsZero() {
		j.alarm = j.carrier.Clock().At(next, j.c.wake)
	}
}

// link makes the legs: the other process is there, and the link is as it should be.
func (j *joint) link() {
	j.linked = true
	c, s := j.c, j.carrier.End()
	ours, theirs := s.IPv4(), s.Far4()
	if !j.carrier.Peer().Addr().Unmap().Is4() {
		ours, theirs = s.IPv6(), s.Far6()
	}
	var err error
	if j.to == nil {
		err = j.answer(netip.AddrPortFrom(ours, j.socket.LocalAddr().Port()))
	} else {
		c.reached()
		err = j.dial(ours, netip.AddrPortFrom(theirs, j.carrier.Peer().Port()))
	}
	if err != nil {
		c.fail(err)
	}
}

// answer listens in the lab, for what the peer may bring.
func (j *joint) answer(at netip.AddrPort) error {
	c, s := j.c, j.carrier.End()
	meet := c.cfg.Role == Meeting
	if meet || c.means(segment.TCP) {
		l, err := s.Listen(at)
		if err != nil {
			return err
		}
		c.legs = append(c.legs, newTCPListener(c, s, l))
	}
	if meet || c.means(segment.UDP) {
		p, err := s.OpenUDP(at)
		if err != nil {
			return err
		}
		c.legs = append(c.legs, newUDPListener(c, s, p))
	}
	return nil
}

// dial calls in the lab, over the protocols asked for.
func (j *joint) dial(from netip.Addr, to netip.AddrPort) error {
	c, s := j.c, j.carrier.End()
	if c.means(segment.TCP) {
		c.legs = append(c.legs, newTCPDialer(c, s, []netip.AddrPort{to}))
	}
	if c.means(segment.UDP) {
		p, err := s.OpenUDP(netip.AddrPortFrom(from, 0))
		if err != nil {
			return err
		}
		u := newUDPListener(c, s, p)
		u.targets = []netip.AddrPort{to}
		c.legs = append(c.legs, u)
	}
	return nil
}

// wait sees whether there is still hope for an answer.
func (j *joint) wait(now time.Time) (next time.Time) {
	err, patience := j.carrier.Trouble(), j.c.cfg.Wait
	if errors.Is(err, lab.ErrBusy) {
		patience = max(patience, busyTime)
	}
	by := j.since.Add(patience)
	if !errors.Is(err, stack.ErrRefused) && now.Before(by) {
		return by
	}
	if err == nil {
		err = stack.ErrTimeout
	}
	j.c.letGo(nil)
	j.miss(now, err)
	return now
}

// miss says that the call was in vain.
func (j *joint) miss(now time.Time, err error) {
	if len(j.to) > 1 {
		j.c.call(now, j.to[1:])
		return
	}
	if !j.c.unreached(now, err) {
		j.c.emit(Down{At: now, Proto: j.c.cfg.Protos[0], Cause: causeOf(err), Err: &LabError{j.carrier.Peer(), err}, Unsent: j.c.queue.len()})
	}
}

// Why a lab that is shared is over, or was never shared.
var (
	ErrLabLeft     = lab.ErrLeft
	ErrLabBusy     = lab.ErrBusy
	ErrLabDeclined = lab.ErrDeclined
	ErrLabReplaced = lab.ErrReplaced
)

// A LabError says that nobody at an address shares a lab, and why.
type LabError struct {
	Addr netip.AddrPort
	Err  error
}

// Error names the reason and, where it is none of the other end's, what can be done.
func (e *LabError) Error() string {
	if e.Answered() {
		return fmt.Sprintf("%s: %v", e.Addr, e.Err)
	}
	return fmt.Sprintf("%s: nobody there answers for the lab (%v); run the same command in the other terminal, or seqtalk alone", e.Addr, e.Err)
}

// Answered reports that somebody is there, and said why not.
func (e *LabError) Answered() bool {
	return errors.Is(e.Err, lab.ErrBusy) || errors.Is(e.Err, lab.ErrDeclined)
}

// Unwrap is the reason.
func (e *LabError) Unwrap() error { return e.Err }

// listen watches for the silence of the other process.
func (j *joint) listen(now time.Time) (next time.Time) {
	silent := j.carrier.Silent(now)
	if gone := silent >= lab.Unplugged; gone != j.silent {
		j.silent = gone
		code := NotePlugged
		if gone {
			code = NoteUnplugged
		}
		j.c.note(0, code)
	}
	if j.silent {
		return time.Time{}
	}
	return now.Add(lab.Unplugged - silent)
}

// hasEnded reports whether what came before the other process left has been dealt
// with.
func (j *joint) hasEnded(now time.Time, err error) bool {
	if j.endBy.IsZero() {
		j.endBy = now.Add(leftTime)
	}
	return !j.linked || errors.Is(err, lab.ErrReplaced) || !now.Before(j.endBy)
}

// abandoned reports whether the caller has fallen silent before, or after, it said
// anything in the lab: nothing there waits for it.
func (j *joint) abandoned(now time.Time) bool {
	return j.to == nil && j.carrier.Silent(now) >= lab.Unplugged && j.emptied()
}

// emptied reports that no leg in the lab has a peer, or is getting one.
func (j *joint) emptied() bool {
	return !slices.ContainsFunc(j.c.legs, func(l leg) bool { return l.up() || !l.idle() })
}

// ends lets go of a lab the other process has left.
func (j *joint) ends(now time.Time, heir lab.Caller, err error) {
	c := j.c
	for _, l := range c.legs {
		l.cut(c.now(), err)
	}
	c.letGo(err)
	switch {
	case j.to == nil && errors.Is(err, lab.ErrReplaced):
		c.join(now, heir)
	case j.to != nil && !j.linked:
		j.miss(now, err)
	}
}

// letGo ends the sharing; a listener's legs over the kernel are back.
func (c *Conversation) letGo(err error) {
	j := c.joint
	if j.to == nil || err == nil {
		c.closeLegs()
	}
	if j.to == nil {
		c.legs, j.doors = j.doors, nil
	}
	j.close()
	c.joint = nil
}

// close lets go of everything but the legs in the lab, which are the
// conversation's.
func (j *joint) close() {
	for _, l := range j.doors {
		l.close()
	}
	if j.alarm != nil {
		j.alarm.Stop()
	}
	j.carrier.Close()
	if j.to != nil {
		j.socket.Close()
	}
}

// cut implements leg: the way to the peer is gone.
func (t *tcp) cut(now time.Time, err error) {
	switch t.phase {
	case tcpUp, tcpEnding:
		t.redial.never = true
		t.down(now, Lost, err)
	case tcpConnecting, tcpWaiting:
		t.letGo()
		t.phase = tcpOver
		t.c.emit(Down{At: now, Proto: segment.TCP, Cause: Lost, Err: err, Unsent: t.own.len()})
	}
}

// cut implements leg.
func (u *udp) cut(now time.Time, err error) {
	if u.machine != nil {
		u.lose(now, Lost, err)
	}
}

// now is the time the legs go by.
func (c *Conversation) now() time.Time {
	if c.joint != nil {
		return c.joint.carrier.End().Now()
	}
	return c.cfg.Stack.Now()
}

// left reports whether nothing of ours waits in the lab any more, or for nobody.
func (j *joint) left(now time.Time) bool {
	return j.carrier.Left() || j.carrier.Silent(now) >= lab.Unplugged
}

// reachedByKernel notes that the peer came without a lab.
func (c *Conversation) reachedByKernel(p segment.Proto) {
	if c.cfg.Lab {
		c.note(p, NoteNoLab)
	}
	if w := witness(c.cfg.Stack); c.sight.source != w {
		c.sight.move(w)
	}
}

// patience is how long a goodbye may take. What a stack in this process has not
// sent when it ends is never sent.
func (c *Conversation) patience(now time.Time) time.Duration {
	if c.joint != nil && c.joint.linked && c.joint.carrier.Silent(now) < lab.Unplugged {
		return labGoodbye
	}
	return goodbyeTime
}

// goodbye is when to look again how far it is.
func (c *Conversation) goodbye(now time.Time) time.Time {
	next := c.closing.Add(c.patience(now))
	if c.joint != nil {
		next = earliest(next, now.Add(leavingPause))
	}
	return next
}

// A sight is where a conversation's segments are seen: by the kernel's stack, if
// that sees any, and in a lab. What takes another's place goes on counting.
type sight struct {
	source stack.Witness // nil: nobody sees any
	first  uint64        // the ordinal before the first of this source's
	offset uint64        // what is added to its ordinals
}

// witness is s as one that may see segments.
func witness(s stack.Stack) stack.Witness {
	w, _ := s.(stack.Witness)
	return w
}

func (s *sight) move(to stack.Witness) {
	_, s.first, _ = s.segments(s.first)
	s.source, s.offset = to, s.first
	if to != nil {
		_, before, _ := to.Segments(0)
		s.offset -= before
	}
}

func (s *sight) segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	if s.source == nil {
		return nil, since, 0
	}
	segs, next, missed = s.source.Segments(max(since, s.first) - s.offset)
	for i := range segs {
		segs[i].Ordinal += s.offset
	}
	return segs, next + s.offset, missed
}

// Victims wait to be told; the stacks add to them.
type victims struct {
	wake func()

	mu     sync.Mutex
	segs   []segment.Segment // mu's
	missed uint64            // mu's
}

// observe is told by the lab of each packet, with locks of its stack held.
func (j *joint) observe(s segment.Segment, packet []byte) {
	if j.side() == 1 {
		s.Dir = 1 - s.Dir
	}
	if r := j.c.cfg.Record; r != nil {
		r.lab(&s, packet)
	}
	if s.Stage != segment.Sent || s.Fate == segment.FateOK {
		return
	}
	v := &j.victims
	v.mu.Lock()
	if len(v.segs) < maxHits {
		v.segs = append(v.segs, s)
	} else {
		v.missed++
	}
	v.mu.Unlock()
	v.wake()
}

// tell passes on what the link did, and what the peer did to the link.
func (j *joint) tell() {
	v := &j.victims
	v.mu.Lock()
	hit, missed := v.segs, v.missed
	v.segs, v.missed = nil, 0
	v.mu.Unlock()
	for _, s := range hit {
		j.c.emit(Victim{Segment: s, Missed: missed})
		missed = 0
	}
	for _, ch := range j.carrier.Changes() {
		switch ch.Which {
		case lab.Weather:
			spec := seenFrom(j.side(), ch.Now.Spec)
			j.c.note(0, NotePeerNet, spec.String())
		case lab.Cutting:
			j.c.note(0, NotePeerCut, ch.Now.Cut)
		case lab.Time:
			j.c.note(0, NotePeerTime, ch.Now.Held, ch.Now.Slow)
		}
	}
}

// doInLab does what is the shared lab's to do.
func (c *Conversation) doInLab(ctl Control) (handled bool, err error) {
	if _, again := ctl.(Connect); again && c.joint == nil && c.cfg.Lab && c.role == Dialer {
		c.again()
		return true, nil
	}
	if c.joint == nil || !c.joint.linked {
		return false, nil
	}
	return c.joint.control(ctl)
}

// again calls whoever was called before, in a lab of its own.
func (c *Conversation) again() {
	c.closeLegs()
	c.call(c.cfg.Stack.Now(), c.dialed)
}

func (j *joint) control(ctl Control) (handled bool, err error) {
	s := j.carrier.Settings()
	switch ctl := ctl.(type) {
	case Net:
		s.Spec = seenFrom(j.side(), ctl.Spec)
		return true, j.carrier.Set(lab.Weather, s)
	case Drop:
		j.carrier.Do(func(l *link.Link) { l.DropNext(max(ctl.N, 1)) })
	case Duplicate:
		j.carrier.Do((*link.Link).DuplicateNext)
	case Swap:
		j.carrier.Do((*link.Link).SwapNext)
	case Corrupt:
		j.carrier.Do((*link.Link).CorruptNext)
	case Cut, Heal:
		_, s.Cut = ctl.(Cut)
		return true, j.carrier.Set(lab.Cutting, s)
	case HoldTime:
		s.Held = ctl.On
		return true, j.carrier.Set(lab.Time, s)
	case Slow:
		if !(ctl.Factor > 0 && ctl.Factor <= MaxSlow) {
			return true, fmt.Errorf("%w: %v times slower; allowed: more than 0, at most %d", ErrUnsupported, ctl.Factor, MaxSlow)
		}
		s.Slow = ctl.Factor
		return true, j.carrier.Set(lab.Time, s)
	case StepTime:
		if err := j.carrier.StepHeld(); err != nil {
			return true, fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
	default:
		return false, nil
	}
	return true, nil
}
