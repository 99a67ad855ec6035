package model

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/model/lesson"
	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// A course is the lessons on the screen: the menu, or one that is played.
type course struct {
	stage  *lesson.Stage
	all    []*lesson.Lesson
	menu   bool // it is open
	picked int  // in the menu; the lesson that is played, if it is of the library
	own    bool // what is played comes from a file
	scene  lesson.Scene
	came   map[string]ui.Outcome // by name, of those played here
}

// RunLessons shows lessons until they are left: first, or if that is nil the
// menu of all of them. It closes stage.
func RunLessons(o Options, stage *lesson.Stage, all []*lesson.Lesson, first *lesson.Lesson) (exit int, err error) {
	return Run(o.forLessons(stage, all, first))
}

// forLessons is o for a screen of lessons: what it shows has times of its own.
func (o Options) forLessons(stage *lesson.Stage, all []*lesson.Lesson, first *lesson.Lesson) Options {
	o.Pair, o.Transport, o.NoTimes = stage, stage, true
	o.course = newCourse(stage, all, first)
	return o
}

func newCourse(stage *lesson.Stage, all []*lesson.Lesson, first *lesson.Lesson) *course {
	c := &course{stage: stage, all: all, menu: first == nil, came: map[string]ui.Outcome{}}
	if first == nil {
		return c
	}
	c.own = true
	for i, l := range all {
		if l.Name == first.Name {
			c.picked, c.own = i, false
		}
	}
	stage.Load(first)
	return c
}

// load begins lesson i of the library.
func (c *course) load(i int) {
	c.picked, c.own, c.menu = i, false, false
	c.stage.Load(c.all[i])
}

// again begins what is played anew.
func (c *course) again() {
	if l := c.scene.Lesson; l != nil {
		c.stage.Load(l)
	}
}

// hearLesson takes what the stage tells beside a Transport's events, and
// reports whether it was that.
func (m *Model) hearLesson(ev transport.Event) bool {
	switch ev := ev.(type) {
	case lesson.Opened:
		m.beginLesson()
	case lesson.Uttered:
		m.uttered(ev)
	case lesson.Read:
		m.crossings.came(ev.Received)
	case lesson.Remark:
		level := talk.Info
		if ev.Warn {
			level = talk.Warn
		}
		m.talk.Note(m.now(), level, ev.Text)
	case lesson.Turned:
	case transport.Down:
		m.follow(ev) // a remark says it
		return true
	default:
		return false
	}
	m.readScene()
	return true
}

// readScene reads the scene.
func (m *Model) readScene() {
	c := m.course
	c.scene = c.stage.Scene()
	m.link.held = c.scene.Held
	if c.scene.Slow > 0 {
		m.link.slow = c.scene.Slow
	}
	if v := c.scene.Verdict; v != nil && !c.own {
		c.came[c.scene.Lesson.Name] = outcome(v)
	}
}

func outcome(v *lesson.Verdict) ui.Outcome {
	switch v.Kind {
	case lesson.Holds:
		return ui.LessonHeld
	case lesson.Fails:
		return ui.LessonFailed
	}
	return ui.LessonSkipped
}

// beginLesson forgets what was seen of the lesson before.
func (m *Model) beginLesson() {
	m.readScene()
	m.talk = talk.New(talk.Config{Lang: m.look.Lang, MaxLines: m.o.MaxLines})
	m.talk.Hush()
	m.sight = sight{tr: m.tr}
	m.crossings, m.heard, m.series, m.ladder = crossings{}, heardLines{}, series{}, newLadder()
	m.farLegs, m.wraps, m.looking, m.search = nil, ui.Wraps{}, nil, nil
	m.view, m.seen, m.met, m.peered, m.hint = ui.Latest, 0, true, true, ""
	m.o.Protos = nil
	for _, g := range m.numbers.read(m.now()).Legs {
		m.o.Protos = append(m.o.Protos, g.Proto)
	}
	m.pane, m.graph = panePlain, 0
	lab := m.course.scene.Lesson.On == lesson.DefaultStack
	m.setLinked(lab)
	if !lab {
		return // nobody sees its packets
	}
	switch m.course.scene.Lesson.Shows {
	case lesson.ShowsLadder:
		if m.layoutOf(panePlain).Side.Empty() {
			m.pane = paneLadder
		}
	case lesson.ShowsGraphs:
		m.pane = paneGraphs
	}
}

