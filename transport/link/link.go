// Package link is an emulated link: the words of tc-netem(8), the fate of each
// packet, and the clocks it runs on. A Link decides (pure: time comes in as an
// argument, chance from a seed), a Pipe moves packets of one direction on a Clock.
//
// A packet passes in this order:
//
//	queue → serializer → loss → delay ± jitter, or reorder → corrupt → duplicate
//	limit   rate         cut, /drop,  order is kept  at once     one bit   the copy
//	                     loss         under jitter   (delay 0)   flipped   right behind
//
// So a lost packet has used its share of the rate, and one that found the queue
// full has not.
//
// What differs from the kernel's netem, on purpose:
//   - Plain jitter keeps the order; netem's reorders unless it also has a rate.
//   - The limit counts packets that the serializer has not finished. Netem's
//     counts those it delays too; here MaxInFlight of a Pipe bounds them.
//   - A duplicate arrives with its original. Netem's draws a delay of its own.
//   - No correlations: netem's are none in the statistical sense (its manual calls
//     them deprecated). Bursts are made with gemodel.
//
// It does not know TCP or UDP: whoever sends says what class a packet is of. It
// drops packets, so it belongs under a stack; dropping octets of a stream is not loss.
package link

import (
	"time"
)

// A Direction is seen from the end that gave the SPEC.
type Direction uint8

const (
	Out Direction = iota // from here to the peer
	In                   // from the peer to here
)

func (d Direction) String() string {
	if d == In {
		return "in"
	}
	return "out"
}

// A Class says by which number a packet meets its fate.
type Class uint8

const (
	// Rest is every packet that is not of class Message. The link numbers them
	// itself, from 1 in the order they are sent; Packet.K is not looked at.
	Rest Class = iota
	// Message is a first transmission that holds the first byte of message
	// Packet.K: a UDP datagram, or the TCP segment in which the message begins
	// (of several messages merged in one segment, the lowest number).
	Message
)

func (c Class) String() string {
	if c == Message {
		return "message"
	}
	return "rest"
}

// A Packet is what crosses a link.
type Packet struct {
	Bytes []byte // never modified by this package; not to be modified once sent
	Class Class
	K     uint64 // number of the message, from 0 or 1 upward; for class Message only
	// Data: it bears bytes of a message. Implied by class Message; to be set for
	// a retransmission or a later part of a message; false for a SYN, a pure ACK,
	// a FIN, a control frame. Only such packets are hit by one-shots.
	Data bool
}

func (p Packet) bears() bool { return p.Data || p.Class == Message }

// SwapWait is how long a packet that SwapNext holds back waits, beyond its own
// arrival, for another one to overtake it. Then it goes on alone.
const SwapWait = time.Second

// A Link is one direction of a link. Its methods are for one goroutine at a time:
// a Pipe calls them under its lock, see Pipe.Do.
type Link struct {
	dir    Direction
	params Params
	keys   [2]uint64 // by class: seed, direction and class, hashed
	rules  rules     // their words, made once

	epoch  time.Time // of the first packet; the times below count from it
	sent   uint64    // packets so far: the ordinal of the last
	rest   uint64    // packets of class Rest so far
	queue  queue
	last   time.Duration // latest arrival that keeps the order
	chains [2]chain      // by class

	drops, duplicates, corrupts, swaps int // one-shots not spent yet
	cut                                bool
	swapped                            time.Duration // until then a packet waits to be overtaken
}

// New returns the link of one direction. Two links with one seed and direction
// have the same weather, whatever protocol crosses them.
func New(p Params, seed uint64, d Direction) *Link {
	l := &Link{dir: d}
	l.Set(p, seed)
	return l
}

// Set changes the parameters and the seed from the next packet on. What is under
// way keeps its fate, and order: new packets do not overtake it, even if the link
// has become faster. One-shots and the cut stay. Fates depend on the new
// parameters alone, not on when they were set.
func (l *Link) Set(p Params, seed uint64) {
	l.params = p
	l.rules = rulesOf(p)
	l.keys = [2]uint64{Rest: key(seed, l.dir, Rest), Message: key(seed, l.dir, Message)}
	l.chains = [2]chain{}
	l.queue.part = 0
}

// Params returns what is set.
func (l *Link) Params() Params { return l.params }

// DropNext loses the next n packets that bear bytes of messages, retransmissions
// included, so that DropNext(2) makes TCP wait for two timeouts if it has only one
// message under way. One-shots add up. One that is lost anyway (queue, cut) does
// not spend them.
func (l *Link) DropNext(n int) { l.drops += max(n, 0) }

