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
	Shows               Shows
	Slow                int // on a screen at first: one of 1, 5, 20, 100

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
	Cues   []Cue
}

// A Cue is a place in the script where a screen waits for whoever looks on, and
// what is said there: what to expect, or what was just seen.
type Cue struct {
	At   time.Duration
	Text Both
}

// Shows is which screen a lesson begins on.
type Shows string

// The screens.
const (
	ShowsSides  Shows = "sides"  // TCP and UDP side by side
	ShowsLadder Shows = "ladder" // the packets
	ShowsGraphs Shows = "graphs" // windows and times
)

// The paces of a lesson on a screen: how much slower than in the lab.
var paces = []int{1, 5, 20, 100}

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
	Show    string   `toml:"show"`
	Slow    int      `toml:"slow"`
	Script  string   `toml:"script"`
	Observe []string `toml:"observe"`
	Cue     []struct {
		At string `toml:"at"`
		En string `toml:"en"`
		Zh string `toml:"zh"`
	} `toml:"cue"`
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
	l.Play.Cues = r.cues(&p, l.Lasts)
	l.Observe = r.observations(p.Observe)
	l.On = r.on(p.On)
	l.Shows, l.Slow = r.shows(p.Show, l.Play.Deeds), r.slow(p.Slow)
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

const lessonKeys = "title, claim, watch, verdict, lasts, net, buffer, on, show, slow, script, observe, cue, without"
