package transport

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// How a UDP leg works.
const (
	datagramSize = 65536                  // octets: no datagram is longer
	datagrams    = 64                     // read before others get their turn
	volleySize   = 32                     // datagrams sent by one call
	silentTime   = 15 * time.Second       // after which another session may take the peer's place
	movedTime    = 10 * time.Second       // after a change of peer, in which a line may be meant for the one before
	rivalTime    = 2 * time.Second        // the peer has to answer when somebody calls from its address
	proofTime    = time.Second            // a caller has to prove its address when somebody else calls
	byeTime      = 500 * time.Millisecond // for a last receipt, or 3 × RTT if that is longer
	answerTime   = time.Second            // without ICMP, after which a meeting takes somebody to be there
	strangerGap  = 10 * time.Second       // between two notices of strangers
	remembered   = 32                     // datagrams of ours that an ICMP error can be matched with
	maxHeld      = 256                    // texts that wait for the answer to a greeting
)

// udp is the leg over UDP. All of it is the conversation's lock's.
type udp struct {
	c       *Conversation
	stack   stack.Stack
	socket  stack.PacketConn
	targets []netip.AddrPort // a dialer's; nil at a listener
	next    int
	since   time.Time // the dial, or the call

	peer    netip.AddrPort
	machine *session.Machine // nil: no peer
	buf     []byte
	out     []session.Out // what the socket has not taken
	volley  int           // how many it is given at once
	octets  [][]byte      // of them, for put
	held    int           // texts sent since none waited
	full    bool          // a Send was refused since there was room
	last    [remembered]shot
	shots   int
	heard   time.Time // when anything last came from the peer; zero: never
	refused error     // ICMP said that nobody is there, and nothing came since
	locked  bool
	spoken  bool      // we have sent the peer something
	movedAt time.Time // when another took the place of a peer we had spoken to; zero: that was considered
	ending  time.Time // when the goodbye is over; zero: none said
	over    bool      // a dialer's conversation has ended
	paused  bool      // nothing is read
	chunk   ReadSize
	tapes   [2]tape // by Dir

	rival     []byte         // a call that is not the peer's session's
	rivalFrom netip.AddrPort // who called
	rivalAt   time.Time      // when; zero: nobody did

	strangers uint64
	shown     time.Time // when strangers were last spoken of
	stranger  netip.AddrPort
	knock     []byte // the stranger's last datagram
}

// shot is a datagram of ours that an ICMP error may speak of.
type shot struct {
	row, id uint64
	octets  []byte
}

func newUDPListener(c *Conversation, s stack.Stack, p stack.PacketConn) *udp {
	u := &udp{c: c, stack: s, socket: p, buf: make([]byte, datagramSize), volley: 1}
	if _, many := p.(stack.Volley); many {
		u.volley = volleySize
	}
	p.Notify(c.wake)
	return u
}

func newUDPDialer(c *Conversation, to []netip.AddrPort) (*udp, error) {
	p, err := c.openToward(to[0])
	if err != nil {
		return nil, err
	}
	u := newUDPListener(c, c.cfg.Stack, p)
	u.targets = to
	return u, nil
}

// openToward binds a UDP socket to call to from.
func (c *Conversation) openToward(to netip.AddrPort) (stack.PacketConn, error) {
	from := netip.IPv6Unspecified()
	switch {
	case to.Addr().IsLoopback():
		from = to.Addr() // nobody else needs to reach us
	case to.Addr().Is4():
		from = netip.IPv4Unspecified()
	}
	return c.cfg.Stack.OpenUDP(netip.AddrPortFrom(from, 0))
}

func (u *udp) proto() segment.Proto { return segment.UDP }
func (u *udp) expects() bool        { return false } // it mends nothing
func (u *udp) up() bool             { return u.machine != nil && u.ending.IsZero() && !u.over }

// check implements leg: what UDP cannot send now it cannot keep.
func (u *udp) check(m Message) error {
	switch {
	case u.over || !u.ending.IsZero():
		return ErrEnded
	case u.machine == nil:
		return ErrNoPeer
	case u.busy():
		u.full = true
		return ErrQueueFull
	}
	if at := u.movedAt; !at.IsZero() {
		u.movedAt = time.Time{}
		if u.c.now().Sub(at) < movedTime {
			return ErrPeerMoved
		}
	}
	return u.machine.Fits(m.Row, len(m.Text))
}

