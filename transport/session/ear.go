package session

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// An Ear overhears what one end says to the other: octets that somebody has
// recorded, in the order in which they were sent or came. It reads them as a
// Machine does, but it belongs to nobody: it says nothing, refuses nothing that
// can be read, and where octets are missing it goes on behind them.
type Ear struct {
	datagram bool
	mode     mode
	plain    Wire   // how text is cut; Auto: not known yet
	rx       []byte // of a stream: not understood yet
	taken    uint64 // octets of the stream before rx
	noHello  int    // at none of so many octets of rx a frame begins
	skip     int    // so many octets to come are of a frame that is skipped
	begin    []byte // the first octets, until it is known whose they are
	named    bool
	met      bool
	peer     Peer // who speaks
	tracker  tracker
	n        Counters
	events   queue[Event]
}

// What an Ear tells besides Received, Renamed, Bye, Foreign and Failed.
type (
	// Greeted is the greeting line of an auto dialer.
	Greeted struct{ Peer Peer }
	// Met is a HELLO of somebody who was not known yet.
	Met struct{ Peer Peer }
	// Receipt is a RECEIPT, for the Ledger of whoever it was sent to.
	Receipt struct{ body receiptBody }
)

func (Greeted) event() {}
func (Met) event()     {}
func (Receipt) event() {}

// NewEar is an Ear at the beginning of a stream, or for datagrams.
func NewEar(datagram bool) *Ear { return &Ear{datagram: datagram} }

// NextEvent takes the next event.
func (e *Ear) NextEvent() (Event, bool) { return e.events.pop() }

// Wire is how text is cut as far as is known: Raw, Line or Auto.
func (e *Ear) Wire() Wire { return e.plain }

// SetWire says how text is cut, where the other end's words decided it.
func (e *Ear) SetWire(w Wire) { e.plain = w }

// Holds reports whether octets came of which it is not known yet what they are.
func (e *Ear) Holds() bool { return len(e.rx) > 0 }

// Counters are what was counted of the messages that came.
func (e *Ear) Counters() Counters {
	n := e.n
	if t := &e.tracker; e.datagram && t.known > 0 {
		n.Highest, n.Lost = t.known, t.lost()
		n.Duplicate, n.Late = t.duplicate, t.late
	}
	return n
}

// Input takes octets of the stream, or a datagram, which may be empty.
func (e *Ear) Input(p []byte) {
	if e.datagram {
		e.inputDatagram(p)
		return
	}
	n := min(e.skip, len(p))
	e.skip -= n
	e.taken += uint64(n)
	if p = p[n:]; len(p) == 0 {
		return
	}
	e.strangers(p)
	e.rx = append(e.rx, p...)
	e.read()
}

// Gap says that n octets of the stream are not known, and that what follows may
// begin anywhere: 0 at a conversation whose beginning nobody saw.
func (e *Ear) Gap(n int) {
	e.Flush()
	e.take(len(e.rx))
	e.taken += uint64(n)
	e.skip = max(e.skip-n, 0)
	e.named = true
	if e.mode != reading {
		e.mode = deaf
	}
}

// Flush says that nothing followed for a while, or at all: what is held of a
// text is given out.
func (e *Ear) Flush() {
	switch {
	case len(e.rx) == 0 || e.mode == framing:
	case e.mode == deaf && !utf8.Valid(e.rx):
	default:
		e.text(len(e.rx), true)
	}
}

// strangers tells if the first octets belong to another protocol.
func (e *Ear) strangers(p []byte) {
	if e.named {
		return
	}
	e.begin = append(e.begin, p[:min(len(p), longestStranger-len(e.begin))]...)
	name, match := foreign(e.begin)
	e.named = match != maybe || e.datagram
	if match == yes {
		e.events.push(Foreign{Name: name})
	}
}

// take consumes n octets and tells where they stood in the stream.
func (e *Ear) take(n int) (p []byte, first, last uint64) {
	p, e.rx = e.rx[:n:n], e.rx[n:]
	first, last = e.taken+1, e.taken+uint64(n)
	e.taken = last
	e.noHello = max(e.noHello-n, 0)
	return p, first, last
}

// read takes from rx what it can.
func (e *Ear) read() {
	for again := true; again && len(e.rx) > 0; {
		again = false
		switch e.mode {
		case first:
			again = e.readFirst()
		case reading:
			e.text(len(e.rx), false)
		case scanning:
			again = e.scan()
		case framing:
			again = e.frames()
		case deaf:
			again = e.resume()
		}
	}
}

