package session

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// mode is what the octets that come are taken for.
type mode uint8

const (
	first    mode = iota // nothing came yet
	reading              // text
	scanning             // text, but a HELLO may come in the midst of it
	framing
	deaf // nothing matters any more
)

// A reader is the receiving half of a stream.
type reader struct {
	mode     mode
	plain    Wire // Raw or Line: how text is cut; Auto: not known yet
	greeted  bool // our HELLO was queued
	answered bool // the peer said something that is not a HELLO
	eof      bool
	named    bool   // the first octets were recognised, or are none that could be
	begin    []byte // the first octets, until then

	// rx holds what was not consumed yet. Octets are appended and never
	// changed, and long texts are parts of it.
	rx      []byte
	base    []byte // the memory that rx is in, from its beginning
	lent    bool   // texts that were given out are parts of it
	size    int    // of it
	texts   []byte // short texts are copied here, so that they keep no read in memory
	skip    int    // so many octets to come are of a frame that is skipped
	taken   uint64 // octets of the stream before rx
	noLine  int    // so many octets of rx hold no newline
	noHello int    // at none of so many octets of rx a HELLO begins

	unread  bool      // the owner does not read
	idleAt  time.Time // when what is held of a text is given out
	begunAt time.Time // when what might become a HELLO is text, or a frame is too late
	begun   time.Time // when the frame began that is not whole
	frame   uint64    // and which it is, by its place
	helloBy time.Time // when a HELLO must have come; zero: it has, or need not
}

// keep appends p to rx. When the memory is full, what is left moves to its front if
// no text is there any more; else to new memory, which doubles, so that what is
// announced costs nothing and what comes is copied a bounded number of times.
func (r *reader) keep(p []byte) {
	if n := len(r.rx) + len(p); n > cap(r.rx) {
		if r.lent || n > cap(r.base) {
			room := max(chunk, n)
			if len(r.rx) > 0 {
				room = max(chunk, 2*n)
			}
			r.base, r.lent, r.size = make([]byte, 0, room), false, room
		}
		r.rx = append(r.base, r.rx...) // within base it moves to the front
	}
	r.rx = append(r.rx, p...)
}

// text is p, a part of rx, to be given out. As long as it lives it keeps no more
// than four times its length in memory, or its share of what others are in too.
func (r *reader) text(p []byte) []byte {
	if 4*len(p) >= r.size && len(p) > 0 {
		r.lent = true
		return p
	}
	if len(p) > chunk/4 {
		return bytes.Clone(p)
	}
	if cap(r.texts)-len(r.texts) < len(p) {
		r.texts = make([]byte, 0, chunk)
	}
	at := len(r.texts)
	r.texts = append(r.texts, p...)
	return r.texts[at:len(r.texts):len(r.texts)]
}

// take consumes n octets and tells where they stood in the stream.
func (r *reader) take(n int) (p []byte, first, last uint64) {
	p, r.rx = r.rx[:n:n], r.rx[n:]
	first, last = r.taken+1, r.taken+uint64(n)
	r.taken = last
	r.noLine, r.noHello = max(r.noLine-n, 0), max(r.noHello-n, 0)
	return p, first, last
}

// Input takes what one read of a stream gave, or one datagram, which may be
// empty.
func (m *Machine) Input(now time.Time, p []byte) {
	m.now = now
	if m.c.Datagram {
		m.inputDatagram(p)
		return
	}
	if len(p) == 0 || m.in.eof {
		return
	}
	m.heard = now
	if m.in.mode == deaf {
		return
	}
	m.lookForStrangers(p)
	n := min(m.in.skip, len(p))
	m.in.skip -= n
	m.in.taken += uint64(n)
	m.in.keep(p[n:])
	m.read()
	m.expectFrame()
}

// Reading says whether the owner reads what the stack has for it; it does
// unless it says otherwise. While it does not, it is not the peer who is
// silent, so that the rest of a line is waited for, and then gets its time
// anew.
func (m *Machine) Reading(now time.Time, reads bool) {
	m.now = now
	r := &m.in
	if reads && r.unread {
		if !r.idleAt.IsZero() {
			r.idleAt = now.Add(idle)
		}
		if !r.begunAt.IsZero() {
			r.begunAt, r.begun = now.Add(frameBegun), now
		}
		if !r.helloBy.IsZero() {
			r.helloBy = now.Add(helloWait)
		}
	}
	r.unread = !reads
}

