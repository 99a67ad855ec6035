package ui

import (
	"time"

	"seqtalk/ui/words"
)

// A SideBySide shows a conversation over TCP and UDP at once: one row a
// message, its two fates beside each other, so that what UDP lost leaves a gap
// at its place; below it TCP's buffer and the balance. What a frame costs does
// not depend on how many messages there are.
//
//	│   #  TCP  complete, in order      │ UDP  what comes, as it comes │
//	│▎  1  在的。             ✓✓ 41 ms   │ 在的。             ✓✓ 20 ms   │
//	│▎  2  seq counts bytes   ↻1 …      │ · · · · · · · · ✗ lost       │
//	├ buffer ───────────────────────────────────────────────────────────┤
//	├ balance, latencies on one axis ───────────────────────────────────┤
type SideBySide struct {
	Pairs     Pairs
	W, H      int
	Selected  uint64 // in look mode; None: no message
	Buffer    Buffer
	Balance   Balance
	Latencies Latencies
	EndKey    string // what to press to get to the end
}

// Pairs are the messages, [First, End). Their text never changes under an
// index, their fates may.
type Pairs interface {
	First() uint64
	End() uint64
	Pair(i uint64) Pair
}

// A Pair is one message and what became of it over each protocol. One without
// a number is a remark of ours.
type Pair struct {
	N    uint64 // as both ends count it
	In   bool   // the peer said it
	Text []byte // foreign: it is spelled out; empty and In: none came
	TCP  Passage
	UDP  Passage
}

// A Passage is how a message fared over one protocol.
type Passage struct {
	Fate
	OnWay  bool          // sent, and nothing more is known yet: drawn as such
	Here   bool          // the other end is here: when its program had it is known, not told
	Lost   bool          // it never came, and will not: a gap
	Died   bool          // of TCP: what bore it died, and is to be sent again
	Rule   string        // what the link did to it: "lost by loss 10%"
	Waits  uint64        // TCP has it, and keeps it back until this message has come; 0: it does not
	Waited time.Duration // it was kept back so long
	Copies int           // how often it came, if more than once
	Behind uint64        // it came after this later message; 0: in order
}

// parts divides the pane.
type parts struct{ pairs, strip, balance, latencies int }

// parts is how many rows each has: the messages most, the axis last.
func (d *SideBySide) parts() parts {
	p := parts{pairs: d.H}
	take := func(n, least int) int {
		if p.pairs-n < least {
			return 0
		}
		p.pairs -= n
		return n
	}
	p.strip = take(1, 4)
	if p.balance = take(3, 6); p.balance == 0 {
		p.balance = take(2, 4)
	}
	if p.balance > 0 && d.H >= 16 {
		p.pairs-- // a rule
	}
	if p.latencies = take(4, 8); p.latencies > 0 && d.H >= 30 {
		p.latencies += take(1, 10)
	}
	if d.H >= 30 {
		p.strip += take(1, 10)
		p.balance += take(len(d.Balance.Sparks), 12)
		p.latencies += take(pick(d.H >= 50, 6, 2), 14)
	}
	return p
}

// Draw draws what v shows: d.H rows, each d.W cells wide.
func (d SideBySide) Draw(l *Look, v View) []string {
	if d.W <= 0 || d.H <= 0 {
		return exactly(nil, max(d.W, 0), d.H)
	}
	p := d.parts()
	rows := d.pairs(l, v, p.pairs)
	if p.balance > 0 && d.H >= 16 {
		b := newBrush(l, d.W, Style{})
		b.fill(l.Theme.Dim, l.Glyphs.Rule, d.W)
		rows = append(rows, b.end())
	}
	if p.strip > 0 {
		rows = append(rows, d.Buffer.Draw(l, d.W, p.strip)...)
	}
	if p.balance > 0 {
		rows = append(rows, d.Balance.Draw(l, d.W, p.balance)...)
	}
	if p.latencies > 0 {
		if d.H >= 30 {
			b := newBrush(l, d.W, Style{})
			b.skip(1)
			b.text(l.Theme.Strong, words.GraphLatency.In(l.Lang))
			b.text(l.Theme.Dim, ", "+words.GraphMessages.In(l.Lang))
			rows = append(rows, b.end())
			p.latencies--
		}
		rows = append(rows, d.Latencies.Draw(l, d.W, p.latencies)...)
	}
	return exactly(rows, d.W, d.H)
}

// Gauges are the parts below the messages, and where they are drawn.
func (d *SideBySide) Gauges() []GaugePlace {
	p := d.parts()
	y := p.pairs
	var all []GaugePlace
	if p.balance > 0 && d.H >= 16 {
		y++
	}
	if p.strip > 0 {
		all = append(all, GaugePlace{GaugeBuffer, 0, y, d.W, p.strip})
		y += p.strip
	}
	if p.balance > 0 {
		n := len(d.Balance.Tallies)
		if p.balance > n {
			y, p.balance = y+1, p.balance-1
		}
		for k := range min(n, p.balance) {
			all = append(all, GaugePlace{[...]Gauge{GaugeTCP, GaugeUDP}[k%2], 0, y + k, d.W, 1})
		}
		y += p.balance
	}
	if p.latencies > 0 {
		all = append(all, GaugePlace{GaugeLatencies, 0, y, d.W, p.latencies})
	}
	return all
}

// Explain says what one of them means.
func (d *SideBySide) Explain(l *Look, g Gauge) (Explanation, bool) {
	switch k := int(g) - int(GaugeTCP); {
	case g == GaugeBuffer:
		return d.Buffer.Explain(l), true
	case (g == GaugeTCP || g == GaugeUDP) && k < len(d.Balance.Tallies):
		return d.Balance.Tallies[k].Explain(l), true
	case g == GaugeLatencies:
		return d.Latencies.Explain(l), true
	}
	return Explanation{}, false
}

// list is the part that scrolls.
func (d *SideBySide) list() (listing, bool) {
	if d.Pairs == nil || d.W <= 0 || d.H <= 0 {
		return listing{}, false
	}
	n := d.parts().pairs
	f := listing{first: d.Pairs.First(), end: d.Pairs.End(), head: pick(n >= 3, 1, 0)}
	f.room = n - f.head
	return f, f.end > f.first && f.room > 0
}

// ScrollBy moves v down by n messages, or up by -n. A view that comes to the
// end follows it from then on.
func (d SideBySide) ScrollBy(v View, n int) View {
	f, ok := d.list()
	return pick(ok, f.scroll(v, n), v)
}

// PageUp moves v up by a screen less two messages.
func (d SideBySide) PageUp(v View) View {
	f, _ := d.list()
	return d.ScrollBy(v, -max(f.room-2, 1))
}

// PageDown moves v down by a screen less two messages.
func (d SideBySide) PageDown(v View) View {
	f, _ := d.list()
	return d.ScrollBy(v, max(f.room-2, 1))
}

// Show moves v as little as needed for message i to be seen.
func (d SideBySide) Show(v View, i uint64) View {
	f, ok := d.list()
	return pick(ok, f.show(v, i), v)
}

// At is the message drawn on row y of the pane, None if there is none.
func (d SideBySide) At(v View, y int) uint64 {
	f, ok := d.list()
	if !ok {
		return None
	}
	return f.at(v, y)
}
