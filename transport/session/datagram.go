package session

import (
	"bytes"
	"math"
	"time"
)

// association is what a machine knows of a peer over UDP.
type association struct {
	tracker   *tracker
	session   uint64 // of the frame at hand
	proof     uint64 // what a listener wants to see in a HELLO, and a dialer puts there
	proved    bool   // it was there: the address is no forgery
	came      int    // octets that came from an address before it was proved
	went      int    // and that were sent there
	last      int    // octets of the datagram that came last
	answers   int
	answerAt  time.Time // not before
	greetings int
	hellos    int
	helloAt   time.Time // when the next greeting or HELLO is due
	receiptAt time.Time // not before
	credit    int       // octets of TEXT since the last receipt, which is to be no longer than they
}

// inputDatagram takes one datagram.
func (m *Machine) inputDatagram(p []byte) {
	if !m.known() {
		m.dg.came = min(m.dg.came+len(p), maxUDP)
	}
	m.dg.last = len(p)
	if m.c.Wire == Raw || m.c.Wire == Line {
		m.lookForStrangers(p)
		m.gotDatagram(p)
		return
	}
	if !m.c.Dialer && len(p) == greetingLen {
		if session, instance, match := greeting(p); match == yes {
			m.gotGreeting(session, instance)
			return
		}
	}
	k, session, body, err := datagram(p)
	switch {
	case err == nil && session == m.session && session != 0, err == nil && m.session == 0 && k == hello && session != 0:
		m.gotFrame(k, session, body, len(p))
	case err == nil:
		m.n.Ignored++
	case m.takesText(p):
		m.lookForStrangers(p)
		m.settleText(p)
		m.gotDatagram(p)
	default:
		m.lookForStrangers(p)
		m.mistaken(err)
	}
}

// takesText is whether a datagram that is no frame may be text: before a
// HELLO of the peer's came, on an auto wire. A listener takes what begins like
// a frame for a broken one.
func (m *Machine) takesText(p []byte) bool {
	if m.c.Wire != Auto || m.met || m.state >= left && m.wire == Framed {
		return false
	}
	return m.c.Dialer && m.wire != Framed || len(p) == 0 || p[0] != magic
}

func (m *Machine) gotGreeting(session, instance uint64) {
	switch {
	case m.session != 0 && (session != m.session || instance != m.peer.Instance), m.state >= left, instance == m.c.Instance:
		m.n.Ignored++
	case m.session != 0:
		m.heard = m.now
		m.replyHello("")
	default:
		m.heard = m.now
		m.in.plain = Raw // what still comes without a frame
		m.tookGreeting(session, instance)
	}
}

// gotFrame takes a frame that belongs to the session, or begins one.
func (m *Machine) gotFrame(k kind, session uint64, body []byte, size int) {
	sense := m.n.Malformed + m.n.Ignored
	m.dg.session = session
	if k == text {
		body = m.own(body)
	}
	m.frame(k, body, size, 0, 0)
	if m.n.Malformed+m.n.Ignored == sense {
		m.heard = m.now
		if m.pings >= mostPings {
			m.pings = 0
		}
	}
}

// own is a copy of p that texts may be parts of.
func (m *Machine) own(p []byte) []byte {
	m.in.rx = m.in.rx[len(m.in.rx):]
	m.in.keep(p)
	m.in.lent = true
	return m.in.rx[:len(p):len(p)]
}

// gotDatagram tells of a datagram of text: one message, even an empty one.
func (m *Machine) gotDatagram(p []byte) {
	m.heard = m.now
	text := m.own(p)
	if m.in.plain == Line {
		if rest, ok := bytes.CutSuffix(text, []byte{'\n'}); ok {
			text = bytes.TrimSuffix(rest, []byte{'\r'})
		}
	}
	m.n.Received++
	m.receive(Received{Text: text, Octets: len(p), Wire: m.in.plain})
}

// known is whether the peer's address has proved to be its own, so that more
// may go there than came from there.
func (m *Machine) known() bool { return !m.c.Datagram || m.c.Dialer || m.dg.proved }

// replyHello answers a HELLO or greeting. Before the address has proved to be
// the peer's no more is sent there than came from there, so that nobody can use
// us against a third: the HELLO has our name only if it fits, and a number that
// is to come back. Then a NICK is the answer, which nobody answers.
func (m *Machine) replyHello(nick string) {
	if m.now.Before(m.dg.answerAt) {
		return
	}
	m.nickOwed = true
	if !m.known() {
		b := m.helloBody()
		b.Nick = nick
		if m.weight(b) > m.credit() {
			b.Nick = ""
		}
		if m.weight(b) > m.credit() {
			return
		}
		m.in.greeted = true
		m.control(hello, b)
	}
	m.dg.answers++
	m.dg.answerAt = m.now.Add(helloEvery)
	if m.dg.answers >= quickAnswers {
		m.dg.answerAt = m.now.Add(helloSeldom)
	}
}

func (m *Machine) weight(b *helloBody) int { return headerLen + sessionLen + len(appendBody(nil, b)) }

// credit is how many octets may go to an address that has not been proved: no more
// than came in all, since an earlier datagram may have come from elsewhere no more
// than the last one had.
func (m *Machine) credit() int { return min(m.dg.came-m.dg.went, m.dg.last) }

// retractHello takes back a HELLO that was not handed over yet.
func (m *Machine) retractHello() {
	for n := m.out.len(); n > 0; n-- {
		if p, _ := m.out.pop(); p.Label != hello.String() {
			m.push(p)
		} else {
			m.dg.went -= len(p.Octets)
		}
	}
}

// scheduleHello counts a HELLO and says when the next is due if nothing shows that the
// peer knows us.
func (m *Machine) scheduleHello() {
	m.dg.hellos++
	wait := helloEvery
	if m.dg.hellos > helloRepeats {
		wait = helloSeldom
	}
	m.dg.helloAt = m.now.Add(wait)
}

// tickAssociation greets again whom nobody answered.
func (m *Machine) tickAssociation() {
	if m.dg.helloAt.IsZero() || m.now.Before(m.dg.helloAt) {
		return
	}
	if m.wire == Framed {
		m.sayHello()
	} else {
		m.greet()
	}
}

// receiptAt is the earliest time for the next receipt; zero: none is owed, or
// at once.
func (m *Machine) receiptAt() time.Time {
	if !m.c.Datagram || !m.receiptOwed || m.state != open || !m.known() || m.receiptRoom() < 0 {
		return time.Time{}
	}
	return m.dg.receiptAt
}

// receiptRoom is how many octets of bitmap a receipt may have; below 0 there
// is no room for the receipt.
func (m *Machine) receiptRoom() int {
	fixed := headerLen + sessionLen + 1 + headLen(m.dg.tracker.top)
	room := min(m.dg.credit, m.c.MaxOctets) - fixed - headLen(math.MaxUint16)
	return min(room, maxBitmap)
}

// sendReceipt queues a receipt for all that came.
func (m *Machine) sendReceipt() {
	b := receiptBody{Upto: m.n.Highest}
	if m.c.Datagram {
		room := m.receiptRoom()
		if room < 0 {
			return
		}
		b.Upto, b.Bitmap = m.dg.tracker.receipt(room)
		m.dg.receiptAt, m.dg.credit = m.now.Add(receiptEvery), 0
	}
	m.receiptOwed = false
	m.endControl(receipt, appendReceipt(m.beginControl(receipt), &b))
}
