//go:build !portable

package kernel

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"seqtalk/transport/segment"
)

// What a witness remembers.
const (
	maxSpots   = 64          // addresses looked at; beyond it the oldest is given up
	maxFlows   = 256         // of more, the one heard of longest ago is forgotten
	laneSwitch = time.Second // of silence, after which a flow may come by another interface
)

// A spot is an address of this machine whose packets matter; a dialer's has the
// one remote address it calls.
type spot struct {
	proto  segment.Proto
	local  netip.AddrPort // its address may be unspecified: any
	remote netip.AddrPort // invalid: any
}

// covers reports whether packets between local and remote belong to p.
func (p spot) covers(proto segment.Proto, local, remote netip.AddrPort) bool {
	return p.proto == proto && p.local.Port() == local.Port() &&
		(p.local.Addr().IsUnspecified() || p.local.Addr().WithZone("") == local.Addr()) &&
		(!p.remote.IsValid() || p.remote.Port() == remote.Port() && p.remote.Addr().WithZone("") == remote.Addr())
}

// A tuple names what goes on between two addresses, as the local end sees it.
type tuple struct {
	proto         segment.Proto
	local, remote netip.AddrPort
}

// bare is a as it stands in a packet.
func bare(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// A flow is what was seen of one tuple.
type flow struct {
	follower segment.Follower
	last     [2]segment.Segment // by Dir
	seen     [2]bool
	lanes    [2]lane
	count    uint64 // packets seen when it was last heard of
	came     int    // segments, those of GRO each
}

// A lane is the interface by which one direction comes. With bridges a packet
// shows at several; the first counts.
type lane struct {
	iface int
	at    time.Time
}

// takes reports whether a packet of iface at that time is no echo of one that
// was seen at another interface.
func (l *lane) takes(iface int, at time.Time) bool {
	if !l.at.IsZero() && l.iface != iface && at.Sub(l.at) < laneSwitch {
		return false
	}
	l.iface, l.at = iface, at
	return true
}

// A witness makes segments of packets and keeps the last of them. The capture's
// lock guards it.
type witness struct {
	spots []spot
	flows map[tuple]*flow
	most  int               // how many segments are kept
	segs  []segment.Segment // a ring: ordinal n is at n-1 modulo most; as long as was needed so far
	shelf segment.Shelf     // of the octets of segs
	count uint64            // the ordinal given last; those of dropped packets stay unused
	heard uint64            // packets
}

// A sighting is where and how a packet was seen.
type sighting struct {
	at       time.Time
	iface    int
	loopback bool // both ends are here
	outgoing bool
}

// see follows a packet, of which the headers are enough. It returns the segment,
// as our end sees it, in its place in the ring; nil if it is nobody's here. Where
// both ends are this stack's it is kept twice.
func (w *witness) see(p []byte, g sighting) (first *segment.Segment) {
	s, payload, err := segment.Parse(p)
	if err != nil || s.Fragment && s.Src.Port() == 0 {
		return nil
	}
	s.At = g.at
	w.heard++
	if s.Proto == segment.ICMP || s.Proto == segment.ICMPv6 {
		return w.seeICMP(&s, payload, g)
	}
	for _, d := range [...]segment.Dir{segment.Out, segment.In} {
		if !g.loopback && (d == segment.Out) != g.outgoing {
			continue
		}
		t := tuple{s.Proto, s.Src, s.Dst}
		if d == segment.In {
			t.local, t.remote = s.Dst, s.Src
		}
		if !w.watched(t) {
			continue
		}
		if kept := w.follow(t, &s, p, d, g); first == nil {
			first = kept
		}
	}
	return first
}

// watched reports whether t is between a spot and whoever it talks to.
func (w *witness) watched(t tuple) bool {
	return slices.ContainsFunc(w.spots, func(p spot) bool { return p.covers(t.proto, t.local, t.remote) })
}

// follow keeps s as the end called t.local sees it, and puts it into its flow.
func (w *witness) follow(t tuple, s *segment.Segment, packet []byte, d segment.Dir, g sighting) *segment.Segment {
	f := w.flow(t)
	if !f.lanes[d].takes(g.iface, g.at) {
		return nil
	}
	into := w.keep(s, packet)
	into.Dir = d
	if t.proto == segment.TCP {
		if f.follower.Restarts(into) {
			f.follower, f.seen = segment.Follower{}, [2]bool{}
		}
		f.follower.See(into)
		parts, mss := f.offload(into)
		if parts > 1 {
			into.Note = join(into.Note, g.offload(d, parts, mss))
		}
		if d == segment.In {
			f.came += parts
		}
	}
	f.last[d], f.seen[d], f.count = *into, true, w.heard
	f.last[d].Octets = nil // the shelf's, which does not wait
	return into
}

// offload is of how many segments s stands, and of how many bytes each: the
// system cuts what it sends as late, and joins what comes as early, as it can.
func (f *flow) offload(s *segment.Segment) (parts, mss int) {
	const least = 536 // of an MSS that is not told (RFC 9293 §3.7.1)
	if s.Len <= least-12 {
		return 1, 0
	}
	var n segment.Snapshot
	f.follower.Fill(&n)
	mss = n.MSS
	if s.Options.HasTime {
		mss -= 12 // RFC 7323 §3.2, with padding
	}
	if mss <= 0 {
		return 1, 0
	}
	return (s.Len + mss - 1) / mss, mss
}

// offload says so.
func (g sighting) offload(d segment.Dir, parts, mss int) string {
	name := "GSO"
	if d == segment.In && !g.loopback {
		name = "GRO"
	}
	return fmt.Sprintf("%s: %d segments of %d bytes", name, parts, mss)
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}

// seeICMP takes an ICMP error about a packet that a spot has sent.
func (w *witness) seeICMP(s *segment.Segment, about []byte, g sighting) *segment.Segment {
	inner, _, err := segment.Parse(about)
	if err != nil || g.outgoing && !g.loopback || !w.watched(tuple{inner.Proto, inner.Src, inner.Dst}) {
		return nil
	}
	s.Dir = segment.In
	return w.keep(s, nil)
}

// flow is that of t, made if there is none yet.
func (w *witness) flow(t tuple) *flow {
	f := w.flows[t]
	if f == nil {
		if len(w.flows) >= maxFlows {
			w.forget()
		}
		f = &flow{}
		w.flows[t] = f
	}
	return f
}

func (w *witness) forget() {
	var oldest tuple
	least := ^uint64(0)
	for t, f := range w.flows {
		if f.count < least {
			oldest, least = t, f.count
		}
	}
	delete(w.flows, oldest)
}

// keep numbers s and puts it, with the octets of packet, in place of the oldest.
func (w *witness) keep(s *segment.Segment, packet []byte) *segment.Segment {
	place := int(w.count % uint64(w.most))
	at := w.slot(place)
	w.count++
	s.Ordinal = w.count
	*at = *s
	if packet != nil {
		at.Octets = w.shelf.Put(place, packet)
	}
	return at
}

// slot is place i of the ring. Room is made when it is needed: most
// conversations see few segments.
func (w *witness) slot(i int) *segment.Segment {
	if i >= len(w.segs) {
		segs := make([]segment.Segment, min(max(i+1, 2*len(w.segs), 64), w.most))
		copy(segs, w.segs)
		w.segs = segs
	}
	return &w.segs[i]
}

// missed counts packets that were dropped before they could be seen: their
// ordinals are given to nobody.
func (w *witness) missed(n uint64) { w.count += n }

// since returns what is kept behind ordinal n; what is not there was missed.
func (w *witness) since(n uint64) (segs []segment.Segment, next, missed uint64) {
	n = min(n, w.count)
	first := max(n, w.count-min(w.count, uint64(w.most)))
	if first < w.count {
		segs = make([]segment.Segment, 0, w.count-first)
	}
	for i := first; i < w.count; i++ {
		if at := i % uint64(w.most); at < uint64(len(w.segs)) && w.segs[at].Ordinal == i+1 {
			segs = append(segs, w.segs[at])
		}
	}
	segment.Own(segs)
	return segs, w.count, w.count - n - uint64(len(segs))
}

// fill puts what the wire told of a connection into n: the initial numbers, the
// last segments, the history. The rest the kernel knows better: a packet that
// was seen may still be thrown away by a firewall.
func (w *witness) fill(local, remote netip.AddrPort, n *segment.Snapshot) {
	f := w.flows[tuple{segment.TCP, bare(local), bare(remote)}]
	if f == nil {
		return
	}
	var s segment.Snapshot
	f.follower.Fill(&s)
	if !s.Has(segment.HasISS) && !s.Has(segment.HasIRS) {
		return // begun before it was looked at
	}
	n.Source, n.History = segment.Capture, s.History
	n.Strayed += f.came
	if s.Has(segment.HasISS) {
		n.ISS, n.Known = s.ISS, n.Known|segment.HasISS
	}
	if s.Has(segment.HasIRS) {
		n.IRS, n.Known = s.IRS, n.Known|segment.HasIRS
	}
	if !n.Has(segment.HasWnd) {
		n.SndWnd, n.RcvWnd, n.Known = s.SndWnd, s.RcvWnd, n.Known|segment.HasWnd
	}
	for d, at := range [...]**segment.Segment{&n.Out, &n.In} {
		if f.seen[d] {
			last := f.last[d]
			*at = &last
		}
	}
}

// look adds p to what is looked at.
func (w *witness) look(p spot) {
	p.local = bare(p.local)
	if p.remote.IsValid() {
		p.remote = bare(p.remote)
	}
	if slices.Contains(w.spots, p) {
		return
	}
	if len(w.spots) == maxSpots {
		w.spots = slices.Delete(w.spots, 0, 1)
	}
	w.spots = append(w.spots, p)
}
