package model

import (
	"strings"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui"
)

// graphSpan is how much of the past is drawn, graphRoom how many points of each
// line are kept.
const (
	graphSpan = time.Minute
	graphRoom = 8192
)

// A series is what the graphs are drawn from, oldest first.
type series struct {
	began     time.Time
	streams   [2]ui.Sequence // by Dir
	cwnd, ssh []ui.Point
	rtt, rto  []ui.Point
}

// push appends v to q, and forgets the older half where there is no room.
func push[T any](q *[]T, v T) {
	if len(*q) >= graphRoom {
		*q = append((*q)[:0], (*q)[graphRoom/2:]...)
	}
	*q = append(*q, v)
}

// see takes a segment as it left this end or came to it, and where it died.
func (s *series) see(g *segment.Segment) {
	if s.began.IsZero() {
		s.began = g.At
	}
	here := g.Stage == segment.Unstaged || (g.Stage == segment.Sent) == (g.Dir == segment.Out)
	if g.Proto != segment.TCP || !here || g.Stage == segment.Died {
		return
	}
	at := g.At.Sub(s.began)
	if g.Len > 0 {
		push(&s.streams[g.Dir].Sent, ui.SentBytes{
			At: at, First: g.RelSeq, Next: g.RelSeq + uint64(g.Len),
			Again: g.Notes&segment.Resent != 0,
			Lost:  strings.Contains(g.Fate, segment.FateLost) || strings.Contains(g.Fate, segment.FateOverflowed),
		})
	}
	if g.Flags&segment.ACK == 0 {
		return
	}
	q := &s.streams[1-g.Dir]
	push(&q.Acked, ui.Point{At: at, Value: float64(g.RelAck)})
	push(&q.Edge, ui.Point{At: at, Value: float64(g.RelAck) + float64(g.Wnd)})
	for _, b := range g.SACK {
		push(&q.SACK, ui.SentBytes{At: at, First: b.First, Next: b.Next})
	}
}

// read takes TCP's numbers.
func (s *series) read(at time.Time, n *segment.Snapshot) {
	if !n.Has(segment.HasCwnd) && !n.Has(segment.HasRTT) {
		return
	}
	if s.began.IsZero() {
		s.began = at
	}
	t := at.Sub(s.began)
	if n.Has(segment.HasCwnd) {
		push(&s.cwnd, ui.Point{At: t, Value: float64(n.Cwnd)})
		if n.Ssthresh > 0 {
			push(&s.ssh, ui.Point{At: t, Value: float64(n.Ssthresh)})
		}
	}
	if n.Has(segment.HasRTT) && n.SRTT > 0 {
		push(&s.rtt, ui.Point{At: t, Value: ms(n.SRTT)})
		push(&s.rto, ui.Point{At: t, Value: ms(n.RTO)})
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// sample adds TCP's numbers as they were last read.
func (m *Model) sample(g *transport.Leg) {
	if g != nil && g.Up {
		m.series.read(m.numbers.last.At, &g.TCP)
	}
}

// graphs are drawn in r.
func (m *Model) graphs(r ui.Rect) []string { return m.graphPane(r).Draw(m.look) }

// graphPane are the graphs in r.
func (m *Model) graphPane(r ui.Rect) ui.Graphs {
	s := &m.series
	d := ui.Graphs{
		W: r.W, H: r.H, Which: m.graph, Out: s.streams[segment.Out], In: s.streams[segment.In],
		Cwnd: s.cwnd, Ssthresh: s.ssh, RTT: s.rtt, RTO: s.rto,
		Latencies: m.latencies(), Peer: m.peerTitle(),
	}
	if d.To = m.numbers.last.At.Sub(s.began); s.began.IsZero() || d.To < time.Second {
		d.To = time.Second
	}
	d.From = max(d.To-graphSpan, 0)
	return d
}

// latencies are those of the messages: until the other end's program had them,
// where it is here, else until its receipt was.
func (m *Model) latencies() ui.Latencies {
	t := &m.crossings.tally
	if m.twoEnds() {
		return ui.Latencies{TCP: t[0].latency.histogram, UDP: t[1].latency.histogram}
	}
	return ui.Latencies{TCP: t[0].receipt.histogram, UDP: t[1].receipt.histogram}
}

// nextGraph is what F3 does: all graphs, then one after the other, then none.
func (m *Model) nextGraph() {
	switch {
	case m.pane != paneGraphs:
		m.pane, m.graph = paneGraphs, ui.AllGraphs
	case m.graph+1 < ui.GraphCount:
		m.graph++
	default:
		m.pane = panePlain
	}
}
