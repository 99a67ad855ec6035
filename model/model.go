// Package model is the screen: one Bubble Tea model with its keys, its focus
// and its terminal. What is said and what became of it is package talk's; how
// it is drawn is package ui's; what the wire does is package transport's. Here
// these are put together, and nothing of them is decided.
//
// Run is all that main needs. A Model can also be driven without a program, by
// handing messages to Update: each transport.Event is one.
package model

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"seqtalk/model/lesson"
	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// Options are what a Model is made with.
type Options struct {
	Transport transport.Transport // Run closes it
	Protos    []segment.Proto     // the protocols asked for
	Addr      string              // as typed
	Command   string              // what to run in the other terminal; "": as Protos and Addr say
	Remote    []string            // the same from other machines
	Nick      string
	Lang      words.Lang
	Theme     string // a palette's name; "" or "auto": what suits the terminal
	MaxLines  int    // kept; 0: the default
	Relative  bool   // sequence numbers: relative only
	Bell      bool   // for new messages while the user is elsewhere
	NoTimes   bool   // none before the messages
	NoMouse   bool   // it is the terminal's
	// MaxDatagram is the transport's: the longest framed datagram, in octets; 0: 1200.
	MaxDatagram int
	// Past are lines of earlier talks, from the transcript at PastFrom.
	Past     []transport.Past
	PastFrom string
	Replay   bool             // Transport is a recording being played
	Pair     Pair             // both ends are here, Transport is its A; nil: the other end is elsewhere
	Environ  []string         // 0: the process's own
	Now      func() time.Time // nil: time.Now
	Zone     *time.Location   // of the times shown; nil: the local one
	Stacks   lesson.Stacks    // what /lesson save plays on; nil: nothing is recorded
	course   *course          // lessons are shown; nil: a conversation
}

// A Pair is what is known where both ends of a conversation are in this process:
// a transport.Pair, or a lesson.Stage.
type Pair interface {
	Now() time.Time  // of both stacks, which can be slowed and held
	Spec() link.Spec // of the link between them
	FarEvents() <-chan transport.Event
	FarStatus() transport.Status
}

// A Model is the state of the screen. It belongs to the event loop.
type Model struct {
	o     Options
	tr    transport.Transport
	now   func() time.Time
	box   *mailbox // nil: events come as messages only
	begun func()   // called once, when the event loop runs

	talk     *talk.Talk
	record   *lesson.Recording // nil: nothing is written down
	course   *course           // nil: a conversation
	numbers  numbers
	look     *ui.Look
	terminal ui.Terminal
	palette  string // as chosen; "": what suits the terminal
	keys     KeyMap
	commands []command

	w, h    int
	sizes   int // how often the terminal told its size
	wraps   ui.Wraps
	view    ui.View
	seen    uint64 // lines from here on are new to the user
	tidied  uint64 // memory was given back when there were so many
	blurred bool
	focused time.Time // when the terminal got the focus
	rang    time.Time

	editor  editor
	recall  recall
	pasted  bool     // what is typed came in part from a paste
	pending []string // lines of a paste that wait for room in the queue
	hint    string
	warned  bool // the hint is a warning of the last key; it goes with the next
	cleared time.Time
	dialog  *dialog
	search  *search
	filter  *filtering // nil: it is not being typed
	looking *looking   // nil: a line is typed
	help    *ui.Help
	cycle   *cycle

	sight     sight
	watched   time.Time // when the sight was last read
	crossings crossings
	heard     heardLines
	farLegs   []transport.Leg // of the other end, where it is here
	ladder    ladder
	pane      pane
	series    series
	graph     ui.Graph
	link      linkState
	rerun     rerun

	name                       string
	locked, held, times, rings bool
	wheel, beginner            bool
	turning                    bool // notches of the wheel are gathered
	turned                     int  // rows that those gathered scroll
	leaving                    bool // the conversation ends, and the program with it
	met                        bool // somebody came, or there is something to read
	peered                     bool // somebody came
	halfClosed                 bool
	gathers                    bool  // Nagle's algorithm is on
	plaintext                  bool  // the address can be reached from other machines
	failed                     error // why no conversation could come about: it ends the program
}

