package lesson

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui/words"
)

// A gallery looks at a stage: it takes what it tells, and goes on where it
// waits.
type gallery struct {
	t     *testing.T
	stage *Stage
	heard []transport.Event
}

func newGallery(t *testing.T, l *Lesson) *gallery {
	t.Helper()
	s := NewStage(labOnly, words.English)
	t.Cleanup(func() { s.Close() })
	s.Load(l)
	if err := s.Do(transport.Slow{Factor: 0}); err != nil {
		t.Fatal(err)
	}
	return &gallery{t: t, stage: s}
}

// until takes events until the scene is as wanted.
func (g *gallery) until(want func(Scene) bool) Scene {
	g.t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case ev := <-g.stage.Events():
			g.heard = append(g.heard, ev)
			if turned, ok := ev.(Turned); ok && want(turned.Scene) {
				return turned.Scene
			}
		case <-timeout:
			g.t.Fatalf("%+v", g.stage.Scene())
		}
	}
}

// play goes through the whole lesson and returns what was said at its cues.
func (g *gallery) play() (cues []string, v *Verdict) {
	g.t.Helper()
	for {
		s := g.until(func(s Scene) bool { return s.Waits || s.Verdict != nil })
		if s.Verdict != nil {
			return cues, s.Verdict
		}
		if s.Cue != "" {
			cues = append(cues, s.Cue)
		}
		g.stage.Next()
	}
}

// What is played on a stage is, packet for packet and figure for figure, what
// is played without one; and it waits at each cue.
func TestStage(t *testing.T) {
	for _, l := range exact(t) {
		t.Run(l.Name, func(t *testing.T) {
			var want []string
			alone, err := l.Check(context.Background(), labOnly, func(h Happening) {
				if s, ok := h.What.(segment.Segment); ok {
					want = append(want, fmt.Sprint(s.At.UnixNano(), s.Proto, s.Flags, s.Seq, s.Ack, s.Len, s.Fate))
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			g := newGallery(t, l)
			cues, v := g.play()
			if v.Kind != Holds || v.Figures != alone.Figures {
				t.Errorf("%v: %s, want %s", v.Kind, v.Figures.En, alone.Figures.En)
			}
			if len(cues) != len(l.Play.Cues) {
				t.Errorf("%d cues of %d", len(cues), len(l.Play.Cues))
			}
			segs, _, missed := g.stage.Segments(0)
			var got []string
			for _, s := range segs {
				if s.Stage == segment.Sent {
					got = append(got, fmt.Sprint(s.At.UnixNano(), s.Proto, s.Flags, s.Seq, s.Ack, s.Len, s.Fate))
				}
			}
			if missed != 0 || !slices.Equal(got, want) {
				t.Errorf("%d packets, %d missed; alone %d", len(got), missed, len(want))
			}
		})
	}
}

// Every lesson that comes with the program waits at least once.
func TestEveryLessonHasCues(t *testing.T) {
	for _, l := range library(t) {
		if len(l.Play.Cues) == 0 {
			t.Errorf("%s has no cue", l.Name)
		}
	}
}

// What a stage tells of A's messages is what became of them.
func TestStageFates(t *testing.T) {
	l, err := Find("reliable")
	if err != nil {
		t.Fatal(err)
	}
	g := newGallery(t, l)
	_, v := g.play()
	uttered, came := 0, [2]int{}
	marks := map[string]int{}
	for _, ev := range g.heard {
		switch ev := ev.(type) {
		case Uttered:
			if uttered++; ev.Row != uint64(uttered) || !ev.TCP || !ev.UDP {
				t.Errorf("%+v", ev)
			}
		case Read:
			i := 0
			if ev.Received.Proto == segment.UDP {
				i = 1
			}
			came[i] += len(ev.Received.Messages)
		case transport.Delivery:
			marks[ev.Proto.String()+" "+ev.Mark.String()] += len(ev.Fates)
		}
	}
	figure := func(name string) int { return int(figures[name].value(g.stage.play.x).n) }
	if uttered != 50 || came != [2]int{figure("tcp.delivered"), figure("udp.delivered")} {
		t.Errorf("%d said, %v came; %s", uttered, came, v.Figures.En)
	}
	if marks["tcp sent"] != 50 || marks["tcp acked"] != 50 || marks["udp sent"] != 50 || marks["udp acked"] != 0 {
		t.Error(marks)
	}
}

// Time is held, a packet at a time let through; nothing else can be done to it.
func TestStageSteps(t *testing.T) {
	l, err := Find("handshake")
	if err != nil {
		t.Fatal(err)
	}
	g := newGallery(t, l)
	arrivals := func() (n int) {
		segs, _, _ := g.stage.Segments(0)
		for _, s := range segs {
			if s.Stage != segment.Sent {
				n++
			}
		}
		return n
	}
	for want := 1; want <= 3; {
		before := arrivals()
		if err := g.stage.Do(transport.StepTime{}); err != nil {
			t.Fatal(err)
		}
		s := g.stage.Scene()
		if !s.Held || !s.Waits && arrivals() != before+1 {
			t.Fatalf("%d arrivals after %d: %+v", arrivals(), before, s)
		}
		want += arrivals() - before
	}
	for _, c := range []transport.Control{transport.Drop{N: 1}, transport.Abort{}, transport.Net{}} {
		if err := g.stage.Do(c); !errors.Is(err, transport.ErrUnsupported) {
			t.Errorf("%T: %v", c, err)
		}
	}
	if err := g.stage.Send(transport.Message{}); !errors.Is(err, transport.ErrUnsupported) {
		t.Error(err)
	}
}

// Another lesson can begin at any time, and its events come behind Opened.
func TestStageAnother(t *testing.T) {
	var g *gallery
	for i, name := range []string{"flow", "rst", "rst"} {
		l, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			g = newGallery(t, l)
			g.until(func(s Scene) bool { return s.Waits })
			g.stage.Next()
			continue
		}
		g.heard = nil
		g.stage.Load(l)
		g.stage.Do(transport.Slow{Factor: 0})
		if _, v := g.play(); v.Lesson.Name != name || v.Kind != Holds {
			t.Errorf("%s: %v", v.Lesson.Name, v.Kind)
		}
		opened := slices.IndexFunc(g.heard, func(ev transport.Event) bool { _, ok := ev.(Opened); return ok })
		if opened < 0 {
			t.Error("it was never opened")
		}
		for _, ev := range g.heard[max(opened, 0):] {
			if u, ok := ev.(Uttered); ok && len(u.Text) > 100 {
				t.Error("something of the lesson before")
			}
		}
	}
}

// What cannot be played here is skipped on a stage too.
func TestStageSkips(t *testing.T) {
	l, err := Find("rst")
	if err != nil {
		t.Fatal(err)
	}
	other := *l
	other.On = "abacus"
	s := NewStage(labOnly, words.Chinese)
	defer s.Close()
	s.Load(&other)
	sc := s.Scene()
	if sc.Verdict == nil || sc.Verdict.Kind != Skipped || sc.Verdict.Why.Zh == sc.Verdict.Why.En {
		t.Errorf("%+v", sc.Verdict)
	}
}
