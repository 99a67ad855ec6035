package ui

import (
	"math"
	"slices"
	"time"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// Graphs shows what a connection does over time: its bytes in both
// directions, the congestion window, the round trips, the latencies. What is
// handed over may be longer than what is seen; only the latter costs.
type Graphs struct {
	W, H      int
	Which     Graph
	From, To  time.Duration // what is seen, since the ladder's beginning
	Out, In   Sequence
	Cwnd      []Point // segments
	Ssthresh  []Point // segments; where there is none yet, no point
	RTT, RTO  []Point // milliseconds
	Latencies Latencies
	Peer      string // foreign: it is spelled out; "": the peer
}

// A Graph is one of them.
type Graph uint8

// The graphs. AllGraphs are as many as fit, at least one.
const (
	AllGraphs Graph = iota
	OutGraph
	InGraph
	CwndGraph
	RTTGraph
	LatencyGraph
	GraphCount
)

// A Sequence is the stream in one direction over time, as tcptrace draws it.
type Sequence struct {
	Sent  []SentBytes // in the order of time
	Acked []Point     // the byte expected next
	Edge  []Point     // the first byte beyond the window
	SACK  []SentBytes // said to have arrived beyond a gap
}

// SentBytes are bytes of the stream at a time: First is in it, Next is not.
type SentBytes struct {
	At          time.Duration
	First, Next uint64
	Again       bool
	Lost        bool
}

// Draw draws d.H rows, each d.W cells wide.
func (d Graphs) Draw(l *Look) []string {
	w, h := max(d.W, 0), max(d.H, 0)
	switch {
	case d.Which != AllGraphs:
		return d.one(l, d.Which, w, h)
	case w >= 100 && h >= 24:
		left := w * 11 / 20
		a := slices.Concat(d.one(l, OutGraph, left, (h+1)/2), d.one(l, InGraph, left, h/2))
		b := slices.Concat(d.one(l, CwndGraph, w-left-1, (h+2)/3), d.one(l, RTTGraph, w-left-1, (h+1)/3), d.one(l, LatencyGraph, w-left-1, h/3))
		return beside(a, b)
	case w >= 72 && h >= 14:
		left := w / 2
		a := slices.Concat(d.one(l, OutGraph, left, (h+1)/2), d.one(l, CwndGraph, left, h/2))
		b := slices.Concat(d.one(l, RTTGraph, w-left-1, (h+1)/2), d.one(l, LatencyGraph, w-left-1, h/2))
		return beside(a, b)
	case h >= 16:
		return slices.Concat(d.one(l, OutGraph, w, (h+1)/2), d.one(l, RTTGraph, w, h/2))
	}
	return d.one(l, OutGraph, w, h)
}

// beside puts columns of equally many rows side by side, a blank between them.
func beside(a, b []string) []string {
	rows := make([]string, len(a))
	for i := range a {
		rows[i] = a[i] + " " + b[i]
	}
	return rows
}

// one draws one graph in h rows of w cells.
func (d *Graphs) one(l *Look, g Graph, w, h int) []string {
	in := l.Lang
	p := Plot{From: d.From, To: d.To}
	switch g {
	case InGraph:
		return d.In.plot(l, d.From, d.To, words.GraphIn.In(in, d.peer(l))).Draw(l, w, h)
	case CwndGraph:
		p.Title, p.Unit, p.Zero = words.GraphCwnd.In(in), words.GraphSegments.In(in), true
		p.Lines = []Line{
			{Name: "ssthresh", Ink: InkFaint, Dashed: true, Points: d.Ssthresh},
			{Name: "cwnd", Ink: InkTCP, Points: d.Cwnd},
		}
	case RTTGraph:
		p.Title, p.Unit, p.Zero = words.GraphRTT.In(in), "ms", true
		p.Lines = []Line{
			{Name: "RTO", Ink: InkWarn, Dashed: true, Points: d.RTO},
			{Name: "SRTT", Ink: InkGood, Points: d.RTT},
		}
	case LatencyGraph:
		b := newBrush(l, w, Style{})
		b.skip(1)
		b.text(l.Theme.Strong, words.GraphLatency.In(in))
		b.text(l.Theme.Dim, ", "+words.GraphMessages.In(in))
		if h <= 0 {
			return nil
		}
		return append([]string{b.end()}, d.Latencies.Draw(l, w, h-1)...)
	default:
		return d.Out.plot(l, d.From, d.To, words.GraphOut.In(in, d.peer(l))).Draw(l, w, h)
	}
	return p.Draw(l, w, h)
}

// peer is who is at the other end.
func (d *Graphs) peer(l *Look) string {
	if d.Peer == "" {
		return words.LadderPeer.In(l.Lang)
	}
	return Truncate(l.Method, safe.String(d.Peer).String(), 12, "…")
}

// plot is s as a plot. A window that ends far above what was sent would press
// the rest flat; then it is only said.
func (s *Sequence) plot(l *Look, from, to time.Duration, title string) Plot {
	p := Plot{Title: title, From: from, To: to, Keys: []Key{
		{'|', InkTCP, words.GraphSent.In(l.Lang)},
		{'R', InkWarn, words.GraphAgain.In(l.Lang)}, {'x', InkBad, words.GraphLost.In(l.Lang)}, {'S', InkFaint, "SACK"},
	}}
	seen := func(q []SentBytes) []SentBytes {
		i, _ := slices.BinarySearchFunc(q, from, func(b SentBytes, t time.Duration) int { return int(b.At - t) })
		return q[i:]
	}
	for _, b := range seen(s.Sent) {
		ink, letter := InkTCP, rune(0)
		switch {
		case b.Lost:
			ink, letter = InkBad, 'x'
		case b.Again:
			ink, letter = InkWarn, 'R'
		}
		p.Strokes = append(p.Strokes, Stroke{b.At, float64(b.First), float64(b.Next), ink})
		if letter != 0 {
			p.Signs = append(p.Signs, Sign{b.At, (float64(b.First) + float64(b.Next)) / 2, letter, ink})
		}
	}
	for _, b := range seen(s.SACK) {
		p.Signs = append(p.Signs, Sign{b.At, (float64(b.First) + float64(b.Next)) / 2, 'S', InkFaint})
	}
	slices.SortStableFunc(p.Signs, func(a, b Sign) int { return int(a.At - b.At) })
	p.Lines = []Line{{Name: words.GraphAcked.In(l.Lang), Ink: InkGood, Points: s.Acked}}
	low, top, ok := p.span()
	edge := Line{Name: words.GraphEdge.In(l.Lang), Ink: InkFaint, Dashed: true, Points: s.Edge}
	with := Plot{From: from, To: to, Lines: []Line{edge}}
	if _, high, any := with.span(); ok && any && high > max(top+(top-low), 10_000) {
		p.Beyond = words.GraphBeyond.In(l.Lang, short(math.Round(high/1000)*1000))
	} else {
		p.Lines = append(p.Lines, edge)
	}
	return p
}