// busy reports whether no more can be taken: the socket would block, or too
// much waits for the answer to a greeting.
func (u *udp) busy() bool {
	if u.machine == nil || !u.machine.Waiting() {
		u.held = 0
	}
	return len(u.out) > 0 || u.held >= maxHeld
}

func (u *udp) send(m Message) {
	now := u.c.now()
	u.renew(now)
	u.held++
	if _, err := u.machine.Send(now, m.Row, m.Text, m.More); err != nil {
		u.c.mark(segment.UDP, Failed, Fate{Row: m.Row, Err: err})
	}
}

// step implements leg.
func (u *udp) step(now time.Time) (next time.Time) {
	if u.over {
		return time.Time{}
	}
	if u.targets != nil && u.machine == nil && u.ending.IsZero() {
		u.call(now)
	}
	more := u.read(now)
	u.returned(now)
	if u.machine == nil {
		return next
	}
	if d := u.machine.Deadline(); !d.IsZero() && !now.Before(d) {
		u.machine.Tick(now)
	}
	u.hear(now)
	u.write(now)
	u.goodbye(now)
	next = u.judge(now)
	if u.machine == nil {
		return next
	}
	if more {
		return now
	}
	return earliest(earliest(next, u.machine.Deadline()), earliest(u.ending, u.settle(now)))
}

// call takes the target as the peer: UDP has no connection, so there is
// nothing to wait for.
func (u *udp) call(now time.Time) {
	u.since = now
	u.adopt(now, u.targets[u.next], u.c.machine(now, u.stack, session.Config{Datagram: true, Dialer: true}))
	if u.c.cfg.Role == Dialer {
		u.c.reached()
	}
}

// settle decides whether a meeting that dialed has met somebody: anything that
// came says so, and so does the want of an ICMP error.
func (u *udp) settle(now time.Time) (next time.Time) {
	if u.targets == nil || u.c.meeting == nil {
		return time.Time{}
	}
	if at := u.since.Add(answerTime); u.heard.IsZero() && now.Before(at) {
		return at
	}
	u.c.reached()
	return time.Time{}
}

// adopt begins a conversation with whoever is at from.
func (u *udp) adopt(now time.Time, from netip.AddrPort, m *session.Machine) {
	u.peer, u.machine, u.refused, u.out = from, m, nil, nil
	u.c.emit(Up{At: now, Proto: segment.UDP, Stack: u.stack.Name(), Dialer: u.targets != nil, Local: u.socket.LocalAddr(), Peer: from})
}

// read takes the datagrams that have come. It reports whether there may be
// more.
func (u *udp) read(now time.Time) bool {
	for range datagrams {
		if u.paused || !u.c.room() {
			return false
		}
		p, err := u.socket.TryReadFrom(u.chunk.limit(u.buf))
		if err != nil {
			return false
		}
		if p.Size > p.Len {
			u.c.note(segment.UDP, NoteTruncated, p.Size-p.Len, p.Size)
		}
		u.input(now, p.From, u.buf[:p.Len])
		if u.machine != nil && p.From == u.peer {
			u.tapes[segment.In].datagram(0, u.buf[:p.Len], p.Size)
		}
		if u.machine != nil {
			if n, plain := u.machine.Pending(); plain && n < datagrams {
				continue // told together with what comes with them
			}
		}
		u.hear(now)
	}
	return true
}

// input decides whose datagram it is.
func (u *udp) input(now time.Time, from netip.AddrPort, p []byte) {
	if u.labs(now, from, p) {
		return
	}
	switch {
	case u.machine == nil && u.targets != nil:
		return
	case u.machine == nil && u.leftover(p):
		u.turnAway(now, from, p)
		return
	case u.machine == nil:
		u.first(now, from, p)
		return
	case from == u.peer && !u.other(p):
	case u.replaceable(now, from, p):
		u.replace(now, from, p)
		return
	case u.targets == nil && u.unframed() && !u.locked && !foreignFrame(p):
		u.c.emit(PeerMoved{Proto: segment.UDP, Now: from, Was: u.peer})
		u.displace(now)
		u.peer = from
	default:
		u.contest(now, from, p)
		u.turnAway(now, from, p)
		return
	}
	u.heard, u.refused = now, nil
	u.machine.Input(now, p)
}

// leftover reports whether p belongs to a session that began before we did.
func (u *udp) leftover(p []byte) bool {
	_, kind := session.PeekSession(p)
	_, _, calls := session.Calls(p)
	return kind == session.KindFrame && !calls
}

