package lab

import (
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// maxWaiting is how many packets may wait for the report that they arrived; of
// older ones the tap never learns.
const maxWaiting = 4096

// ship hands a packet that has crossed the link to the other process. It is called
// by the pipe, with its lock and the tap's held.
func (n *lane) ship(e *link.Event) {
	f := n.flying[e.Fate.ID.N]
	if f == nil {
		return
	}
	f.landed = e.Time
	p := n.parcel(&f.segment, e)
	p.about.Copy, p.bytes = e.Copy, e.Packet.Bytes
	if e.Fate.CorruptedBy.Cause != link.None {
		p.bit = e.Fate.Bit
	}
	n.post(&p)
	if old := e.Fate.ID.N - maxWaiting; e.Fate.ID.N > maxWaiting && n.flying[old] != nil && !n.flying[old].landed.IsZero() {
		delete(n.flying, old)
	}
}

// haunt sends the headers of a packet that was lost.
func (n *lane) haunt(s *segment.Segment, e *link.Event) {
	p := n.parcel(s, e)
	p.ghost, p.bytes = true, e.Packet.Bytes[:min(len(e.Packet.Bytes), maxGhost)]
	n.post(&p)
}

func (n *lane) parcel(s *segment.Segment, e *link.Event) parcel {
	return parcel{about: *s, udp: n.proto == udpLane, age: e.Time.Sub(s.At), bit: -1}
}

func (n *lane) post(p *parcel) {
	c := n.lab.carrier
	if !c.linked.Load() || len(p.bytes) == 0 {
		return
	}
	c.send(c.peer, func(b []byte) []byte { return appendParcel(b, c.session, p) })
}

// receive takes a packet from the other process, or the ghost of one.
func (c *Carrier) receive(p *parcel) {
	b := append([]byte(nil), p.bytes...)
	sent := link.Fate{Bit: max(p.bit, 0)}
	if p.bit >= 0 {
		sent.CorruptedBy.Cause = link.Corrupt
	}
	s, _, err := segment.Parse(sent.Bytes(b)) // flipped once more: as it was sent
	if err != nil || s.Size > MTU || !c.belongs(&s) || p.udp != (laneOf(s.Proto) == udpLane) {
		c.mu.Lock()
		c.strange++
		c.mu.Unlock()
		return
	}
	about := &p.about
	s.ID, s.Copy, s.Fate, s.Rule, s.Key, s.Messages = about.ID, about.Copy, about.Fate, about.Rule, about.Key, about.Messages
	s.Notes = about.Notes
	c.lab.tap.meet(c, &s, p, b)
	if p.ghost {
		return
	}
	c.reports = append(c.reports, arrival{p.udp, p.about.Copy, p.about.ID})
	if p.udp {
		if r, tell := c.lab.tap.returned(c.side, b); tell != nil {
			tell(r)
		}
	}
	c.end.deliver(b)
}

// belongs reports that a packet is from the peer's end to this one: what else
// comes, nobody here can have asked for.
func (c *Carrier) belongs(s *segment.Segment) bool {
	from, to := addresses[1-c.side], addresses[c.side]
	src, dst := s.Src.Addr(), s.Dst.Addr()
	return src == from[0] && dst == to[0] || src == from[1] && dst == to[1]
}

// meet looks at a packet of which the tap learns only now that it was sent, and
// what became of it.
func (t *tap) meet(c *Carrier, s *segment.Segment, p *parcel, b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	sent := *s
	t.guess(c.side, &sent)
	sent.At, sent.Stage, sent.Dir = now.Add(-p.age), segment.Sent, c.far()
	if s.Copy == 0 {
		t.record(&sent, b)
	}
	if p.ghost {
		sent.At, sent.Stage = now, segment.Died
		t.record(&sent, b)
		return
	}
	s.At, s.Delay = now, p.age
	if p.bit >= 0 && spoilt(s, b) {
		s.RelSeq, s.RelAck, s.Wnd, s.SACK, s.Known = sent.RelSeq, sent.RelAck, sent.Wnd, sent.SACK, sent.Known
	} else {
		t.arrive(c.side, s)
	}
	s.Stage, s.Dir = segment.Arrived, c.far()
	t.record(s, b)
}

// guess fills s, a segment of the peer's, with its place in the connection, without
// following it there. Its notes are its sender's.
func (t *tap) guess(side int, s *segment.Segment) {
	notes := s.Notes
	s.Note = notes.String()
	if s.Proto != segment.TCP || s.Src.Port() == 0 {
		return
	}
	s.Dir = segment.In
	like := segment.Follower{Exact: true}
	if f := t.flows[side][tuple{s.Dst, s.Src}]; f != nil && !f.follower.Restarts(s) {
		like = f.follower
	}
	like.See(s)
	s.Notes, s.Note = notes, notes.String()
}

// report tells the peer what has arrived.
func (c *Carrier) report() {
	for len(c.reports) > 0 {
		came := c.reports[:min(len(c.reports), maxReport)]
		c.send(c.peer, func(b []byte) []byte { return appendReport(b, c.session, came) })
		c.reports = c.reports[len(came):]
	}
	c.reports = c.reports[:0]
}

// arrived learns from the peer what has arrived there. When it did lies between
// the time it left the link and now.
func (c *Carrier) arrived(came []arrival) {
	t := &c.lab.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	for _, a := range came {
		n := c.lab.lanes[tcpLane][c.side]
		if a.udp {
			n = c.lab.lanes[udpLane][c.side]
		}
		f := n.flying[a.id]
		if f == nil || f.landed.IsZero() {
			continue
		}
		if f.copies--; f.copies == 0 {
			delete(n.flying, a.id)
		}
		s := f.segment
		s.Stage, s.Copy, s.At = segment.Arrived, a.copy, f.landed.Add(now.Sub(f.landed)/2)
		t.record(&s, f.bytes)
	}
}

// Left reports that nothing which programs at this end have let go of is still to
// be sent, or under way. A stack in a process goes with it, so a program waits for
// this before it ends.
func (c *Carrier) Left() bool {
	if c.underWay() > 0 {
		return false
	}
	e := c.end
	e.mu.Lock()
	defer e.mu.Unlock()
	e.leaving = slices.DeleteFunc(e.leaving, func(ep tcpip.Endpoint) bool {
		switch stateOf(ep) {
		case segment.FinWait2, segment.TimeWait, segment.Closed:
			return true
		}
		return false
	})
	return len(e.leaving) == 0
}

// leave remembers a connection that was let go of while it has something to send.
func (e *End) leave(ep tcpip.Endpoint) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lab.carrier != nil && len(e.leaving) < maxFlows {
		e.leaving = append(e.leaving, ep)
	}
}
