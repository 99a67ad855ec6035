package ui

import "seqtalk/ui/words"

// inWords is the bar for somebody who has never heard the words: the state
// and, if there is but one leg, seq and ack.
func (s *Status) inWords(l *Look) [2]bar {
	var lines [2]bar
	for i := range s.Legs[:min(len(s.Legs), 2)] {
		g := &s.Legs[i]
		sign, st, _, _ := g.health(l)
		lines[i].spot = Spot{Leg: i, Part: PartState}
		lines[i].add(keep, field{st, sign + " "}, field{l.Theme.ProtoStyle(g.Proto), g.Proto + " "}, field{l.Theme.Text, g.stateInWords(l)})
	}
	if len(s.Legs) == 1 {
		s.Legs[0].numbersInWords(l, &lines[1])
	}
	return lines
}

// numbersInWords adds what the numbers of a leg mean.
func (g *Leg) numbersInWords(l *Look, b *bar) {
	text := func(p words.Phrase, args ...any) field { return field{l.Theme.Text, p.In(l.Lang, args...)} }
	b.add(keep, field{Style{}, "  "})
	b.about(pick(g.Proto == "UDP", PartIDs, PartOutSeq))
	switch {
	case g.Proto == "UDP" && g.IDs.Measurable:
		long, short := pick(g.IDs.Ours, words.EasyUDPOurs, words.EasyUDP), pick(g.IDs.Ours, words.EasyUDPOursShort, words.EasyUDPShort)
		b.shrink(1, keep, text(long, g.IDs.Sent, g.IDs.Seen, g.IDs.Lost), text(short, g.IDs.Sent, g.IDs.Seen, g.IDs.Lost))
	case g.Proto == "UDP":
		b.add(keep, text(words.EasyUDPRaw))
	case g.OutSeq.Known:
		b.shrink(1, keep, text(words.EasyTCP, g.OutSeq.Rel, g.OutAck.Rel), text(words.EasyTCPShort, g.OutSeq.Rel, g.OutAck.Rel))
	}
}

// stateInWords is the state for somebody who has never heard its name.
func (g *Leg) stateInWords(l *Look) string {
	if g.Proto == "UDP" {
		switch {
		case g.UDP == NoPeer:
			return words.EasyNoPeer.In(l.Lang)
		case g.UDP == Unreachable:
			return words.EasyUnreachable.In(l.Lang)
		case steps(g.Silent) > 0:
			return l.silent(words.EasySilent, g.Silent)
		}
		return words.EasyPeerKnown.In(l.Lang)
	}
	if p, ok := words.EasyState(g.State); ok {
		return p.In(l.Lang)
	}
	return g.State
}