func (u *udp) unframed() bool {
	w := u.machine.Wire()
	return w == session.Raw || w == session.Line
}

// other reports whether p belongs to another session than the peer's.
func (u *udp) other(p []byte) bool {
	s, kind := session.PeekSession(p)
	return kind != session.KindText && u.machine.Peer().Session != 0 && s != u.machine.Peer().Session
}

func foreignFrame(p []byte) bool {
	_, kind := session.PeekSession(p)
	return kind != session.KindText
}

// replaceable reports whether the sender of p may take the peer's place: a
// session that begins, where the peer is silent, speaks without frames, has not
// shown that its address is its own, or begins it itself.
func (u *udp) replaceable(now time.Time, from netip.AddrPort, p []byte) bool {
	_, instance, calls := session.Calls(p)
	switch {
	case !calls || u.targets != nil:
		return false
	case u.heard.IsZero() || now.Sub(u.heard) >= silentTime:
		return true
	case u.unframed():
		return from == u.peer || !u.locked
	case !u.machine.Proved():
		return now.Sub(u.since) >= proofTime
	}
	return from == u.peer && instance == u.machine.Peer().Instance
}

// contest notes that p begins another session: the peer was started again, or
// p is a stranger's, or forged. The old session is asked, once in rivalTime.
func (u *udp) contest(now time.Time, from netip.AddrPort, p []byte) {
	if _, _, calls := session.Calls(p); !calls || u.targets != nil || !u.rivalAt.IsZero() {
		return
	}
	u.rival, u.rivalFrom, u.rivalAt = bytes.Clone(p), from, now
	u.machine.Ask(now)
}

// judge puts the rival in the peer's place if ICMP says that nobody is there any
// more, or, at the peer's own address, if the peer did not answer in time.
func (u *udp) judge(now time.Time) (next time.Time) {
	end := u.rivalAt.Add(rivalTime)
	switch {
	case u.rivalAt.IsZero():
	case u.machine == nil:
		u.rivalAt = time.Time{}
	case now.Before(end) && u.refused == nil:
		return end // whatever it answered: no more than one question in that time
	case !u.heard.Before(u.rivalAt), u.rivalFrom != u.peer && u.refused == nil:
		u.rivalAt = time.Time{}
	default:
		u.rivalAt = time.Time{}
		u.replace(now, u.rivalFrom, u.rival)
		u.hear(now)
		u.write(now)
	}
	return time.Time{}
}

// replace puts the sender of p in the peer's place.
func (u *udp) replace(now time.Time, from netip.AddrPort, p []byte) {
	if from != u.peer {
		u.displace(now)
	}
	at := u.movedAt
	u.lose(now, Lost, u.gone())
	u.first(now, from, p)
	u.movedAt = at
}

// displace notes that another takes the peer's place. Anybody can: over raw UDP
// the peer is whoever wrote last. So that no line goes to a stranger which was
// typed for somebody else, the next Send is refused.
func (u *udp) displace(now time.Time) {
	if u.spoken {
		u.movedAt = now
	}
	u.spoken = false
}

// renew begins a new session where the old one speaks to nobody: ICMP said so,
// or nothing came for long. A listener that was started again knows nothing of
// the old one, and cannot say so.
func (u *udp) renew(now time.Time) {
	if u.targets == nil || u.machine.Wire() != session.Framed || u.heard.IsZero() {
		return
	}
	if u.refused == nil && now.Sub(u.heard) < silentTime {
		return
	}
	u.lose(now, Lost, u.gone())
	u.over = false
	u.call(now)
}

// gone is why the peer is held to be there no more.
func (u *udp) gone() error {
	if u.refused != nil {
		return u.refused
	}
	return fmt.Errorf("%w: nothing came from %s any more", stack.ErrTimeout, u.peer)
}

// first takes the sender of p as the peer, unless the conversation has one
// already, over the other protocol, and this is somebody else.
func (u *udp) first(now time.Time, from netip.AddrPort, p []byte) {
	if !u.c.closing.IsZero() {
		return
	}
	if from == u.socket.LocalAddr() {
		u.turnAway(now, from, p) // it says that it comes from ourselves
		return
	}
	m := u.c.machine(now, u.stack, session.Config{Datagram: true, Secret: u.c.id()})
	m.Input(now, p)
	if instance, taken := u.c.company(u); taken && (instance == 0 || m.Peer().Instance != instance) {
		u.turnAway(now, from, p)
		return
	} else if !taken {
		u.c.reachedBy(segment.UDP)
	}
	u.adopt(now, from, m)
	u.heard, u.since = now, now
}

