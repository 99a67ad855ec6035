package ui

import (
	"time"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// Said is the message whose bytes end where a number points to.
type Said struct {
	First, Last uint64
	Text        string // as said; it is spelled out here
}

// Explain says what spot means, with the values that Draw draws. said looks for
// the message whose last byte is the one given, ours or the peer's; it may be nil.
func (s Status) Explain(l *Look, spot Spot, said func(last uint64, mine bool) (Said, bool)) (Explanation, bool) {
	if spot.Leg >= len(s.Legs) {
		return Explanation{}, false
	}
	g := &s.Legs[spot.Leg]
	switch spot.Part {
	case PartState:
		return g.explainState(l)
	case PartAgain:
		return Explain(l, words.TopicAgain, int((g.Again+time.Second-1)/time.Second)), true
	case PartSilent:
		return g.explainLights(l), true
	case PartProto:
		return Explain(l, pick(g.Proto == "UDP", words.TopicUDP, words.TopicTCP)), true
	case PartPorts:
		return g.explainPorts(l), true
	case PartRTT:
		return Explain(l, words.TopicRTT, Span(g.RTT)), true
	case PartCwnd:
		return Explain(l, words.TopicCwnd, g.Cwnd), true
	case PartResent:
		return Explain(l, words.TopicResent, g.Resent), true
	case PartFlight:
		return Explain(l, words.TopicFlight, Bytes(g.InFlight)), true
	case PartUnsent:
		return Explain(l, words.TopicUnsent, Bytes(g.Unsent)), true
	case PartWindow:
		return Explain(l, pick(g.Window < 0, words.TopicShut, words.TopicWindow), Bytes(max(g.Window, 0))), true
	case PartWord:
		return Explain(l, words.TopicHistory), true
	case PartExtra:
		return Explain(l, words.TopicExtra, safe.String(s.Extra).String()), true
	case PartNumbers:
		return Explain(l, words.TopicNoNumbers), true
	case PartUDPNone:
		return Explain(l, words.TopicUDPNone), true
	case PartIDs:
		return g.explainIDs(l), true
	case PartDropped:
		return Explain(l, words.TopicDropped, g.IDs.Dropped), true
	case PartSource:
		return g.explainSource(l)
	}
	return g.explainNumber(l, spot.Part, said)
}

// explainState explains where g stands.
func (g *Leg) explainState(l *Look) (Explanation, bool) {
	if g.Proto != "UDP" {
		t, ok := words.TopicState(g.State)
		return Explain(l, t), ok
	}
	switch {
	case g.UDP == NoPeer:
		return Explain(l, words.TopicNoPeer), true
	case g.UDP == Unreachable:
		return Explain(l, words.TopicUnreachable), true
	case steps(g.Silent) > 0:
		return Explain(l, words.TopicSilent, l.silence(g.Silent)), true
	}
	return Explain(l, words.TopicPeerKnown), true
}

// silence is how long nothing was heard, in the step that is drawn.
func (l *Look) silence(d time.Duration) string {
	if d = steps(d); d < time.Minute {
		return words.BarSeconds.In(l.Lang, int(d/time.Second))
	}
	return words.BarMinutes.In(l.Lang, int(d/time.Minute))
}

// explainPorts explains the addresses.
func (g *Leg) explainPorts(l *Look) Explanation {
	switch {
	case g.Peer == "":
		return Explain(l, words.TopicOwnPort, g.Local)
	case g.Local == "":
		return Explain(l, words.TopicPorts, "?", g.Peer)
	}
	return Explain(l, words.TopicPorts, g.Local, g.Peer)
}

// explainIDs explains the numbers that seqtalk gives.
func (g *Leg) explainIDs(l *Look) Explanation {
	if !g.IDs.Measurable {
		return Explain(l, words.TopicNotMeasurable)
	}
	n := &g.IDs
	return Explain(l, pick(n.Ours, words.TopicIDsOurs, words.TopicIDs), n.Sent, n.Seen, n.Lost, n.Dup, n.Late)
}

// explainSource explains who told the numbers.
func (g *Leg) explainSource(l *Look) (Explanation, bool) {
	t, ok := map[string]words.Topic{
		"cap": words.TopicCap, "txq": words.TopicTxq, "rel": words.TopicRel, "lab": words.TopicLab, "~": words.TopicApprox,
	}[g.Source]
	return Explain(l, t), ok
}

// explainNumber explains seq, ack, flags and the initial numbers.
func (g *Leg) explainNumber(l *Look, p Part, said func(last uint64, mine bool) (Said, bool)) (Explanation, bool) {
	var e Explanation
	if n := g.numberOf(p); n != nil && !n.Known {
		return Explain(l, words.TopicNoNumbers), true
	}
	switch p {
	case PartOutFlags:
		return explainFlags(l, g.OutFlags, words.TopicOut), true
	case PartInFlags:
		return explainFlags(l, g.InFlags, words.TopicIn), true
	case PartISN:
		return Explain(l, words.TopicISN, g.OutSeq.initial(), g.InSeq.initial()), true
	case PartOutSeq:
		if e = Explain(l, words.TopicSndNxt, g.OutSeq.Rel); !g.OutSeq.Guessed && g.OutSeq.HasAbs {
			return Explain(l, words.TopicOutSeq, g.OutSeq.Rel, g.OutSeq.initial()), true
		}
		e.sum(l, words.LookSeqSum, g.OutSeq.Rel, true, said)
		return e, true
	case PartInSeq:
		if !g.InSeq.Guessed {
			return Explain(l, words.TopicInSeq, g.InSeq.Rel), true
		}
		e = Explain(l, words.TopicInNxt, g.InSeq.Rel)
		e.sum(l, words.LookSeqSum, g.InSeq.Rel, false, said)
		return e, true
	case PartOutAck:
		e = explainAck(l, words.TopicOutAck, g.OutAck)
		e.sum(l, words.LookAckSum, g.OutAck.Rel, false, said)
		return e, true
	case PartInAck:
		e = explainAck(l, words.TopicInAck, g.InAck)
		e.sum(l, words.LookAckSum, g.InAck.Rel, true, said)
		return e, true
	}
	return e, false
}

// numberOf is the number that stands at p, nil if none does.
func (g *Leg) numberOf(p Part) *Number {
	switch p {
	case PartOutSeq:
		return &g.OutSeq
	case PartOutAck:
		return &g.OutAck
	case PartInSeq:
		return &g.InSeq
	case PartInAck:
		return &g.InAck
	}
	return nil
}

// explainAck explains an ack. Before any text came there is no byte below it.
func explainAck(l *Look, t words.Topic, n Number) Explanation {
	if n.Rel <= 1 {
		e := Explain(l, words.TopicFirstAck, n.Rel)
		e.Title = t.Title.In(l.Lang)
		return e
	}
	return Explain(l, t, n.Rel, n.Rel-1)
}

// explainFlags explains the flags of a segment or, where none is seen, what
// the direction is.
func explainFlags(l *Look, letters string, otherwise words.Topic) Explanation {
	if letters == "" {
		return Explain(l, otherwise)
	}
	return Explain(l, words.TopicFlags, letters, words.FlagNames(l.Lang, letters))
}

// initial is the number on the wire that counts as 0.
func (n Number) initial() uint32 { return n.Abs - uint32(n.Rel) }

// sum adds how n comes about, if a message ends just before it.
func (e *Explanation) sum(l *Look, p words.Phrase, n uint64, mine bool, said func(last uint64, mine bool) (Said, bool)) {
	if said == nil || n == 0 {
		return
	}
	const cells = 30
	if m, ok := said(n-1, mine); ok {
		text := Truncate(l.Method, safe.String(m.Text).String(), cells, "…")
		e.Sum = p.In(l.Lang, n, m.First, m.Last-m.First+1, text)
	}
}

// explainLights tells the two lights apart: the program's and the kernel's.
func (g *Leg) explainLights(l *Look) Explanation {
	topic := words.TopicProgramSilent
	switch g.Kernel {
	case KernelAcks:
		topic = words.TopicProgramStopped
	case KernelSilent:
		topic = words.TopicCutOff
	}
	return Explain(l, topic, l.silence(g.Silent))
}
