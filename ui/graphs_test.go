package ui

import (
	"fmt"
	"math"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// graphSample is a transfer of n segments with a loss each 40, over 20 ms each
// way; what the peer sends is a line each second.
func graphSample(w, h, n int) Graphs {
	d := Graphs{W: w, H: h, Peer: "bob", Latencies: sideSample(1, 1).Latencies}
	at, seq, cwnd, ssthresh := 100*time.Millisecond, uint64(1), 4.0, 0.0
	add := func(q *[]Point, v float64) { *q = append(*q, Point{at, v}) }
	add(&d.Out.Acked, 1)
	for i := 0; i < n; i++ {
		s := SentBytes{At: at, First: seq, Next: seq + 1360}
		lost := i%40 == 25
		s.Lost = lost
		d.Out.Sent = append(d.Out.Sent, s)
		at += time.Duration(float64(40*time.Millisecond) / cwnd)
		switch {
		case lost:
			for k := range 3 {
				d.Out.SACK = append(d.Out.SACK, SentBytes{At: at + time.Duration(k)*time.Millisecond, First: seq + 1360, Next: seq + 1360*uint64(k+2)})
			}
			at += 20 * time.Millisecond
			d.Out.Sent = append(d.Out.Sent, SentBytes{At: at, First: seq, Next: seq + 1360, Again: true})
			ssthresh = cwnd / 2
			cwnd = ssthresh
			add(&d.Ssthresh, ssthresh)
		case ssthresh == 0 || cwnd < ssthresh:
			cwnd++
		default:
			cwnd += 1 / cwnd
		}
		seq += 1360
		add(&d.Cwnd, math.Floor(cwnd))
		add(&d.RTT, 41+8*math.Sin(float64(i)/9))
		add(&d.RTO, 204+30*math.Sin(float64(i)/9))
		add(&d.Out.Acked, float64(seq))
		add(&d.Out.Edge, float64(seq)+65535)
		if i%12 == 3 {
			d.In.Sent = append(d.In.Sent, SentBytes{At: at, First: uint64(i) * 4, Next: uint64(i)*4 + 48})
			add(&d.In.Acked, float64(i*4+48))
			add(&d.In.Edge, 524288)
		}
	}
	d.From, d.To = 0, at
	return d
}

func TestGraphs(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for _, s := range goldenSizes {
			rows := graphSample(s[0], s[1], 100).Draw(l)
			checkRows(t, "graphs", l, rows, s[0], s[1])
			golden(t, fmt.Sprintf("graphs_%dx%d_%s.txt", s[0], s[1], lang.name), plainScreen(rows))
		}
	}
	l := testLook(words.English)
	l.Glyphs = &SevenBit
	golden(t, "graphs_80x24_ascii.txt", plainScreen(graphSample(80, 24, 100).Draw(l)))
	d := graphSample(80, 24, 100)
	d.Which = OutGraph
	golden(t, "graph_80x24_en.txt", plainScreen(d.Draw(testLook(words.English))))
}

func TestGraphsAreAsWideAsAsked(t *testing.T) {
	d := graphSample(0, 0, 60)
	flat := Graphs{To: time.Second, Cwnd: []Point{{0, 10}}, RTT: []Point{{0, 0}}, Out: Sequence{Sent: []SentBytes{{First: 1, Next: 1}}}}
	for _, g := range []*Glyphs{&Unicode, &SevenBit} {
		for _, lang := range goldenLangs {
			l := testLook(lang.lang)
			l.Glyphs = g
			for w, h := range sizes {
				if h > 70 || h%2 == 1 {
					continue
				}
				for which := range GraphCount {
					for _, d := range []Graphs{d, flat, {}} {
						d.W, d.H, d.Which = w, h, which
						checkRows(t, fmt.Sprint("graph ", which), l, d.Draw(l), w, h)
					}
				}
			}
		}
	}
}

// Whatever the values, the pane is as asked.
func FuzzPlot(f *testing.F) {
	f.Add(int64(0), int64(1e9), int64(5e8), 3.0, 1e300, 80, 24)
	f.Add(int64(5), int64(5), int64(0), math.Inf(1), math.NaN(), 30, 7)
	f.Fuzz(func(t *testing.T, from, to, at int64, a, b float64, w, h int) {
		w, h = ((w%150)+150)%150, ((h%40)+40)%40
		l := testLook(words.English)
		p := Plot{
			Title: "x", From: duration(from), To: duration(to), Zero: w%2 == 0,
			Lines:   []Line{{Points: []Point{{duration(at), a}, {duration(at), b}}}, {Dashed: true, Points: []Point{{0, b}}}},
			Strokes: []Stroke{{duration(at), a, b, InkBad}},
			Signs:   []Sign{{duration(at), b, 'R', InkWarn}},
		}
		checkRows(t, "plot", l, p.Draw(l, w, h), w, h)
	})
}

func benchmarkGraphs(b *testing.B, w, h int) {
	l := testLook(words.English)
	d := graphSample(w, h, 50_000)
	d.From = d.To - time.Second // some thousand points
	b.ReportAllocs()
	for b.Loop() {
		d.Draw(l)
	}
}

func BenchmarkGraphs80x24(b *testing.B)  { benchmarkGraphs(b, 80, 24) }
func BenchmarkGraphs200x60(b *testing.B) { benchmarkGraphs(b, 200, 60) }

func benchmarkSide(b *testing.B, w, h int) {
	l := testLook(words.English)
	d := sideSample(w, h)
	b.ReportAllocs()
	for b.Loop() {
		d.Draw(l, Latest)
	}
}

func BenchmarkSide80x24(b *testing.B)  { benchmarkSide(b, 80, 24) }
func BenchmarkSide200x60(b *testing.B) { benchmarkSide(b, 200, 60) }
