package model

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui"
)

// sightRoom is how many packets are kept; older ones make room.
const sightRoom = 20_000

// A sight is what was seen of the wire, a packet each, oldest first. It is read
// on a tick: what a busy link does between two of them comes in one go.
type sight struct {
	tr     transport.Transport
	next   uint64 // of the transport's ordinals
	missed uint64 // seen by the transport, gone before they were read
	began  time.Time

	conn    int      // TCP connections that are over
	packets []packet // a ring: packet i is at i % sightRoom
	first   uint64
	end     uint64
	way     map[wayKey]uint64 // packets that have not arrived or died yet
	flows   map[flowKey]*flow
	version uint64 // grows with every change
}

// A wayKey names a packet while it is on its way.
type wayKey struct {
	proto segment.Proto
	dir   segment.Dir
	id    uint64
}

// A packet is one packet as far as it was followed.
type packet struct {
	segment.Segment               // as it left or, where only that was seen, came
	known           time.Time     // when this end knew of it: that is the order of the packets
	way             ui.Way        // how far it got
	trip            time.Duration // until it arrived
	copies          int           // arrivals
	conn            int           // how many TCP connections were over then
	again           int           // TCP: the how manieth time its bytes are sent again; -1: again, not known
	rto             time.Duration // that ran out before
	mended          time.Duration // TCP: its bytes were sent again so much later; 0: they were not
}

// look reads what is new and hands each segment, with its packet, to each.
func (s *sight) look(each func(*segment.Segment, *packet)) (news bool) {
	segs, next, missed := s.tr.Segments(s.next)
	s.next = next
	s.missed += missed
	if missed > 0 {
		s.version++
	}
	return s.read(segs, each)
}

// read takes segs and hands each, with its packet, to each.
func (s *sight) read(segs []segment.Segment, each func(*segment.Segment, *packet)) (news bool) {
	for i := range segs {
		p := s.see(&segs[i])
		if p != nil && each != nil {
			each(&segs[i], p)
		}
	}
	if len(segs) > 0 {
		s.version++
	}
	return len(segs) > 0
}

// see adds g: a packet of its own, or the end of one that was seen leaving.
func (s *sight) see(g *segment.Segment) *packet {
	if s.began.IsZero() {
		s.began = g.At
	}
	key := wayKey{g.Proto, g.Dir, g.ID}
	if g.Stage == segment.Arrived || g.Stage == segment.Died {
		if i, ok := s.way[key]; ok && i >= s.first {
			p := s.at(i)
			p.ends(g)
			s.acked(g)
			if g.Copy > 0 || !p.doubled() {
				delete(s.way, key)
			}
			return p
		}
	}
	p := s.add(g)
	if g.Stage == segment.Sent {
		s.remember(key)
	}
	return p
}

// remember notes that the newest packet is on its way, and forgets those whose
// end was missed.
func (s *sight) remember(key wayKey) {
	if s.way == nil {
		s.way = map[wayKey]uint64{}
	}
	s.way[key] = s.end - 1
	if len(s.way) > sightRoom {
		for k, i := range s.way {
			if i < s.first {
				delete(s.way, k)
			}
		}
	}
}

// ends notes how p ended.
func (p *packet) ends(g *segment.Segment) {
	if p.way == ui.OnWay && p.Dir == segment.In {
		p.known = g.At
	}
	if g.Stage == segment.Died {
		p.way = ui.Died
		return
	}
	p.copies++
	if p.way == ui.OnWay {
		p.way, p.trip = ui.Came, g.At.Sub(p.At)
		p.Notes |= g.Notes & segment.BadChecksum
	}
}

// doubled reports that the link made a copy of p.
func (p *packet) doubled() bool { return strings.Contains(p.Fate, segment.FateDuplicated) }

// add appends a packet.
func (s *sight) add(g *segment.Segment) *packet {
	if s.packets == nil {
		s.packets = make([]packet, 0, 256)
	}
	p := packet{Segment: *g, known: g.At, conn: s.conn}
	switch {
	case g.Stage == segment.Sent:
		p.way = ui.OnWay
	case g.Stage == segment.Arrived, g.Stage == segment.Unstaged && g.Dir == segment.In:
		p.way, p.copies = ui.Came, 1
	case g.Stage == segment.Died:
		p.way = ui.Died
	}
	if g.Proto == segment.TCP {
		s.follow(&p)
	}
	if len(s.packets) < sightRoom {
		s.packets = append(s.packets, p)
	} else {
		s.packets[s.end%sightRoom] = p
		s.first++
	}
	s.end++
	return s.at(s.end - 1)
}

// clone is the packets as they are now, to be looked at later.
func (s *sight) clone() *sight {
	return &sight{packets: slices.Clone(s.packets), first: s.first, end: s.end}
}

// at is packet i, first ≤ i < end.
func (s *sight) at(i uint64) *packet { return &s.packets[i%sightRoom] }

// busy reports that something is under way.
func (s *sight) busy() bool { return len(s.way) > 0 }

