package lesson

import (
	"math"
	"slices"
	"strings"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// A Journey is what became of one message over one protocol.
type Journey struct {
	ID uint64

	// What the link did to its first transmission: a word of segment.Fate, and
	// the rule that decided. Empty: it was never sent.
	Fate, Rule string
	Packet     uint64 // the packet's ordinal on its link
	Merged     bool   // TCP: into the segment of an earlier message,
	With       uint64 // this one, whose fate it shared

	Again    int           // TCP: how often bytes of it were sent again
	Arrivals int           // at B's program
	Arrived  time.Duration // the first of them, since the run began
	After    time.Duration // and since it was said
	Late     bool          // it came after a later one
	Waited   time.Duration // TCP: it was with B's stack, but an earlier byte was not
}

// hit notes the fate of the packet in which j begins.
func (j *Journey) hit(s *segment.Segment) {
	j.Fate, j.Rule, j.Packet = s.Fate, s.Rule, s.ID
	j.Merged, j.With = s.Key != j.ID, s.Key
}

// Lost reports that the link lost, or spoilt, its first transmission.
func (j *Journey) Lost() bool { return j.Packet != 0 && harmful(j.Fate) }

// harmful reports whether a fate keeps what the packet bears from arriving: a
// checksum finds every flipped bit.
func harmful(fate string) bool {
	for word := range strings.SplitSeq(fate, ", ") {
		switch word {
		case segment.FateLost, segment.FateOverflowed, segment.FateCorrupted:
			return true
		}
	}
	return false
}

// An Outcome is what a protocol made of the messages.
type Outcome struct {
	Proto    segment.Proto
	Journeys []Journey // by id - 1

	Delivered, Lost, Duplicate, Late int
	P50, P90, P99, Max               time.Duration // of the latency of those delivered

	Connected bool          // TCP: the handshake was done
	Handshake time.Duration // TCP: until A could send
	Down      bool          // TCP: the connection broke
	Aborted   bool          // by A itself
	DownAfter time.Duration // since the run began
	Resent    int           // TCP: segments sent again, by both ends
	Waits     int           // TCP: messages that waited for an earlier byte
	WaitMax   time.Duration

	Dropped   int // UDP: datagrams that found B's receive buffer full
	Packets   int // both ways, the goodbye not counted
	WireBytes int // of them, headers included
	TextBytes int // of the messages delivered, each once
}

// InOrder reports that nothing came after something said later.
func (o *Outcome) InOrder() bool { return o.Late == 0 }

// PerByte is how many bytes on the wire a byte of text took; false if none was
// delivered.
func (o *Outcome) PerByte() (float64, bool) {
	if o.TextBytes == 0 {
		return 0, false
	}
	return float64(o.WireBytes) / float64(o.TextBytes), true
}

// Missing are the ids that never arrived.
func (o *Outcome) Missing() (ids []uint64) {
	return o.ids(func(j *Journey) bool { return j.Arrivals == 0 })
}

// Hit are the ids whose first transmission the link lost or spoilt.
func (o *Outcome) Hit() (ids []uint64) { return o.ids((*Journey).Lost) }

// Merged are the ids that TCP put into another message's segment.
func (o *Outcome) Merged() (ids []uint64) {
	return o.ids(func(j *Journey) bool { return j.Merged })
}

func (o *Outcome) ids(is func(*Journey) bool) (ids []uint64) {
	for i := range o.Journeys {
		if is(&o.Journeys[i]) {
			ids = append(ids, o.Journeys[i].ID)
		}
	}
	return ids
}

// A Result is what came of a comparison.
type Result struct {
	Spec        link.Spec // as at the end, with its seed
	Elapsed     time.Duration
	TCP, UDP    Outcome
	Unreached   []Step // of the script: it was over before
	Interrupted bool
}

// result is called with mu held.
func (c *comparison) result(stopped bool) Result {
	r := Result{Spec: c.Spec, Elapsed: c.last.Sub(c.began), Interrupted: stopped}
	r.TCP, r.UDP = c.routes[0].outcome(c.Size), c.routes[1].outcome(c.Size)
	r.UDP.Dropped = c.dropped()
	for _, s := range c.Script {
		if s.At > r.Elapsed {
			r.Unreached = append(r.Unreached, s)
		}
	}
	return r
}

func (r *route) outcome(size int) Outcome {
	o := Outcome{
		Proto: r.proto, Journeys: r.journeys,
		Delivered: r.delivered, Lost: len(r.journeys) - r.delivered, Duplicate: r.duplicate, Late: r.late,
		Packets: r.packets, WireBytes: r.bytes, TextBytes: r.delivered * size,
	}
	if r.proto == segment.TCP {
		o.Connected, o.Handshake = r.connected, r.up
		o.Down, o.Aborted, o.DownAfter, o.Resent = r.down, r.aborted, r.lostAfter, r.resent
	}
	var after []time.Duration
	for i := range r.journeys {
		j := &r.journeys[i]
		if j.Arrivals > 0 {
			after = append(after, j.After)
		}
		if j.Waited > 0 && j.Arrivals > 0 {
			o.Waits++
			o.WaitMax = max(o.WaitMax, j.Waited)
		}
	}
	slices.Sort(after)
	o.P50, o.P90, o.P99, o.Max = percentile(after, 50), percentile(after, 90), percentile(after, 99), percentile(after, 100)
	return o
}

// percentile is the least of sorted that p of a hundred do not exceed (the
// nearest rank); 0 if there is none.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(float64(p) * float64(len(sorted)) / 100))
	return sorted[max(rank, 1)-1]
}