// readFirst finds out what the first octets are; again says that it did.
func (e *Ear) readFirst() (again bool) {
	session, instance, match := greeting(e.rx)
	switch {
	case match == yes:
		e.take(greetingLen)
		e.greeted(session, instance)
		e.mode = scanning
	case match == maybe:
		return false
	case e.rx[0] == magic:
		e.mode = framing
	default:
		e.mode = scanning
	}
	return true
}

func (e *Ear) greeted(session, instance uint64) {
	e.peer.Instance, e.peer.Session = instance, session
	e.events.push(Greeted{Peer: e.peer})
}

// scan takes text up to the HELLO that may come in the midst of it; again says
// that it came.
func (e *Ear) scan() (again bool) {
	for at := e.noHello; at < len(e.rx); at++ {
		i := bytes.IndexByte(e.rx[at:], magic)
		if i < 0 {
			break
		}
		at += i
		match := e.begins(e.rx[at:], hello)
		if match == no {
			continue
		}
		if at > 0 {
			e.text(at, true)
		}
		if match == yes {
			e.mode = framing
			return true
		}
		e.noHello = 0
		return false
	}
	e.noHello = len(e.rx)
	e.text(len(e.rx), false)
	return false
}

// begins looks whether p begins with a frame that makes sense, a HELLO if only
// that is wanted.
func (e *Ear) begins(p []byte, only kind) match {
	if len(p) < headerLen {
		whole := [...]byte{magic, version, modePlain}
		n := min(len(p), len(whole))
		if bytes.Equal(p[:n], whole[:n]) {
			return maybe
		}
		return no
	}
	k, n, err := header(p, 0)
	switch {
	case err != nil || only != 0 && k != only || k >= skippable:
		return no
	case len(p) < headerLen+n:
		return maybe
	case sense(k, p[headerLen:headerLen+n]) != nil:
		return no
	}
	return yes
}

// sense reports why the body of a frame cannot be read.
func sense(k kind, body []byte) (err error) {
	switch k {
	case hello:
		_, err = readHello(body)
	case nick:
		err = readBody(k, body, new(nickBody))
	case text:
		err = readText(body, new(textBody))
	case receipt:
		err = readReceipt(body, new(receiptBody))
	case ping, pong:
		err = readBody(k, body, new(pingBody))
	case bye:
		err = readBody(k, body, new(byeBody))
	}
	return err
}

// resume looks for a frame behind a gap; again says that one begins. Text
// without any goes on as text.
func (e *Ear) resume() (again bool) {
	for at := e.noHello; at < len(e.rx); at++ {
		i := bytes.IndexByte(e.rx[at:], magic)
		if i < 0 {
			break
		}
		at += i
		switch e.begins(e.rx[at:], 0) {
		case yes:
			e.take(at)
			e.mode = framing
			return true
		case maybe:
			if len(e.rx) > maxLength+headerLen {
				continue // what began there would be here by now
			}
			e.noHello = at
			return false
		}
	}
	if utf8.Valid(e.rx) {
		e.mode = scanning
		return true
	}
	e.take(len(e.rx))
	return false
}

// frames takes the frames that are whole; again says that they are none any more.
func (e *Ear) frames() (again bool) {
	for e.mode == framing && len(e.rx) >= headerLen {
		k, n, err := header(e.rx, 0)
		if err != nil {
			e.broken(err)
			return true
		}
		if k >= skippable {
			had := len(e.rx)
			e.take(min(had, headerLen+n))
			e.skip = max(headerLen+n-had, 0)
			e.n.Skipped++
			continue
		}
		if len(e.rx) < headerLen+n {
			return false
		}
		p, first, last := e.take(headerLen + n)
		if err := e.frame(k, p[headerLen:], len(p), first, last); err != nil {
			e.broken(err)
			return true
		}
	}
	if e.mode == framing && len(e.rx) > 0 && e.rx[0] != magic {
		e.broken(fmt.Errorf("octet %02x where a frame begins with f5", e.rx[0]))
		return true
	}
	return false
}

// broken says that a stream makes no sense from here on.
func (e *Ear) broken(err error) {
	e.n.Malformed++
	e.mode = deaf
	e.events.push(Failed{Err: err})
}

