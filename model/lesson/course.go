package lesson

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"seqtalk/transport/segment"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// LessonOptions are the flags of seqtalk lesson.
type LessonOptions struct {
	Name      string // a lesson's, or a file's
	All, List bool
	JSON      bool
	Lang      words.Lang
	Stacks    Stacks
}

// exitFails is the exit code if a claim did not hold.
const exitFails = 1

// RunLesson plays a lesson, or all of them, and writes what came of it. What is
// wrong goes to errw, in one line. It returns the exit code: 1 if a claim did
// not hold, 2 if what was asked for cannot be.
func RunLesson(ctx context.Context, out, errw io.Writer, o LessonOptions) int {
	c := course{o: o}
	code, err := c.run(ctx)
	if err == nil {
		_, err = out.Write(c.out.Bytes())
		if err != nil {
			return exitBroke
		}
		return code
	}
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	return Complain(errw, o.Lang, err)
}

// A course collects what is written: a lesson takes milliseconds.
type course struct {
	o   LessonOptions
	out bytes.Buffer
}

func (c *course) run(ctx context.Context) (code int, err error) {
	switch {
	case c.o.List && c.o.All, c.o.Name != "" && (c.o.List || c.o.All), c.o.Name == "" && !c.o.List && !c.o.All:
		return 0, mistake(words.LessonNamed)
	case c.o.Name != "":
		return c.one(ctx)
	}
	all, err := Library()
	if err != nil {
		return 0, err
	}
	if c.o.List {
		c.list(all)
		return exitOK, nil
	}
	return c.all(ctx, all)
}

// one tells one lesson's story.
func (c *course) one(ctx context.Context) (int, error) {
	l, err := Find(c.o.Name)
	if err != nil {
		return 0, err
	}
	var v Verdict
	if c.o.JSON {
		c.about(l)
		v, err = l.Check(ctx, c.o.Stacks, c.segmentJSON)
	} else {
		s := story{out: &c.out, lang: c.o.Lang}
		s.begin(l)
		if v, err = l.Check(ctx, c.o.Stacks, s.happened); err == nil {
			s.end(&v)
		}
	}
	if err != nil {
		return 0, err
	}
	if c.o.JSON {
		c.verdict(&v)
	}
	if l.Without == nil || v.Kind == Skipped {
		return code(v.Kind), nil
	}
	proves, err := c.without(ctx, l)
	if err == nil && !proves {
		return exitFails, nil
	}
	return code(v.Kind), err
}

// without plays the counter-test and says what came of it.
func (c *course) without(ctx context.Context, l *Lesson) (proves bool, err error) {
	v, err := l.CheckWithout(ctx, c.o.Stacks)
	if err != nil {
		return false, err
	}
	measured, ok := v.broken()
	text := words.LessonWithout
	if !ok {
		text = words.LessonProves
	}
	said := text.In(c.o.Lang, l.WithoutWhat.In(c.o.Lang), measured)
	if c.o.JSON {
		e := encoder{&c.out}
		e.line(verdictLine{"without", safe.String(l.Name).String(), v.Kind.String(), said})
		return ok, nil
	}
	fmt.Fprintln(&c.out, said)
	return ok, nil
}

func code(k VerdictKind) int {
	if k == Fails {
		return exitFails
	}
	return exitOK
}

// list names the lessons and what they claim.
func (c *course) list(all []*Lesson) {
	w := 0
	for _, l := range all {
		w = max(w, width(l.Name))
	}
	for _, l := range all {
		if c.o.JSON {
			c.about(l)
			continue
		}
		s := story{out: &c.out, lang: c.o.Lang}
		s.folded(pad(l.Name, w)+"  ", l.Claim.In(c.o.Lang))
	}
}

// all plays every lesson and writes the table.
func (c *course) all(ctx context.Context, all []*Lesson) (exit int, err error) {
	verdicts, err := c.verdicts(ctx, all)
	if err != nil {
		return 0, err
	}
	var tally [3]int
	for i := range verdicts {
		tally[verdicts[i].Kind]++
		exit = max(exit, code(verdicts[i].Kind))
	}
	if c.o.JSON {
		for i := range verdicts {
			c.about(all[i])
			c.verdict(&verdicts[i])
		}
		return exit, nil
	}
	c.table(verdicts)
	fmt.Fprintf(&c.out, "\n%s\n", words.LessonSum.In(c.o.Lang, len(all), tally[Holds], tally[Fails], tally[Skipped]))
	return exit, nil
}

// verdicts plays every lesson: those in real time all at once, for they wait most
// of it, and when they are over the others one after the other.
func (c *course) verdicts(ctx context.Context, all []*Lesson) ([]Verdict, error) {
	verdicts, errs := make([]Verdict, len(all)), make([]error, len(all))
	var live sync.WaitGroup
	for i, l := range all {
		if l.live() {
			live.Go(func() { verdicts[i], errs[i] = l.Check(ctx, c.o.Stacks, nil) })
		}
	}
	live.Wait()
	for i, l := range all {
		if !l.live() {
			verdicts[i], errs[i] = l.Check(ctx, c.o.Stacks, nil)
		}
		if errs[i] != nil {
			return nil, errs[i]
		}
	}
	return verdicts, nil
}

// table writes a claim, its verdict and its figures for each.
func (c *course) table(all []Verdict) {
	kinds, names := 0, 0
	for i := range all {
		kinds = max(kinds, width(all[i].Kind.In(c.o.Lang)))
		names = max(names, width(all[i].Lesson.Name))
	}
	s := story{out: &c.out, lang: c.o.Lang}
	for i := range all {
		v := &all[i]
		s.folded(pad(v.Kind.In(c.o.Lang), kinds)+"  "+pad(v.Lesson.Name, names)+"  ", v.Lesson.Claim.In(c.o.Lang))
		figures := v.Figures
		if v.Kind == Skipped {
			figures = v.Why
		}
		s.folded(pad("", kinds+names+4), figures.In(c.o.Lang))
	}
}

// What JSON says of lessons, a line each.
type (
	lessonLine struct {
		Event string `json:"event"`
		Name  string `json:"name"`
		Title string `json:"title"`
		Claim string `json:"claim"`
		Watch string `json:"watch"`
		Net   string `json:"net"`
	}
	observationLine struct {
		Event    string `json:"event"`
		Name     string `json:"name"`
		Text     string `json:"text"`
		Measured string `json:"measured"`
		Holds    bool   `json:"holds"`
	}
	verdictLine struct {
		Event   string `json:"event"`
		Name    string `json:"name"`
		Verdict string `json:"verdict"`
		Text    string `json:"text"`
	}
)

func (c *course) about(l *Lesson) {
	e := encoder{&c.out}
	e.line(lessonLine{
		"lesson", safe.String(l.Name).String(), l.Title.In(c.o.Lang), l.Claim.In(c.o.Lang), l.Watch.In(c.o.Lang), l.Play.Spec.String(),
	})
}

func (c *course) segmentJSON(h Happening) {
	if s, ok := h.What.(segment.Segment); ok {
		if h.Side == B {
			s.Dir = 1 - s.Dir
		}
		e := encoder{&c.out}
		e.segment(h.Side, &s)
	}
}

func (c *course) verdict(v *Verdict) {
	e := encoder{&c.out}
	name := safe.String(v.Lesson.Name).String()
	for _, s := range v.Seen {
		e.line(observationLine{"observation", name, s.Text, s.Measured, s.Holds})
	}
	e.line(verdictLine{"verdict", name, v.Kind.String(), v.Sentence(c.o.Lang)})
}