// DuplicateNext doubles the next packet that bears bytes of messages and arrives.
func (l *Link) DuplicateNext() { l.duplicates++ }

// CorruptNext flips a bit of the next packet that bears bytes of messages and arrives.
func (l *Link) CorruptNext() { l.corrupts++ }

// SwapNext lets the next packet that bears bytes of messages arrive right after
// the one that follows it. A Pipe does the waiting, see SwapWait.
func (l *Link) SwapNext() { l.swaps++ }

// Cut loses every packet sent from now on, control packets too.
func (l *Link) Cut() { l.cut = true }

// Heal ends a Cut.
func (l *Link) Heal() { l.cut = false }

// Fate decides what becomes of packet p, sent at now. Calls must come in the order
// of sending, with now never going back.
//
// Every decision is keyed (seed, direction, class, k), and draws the same random
// values whatever the parameters: turning one knob leaves what the others do.
func (l *Link) Fate(now time.Time, p Packet) Fate {
	f := l.admit(p)
	if f.ID.N == 1 {
		l.epoch = now
	}
	depart, ok := l.queue.take(now.Sub(l.epoch), len(p.Bytes), &l.params)
	if !ok {
		f.LostBy = l.rules.full
		return f
	}
	f.Depart = l.epoch.Add(depart)
	d := roll(l.keys[p.Class], f.K)
	state := l.state(p.Class, f.K, &d)
	if f.LostBy = l.loss(p, &d, state.bad); f.LostBy.Cause != None {
		return f
	}
	f.Copies = 1
	f.At = l.epoch.Add(l.arrival(&f, depart, p, &d, state))
	l.corrupt(&f, p, &d)
	l.duplicate(&f, p, &d)
	return f
}

// admit gives p its numbers.
func (l *Link) admit(p Packet) Fate {
	l.sent++
	f := Fate{ID: ID{l.dir, l.sent}, Class: p.Class, K: p.K}
	if p.Class == Rest {
		l.rest++
		f.K = l.rest
	}
	return f
}

// state returns the chain before packet k, and moves it on; there is nothing to
// look for if no parameter has a memory.
func (l *Link) state(c Class, k uint64, d *dice) chain {
	if l.params.Burst.P == 0 && l.params.Gap <= 1 {
		return chain{}
	}
	ch := &l.chains[c]
	ch.reach(k, l.keys[c], &l.params)
	before := *ch
	ch.step(&l.params, d)
	return before
}

func (l *Link) loss(p Packet, d *dice, bad bool) Rule {
	switch {
	case l.cut:
		return Rule{Cut, "cut"}
	case spend(&l.drops, p):
		return Rule{Drop, "/drop"}
	case chance(l.params.Loss, d[dLoss]):
		return l.rules.loss
	case bad:
		return l.rules.burst
	}
	return Rule{}
}

// arrival returns when p arrives that leaves the serializer at depart.
func (l *Link) arrival(f *Fate, depart time.Duration, p Packet, d *dice, state chain) time.Duration {
	t := max(depart+l.params.wait(d[dJitter]), l.last)
	switch {
	case l.swap(depart, p):
		f.ReorderedBy = Rule{Swap, "/swap"}
		l.swapped = t + SwapWait
		return l.swapped
	case state.chosen(&l.params, d):
		f.ReorderedBy = l.rules.reorder
		return depart
	}
	l.last = t
	return t
}

// swap reports that p is to wait. The packet that overtakes does not.
func (l *Link) swap(depart time.Duration, p Packet) bool {
	if depart < l.swapped && p.bears() {
		l.swapped = 0
		return false
	}
	return spend(&l.swaps, p)
}

func (l *Link) corrupt(f *Fate, p Packet, d *dice) {
	if len(p.Bytes) == 0 {
		return
	}
	switch {
	case spend(&l.corrupts, p):
		f.CorruptedBy = Rule{Corrupt, "/corrupt"}
	case chance(l.params.Corrupt, d[dCorrupt]):
		f.CorruptedBy = l.rules.corrupt
	default:
		return
	}
	f.Bit = int(below(uint64(len(p.Bytes))*8, d[dBit]))
}

func (l *Link) duplicate(f *Fate, p Packet, d *dice) {
	switch {
	case spend(&l.duplicates, p):
		f.DuplicatedBy = Rule{Duplicate, "/dup"}
	case chance(l.params.Duplicate, d[dDuplicate]):
		f.DuplicatedBy = l.rules.duplicate
	default:
		return
	}
	f.Copies = 2
}

// spend takes one of n if p is one that one-shots hit.
func spend(n *int, p Packet) bool {
	if *n == 0 || !p.bears() {
		return false
	}
	*n--
	return true
}
