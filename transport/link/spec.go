package link

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// DefaultLimit is the length of a queue that no limit is given for: netem's.
const DefaultLimit = 1000

// MaxDelay is the longest delay and jitter a SPEC may ask for.
const MaxDelay = time.Hour

const (
	minRate  = 100  // bit/s; with maxLimit and the longest packet every time fits an int64
	maxRate  = 1e12 // bit/s
	maxLimit = 1_000_000
)

// A Spec is an emulated link, both directions, as /net and --net say it.
type Spec struct {
	Out, In Params
	Seed    uint64
	Seeded  bool // a seed was given; if not, who makes the link chooses one
}

// Params are the knobs of one direction. The zero value is a perfect link.
type Params struct {
	Delay        time.Duration // one way
	Jitter       time.Duration // the order is kept; a delay never gets negative
	Distribution Distribution  // of the jitter
	Loss         Percent       // each packet on its own
	Burst        Gemodel       // or in bursts
	Duplicate    Percent
	Corrupt      Percent
	Reorder      Percent // sent at once, past those that have a delay
	Gap          int     // reorder only after Gap-1 others; 0 and 1 are the same
	Rate         uint64  // bit/s; 0: no limit
	Limit        int     // packets in the queue; 0: DefaultLimit
}

// A Distribution is the law of the jitter J around the delay T.
type Distribution uint8

const (
	Uniform Distribution = iota // all of T-J … T+J alike
	Normal                      // mean T, standard deviation J, cut at T ± 4 J
)

func (d Distribution) String() string {
	if d == Normal {
		return "normal"
	}
	return "uniform"
}

// A Percent is a probability from 0 to 100.
type Percent float64

func (p Percent) String() string {
	return strconv.FormatFloat(float64(p), 'f', -1, 64) + "%"
}

// A Gemodel is Gilbert's model of loss in bursts (tc-netem(8), loss gemodel p r,
// with 1-h = 100 % and 1-k = 0): P/(P+R) of all packets are lost, 100/R in a row on
// the mean. P 0 is no loss.
type Gemodel struct {
	P Percent // from the good state to the bad one, in which everything is lost
	R Percent // and back; each time once a packet
}

func (g Gemodel) String() string { return fmt.Sprintf("gemodel %v %v", g.P, g.R) }

func (p *Params) limit() int {
	if p.Limit == 0 {
		return DefaultLimit
	}
	return p.Limit
}

// String is the SPEC in its shortest form; Parse gives the same Spec back.
func (s Spec) String() string {
	var parts []string
	switch out, in := s.Out.String(), s.In.String(); {
	case s.Out == s.In && out == "":
		parts = append(parts, "off")
	case s.Out == s.In:
		parts = append(parts, out)
	default:
		if out != "" {
			parts = append(parts, "out "+out)
		}
		if in != "" {
			parts = append(parts, "in "+in)
		}
	}
	if s.Seeded {
		parts = append(parts, fmt.Sprintf("seed %d", s.Seed))
	}
	return strings.Join(parts, " ")
}

// String is p in netem's words, as tc takes them; empty for a perfect link.
func (p Params) String() string {
	var b []string
	say := func(cond bool, format string, args ...any) {
		if cond {
			b = append(b, fmt.Sprintf(format, args...))
		}
	}
	say(p.Delay > 0 || p.Jitter > 0, "delay %s", formatTime(p.Delay))
	say(p.Jitter > 0, "%s", formatTime(p.Jitter))
	say(p.Jitter > 0 && p.Distribution != Uniform, "distribution %v", p.Distribution)
	say(p.Loss > 0, "loss %v", p.Loss)
	say(p.Burst != Gemodel{}, "loss %v", p.Burst)
	say(p.Duplicate > 0, "duplicate %v", p.Duplicate)
	say(p.Corrupt > 0, "corrupt %v", p.Corrupt)
	say(p.Reorder > 0, "reorder %v", p.Reorder)
	say(p.Gap > 0, "gap %d", p.Gap)
	say(p.Rate > 0, "rate %s", formatRate(p.Rate))
	say(p.Limit > 0, "limit %d", p.Limit)
	return strings.Join(b, " ")
}

// TC is what one would type, as root, to have the kernel do about the same. Netem
// acts on what leaves an interface: on lo that is both directions, so one line does
// if they are alike. If not, each direction is set where it leaves. The seed is left
// out: the kernel's weather is another one, and iproute2 before 6.6 has no such word.
func (s Spec) TC() string {
	switch {
	case s.Out == s.In && s.Out.String() == "":
		return "tc qdisc del dev lo root"
	case s.Out == s.In:
		return s.Out.tc("lo", "")
	}
	var lines []string
	if s.Out.String() != "" {
		lines = append(lines, s.Out.tc("eth0", "out: at this end"))
	}
	if s.In.String() != "" {
		lines = append(lines, s.In.tc("eth0", "in: at the peer's end"))
	}
	return strings.Join(lines, "\n")
}

func (p Params) tc(dev, note string) string {
	line := "tc qdisc add dev " + dev + " root netem " + p.String()
	var notes []string
	if note != "" {
		notes = append(notes, note)
	}
	if p.Jitter > 0 && p.Rate == 0 {
		notes = append(notes, "netem's jitter also reorders")
	}
	if notes == nil {
		return line
	}
	return line + "  # " + strings.Join(notes, "; ")
}

// Link returns the link of direction d with weather of seed s.Seed.
func (s Spec) Link(d Direction) *Link { return New(s.Params(d), s.Seed, d) }

// Params returns the knobs of direction d.
func (s Spec) Params(d Direction) Params {
	if d == In {
		return s.In
	}
	return s.Out
}

// RTT is the round trip the delays alone make.
func (s Spec) RTT() time.Duration { return s.Out.Delay + s.In.Delay }

// MaxRTO is the longest retransmission timeout a TCP over this link should be
// allowed, so that it neither invents retransmissions nor sleeps for minutes:
//
//	max(3 s, 4 × (RTT + 4 × jitter + time a full queue of mtu bytes a packet takes))
//
// with the jitter and the queue of both directions.
func (s Spec) MaxRTO(mtu int) time.Duration {
	var worst time.Duration
	for _, p := range []Params{s.Out, s.In} {
		worst = plus(worst, p.Delay+4*p.Jitter)
		worst = plus(worst, p.drain(mtu))
	}
	return max(3*time.Second, times(worst, 4))
}

// drain is how long the serializer takes for a full queue.
func (p Params) drain(mtu int) time.Duration {
	if p.Rate == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(p.limit())*uint64(mtu)*8, uint64(time.Second))
	if hi >= p.Rate {
		return maxDuration
	}
	ns, _ := bits.Div64(hi, lo, p.Rate)
	return time.Duration(min(ns, uint64(maxDuration)))
}

const maxDuration = time.Duration(1<<63 - 1)

// plus and times stop at maxDuration.
func plus(a, b time.Duration) time.Duration {
	if a > maxDuration-b {
		return maxDuration
	}
	return a + b
}

func times(a time.Duration, n int64) time.Duration {
	if a > maxDuration/time.Duration(n) {
		return maxDuration
	}
	return a * time.Duration(n)
}
