package transport

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// How a TCP leg works.
const (
	readSize    = 64 << 10               // octets of one read
	readRound   = 4                      // reads before others get their turn
	writeRoom   = 256 << 10              // octets made ready for the stack ahead of it
	batchAbove  = 32                     // messages waiting beyond which they share writes
	firstLook   = time.Millisecond       // at SND.UNA, after a message was handed over
	ackPause    = 20 * time.Millisecond  // the most between two looks at it
	drainTime   = 2 * time.Second        // for the peer's FIN after ours
	acceptRound = 16                     // connections taken before others get their turn
	maxCallers  = 4                      // connections beyond the one, being told that we are busy
	receiptTime = 500 * time.Millisecond // for the last receipts before BYE
	callerTime  = time.Second            // for telling them
)

// tcpPhase is where a TCP leg stands.
type tcpPhase uint8

const (
	tcpListening tcpPhase = iota
	tcpConnecting
	tcpUp
	tcpEnding  // goodbye said, waiting for the peer's FIN
	tcpWaiting // lost, to be dialed again
	tcpOver
)

// tcp is the leg over TCP. All of it is the conversation's lock's.
type tcp struct {
	c     *Conversation
	stack stack.Stack
	phase tcpPhase

	listener stack.Listener // nil at a dialer
	callers  []*caller
	targets  []netip.AddrPort // a dialer's, and which is next
	next     int

	conn     stack.Conn // kept when it is over, for what the stack still tells of it
	closed   bool       // conn is let go of
	machine  *session.Machine
	own      *queue // where both protocols are meant; else the conversation's
	buf      []byte
	out      outflow
	peerFIN  bool
	finTold  bool // the consumer knows of it
	bye      *session.Bye
	halved   bool      // we mean to send FIN
	halfSaid bool      // and the peer was told that it is meant
	finSent  bool      // we did
	hold     bool      // stay open after the peer's FIN
	ending   bool      // end was asked for
	endBy    time.Time // when to stop waiting for the peer's FIN
	heard    time.Time // when anything last came
	silent   time.Time // when the peer's program last spoke, once it was told that it does not; zero: it does
	paused   bool      // nothing is read
	nagle    bool      // small segments wait for ACKs
	chunk    ReadSize
	trail    trail
	redial   redial
	tapes    [2]tape // by Dir
}

func newTCP(c *Conversation, s stack.Stack) *tcp {
	t := &tcp{c: c, stack: s, buf: make([]byte, readSize), own: &c.queue, hold: c.cfg.Hold}
	if len(c.cfg.Protos) > 1 {
		t.own = new(queue)
	}
	return t
}

func newTCPListener(c *Conversation, s stack.Stack, l stack.Listener) *tcp {
	t := newTCP(c, s)
	t.listener = l
	l.Notify(c.wake)
	return t
}

func newTCPDialer(c *Conversation, s stack.Stack, to []netip.AddrPort) *tcp {
	t := newTCP(c, s)
	t.targets, t.phase = to, tcpConnecting
	return t
}

func (t *tcp) proto() segment.Proto { return segment.TCP }
func (t *tcp) up() bool             { return t.phase == tcpUp }

// check implements leg: TCP queues whatever there is room for.
func (t *tcp) check(m Message) error {
	switch {
	case t.halved && !t.ending && !t.peerFIN && t.phase == tcpUp:
		return ErrHalfClosed
	case t.halved || t.ending || t.phase == tcpOver:
		return ErrEnded
	}
	return t.own.check(m)
}

func (t *tcp) send(m Message) { t.own.push(m) }

// step implements leg.
func (t *tcp) step(now time.Time) (next time.Time) {
	if t.listener != nil {
		next = t.accept(now)
	}
	next = earliest(next, t.waitRedial(now))
	if t.phase == tcpConnecting {
		t.connect(now)
	}
	if t.phase == tcpUp || t.phase == tcpEnding {
		next = earliest(next, t.carry(now))
	}
	if t.own != &t.c.queue && t.own.relieved() {
		t.c.signalReady()
	}
	return next
}

// connect starts a dial, or looks how the one under way stands.
func (t *tcp) connect(now time.Time) {
	var err error
	if t.conn == nil {
		if t.conn, err = t.stack.Dial(t.targets[t.next]); err == nil {
			t.conn.Notify(t.c.wake)
		}
	}
	if err == nil {
		err = t.conn.Connected()
	}
	if err == nil && t.conn.LocalAddr() == t.conn.RemoteAddr() {
		err = fmt.Errorf("%w: the call reached itself, so nobody listens at %s", stack.ErrRefused, t.conn.RemoteAddr())
		t.conn.Abort()
	}
	switch {
	case errors.Is(err, stack.ErrWouldBlock):
	case err == nil:
		t.c.reached()
		t.established(now, t.conn, t.c.machine(now, t.stack, session.Config{Dialer: true}))
	default:
		t.letGo()
		t.conn = nil
		if t.next++; t.next < len(t.targets) {
			t.c.wake()
			return
		}
		t.next = 0
		t.phase = tcpOver
		if t.redial.on {
			t.redialIn(now)
			return
		}
		if !t.c.unreached(now, err) {
			t.c.emit(Down{At: now, Proto: segment.TCP, Cause: causeOf(err), Err: err, Unsent: t.own.len()})
		}
	}
}

