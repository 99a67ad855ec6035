package lesson

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Verdict is what came of a lesson.
type Verdict struct {
	Lesson  *Lesson
	Kind    VerdictKind
	Seen    []Seen
	Figures Both  // the lesson's own sentence with what was measured
	Why     Both  // of a skipped one, what it would need; of one that did not end, where it was stopped
	Maps    []Map // of messages that did not all arrive
}

// broken is, of a counter-test, what it was to break and what was measured. ok
// says that all of it broke: else the lesson would hold whatever happens.
func (v *Verdict) broken() (measured string, ok bool) {
	ok = v.Kind == Fails
	var parts []string
	for i, s := range v.Seen {
		if slices.Contains(v.Lesson.Breaks, v.Lesson.Observe[i].Text) {
			parts = append(parts, s.Text+" ("+s.Measured+")")
			ok = ok && !s.Holds
		}
	}
	return strings.Join(parts, "; "), ok
}

// VerdictKind is one of three.
type VerdictKind uint8

// The verdicts. A skipped lesson was not played: nothing is known.
const (
	Skipped VerdictKind = iota
	Holds
	Fails
)

// In is the kind in one word.
func (k VerdictKind) In(l words.Lang) string {
	return [...]words.Phrase{words.VerdictSkipped, words.VerdictHolds, words.VerdictFails}[k].In(l)
}

// String is the word JSON uses.
func (k VerdictKind) String() string { return [...]string{"skipped", "holds", "fails"}[k] }

// A Map is which messages of A arrived over a protocol: # did, . did not.
type Map struct{ Proto, Holes string }

// The sizes of a passage that a map is drawn of.
const (
	leastMapped = 10
	mostMapped  = 2048
)

// Stacks are what lessons can be played on, by name.
type Stacks map[string]Build

// Check plays a lesson and judges it; hear, if not nil, is told what happens.
// An error is ctx's.
func (l *Lesson) Check(ctx context.Context, on Stacks, hear func(Happening)) (Verdict, error) {
	return l.judge(ctx, on, l.Play, hear)
}

// CheckWithout plays the counter-test. One that holds all the same proves
// nothing.
func (l *Lesson) CheckWithout(ctx context.Context, on Stacks) (Verdict, error) {
	return l.judge(ctx, on, *l.Without, nil)
}

func (l *Lesson) judge(ctx context.Context, on Stacks, p Play, hear func(Happening)) (Verdict, error) {
	v := Verdict{Lesson: l}
	build, ok := on[l.On]
	if !ok {
		names := on.names()
		v.Why = l.skipped(words.LessonNoStack.In(words.English, names), words.LessonNoStack.In(words.Chinese, names))
		return v, nil
	}
	x, err := playOnce(ctx, build, p, bound{l.Lasts, maxSteps}, hear)
	switch {
	case ctx.Err() != nil:
		return v, context.Cause(ctx)
	case err != nil:
		v.Why = l.cannot(err)
		return v, nil
	}
	return l.verdict(x), nil
}

// verdict judges what was played.
func (l *Lesson) verdict(x *experiment) Verdict {
	v := Verdict{Lesson: l, Kind: Holds}
	for _, o := range l.Observe {
		s := o.check(x)
		if v.Seen = append(v.Seen, s); !s.Holds {
			v.Kind = Fails
		}
	}
	v.Figures = Both{fill(words.English, l.Verdict.En, x), fill(words.Chinese, l.Verdict.Zh, x)}
	if x.endless {
		v.Kind, v.Why = Fails, x.stopped()
	}
	v.Maps = mapsOf(x)
	return v
}

// cannot says why l cannot be played here.
func (l *Lesson) cannot(err error) Both {
	if m, ok := errors.AsType[*Mistake](err); ok {
		return l.skipped(m.In(words.English), m.In(words.Chinese))
	}
	why := safe.String(err.Error()).String()
	return l.skipped(why, why)
}

// names are the stacks there are.
func (on Stacks) names() string { return strings.Join(slices.Sorted(maps.Keys(on)), ", ") }

// stopped says where an experiment was that did not end.
func (x *experiment) stopped() Both {
	at := x.now().Round(time.Microsecond)
	return Both{
		words.LessonEndless.In(words.English, x.bound.steps, at),
		words.LessonEndless.In(words.Chinese, x.bound.steps, at),
	}
}

func (l *Lesson) skipped(en, zh string) Both {
	on := safe.String(l.On)
	return Both{words.LessonSkipped.In(words.English, on, en), words.LessonSkipped.In(words.Chinese, on, zh)}
}

func mapsOf(x *experiment) (all []Map) {
	for _, proto := range protos {
		p := x.passage(proto, A)
		if n := len(p.flights); n >= leastMapped && n <= mostMapped && p.delivered() < n {
			all = append(all, Map{upper(proto), holes(p)})
		}
	}
	return all
}
