package transport

import (
	"errors"
	"slices"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// A caller is a connection that came while there was a peer already. If it
// turns out to be the same peer, over its second protocol, it is taken; else it
// is told that we are busy: by BYE if it speaks frames, and by FIN.
type caller struct {
	conn    stack.Conn
	machine *session.Machine
	past    *session.Past // what the machine was made with
	begin   []byte        // what it was given
	out     outflow
	since   time.Time
	told    bool
	read    tape
}

// accept takes the connections that have come.
func (t *tcp) accept(now time.Time) (next time.Time) {
	for n := 0; t.c.room(); n++ { // a conversation that begins and ends is news too
		if n == acceptRound {
			return earliest(t.receive(now), now)
		}
		conn, err := t.listener.TryAccept()
		if err != nil {
			break
		}
		conn.Notify(t.c.wake)
		switch _, taken := t.c.company(t); {
		case t.phase == tcpListening && !taken && t.c.closing.IsZero():
			t.c.reachedBy(segment.TCP)
			t.established(now, conn, t.c.machine(now, t.stack, session.Config{}))
		case len(t.callers) < maxCallers:
			t.callers = append(t.callers, &caller{conn: conn, machine: t.c.machine(now, t.stack, session.Config{}), past: t.c.past, since: now, read: newTape()})
		default:
			t.c.note(segment.TCP, NoteTurnedAway, conn.RemoteAddr())
			conn.Close()
		}
	}
	return t.receive(now)
}

// receive deals with the callers that wait.
func (t *tcp) receive(now time.Time) (next time.Time) {
	waiting := t.callers[:0]
	for _, k := range t.callers {
		switch {
		case t.hearCaller(k, now):
			waiting = append(waiting, k)
			next = earliest(next, k.since.Add(callerTime))
		case k.conn != nil:
			k.conn.Close()
		}
	}
	clear(t.callers[len(waiting):])
	t.callers = waiting
	return next
}

// hearCaller listens to k and answers it. It reports whether k is still there
// to be dealt with; k.conn is nil once it has become the peer.
func (t *tcp) hearCaller(k *caller, now time.Time) bool {
	n, err := k.conn.TryRead(t.buf)
	if err != nil && !errors.Is(err, stack.ErrWouldBlock) {
		return false
	}
	if n > 0 && !k.told {
		k.read.call(t.buf[:n])
		k.begin = append(k.begin, t.buf[:n]...)
		k.machine.Input(now, t.buf[:n])
	}
	if len(k.begin) > maxBegin {
		return false
	}
	instance, taken := t.c.company(t)
	if !taken && !k.told && t.phase == tcpListening && t.c.closing.IsZero() { // who had the place has left meanwhile
		t.c.reachedBy(segment.TCP)
		return t.take(k, now)
	}
	if t.resumes(k) {
		t.down(now, Lost, ErrReplaced)
		return t.take(k, now)
	}
	if p := k.machine.Peer().Instance; p != 0 && taken && p == instance && t.phase == tcpListening {
		return t.take(k, now)
	}
	if t.mute() && k.machine.Peer().Instance != 0 && (!taken || k.machine.Peer().Instance == instance) {
		t.down(now, Lost, ErrMute)
		return t.take(k, now)
	}
	late := now.Sub(k.since) >= callerTime
	if !k.told && (late || k.known() && !t.c.parting(t)) {
		k.told = true
		t.c.note(segment.TCP, NoteTurnedAway, k.conn.RemoteAddr())
		k.machine.Bye(now, session.Busy)
		k.out.take(k.machine, now)
		if k.machine.Wire() == session.Framed {
			k.conn.TryWrite(k.out.octetsAhead, 0)
		}
		k.conn.CloseWrite()
	}
	return !late
}

// take makes k the peer; it is no caller any more. If a connection was lost since
// it called, it is heard anew: it may be who was lost.
func (t *tcp) take(k *caller, now time.Time) bool {
	if k.past != t.c.past {
		k.machine = t.c.machine(now, t.stack, session.Config{})
		k.machine.Input(now, k.begin)
	}
	t.established(now, k.conn, k.machine)
	t.tapes[segment.In] = k.read
	k.conn = nil
	t.c.wake()
	return false
}

// known reports whether k has said what it is: by its greeting, or by having none.
func (k *caller) known() bool {
	switch k.machine.Wire() {
	case session.Raw, session.Line:
		return true
	}
	return k.machine.Peer().Instance != 0
}

// ErrMute is why somebody lost the peer's place who had never said anything, nor
// been told anything, when another program greeted us. Up follows.
var ErrMute = errors.New("it never said anything, and somebody else did")

// mute reports whether the peer only holds the place: a port scanner, say.
func (t *tcp) mute() bool {
	return t.phase == tcpUp && !t.ending && t.machine.Heard().IsZero() && t.out.taken == 0 &&
		t.out.octets() == 0 && t.waiting() == 0 && !t.machine.Waiting()
}

// company says whether another leg than l has a peer that l's caller may not be, and which instance that
// peer says it is: 0 if it did not say.
func (c *Conversation) company(l leg) (instance uint64, taken bool) {
	if c.joint != nil { // which has one peer: whoever calls in it is that one
		return 0, slices.Contains(c.joint.doors, l)
	}
	for _, o := range c.legs {
		if o == l || !o.up() {
			continue
		}
		return o.about().Instance, true
	}
	return 0, false
}

// parting reports that whoever is in the lab behind the door l has no peer left in
// it: in a moment the place is free.
func (c *Conversation) parting(l leg) bool {
	return c.joint != nil && slices.Contains(c.joint.doors, l) && c.joint.emptied()
}

// reachedBy notes that the peer came over p: if that is not the protocol
// asked for, it is said, since forgetting a flag in one terminal is the
// commonest mistake, and must just work.
func (c *Conversation) reachedBy(p segment.Proto) {
	if c.joint == nil {
		c.reachedByKernel(p)
	}
	if !c.means(p) {
		c.note(p, NoteOtherProto, c.cfg.Protos[0], p)
	}
}
