package ui

import (
	"math"
	"time"

	"seqtalk/ui/words"
)

// A Histogram counts latencies, four to an octave: bucket k holds those from
// BucketFrom(k) to below BucketFrom(k+1), the last also what is beyond.
type Histogram [96]uint32

// firstBucket is where the buckets begin; what is shorter is in the first.
const firstBucket = 10 * time.Microsecond

// Add counts d.
func (h *Histogram) Add(d time.Duration) { h[Bucket(d)]++ }

// Bucket is the bucket of d.
func Bucket(d time.Duration) int {
	if d <= firstBucket {
		return 0
	}
	k := int(4 * math.Log2(float64(d)/float64(firstBucket)))
	return min(max(k, 0), len(Histogram{})-1)
}

// BucketFrom is the shortest latency in bucket k.
func BucketFrom(k int) time.Duration {
	return time.Duration(float64(firstBucket) * math.Exp2(float64(k)/4))
}

// Latencies are those of TCP and UDP on one axis, in proportion: twice as far
// to the right is twice as many octaves.
//
//	TCP  ▂█▂          ▂  ▂
//	UDP  ▃█
//	     └────┴────┴────┴────
//	      20   50  100  200 ms
type Latencies struct{ TCP, UDP Histogram }

// Draw draws h rows of w cells: at least a row for each protocol and two for the axis.
func (d Latencies) Draw(l *Look, w, h int) []string {
	a, ok := d.axis(w - 7)
	if !ok || h < 2 || w < 16 {
		p := &page{l: l, w: max(w-2, 1)}
		p.say(l.Theme.Dim, 1, words.PlotNothing.In(l.Lang))
		return exactly(p.draw(Style{}, max(w, 0), 0, max(min(len(p.rows), h), 0)), max(w, 0), h)
	}
	each := max((h-2)/2, 1)
	var rows []string
	rows = append(rows, d.bars(l, "TCP", &d.TCP, a, w, each)...)
	rows = append(rows, d.bars(l, "UDP", &d.UDP, a, w, each)...)
	if h >= 4 {
		rows = append(rows, a.draw(l, w)...)
	}
	return exactly(rows, w, h)
}

// axis is the one all latencies fit on.
func (d *Latencies) axis(w int) (logAxis, bool) {
	from, to := -1, 0
	for k := range d.TCP {
		if d.TCP[k]+d.UDP[k] > 0 {
			if from < 0 {
				from = k
			}
			to = k + 1
		}
	}
	if from < 0 || w <= 0 {
		return logAxis{}, false
	}
	for to-from < 12 { // one latency alone needs an axis too
		from, to = max(from-1, 0), min(to+1, len(d.TCP))
	}
	return logAxis{from: from, to: to, w: w}, true
}

// bars draws one protocol's latencies in n rows.
func (d *Latencies) bars(l *Look, proto string, h *Histogram, a logAxis, w, n int) []string {
	cols := make([]float64, a.w)
	top := 0.0
	for k := a.from; k < a.to; k++ {
		for x := a.x(k); x < max(a.x(k+1), a.x(k)+1) && x < a.w; x++ {
			cols[x] = max(cols[x], float64(h[k]))
			top = max(top, cols[x])
		}
	}
	rows := make([]string, n)
	for y := range n {
		b := newBrush(l, w, Style{})
		b.skip(1)
		if y == n-1 {
			b.text(l.Theme.ProtoStyle(proto), proto)
		}
		b.to(6)
		part := make([]float64, len(cols))
		for x, v := range cols {
			part[x] = -1
			if v > 0 {
				if v = v/top*float64(n) - float64(n-1-y); v > 0 {
					part[x] = min(v, 0.999)
				} else if y == n-1 {
					part[x] = 0
				}
			}
		}
		l.spark(&b, l.Theme.ProtoStyle(proto), part, 1, a.w)
		rows[y] = b.end()
	}
	return rows
}

// A logAxis is w columns from one bucket to another.
type logAxis struct{ from, to, w int }

// x is the column where bucket k begins.
func (a logAxis) x(k int) int { return (k - a.from) * a.w / (a.to - a.from) }

// at is the column of d.
func (a logAxis) at(d time.Duration) int {
	k := 4 * math.Log2(float64(d)/float64(firstBucket))
	return int((k - float64(a.from)) * float64(a.w) / float64(a.to-a.from))
}

// draw draws the line and, under it, what stands where: 1, 2, 5, 10, …
func (a logAxis) draw(l *Look, w int) []string {
	p, th := l.Glyphs.pen, l.Theme
	line, label := newBrush(l, w, Style{}), newBrush(l, w, Style{})
	line.to(6)
	label.to(6)
	for d := 10 * time.Microsecond; d < 1000*time.Second; {
		for _, m := range []time.Duration{1, 2, 5} {
			x := a.at(d*m) + 6
			s := tickText(d * m)
			if x < line.x || x < label.x+pick(label.x > 6, 1, 0) || x+len(s) >= w {
				continue
			}
			line.fill(th.Dim, p.line, x)
			line.text(th.Dim, p.tick)
			label.to(x)
			label.text(th.Dim, s)
		}
		d *= 10
	}
	line.fill(th.Dim, p.line, 6+a.w)
	return []string{line.end(), label.end()}
}

// tickText is a round d.
func tickText(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.String()
	case d < time.Second:
		return Span(d.Round(time.Millisecond))
	}
	return d.String()
}
