package lesson

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/ui/words"
)

// A kind is what a figure counts.
type kind byte

const (
	count kind = iota // messages, packets, bytes
	ratio
	period // a time
	truth  // yes, no
	word   // of errorWords, or none
)

// A value is what was measured. One that is not known satisfies nothing.
type value struct {
	kind  kind
	n     float64 // of a truth 0 or 1, of a time nanoseconds
	word  string
	known bool
}

func (v value) String() string {
	switch {
	case !v.known:
		return "-"
	case v.kind == ratio:
		return strconv.FormatFloat(v.n, 'f', 2, 64)
	case v.kind == period:
		return short(time.Duration(v.n))
	case v.kind == truth && v.n == 1:
		return "yes"
	case v.kind == truth:
		return "no"
	case v.kind == word:
		return v.word
	}
	return strconv.FormatFloat(v.n, 'f', -1, 64)
}

// A figure is a word of the vocabulary: what it means, and how it is read off
// an experiment.
type figure struct {
	kind kind
	what words.Phrase
	of   func(x *experiment) (n float64, known bool)
	word func(x *experiment) string // of a word
}

func (f figure) value(x *experiment) value {
	v := value{kind: f.kind, known: true}
	if f.kind == word {
		v.word = f.word(x)
		return v
	}
	v.n, v.known = f.of(x)
	return v
}

// figures is the whole vocabulary, by name.
var figures = vocabulary()

