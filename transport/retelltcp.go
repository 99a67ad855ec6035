package transport

import (
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// A retoldTCP is what one end did over TCP: one connection at a time, as in life.
type retoldTCP struct {
	end    *retoldEnd
	call   *retoldCall                    // the last one; nil: none yet
	others map[connName]*segment.Follower // of those who were not the peer
}

// maxOthers is how many connections besides the one are followed.
const maxOthers = 256

// A retoldCall is one connection.
type retoldCall struct {
	heardOf
	end    *retoldEnd
	name   connName
	dialer bool
	source segment.Source
	stack  string

	follower segment.Follower
	state    segment.State
	last     [2]*segment.Segment // by Dir
	in       restream
	now      time.Time  // of the packet at hand
	flying   []flight   // lines that are not acknowledged
	spans    []flight   // the same, and those that are acknowledged in part: for the link's fate
	lined    retoldRows // of a pair: the lines by where they begin in the stream
	up       bool
	down     bool
	begun    bool   // its first segment was not the first one there was: the beginning is unknown
	finSent  uint64 // behind our FIN; 0: none was sent
	finCame  bool
	ending   bool // our BYE was sent
	bye      *session.Bye
}

// A flight is a line on its way.
type flight struct {
	row, id     uint64
	first, last uint64
	at          time.Time
}

// see takes the next segment.
func (t *retoldTCP) see(v *sighting) {
	r := t.end.r
	r.recall(v)
	if v.bent {
		v.bend()
		r.passed(v)
		return
	}
	if v.s.Src.Port() == 0 { // a fragment
		r.passed(v)
		return
	}
	name := nameOf(&v.s)
	if c := t.callOf(name, v); c != nil {
		c.see(v)
		return
	}
	f := t.others[name]
	if f == nil || f.Restarts(&v.s) {
		if len(t.others) >= maxOthers {
			clear(t.others)
		}
		f = &segment.Follower{Exact: r.cue.cast.pair}
		t.others[name] = f
	}
	f.See(&v.s)
	r.remember(v)
	r.passed(v)
}

// callOf is the connection that v belongs to if it is the conversation's, begun
// by v if it can be.
func (t *retoldTCP) callOf(name connName, v *sighting) *retoldCall {
	c, s := t.call, &v.s
	syn := s.Flags&(segment.SYN|segment.ACK) == segment.SYN
	same := c != nil && c.name == name
	switch {
	case same && !(syn && c.follower.Restarts(s)):
		return c
	case c != nil && c.up && !c.down && !same:
		return nil
	case !syn && (c != nil || s.Flags&segment.RST != 0) && (s.Len == 0 || same):
		return nil
	}
	if c != nil && c.up && !c.down {
		c.lose(v.at, Lost, nil)
	}
	t.call = newRetoldCall(t.end, name, v)
	return t.call
}

func newRetoldCall(e *retoldEnd, name connName, v *sighting) *retoldCall {
	s := &v.s
	c := &retoldCall{heardOf: newHeardOf(v.at, false), end: e, name: name, source: segment.Capture, stack: "kernel"}
	if v.lab {
		c.source, c.stack = segment.Lab, "lab"
	} else if !e.r.cue.cast.own {
		c.stack = ""
	}
	c.follower.Exact = e.r.cue.cast.pair
	c.dialer = s.Dir == segment.Out
	if s.Flags&segment.SYN != 0 {
		c.dialer = c.dialer == (s.Flags&segment.ACK == 0)
		return c
	}
	c.begun = true
	c.dialer = name.remote.Port() < name.local.Port()
	c.ear.Gap(0)
	return c
}

// see takes the next segment of this connection.
func (c *retoldCall) see(v *sighting) {
	s := &v.s
	r := c.end.r
	c.now = v.at
	fresh := c.follower.Next(segment.Out)
	c.follower.See(s)
	if s.Dir == segment.Out {
		if c.begun && !c.up {
			c.rise()
		}
		c.utter(v)
		c.load(s, fresh)
		r.remember(v)
	}
	last := *s
	c.last[s.Dir] = &last
	r.passed(v)
	if s.Dir == segment.Out {
		c.sent(s)
	} else {
		c.came(v)
	}
}

// utter tells of what this end says with v.
func (c *retoldCall) utter(v *sighting) {
	for _, u := range v.utters {
		m, ok := u.Event.(session.Received)
		if !ok {
			if bye := c.own(c.end, segment.TCP, u.Event); bye != nil {
				c.ending = true
			}
			continue
		}
		f := c.said(c.end, v.at, segment.TCP, &m)
		fl := flight{f.Row, f.ID, f.First, f.Last, v.at}
		c.flying = append(c.flying, fl)
		if c.source == segment.Lab {
			c.spans = append(c.spans, fl)
		}
		if c.end.r.pairs() {
			c.lined.put(f.First, &retoldRow{row: f.Row})
		}
	}
}

// load notes which lines s bears, and which of them decided its fate on an
// emulated link: the first that begins in what it bears for the first time.
func (c *retoldCall) load(s *segment.Segment, fresh uint64) {
	if c.source != segment.Lab || s.Len == 0 || s.Notes.Has(segment.KeepAlive|segment.ZeroWindowProbe) {
		return
	}
	acked, n := c.follower.Acked(segment.In), 0
	for n < len(c.spans) && c.spans[n].last < acked {
		n++
	}
	c.spans = c.spans[n:]
	end := s.RelSeq + uint64(s.Len)
	for _, f := range c.spans {
		if f.first >= end || f.last < s.RelSeq {
			continue
		}
		s.Messages = append(s.Messages, f.row)
		if s.Key == 0 && f.first >= max(fresh, s.RelSeq) {
			s.Key = f.row
		}
	}
}

// sent takes what this end did by sending s.
func (c *retoldCall) sent(s *segment.Segment) {
	if s.Notes.Has(segment.Resent) && s.Len > 0 && !c.down {
		c.end.tell(Resent{Proto: segment.TCP, First: s.RelSeq, Last: s.RelSeq + uint64(s.Len) - 1, N: 1})
	}
	if s.Flags&segment.ACK != 0 && s.Flags&segment.RST == 0 && c.known(s.RelAck) {
		c.in.skip(s.RelAck, c)
		c.listen()
	}
	switch {
	case s.Flags&segment.RST != 0:
		c.reset(Aborted, errAborted)
	case s.Flags&segment.SYN != 0 && s.Flags&segment.ACK == 0:
		c.state = max(c.state, segment.SynSent)
	case s.Flags&segment.SYN != 0:
		c.state = max(c.state, segment.SynReceived)
	case s.Flags&segment.FIN != 0 && c.finSent == 0:
		c.finSent = s.RelSeq + uint64(s.Span())
		switch c.state {
		case segment.CloseWait:
			c.state = segment.LastAck
		default:
			c.state = segment.FinWait1
		}
		c.part()
	case c.state == segment.SynSent && s.Flags&segment.ACK != 0:
		c.rise()
	}
}

// known reports whether the peer's octets before ack can be missing: not so where
// the beginning was not seen, or its FIN is acknowledged.
func (c *retoldCall) known(ack uint64) bool { return ack > 1 && c.in.next > 0 && ack > c.in.next }

// came takes what a segment brought this end.
func (c *retoldCall) came(v *sighting) {
	s := &v.s
	c.heard = v.at
	if s.Flags&segment.RST != 0 {
		switch {
		case !c.up && c.dialer:
			c.reset(Refused, stack.ErrRefused)
		default:
			c.reset(Reset, stack.ErrReset)
		}
		return
	}
	switch {
	case s.Flags&segment.SYN != 0 && s.Flags&segment.ACK == 0:
		c.state = max(c.state, segment.SynReceived)
	case s.Flags&segment.SYN != 0 && c.state == segment.SynSent:
		c.rise()
	case c.state == segment.SynReceived && s.Flags&segment.ACK != 0, c.begun && !c.up:
		c.rise()
	}
	if s.Flags&segment.ACK != 0 {
		c.acked(s)
	}
	first := s.RelSeq
	if s.Flags&segment.SYN != 0 {
		first++
	}
	if s.Len > 0 && !s.Notes.Has(segment.KeepAlive|segment.ZeroWindowProbe) {
		c.in.put(first, v.payload, s.Len, c)
	}
	if s.Flags&segment.FIN != 0 {
		c.in.finish(first+uint64(s.Len), c)
	}
	c.listen()
	if c.in.ended && !c.finCame {
		c.fin()
	}
}

// octets implements orderly: what came in order is read at once.
func (c *retoldCall) octets(p []byte) { c.ear.Input(p) }

// hole implements orderly.
func (c *retoldCall) hole(n int) { c.ear.Gap(n) }

// listen tells of what was understood.
func (c *retoldCall) listen() {
	if bye := c.answers(c.end, c.now, segment.TCP, nil); bye != nil && c.bye == nil {
		c.bye = bye
		cause := PeerQuit
		switch bye.Reason {
		case session.Busy:
			cause = BusyPeer
		case session.Mistaken:
			cause = Mistaken
		}
		c.lose(c.now, cause, nil)
	}
}

// rise notes that the connection stands.
func (c *retoldCall) rise() {
	c.state = segment.Established
	if c.up {
		return
	}
	c.up = true
	c.end.tell(Up{At: c.now, Proto: segment.TCP, Stack: c.stack, Dialer: c.dialer, Unsaid: c.begun, Local: c.name.local, Peer: c.name.remote})
}

// acked takes an acknowledgement.
func (c *retoldCall) acked(s *segment.Segment) {
	n := 0
	var fates []Fate
	for ; n < len(c.flying) && c.flying[n].last < s.RelAck; n++ {
		f := &c.flying[n]
		fates = append(fates, Fate{Row: f.row, ID: f.id, After: c.now.Sub(f.at), Exact: true})
	}
	if c.flying = c.flying[n:]; n > 0 && !c.down {
		c.end.tell(Delivery{Proto: segment.TCP, Mark: Acked, Fates: fates})
	}
	if c.finSent == 0 || s.RelAck < c.finSent {
		return
	}
	switch c.state {
	case segment.FinWait1:
		c.state = segment.FinWait2
	case segment.Closing:
		c.state = segment.TimeWait
	case segment.LastAck:
		c.state = segment.Closed
	}
}

// fin notes that the peer's FIN is here, and all before it.
func (c *retoldCall) fin() {
	c.finCame = true
	c.ear.Flush()
	c.listen()
	switch c.state {
	case segment.FinWait1:
		c.state = segment.Closing
	case segment.FinWait2:
		c.state = segment.TimeWait
	default:
		c.state = segment.CloseWait
	}
	if !c.down {
		c.end.tell(HalfClosed{At: c.now, Proto: segment.TCP, After: c.finSent > 0})
	}
	c.part()
}

// part ends the conversation once both ends have sent FIN.
func (c *retoldCall) part() {
	if c.finSent == 0 || !c.finCame {
		return
	}
	cause := PeerClosed
	if c.ending {
		cause = Ended
	}
	c.lose(c.now, cause, nil)
}

// reset ends the connection by a RST.
func (c *retoldCall) reset(cause Cause, err error) {
	c.state = segment.Closed
	c.ear.Flush()
	c.listen()
	c.lose(c.now, cause, err)
}

// lose ends the conversation over this connection.
func (c *retoldCall) lose(at time.Time, cause Cause, err error) {
	if c.down {
		return
	}
	c.down, c.flying = true, nil
	c.end.tell(Down{At: at, Proto: segment.TCP, Cause: cause, Err: err})
}

// due is when something happens without a packet.
func (t *retoldTCP) due() time.Time {
	if t.call == nil || t.call.down {
		return time.Time{}
	}
	return t.call.due()
}

// tick does it.
func (t *retoldTCP) tick(now time.Time) {
	if c := t.call; c != nil && !c.down && !c.held.IsZero() && !now.Before(c.held.Add(idleText)) {
		c.now = now
		c.ear.Flush()
		c.listen()
		c.held = time.Time{}
	}
}

// status is what is known of the connection.
func (t *retoldTCP) status(now time.Time) Leg {
	c := t.call
	if c == nil {
		return Leg{Proto: segment.TCP, Silent: -1, TCP: segment.Snapshot{At: now, Source: segment.None}}
	}
	l := Leg{
		Proto: segment.TCP, Stack: c.stack, Up: c.up && !c.down, Dialer: c.dialer,
		Local: c.name.local, Peer: c.name.remote, Wire: c.wire, Nick: Foreign(c.nick),
		Counters: c.counters(), Unconfirmed: c.ledger.Unconfirmed(), Silent: c.silent(now),
	}
	l.TCP = segment.Snapshot{At: now, State: c.state, Source: c.source, Out: c.last[segment.Out], In: c.last[segment.In]}
	c.follower.Fill(&l.TCP)
	if c.last[segment.In] == nil {
		l.TCP.Known &^= segment.HasRcv
	}
	return l
}
