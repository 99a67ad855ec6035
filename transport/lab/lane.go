package lab

import (
	"sync"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// A lane is one protocol's way from one end to the other: a pipe, and what the tap
// knows of the packets in it.
type lane struct {
	lab   *Lab
	proto int // tcpLane or udpLane
	from  int
	pipe  *link.Pipe

	// mu makes one step of naming a packet and sending it, so that what the tap
	// follows and what the link counts have one order. It is taken before the
	// pipe's lock, and that before the tap's.
	mu      sync.Mutex
	leaving segment.Segment // mu's: the packet that Send is called with

	flying map[uint64]*flying // the tap's: by the link's ordinal
}

// A flying packet has copies on their way.
type flying struct {
	segment segment.Segment
	copies  int

	// Where the other end is in another process:
	bytes  []byte    // as it was sent
	landed time.Time // when it was handed to the socket
}

func newLane(l *Lab, proto, from int) *lane {
	n := &lane{lab: l, proto: proto, from: from, flying: map[uint64]*flying{}}
	to := l.ends[1-from]
	deliver := func(p link.Packet, _ link.Fate) { to.deliver(p.Bytes) }
	switch {
	case l.carrier != nil:
		deliver = func(link.Packet, link.Fate) {} // observe has shipped it
	case proto == udpLane:
		deliver = func(p link.Packet, _ link.Fate) {
			if returned, tell := l.tap.returned(1-from, p.Bytes); tell != nil {
				tell(returned)
			}
			to.deliver(p.Bytes)
		}
	}
	n.pipe = link.NewPipe(l.clock, l.spec.Link(link.Direction(from)), deliver, n.observe)
	return n
}

// transmit takes a packet from a stack. It is called on TCP's hot path with the
// connection locked.
func (l *Lab) transmit(from int, b []byte) {
	if !l.up.Load() {
		return
	}
	s, _, err := segment.Parse(b)
	if err != nil {
		s = segment.Segment{Size: len(b)}
	}
	n := l.lanes[laneOf(s.Proto)][from]
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leaving = s
	p := l.tap.leave(from, &n.leaving)
	p.Bytes = b
	n.pipe.Send(p)
}

// observe is told by the pipe what happens to its packets, under its lock.
func (n *lane) observe(e link.Event) {
	t := &n.lab.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e.Kind {
	case link.Sent:
		n.sent(e)
	case link.Lost, link.Overflowed:
		s := n.leaving
		s.Stage, s.At = segment.Died, e.Time
		t.record(s, e.Packet.Bytes)
		if n.lab.carrier != nil {
			n.haunt(&n.leaving, e)
		}
	case link.Arrived:
		if n.lab.carrier != nil {
			n.ship(e)
			return
		}
		n.arrived(e)
	}
}

func (n *lane) sent(e link.Event) {
	s := &n.leaving
	s.At, s.ID, s.Stage = e.Time, e.Fate.ID.N, segment.Sent
	s.Dir = segment.Dir(n.from)
	s.Fate, s.Rule = words(e.Fate)
	n.lab.tap.record(*s, e.Packet.Bytes)
	if !e.Fate.Lost() {
		n.flying[s.ID] = &flying{segment: *s, copies: e.Fate.Copies, bytes: e.Packet.Bytes}
	}
}

func (n *lane) arrived(e link.Event) {
	f := n.flying[e.Fate.ID.N]
	if f.copies--; f.copies == 0 {
		delete(n.flying, e.Fate.ID.N)
	}
	s := f.segment
	s.Stage, s.At, s.Copy, s.Delay = segment.Arrived, e.Time, e.Copy, e.Time.Sub(s.At)
	n.lab.tap.arrive(1-n.from, &s, e.Packet.Bytes, e.Fate.CorruptedBy.Cause != link.None)
	s.Dir = segment.Dir(n.from)
	n.lab.tap.record(s, e.Packet.Bytes)
}

// words are a fate as a segment tells it.
func words(f link.Fate) (fate, rule string) {
	if f.Lost() {
		if f.Overflowed() {
			return segment.FateOverflowed, f.String()
		}
		return segment.FateLost, f.String()
	}
	add := func(r link.Rule, word string) {
		if r.Cause == link.None {
			return
		}
		if fate != "" {
			fate += ", "
		}
		fate += word
	}
	add(f.ReorderedBy, segment.FateReordered)
	add(f.CorruptedBy, segment.FateCorrupted)
	add(f.DuplicatedBy, segment.FateDuplicated)
	if fate == "" {
		return segment.FateOK, ""
	}
	return fate, f.String()
}
