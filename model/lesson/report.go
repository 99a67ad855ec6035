package lesson

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// maxNamed is how many messages are named before the rest is counted.
const maxNamed = 12

// teller writes what happens for people: a line for each fate, nothing for
// what went as it should.
type teller struct {
	out  *bytes.Buffer
	lang words.Lang
	told int    // lines
	held []held // arrivals that waited, not told yet: one line tells of all that come at once
}

// held is such an arrival.
type held struct {
	at time.Duration
	Arrival
}

func (t *teller) say(p words.Phrase, args ...any) { fmt.Fprintln(t.out, p.In(t.lang, args...)) }

// fate writes a line: when, which protocol, whose bytes, what.
func (t *teller) fate(at time.Duration, proto segment.Proto, whose, what string) {
	if t.told++; t.told == 1 {
		t.say(words.CompareFates)
	}
	name := strings.ToUpper(proto.String())
	if proto == 0 {
		name = ""
	}
	line := fmt.Sprintf("%9.3f s  %s  %s  %s", at.Seconds(), pad(name, 4), pad(whose, 8), what)
	fmt.Fprintln(t.out, strings.TrimRight(line, " "))
}

// happened writes the line that h is worth, if it is worth one.
func (t *teller) happened(h Happening) {
	a, arrival := h.What.(Arrival)
	if arrival && a.Waited > 0 {
		t.hold(held{h.At, a})
		return
	}
	if len(t.held) > 0 && h.At > t.held[0].at+together {
		t.release()
	}
	switch w := h.What.(type) {
	case segment.Segment:
		t.segment(h, &w)
	case Arrival:
		t.arrival(h, w)
	case transport.Down:
		if h.Side == A {
			t.fate(h.At, w.Proto, "", words.FateDown.In(t.lang, reason(t.lang, w)))
		}
	case Step:
		t.fate(h.At, 0, "", words.FateDone.In(t.lang, safe.String(w.Words)))
	}
}

// together is how far apart arrivals are, at most, that one line tells of.
const together = time.Millisecond

// hold keeps a, to be told together with those that were let go at once.
func (t *teller) hold(a held) {
	if n := len(t.held); n > 0 && (a.ID != t.held[n-1].ID+1 || a.at > t.held[0].at+together) {
		t.release()
	}
	t.held = append(t.held, a)
}

// release tells of the arrivals that were held.
func (t *teller) release() {
	n := len(t.held)
	if n == 0 {
		return
	}
	first, last := t.held[0], t.held[n-1]
	longest := first.Waited
	for _, a := range t.held {
		longest = max(longest, a.Waited)
	}
	what := words.FateWaited
	if n > 1 {
		what = words.FateAllWaited
	}
	t.held = t.held[:0]
	t.fate(first.at, first.Proto, named(first.ID, last.ID), what.In(t.lang, short(longest)))
}

// segment tells of packets that the link harmed, and of those sent again, as
// they leave.
func (t *teller) segment(h Happening, s *segment.Segment) {
	if s.Dir != segment.Out {
		return
	}
	hit, again := s.Fate != segment.FateOK, s.Notes.Has(segment.Resent)
	switch {
	case hit && again:
		t.fate(h.At, s.Proto, bears(s), words.FateAgainHit.In(t.lang, t.rule(s), s.ID, rune(h.Side)))
	case hit:
		t.fate(h.At, s.Proto, bears(s), words.FateHit.In(t.lang, t.rule(s), s.ID, rune(h.Side)))
	case again:
		t.fate(h.At, s.Proto, bears(s), words.FateAgain.In(t.lang))
	}
}

func (t *teller) arrival(h Happening, a Arrival) {
	whose := fmt.Sprintf("#%d", a.ID)
	switch {
	case a.Dup:
		t.fate(h.At, a.Proto, whose, words.FateDup.In(t.lang))
	case a.Late:
		t.fate(h.At, a.Proto, whose, words.FateLate.In(t.lang))
	}
}

// bears says whose bytes a packet bears: "#5", "#5-#7", or what it is without.
func bears(s *segment.Segment) string {
	switch n := len(s.Messages); {
	case n > 0:
		return named(s.Messages[0], s.Messages[n-1])
	case s.Proto != segment.TCP:
		return strings.ToUpper(s.Proto.String())
	}
	for _, f := range []struct {
		flag segment.Flags
		name string
	}{{segment.SYN | segment.ACK, "SYN ACK"}, {segment.SYN, "SYN"}, {segment.FIN, "FIN"}, {segment.RST, "RST"}} {
		if s.Flags&f.flag == f.flag {
			return f.name
		}
	}
	return "ACK"
}

// rule is what the link did and why: its own words, those of the SPEC and of
// commands untouched.
func (t *teller) rule(s *segment.Segment) string {
	var parts []string
	for part := range strings.SplitSeq(s.Rule, ", ") {
		verb, why, _ := strings.Cut(part, " by ")
		switch {
		case why == "cut":
			why = words.FateCut.In(t.lang)
		case strings.HasPrefix(why, words.FateFull.In(words.English)):
			why = strings.Replace(why, words.FateFull.In(words.English), words.FateFull.In(t.lang), 1)
		}
		parts = append(parts, words.FateBy.In(t.lang, words.FateVerb(t.lang, verb), why))
	}
	return strings.Join(parts, words.SayListSep.In(t.lang))
}

