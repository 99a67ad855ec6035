package lesson

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"seqtalk/transport/link"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// The limits of a lesson file.
const (
	maxLessonFile = 64 << 10
	maxDeeds      = 200
	maxObserve    = 40
	maxLasts      = time.Hour
	defaultLasts  = time.Minute
	maxSaid       = 20_000   // messages
	maxSaidBytes  = 16 << 20 // of all of them
	maxBuffer     = 4 << 20
)

// A Lesson is an experiment that checks one claim.
type Lesson struct {
	Name                string
	Title, Claim, Watch Both
	Verdict             Both // with figures in braces
	Lasts               time.Duration
	Play                Play
	Observe             []Observation
	On                  string // the stack it is played on

	// Without is the counter-test: the same with the phenomenon switched off. What
	// is observed then cannot all hold.
	Without     *Play
	WithoutWhat Both
	Breaks      []string // of the observations, those that fail then
}

// Both is a text in both languages.
type Both struct {
	En string `toml:"en"`
	Zh string `toml:"zh"`
}

// In is b in l. It came from a file, so it is spelled out.
func (b Both) In(l words.Lang) string {
	s := b.En
	if l == words.Chinese {
		s = b.Zh
	}
	return safe.String(s).String()
}

// A Play is what is done, and over which link.
type Play struct {
	Spec   link.Spec
	Buffer int // TCP's receive buffer; 0: the stack's choice
	Deeds  []Deed
}

// page is a lesson file.
type page struct {
	Title   Both     `toml:"title"`
	Claim   Both     `toml:"claim"`
	Watch   Both     `toml:"watch"`
	Verdict Both     `toml:"verdict"`
	Lasts   string   `toml:"lasts"`
	Net     string   `toml:"net"`
	Buffer  int      `toml:"buffer"`
	On      string   `toml:"on"`
	Script  string   `toml:"script"`
	Observe []string `toml:"observe"`
	Without *struct {
		What   Both     `toml:"what"`
		Breaks []string `toml:"breaks"`
		Net    *string  `toml:"net"`
		Buffer *int     `toml:"buffer"`
		Script *string  `toml:"script"`
	} `toml:"without"`
}

// ParseLesson reads a lesson file. An error is a *Mistake that names the line
// and the word.
func ParseLesson(name string, src []byte) (*Lesson, error) {
	if len(src) > maxLessonFile {
		return nil, mistake(words.LessonTooBig, len(src), maxLessonFile)
	}
	var p page
	d := toml.NewDecoder(bytes.NewReader(src)).DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, tomlMistake(err)
	}
	r := reader{where: whereIn(src)}
	l := &Lesson{Name: name, Title: p.Title, Claim: p.Claim, Watch: p.Watch, Verdict: p.Verdict}
	r.texts(&p)
	l.Lasts = r.lasts(p.Lasts)
	l.Play = r.play("", p.Net, p.Buffer, p.Script)
	l.Observe = r.observations(p.Observe)
	l.On = r.on(p.On)
	if w := p.Without; w != nil {
		r.both("without.what", w.What)
		l.WithoutWhat, l.Breaks = w.What, w.Breaks
		r.breaks(w.Breaks, p.Observe)
		without := r.without(&p, l.Play)
		l.Without = &without
	}
	if r.err != nil {
		return nil, r.err
	}
	return l, nil
}

// tomlMistake is what is wrong with a file that is no TOML, or none of ours.
func tomlMistake(err error) error {
	if missing, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(missing.Errors) > 0 {
		e := missing.Errors[0]
		line, _ := e.Position()
		return mistake(words.LessonUnknownKey, line, safe.String(strings.Join(e.Key(), ".")), lessonKeys)
	}
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := e.Position()
		return mistake(words.LessonNoTOML, line, safe.String(strings.TrimPrefix(e.Error(), "toml: ")))
	}
	return mistake(words.LessonNoTOML, 1, safe.String(err.Error()))
}

const lessonKeys = "title, claim, watch, verdict, lasts, net, buffer, on, script, observe, without"
