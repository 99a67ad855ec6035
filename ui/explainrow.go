package ui

import (
	"strings"

	"seqtalk/ui/words"
)

// Explain says what became of a line, one topic after the other, with the
// values that are drawn beside it.
func (r *Row) Explain(l *Look) Explanation {
	if r.Kind == Note {
		return Explain(l, words.TopicNote)
	}
	if r.Past {
		return Explain(l, words.TopicPast)
	}
	var all []Explanation
	for _, c := range [...]struct {
		on bool
		t  words.Topic
	}{{r.Dup, words.TopicDup}, {r.Late, words.TopicLate}} {
		if c.on {
			all = append(all, Explain(l, c.t))
		}
	}
	both := r.Fates[0].Proto != "" && r.Fates[1].Proto != ""
	for k := range r.Fates {
		f := &r.Fates[k]
		if f.Proto == "" {
			continue
		}
		for _, e := range f.explain(l, r) {
			if both {
				e.Title = f.Proto + " · " + e.Title
			}
			all = append(all, e)
		}
	}
	switch {
	case len(all) == 0 && r.Kind == Mine:
		return Explain(l, words.TopicQueued)
	case len(all) == 0:
		return Explain(l, words.TopicCame)
	}
	e := all[0]
	e.Then = all[1:]
	return e
}

// explain says what f is, one topic after the other.
func (f *Fate) explain(l *Look, r *Row) []Explanation {
	var all []Explanation
	if r.Kind == Mine {
		all = append(all, f.explainMark(l))
	}
	switch {
	case f.Resent > 0:
		all = append(all, Explain(l, words.TopicResentMark, f.Resent))
	case f.Resent < 0:
		all = append(all, Explain(l, words.TopicResentSome))
	}
	frame := f.Octets - len(r.Text)
	switch {
	case f.Proto == "UDP" && f.Octets > 0:
		all = append(all, Explain(l, words.TopicDatagram, f.Octets, len(r.Text)))
	case f.First > 0:
		all = append(all, Explain(l, words.TopicBytes, f.First, f.Last, f.Last+1, f.Last-f.First+1))
	}
	switch {
	case f.Framed && f.Octets > 0 && frame > 0:
		all = append(all, Explain(l, words.TopicWeight, f.Octets, len(r.Text), frame))
	case f.Proto == "TCP" && r.Kind == Theirs && !f.Framed:
		all = append(all, Explain(l, words.TopicRead))
	}
	return all
}

// explainMark says how far a line of ours got.
func (f *Fate) explainMark(l *Look) Explanation {
	udp := f.Proto == "UDP"
	switch f.Mark {
	case Sent:
		return Explain(l, pick(udp, words.TopicSentUDP, words.TopicSentTCP))
	case Acked:
		return Explain(l, words.TopicAcked, f.took(l))
	case Delivered:
		return Explain(l, words.TopicDelivered, f.took(l))
	case Unknown:
		return Explain(l, pick(udp, words.TopicUnknownUDP, words.TopicUnknownTCP))
	case Failed:
		return Explain(l, pick(udp, words.TopicFailedUDP, words.TopicFailedTCP))
	}
	return Explain(l, words.TopicQueued)
}

// took is how long it took, as it is drawn.
func (f *Fate) took(l *Look) string {
	if f.After <= 0 {
		return words.LookUnknown.In(l.Lang)
	}
	return strings.TrimSpace(pick(f.AtMost, l.Glyphs.AtMost, "") + Span(f.After))
}
