package lab

import (
	"net/netip"
	"sync"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// maxFlows is how many connections the tap follows at each end; of more, those
// heard of longest ago are forgotten, and first those that are none of ours.
const maxFlows = 1024

// A tap sees every packet at both ends of its way. It is called with the locks of
// netstack and of a pipe held: its own is the innermost, and it calls nobody but
// Options.Observe.
type tap struct {
	clock   link.Clock
	observe func(segment.Segment, []byte)

	mu    sync.Mutex
	ring  ring                    // mu's
	flows [2]map[tuple]*flow      // mu's: each end's connections
	socks [2]map[port]*packetConn // mu's: each end's UDP sockets
	count uint64                  // mu's: to know which flow was heard of last
}

// A tuple names a connection at one end.
type tuple struct{ local, remote netip.AddrPort }

// A port names a UDP socket at one end.
type port struct {
	v4 bool
	n  uint16
}

func portOf(a netip.AddrPort) port { return port{a.Addr().Is4(), a.Port()} }

// A flow is one connection as one end sees it. The tap's lock guards it.
type flow struct {
	follower segment.Follower
	spans    []span             // messages written and not known to have been acknowledged
	last     [2]segment.Segment // by Dir
	seen     [2]bool            // whether there is a last
	heard    uint64
	held     bool      // by a conn
	lastIn   time.Time // when the last segment arrived
}

// A span is where in the stream a message lies: positions as in a Snapshot.
type span struct{ first, next, k uint64 }

func (t *tap) init(c link.Clock, o Options) {
	t.clock = c
	t.observe, t.ring.size = o.Observe, o.Keep
	for side := range t.flows {
		t.flows[side] = map[tuple]*flow{}
		t.socks[side] = map[port]*packetConn{}
	}
}

// flow returns the connection that s belongs to, seen at end side; s.Dir is as
// seen there.
func (t *tap) flow(side int, s *segment.Segment) *flow {
	key := tuple{s.Src, s.Dst}
	if s.Dir == segment.In {
		key = tuple{s.Dst, s.Src}
	}
	f := t.flows[side][key]
	if f == nil || f.follower.Restarts(s) {
		f = &flow{follower: segment.Follower{Exact: true}}
		t.makeRoom(side)
		t.flows[side][key] = f
	}
	t.count++
	f.heard = t.count
	return f
}

// find returns the connection of a local and a remote address, if any.
func (t *tap) find(side int, local, remote netip.AddrPort) *flow {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.flows[side][tuple{local, remote}]
	if f == nil { // forgotten already, in a flood
		f = &flow{}
	}
	f.held = true
	return f
}

func (t *tap) makeRoom(side int) {
	flows := t.flows[side]
	if len(flows) < maxFlows {
		return
	}
	var oldest tuple
	least := ^uint64(0)
	for k, f := range flows {
		age := f.heard
		if f.held {
			age |= 1 << 63 // only if there is nothing else
		}
		if age < least {
			oldest, least = k, age
		}
	}
	delete(flows, oldest)
}

// leave looks at a packet that end side sends, and says how it is to be sent.
func (t *tap) leave(side int, s *segment.Segment) link.Packet {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Dir, s.At = segment.Out, t.clock.Now()
	switch {
	case s.Proto == segment.TCP && s.Src.Port() != 0:
		return t.flow(side, s).leave(s)
	case s.Proto == segment.UDP && s.Src.Port() != 0:
		return t.leaveUDP(side, s)
	}
	return link.Packet{}
}

func (t *tap) leaveUDP(side int, s *segment.Segment) link.Packet {
	sock := t.socks[side][portOf(s.Src)]
	if sock == nil || sock.k == 0 {
		return link.Packet{}
	}
	s.Key, s.Messages = sock.k, []uint64{sock.k}
	return link.Packet{Class: link.Message, K: sock.k, Data: true}
}

// leave follows a segment on its way out. Its fate is that of the first message
// that begins in what it carries for the first time.
func (f *flow) leave(s *segment.Segment) link.Packet {
	fresh := f.follower.Next(segment.Out)
	f.follower.See(s)
	f.keep(s)
	if s.Len == 0 || s.Notes.Has(segment.KeepAlive|segment.ZeroWindowProbe) {
		return link.Packet{}
	}
	f.forget()
	end := s.RelSeq + uint64(s.Len)
	for _, m := range f.spans {
		if m.first >= end || m.next <= s.RelSeq {
			continue
		}
		s.Messages = append(s.Messages, m.k)
		if s.Key == 0 && m.first >= max(fresh, s.RelSeq) {
			s.Key = m.k
		}
	}
	if s.Key != 0 {
		return link.Packet{Class: link.Message, K: s.Key, Data: true}
	}
	return link.Packet{Data: len(s.Messages) > 0}
}

// forget lets go of messages that are acknowledged whole.
func (f *flow) forget() {
	n, acked := 0, f.follower.Acked(segment.In)
	for n < len(f.spans) && f.spans[n].next <= acked {
		n++
	}
	f.spans = f.spans[n:]
}

func (f *flow) keep(s *segment.Segment) {
	f.seen[s.Dir] = true
	f.last[s.Dir] = *s
	if s.Dir == segment.In {
		f.lastIn = s.At
	}
}

// spoilt reports that a corrupted packet will be noticed, and notes it: such a one
// changes nothing where it arrives, and s goes on telling what was sent. A flipped
// bit that no checksum covers is none of what s tells.
func spoilt(s *segment.Segment, packet []byte) bool {
	if segment.Intact(packet) {
		return false
	}
	s.Notes |= segment.BadChecksum
	s.Note = s.Notes.String()
	return true
}

// arrive looks at a packet that has come to end side; its window and SACK are as
// they stand in the packet.
func (t *tap) arrive(side int, s *segment.Segment) {
	if s.Proto != segment.TCP || s.Src.Port() == 0 {
		return
	}
	s.Dir = segment.In
	f := t.flow(side, s)
	f.follower.See(s)
	f.keep(s)
}

// foreign looks at a packet that nobody sent.
func (t *tap) foreign(side int, packet []byte) {
	s, _, err := segment.Parse(packet)
	if err != nil || !segment.Intact(packet) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s.At, s.Stage = t.clock.Now(), segment.Arrived
	t.arrive(side, &s)
	s.Dir = segment.Dir(1 - side)
	t.record(&s, packet)
}

// record keeps s, whose Dir is A's, and the octets of what left or was forged.
func (t *tap) record(s *segment.Segment, packet []byte) {
	if s.Stage == segment.Sent || s.Stage == segment.Arrived && s.ID == 0 {
		t.ring.add(s, packet)
	} else {
		t.ring.add(s, nil)
	}
	if t.observe != nil {
		t.observe(*s, packet)
	}
}

func (t *tap) segments(since uint64, side int) (segs []segment.Segment, next, missed uint64) {
	t.mu.Lock()
	segs, next, missed = t.ring.since(since)
	t.mu.Unlock()
	if side == 1 {
		for i := range segs {
			segs[i].Dir = 1 - segs[i].Dir
		}
	}
	return segs, next, missed
}

// mark notes where message k will lie in the stream, before it is written: its
// first segment leaves during the write.
func (t *tap) mark(f *flow, m span) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.forget()
	f.spans = append(f.spans, m)
}

