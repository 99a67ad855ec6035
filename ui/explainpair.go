package ui

import (
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// Explain says how the message fared over either protocol, with what is drawn
// in its row.
func (p *Pair) Explain(l *Look) Explanation {
	if p.N == 0 {
		return Explain(l, words.TopicNote)
	}
	var all []Explanation
	for _, g := range []*Passage{&p.TCP, &p.UDP} {
		if g.Proto == "" {
			continue
		}
		for _, e := range g.explain(l, p) {
			e.Title = g.Proto + " · " + e.Title
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return Explain(l, words.TopicQueued)
	}
	e := all[0]
	e.Then = all[1:]
	return e
}

// explain says how p fared over one protocol.
func (g *Passage) explain(l *Look, p *Pair) []Explanation {
	var all []Explanation
	say := func(t words.Topic, args ...any) { all = append(all, Explain(l, t, args...)) }
	why := words.PairsLost.In(l.Lang)
	if g.Rule != "" {
		why = words.Why(l.Lang, safe.String(g.Rule).String())
	}
	missing := p.In && len(p.Text) == 0
	switch {
	case g.Lost && missing, missing:
		say(words.TopicPassMissing)
	case g.Lost && g.Proto == "TCP":
		say(words.TopicPassNever, why)
	case g.Lost:
		say(words.TopicPassLost, why)
	case g.Died:
		say(words.TopicPassDied, why)
	case g.Waits > 0:
		say(words.TopicPassWaits, g.Waits)
	case p.In:
		say(words.TopicCame)
	case g.OnWay:
		say(words.TopicPassOnWay)
	case g.Here && g.Mark == Delivered:
		say(words.TopicPassCame, g.took(l))
	default:
		all = append(all, g.explainMark(l))
	}
	switch {
	case g.Resent > 0:
		say(words.TopicResentMark, g.Resent)
	case g.Resent < 0:
		say(words.TopicResentSome)
	}
	if g.Waited > 0 {
		say(words.TopicPassWaited, Span(g.Waited))
	}
	if g.Copies > 1 {
		say(words.TopicPassCopies, g.Copies)
	}
	if g.Behind > 0 {
		say(words.TopicPassBehind, g.Behind)
	}
	return all
}
