package lesson

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"seqtalk/transport/link"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A reader makes a Lesson of a page, and keeps the first mistake.
type reader struct {
	where where
	err   error
}

// wrong notes a mistake at line: its first argument.
func (r *reader) wrong(line int, what words.Phrase, args ...any) {
	if r.err == nil {
		r.err = mistake(what, append([]any{line}, args...)...)
	}
}

// both looks whether a text is there in both languages.
func (r *reader) both(key string, b Both) {
	switch {
	case b.En == "":
		r.wrong(r.where.of(key, 0), words.LessonMissing, key+".en")
	case b.Zh == "":
		r.wrong(r.where.of(key, 0), words.LessonMissing, key+".zh")
	}
}

func (r *reader) texts(p *page) {
	r.both("title", p.Title)
	r.both("claim", p.Claim)
	r.both("watch", p.Watch)
	r.both("verdict", p.Verdict)
	for _, v := range []struct {
		key  string
		text string
	}{{"verdict.en", p.Verdict.En}, {"verdict.zh", p.Verdict.Zh}} {
		for _, name := range placeholders(v.text) {
			if _, ok := figures[name]; !ok {
				r.wrong(r.where.of(v.key, 0), words.LessonNoFigure, safe.String(name), nearestFigures(name))
			}
		}
	}
}

// placeholders are the names in braces.
func placeholders(s string) (names []string) {
	for {
		_, after, ok := strings.Cut(s, "{")
		if !ok {
			return names
		}
		name, rest, ok := strings.Cut(after, "}")
		if !ok {
			return append(names, after)
		}
		names, s = append(names, name), rest
	}
}

func (r *reader) lasts(s string) time.Duration {
	if s == "" {
		return defaultLasts
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 || d > maxLasts {
		r.wrong(r.where.of("lasts", 0), words.LessonBadLasts, safe.String(s), maxLasts)
	}
	return d
}

// DefaultStack is what lessons are played on that name none.
const DefaultStack = "lab"

// KernelStack is the operating system's own, on which time is real.
const KernelStack = "kernel"

// live reports that l is played in real time.
func (l *Lesson) live() bool { return l.On == KernelStack }

// on is the stack a lesson asks for. Whether there is one of that name is found
// out when it is played.
func (r *reader) on(name string) string {
	if strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' }) {
		r.wrong(r.where.of("on", 0), words.LessonBadOn, safe.String(name))
	}
	return cmp.Or(name, DefaultStack)
}

// maxCues is how often a lesson may wait.
const maxCues = 40

// cues are the places where a screen waits, in the order of their times.
func (r *reader) cues(p *page, lasts time.Duration) []Cue {
	var all []Cue
	for i, c := range p.Cue {
		line := r.where.of("cue.at", i)
		at, err := time.ParseDuration(c.At)
		switch {
		case i == maxCues:
			r.wrong(line, words.LessonTooMany, "cue", len(p.Cue), maxCues)
		case err != nil || at < 0 || at > lasts:
			r.wrong(line, words.LessonBadCue, safe.String(c.At), lasts)
		case c.En == "":
			r.wrong(line, words.LessonMissing, "cue.en")
		case c.Zh == "":
			r.wrong(line, words.LessonMissing, "cue.zh")
		}
		all = append(all, Cue{at, Both{c.En, c.Zh}})
	}
	slices.SortStableFunc(all, func(a, b Cue) int { return cmp.Compare(a.At, b.At) })
	return all
}

// shows is the screen a lesson begins on; if it says none, that on which its
// protocols are seen best.
func (r *reader) shows(s string, deeds []Deed) Shows {
	tcp, udp := over(deeds)
	switch w := Shows(s); {
	case w == ShowsSides || w == ShowsLadder || w == ShowsGraphs:
		return w
	case s != "":
		r.wrong(r.where.of("show", 0), words.LessonBadShow, safe.String(s))
	}
	if tcp && udp {
		return ShowsSides
	}
	return ShowsLadder
}

// over is which protocols deeds use.
func over(deeds []Deed) (tcp, udp bool) {
	for _, d := range deeds {
		tcp, udp = tcp || d.TCP || d.Verb == "connects", udp || d.UDP
	}
	return tcp, udp
}

