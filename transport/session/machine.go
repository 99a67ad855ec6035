package session

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// A Machine is one end of one conversation: one TCP connection, or what goes
// to and comes from one UDP peer. One goroutine at a time calls it. After
// each call the owner drains NextOut and NextEvent, and it calls Tick when
// Deadline has come; times never run backwards.
//
// Octets and texts that the machine gives out are the caller's: it never
// touches them again. What it is given it does not keep.
type Machine struct {
	c     Config
	start time.Time
	now   time.Time // of the call that is under way
	heard time.Time

	wire    Wire // how texts leave
	state   state
	session uint64
	peer    Peer
	met     bool // a HELLO of the peer's came
	hushed  bool // Bye was called, or it failed: no more texts
	n       Counters

	out    queue[parcel]
	events queue[told]
	others int    // of events: neither Received nor Delivered
	tx     []byte // octets of Outs are appended here and never changed
	texts  texts
	in     reader
	dg     association

	resumes  bool // the peer knows HALF, and how to go on after its connection is lost
	peerHalf bool // the peer said HALF
	past     pastState

	receiptOwed, nickOwed, pongOwed, pingOwed bool

	lastPing time.Time
	pinged   time.Time // when the PING that waits for its PONG was handed over; zero: none
	pings    int       // since the last PONG
}

// parcel is an Out in the queue.
type parcel struct {
	Out
	number uint64 // of a TEXT, on the wire; else 0
}

// New makes a machine that begins now. What it has to say at once is there to
// be drained.
func New(now time.Time, c Config) *Machine {
	if c.MaxOctets == 0 {
		c.MaxOctets = defaultOctets
	}
	c.MaxOctets = min(max(c.MaxOctets, leastOctets), maxUDP)
	c.Nick = name(c.Nick)
	m := &Machine{c: c, start: now, now: now, wire: c.Wire}
	m.texts.sent = sentTexts{first: 1, next: 1, due: 1, limit: keptOverTCP}
	if c.Datagram {
		m.texts.sent.limit = keptOverUDP
		m.dg.tracker = new(tracker)
		m.dg.proof = noProof
		if !c.Dialer {
			m.dg.proof = uint64(uint32(c.Secret) | proofBit)
		}
	}
	if c.Dialer {
		m.session = c.Session
		m.offerPast()
	}
	if c.Wire == Framed {
		m.expectHello()
	}
	switch c.Wire {
	case Raw, Line:
		m.in.mode, m.in.plain = reading, c.Wire
		m.settle(c.Wire, false)
	case Auto:
		if c.Dialer {
			m.in.mode = scanning
			m.greet()
		}
	case Framed:
		if c.Dialer {
			m.sayHello()
		}
	}
	return m
}