// turnAway counts a datagram from somebody who is not the peer. Nothing is
// sent back.
func (u *udp) turnAway(now time.Time, from netip.AddrPort, p []byte) {
	u.strangers++
	u.stranger, u.knock = from, append(u.knock[:0], p...)
	if u.shown.IsZero() || now.Sub(u.shown) >= strangerGap {
		u.shown = now
		u.c.note(segment.UDP, NoteStranger, from, u.strangers)
	}
}

// returned deals with ICMP errors.
func (u *udp) returned(now time.Time) {
	for {
		r, err := u.socket.TryReturned()
		if err != nil {
			return
		}
		if u.machine == nil || r.To != u.peer {
			continue
		}
		if u.refused == nil {
			u.c.note(segment.UDP, NoteICMP, r.Err, r.To)
		}
		u.refused = r.Err
		if s, ok := u.shotOf(r.Payload); ok {
			u.c.mark(segment.UDP, Failed, Fate{Row: s.row, ID: s.id, Err: r.Err})
		}
		u.nobody(now, r.Err)
	}
}

// nobody is what a dialer does when ICMP says that no one is there before
// anyone ever answered.
func (u *udp) nobody(now time.Time, err error) {
	if u.targets == nil || !u.heard.IsZero() {
		return
	}
	if u.next+1 < len(u.targets) {
		u.next++
		u.machine = nil
		u.c.wake()
		return
	}
	if u.c.meeting != nil && u.c.unreached(now, err) {
		u.machine, u.over = nil, true
	}
}

// shotOf finds the datagram of ours that came back, if it was a message.
func (u *udp) shotOf(payload []byte) (shot, bool) {
	for i := range u.last {
		s := u.last[(u.shots+remembered-1-i)%remembered]
		if s.octets != nil && len(payload) > 0 && bytes.HasPrefix(s.octets, payload) {
			return s, s.row != 0
		}
	}
	return shot{}, false
}

// hear passes on what the machine has to say.
func (u *udp) hear(now time.Time) {
	if u.machine == nil {
		return
	}
	for {
		u.c.hear(segment.UDP, u.machine, now)
		ev, ok := u.machine.NextEvent()
		if !ok {
			return
		}
		switch ev := ev.(type) {
		case session.Unconfirmed:
			u.c.mark(segment.UDP, Unknown, Fate{Row: ev.Row, ID: ev.ID})
		case session.Bye:
			cause := PeerQuit
			if ev.Reason == session.Busy {
				cause = BusyPeer
			}
			u.lose(now, cause, nil)
			return
		default:
			u.c.pass(segment.UDP, ev)
		}
	}
}

// write sends what the machine has made, one datagram after another.
func (u *udp) write(now time.Time) {
	for u.machine != nil {
		for len(u.out) < u.volley {
			o, ok := u.machine.NextOut(now)
			if !ok {
				break
			}
			u.out = append(u.out, o)
		}
		if len(u.out) == 0 {
			break
		}
		n, err := u.put()
		for _, o := range u.out[:n] {
			u.wrote(o, nil)
		}
		if err != nil && !errors.Is(err, stack.ErrWouldBlock) {
			u.wrote(u.out[n], err)
			n++
		}
		u.out = append(u.out[:0], u.out[n:]...)
		if errors.Is(err, stack.ErrWouldBlock) {
			return
		}
	}
	if u.full && !u.busy() {
		u.full = false
		u.c.signalReady()
	}
}

// put gives the socket what is to be sent: many datagrams at once where it can
// take them so. It says how many went, and why the next one did not.
func (u *udp) put() (n int, err error) {
	if len(u.out) == 1 {
		if err = u.socket.TryWriteTo(u.out[0].Octets, u.peer, u.out[0].Row); err == nil {
			n = 1
		}
		return n, err
	}
	u.octets = u.octets[:0]
	for _, o := range u.out {
		u.octets = append(u.octets, o.Octets)
	}
	return u.socket.(stack.Volley).TryWriteAll(u.octets, u.peer)
}