// established begins a conversation over conn.
func (t *tcp) established(now time.Time, conn stack.Conn, m *session.Machine) {
	t.conn, t.closed, t.machine, t.phase = conn, false, m, tcpUp
	t.out, t.tapes = outflow{}, [2]tape{newTape(), newTape()}
	t.peerFIN, t.finTold, t.bye, t.halved, t.finSent, t.ending = false, false, nil, false, false, false
	t.halfSaid = false
	t.endBy, t.heard, t.silent = time.Time{}, now, time.Time{}
	t.trail = newTrail(t.stack, conn)
	if t.nagle {
		conn.SetNoDelay(false)
	}
	t.c.emit(Up{At: now, Proto: segment.TCP, Stack: t.stack.Name(), Dialer: t.listener == nil, Local: conn.LocalAddr(), Peer: conn.RemoteAddr()})
}

// carry moves what can be moved, both ways, and ends what is over.
func (t *tcp) carry(now time.Time) (next time.Time) {
	err, more := t.read(now)
	if t.hear(now) {
		return time.Time{}
	}
	if d := t.machine.Deadline(); !d.IsZero() && !now.Before(d) {
		t.machine.Tick(now)
		if t.hear(now) {
			return time.Time{}
		}
	}
	t.feed(now)
	t.goodbye(now)
	if err == nil {
		err = t.write(now)
	}
	t.acks(now)
	if err != nil {
		t.down(now, causeOf(err), err)
		return time.Time{}
	}
	if t.finish(now) {
		return time.Time{}
	}
	if more || t.eager() {
		return now
	}
	next = earliest(earliest(t.machine.Deadline(), t.endBy), t.watchSilence(now))
	if t.ending && t.phase == tcpUp {
		next = earliest(next, t.endBy.Add(receiptTime-drainTime))
	}
	if t.out.unacked() {
		next = earliest(next, now.Add(t.out.nextLook(now)))
	}
	return next
}

// eager reports whether messages wait though the stack took all it was given:
// nothing will say that there is room, for there was room all along.
func (t *tcp) eager() bool {
	return t.phase == tcpUp && t.waiting() > 0 && t.out.octets() == 0 && t.mayFeed()
}

// read gives the machine what has come, as long as its events have room. more
// says that it stopped before there was nothing left.
func (t *tcp) read(now time.Time) (err error, more bool) {
	reading := t.c.room() && !t.paused
	t.machine.Reading(now, reading)
	for range readRound {
		if t.peerFIN || !reading || !t.c.room() {
			return nil, false
		}
		n, err := t.conn.TryRead(t.chunk.limit(t.buf))
		switch {
		case errors.Is(err, stack.ErrWouldBlock):
			return nil, false
		case errors.Is(err, io.EOF):
			t.peerFIN = true
			t.machine.EOF(now)
			return nil, false
		case err != nil:
			t.machine.EOF(now)
			return err, false
		}
		t.heard = now
		t.tapes[segment.In].call(t.buf[:n])
		t.machine.Input(now, t.buf[:n])
		if t.hear(now) {
			return nil, false
		}
	}
	return nil, true
}

// hear passes on what the machine has to say. It reports whether the
// conversation ended by it.
func (t *tcp) hear(now time.Time) bool {
	for {
		t.c.hear(segment.TCP, t.machine, now)
		ev, ok := t.machine.NextEvent()
		if !ok {
			return false
		}
		switch ev := ev.(type) {
		case session.Bye:
			t.bye = &ev
		case session.Continued:
			t.continued(now, ev)
		case session.Failed:
			t.write(now) // the machine's last word
			t.down(now, Mistaken, ev.Err)
			return true
		default:
			t.c.pass(segment.TCP, ev)
		}
	}
}

// feed hands queued messages to the machine, as many as the stack will soon
// take.
func (t *tcp) feed(now time.Time) {
	for t.phase == tcpUp && t.waiting() > 0 && t.out.octets() < writeRoom && t.mayFeed() {
		m := t.nextMessage()
		if _, err := t.machine.Send(now, m.Row, m.Text, m.More); err != nil {
			t.c.mark(segment.TCP, Failed, Fate{Row: m.Row, Err: err})
		}
		t.out.take(t.machine, now)
	}
}

