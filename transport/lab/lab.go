// Package lab is a userspace TCP/IP stack for each of two ends, and a link
// between them that can be made as bad as one likes. Both ends live in this
// process, and nothing of it touches the host's interfaces; or one does, and a
// Carrier brings its packets to the other process over one UDP socket.
//
//	A: netstack ── nic ──▶ lane ──▶ link.Pipe ──▶ lane ──▶ nic ── netstack :B
//	                        │ Sent, Died            │ Arrived
//	                        └──────▶ tap ◀──────────┘
//
// A lane is one protocol's way in one direction; the four have the same SPEC and
// seed, so that neither protocol slows the other and both have the same weather.
// The tap sees every packet twice, as it leaves and as it arrives or dies, and
// keeps the last of them as segments.
//
// The stack is gVisor's netstack, with CUBIC, SACK and no RACK. On a link.Virtual
// clock a run is a function of the SPEC, the seed and what the two programs do.
package lab

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// MTU is the longest IP packet, so that a packet fits into a datagram between two
// processes on any ordinary network.
const MTU = 1400

// Options are what a lab is made with.
type Options struct {
	// Clock is the time of the stacks and the link; nil: the real one.
	Clock link.Clock
	// Spec is the link; Out is from A to B. Without a seed one is chosen, see
	// Lab.Spec; on a virtual clock it is 0.
	Spec link.Spec
	// TimeWait is how long TIME-WAIT lasts; 0: 5 s.
	TimeWait time.Duration
	// ReceiveBuffer is the size of a TCP connection's receive buffer, about twice
	// the window; 0: netstack's, which grows with use. A small one lets a reader that
	// has stopped close the window within a few segments.
	ReceiveBuffer int
	// Keep is how many segments are kept; 0: 4096.
	Keep int
	// Blind leaves out the tap, to measure what it costs: no segment is seen, kept or
	// numbered, no message has a fate of its own, and one-shots hit nothing.
	Blind bool
	// Observe is told of each segment as it is seen, and of the packet's bytes,
	// which it may keep and must not change. It is called under locks of the stack
	// and the link: it must be quick, and must not call the lab.
	Observe func(s segment.Segment, packet []byte)
}

// A Lab is two ends and what lies between them.
type Lab struct {
	clock   link.Clock
	virtual bool
	tap     tap
	ends    [2]*End
	lanes   [2][2]*lane // by protocol (tcpLane, udpLane) and sender
	blind   bool        // there is no tap
	carrier *Carrier    // where one end is in another process; nil: both are here

	up atomic.Bool // the ends are there

	mu     sync.Mutex
	spec   link.Spec // mu's
	closed bool      // mu's
}

// The protocols' lanes. What is neither TCP nor UDP is ICMP, which speaks of UDP.
const (
	tcpLane = iota
	udpLane
)

// New builds both stacks and the link between them.
func New(o Options) (*Lab, error) { return build(o, nil) }

// build makes both ends, or the carrier's alone.
func build(o Options, c *Carrier) (*Lab, error) {
	l := &Lab{clock: o.Clock, spec: o.Spec, carrier: c, blind: o.Blind && c == nil}
	if l.clock == nil {
		l.clock = link.NewReal()
	}
	_, l.virtual = l.clock.(*link.Virtual)
	if !l.spec.Seeded {
		l.spec.Seeded = true
		if l.spec.Seed == 0 && !l.virtual {
			l.spec.Seed = uint64(rand.Uint32())
		}
	}
	if o.TimeWait == 0 {
		o.TimeWait = 5 * time.Second
	}
	if o.Keep <= 0 {
		o.Keep = 4096
	}
	l.tap.init(l.clock, o)
	for side := range l.ends {
		if !l.here(side) {
			continue
		}
		e, err := newEnd(l, side, o)
		if err != nil {
			l.Close()
			return nil, fmt.Errorf("userspace stack %c: %w", 'A'+rune(side), err)
		}
		l.ends[side] = e
	}
	for proto := range l.lanes {
		for from := range l.lanes[proto] {
			if !l.here(from) {
				continue
			}
			l.lanes[proto][from] = newLane(l, proto, from)
		}
	}
	l.up.Store(true)
	return l, nil
}

// here reports whether an end is in this process.
func (l *Lab) here(side int) bool { return l.carrier == nil || l.carrier.side == side }

// A returns the end at 192.0.2.1 and 2001:db8::1.
func (l *Lab) A() *End { return l.ends[0] }

// B returns the end at 192.0.2.2 and 2001:db8::2.
func (l *Lab) B() *End { return l.ends[1] }

// Clock returns the lab's clock.
func (l *Lab) Clock() link.Clock { return l.clock }

// Spec returns what the link is set to, and its seed.
func (l *Lab) Spec() link.Spec {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.spec
}

// SetSpec changes the link, for packets sent from now on. Without a seed it keeps
// the one it has. Connections made from now on have the MaxRTO the SPEC needs.
func (l *Lab) SetSpec(s link.Spec) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !s.Seeded {
		s.Seed, s.Seeded = l.spec.Seed, true
	}
	l.spec = s
	for _, e := range l.ends {
		if e == nil {
			continue
		}
		if err := e.setMaxRTO(s.MaxRTO(MTU)); err != nil {
			return err
		}
	}
	l.Do(link.Out, func(k *link.Link) { k.Set(s.Out, s.Seed) })
	l.Do(link.In, func(k *link.Link) { k.Set(s.In, s.Seed) })
	return nil
}

// Do calls f with each protocol's link of direction d (Out is from A to B), for
// one-shots, cut and heal.
func (l *Lab) Do(d link.Direction, f func(*link.Link)) {
	for proto := range l.lanes {
		if n := l.lanes[proto][d]; n != nil {
			n.pipe.Do(f)
		}
	}
}

// Pipe returns one protocol's way in direction d, to hold and release packets.
func (l *Lab) Pipe(p segment.Proto, d link.Direction) *link.Pipe {
	return l.lanes[laneOf(p)][d].pipe
}

func laneOf(p segment.Proto) int {
	if p == segment.TCP {
		return tcpLane
	}
	return udpLane
}

// Close resets what is still connected and takes everything down. What was
// opened on the ends says ErrClosed from then on.
func (l *Lab) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	for _, e := range l.ends {
		if e != nil {
			e.destroy()
		}
	}
	for proto := range l.lanes {
		for _, n := range l.lanes[proto] {
			if n != nil {
				n.pipe.Close()
			}
		}
	}
	return nil
}
