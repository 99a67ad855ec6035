package model

import (
	"strings"
	"unicode"

	"seqtalk/ui"
	"seqtalk/ui/words"
)

// legend is what the signs and numbers mean, as this terminal shows them.
func (m *Model) legend() []ui.HelpGroup {
	l, g := m.look.Lang, m.look.Glyphs
	group := func(title words.Phrase, entries ...ui.HelpEntry) ui.HelpGroup {
		return ui.HelpGroup{Title: title.In(l), Entries: entries}
	}
	is := func(sign string, p words.Phrase) ui.HelpEntry {
		return ui.HelpEntry{Keys: strings.TrimSpace(sign), Text: p.In(l)}
	}
	return []ui.HelpGroup{
		group(words.LegendMarks,
			is(g.Queued, words.MarkQueued), is(g.Sent, words.MarkSent), is(g.Acked, words.MarkAcked),
			is(g.Delivered, words.MarkDelivered), is(g.Unknown, words.MarkUnknown), is(g.Failed, words.MarkFailed),
			is(g.Resent+"n "+g.Resent+"?", words.MarkResent), is(g.AtMost, words.MarkAtMost), is(g.Mine, words.MarkMine),
			is(g.On, words.MarkOn), is(g.Half, words.MarkHalf), is(g.Off, words.MarkOff)),
		group(words.LegendNumbers,
			is("seq", words.NumberSeq), is("ack", words.NumberAck), is("ISN", words.NumberISN),
			is("OUT? IN?", words.MarkGuess), is(words.Bytes.In(l)+"a"+g.To+"b", words.NumberBytes),
			is("cwnd", words.NumberCwnd), is("rtt", words.NumberRTT)),
		group(words.LegendSources,
			is("cap", words.SourceCap), is("txq", words.SourceTxq), is("rel", words.SourceRel), is("lab", words.SourceLab)),
	}
}

// nearestWord is the word in h most like word.
func nearestWord(h *ui.Help, word string) string {
	best, least := "", 1<<30
	word = strings.ToLower(word)
	for _, g := range h.Groups {
		for _, e := range g.Entries {
			for w := range strings.FieldsFuncSeq(strings.ToLower(e.Keys+" "+e.Text), notLetter) {
				if d := distance(word, w); d < least {
					best, least = w, d
				}
			}
		}
	}
	return best
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