// textAt is when what is held of a text, or of what may be a HELLO, has to be
// given out, or what was to come is too late; zero: never, as things stand.
func (r *reader) textAt() (next time.Time) {
	if r.unread {
		return next
	}
	for _, at := range [...]time.Time{r.idleAt, r.begunAt, r.helloBy} {
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next
}

// expectHello gives a peer who called over a stream its time for HELLO: there is
// one place, and whoever is silent in it keeps others out.
func (m *Machine) expectHello() {
	if !m.c.Datagram && !m.c.Dialer && !m.c.Patient && m.in.helloBy.IsZero() {
		m.in.helloBy = m.now.Add(helloWait)
	}
}

// expectFrame gives the rest of a frame that has begun its time.
func (m *Machine) expectFrame() {
	r := &m.in
	if r.mode != framing || m.c.Patient {
		return
	}
	if len(r.rx)+r.skip == 0 {
		r.begunAt = time.Time{}
		return
	}
	which, n := r.taken, r.skip
	if n > 0 {
		which = ^(r.taken + uint64(n)) // where it ends
	}
	if r.begunAt.IsZero() || r.frame != which {
		r.begun, r.frame = m.now, which
	}
	if len(r.rx) >= headerLen {
		_, n, _ = header(r.rx, 0)
	}
	r.begunAt = r.begun.Add(frameBegun + time.Duration(n)*frameOctet)
}

// EOF says that the stream has ended: what was held is given out.
func (m *Machine) EOF(now time.Time) {
	m.now = now
	if m.c.Datagram || m.in.eof {
		return
	}
	m.in.eof = true
	m.in.idleAt, m.in.begunAt, m.in.helloBy = time.Time{}, time.Time{}, time.Time{}
	switch framed := m.in.mode == framing || m.in.mode == first && m.c.Wire == Framed; {
	case len(m.in.rx)+m.in.skip == 0 || framed && m.state >= left:
	case framed && (m.resumes || m.state == opening):
		m.in.rx, m.in.skip = nil, 0 // it was lost, and goes on elsewhere
	case framed:
		m.mistaken(errors.New("the stream ended inside a frame"))
	default:
		n := len(m.in.rx) - m.unfinished()
		if n < len(m.in.rx) {
			m.n.Ignored++
		}
		if n == 0 {
			break
		}
		m.settleText(m.in.rx[:n])
		m.takeText(n, true)
	}
	m.release()
}

// unfinished is how many of the octets at the end are no text but the beginning
// of the greeting or the HELLO of a seqtalk that did not come to say it.
func (m *Machine) unfinished() int {
	r := &m.in
	switch seqtalk := m.c.Past != nil || m.wire == Framed; {
	case r.mode == scanning && (seqtalk || !r.answered || len(r.rx)-r.noHello >= 4): // no text holds magic, version, mode, type
		return len(r.rx) - r.noHello
	case r.mode == first && !m.c.Dialer && (seqtalk || len(r.rx) >= len(greetingWord)):
		if _, _, match := greeting(r.rx); match == maybe {
			return len(r.rx)
		}
	}
	return 0
}

// lookForStrangers tells if the first octets belong to another protocol.
func (m *Machine) lookForStrangers(p []byte) {
	if m.in.named {
		return
	}
	m.in.begin = append(m.in.begin, p[:min(len(p), longestStranger-len(m.in.begin))]...)
	name, match := foreign(m.in.begin)
	m.in.named = match != maybe || m.c.Datagram
	if match == yes {
		m.emit(Foreign{Name: name})
	}
}

// read takes from rx what it can.
func (m *Machine) read() {
	for again := true; again; {
		again = false
		switch m.in.mode {
		case first:
			again = m.readFirst()
		case reading:
			m.takeText(len(m.in.rx), false)
		case scanning:
			again = m.scan()
		case framing:
			m.readFrames()
		}
	}
}

// readFirst finds out what the first octets are, unless that was clear from
// the start; again says that it did.
func (m *Machine) readFirst() (again bool) {
	m.in.idleAt = time.Time{}
	if !m.c.Dialer {
		switch session, instance, match := greeting(m.in.rx); match {
		case yes:
			m.in.take(greetingLen)
			if m.hushed {
				m.in.mode = deaf // too late
				m.n.Ignored++
				return false
			}
			m.in.mode, m.in.plain = scanning, Raw
			m.expectHello()
			m.tookGreeting(session, instance)
			return true
		case maybe:
			if m.c.Wire == Auto {
				m.in.idleAt = m.now.Add(idle)
			}
			return false
		}
	}
	switch {
	case m.in.rx[0] == magic:
		m.in.mode = framing
		m.expectHello()
	case m.c.Wire == Framed && !m.in.named:
		return false
	case m.c.Wire == Framed:
		m.mistaken(fmt.Errorf("octet %02x where a frame begins with f5", m.in.rx[0]))
		return false
	default:
		m.settleText(m.in.rx)
		m.in.mode = reading
	}
	return true
}

// settleText settles on raw or line, by the first octets of a peer that is no
// seqtalk, as far as is known.
func (m *Machine) settleText(chunk []byte) {
	if m.in.answered || m.in.plain != Auto {
		return
	}
	m.in.answered = true
	m.dg.helloAt = time.Time{}
	m.in.plain = Raw
	if bytes.HasSuffix(chunk, []byte{'\n'}) {
		m.in.plain = Line
	}
	if m.wire != m.in.plain || m.c.Dialer {
		m.settle(m.in.plain, m.c.Dialer)
	}
	m.release()
}

// scan takes text up to the HELLO that may come in the midst of it; again
// says that it came.
func (m *Machine) scan() (again bool) {
	at := m.in.noHello
	for {
		i := bytes.IndexByte(m.in.rx[at:], magic)
		if i < 0 {
			at = len(m.in.rx)
			break
		}
		at += i
		_, n, match := answer(m.in.rx[at:], m.session, m.peer.Instance)
		if match == no {
			at++
			continue
		}
		if at > 0 {
			m.settleText(m.in.rx[:at])
		}
		if at != m.in.noHello {
			m.in.noHello, m.in.begunAt = at, time.Time{}
		}
		if match == yes {
			m.takeText(at, true)
			m.in.mode, m.in.idleAt, m.in.begunAt = framing, time.Time{}, time.Time{}
			p, first, last := m.in.take(n)
			m.frame(hello, p[headerLen:], n, first, last)
			return true
		}
		if m.in.begunAt.IsZero() {
			m.in.begunAt = m.now.Add(frameBegun)
		}
		m.takeText(at, m.in.plain == Raw)
		return false
	}
	m.in.noHello, m.in.begunAt = at, time.Time{}
	m.settleText(m.in.rx)
	m.takeText(len(m.in.rx), false)
	return false
}

// takeText gives out what the first n octets of rx hold of text. Unless all
// is wanted the beginning of a character and that of a line are held.
func (m *Machine) takeText(n int, all bool) {
	r := &m.in
	r.idleAt = time.Time{}
	if r.plain == Line {
		for n > 0 {
			l, ok := nextLine(r.rx[:n], min(r.noLine, n))
			if !ok {
				r.noLine = n
				break
			}
			_, first, last := r.take(l.n)
			n -= l.n
			m.gotText(l.text, first, last, Received{More: l.more})
		}
	}
	flush := n
	if !all {
		flush = 0
		if r.plain == Raw {
			flush = n - incomplete(r.rx[:n])
		}
	}
	if flush > 0 {
		p, first, last := r.take(flush)
		n -= flush
		m.gotText(p, first, last, Received{Partial: r.plain == Line})
	}
	if n > 0 {
		r.idleAt = m.now.Add(idle)
	}
}

// gotText tells of text without a frame. r says what more there is to say of it.
func (m *Machine) gotText(text []byte, first, last uint64, r Received) {
	r.Text, r.First, r.Last, r.Wire = m.in.text(text), first, last, m.in.plain
	r.Octets = int(last - first + 1)
	m.n.Received++
	m.receive(r)
}

// readFrames takes the frames that are whole.
func (m *Machine) readFrames() {
	for m.in.mode == framing && len(m.in.rx) > 0 {
		p := m.in.rx
		if p[0] == magic && len(p) < headerLen {
			return
		}
		k, n, err := header(p, 0)
		if err != nil {
			if m.state >= left {
				m.n.Ignored++
				m.in.mode, m.in.rx = deaf, nil
			} else {
				m.mistaken(err)
			}
			return
		}
		if k >= skippable && (k != half || n != 1) {
			p, _, _ := m.in.take(min(len(p), headerLen+n))
			m.in.skip = headerLen + n - len(p)
			m.frame(k, nil, 0, 0, 0)
			continue
		}
		if len(p) < headerLen+n {
			return
		}
		p, first, last := m.in.take(headerLen + n)
		m.frame(k, p[headerLen:], len(p), first, last)
	}
}

// tickReader gives out what was held too long.
func (m *Machine) tickReader() {
	r := &m.in
	late := func(at time.Time) bool { return !at.IsZero() && !m.now.Before(at) }
	switch {
	case r.unread:
		return
	case late(r.helloBy):
		m.mistaken(fmt.Errorf("no HELLO came in %v", helloWait))
		return
	case r.mode == framing && late(r.begunAt):
		m.mistaken(errors.New("the rest of a frame did not come"))
		return
	}
	if !r.begunAt.IsZero() && !m.now.Before(r.begunAt) {
		r.noHello, r.begunAt = r.noHello+1, time.Time{}
		m.read()
	}
	if r.idleAt.IsZero() || m.now.Before(r.idleAt) {
		return
	}
	n := len(r.rx)
	if r.mode == scanning {
		n = r.noHello
	}
	if r.mode == first {
		m.settleText(r.rx)
		r.mode = reading
	}
	if r.plain == Line && n > incomplete(r.rx[:n]) {
		// The rest of a character gets as much time again.
		whole := n - incomplete(r.rx[:n])
		m.takeText(whole, true)
		if whole < n {
			r.idleAt = m.now.Add(idle)
		}
		return
	}
	m.takeText(n, true)
}