// write gives the stack what the machine has made, and notes what it took.
func (t *tcp) write(now time.Time) error {
	for !t.finSent {
		t.out.take(t.machine, now)
		t.sent(t.out.wrote(0, now)) // empty messages, which raw has no octets for
		if t.out.octets() == 0 {
			return nil
		}
		p, k := t.out.chunk()
		if !t.out.unacked() {
			t.baseline()
		}
		handed := t.stack.Now() // the ACK may be here before TryWrite returns
		n, err := t.conn.TryWrite(p, k)
		if errors.Is(err, stack.ErrWouldBlock) {
			return nil
		}
		if err != nil {
			return err
		}
		t.tapes[segment.Out].call(p[:n])
		t.sent(t.out.wrote(n, handed))
	}
	return nil
}

func (t *tcp) sent(fates []Fate) {
	if len(fates) > 0 {
		t.c.marks(segment.TCP, Sent, fates)
	}
}

// acks marks what SND.UNA has passed. What is seen by looking now and then is
// late by as long as it took, and by ackPause at most.
func (t *tcp) acks(now time.Time) {
	if !t.out.unacked() || now.Sub(t.trail.looked) < firstLook {
		return
	}
	s := t.conn.Snapshot()
	now = t.stack.Now()
	if again := t.trail.look(&s, t.out.flying); len(again) > 0 {
		t.c.tellFates() // first that it was sent at all
		for _, r := range again {
			t.c.emit(r)
		}
	}
	if s.Has(segment.HasSnd) {
		acked := func(end uint64) (time.Time, bool) { return t.trail.acked(end, now) }
		t.c.marks(segment.TCP, Acked, t.out.acked(s.AckedBytes(), acked))
	}
	t.trail.looked = now
	t.trail.settle(s)
}

// baseline takes what was counted while no message was under way as nothing to
// do with the next one. Where segments are seen they tell by themselves.
func (t *tcp) baseline() {
	if now := t.stack.Now(); now.Sub(t.trail.looked) >= time.Millisecond {
		if s := t.conn.Snapshot(); !t.trail.sees(&s) {
			t.trail.settle(s)
		}
	}
}

// finish does what the ends have agreed on: our FIN once all is sent, the
// closing once both have come.
func (t *tcp) finish(now time.Time) (over bool) {
	sent := t.out.octets() == 0 && t.waiting() == 0 && !t.machine.Waiting() && !t.machine.Unsettled()
	if t.bye != nil {
		cause := PeerQuit
		switch t.bye.Reason {
		case session.Busy:
			cause = BusyPeer
		case session.Mistaken:
			cause = Mistaken
		}
		t.down(now, cause, nil)
		return true
	}
	if t.peerFIN && !t.ending && !t.finSent && t.machine.Abandoned() { // ours would have called for theirs
		t.down(now, Killed, nil)
		return true
	}
	if t.peerFIN && !t.finTold {
		t.finTold = true
		t.c.emit(HalfClosed{At: now, Proto: segment.TCP, After: t.halved})
	}
	if t.peerFIN && !t.hold {
		t.halved = true
	}
	if t.halved && sent && !t.finSent {
		t.finSent = true
		t.conn.CloseWrite()
	}
	switch {
	case t.finSent && t.peerFIN && t.ending, t.ending && !t.endBy.IsZero() && !now.Before(t.endBy):
		t.down(now, Ended, nil)
	case t.finSent && t.peerFIN:
		t.down(now, PeerClosed, nil)
	default:
		return false
	}
	return true
}

// down ends the conversation over this connection, and goes back to listening.
func (t *tcp) down(now time.Time, cause Cause, err error) {
	t.trail.looked = time.Time{}
	t.acks(now)
	unsent := 0
	if !t.keep(cause) {
		for _, p := range t.out.ahead {
			t.c.mark(segment.TCP, Failed, Fate{Row: p.row, ID: p.id, Err: errNotSent})
		}
		unsent = len(t.out.ahead)
	}
	t.c.tellFates()
	if t.redial.back && cause != BusyPeer {
		t.redial = redial{never: t.redial.never}
	}
	again := t.mayGoOn(cause)
	t.letGo()
	t.phase = tcpOver
	if t.listener != nil {
		t.phase, t.halved, t.ending = tcpListening, false, false // what is said now waits for the next one
	}
	t.c.emit(Down{At: now, Proto: segment.TCP, Cause: cause, Err: err, Unsent: unsent + t.unsent(), Again: again})
	if again && t.listener == nil {
		t.redialIn(now)
	} else {
		t.redial = redial{}
	}
	t.c.wake()
}