// reason is why a connection broke.
func reason(l words.Lang, d transport.Down) string {
	switch {
	case d.Cause == transport.Aborted:
		return words.FateAborted.In(l)
	case d.Cause == transport.Lost:
		return words.FateTimeout.In(l)
	case d.Cause == transport.Reset:
		return words.FateReset.In(l)
	case d.Err == nil:
		return words.FateEnded.In(l)
	}
	return safe.String(d.Err.Error()).String()
}

// list names messages: "#1, #4-#6 and #9", at most maxNamed of them.
func list(l words.Lang, ids []uint64) string {
	var parts []string
	for i := 0; i < len(ids); {
		if len(parts) == maxNamed {
			return words.CompareMore.In(l, strings.Join(parts, words.SayListSep.In(l)), len(ids)-i, len(ids))
		}
		n := runOf(ids[i:])
		parts = append(parts, named(ids[i], ids[i+n-1]))
		i += n
	}
	return join(l, parts)
}

// runOf is how many of ids, from the first on, follow each other and are worth
// naming together: 1, or 3 and more.
func runOf(ids []uint64) int {
	n := 1
	for n < len(ids) && ids[n] == ids[n-1]+1 {
		n++
	}
	if n == 2 {
		return 1
	}
	return n
}

// named is "#4", or "#4-#6".
func named(first, last uint64) string {
	if first == last {
		return fmt.Sprintf("#%d", first)
	}
	return fmt.Sprintf("#%d-#%d", first, last)
}

// join is a list of parts as it is said.
func join(l words.Lang, parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], words.SayListSep.In(l)) + words.SayListLastSep.In(l) + parts[last]
}

// short is d to about four figures.
func short(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
	case d >= time.Millisecond || d == 0:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.3f ms", float64(d)/float64(time.Millisecond))
}

// sentences say what happened, from the numbers of the table.
func (t *teller) sentences(r *Result) {
	for _, s := range []string{t.aboutUDP(&r.UDP), t.aboutTCP(r), t.aboutWaits(&r.TCP), t.aboutPrice(r), t.aboutMerging(&r.TCP)} {
		if s != "" {
			fmt.Fprintln(t.out, s)
		}
	}
}

func (t *teller) aboutUDP(o *Outcome) string {
	var s string
	switch {
	case o.Lost == 0:
		s = words.SayUDPAll.In(t.lang)
	case o.Delivered == 0:
		s = words.SayUDPNone.In(t.lang)
	default:
		s = words.SayUDPLost.In(t.lang, list(t.lang, o.Missing()))
	}
	if o.Duplicate+o.Late > 0 {
		s += words.SayNext.In(t.lang) + words.SayUDPOdd.In(t.lang, o.Duplicate, o.Late)
	}
	if o.Dropped > 0 {
		s += words.SayNext.In(t.lang) + words.SayUDPFull.In(t.lang, o.Dropped)
	}
	return s
}

func (t *teller) aboutTCP(r *Result) string {
	o := &r.TCP
	same := common(r.UDP.Missing(), o.ids(func(j *Journey) bool { return j.Lost() && !j.Merged }))
	switch {
	case o.Down && !o.Connected:
		return words.SayTCPRefused.In(t.lang, short(o.DownAfter))
	case o.Aborted:
		return words.SayTCPAborted.In(t.lang, short(o.DownAfter), o.Resent, o.Lost)
	case o.Down:
		return words.SayTCPDown.In(t.lang, short(o.DownAfter), o.Resent, o.Lost)
	case o.Lost > 0:
		return words.SayTCPSome.In(t.lang, o.Delivered, o.Resent)
	case o.Resent == 0:
		return words.SayTCPClean.In(t.lang)
	case len(same) > 0:
		return words.SayTCPSame.In(t.lang, list(t.lang, same), o.Resent)
	}
	return words.SayTCPResent.In(t.lang, o.Resent)
}

// common are the ids of a that are in b too; both are sorted.
func common(a, b []uint64) (both []uint64) {
	for _, id := range a {
		for len(b) > 0 && b[0] < id {
			b = b[1:]
		}
		if len(b) > 0 && b[0] == id {
			both = append(both, id)
		}
	}
	return both
}

func (t *teller) aboutWaits(o *Outcome) string {
	if o.Waits == 0 {
		return ""
	}
	return words.SayWaits.In(t.lang, o.Waits, short(o.WaitMax))
}

func (t *teller) aboutPrice(r *Result) string {
	tcp, ok := r.TCP.PerByte()
	udp, ok2 := r.UDP.PerByte()
	if !ok || !ok2 {
		return ""
	}
	return words.SayPrice.In(t.lang, short(r.TCP.Handshake), fmt.Sprintf("%.2f", tcp), fmt.Sprintf("%.2f", udp))
}

func (t *teller) aboutMerging(o *Outcome) string {
	merged := o.Merged()
	if len(merged) == 0 {
		return ""
	}
	var parts []string
	for i := 0; i < len(merged); {
		if len(parts) == maxNamed {
			most := words.CompareMore.In(t.lang, strings.Join(parts, words.SayListSep.In(t.lang)), len(merged)-i, len(merged))
			return words.SayMerged.In(t.lang, most)
		}
		with, n := o.Journeys[merged[i]-1].With, i+1
		for n < len(merged) && merged[n] == merged[n-1]+1 && o.Journeys[merged[n]-1].With == with {
			n++
		}
		parts = append(parts, words.SayMergedWith.In(t.lang, named(merged[i], merged[n-1]), with))
		i = n
	}
	return words.SayMerged.In(t.lang, strings.Join(parts, words.SayListSep.In(t.lang)))
}
