package model

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/lesson"
	"seqtalk/transport"
	"seqtalk/transport/lab"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// labGround is what main plays lessons on.
func labGround(o lesson.GroundOptions) (lesson.Ground, error) {
	l, err := lab.New(lab.Options{Clock: o.Clock, Spec: o.Spec, ReceiveBuffer: o.ReceiveBuffer, Keep: 1, Observe: o.Observe})
	if err != nil {
		return lesson.Ground{}, err
	}
	return lesson.Ground{A: l.A(), B: l.B(), AddrA: l.A().IPv4(), AddrB: l.B().IPv4(), Link: l}, nil
}

// A classroom is lessons on a screen, whose time passes as fast as it can and
// stands still at each step.
type classroom struct {
	*Model
	t     *testing.T
	stage *lesson.Stage
}

// lessons begins the lesson called name; "": the menu.
func lessons(t *testing.T, name string, l words.Lang, environ ...string) *classroom {
	t.Helper()
	all, err := lesson.Library()
	if err != nil {
		t.Fatal(err)
	}
	var first *lesson.Lesson
	if name != "" {
		if first, err = lesson.Find(name); err != nil {
			t.Fatal(err)
		}
	}
	s := lesson.NewStage(lesson.Stacks{lesson.DefaultStack: labGround}, l)
	t.Cleanup(func() { s.Close() })
	now := noon
	o := Options{
		Lang: l, Zone: time.UTC, Now: func() time.Time { return now },
		Environ: append([]string{"TERM=xterm-256color", "LANG=en_US.UTF-8", "COLORTERM=truecolor"}, environ...),
	}
	c := &classroom{New(o.forLessons(s, all, first)), t, s}
	if first != nil {
		c.settle()
	}
	return c
}

// settle takes what the stage tells, until it waits or is over.
func (c *classroom) settle() lesson.Scene {
	c.t.Helper()
	c.stage.Do(transport.Slow{Factor: 0})
	timeout := time.After(time.Minute)
	for {
		select {
		case ev := <-c.stage.Events():
			c.Update(ev)
			if turned, ok := ev.(lesson.Turned); ok && (turned.Scene.Waits || turned.Scene.Verdict != nil) {
				c.numbers.read(c.now())
				c.watch(c.now())
				c.readScene()
				return turned.Scene
			}
		case <-timeout:
			c.t.Fatal("nothing more happens")
		}
	}
}

// steps goes on n times.
func (c *classroom) steps(n int) *classroom {
	c.t.Helper()
	for range n {
		drive(c.Model, "\n")
		c.settle()
	}
	return c
}

// at is the screen at a size, as a beginner has it: the lesson chooses its view.
func (c *classroom) at(w, h int) string {
	c.t.Helper()
	c.take(tea.WindowSizeMsg{Width: w, Height: h})
	return strings.ReplaceAll(fits(c.t, c.Model), "  ×1/0", "")
}

var lessonSizes = [][2]int{{80, 24}, {120, 36}, {200, 60}}

func TestGoldenLessons(t *testing.T) {
	for _, scene := range []struct {
		name, lesson string
		steps        int
		sizes        [][2]int
	}{
		{"menu", "", 0, [][2]int{{40, 12}, {80, 24}, {120, 36}}},
		{"begin", "seqack", 0, [][2]int{{40, 12}, {80, 24}}},
		{"step", "seqack", 3, lessonSizes},
		{"order", "order", 2, lessonSizes},
		{"verdict", "reliable", 3, lessonSizes},
		{"graphs", "slowstart", 4, [][2]int{{80, 24}, {120, 36}}},
	} {
		for _, l := range []words.Lang{words.English, words.Chinese} {
			for _, size := range scene.sizes {
				name := fmt.Sprintf("lesson.%s.%s.%dx%d", scene.name, []string{"en", "zh"}[l], size[0], size[1])
				t.Run(name, func(t *testing.T) {
					c := lessons(t, "", l)
					c.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
					if scene.lesson != "" {
						c.begin(scene.lesson)
						c.steps(scene.steps)
					}
					golden(t, name, c.at(size[0], size[1]))
				})
			}
		}
	}
}

// begin takes a lesson out of the menu, as a user does.
func (c *classroom) begin(name string) {
	c.t.Helper()
	for c.course.all[c.course.picked].Name != name {
		before := c.course.picked
		drive(c.Model, "<down>")
		if c.course.picked == before {
			c.t.Fatalf("no lesson %s in the menu", name)
		}
	}
	drive(c.Model, "\n")
	c.settle()
}

// Without colours, and where there is nothing but ASCII, the sign says it too.
func TestLessonMonochrome(t *testing.T) {
	c := lessons(t, "seqack", words.English, "NO_COLOR=1")
	c.take(tea.WindowSizeMsg{Width: 80, Height: 24})
	c.steps(5)
	if text := c.at(80, 24); !strings.Contains(text, "✓ holds: 3 of 3 messages") {
		t.Error(text)
	}
	for _, row := range strings.Split(c.View().Content, "\n") {
		if strings.Contains(row, "\x1b[38;") || strings.Contains(row, "\x1b[48;") {
			t.Errorf("a colour in %q", row)
		}
	}
}