// New makes the screen of a conversation in which nothing was said.
func New(o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Theme == "auto" {
		o.Theme = ""
	}
	m := &Model{
		o: o, tr: o.Transport, course: o.course, now: o.Now, begun: func() {},
		talk:     talk.New(talk.Config{Lang: o.Lang, MaxLines: o.MaxLines, Replay: o.Replay}),
		look:     ui.NewLook(o.Lang),
		terminal: terminalOf(o.Environ),
		palette:  o.Theme,
		keys:     newKeyMap(o.Lang),
		w:        80, h: 24, // until the terminal says
		view: ui.Latest, name: o.Nick, times: !o.NoTimes, rings: o.Bell, wheel: !o.NoMouse,
		sight: sight{tr: o.Transport}, ladder: newLadder(), link: linkState{slow: 1},
	}
	if o.Zone != nil {
		m.look.Zone = o.Zone
	}
	if m.o.Command == "" {
		m.o.Command = counterpart(o)
	}
	m.setLinked(o.Pair != nil)
	if o.Pair != nil && o.Stacks != nil {
		m.record = lesson.NewRecording(o.Pair.Now(), o.Pair.Spec())
	}
	m.editor.reset("")
	m.numbers.tr = o.Transport
	m.numbers.read(m.now())
	if m.twoEnds() {
		m.talk.Hush()
	}
	if m.met = o.Replay; o.Replay {
		for _, g := range m.numbers.last.Legs {
			m.o.Protos = append(m.o.Protos, g.Proto)
		}
		m.keys.HalfClose.SetEnabled(false)
		m.commands = replayed(m.commands)
		m.replayNotes()
	}
	m.watch(m.now())
	m.dress()
	m.remember()
	return m
}

// counterpart is the command that meets this one, in another terminal.
func counterpart(o Options) string {
	s := "seqtalk"
	switch {
	case len(o.Protos) > 1:
		s += " --proto both"
	case slices.Contains(o.Protos, segment.UDP):
		s += " -u"
	}
	return strings.TrimSpace(s + " " + o.Addr)
}

// Init asks the terminal for its background.
func (m *Model) Init() tea.Cmd {
	m.begun()
	return tea.Batch(tea.Raw(ansi.RequestBackgroundColor), m.numbers.schedule(m.now()))
}

// Update takes one message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.take(msg)
	if next := m.numbers.schedule(m.now()); next != nil {
		cmd = tea.Batch(cmd, next)
	}
	return m, cmd
}

// take hands msg to who knows it.
func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		m.scrolled(m.turnedSoFar())
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseWheelMsg:
		return m.turn(wheelBy(msg))
	case wheelOn:
		return m.turn(m.turnedSoFar())
	case tea.MouseClickMsg:
		m.clicked(msg)
	case Wake:
		return m.drain()
	case transport.Event:
		return m.hear(msg)
	case beat:
		return m.beaten(msg)
	case stepped:
		m.afterStep(msg)
	case saved:
		m.savedTo(msg)
	case exported:
		m.exportedTo(msg)
	case tick:
		m.ticked(msg)
		return m.tidy()
	case room:
		m.sendPending()
	case searchOn:
		return m.searched()
	case logged:
		m.logged(msg)
	case leaveNow:
		return tea.Quit
	case tea.WindowSizeMsg:
		return m.resize(msg)
	case sizeSettled:
		if int(msg) == m.sizes {
			return tea.ClearScreen
		}
	case tea.BackgroundColorMsg:
		m.terminal.Light = !msg.IsDark()
		m.dress()
	case tea.ModeReportMsg:
		m.measure(msg)
	case tea.FocusMsg:
		m.attend(func() { m.blurred = false })
		m.focused = m.now()
	case tea.BlurMsg:
		m.attend(func() { m.blurred = true })
	case tea.ResumeMsg, redraw:
		return tea.ClearScreen
	case suspend:
		return tea.Suspend
	}
	return nil
}

// What concerns the terminal. A canvas sees to it, else Bubble Tea.
type (
	redraw  struct{} // the whole screen is wanted anew
	suspend struct{} // the shell wants the terminal
)

