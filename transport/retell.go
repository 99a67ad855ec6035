package transport

import (
	"bytes"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A retelling tells of the packets of a capture what a conversation would have
// told of them: each end that the capture shows has a leg for each protocol.
type retelling struct {
	cue  *cue
	ends []*retoldEnd // one, or both
	told []Event
	sent map[crossingKey]segment.Segment // of a pair: as they left, to know them when they come
}

// A retoldEnd is one end of the conversation.
type retoldEnd struct {
	r     *retelling
	side  int
	tcp   *retoldTCP // nil: the capture has none
	udp   *retoldUDP
	rows  retoldRows
	lines uint64    // rows given out
	plain [2]uint64 // lines without a number, over each protocol
}

// A retoldRow is a line that went over one protocol and may go over the other.
type retoldRow struct {
	row  uint64
	over [2]bool
	text []byte
}

// retoldRows finds the last lines by the number that their sender gave them.
type retoldRows struct{ now, before map[uint64]*retoldRow }

// maxRetold is how many lines are found at least.
const maxRetold = 4096

func (r *retoldRows) put(n uint64, k *retoldRow) {
	if r.now == nil || len(r.now) >= maxRetold {
		r.now, r.before = map[uint64]*retoldRow{}, r.now
	}
	r.now[n] = k
}

func (r *retoldRows) get(n uint64) *retoldRow {
	if k := r.now[n]; k != nil {
		return k
	}
	return r.before[n]
}

// unnumbered marks the numbers that are given here to lines that have none.
const unnumbered = 1 << 63

func newRetelling(c *cue) *retelling {
	r := &retelling{cue: c, sent: map[crossingKey]segment.Segment{}}
	r.ends = []*retoldEnd{{r: r}}
	if c.cast.pair {
		r.ends = append(r.ends, &retoldEnd{r: r, side: 1})
	}
	for _, e := range r.ends {
		for _, p := range c.protos {
			if p == segment.TCP {
				e.tcp = &retoldTCP{end: e, others: map[connName]*segment.Follower{}}
			} else {
				e.udp = &retoldUDP{end: e}
			}
		}
	}
	return r
}

// tell notes what end e was told.
func (e *retoldEnd) tell(ev Event) {
	if e.side == 1 {
		ev = Far{ev}
	}
	e.r.told = append(e.r.told, ev)
}

// take is what was told since it was last called.
func (r *retelling) take() []Event {
	told := r.told
	r.told = nil
	return told
}

// see takes the next packet.
func (r *retelling) see(v *sighting) {
	e := r.ends[v.side]
	switch v.s.Proto {
	case segment.TCP:
		e.tcp.see(v)
	case segment.UDP:
		e.udp.see(v)
	default:
		r.passed(v)
		if e.udp != nil {
			e.udp.returned(v)
		}
	}
}

// passed tells of a packet as it was followed. Where it died it is told so at once:
// when is not known.
func (r *retelling) passed(v *sighting) {
	s := v.s
	if v.side == 1 {
		s.Dir = 1 - s.Dir
	}
	ev := Passed{At: v.at, Segments: []segment.Segment{s}}
	if s.Stage == segment.Sent && (s.Fate == segment.FateLost || s.Fate == segment.FateOverflowed) {
		s.Stage = segment.Died
		ev.Segments = append(ev.Segments, s)
	}
	r.told = append(r.told, ev)
}

// remember keeps what is known of a packet that leaves one end of a pair, and
// recall brings it to the other.
func (r *retelling) remember(v *sighting) {
	if v.s.Stage != segment.Sent || !r.cue.cast.pair {
		return
	}
	if len(r.sent) >= maxCrossing {
		clear(r.sent)
	}
	r.sent[crossingKey{v.s.Proto, v.side, v.s.ID}] = v.s
}

func (r *retelling) recall(v *sighting) {
	if v.s.Stage != segment.Arrived || !r.cue.cast.pair {
		return
	}
	if was, ok := r.sent[crossingKey{v.s.Proto, 1 - v.side, v.s.ID}]; ok {
		v.s.Key, v.s.Messages, v.s.Notes = was.Key, was.Messages, was.Notes
		if v.bent {
			v.s.RelSeq, v.s.RelAck, v.s.Known, v.s.Wnd, v.s.SACK = was.RelSeq, was.RelAck, was.Known, was.Wnd, was.SACK
		}
	}
}

// bend notes that a packet was thrown away by its receiver.
func (v *sighting) bend() {
	v.s.Notes |= segment.BadChecksum
	v.s.Note = v.s.Notes.String()
}

// say tells of a line that e has said over p, unless it was told when it went
// over the other protocol, and returns its row.
func (e *retoldEnd) say(at time.Time, p segment.Proto, m *session.Received) (row uint64) {
	k, n := legIndex(p), m.Row
	if n == 0 && e.r.pairs() {
		e.plain[k]++
		n = e.plain[k] | unnumbered
	}
	if known := e.rows.get(n); n > 0 && known != nil && !known.over[k] && bytes.Equal(known.text, m.Text) {
		known.over[k] = true
		return known.row
	}
	e.lines++
	e.tell(Said{At: at, Row: e.lines, Text: m.Text, More: m.More})
	if n > 0 {
		known := &retoldRow{row: e.lines, text: m.Text}
		known.over[k] = true
		e.rows.put(n, known)
	}
	return e.lines
}

// pairs reports that both ends say every line over both protocols.
func (r *retelling) pairs() bool { return r.cue != nil && r.cue.cast.pair }

// named puts into what came at e the row of the line, where it is known which line
// of the other end's it was.
func (e *retoldEnd) named(p segment.Proto, m *session.Received, borne []uint64) {
	if !e.r.pairs() {
		return
	}
	from := e.r.ends[1-e.side]
	switch known := from.rows.get(m.Row); {
	case m.Row > 0 && known != nil:
		m.Row = known.row
	case m.Row > 0:
		m.Row = 0
	case p == segment.UDP && len(borne) > 0:
		m.Row = borne[0]
	case p == segment.TCP && from.tcp != nil && from.tcp.call != nil:
		if known := from.tcp.call.lined.get(m.First); known != nil {
			m.Row = known.row
		}
	}
}

// due implements reel.
func (r *retelling) due() (next time.Time) {
	for _, e := range r.ends {
		if e.tcp != nil {
			next = earliest(next, e.tcp.due())
		}
		if e.udp != nil {
			next = earliest(next, e.udp.due())
		}
	}
	return next
}

// tick implements reel: it tells of all that was due, in order.
func (r *retelling) tick(now time.Time) []Event {
	for due := r.due(); !due.IsZero() && !due.After(now); due = r.due() {
		for _, e := range r.ends {
			if e.tcp != nil {
				e.tcp.tick(due)
			}
			if e.udp != nil {
				e.udp.tick(due)
			}
		}
	}
	return r.take()
}

// status implements reel.
func (r *retelling) status(now time.Time) Status {
	s := Status{At: now, Legs: r.ends[0].legs(now)}
	if len(r.ends) > 1 {
		s.Far = r.ends[1].legs(now)
	}
	for i := range s.Legs {
		if l := &s.Legs[i]; l.Peer.IsValid() {
			s.Role = Listener
			if l.Dialer {
				s.Role = Dialer
			}
			break
		}
	}
	return s
}

// legs are what is known of both protocols, as far as the capture has them.
func (e *retoldEnd) legs(now time.Time) (legs []Leg) {
	if e.tcp != nil {
		legs = append(legs, e.tcp.status(now))
	}
	if e.udp != nil {
		legs = append(legs, e.udp.status(now))
	}
	return legs
}

// A heardOf is what an end has heard over one protocol from its peer's program.
type heardOf struct {
	ear     *session.Ear
	ledger  *session.Ledger
	wire    session.Wire
	nick    string
	greeted *session.Peer
	asked   bool // our own greeting left
	spoke   bool // a text came
	heard   time.Time
	held    time.Time // when what the ear holds came; zero: nothing
}

func newHeardOf(now time.Time, datagram bool) heardOf {
	return heardOf{ear: session.NewEar(datagram), ledger: session.NewLedger(now, datagram)}
}

// due is when what is held is given out, or a receipt is too late.
func (h *heardOf) due() time.Time {
	next := h.ledger.Deadline()
	if !h.held.IsZero() {
		next = earliest(next, h.held.Add(idleText))
	}
	return next
}

// settle tells how the two talk, if that is news.
func (h *heardOf) settle(e *retoldEnd, p segment.Proto, ev Settled) {
	if h.wire == ev.Wire && !ev.SawLine {
		return // they know
	}
	h.wire, ev.Proto = ev.Wire, p
	e.tell(ev)
}

// answers takes what the ear has understood. It returns the BYE, if one was
// among it. borne are the lines that the packet bore, where that is known.
func (h *heardOf) answers(e *retoldEnd, at time.Time, p segment.Proto, borne []uint64) (bye *session.Bye) {
	var got []Incoming
	give := func() {
		if len(got) > 0 {
			e.tell(Received{Proto: p, Messages: got})
			got = nil
		}
	}
	for {
		ev, ok := h.ear.NextEvent()
		if !ok {
			break
		}
		if r, ok := ev.(session.Received); ok {
			if !h.spoke && r.Wire != session.Framed {
				h.settle(e, p, Settled{Wire: r.Wire, SawLine: h.asked})
			}
			h.spoke = true
			e.named(p, &r, borne)
			got = append(got, Incoming{Received: r, At: at})
			continue
		}
		give()
		switch ev := ev.(type) {
		case session.Greeted:
			h.greeted = &ev.Peer
		case session.Met:
			h.met(e, p, ev.Peer)
		case session.Renamed:
			h.nick = ev.Nick
			e.tell(Renamed{Proto: p, Nick: Foreign(ev.Nick)})
		case session.Receipt:
			h.ledger.Receipt(at, ev)
			h.fates(e, p)
		case session.Bye:
			bye = &ev
		case session.Foreign:
			e.tell(Notice{At: at, Proto: p, Code: NoteForeign, Args: []any{Foreign(ev.Name)}})
		case session.Failed:
			e.tell(Notice{At: at, Proto: p, Code: NoteMalformed, Args: []any{ev.Err}})
		}
	}
	give()
	if h.held = (time.Time{}); h.ear.Holds() {
		h.held = at
	}
	return bye
}

// met takes the peer's HELLO: if its greeting was answered before, the name is all
// that is new.
func (h *heardOf) met(e *retoldEnd, p segment.Proto, peer session.Peer) {
	if h.wire == session.Framed {
		if peer.Nick != "" && peer.Nick != h.nick {
			h.nick = peer.Nick
			e.tell(Renamed{Proto: p, Nick: Foreign(peer.Nick)})
		}
		return
	}
	h.nick = peer.Nick
	h.settle(e, p, Settled{Wire: session.Framed, Nick: Foreign(peer.Nick)})
}

// fates tells what the ledger has to say.
func (h *heardOf) fates(e *retoldEnd, p segment.Proto) {
	for {
		ev, ok := h.ledger.NextEvent()
		if !ok {
			return
		}
		switch ev := ev.(type) {
		case session.Delivered:
			e.tell(Delivery{Proto: p, Mark: Delivered, Fates: []Fate{{Row: ev.Row, ID: ev.ID, After: ev.After}}})
		case session.Unconfirmed:
			e.tell(Delivery{Proto: p, Mark: Unknown, Fates: []Fate{{Row: ev.Row, ID: ev.ID}}})
		}
	}
}

// own takes what this end's own frames say besides text. It returns the BYE.
func (h *heardOf) own(e *retoldEnd, p segment.Proto, ev session.Event) (bye *session.Bye) {
	switch ev := ev.(type) {
	case session.Greeted:
		h.asked = true
	case session.Met:
		if h.greeted != nil {
			h.settle(e, p, Settled{Wire: session.Framed})
		}
	case session.Bye:
		bye = &ev
	}
	return bye
}

// said tells of a line of this end's own, as it leaves.
func (h *heardOf) said(e *retoldEnd, at time.Time, p segment.Proto, m *session.Received) Fate {
	if m.Wire != session.Framed && h.wire == session.Auto {
		h.settle(e, p, Settled{Wire: m.Wire, Unanswered: h.asked})
	}
	row := e.say(at, p, m)
	f := Fate{Row: row, ID: h.ledger.Sent(at, m.ID, row), First: m.First, Last: m.Last, Octets: m.Octets}
	e.tell(Delivery{Proto: p, Mark: Sent, Fates: []Fate{f}})
	return f
}

// counters are those of both directions.
func (h *heardOf) counters() session.Counters {
	n, in := h.ledger.Counters(), h.ear.Counters()
	n.Received, n.Highest, n.Lost, n.Duplicate, n.Late = in.Received, in.Highest, in.Lost, in.Duplicate, in.Late
	n.Skipped, n.Ignored = in.Skipped, in.Ignored
	n.Malformed += in.Malformed
	return n
}

// silent is how long nothing has come.
func (h *heardOf) silent(now time.Time) time.Duration {
	if h.heard.IsZero() {
		return -1
	}
	return max(now.Sub(h.heard), 0)
}

// A connName is a connection as one end sees it.
type connName struct{ local, remote netip.AddrPort }

func nameOf(s *segment.Segment) connName {
	if s.Dir == segment.In {
		return connName{s.Dst, s.Src}
	}
	return connName{s.Src, s.Dst}
}