// name is s as it may be sent: valid UTF-8, at most maxNick octets.
func name(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for len(s) > maxNick {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// Wire is how texts leave: as settled so far, Auto while that is open.
func (m *Machine) Wire() Wire { return m.wire }

// Peer is who is at the other end, as far as it said so.
func (m *Machine) Peer() Peer { return m.peer }

// Heard is when the peer's program last said anything; zero: never.
func (m *Machine) Heard() time.Time { return m.heard }

// Proved is whether the peer is known to be where its octets say they come from:
// over UDP a listener has to find out.
func (m *Machine) Proved() bool { return m.known() }

// Ask has a PING go out at once, if both ends speak frames.
func (m *Machine) Ask(now time.Time) {
	m.now = now
	m.pingOwed = m.pingOwed || m.wire == Framed && m.state == open && m.known()
}

// Counters are the counters as they stand.
func (m *Machine) Counters() Counters {
	n := m.n
	if t := m.dg.tracker; t != nil && t.known > 0 {
		n.Highest, n.Lost = t.known, t.lost()
		n.Duplicate, n.Late = t.duplicate, t.late
	}
	return n
}

// Tick does what is due. It may be called at any time.
func (m *Machine) Tick(now time.Time) {
	m.now = now
	m.tickReader()
	m.tickAssociation()
	m.release()
	if at := m.pingAt(); !at.IsZero() && !now.Before(at) {
		m.pingOwed, m.lastPing = true, now
	}
	m.giveUp()
}

// Deadline is when Tick wants to be called next; zero: never, as things stand.
func (m *Machine) Deadline() time.Time {
	var next time.Time
	for _, at := range [...]time.Time{
		m.in.textAt(), m.dg.helloAt, m.releaseAt(), m.pingAt(), m.receiptAt(), m.giveUpAt(),
	} {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// told is an event in the queue. The two kinds that come with messages are held
// as they are, so that they take no memory of their own.
type told struct {
	other     Event // nil: one of those below
	delivered Delivered
	received  Received // if delivered has no ID
}

// NextEvent takes the next event.
func (m *Machine) NextEvent() (Event, bool) {
	t, ok := m.events.pop()
	switch {
	case !ok:
		return nil, false
	case t.other != nil:
		m.others--
		return t.other, true
	case t.delivered.ID != 0:
		return t.delivered, true
	}
	return t.received, true
}

// NextReceived takes the next event if it is a Received.
func (m *Machine) NextReceived() (r Received, ok bool) {
	if m.events.len() == 0 {
		return r, false
	}
	if t := m.events.front(); t.other != nil || t.delivered.ID != 0 {
		return r, false
	}
	t, _ := m.events.pop()
	return t.received, true
}

// NextDelivered takes the next event if it is a Delivered.
func (m *Machine) NextDelivered() (d Delivered, ok bool) {
	if m.events.len() == 0 || m.events.front().delivered.ID == 0 {
		return d, false
	}
	t, _ := m.events.pop()
	return t.delivered, true
}

// Pending is how many events there are to be taken; plain says that they are all
// Received or Delivered, so that they may wait for more of their kind.
func (m *Machine) Pending() (n int, plain bool) { return m.events.len(), m.others == 0 }

// NextOut takes the next octets for the stack: of a stream, in this order and
// nothing between; of datagrams, one. An Out is counted as handed over now.
// The octets of a raw message without text are none: on a stream there is
// nothing to write.
func (m *Machine) NextOut(now time.Time) (Out, bool) {
	m.now = now
	if m.out.len() == 0 && m.state == open {
		m.payDebts()
	}
	p, ok := m.out.pop()
	if ok && p.ID != 0 {
		m.handedOver(p)
	}
	if ok && p.Label == ping.String() {
		m.pinged = now
		m.pings++
	}
	return p.Out, ok
}

// payDebts queues the control frames that were put off so that one may stand
// for many: a receipt for all that came since the last round.
func (m *Machine) payDebts() {
	if !m.known() {
		return
	}
	if m.nickOwed && m.met {
		m.nickOwed = false
		m.control(nick, &nickBody{Nick: m.c.Nick})
	}
	if m.receiptOwed && !m.now.Before(m.receiptAt()) {
		m.sendReceipt()
	}
	if m.pongOwed {
		m.pongOwed = false
		m.control(pong, &pingBody{Highest: m.texts.sent.next - 1})
	}
	if m.pingOwed {
		m.pingOwed = false
		m.control(ping, &pingBody{Highest: m.texts.sent.next - 1})
	}
}

// Rename gives us another name, and says so to a peer that knows names.
func (m *Machine) Rename(now time.Time, nick string) {
	m.now = now
	m.c.Nick = name(nick)
	m.nickOwed = m.nickOwed || m.state == open
}

// Bye ends the conversation: BYE goes out behind everything else, if both
// ends speak frames. Texts that waited for the wire to be known leave raw.
func (m *Machine) Bye(now time.Time, r Reason) {
	m.now = now
	if m.hushed {
		return
	}
	m.hushed = true
	m.dg.helloAt, m.in.helloBy = time.Time{}, time.Time{}
	m.release()
	if m.wire == Framed {
		m.sayBye(r)
	}
	if m.state < left {
		m.state = left
	}
}

func (m *Machine) sayBye(r Reason) {
	if m.state == open && m.receiptOwed && m.known() {
		m.sendReceipt() // nothing counts after a BYE
	}
	if !m.known() {
		m.retractHello()
		if m.credit() < headerLen+sessionLen+bye.longest() {
			return
		}
	}
	if m.session != 0 && (m.state == open || m.c.Dialer || m.in.greeted) {
		m.control(bye, &byeBody{Reason: r})
	}
}

// control queues a control frame.
func (m *Machine) control(k kind, body any) {
	m.endControl(k, appendBody(m.beginControl(k), body))
}

// beginControl makes room for a control frame and returns tx with its header appended.
func (m *Machine) beginControl(k kind) []byte {
	m.room(headerLen + sessionLen + k.longest())
	return beginFrame(m.tx, k, m.inHeader())
}

// endControl queues the frame that was appended to tx.
func (m *Machine) endControl(k kind, tx []byte) {
	at := len(m.tx)
	m.tx = endFrame(tx, at)
	if !m.known() {
		m.dg.went += len(tx) - at
	}
	m.push(parcel{Out: Out{Octets: m.since(at), Label: k.String()}})
}

// inHeader is the session as beginFrame wants it.
func (m *Machine) inHeader() uint64 {
	if m.c.Datagram {
		return m.session
	}
	return 0
}

// room makes place for n octets in tx. What was given out of it stays as it is.
func (m *Machine) room(n int) {
	if cap(m.tx)-len(m.tx) < n {
		m.tx = make([]byte, 0, max(n, chunk))
	}
}

// since is what was appended to tx, so that nothing can be appended to it.
func (m *Machine) since(at int) []byte { return m.tx[at:len(m.tx):len(m.tx)] }

func (m *Machine) push(p parcel) { m.out.push(p) }

func (m *Machine) emit(e Event) {
	m.others++
	m.events.push(told{other: e})
}

func (m *Machine) receive(r Received) { m.events.push(told{received: r}) }

func (m *Machine) settle(w Wire, sawLine bool) {
	m.wire = w
	m.emit(Settled{Wire: w, Peer: m.peer, SawLine: sawLine})
}

// greet queues the greeting line.
func (m *Machine) greet() {
	m.room(greetingLen)
	at := len(m.tx)
	m.tx = appendGreeting(m.tx, m.session, m.c.Instance)
	m.push(parcel{Out: Out{Octets: m.since(at), Label: "GREETING"}})
	m.dg.greetings++
	m.dg.helloAt = time.Time{}
	if m.c.Datagram && m.dg.greetings < greetingsAtStart {
		m.dg.helloAt = m.now.Add(helloEvery)
	}
}

func (m *Machine) helloBody() *helloBody {
	b := &helloBody{
		Instance: m.c.Instance, Session: m.session, Protocols: m.c.Protocols,
		Nick: m.c.Nick, Proof: m.dg.proof,
	}
	switch {
	case !m.c.Datagram:
		b.Protocols |= resuming
		b.Proof = m.past.offer
	case !m.c.Dialer:
		b.Protocols |= answering
	}
	return b
}

// sayHello queues a HELLO.
func (m *Machine) sayHello() {
	m.control(hello, m.helloBody())
	m.in.greeted = true
	if m.c.Datagram {
		m.scheduleHello()
	}
}

// mistaken says that what came makes no sense. That is the end of a stream; a
// datagram is forgotten.
func (m *Machine) mistaken(err error) {
	m.n.Malformed++
	if m.c.Datagram {
		return
	}
	m.emit(Failed{Err: err})
	if m.wire == Framed && !m.hushed {
		m.sayBye(Mistaken)
	}
	m.hushed = true
	m.state = ended
	m.in.mode = deaf
	m.in.rx, m.in.skip = nil, 0
	m.in.idleAt, m.in.begunAt, m.in.helloBy = time.Time{}, time.Time{}, time.Time{}
}

// frame does what a frame asks for. size is what it weighed, first and last
// where it stood in the stream.
func (m *Machine) frame(k kind, body []byte, size int, first, last uint64) {
	switch m.action(k) {
	case refuse:
		m.mistaken(fmt.Errorf("%v %v", k, m.state))
		return
	case skip:
		if k == half && !m.c.Datagram && readBody(k, body, &halfBody{}) == nil {
			m.peerHalf = true
			return
		}
		m.n.Skipped++
		return
	case ignore:
		m.n.Ignored++
		return
	}
	var err error
	switch k {
	case hello:
		var b helloBody
		if b, err = readHello(body); err == nil {
			err = m.tookHello(b)
		}
	case nick:
		var b nickBody
		if err = readBody(k, body, &b); err == nil {
			m.tookNick(b.Nick)
		}
	case text:
		var b textBody
		if err = readText(body, &b); err == nil {
			err = m.tookText(&b, size, first, last)
		}
	case receipt:
		var b receiptBody
		if err = readReceipt(body, &b); err == nil {
			err = m.tookReceipt(&b)
		}
	case ping, pong:
		var b pingBody
		if err = readBody(k, body, &b); err == nil {
			err = m.tookPing(k, b.Highest)
		}
	case bye:
		var b byeBody
		if err = readBody(k, body, &b); err == nil {
			m.past.kept = b.Reason == Busy && m.state == open && m.Past() != nil
			m.hushed, m.state = true, ended
			m.dg.helloAt = time.Time{}
			m.emit(Bye{Reason: b.Reason})
		}
	}
	if err != nil {
		m.mistaken(err)
	}
}

func (m *Machine) tookNick(nick string) {
	m.dg.helloAt = time.Time{} // the peer knows us
	m.renamed(nick)
}

func (m *Machine) renamed(nick string) {
	if nick != m.peer.Nick {
		m.peer.Nick = nick
		m.emit(Renamed{Nick: nick})
	}
}

// tookHello makes the acquaintance of the peer, or renews it.
func (m *Machine) tookHello(b helloBody) error {
	session := m.session
	if m.c.Datagram {
		session = m.dg.session
	}
	switch {
	case m.c.Datagram && (b.Protocols&answering != 0) != m.c.Dialer, m.c.Datagram && b.Instance == m.c.Instance:
		m.n.Ignored++ // an answer to a call that was forged in our name, or our own call
		return nil
	case session != 0 && b.Session != session:
		return fmt.Errorf("HELLO of session %x in session %x", b.Session, session)
	case m.c.Datagram && b.Proof > math.MaxUint32:
		return fmt.Errorf("HELLO with a proof of more than 32 bits")
	case m.peer.Instance != 0 && b.Instance != m.peer.Instance:
		return fmt.Errorf("HELLO of instance %x, which was %x", b.Instance, m.peer.Instance)
	}
	known := m.peer.Instance != 0 // by a HELLO or by its greeting
	m.met, m.state, m.session = true, open, b.Session
	m.in.helloBy = time.Time{}
	m.peer.Instance, m.peer.Session, m.peer.Protocols = b.Instance, b.Session, b.Protocols&^(answering|resuming)
	m.resumes = !m.c.Datagram && b.Protocols&resuming != 0
	if !known {
		m.peer.Nick = b.Nick
	}
	if !m.c.Datagram {
		m.matchPast(b.Proof)
	}
	switch {
	case m.c.Datagram && !m.c.Dialer:
		m.proves(b.Proof)
		m.replyHello(m.c.Nick)
	case m.c.Datagram && m.dg.proof == b.Proof:
	case m.c.Datagram:
		m.dg.proof, m.dg.hellos = b.Proof, 0
		m.sayHello()
	case !m.in.greeted:
		m.sayHello()
	}
	if !known {
		m.becomeFramed()
	} else if b.Nick != "" {
		m.renamed(b.Nick)
	}
	if err := m.goOn(b.Proof); err != nil {
		return err
	}
	m.release()
	return nil
}

// proves takes the proof of a caller: who has our answer is where it went.
func (m *Machine) proves(proof uint64) {
	if proof != m.dg.proof || m.dg.proved || !m.in.greeted {
		return
	}
	m.dg.proved = true
	m.dg.answerAt = time.Time{}
}

// tookGreeting answers the greeting of an auto dialer.
func (m *Machine) tookGreeting(session, instance uint64) {
	m.session = session
	m.peer.Instance, m.peer.Session = instance, session
	if m.c.Datagram {
		m.state = open
		m.replyHello("")
	} else {
		m.offerPast()
		m.sayHello()
	}
	m.becomeFramed()
}

// becomeFramed settles on frames; texts sent before stay what they were.
func (m *Machine) becomeFramed() {
	if m.wire != Framed {
		m.texts.raw = m.texts.formed
	}
	m.settle(Framed, false)
	m.release()
}

// tookPing takes a PING or PONG: the highest id the peer has sent.
func (m *Machine) tookPing(k kind, highest uint64) error {
	if m.c.Datagram {
		if !m.dg.tracker.told(highest) {
			return fmt.Errorf("%v of id %d after %d", k, highest, m.dg.tracker.known)
		}
	} else if highest != m.n.Highest {
		return fmt.Errorf("%v says that %d texts were sent, %d came", k, highest, m.n.Highest)
	}
	if k == ping {
		m.pongOwed = true
		return nil
	}
	if m.pings == 1 { // else it is not known which of them is answered
		m.n.RTT = smooth(m.n.RTT, m.now.Sub(m.pinged))
	}
	m.pings = 0
	return nil
}

// pingAt is when a PING is due: after 5 s in which the peer's program said nothing;
// over UDP not for ever, since whoever has that address now may be another.
func (m *Machine) pingAt() time.Time {
	if m.wire != Framed || m.state != open || m.in.eof || !m.known() || m.c.Datagram && m.pings >= mostPings {
		return time.Time{}
	}
	last := m.heard
	if m.lastPing.After(last) {
		last = m.lastPing
	}
	return last.Add(silence)
}
