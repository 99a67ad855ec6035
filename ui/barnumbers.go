package ui

import (
	"strconv"

	"seqtalk/ui/words"
)

// rtt adds the round-trip time.
func (a *bar) rtt(l *Look, g *Leg) {
	if a.about(PartRTT); g.RTT > 0 {
		a.add(6, field{l.Theme.Dim, "rtt "}, field{l.Theme.Text, Span(g.RTT)})
		a.gap(2)
	}
}

// tcp adds the congestion window, retransmissions, what is under way, the peer's
// window and the history word.
func (a *bar) tcp(l *Look, g *Leg) {
	th := l.Theme
	if a.about(PartCwnd); g.Cwnd >= 0 {
		a.add(2, field{th.Dim, "cwnd "}, field{th.Text, strconv.Itoa(g.Cwnd)})
		a.gap(2)
	}
	if a.about(PartResent); g.Resent >= 0 {
		a.add(pick(g.Resent > 0, 9, 3), field{pick(g.Resent > 0, th.Warn, th.Text), l.Glyphs.Resent + strconv.Itoa(g.Resent)})
		a.gap(3)
	}
	a.underway(l, g)
	if a.about(PartWord); g.Word != "" {
		a.add(5, field{th.Dim, g.Word})
	}
}

// underway adds the bytes that wait for an acknowledgement and those that wait to
// be sent, while there are some, and the window, which matters most when closed.
func (a *bar) underway(l *Look, g *Leg) {
	th := l.Theme
	for _, c := range [...]struct {
		part Part
		p    words.Phrase
		n    int
		gone int
		st   Style
	}{
		{PartFlight, words.BarFlight, g.InFlight, 2, th.Text},
		{PartUnsent, words.BarUnsent, g.Unsent, 4, th.Warn},
		{PartWindow, words.BarWindow, g.Window, pick(g.Window < 0, 9, 1), pick(g.Window < 0, th.Warn, th.Text)},
	} {
		if a.about(c.part); c.n != 0 {
			a.add(c.gone, field{th.Dim, c.p.In(l.Lang) + " "}, field{c.st, Bytes(max(c.n, 0))})
			a.gap(2)
		}
	}
}

// numbers adds OUT and IN. Where the absolute numbers have no room, the initial
// ones stand there, from which they can be added up.
func (a *bar) numbers(l *Look, g *Leg, abs bool) {
	th := l.Theme
	if !g.OutSeq.Known && !g.InSeq.Known && !g.OutAck.Known && !g.InAck.Known {
		a.about(PartNumbers)
		a.add(5, field{th.Dim, words.BarNoNumbers.In(l.Lang)})
		return
	}
	a.dir(l, "OUT", g.OutFlags, [3]Part{PartOutFlags, PartOutSeq, PartOutAck}, g.OutSeq, g.OutAck, abs, 10)
	a.gap(3)
	a.dir(l, "IN", g.InFlags, [3]Part{PartInFlags, PartInSeq, PartInAck}, g.InSeq, g.InAck, abs, 8)
	a.gap(3)
	a.about(PartISN)
	if o, i := g.OutSeq, g.InSeq; abs && o.HasAbs && i.HasAbs {
		isn := strconv.FormatUint(uint64(o.initial()), 10) + " / " + strconv.FormatUint(uint64(i.initial()), 10)
		a.instead(1, 3, field{th.Dim, "ISN "}, field{th.Text, isn})
		a.gap(3)
	}
}

// dir adds one direction.
func (a *bar) dir(l *Look, name, flags string, parts [3]Part, seq, ack Number, abs bool, gone int) {
	th := l.Theme
	a.about(parts[0])
	allGuessed := seq.Guessed && ack.Guessed
	a.add(gone, field{th.Strong, name + pick(allGuessed, "?", "")})
	if flags != "" {
		a.add(2, field{th.Dim, " [" + flags + "]"})
	}
	for i, n := range [...]Number{seq, ack} {
		a.about(parts[i+1])
		a.add(gone, field{th.Dim, pick(i == 0, " seq", " ack") + pick(n.Guessed && !allGuessed, "? ", " ")})
		a.shrink(1, gone, field{th.Text, n.text(abs)}, field{th.Text, n.text(false)})
	}
}

// text writes n.
func (n Number) text(abs bool) string {
	rel := strconv.FormatUint(n.Rel, 10)
	switch {
	case !n.Known:
		return "-"
	case abs && n.HasAbs:
		return strconv.FormatUint(uint64(n.Abs), 10) + " (" + rel + ")"
	}
	return rel
}

// ids adds what stands in for seq and ack where there are none.
func (a *bar) ids(l *Look, g *Leg) {
	th := l.Theme
	a.about(PartUDPNone)
	if !g.IDs.Measurable {
		a.add(2, field{th.Dim, words.BarUDPNone.In(l.Lang)})
		a.gap(3)
		if g.UDP == NoPeer {
			return
		}
		a.about(PartIDs)
		defer a.dropped(l, g)
		a.shrink(3, 9, field{th.Text, words.BarNotMeasurable.In(l.Lang)}, field{th.Text, words.BarNotMeasurableShort.In(l.Lang)})
		return
	}
	a.add(3, field{th.Dim, words.BarUDPNone.In(l.Lang)})
	a.gap(3)
	a.about(PartIDs)
	a.add(10, field{th.Text, words.BarSent.In(l.Lang, g.IDs.Sent)})
	a.gap(2)
	a.add(9, field{th.Text, words.BarSeen.In(l.Lang, g.IDs.Seen)})
	a.gap(2)
	for _, c := range [...]struct {
		p words.Phrase
		n uint64
	}{{pick(g.IDs.Ours, words.BarLost, words.BarMissed), g.IDs.Lost}, {words.BarDup, g.IDs.Dup}, {words.BarLate, g.IDs.Late}} {
		a.add(8, field{pick(c.n > 0, th.Warn, th.Text), c.p.In(l.Lang, c.n)})
		a.gap(2)
	}
	a.add(1, field{th.Dim, words.BarCounted.In(l.Lang)})
	a.dropped(l, g)
}

// dropped adds what the network had brought and found no room here.
func (a *bar) dropped(l *Look, g *Leg) {
	if a.about(PartDropped); g.IDs.Dropped > 0 {
		a.gap(2)
		a.add(8, field{l.Theme.Warn, words.BarDropped.In(l.Lang, g.IDs.Dropped)})
		a.gap(2)
	}
}

// source adds the label of who told the numbers.
func (a *bar) source(l *Look, g *Leg) {
	if a.about(PartSource); g.Source != "" && g.Source != "none" {
		a.gap(3)
		a.add(5, field{l.Theme.Dim, g.Source})
	}
}