// unmark takes back the last mark: nothing was written.
func (t *tap) unmark(f *flow) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.spans = f.spans[:len(f.spans)-1]
}

// fill puts what the tap knows of f into n.
func (t *tap) fill(f *flow, n *segment.Snapshot) (lastIn time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.follower.Fill(n)
	for d, at := range [...]**segment.Segment{&n.Out, &n.In} {
		if f.seen[d] {
			last := f.last[d]
			*at = &last
		}
	}
	return f.lastIn
}

// returned looks whether a packet that comes to end side is an ICMP error about a
// datagram of one of its sockets. tell, if not nil, passes it to that socket.
func (t *tap) returned(side int, packet []byte) (r stack.Returned, tell func(stack.Returned)) {
	s, body, err := segment.Parse(packet)
	if err != nil || s.Proto != segment.ICMP && s.Proto != segment.ICMPv6 {
		return r, nil
	}
	cause := icmpError(s)
	if cause == nil || !segment.Intact(packet) {
		return r, nil
	}
	about, payload, err := segment.Parse(body)
	if err != nil || about.Proto != segment.UDP || about.Src.Port() == 0 {
		return r, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	sock := t.socks[side][portOf(about.Src)]
	if sock == nil || about.Src.Addr() != s.Dst.Addr() {
		return r, nil
	}
	return stack.Returned{To: about.Dst, Err: cause, Payload: payload}, sock.returnedOne
}
