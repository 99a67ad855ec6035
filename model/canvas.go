package model

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"seqtalk/model/paint"
)

const (
	calm   = 100 * time.Millisecond // after the last change of size all is drawn anew
	bundle = 8 * time.Millisecond   // so long one frame may wait for keys that have come already
)

// A canvas shows a Model on the terminal with a painter of ours, and leaves to
// Bubble Tea the event loop. Its own renderer paints on a clock: a key waits for
// 6 ms, and the clock wakes an idle program 500 times a second.
//
// All of it is the event loop's, but for the keyboard and the life, which look
// after themselves.
type canvas struct {
	*Model
	l       *life
	painter *paint.Painter
	pace    paint.Pace
	keys    *keyboard

	before  []byte    // written before the next frame
	painted time.Time // the last frame was
	due     time.Time // when a frameDue comes; zero: none does
	changed bool      // something may have, since the last frame
	typed   bool      // and that was typed
	sizes   settled   // how many there were
}

type (
	frameDue struct{}        // a frame had to wait, and need not any more
	resized  struct{}        // the window has another size
	settled  int             // the size has not changed for a while: the serial of the last change
	pressed  tea.KeyPressMsg // a key, counted by the keyboard
)

// newCanvas is a canvas on l's terminal. Nothing is written yet.
func newCanvas(l *life, m *Model, profile colorprofile.Profile) *canvas {
	c := &canvas{Model: m, l: l, painter: paint.New(profile)}
	c.keys = &keyboard{in: l.reader(), term: getenv(m.o.Environ, "TERM"), send: func(msg tea.Msg) { l.p.Send(msg) }, spawn: l.Go}
	c.changed = true // nothing was ever painted
	l.out.eager, l.out.ready = true, func() { l.p.Send(frameDue{}) }
	c.measureWindow()
	return c
}

// measureWindow takes the window's size from the terminal.
func (c *canvas) measureWindow() {
	if w, h, err := term.GetSize(c.l.out.Fd()); err == nil {
		c.resize(tea.WindowSizeMsg{Width: w, Height: h})
	}
}

// enter makes the terminal ours.
func (c *canvas) enter() error {
	was, err := term.MakeRaw(c.l.in.Fd())
	if err != nil {
		return err
	}
	c.l.saved.Store(was)
	c.before = c.painter.Enter(title)
	return c.keys.start()
}

// leave gives the terminal back, unless that was done.
func (c *canvas) leave() {
	c.keys.stop()
	if c.l.restored.Load() {
		return
	}
	_, _ = c.l.out.Write(c.painter.Leave())
	c.l.out.flush(lastWord)
	if was := c.l.saved.Load(); was != nil {
		_ = term.Restore(c.l.in.Fd(), was)
	}
}

// filter is Bubble Tea's: what goes to the terminal as it is goes there at
// once, since it would wait for the clock that stands still.
func (c *canvas) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case pressed:
		c.keys.waiting.Add(-1)
		c.typed = true
		return tea.KeyPressMsg(msg)
	case tea.RawMsg:
		_, _ = fmt.Fprint(c.l.out, msg.Msg)
		return nil
	}
	return gather(c.Model, msg)
}

// Init implements tea.Model.
func (c *canvas) Init() tea.Cmd { return c.guarded(c.Model.Init()) }

// Update implements tea.Model.
func (c *canvas) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	done := false
	defer c.unless(&done)
	if _, late := msg.(frameDue); !late {
		c.changed = true
	}
	cmd := c.guarded(c.handle(msg))
	done = true
	return c, cmd
}

// handle takes what concerns the terminal, and hands the rest to the Model.
func (c *canvas) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case frameDue:
		c.due = time.Time{}
		return nil
	case redraw:
		c.painter.Redraw()
		return nil
	case suspend:
		c.suspend()
		return nil
	case resized:
		return c.resizedWindow()
	case settled:
		if msg == c.sizes {
			c.painter.Redraw()
		}
		return nil
	case tea.WindowSizeMsg: // Bubble Tea's first, which it has from us
		return nil
	case tea.ModeReportMsg:
		c.reported(msg)
	}
	_, cmd := c.Model.Update(msg)
	return cmd
}

// resizedWindow draws for another size at once, and again when the size has not
// changed for a while: until then what was drawn for one size can come to a
// terminal that has the next already.
func (c *canvas) resizedWindow() tea.Cmd {
	c.measureWindow()
	c.painter.Redraw()
	c.sizes++
	serial := c.sizes
	return tea.Tick(calm, func(time.Time) tea.Msg { return serial })
}

// reported takes the terminal's word on what it knows.
func (c *canvas) reported(msg tea.ModeReportMsg) {
	switch {
	case msg.Mode == ansi.ModeSynchronizedOutput && msg.Value == ansi.ModeReset:
		c.painter.Synchronize()
	case countsClusters(msg):
		_, _ = c.l.out.Write(c.painter.Clusters())
	}
}

// suspend stops the program until the shell goes on with it.
func (c *canvas) suspend() {
	c.leave()
	stopProcess()
	if err := c.enter(); err != nil {
		c.l.hangup(err)
	}
	c.measureWindow()
}

// View implements tea.Model. Bubble Tea asks for it whenever something may have
// changed; what it would paint is painted here.
func (c *canvas) View() tea.View {
	done := false
	defer c.unless(&done)
	c.show()
	done = true
	return tea.View{}
}

// show paints what is to be seen, now or as soon as that may be. Keys that have
// come already are seen in one frame.
func (c *canvas) show() {
	now := time.Now()
	wait := c.pace.Wait(now, c.typed)
	if c.keys.pending() && now.Sub(c.painted) < bundle {
		wait = max(wait, bundle)
	}
	switch {
	case !c.changed || c.l.out.late(): // which says so when it is not any more
	case wait > 0:
		c.later(now.Add(wait))
	default:
		out := append(c.before, c.painter.Paint(c.frame())...)
		c.before = nil
		if len(out) > 0 {
			_, _ = c.l.out.Write(out)
		}
		c.painted, c.changed, c.typed = now, false, false
		c.pace.Painted(time.Now(), len(out))
	}
}

// later has the frame that is owed painted at due.
func (c *canvas) later(due time.Time) {
	if !c.due.IsZero() && !due.Before(c.due) {
		return
	}
	c.due = due
	time.AfterFunc(time.Until(due), func() { c.l.p.Send(frameDue{}) })
}

// guarded is cmd, whose panic gives the terminal back before Bubble Tea tells
// of it.
func (c *canvas) guarded(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		done := false
		defer c.unless(&done)
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i, cmd := range batch {
				batch[i] = c.guarded(cmd)
			}
		}
		done = true
		return msg
	}
}

// unless, deferred, gives the terminal back unless all is done: what remains is
// a panic, and its trace belongs on the terminal's own screen.
func (c *canvas) unless(done *bool) {
	if !*done {
		c.l.restore()
	}
}