// Next, again and back to the menu; a lesson that was held to the end has its
// sign there.
func TestLessonKeys(t *testing.T) {
	c := lessons(t, "seqack", words.English)
	c.steps(5)
	if c.course.scene.Verdict == nil {
		t.Fatalf("%+v", c.course.scene)
	}
	drive(c.Model, "r")
	if s := c.settle(); s.At != 0 || s.Lesson.Name != "seqack" || c.crossings.end != 0 {
		t.Errorf("again: %+v", s)
	}
	drive(c.Model, "n")
	if s := c.settle(); s.Lesson.Name != "ackflag" {
		t.Errorf("next: %s", s.Lesson.Name)
	}
	drive(c.Model, "m")
	if text := c.at(80, 24); !strings.Contains(text, "✓ seqack") || strings.Contains(text, "✓ ackflag") {
		t.Error(text)
	}
	for range len(c.course.all) {
		drive(c.Model, "<down>")
	}
	drive(c.Model, "\n")
	c.settle()
	if drive(c.Model, "n"); c.hint != words.LessonLast.In(words.English) {
		t.Errorf("behind the last: %q", c.hint)
	}
	if cmd := c.key(tea.KeyPressMsg{Code: 'q', Text: "q"}); cmd == nil || cmd() != tea.Quit() {
		t.Error("q does not leave")
	}
}

// The keys of time: held, a packet at a time, on again; and none of them when it
// is over.
func TestLessonPace(t *testing.T) {
	c := lessons(t, "handshake", words.English)
	for range 2 {
		c.Update(c.step())
	}
	if s := c.course.scene; !s.Held && !s.Waits || !c.link.held && !s.Waits {
		t.Errorf("%+v", s)
	}
	if c.sight.end < 2 {
		t.Errorf("%d packets after two steps", c.sight.end)
	}
	c.course.scene.Verdict = &lesson.Verdict{}
	drive(c.Model, "<f5>")
	if c.hint != words.LessonIsOver.In(words.English) {
		t.Errorf("%q", c.hint)
	}
}

// The help is of the keys there are; in look mode the pane names its keys.
func TestLessonHelp(t *testing.T) {
	c := lessons(t, "order", words.English)
	c.take(tea.WindowSizeMsg{Width: 100, Height: 60})
	c.steps(2)
	drive(c.Model, "<f1>")
	if text := c.at(100, 60); !strings.Contains(text, "go on to the next step") || strings.Contains(text, "/quit") {
		t.Error(text)
	}
	drive(c.Model, "<esc><f4>")
	if text := c.at(100, 60); c.looking == nil || !strings.Contains(text, "? explain") || strings.Contains(text, "Enter: go on") {
		t.Error(text)
	}
	drive(c.Model, "q")
	if c.looking != nil || c.course.menu {
		t.Error("q does not end look mode alone")
	}
}

// What the screen shows in the end is what the verdict says.
func TestLessonScreenTellsTheTruth(t *testing.T) {
	c := lessons(t, "reliable", words.English)
	c.steps(3)
	v := c.course.scene.Verdict
	if v == nil || v.Kind != lesson.Holds {
		t.Fatalf("%+v", c.course.scene)
	}
	said := fmt.Sprintf("TCP %d of 50, %d retransmissions; UDP %d of 50",
		c.crossings.tally[0].delivered, c.crossings.tally[0].again, c.crossings.tally[1].delivered)
	if v.Figures.En != said {
		t.Errorf("the screen says %q, the verdict %q", said, v.Figures.En)
	}
	if c.pane != panePlain || !c.paired() {
		t.Error("it does not begin side by side")
	}
}

// What goes over one protocol only leaves the other column empty, and is not
// counted there.
func TestLessonOneProtocol(t *testing.T) {
	c := lessons(t, "stream", words.English)
	c.steps(4)
	b := c.balance()
	if b.Tallies[0].Sent != 4 || b.Tallies[1].Sent != 3 || b.Tallies[1].Delivered != 3 {
		t.Errorf("%+v", b.Tallies)
	}
	var last ui.Pair
	for i := c.talk.First(); i < c.talk.End(); i++ {
		if p := newPairs(c.Model).Pair(i); p.N > 0 {
			last = p
		}
	}
	if string(last.Text) != "汉字" || last.UDP.Proto != "" || last.TCP.Proto != "TCP" {
		t.Errorf("%+v", last)
	}
	if x := c.crossings.row(4); x.ways[wayOf(segment.UDP)].packets != 0 {
		t.Errorf("%+v", x)
	}
}

// Every screen that docs/FIRST-HOUR shows is one: each line of it stands on the
// screen of the lesson after that many times Enter.
func TestFirstHour(t *testing.T) {
	for l, file := range []string{"FIRST-HOUR.md", "FIRST-HOUR.zh.md"} {
		doc, err := os.ReadFile("../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(doc), "```screen ")[1:]
		if len(blocks) < 5 {
			t.Errorf("%s shows %d screens", file, len(blocks))
		}
		for _, b := range blocks {
			b, _, _ = strings.Cut(b, "```")
			head, lines, _ := strings.Cut(b, "\n")
			var name string
			var steps int
			if _, err := fmt.Sscan(head, &name, &steps); err != nil {
				t.Fatalf("%s: %q: %v", file, head, err)
			}
			c := lessons(t, "", words.Lang(l))
			c.take(tea.WindowSizeMsg{Width: 80, Height: 24})
			c.begin(name)
			screen := c.steps(steps).at(80, 24)
			for line := range strings.Lines(lines) {
				if line = strings.TrimSpace(line); !strings.Contains(screen, line) {
					t.Errorf("%s: %q is not on\n%s", file, line, screen)
				}
			}
		}
	}
}