// frame tells of a frame.
func (e *Ear) frame(k kind, body []byte, size int, first, last uint64) error {
	if err := sense(k, body); err != nil {
		return err
	}
	switch k {
	case hello:
		b, _ := readHello(body)
		e.hello(b)
	case nick:
		var b nickBody
		readBody(k, body, &b)
		e.renamed(b.Nick)
	case text:
		var b textBody
		readText(body, &b)
		return e.said(&b, size, first, last)
	case receipt:
		var b receiptBody
		readReceipt(body, &b)
		b.Bitmap = bytes.Clone(b.Bitmap)
		e.events.push(Receipt{b})
	case ping, pong:
		var b pingBody
		if readBody(k, body, &b); e.datagram {
			e.tracker.told(b.Highest)
		}
	case bye:
		var b byeBody
		readBody(k, body, &b)
		e.events.push(Bye{Reason: b.Reason})
	}
	return nil
}

// hello takes a HELLO. Of a datagram's session that is not the last one's
// nothing is known yet.
func (e *Ear) hello(b helloBody) {
	if e.met && b.Session == e.peer.Session {
		if b.Nick != "" {
			e.renamed(b.Nick)
		}
		return
	}
	if e.peer.Session != b.Session {
		e.tracker, e.n = tracker{}, Counters{}
	}
	e.met = true
	e.peer = Peer{Instance: b.Instance, Session: b.Session, Protocols: b.Protocols &^ answering, Nick: b.Nick}
	e.events.push(Met{Peer: e.peer})
}

func (e *Ear) renamed(nick string) {
	if nick != e.peer.Nick {
		e.peer.Nick = nick
		e.events.push(Renamed{Nick: nick})
	}
}

// said tells of a TEXT.
func (e *Ear) said(b *textBody, size int, first, last uint64) error {
	r := Received{
		ID: b.ID, Row: b.Row, Text: bytes.Clone(b.Text), SentAt: clamp(b.SentAt), More: b.More,
		Octets: size, First: first, Last: last, Wire: Framed,
	}
	if e.datagram {
		switch e.tracker.arrive(b.ID) {
		case implausible:
			return fmt.Errorf("TEXT %d after TEXT %d", b.ID, e.tracker.known)
		case again:
			r.Dup = true
		case late:
			r.Late = true
		}
	} else {
		e.n.Highest = b.ID
	}
	if !r.Dup {
		e.n.Received++
	}
	e.events.push(r)
	return nil
}

// text gives out what the first n octets of rx hold of text. Unless all is
// wanted the beginning of a character and that of a line are held.
func (e *Ear) text(n int, all bool) {
	if e.plain == Auto {
		e.plain = Raw
		if bytes.HasSuffix(e.rx[:n], []byte{'\n'}) {
			e.plain = Line
		}
	}
	for e.plain == Line && n > 0 {
		l, ok := nextLine(e.rx[:n], 0)
		if !ok {
			break
		}
		_, first, last := e.take(l.n)
		n -= l.n
		e.plainText(l.text, Received{First: first, Last: last, Octets: l.n, More: l.more})
	}
	flush := n
	if !all {
		flush = 0
		if e.plain == Raw {
			flush = n - incomplete(e.rx[:n])
		}
	}
	if flush > 0 {
		p, first, last := e.take(flush)
		e.plainText(p, Received{First: first, Last: last, Octets: len(p), Partial: e.plain == Line})
	}
}

func (e *Ear) plainText(p []byte, r Received) {
	r.Text, r.Wire = bytes.Clone(p), e.plain
	e.n.Received++
	e.events.push(r)
}

// inputDatagram takes one datagram.
func (e *Ear) inputDatagram(p []byte) {
	if len(p) == greetingLen {
		if session, instance, match := greeting(p); match == yes {
			e.greeted(session, instance)
			return
		}
	}
	k, session, body, err := datagram(p)
	switch {
	case err == nil && k >= skippable:
		e.n.Skipped++
	case err == nil && e.met && session != e.peer.Session && k != hello:
		e.n.Ignored++
	case err == nil:
		if e.frame(k, body, len(p), 0, 0) != nil {
			e.n.Malformed++
		}
	case e.met:
		e.n.Malformed++
	default:
		e.strangers(p)
		e.datagramText(p)
	}
}

func (e *Ear) datagramText(p []byte) {
	if e.plain == Auto {
		e.plain = Raw
		if bytes.HasSuffix(p, []byte{'\n'}) {
			e.plain = Line
		}
	}
	t := p
	if rest, ok := bytes.CutSuffix(p, []byte{'\n'}); ok && e.plain == Line {
		t = bytes.TrimSuffix(rest, []byte{'\r'})
	}
	e.plainText(t, Received{Octets: len(p)})
}