// defaultSlow is the pace on a screen of a lesson that says none.
const defaultSlow = 5

func (r *reader) slow(n int) int {
	if n = cmp.Or(n, defaultSlow); !slices.Contains(paces, n) {
		r.wrong(r.where.of("slow", 0), words.LessonBadSlow, n)
	}
	return n
}

// play reads what is done and over which link; in is "" or "without.".
func (r *reader) play(in, net string, buffer int, script string) Play {
	p := Play{Buffer: buffer}
	if buffer < 0 || buffer > maxBuffer {
		r.wrong(r.where.of(in+"buffer", 0), words.LessonBadBuffer, buffer, maxBuffer)
	}
	var err error
	if p.Spec, err = link.Parse(cmp.Or(net, "off")); err != nil {
		r.wrong(r.where.of(in+"net", 0), words.LessonBadNet, safe.String(err.Error()))
	}
	p.Spec.Seeded = true
	p.Deeds = r.script(in+"script", script)
	return p
}

// without is the counter-test: what it does not say is as in the lesson.
func (r *reader) without(p *page, of Play) Play {
	w := p.Without
	if w.Net == nil && w.Buffer == nil && w.Script == nil {
		r.wrong(r.where.of("without", 0), words.LessonSame)
	}
	of.Cues = nil
	if w.Net != nil {
		of.Spec = r.play("without.", *w.Net, 0, "@0s A opens udp").Spec
	}
	if w.Buffer != nil {
		of.Buffer = r.play("without.", "", *w.Buffer, "@0s A opens udp").Buffer
	}
	if w.Script != nil {
		of.Deeds = r.script("without.script", *w.Script)
	}
	return of
}

// breaks looks whether what the counter-test breaks is observed at all.
func (r *reader) breaks(breaks, observe []string) {
	if len(breaks) == 0 {
		r.wrong(r.where.of("without", 0), words.LessonMissing, "without.breaks")
	}
	for i, b := range breaks {
		if !slices.Contains(observe, b) {
			r.wrong(r.where.of("without.breaks", i), words.LessonNoBreak, safe.String(b))
		}
	}
}

func (r *reader) script(key, text string) []Deed {
	var deeds []Deed
	first := r.where.of(key, 0)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		d, err := parseDeed(first+i, line)
		if err != nil {
			r.keep(err)
			return nil
		}
		deeds = append(deeds, d)
	}
	switch n, size := said(deeds); {
	case len(deeds) == 0:
		r.wrong(first, words.LessonNoScript)
	case len(deeds) > maxDeeds:
		r.wrong(deeds[maxDeeds].Line, words.LessonTooMany, "script", len(deeds), maxDeeds)
	case n > maxSaid || size > maxSaidBytes:
		r.wrong(first, words.LessonTooMuch, n, size, maxSaid, maxSaidBytes)
	}
	slices.SortStableFunc(deeds, func(a, b Deed) int { return int(a.At - b.At) })
	return deeds
}

// said is how many messages deeds say, and of how many bytes, over each
// protocol.
func said(deeds []Deed) (n, size int) {
	for _, d := range deeds {
		n += d.Count
		size += d.Count * d.size()
	}
	return n, size
}

func (r *reader) observations(lines []string) []Observation {
	if len(lines) == 0 {
		r.wrong(r.where.of("observe", 0), words.LessonNoObserve)
	}
	if len(lines) > maxObserve {
		r.wrong(r.where.of("observe", maxObserve), words.LessonTooMany, "observe", len(lines), maxObserve)
	}
	var all []Observation
	for i, s := range lines {
		o, err := parseObservation(r.where.of("observe", i), s)
		if err != nil {
			r.keep(err)
			return nil
		}
		all = append(all, o)
	}
	return all
}

func (r *reader) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

// inFile is err with the file before it.
func inFile(name string, err error) error {
	if m, ok := errors.AsType[*Mistake](err); ok {
		return mistake(words.LessonInFile, safe.String(name), m)
	}
	return err
}