// drain applies what waits in the mailbox: at most all that fits into it, and
// no longer than drainTime, since keys wait meanwhile.
func (m *Model) drain() tea.Cmd {
	begun, end, state := m.now(), m.talk.End(), false
	for taken := 0; taken < mailboxRoom && m.now().Sub(begun) < drainTime; taken += drainStep {
		evs := m.box.take(drainStep)
		if len(evs) == 0 {
			break
		}
		for _, ev := range evs {
			m.apply(ev)
			state = state || tellsState(ev)
		}
	}
	m.box.settle()
	return m.after(end, state)
}

// hear applies one event.
func (m *Model) hear(ev transport.Event) tea.Cmd {
	end := m.talk.End()
	m.apply(ev)
	return m.after(end, tellsState(ev))
}

// apply is the only place where the wire changes the state.
func (m *Model) apply(ev transport.Event) {
	if ev, ok := ev.(transport.Far); ok {
		m.hearFar(ev.Event)
		return
	}
	if m.course != nil && m.hearLesson(ev) || m.told(ev) {
		return
	}
	m.talk.Apply(ev)
	m.follow(ev)
	switch ev := ev.(type) {
	case transport.Up:
		m.met, m.peered, m.halfClosed = true, true, false
	case transport.Closed:
		if !m.peered {
			m.failed = ev.Err
		}
	case transport.Notice:
		m.plaintext = m.plaintext || ev.Code == transport.NotePlaintext
	}
}

// tellsState reports that ev changes where a protocol stands.
func tellsState(ev transport.Event) bool {
	switch ev.(type) {
	case transport.Up, transport.Down, transport.Settled, transport.HalfClosed, transport.PeerMoved,
		transport.Notice, transport.Closed, transport.Moved:
		return true
	}
	return false
}

// after follows up on events: the lines from end on are new.
func (m *Model) after(end uint64, state bool) tea.Cmd {
	m.numbers.refresh(m.now(), state)
	if m.now().Sub(m.watched) >= eventGap {
		m.watch(m.now())
	}
	m.keepInSight()
	if m.present() {
		m.seen = m.talk.End()
	}
	if m.failed != nil || m.leaving && !m.talk.Up() || m.leaving && m.talk.Ended() {
		return tea.Quit
	}
	return m.ring(end)
}

// calmAfter is how long a size must last before the screen is drawn anew: longer
// than the 250 ms for which tmux keeps a change of its own screen to itself.
const calmAfter = 400 * time.Millisecond

// sizeSettled says that the size told the n-th time has lasted.
type sizeSettled int

// resize takes the window's size, unless it cannot be one. A terminal throws rows
// away as it shrinks, and between two sizes may have had a third that nobody
// heard of; so once the size has settled everything is drawn anew, also where it
// is what it was.
func (m *Model) resize(msg tea.WindowSizeMsg) tea.Cmd {
	const most, cells = 4096, 1 << 20
	switch w, h := msg.Width, msg.Height; {
	case w <= 0 || h <= 0 || w > most || h > most || w*h > cells:
	default:
		m.w, m.h = w, h
		m.keepInSight()
	}
	m.sizes++
	if m.sizes == 1 {
		return nil
	}
	n := sizeSettled(m.sizes)
	return tea.Tick(calmAfter, func(time.Time) tea.Msg { return n })
}

// measure takes the terminal's word on how it measures: as Bubble Tea does,
// which draws by the same rule.
func (m *Model) measure(msg tea.ModeReportMsg) {
	if countsClusters(msg) {
		m.look.Method = ui.GraphemeWidth
	}
}

// countsClusters reports that the terminal can measure by grapheme clusters.
func countsClusters(msg tea.ModeReportMsg) bool {
	if msg.Mode != ansi.ModeUnicodeCore {
		return false
	}
	return msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet || msg.Value == ansi.ModePermanentlySet
}

// dress chooses colours and signs.
func (m *Model) dress() {
	palette, glyphs := ui.Choose(m.terminal)
	if p, ok := ui.PaletteNamed(m.palette); ok {
		palette = p
	}
	m.look.Theme, m.look.Glyphs = ui.NewTheme(palette), glyphs
}
