package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"seqtalk/ui/words"
)

// A Gauge is a part of a pane that is no list, and can be looked at.
type Gauge uint8

// The gauges, in the order in which they are looked at.
const (
	NoGauge Gauge = iota
	GaugeLink
	GaugeBuffer
	GaugeTCP // its balance
	GaugeUDP
	GaugeLatencies
	GaugeOut // the graphs
	GaugeIn
	GaugeCwnd
	GaugeRTT
	GaugeRuler
	GaugeDatagrams
	GaugeRulerIn
	GaugeDatagramsIn
	Gauges // how many there are
)

// A GaugePlace is where in its pane a gauge is drawn.
type GaugePlace struct {
	Gauge
	X, Y, W, H int
}

// PointAt marks what is drawn from x, y on as looked at: its first cell is blank.
func PointAt(l *Look, rows []string, x, y int) {
	if y < 0 || y >= len(rows) {
		return
	}
	m := l.Method
	left := m.Truncate(rows[y], x, "") + reset
	right := m.TruncateLeft(rows[y], x+1, "")
	if n := m.StringWidth(rows[y]); x+1+m.StringWidth(right) == n && m.StringWidth(left) == x {
		rows[y] = left + l.Theme.Accent.Render(l.Glyphs.Selected) + right
	}
}

// Explain says what the link's row means.
func (r LinkRow) Explain(l *Look) Explanation {
	e := Explain(l, words.TopicLink, r.Spec, r.Seed)
	var more []string
	for _, f := range r.state(l) {
		more = append(more, f.s)
	}
	if len(more) > 0 {
		e.Then = append(e.Then, Explain(l, words.TopicLinkState, strings.Join(more, words.LadderAnd.In(l.Lang))))
	}
	return e
}

// Explain says what TCP's buffer holds, and why.
func (s Buffer) Explain(l *Look) Explanation {
	if s.Waits == 0 && s.Unread > 0 {
		return Explain(l, words.TopicBufferUnread, s.Unread)
	}
	if s.Waits == 0 && !s.Frame {
		return Explain(l, words.TopicBufferEmpty, s.reason(l, true))
	}
	var here []string
	bytes := 0
	for _, slot := range s.Slots {
		if slot.Here {
			here = append(here, "m"+strconv.FormatUint(slot.N, 10))
			bytes += slot.Bytes
		}
	}
	e := Explain(l, words.TopicBufferGap, s.Waits)
	if len(here) > 0 {
		const most = 8
		if n := len(here); n > most {
			here = append(here[:most-1], "…", here[n-1])
		}
		e = Explain(l, words.TopicBufferWaits, strings.Join(here, " "), bytes, s.Waits)
	}
	if s.Frame {
		e = Explain(l, words.TopicBufferFrame, strings.Join(here, " "), bytes)
	}
	e.Then = []Explanation{Explain(l, words.TopicBufferReason, s.reason(l, true))}
	return e
}

// Explain says what a protocol's row of the balance means, with its numbers.
func (t Tally) Explain(l *Look) Explanation {
	said := make([]any, len(tallyColumns))
	for i := range tallyColumns {
		said[i], _ = tallyColumns[i].cell(l, &t)
	}
	udp := t.Proto == "UDP"
	e := Explain(l, pick(udp, words.TopicTallyUDP, words.TopicTallyTCP), said[0], said[1], said[2], said[3])
	e.Then = []Explanation{
		Explain(l, words.TopicTook, said[5], said[6]),
		Explain(l, pick(udp, words.TopicCostUDP, words.TopicCostTCP), said[4], said[7], said[8]),
	}
	return e
}

// Explain says how long the messages of either protocol took.
func (d Latencies) Explain(l *Look) Explanation {
	n, from, to := d.TCP.most()
	m, since, until := d.UDP.most()
	if n+m == 0 {
		return Explain(l, words.TopicNothingYet)
	}
	return Explain(l, words.TopicLatencies, n, tookAbout(from), tookAbout(to), m, tookAbout(since), tookAbout(until))
}

// most is how many h counts, and between what the shortest run of buckets lies
// that has more than half of them.
func (h *Histogram) most() (n int, from, to time.Duration) {
	for _, c := range h {
		n += int(c)
	}
	best := len(h) + 1
	for i := range h {
		for k, sum := i, 0; k < len(h) && k-i+1 < best; k++ {
			if sum += int(h[k]); 2*sum > n {
				best, from, to = k-i+1, BucketFrom(i), BucketFrom(k+1)
			}
		}
	}
	if n == 0 {
		return 0, 0, 0
	}
	return n, from, to
}

