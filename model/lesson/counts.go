package lesson

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"seqtalk/transport/segment"
)

// counts is what passed the link's ends, packet by packet as they left.
type counts struct {
	packets, bytes, harmed map[segment.Proto]int

	syn, fin, rst           int
	resent, fast, timer     int
	dupAcks, sacks          int
	zero, probes            int      // zero windows told, and asked about
	acks, pure, riding      int      // segments with ACK; without data; with data and something new acknowledged
	leastWindow, lastWindow int      // B's, after its SYN; -1: none seen
	firsts                  []uint32 // first numbers: one for each end of each connection

	acked  map[netip.AddrPort]uint64 // by sender, the highest it acknowledged that has arrived
	copies map[copyOf][]time.Time    // when each first number was sent with data, again and again
	rounds []int                     // A's segments with data, by bursts
	last   time.Time                 // of them
}

// A copyOf is a place in a stream.
type copyOf struct {
	src netip.AddrPort
	seq uint64
}

// roundGap is the silence between two of A's bursts.
const roundGap = 5 * time.Millisecond

func (c *counts) init() {
	c.packets, c.bytes, c.harmed = map[segment.Proto]int{}, map[segment.Proto]int{}, map[segment.Proto]int{}
	c.acked, c.copies = map[netip.AddrPort]uint64{}, map[copyOf][]time.Time{}
	c.leastWindow, c.lastWindow = -1, -1
}

// plain is a protocol, ICMP's two versions as one.
func plainProto(p segment.Proto) segment.Proto {
	if p == segment.ICMPv6 {
		return segment.ICMP
	}
	return p
}

func (c *counts) sent(s *segment.Segment) {
	p := plainProto(s.Proto)
	c.packets[p]++
	c.bytes[p] += s.Size
	if harmful(s.Fate) {
		c.harmed[p]++
	}
	if p == segment.TCP {
		c.flags(s)
		c.notes(s)
		c.window(s)
		if s.Len > 0 {
			c.data(s)
		}
	}
}

func (c *counts) flags(s *segment.Segment) {
	has := func(f segment.Flags) int {
		if s.Flags&f != 0 {
			return 1
		}
		return 0
	}
	again := s.Notes.Has(segment.Resent)
	c.syn += has(segment.SYN)
	c.fin += has(segment.FIN)
	c.rst += has(segment.RST)
	if has(segment.SYN) == 1 && !again {
		c.firsts = append(c.firsts, s.Seq)
		delete(c.acked, s.Src)
	}
	if has(segment.ACK) == 0 || has(segment.RST) == 1 {
		return
	}
	c.acks++
	if s.Len == 0 && has(segment.SYN|segment.FIN) == 0 {
		c.pure++
	}
}

// arrived takes a segment as it reached the other end: one with data may bring
// the word that what was sent there has come.
func (c *counts) arrived(s *segment.Segment) {
	if s.Flags&segment.ACK == 0 || s.Flags&segment.RST != 0 {
		return
	}
	if s.Len > 0 && s.RelAck > c.acked[s.Src] && c.acked[s.Src] > 1 {
		c.riding++
	}
	c.acked[s.Src] = max(c.acked[s.Src], s.RelAck)
}

func (c *counts) notes(s *segment.Segment) {
	add := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	fast := s.Notes.Has(segment.FastRetransmission)
	add(&c.resent, s.Notes.Has(segment.Resent))
	add(&c.fast, fast)
	add(&c.timer, s.Notes.Has(segment.Resent) && !fast)
	add(&c.dupAcks, s.Notes.Has(segment.DupAck))
	add(&c.sacks, len(s.SACK) > 0)
	add(&c.zero, s.Notes.Has(segment.ZeroWindow))
	add(&c.probes, s.Notes.Has(segment.ZeroWindowProbe))
}

func (c *counts) window(s *segment.Segment) {
	if s.Dir != segment.In || s.Flags&(segment.SYN|segment.RST) != 0 {
		return
	}
	c.lastWindow = s.Wnd
	if c.leastWindow < 0 || s.Wnd < c.leastWindow {
		c.leastWindow = s.Wnd
	}
}

func (c *counts) data(s *segment.Segment) {
	if !s.Notes.Has(segment.KeepAlive | segment.ZeroWindowProbe) {
		k := copyOf{s.Src, s.RelSeq}
		c.copies[k] = append(c.copies[k], s.At)
	}
	if s.Dir != segment.Out || s.Notes.Has(segment.Resent) {
		return
	}
	if len(c.rounds) == 0 || s.At.Sub(c.last) > roundGap {
		c.rounds = append(c.rounds, 0)
	}
	c.rounds[len(c.rounds)-1]++
	c.last = s.At
}

// waits are, of the bytes sent most often, the times between two copies.
func (c *counts) waits() (waits []time.Duration) {
	var most []time.Time
	keys := make([]copyOf, 0, len(c.copies))
	for k := range c.copies {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b copyOf) int { return cmp.Or(a.src.Compare(b.src), cmp.Compare(a.seq, b.seq)) })
	for _, k := range keys {
		if at := c.copies[k]; len(at) > len(most) {
			most = at
		}
	}
	for i := 1; i < len(most); i++ {
		waits = append(waits, most[i].Sub(most[i-1]))
	}
	return waits
}

// backoff is the least ratio of two successive waits; 0 if there are not two.
func (c *counts) backoff() float64 {
	w := c.waits()
	least := 0.0
	for i := 1; i < len(w); i++ {
		if r := float64(w[i]) / float64(w[i-1]); i == 1 || r < least {
			least = r
		}
	}
	return least
}

// different is how many of the first numbers differ.
func (c *counts) different() int {
	n := slices.Clone(c.firsts)
	slices.Sort(n)
	return len(slices.Compact(n))
}
