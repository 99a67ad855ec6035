package link

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"time"
)

// dice are the random values of one packet: one for each thing that may happen
// to it, drawn whether it is asked for or not.
type dice [7]uint64

const (
	dLoss = iota
	dBurst
	dDuplicate
	dCorrupt
	dBit
	dReorder
	dJitter
)

// roll draws the dice of packet k.
func roll(key, k uint64) (d dice) {
	g := rand.NewPCG(key, mix(key^k))
	for i := range d {
		d[i] = g.Uint64()
	}
	return d
}

// key hashes what packets of one class on one link have in common.
func key(seed uint64, d Direction, c Class) uint64 {
	return mix(mix(seed) ^ (uint64(d)<<8 | uint64(c) + 1))
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection in
// which each bit of x changes about half of the result.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is true in p of a hundred; never at 0 %, always at 100 %.
func chance(p Percent, r uint64) bool {
	return p > 0 && float64(r>>11) < float64(p)/100*(1<<53)
}

// below maps r to 0 … n-1, each as likely as the others to n/2⁶⁴.
func below(n, r uint64) uint64 {
	hi, _ := bits.Mul64(n, r)
	return hi
}

// wait returns the delay that r stands for. One that would be negative is 0.
func (p *Params) wait(r uint64) time.Duration {
	if p.Jitter == 0 {
		return p.Delay
	}
	off := uniform(p.Jitter, r)
	if p.Distribution == Normal {
		off = normal(p.Jitter, r)
	}
	return max(p.Delay+off, 0)
}

// uniform is anything from -j to +j, ends included, as netem without a
// distribution table (sch_netem.c, tabledist).
func uniform(j time.Duration, r uint64) time.Duration {
	return time.Duration(below(2*uint64(j)+1, r)) - j
}

// normal has mean 0 and standard deviation j, cut at ±4 j as netem's table is
// (normal.dist of iproute2). It is rounded to j/65536, so that a last bit of
// floating point that differs between machines does not show.
func normal(j time.Duration, r uint64) time.Duration {
	u := (float64(r>>12) + 0.5) / (1 << 52) // never 0, never 1
	z := math.Sqrt2 * math.Erfinv(2*u-1)
	n := int64(math.Round(max(-4, min(z, 4)) * (1 << 16)))
	return time.Duration((int64(j)*n + 1<<15) >> 16)
}

// A chain is the memory of one class of packets: what packet k meets because of
// those before it. It moves once a packet, by that packet's own dice, whether the
// packet was sent or not (a message merged into another's segment) and whatever
// else happened to it. So it is a function of (seed, direction, class, k) and the
// parameters alone: TCP and UDP find the same bursts.
type chain struct {
	k     uint64 // the packet it stands before
	bad   bool   // gemodel: the bad state, in which all is lost. It begins good, as netem's
	since int    // packets since the last that reorder chose
}

// reach moves the chain to packet k: a step for each packet between, and from the
// start if k lies behind.
func (c *chain) reach(k, key uint64, p *Params) {
	if k < c.k {
		*c = chain{}
	}
	for c.k < k {
		d := roll(key, c.k)
		c.step(p, &d)
	}
}

// step moves past packet c.k, whose dice are d.
func (c *chain) step(p *Params, d *dice) {
	if c.chosen(p, d) {
		c.since = 0
	} else if c.since < p.Gap {
		c.since++
	}
	if c.bad {
		c.bad = !chance(p.Burst.R, d[dBurst])
	} else {
		c.bad = chance(p.Burst.P, d[dBurst])
	}
	c.k++
}

// chosen reports that reorder picks this packet: not before gap-1 others had
// their delay (sch_netem.c, netem_enqueue).
func (c chain) chosen(p *Params, d *dice) bool {
	return c.since >= p.Gap-1 && chance(p.Reorder, d[dReorder])
}