// tookAbout is d, of which a bucket knows no more than two figures.
func tookAbout(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return Span(d)
}

// Gauges are the graphs that are drawn, and where.
func (d Graphs) Gauges() []GaugePlace {
	w, h := max(d.W, 0), max(d.H, 0)
	one := func(g Graph, x, y, w, h int) GaugePlace { return GaugePlace{gaugeOf(g), x, y, w, h} }
	var all []GaugePlace
	switch {
	case d.Which != AllGraphs:
		all = []GaugePlace{one(d.Which, 0, 0, w, h)}
	case w >= 100 && h >= 24:
		left := w * 11 / 20
		a, b := (h+1)/2, (h+2)/3
		c := (h + 1) / 3
		all = []GaugePlace{
			one(OutGraph, 0, 0, left, a), one(InGraph, 0, a, left, h/2),
			one(CwndGraph, left+1, 0, w-left-1, b), one(RTTGraph, left+1, b, w-left-1, c), one(LatencyGraph, left+1, b+c, w-left-1, h/3),
		}
	case w >= 72 && h >= 14:
		left, a := w/2, (h+1)/2
		all = []GaugePlace{
			one(OutGraph, 0, 0, left, a), one(CwndGraph, 0, a, left, h/2),
			one(RTTGraph, left+1, 0, w-left-1, a), one(LatencyGraph, left+1, a, w-left-1, h/2),
		}
	case h >= 16:
		all = []GaugePlace{one(OutGraph, 0, 0, w, (h+1)/2), one(RTTGraph, 0, (h+1)/2, w, h/2)}
	default:
		all = []GaugePlace{one(OutGraph, 0, 0, w, h)}
	}
	return slices.DeleteFunc(all, func(p GaugePlace) bool { return p.H <= 0 || p.W <= 0 })
}

// gaugeOf is g as something to look at.
func gaugeOf(g Graph) Gauge {
	switch g {
	case InGraph:
		return GaugeIn
	case CwndGraph:
		return GaugeCwnd
	case RTTGraph:
		return GaugeRTT
	case LatencyGraph:
		return GaugeLatencies
	}
	return GaugeOut
}

// Explain says what a graph shows, with its last values.
func (d Graphs) Explain(l *Look, g Gauge) Explanation {
	last := func(p []Point) string {
		if len(p) == 0 {
			return words.LookUnset.In(l.Lang)
		}
		return strconv.FormatFloat(p[len(p)-1].Value, 'f', -1, 64)
	}
	switch g {
	case GaugeIn:
		return d.In.explain(l, d.From)
	case GaugeCwnd:
		return Explain(l, words.TopicCwndGraph, last(d.Cwnd), last(d.Ssthresh))
	case GaugeRTT:
		return Explain(l, words.TopicRTTGraph, lastOf(l, d.RTT), lastOf(l, d.RTO))
	case GaugeLatencies:
		return d.Latencies.Explain(l)
	}
	return d.Out.explain(l, d.From)
}

// lastOf is the last of p, in as many figures as one can see.
func lastOf(l *Look, p []Point) string {
	if len(p) == 0 {
		return words.LookUnset.In(l.Lang)
	}
	return strconv.FormatFloat(p[len(p)-1].Value, 'f', 1, 64)
}

// explain says what s shows from from on.
func (s *Sequence) explain(l *Look, from time.Duration) Explanation {
	n, again, lost := 0, 0, 0
	for _, b := range s.Sent {
		switch {
		case b.At < from:
			continue
		case b.Lost:
			lost++
		case b.Again:
			again++
		}
		n++
	}
	upTo := func(p []Point) string {
		if len(p) == 0 {
			return words.LookNoneYet.In(l.Lang)
		}
		return words.LookUpTo.In(l.Lang, uint64(max(p[len(p)-1].Value, 1))-1)
	}
	return Explain(l, words.TopicSequence, n, again, lost, upTo(s.Acked), upTo(s.Edge))
}

// Explain says what the ruler shows, or its datagrams.
func (d Ruler) Explain(l *Look, g Gauge) Explanation {
	if g == GaugeDatagrams || g == GaugeDatagramsIn {
		lost, torn, gone := 0, 0, 0
		for _, t := range d.Datagrams {
			lost += pick(t.Lost, 1, 0)
			torn += pick(t.Torn, 1, 0)
			gone += t.Gone
		}
		return Explain(l, words.TopicRulerUDP, len(d.Datagrams), lost, torn, gone)
	}
	last := d.First + uint64(len(d.Stream))
	return Explain(l, words.TopicRuler, d.First, max(last, 1)-1, len(d.Sends), len(d.Recvs), d.halves())
}
