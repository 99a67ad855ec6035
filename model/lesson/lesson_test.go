package lesson

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"seqtalk/transport/lab"
	"seqtalk/ui/words"
)

// labGround is what main wires lessons to.
func labGround(o GroundOptions) (Ground, error) {
	l, err := lab.New(lab.Options{Clock: o.Clock, Spec: o.Spec, ReceiveBuffer: o.ReceiveBuffer, Keep: 1, Observe: o.Observe})
	if err != nil {
		return Ground{}, err
	}
	return Ground{A: l.A(), B: l.B(), AddrA: l.A().IPv4(), AddrB: l.B().IPv4(), Link: l}, nil
}

var labOnly = Stacks{DefaultStack: labGround}

// exact are the lessons in virtual time.
func exact(t testing.TB) (all []*Lesson) {
	t.Helper()
	for _, l := range library(t) {
		if !l.live() {
			all = append(all, l)
		}
	}
	return all
}

func library(t testing.TB) []*Lesson {
	t.Helper()
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func told(t testing.TB, o LessonOptions) (out string, code int) {
	t.Helper()
	o.Stacks = labOnly
	var b, e bytes.Buffer
	code = RunLesson(context.Background(), &b, &e, o)
	return b.String() + e.String(), code
}

func TestEveryLessonHolds(t *testing.T) {
	for _, l := range exact(t) {
		t.Run(l.Name, func(t *testing.T) {
			v, err := l.Check(context.Background(), labOnly, nil)
			if err != nil {
				t.Fatal(err)
			}
			if v.Kind != Holds {
				out, _ := told(t, LessonOptions{Name: l.Name})
				t.Errorf("%v\n%s", v.Kind, out)
			}
		})
	}
}

// With the phenomenon switched off, a lesson's check must fail: else it would
// hold whatever happens.
func TestEveryCounterTestFails(t *testing.T) {
	for _, l := range exact(t) {
		t.Run(l.Name, func(t *testing.T) {
			if l.Without == nil {
				t.Fatal("there is no counter-test")
			}
			v, err := l.CheckWithout(context.Background(), labOnly)
			if err != nil {
				t.Fatal(err)
			}
			if v.Kind != Fails || v.Why.En != "" {
				t.Errorf("%v %v: %+v", v.Kind, v.Why, v.Seen)
			}
			if measured, ok := v.broken(); !ok {
				t.Errorf("holds all the same: %s", measured)
			}
		})
	}
}

func TestAllTwiceTheSame(t *testing.T) {
	first, code := told(t, LessonOptions{All: true, Lang: words.Chinese})
	second, _ := told(t, LessonOptions{All: true, Lang: words.Chinese})
	if code != 0 || first != second {
		t.Errorf("exit %d; the same: %v", code, first == second)
	}
	if want := words.LessonSum.In(words.Chinese, len(order), len(exact(t)), 0, len(order)-len(exact(t))); !strings.Contains(first, want) {
		t.Error(first)
	}
}

// As JSON a lesson is one object a line, the same every time.
func TestLessonJSON(t *testing.T) {
	first, code := told(t, LessonOptions{Name: "reliable", JSON: true})
	second, _ := told(t, LessonOptions{Name: "reliable", JSON: true})
	if code != 0 || first != second {
		t.Errorf("exit %d; the same: %v", code, first == second)
	}
	events := map[string]int{}
	for line := range strings.Lines(first) {
		var o struct{ Event string }
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		events[o.Event]++
	}
	if events["lesson"] != 1 || events["observation"] != 6 || events["verdict"] != 1 || events["without"] != 1 || events["segment"] < 100 {
		t.Error(events)
	}
}
