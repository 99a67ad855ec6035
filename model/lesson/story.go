package lesson

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// The lengths of a story: a longer one tells what is out of the ordinary, and
// counts the rest.
const (
	tellAll     = 40
	tellNotable = 48
	keepLines   = 5000
	mapWidth    = 64
)

// A story writes a lesson for people: what it claims, what happened step by
// step, what was measured.
type story struct {
	out   *bytes.Buffer
	lang  words.Lang
	lines []storyLine
	more  int // not kept
}

// A storyLine is one of the steps.
type storyLine struct {
	head    string // its time
	text    string
	notable bool
}

func (t *story) say(p words.Phrase, args ...any) { fmt.Fprintln(t.out, p.In(t.lang, args...)) }

// begin writes what the lesson is about.
func (t *story) begin(l *Lesson) {
	fmt.Fprintf(t.out, "%s: %s\n\n", safe.String(l.Name), l.Title.In(t.lang))
	t.folded(words.LessonClaim.In(t.lang), l.Claim.In(t.lang))
	t.folded(words.LessonWatch.In(t.lang), l.Watch.In(t.lang))
	link := l.Play.Spec
	link.Seeded = false
	name := link.String()
	if name == "off" {
		name = words.LessonPerfect.In(t.lang)
	}
	if l.live() {
		t.say(words.LessonReal)
	} else {
		t.say(words.LessonLink, name)
	}
	fmt.Fprintln(t.out)
}

// storyWidth is how many cells a line of prose takes.
const storyWidth = 100

// folded writes prose with a hanging indent, broken where its language allows.
func (t *story) folded(head, text string) {
	indent := width(head)
	fmt.Fprint(t.out, head)
	line, at := "", indent
	for _, w := range breakable(text) {
		if line != "" && at+width(strings.TrimRight(w, " ")) > storyWidth {
			fmt.Fprintf(t.out, "%s\n%s", strings.TrimRight(line, " "), strings.Repeat(" ", indent))
			line, at = "", indent
		}
		line += w
		at += width(w)
	}
	fmt.Fprintln(t.out, line)
}

// breakable divides text into pieces between which a line may end: behind a
// space, behind a Chinese character unless a mark follows it.
func breakable(text string) (pieces []string) {
	from := 0
	rs := []rune(text)
	for i, r := range rs {
		next := rune(' ')
		if i+1 < len(rs) {
			next = rs[i+1]
		}
		if r == ' ' || wide(r) && !strings.ContainsRune("，。、：；！？）” ", next) && !strings.ContainsRune("（“", r) {
			pieces = append(pieces, string(rs[from:i+1]))
			from = i + 1
		}
	}
	return append(pieces, string(rs[from:]))
}

func wide(r rune) bool { return r > 0x2e80 }

// happened takes a step.
func (t *story) happened(h Happening) {
	if text, notable, ok := t.tells(h); ok {
		t.line(h.At, text, notable)
	}
}

// cueSign stands before what is said at a cue.
const cueSign = "· "

// tells puts a step into words; false: it is not worth any.
func (t *story) tells(h Happening) (text string, notable, ok bool) {
	who := "link"
	if h.Side != 0 {
		who = string(rune(h.Side))
	}
	switch w := h.What.(type) {
	case segment.Segment:
		return t.segment(&w), standsOut(&w), true
	case Deed:
		return safe.String(w.Words).String(), true, true
	case Cue:
		return cueSign + w.Text.In(t.lang), true, true
	case segment.State:
		return who + " " + words.ActState.In(t.lang, w), true, true
	case trouble:
		return who + " " + words.ActTrouble.In(t.lang, upper(w.proto), words.FigureWord(t.lang, w.word)), true, true
	case recv:
		what := words.ActRead
		if w.torn {
			what = words.ActTorn
		}
		return who + " " + what.In(t.lang, upper(w.proto), quote(w)), w.torn, true
	case finished:
		return who + " " + words.ActFinished.In(t.lang), true, true
	}
	return "", false, false
}

func upper(p segment.Proto) string { return strings.ToUpper(p.String()) }

func (t *story) line(at time.Duration, text string, notable bool) {
	if len(t.lines) == keepLines {
		t.more++
		return
	}
	t.lines = append(t.lines, storyLine{fmt.Sprintf("%9.3f s  ", at.Seconds()), text, notable})
}

