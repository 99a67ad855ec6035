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
	leaving *flying // mu's: the packet that Send is called with

	flying map[uint64]*flying // the tap's: by the link's ordinal
	spare  []*flying          // the tap's: to be used again
}

// A flying packet has copies on their way.
type flying struct {
	segment segment.Segment
	copies  int
	wnd     int             // what the connection changes in a segment, as it stands
	sack    []segment.Block // in the packet

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
	observe := n.observe
	if l.blind {
		observe = nil
	}
	n.pipe = link.NewPipe(l.clock, l.spec.Link(link.Direction(from)), deliver, observe)
	return n
}

// maxSpare is how many flying packets are kept for later ones.
const maxSpare = 1024

// next is a place for a packet that leaves.
func (n *lane) next() *flying {
	t := &n.lab.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	if last := len(n.spare) - 1; last >= 0 {
		f := n.spare[last]
		n.spare = n.spare[:last]
		return f
	}
	return new(flying)
}

// reuse keeps the place of a packet that is under way no more. The tap is locked.
func (n *lane) reuse(f *flying) {
	if len(n.spare) < maxSpare {
		*f = flying{}
		n.spare = append(n.spare, f)
	}
}

// transmit takes a packet from a stack. It is called on TCP's hot path with the
// connection locked.
func (l *Lab) transmit(from int, b []byte) {
	if !l.up.Load() {
		return
	}
	if l.blind {
		l.lanes[blindLane(b)][from].pipe.Send(link.Packet{Bytes: b})
		return
	}
	s, _, err := segment.Parse(b)
	if err != nil {
		s = segment.Segment{Size: len(b)}
	}
	n := l.lanes[laneOf(s.Proto)][from]
	n.mu.Lock()
	defer n.mu.Unlock()
	f := n.leaving
	if f == nil {
		f = n.next()
		n.leaving = f
	}
	f.segment, f.wnd, f.sack = s, s.Wnd, s.SACK
	p := l.tap.leave(from, &f.segment)
	p.Bytes = b
	n.pipe.Send(p)
}

// blindLane is the lane of a packet that nobody looks at.
func blindLane(b []byte) int {
	const inIPv4, inIPv6 = 9, 6 // where the protocol stands
	if b[0]>>4 == 4 && segment.Proto(b[inIPv4]) == segment.TCP || b[0]>>4 == 6 && segment.Proto(b[inIPv6]) == segment.TCP {
		return tcpLane
	}
	return udpLane
}

// observe is told by the pipe what happens to its packets, under its lock.
func (n *lane) observe(e link.Event) {
	t := &n.lab.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e.Kind {
	case link.Sent:
		n.sent(&e)
	case link.Lost, link.Overflowed:
		s := &n.leaving.segment
		if n.lab.carrier != nil {
			n.haunt(s, &e)
		}
		s.Stage, s.At = segment.Died, e.Time
		t.record(s, e.Packet.Bytes)
	case link.Arrived:
		if n.lab.carrier != nil {
			n.ship(&e)
			return
		}
		n.arrived(&e)
	}
}

func (n *lane) sent(e *link.Event) {
	f := n.leaving
	s := &f.segment
	s.At, s.ID, s.Stage = e.Time, e.Fate.ID.N, segment.Sent
	s.Dir = segment.Dir(n.from)
	s.Fate, s.Rule = words(&e.Fate)
	n.lab.tap.record(s, e.Packet.Bytes)
	if !e.Fate.Lost() {
		f.copies = e.Fate.Copies
		if n.lab.carrier != nil {
			f.bytes = e.Packet.Bytes
		}
		n.flying[s.ID], n.leaving = f, nil
	}
}

func (n *lane) arrived(e *link.Event) {
	f := n.flying[e.Fate.ID.N]
	s := f.segment
	s.Stage, s.At, s.Copy, s.Delay = segment.Arrived, e.Time, e.Copy, e.Time.Sub(s.At)
	if e.Fate.CorruptedBy.Cause == link.None || !spoilt(&s, e.Packet.Bytes) {
		s.Wnd, s.SACK = f.wnd, f.sack
		n.lab.tap.arrive(1-n.from, &s)
	}
	s.Dir = segment.Dir(n.from)
	n.lab.tap.record(&s, e.Packet.Bytes)
	if f.copies--; f.copies == 0 {
		delete(n.flying, e.Fate.ID.N)
		n.reuse(f)
	}
}

// words are a fate as a segment tells it.
func words(f *link.Fate) (fate, rule string) {
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