// longestUttered is how many bytes of what a program says are shown.
const longestUttered = 400

// uttered adds a line of A's program.
func (m *Model) uttered(ev lesson.Uttered) {
	shown := ev.Text
	if len(shown) > longestUttered {
		shown = fmt.Appendf(append([]byte{}, shown[:longestUttered]...), " … %d B", len(ev.Text))
	}
	m.talk.Say(m.now(), shown, false)
	m.crossings.say(ev.Row, ev.Text, ev.At)
	if x := m.crossings.row(ev.Row); x != nil {
		x.off = [2]bool{!ev.TCP, !ev.UDP}
	}
	for k, off := range [2]bool{!ev.TCP, !ev.UDP} {
		if off {
			m.crossings.spared[k]++
		}
	}
}

// lessonKey is what k means while lessons are shown.
func (m *Model) lessonKey(k tea.KeyPressMsg) tea.Cmd {
	b, c := &m.keys, m.course
	if c.menu {
		return m.menuKey(k)
	}
	switch {
	case key.Matches(k, b.Send), k.String() == "space":
		m.goOn()
	case key.Matches(k, b.Hold), key.Matches(k, b.Step), key.Matches(k, b.Slow):
		return m.paceKey(k)
	case key.Matches(k, b.Cancel), k.String() == "q", k.String() == "Q":
		return tea.Quit
	case k.String() == "n":
		m.nextLesson()
	case k.String() == "r":
		c.again()
	case k.String() == "m":
		c.menu = true
	case key.Matches(k, b.Help):
		m.openHelp("")
	case key.Matches(k, b.Beginner):
		m.beginner = !m.beginner
	case key.Matches(k, b.Mouse):
		m.toggleMouse()
	case key.Matches(k, b.Look):
		m.openLook()
	case key.Matches(k, b.Escape):
		m.attend(func() { m.view, m.ladder.view, m.pane = ui.Latest, ui.Latest, panePlain })
	case m.paneKey(k):
	case key.Matches(k, b.Up):
		m.lessonScroll(tea.KeyPressMsg{Code: tea.KeyUp, Mod: tea.ModShift})
	case key.Matches(k, b.Down):
		m.lessonScroll(tea.KeyPressMsg{Code: tea.KeyDown, Mod: tea.ModShift})
	default:
		m.scrollKey(k)
	}
	return nil
}

// lessonScroll scrolls what is shown.
func (m *Model) lessonScroll(k tea.KeyPressMsg) {
	if m.pane != paneLadder || !m.scrollLadder(k) {
		m.scrollKey(k)
	}
}

// goOn goes on: from where the lesson waits, from held time, or to the next one.
func (m *Model) goOn() {
	if m.course.scene.Verdict != nil {
		m.nextLesson()
		return
	}
	m.course.stage.Next()
	m.readScene()
}

// nextLesson begins the next lesson of the library.
func (m *Model) nextLesson() {
	c := m.course
	next := c.picked + 1
	if c.own {
		next = 0
	}
	if next >= len(c.all) {
		m.warn(words.LessonLast)
		return
	}
	c.load(next)
}

// paceKey holds time, lets a packet through, or changes how slow it is.
func (m *Model) paceKey(k tea.KeyPressMsg) tea.Cmd {
	s := &m.course.scene
	switch {
	case s.Lesson == nil:
		return nil
	case s.Lesson.On != lesson.DefaultStack:
		m.warn(words.LessonIsLive)
		return nil
	case s.Verdict != nil:
		m.warn(words.LessonIsOver)
		return nil
	case key.Matches(k, m.keys.Step):
		return m.step
	case key.Matches(k, m.keys.Hold):
		m.tr.Do(transport.HoldTime{On: !s.Held})
	default:
		m.slower()
	}
	m.readScene()
	return nil
}