// standsOut reports whether a segment is told of in a long story.
func standsOut(s *segment.Segment) bool {
	return s.Proto == segment.ICMP || s.Fate != segment.FateOK || s.Flags&(segment.SYN|segment.FIN|segment.RST) != 0 ||
		s.Notes.Has(segment.Resent|segment.ZeroWindow|segment.ZeroWindowProbe|segment.WindowUpdate) || s.Dups == 3
}

// segment writes a packet as a rung of the ladder.
func (t *story) segment(s *segment.Segment) string {
	dead := harmful(s.Fate)
	arrow := "A ──▶ B"
	switch {
	case s.Dir == segment.Out && dead:
		arrow = "A ──✗ B"
	case s.Dir == segment.In && dead:
		arrow = "A ✗── B"
	case s.Dir == segment.In:
		arrow = "A ◀── B"
	}
	text := "  " + arrow + "  "
	switch {
	case s.Proto == segment.TCP:
		text += fmt.Sprintf("%-5s seq %d", "["+s.Flags.String()+"]", s.RelSeq)
		if s.Flags&segment.ACK != 0 {
			text += fmt.Sprintf("  ack %d", s.RelAck)
		}
		if s.Len > 0 {
			text += fmt.Sprintf("  len %d", s.Len)
		}
		text += fmt.Sprintf("  win %d", s.Wnd)
	case s.Fragment:
		text += fmt.Sprintf("IP fragment  %d B", s.Size)
	case s.Proto == segment.UDP:
		text += fmt.Sprintf("UDP   len %d", s.Len)
	default:
		text += fmt.Sprintf("ICMP  type %d code %d", s.Type, s.Code)
	}
	var notes []string
	if s.Flags&segment.SYN != 0 {
		notes = append(notes, words.ActFirst.In(t.lang, s.Seq))
	}
	if s.Note != "" {
		notes = append(notes, s.Note)
	}
	if s.Rule != "" {
		notes = append(notes, (&teller{lang: t.lang}).rule(s))
	}
	if len(notes) > 0 {
		text += "   " + strings.Join(notes, ", ")
	}
	return text
}

// end writes the steps, the observations and the verdict.
func (t *story) end(v *Verdict) {
	if v.Kind == Skipped {
		fmt.Fprintln(t.out, v.Why.In(t.lang))
		return
	}
	t.say(words.LessonStory)
	t.steps()
	fmt.Fprintln(t.out)
	for _, m := range v.Maps {
		t.say(words.LessonMap, m.Proto)
		for h := m.Holes; h != ""; h = h[min(mapWidth, len(h)):] {
			fmt.Fprintf(t.out, "  %s\n", h[:min(mapWidth, len(h))])
		}
		fmt.Fprintln(t.out)
	}
	t.say(words.LessonObserved)
	t.seen(v.Seen)
	fmt.Fprintln(t.out)
	fmt.Fprintln(t.out, v.Sentence(t.lang))
}

// Sentence is the verdict with its numbers.
func (v *Verdict) Sentence(l words.Lang) string {
	switch v.Kind {
	case Skipped:
		return v.Why.In(l)
	case Holds:
		return words.LessonHolds.In(l, v.Figures.In(l))
	}
	why := v.Figures.In(l)
	if v.Why.En != "" {
		why += "; " + v.Why.In(l)
	}
	return words.LessonFails.In(l, why)
}

// steps writes all steps, or of a long story the notable ones.
func (t *story) steps() {
	all := len(t.lines) <= tellAll
	told, skipped := 0, t.more
	flush := func() {
		if skipped > 0 {
			fmt.Fprintf(t.out, "             %s\n", words.LessonMore.In(t.lang, skipped))
		}
		skipped = 0
	}
	more := t.more
	skipped = 0
	for _, l := range t.lines {
		if !all && (!l.notable || told >= tellNotable) {
			skipped++
			continue
		}
		flush()
		if cue, ok := strings.CutPrefix(l.text, cueSign); ok {
			t.folded(l.head+cueSign, cue)
		} else {
			fmt.Fprintln(t.out, l.head+l.text)
		}
		told++
	}
	skipped += more
	flush()
}

// seen writes what was measured beside what was asked for.
func (t *story) seen(all []Seen) {
	w := 0
	for _, s := range all {
		w = max(w, min(width(s.Text), 44))
	}
	for _, s := range all {
		mark := "✓"
		if !s.Holds {
			mark = "✗"
		}
		fmt.Fprintf(t.out, "  %s %s   %s\n", mark, pad(s.Text, w), s.Measured)
	}
}