// goodbye says BYE once the last receipts are here, or are not to be waited
// for any longer.
func (u *udp) goodbye(now time.Time) {
	if u.machine == nil || u.ending.IsZero() || now.Before(u.ending) && (u.machine.Unconfirmed() > 0 || u.machine.Waiting()) {
		return
	}
	u.machine.Bye(now, session.Quit)
	u.write(now)
	u.lose(now, Ended, nil)
}

// wrote notes what became of a datagram.
func (u *udp) wrote(o session.Out, err error) {
	if o.Label != "" {
		return
	}
	f := Fate{Row: o.Row, ID: o.ID, Octets: len(o.Octets), Err: err}
	if err != nil {
		u.c.mark(segment.UDP, Failed, f)
		return
	}
	u.tapes[segment.Out].datagram(o.Row, o.Octets, len(o.Octets))
	s := &u.last[u.shots%remembered]
	s.row, s.id, s.octets = o.Row, o.ID, append(s.octets[:0], o.Octets...)
	u.shots++
	u.spoken = true
	u.c.mark(segment.UDP, Sent, f)
}

// lose ends the conversation with the peer.
func (u *udp) lose(now time.Time, cause Cause, err error) {
	for _, o := range u.out {
		u.wrote(o, errNotSent)
	}
	u.c.tellFates()
	u.machine, u.heard, u.ending, u.out = nil, time.Time{}, time.Time{}, nil
	u.spoken, u.movedAt = false, time.Time{}
	u.over = u.targets != nil
	u.c.emit(Down{At: now, Proto: segment.UDP, Cause: cause, Err: err})
	u.c.wake()
}

// do implements leg.
func (u *udp) do(now time.Time, c Control) error {
	switch c := c.(type) {
	case End, HalfClose:
		if !u.up() {
			return ErrEnded
		}
		u.end(now)
	case Rename:
		if u.machine != nil {
			u.machine.Rename(now, c.Nick)
		}
	case Lock:
		if u.machine == nil {
			return ErrNoPeer
		}
		u.locked = c.On
		if c.On {
			u.c.note(segment.UDP, NoteLocked, u.peer)
		}
	case Accept:
		switch {
		case !u.stranger.IsValid():
			return fmt.Errorf("%w: no stranger has written", ErrUnsupported)
		case u.leftover(u.knock):
			return fmt.Errorf("%w: %v speaks in a session that began without us; let it start again", ErrUnsupported, u.stranger)
		}
		u.accept(now)
	case Connect:
		if u.targets == nil || !u.over {
			return fmt.Errorf("%w: it is not over", ErrUnsupported)
		}
		u.over, u.next = false, 0
	default:
		return u.steer(c)
	}
	return nil
}

// accept takes the stranger who last wrote as the peer.
func (u *udp) accept(now time.Time) {
	from, knock := u.stranger, bytes.Clone(u.knock)
	u.stranger = netip.AddrPort{}
	if u.machine != nil {
		u.lose(now, Ended, nil)
		u.over = false
	}
	u.targets = nil
	u.first(now, from, knock)
}

// end implements leg: a while for the last receipts, then BYE.
func (u *udp) end(now time.Time) {
	if u.machine == nil || !u.ending.IsZero() {
		return
	}
	u.ending = now.Add(max(byeTime, 3*u.machine.Counters().RTT))
	u.paused = false // the last receipts are to be heard
}

func (u *udp) idle() bool { return u.machine == nil }

func (u *udp) close() { u.socket.Close() }

// about implements leg.
func (u *udp) about() session.Peer {
	if u.machine == nil {
		return session.Peer{}
	}
	return u.machine.Peer()
}

// status implements leg.
func (u *udp) status(now time.Time) Leg {
	l := Leg{
		Proto: segment.UDP, Stack: u.stack.Name(), Up: u.up(), Dialer: u.targets != nil,
		Local: u.socket.LocalAddr(), Silent: -1, Queued: len(u.out), Paused: u.paused,
	}
	l.KernelDrops, _ = u.socket.Drops()
	if u.machine == nil {
		return l
	}
	l.Peer, l.UDP = u.peer, PeerKnown
	if u.refused != nil {
		l.UDP = Unreachable
	}
	if !u.heard.IsZero() && !u.paused {
		l.Silent = now.Sub(u.heard)
	}
	l.Wire, l.Nick, l.Counters = u.machine.Wire(), Foreign(u.machine.Peer().Nick), u.machine.Counters()
	l.Unconfirmed = u.machine.Unconfirmed()
	return l
}