// menuKey is what k means in the menu.
func (m *Model) menuKey(k tea.KeyPressMsg) tea.Cmd {
	b, c := &m.keys, m.course
	move := func(n int) { c.picked = min(max(c.picked+n, 0), len(c.all)-1) }
	switch {
	case key.Matches(k, b.Send), k.String() == "space":
		c.load(c.picked)
	case key.Matches(k, b.Up), k.String() == "k":
		move(-1)
	case key.Matches(k, b.Down), k.String() == "j":
		move(1)
	case key.Matches(k, b.PageUp):
		move(-10)
	case key.Matches(k, b.PageDown):
		move(10)
	case key.Matches(k, b.LineStart), key.Matches(k, b.Top), k.String() == "g":
		move(-len(c.all))
	case key.Matches(k, b.LineEnd), key.Matches(k, b.Bottom), k.String() == "G":
		move(len(c.all))
	case key.Matches(k, b.Help):
		m.openHelp("")
	case key.Matches(k, b.Cancel), key.Matches(k, b.Escape), k.String() == "q", k.String() == "Q":
		return tea.Quit
	}
	return nil
}

// lessonPane is the pane of what is played.
func (m *Model) lessonPane() ui.Lesson {
	c, l := m.course, m.look.Lang
	s := &c.scene
	p := ui.Lesson{Cue: s.Cue, Doing: s.Doing, Waits: s.Waits, Proves: s.Proves}
	if s.Lesson == nil {
		return p
	}
	p.Title, p.Claim, p.Watch = s.Lesson.Title.In(l), s.Lesson.Claim.In(l), s.Lesson.Watch.In(l)
	p.Place = words.LessonPlace.In(l, c.picked+1, len(c.all))
	if c.own {
		p.Place = words.LessonOwn.In(l)
	}
	p.Clock = fmt.Sprintf("%.3f s", s.At.Seconds())
	if s.Slow != 1 {
		p.Clock += fmt.Sprintf("  ×1/%g", s.Slow)
	}
	p.Keys = m.lessonKeys().In(l)
	if m.looking != nil {
		p.Keys = m.lookHint()
	}
	if s.Verdict != nil {
		p.Verdict, p.Outcome = s.Verdict.Sentence(l), outcome(s.Verdict)
	}
	if m.warned {
		p.Warning = m.hint
	}
	return p
}

// lessonKeys are the keys worth knowing now.
func (m *Model) lessonKeys() words.Phrase {
	s := &m.course.scene
	switch {
	case s.Verdict != nil:
		return words.LessonKeysOver
	case s.Waits && s.Cue == "" && s.At == 0:
		return words.LessonKeysBegin
	case s.Lesson.On != lesson.DefaultStack:
		return words.LessonKeysLive
	case s.Waits:
		return words.LessonKeysWait
	case s.Held:
		return words.LessonKeysHeld
	}
	return words.LessonKeysRun
}

// lessonMenu is the menu.
func (m *Model) lessonMenu() ui.LessonMenu {
	c, l := m.course, m.look.Lang
	d := ui.LessonMenu{Picked: c.picked, Hint: words.MenuHint.In(l)}
	for _, it := range c.all {
		d.Items = append(d.Items, ui.LessonItem{
			Name: it.Name, Title: it.Title.In(l), Claim: it.Claim.In(l), Outcome: c.came[it.Name],
		})
	}
	return d
}

// playing reports that a lesson's time passes.
func (m *Model) playing() bool {
	c := m.course
	return c != nil && !c.menu && c.scene.Lesson != nil && c.scene.Verdict == nil && !c.scene.Waits && !c.scene.Held
}

// lessonTick keeps the pane's time.
func (m *Model) lessonTick(now time.Time) {
	if m.course == nil {
		return
	}
	m.readScene()
	if m.playing() {
		m.numbers.quick = now.Add(comeLate)
	}
}