// letGo closes the connection. What has come is read first: closing over
// unread octets sends RST, which would cost the peer what we sent last.
func (t *tcp) letGo() {
	if t.conn == nil || t.closed {
		return
	}
	t.closed = true
	if t.conn.Connected() == nil {
		for range readRound {
			if _, err := t.conn.TryRead(t.buf); err != nil {
				break
			}
		}
	}
	t.conn.Close()
	if t.listener != nil {
		t.conn = nil
	}
}

// do implements leg.
func (t *tcp) do(now time.Time, c Control) error {
	switch c := c.(type) {
	case GiveUp:
		return t.giveUp(now)
	case End:
		if t.expects() {
			return t.giveUp(now)
		}
		if t.phase != tcpUp {
			return ErrEnded
		}
		t.end(now)
	case HalfClose:
		if t.phase != tcpUp {
			return ErrEnded
		}
		t.halved = true
	case Rename:
		if t.machine != nil {
			t.machine.Rename(now, c.Nick)
		}
	case Hold:
		t.hold = c.On
	case Again:
		return t.sendAgain()
	case Connect:
		if t.phase == tcpWaiting {
			t.redial.at = now
			return nil
		}
		if t.listener != nil || t.phase != tcpOver {
			return fmt.Errorf("%w: it is not over", ErrUnsupported)
		}
		t.conn, t.next, t.phase = nil, 0, tcpConnecting
	default:
		return t.steer(now, c)
	}
	return nil
}

// end implements leg: what is queued is still sent, then BYE, then FIN.
func (t *tcp) end(now time.Time) {
	switch t.phase {
	case tcpConnecting, tcpWaiting:
		t.letGo()
		t.phase, t.redial = tcpOver, redial{}
	case tcpUp:
		t.ending, t.endBy = true, now.Add(drainTime)
		t.paused = false // the peer's receipts and its FIN are to be heard
	}
}

// goodbye says BYE once everything before it is with the machine, and the
// peer's program has confirmed it or has had time to.
func (t *tcp) goodbye(now time.Time) {
	ready := t.phase == tcpUp && t.waiting() == 0 && !t.machine.Waiting() && !t.machine.Unsettled()
	if ready && t.halved && !t.ending && !t.peerFIN && !t.halfSaid {
		t.halfSaid = true
		t.machine.Half(now)
	}
	if !ready || !t.ending {
		return
	}
	if t.machine.Unconfirmed() == 0 || !now.Before(t.endBy.Add(receiptTime-drainTime)) {
		t.machine.Bye(now, session.Quit)
		t.phase, t.halved = tcpEnding, true
	}
}

// idle implements leg.
func (t *tcp) idle() bool {
	return t.phase == tcpOver || t.phase == tcpListening
}

// close implements leg.
func (t *tcp) close() {
	t.letGo()
	for _, k := range t.callers {
		k.conn.Close()
	}
	t.callers = nil
	if t.listener != nil {
		t.listener.Close()
	}
}

// about implements leg.
func (t *tcp) about() session.Peer {
	if t.machine == nil || t.phase != tcpUp {
		return session.Peer{}
	}
	return t.machine.Peer()
}

// status implements leg.
func (t *tcp) status(now time.Time) Leg {
	l := Leg{
		Proto: segment.TCP, Stack: t.stack.Name(), Up: t.up(), Dialer: t.listener == nil,
		Queued: t.unsent(), Silent: -1, Paused: t.paused, Retry: t.redial.left(now),
	}
	if t.conn == nil {
		l.TCP = segment.Snapshot{At: now, State: segment.Closed, Source: segment.None}
		if t.listener != nil {
			l.TCP.State, l.Local = segment.Listen, t.listener.Addr()
		}
		return l
	}
	l.TCP, l.Local, l.Peer = t.conn.Snapshot(), t.conn.LocalAddr(), t.conn.RemoteAddr()
	if t.machine != nil {
		l.Wire, l.Nick, l.Counters = t.machine.Wire(), Foreign(t.machine.Peer().Nick), t.machine.Counters()
		l.Unconfirmed = t.machine.Unconfirmed()
		if t.asked() {
			l.Silent, l.Kernel = now.Sub(t.heard), kernelLight(&l.TCP)
		}
	}
	return l
}

// errNotSent is why a message failed that waited when the connection ended.
var errNotSent = errors.New("the connection ended before it was sent")

// causeOf names an error of a connection.
func causeOf(err error) Cause {
	switch {
	case errors.Is(err, stack.ErrReset):
		return Reset
	case errors.Is(err, stack.ErrRefused):
		return Refused
	}
	return Lost
}