// figureNames are its words in order.
func figureNames() []string {
	var names []string
	for n := range figures {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// nearestFigures are the words that a wrong one may have been meant for: those
// of its first part, else all first parts.
func nearestFigures(name string) string {
	first, _, _ := strings.Cut(name, ".")
	var near, firsts []string
	for _, n := range figureNames() {
		if strings.HasPrefix(n, first+".") {
			near = append(near, n)
		}
		f, _, _ := strings.Cut(n, ".")
		if !slices.Contains(firsts, f) {
			firsts = append(firsts, f)
		}
	}
	if near == nil {
		for _, f := range firsts {
			near = append(near, f+".…")
		}
	}
	return strings.Join(near, ", ")
}

func vocabulary() map[string]figure {
	all := map[string]figure{}
	number := func(name string, what words.Phrase, of func(x *experiment) int) {
		all[name] = figure{kind: count, what: what, of: func(x *experiment) (float64, bool) { return float64(of(x)), true }}
	}
	for _, proto := range protos {
		routeFigures(all, number, proto.String(), proto)
	}
	wireFigures(all, number)
	for _, name := range []Side{A, B, C} {
		endFigures(all, number, string(rune(name))+".", name)
	}
	return all
}

type numberFunc func(name string, what words.Phrase, of func(x *experiment) int)

// routeFigures are about A's messages over a protocol, and the replies.
func routeFigures(all map[string]figure, number numberFunc, name string, proto segment.Proto) {
	ofA := func(x *experiment) *passage { return x.passage(proto, A) }
	yes := func(word string, what words.Phrase, of func(x *experiment) bool) {
		all[name+word] = figure{kind: truth, what: what, of: func(x *experiment) (float64, bool) {
			if of(x) {
				return 1, true
			}
			return 0, true
		}}
	}
	lasts := func(word string, what words.Phrase, of func(x *experiment) (time.Duration, bool)) {
		all[name+word] = figure{kind: period, what: what, of: func(x *experiment) (float64, bool) {
			d, ok := of(x)
			return float64(d), ok
		}}
	}
	number(name+".said", words.FigSaid, func(x *experiment) int { return len(ofA(x).flights) })
	number(name+".sent", words.FigSent, func(x *experiment) int { return ofA(x).sent() })
	number(name+".refused", words.FigRefused, func(x *experiment) int { return ofA(x).refused })
	number(name+".delivered", words.FigDelivered, func(x *experiment) int { return ofA(x).delivered() })
	number(name+".lost", words.FigLost, func(x *experiment) int { return len(ofA(x).flights) - ofA(x).delivered() })
	number(name+".duplicate", words.FigDuplicate, func(x *experiment) int { return ofA(x).duplicate })
	number(name+".late", words.FigLate, func(x *experiment) int { return ofA(x).late })
	number(name+".text", words.FigText, func(x *experiment) int { return ofA(x).bytes })
	number(name+".replies", words.FigReplies, func(x *experiment) int { return x.passage(proto, B).delivered() })
	number(name+".packets", words.FigPackets, func(x *experiment) int { return x.counts.packets[proto] })
	number(name+".bytes", words.FigBytes, func(x *experiment) int { return x.counts.bytes[proto] })
	number(name+".harmed", words.FigHarmed, func(x *experiment) int { return x.counts.harmed[proto] })
	all[name+".overhead"] = figure{kind: ratio, what: words.FigOverhead, of: func(x *experiment) (float64, bool) {
		text := ofA(x).bytes
		return float64(x.counts.bytes[proto]) / float64(max(text, 1)), text > 0
	}}
	yes(".ordered", words.FigOrdered, func(x *experiment) bool { return ofA(x).late == 0 && ofA(x).delivered() > 0 })
	yes(".intact", words.FigIntact, func(x *experiment) bool { return len(ofA(x).flights) > 0 && x.intact(proto, A) })
	lasts(".first", words.FigFirst, func(x *experiment) (time.Duration, bool) { return ofA(x).firstCame() })
	lasts(".all", words.FigAll, func(x *experiment) (time.Duration, bool) { return ofA(x).lastCame() })
	lasts(".p50", words.FigP50, func(x *experiment) (time.Duration, bool) { return ofA(x).latency(50) })
	lasts(".max", words.FigMax, func(x *experiment) (time.Duration, bool) { return ofA(x).latency(100) })
}

// wireFigures are about what was seen on the wire.
func wireFigures(all map[string]figure, number numberFunc) {
	of := func(name string, what words.Phrase, f func(c *counts) int) {
		number(name, what, func(x *experiment) int { return f(&x.counts) })
	}
	of("tcp.syn", words.FigSyn, func(c *counts) int { return c.syn })
	of("tcp.fin", words.FigFin, func(c *counts) int { return c.fin })
	of("tcp.rst", words.FigRst, func(c *counts) int { return c.rst })
	of("tcp.acks", words.FigAcks, func(c *counts) int { return c.acks })
	of("tcp.pure", words.FigPure, func(c *counts) int { return c.pure })
	of("tcp.riding", words.FigRiding, func(c *counts) int { return c.riding })
	of("tcp.resent", words.FigResent, func(c *counts) int { return c.resent })
	of("tcp.fast", words.FigFast, func(c *counts) int { return c.fast })
	of("tcp.timer", words.FigTimer, func(c *counts) int { return c.timer })
	of("tcp.dupacks", words.FigDupAcks, func(c *counts) int { return c.dupAcks })
	of("tcp.sacks", words.FigSacks, func(c *counts) int { return c.sacks })
	of("tcp.zerowindows", words.FigZero, func(c *counts) int { return c.zero })
	of("tcp.probes", words.FigProbes, func(c *counts) int { return c.probes })
	of("isn.count", words.FigISNs, func(c *counts) int { return len(c.firsts) })
	of("isn.different", words.FigDifferent, (*counts).different)
	of("icmp.packets", words.FigICMP, func(c *counts) int { return c.packets[segment.ICMP] })
	number("tcp.connections", words.FigConnections, func(x *experiment) int { return len(x.wires) })
	number("tcp.waited", words.FigWaited, func(x *experiment) int { n, _ := x.passage(segment.TCP, A).waited(); return n })
	all["tcp.wait"] = figure{kind: period, what: words.FigWait, of: func(x *experiment) (float64, bool) {
		_, longest := x.passage(segment.TCP, A).waited()
		return float64(longest), true
	}}
	all["tcp.window"] = figure{kind: count, what: words.FigWindow, of: func(x *experiment) (float64, bool) {
		return float64(x.counts.leastWindow), x.counts.leastWindow >= 0
	}}
	all["tcp.backoff"] = figure{kind: ratio, what: words.FigBackoff, of: func(x *experiment) (float64, bool) {
		r := x.counts.backoff()
		return r, r > 0
	}}
	all["tcp.handshake"] = figure{kind: period, what: words.FigHandshake, of: (*experiment).handshake}
}

// endFigures are about one program.
func endFigures(all map[string]figure, number numberFunc, pre string, name Side) {
	end := func(x *experiment) *endSeen { return &x.programs[name].seen }
	number(pre+"tcp.reads", words.FigReads, func(x *experiment) int { return end(x).readCount[0] })
	number(pre+"udp.reads", words.FigReads, func(x *experiment) int { return end(x).readCount[1] })
	number(pre+"tcp.split", words.FigSplit, func(x *experiment) int { return end(x).split })
	number(pre+"udp.torn", words.FigTorn, func(x *experiment) int { return end(x).torn })
	number(pre+"udp.dropped", words.FigDropped, func(x *experiment) int { return end(x).dropped })
	number(pre+"udp.senders", words.FigSenders, func(x *experiment) int { return len(end(x).senders) })
	number(pre+"flight", words.FigFlight, func(x *experiment) int { return end(x).flight })
	known := func(word string, what words.Phrase, of func(e *endSeen) int) {
		all[pre+word] = figure{kind: count, what: what, of: func(x *experiment) (float64, bool) {
			n := of(end(x))
			return float64(n), n > 0
		}}
	}
	known("cwnd.first", words.FigCwndFirst, func(e *endSeen) int { return e.cwndFirst })
	known("cwnd", words.FigCwnd, func(e *endSeen) int { return e.cwnd })
	number(pre+"ssthresh", words.FigSsthresh, func(x *experiment) int { return end(x).ssthresh })
	all[pre+"tcp.error"] = figure{kind: word, what: words.FigError, word: func(x *experiment) string { return end(x).tcpErr }}
	all[pre+"udp.error"] = figure{kind: word, what: words.FigError, word: func(x *experiment) string { return end(x).udpErr }}
	all[pre+"timewait.left"] = figure{kind: period, what: words.FigTimeLeft, of: func(x *experiment) (float64, bool) {
		return float64(end(x).left), end(x).left > 0
	}}
	all[pre+"timewait"] = figure{kind: period, what: words.FigTimeWait, of: func(x *experiment) (float64, bool) {
		d := end(x).in(segment.TimeWait, x.now())
		return float64(d), d > 0
	}}
}

// in is how long the connection was in a state.
func (e *endSeen) in(s segment.State, now time.Duration) (d time.Duration) {
	for i, st := range e.states {
		until := now
		if i+1 < len(e.since) {
			until = e.since[i+1]
		}
		if st == s {
			d += until - e.since[i]
		}
	}
	return d
}

// handshake is how long A's first connection took to stand.
func (x *experiment) handshake() (float64, bool) {
	e := &x.programs[A].seen
	for i, s := range e.states {
		if s == segment.Established && i > 0 {
			return float64(e.since[i] - e.since[0]), true
		}
	}
	return 0, false
}

// firstCame is when the first message arrived, since the lesson began.
func (p *passage) firstCame() (d time.Duration, ok bool) {
	for _, f := range p.flights {
		if f.arrivals > 0 && (!ok || f.came < d) {
			d, ok = f.came, true
		}
	}
	return d, ok
}

// lastCame is when the last of all messages had arrived; false if one is
// missing.
func (p *passage) lastCame() (d time.Duration, ok bool) {
	for _, f := range p.flights {
		if f.arrivals == 0 {
			return 0, false
		}
		d = max(d, f.came)
	}
	return d, len(p.flights) > 0
}

// latency is a percentile of the time from saying a message to its arrival.
func (p *passage) latency(percent int) (time.Duration, bool) {
	var all []time.Duration
	for _, f := range p.flights {
		if f.arrivals > 0 {
			all = append(all, f.came-f.said)
		}
	}
	slices.Sort(all)
	return percentile(all, percent), len(all) > 0
}

// waited is how many messages were whole with the receiver's stack while an
// earlier byte was not, and the longest of these waits.
func (p *passage) waited() (n int, longest time.Duration) {
	for _, f := range p.flights {
		if d := f.came - f.whole; f.arrivals > 0 && f.isWhole && d > 0 {
			n++
			longest = max(longest, d)
		}
	}
	return n, longest
}

// fill puts the measured values where a text names figures in braces.
func fill(l words.Lang, text string, x *experiment) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, rest, _ := strings.Cut(after, "}")
		b.WriteString(words.FigureWord(l, figures[name].value(x).String()))
		text = rest
	}
}