// A flowKey names one direction of a connection.
type flowKey struct{ src, dst netip.AddrPort }

// A flow is what is remembered of one direction, to tell what is sent again.
type flow struct {
	runs    []run     // of late
	una     uint64    // everything before it is acknowledged
	settled time.Time // when una last moved
	syn     bool      // its SYN was seen,
	scales  bool      // with an option that says what
	scale   int       // its windows are shifted by (RFC 7323 §2.3)
}

// A run is bytes that were sent, the SYN and the FIN counted.
type run struct {
	first, next uint64
	at          time.Time
	times       int // sent again
	packet      uint64
}

// How much is remembered of how many connections.
const (
	maxRuns  = 512
	maxFlows = 64
)

// minRTO is the least that a retransmission timer is set to, by the system's
// stack and the lab's: what is sent again sooner had another reason.
const minRTO = 200 * time.Millisecond

func (s *sight) flow(src, dst netip.AddrPort) *flow {
	k := flowKey{src, dst}
	f := s.flows[k]
	if f == nil {
		if s.flows == nil || len(s.flows) >= maxFlows {
			s.flows = map[flowKey]*flow{}
		}
		f = &flow{}
		s.flows[k] = f
	}
	return f
}

// follow finds out the how manieth time p is sent, and which timer ran out.
func (s *sight) follow(p *packet) {
	if p.Flags&segment.SYN != 0 && p.Notes&segment.Resent == 0 {
		delete(s.flows, flowKey{p.Src, p.Dst})
	}
	if p.Stage == segment.Unstaged && p.Dir == segment.In {
		s.acked(&p.Segment)
	}
	span := uint64(p.Span())
	if span == 0 {
		return
	}
	f := s.flow(p.Src, p.Dst)
	if p.Flags&segment.SYN != 0 {
		f.syn, f.scales, f.scale = true, p.Options.HasScale, int(p.Options.Scale)
	}
	r := run{first: p.RelSeq, next: p.RelSeq + span, at: p.At, packet: s.end}
	if p.Notes&segment.Resent != 0 {
		before, ok := f.before(r)
		p.again = -1
		if ok {
			r.times = before.times + 1
			p.again = r.times
			p.rto = f.timer(p, before)
			s.mend(before, p.At)
		}
	}
	if len(f.runs) == maxRuns {
		f.runs = append(f.runs[:0], f.runs[maxRuns/2:]...)
	}
	f.runs = append(f.runs, r)
}

// scale is what p's window field is shifted by; -1: not known.
func (s *sight) scale(p *packet) int {
	f, back := s.flows[flowKey{p.Src, p.Dst}], s.flows[flowKey{p.Dst, p.Src}]
	switch {
	case f == nil || back == nil || !f.syn || !back.syn:
		return -1
	case !f.scales || !back.scales:
		return 0
	}
	return f.scale
}

// mend notes that bytes of before were sent again.
func (s *sight) mend(before run, at time.Time) {
	if before.packet < s.first || before.packet >= s.end {
		return
	}
	if p := s.at(before.packet); p.mended == 0 {
		p.mended = at.Sub(before.at)
	}
}

// before is the last time that bytes of r were sent.
func (f *flow) before(r run) (was run, ok bool) {
	for i := len(f.runs) - 1; i >= 0; i-- {
		if o := f.runs[i]; o.first < r.next && r.first < o.next {
			return o, true
		}
	}
	return run{}, false
}

// timer is the timeout that made p be sent again: it ran since its bytes were
// last sent or, if that was later, since una moved (RFC 6298 §5.3); 0: another
// reason.
func (f *flow) timer(p *packet, before run) time.Duration {
	if !p.Notes.Has(segment.Retransmission) || p.RelSeq > f.una && p.Flags&segment.SYN == 0 {
		return 0
	}
	since := before.at
	if f.settled.After(since) {
		since = f.settled
	}
	if d := p.At.Sub(since); d >= minRTO {
		return d
	}
	return 0
}

// acked notes what g, which has arrived, acknowledges.
func (s *sight) acked(g *segment.Segment) {
	if g.Proto != segment.TCP || g.Stage == segment.Died || g.Flags&segment.ACK == 0 {
		return
	}
	if f := s.flow(g.Dst, g.Src); g.RelAck > f.una {
		f.una, f.settled = g.RelAck, g.At
	}
}

// First implements ui.Rungs.
func (s *sight) First() uint64 { return s.first }

// End implements ui.Rungs.
func (s *sight) End() uint64 { return s.end }

// waiting is since when the retransmission timer of a connection's way out
// runs; false: nothing is unacknowledged, or it is not known.
func (s *sight) waiting(local, peer netip.AddrPort) (since time.Time, ok bool) {
	f := s.flows[flowKey{local, peer}]
	if f == nil {
		return time.Time{}, false
	}
	for i := len(f.runs) - 1; i >= 0; i-- {
		if r := f.runs[i]; r.first <= f.una && f.una < r.next {
			if f.settled.After(r.at) {
				return f.settled, true
			}
			return r.at, true
		}
	}
	return time.Time{}, false
}
