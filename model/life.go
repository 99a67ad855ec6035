package model

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"seqtalk/model/paint"
	"seqtalk/transport"
)

// How long leaving may take: the peer's goodbye before the screen goes, the
// transport in all, and everything before the program goes without waiting.
const (
	goodbye  = 200 * time.Millisecond
	farewell = 2 * time.Second
	giveUp   = 3 * time.Second
)

// The exit codes that are no signal's.
const (
	exitFailed = 1
	exitPanic  = 70 // EX_SOFTWARE
	exitHangup = 129
)

// endings are the signals that end the program, with its exit code.
var endings = map[os.Signal]int{
	syscall.SIGHUP:  exitHangup,
	syscall.SIGINT:  130,
	syscall.SIGQUIT: 131,
	syscall.SIGTRAP: 133,
	syscall.SIGABRT: 134,
	syscall.SIGTERM: 143,
}

// A life is the time from the first byte written to the terminal until it is
// given back. It sees to it that the latter always happens: after a quit, a
// signal, a hangup, a panic in any goroutine it started, and when the terminal
// does not read.
type life struct {
	tr     transport.Transport
	p      *tea.Program
	in     *os.File
	out    *ttyWriter // nil where there are no deadlines
	canvas *canvas    // nil: Bubble Tea paints

	saved    atomic.Pointer[term.State] // of in, before it was ours
	restored atomic.Bool                // the terminal was given back in a hurry
	exit     atomic.Int32               // the code a signal or the terminal's end asked for; 0: none did
	ending   sync.Once
	closed   chan struct{} // closed when the transport is
	wg       sync.WaitGroup
	done     chan struct{} // closed when the program has ended
	quiet    sync.Once
	last     func() string // what is left to say once the transport is closed; nil: nothing
}

// newLife remembers how the terminal was and opens it for writing.
func newLife(tr transport.Transport) *life {
	l := &life{tr: tr, in: os.Stdin, closed: make(chan struct{}), done: make(chan struct{})}
	if was, err := term.GetState(l.in.Fd()); err == nil { // else Bubble Tea finds a terminal, or says why not
		l.saved.Store(was)
	}
	if l.out = openTTY(); l.out != nil {
		l.out.spawn, l.out.gone = l.Go, l.hangup
		l.out.lossy = func() { l.p.Send(redraw{}) }
	}
	return l
}

// reader is the terminal, for reading.
func (l *life) reader() *ttyReader {
	return &ttyReader{File: l.in, gone: l.hangup, start: time.Now()}
}

// program is m on the terminal: on a canvas of ours where the terminal can be
// written to without waiting, else with Bubble Tea's own renderer.
// SEQTALK_PAINTER=bubbletea takes the latter everywhere, for comparison.
func (l *life) program(m *Model) *tea.Program {
	profile := colorprofile.Env(m.o.Environ)
	opts := []tea.ProgramOption{
		tea.WithoutSignalHandler(), tea.WithEnvironment(m.o.Environ), tea.WithColorProfile(profile),
	}
	if l.out == nil || getenv(m.o.Environ, "SEQTALK_PAINTER") == "bubbletea" {
		opts = append(opts, tea.WithFilter(gather), tea.WithInput(l.reader()), tea.WithFPS(120))
		if l.out != nil {
			opts = append(opts, tea.WithOutput(l.out))
		}
		return tea.NewProgram(m, opts...)
	}
	l.canvas = newCanvas(l, m, profile)
	return tea.NewProgram(l.canvas, append(opts, tea.WithFilter(l.canvas.filter),
		tea.WithoutRenderer(), tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithFPS(1))...)
}

// stopClock ends the clock that Bubble Tea paints by, which runs without its
// renderer too, and wakes us. It comes with a terminal it does not have.
func (l *life) stopClock(begun <-chan struct{}) {
	select {
	case <-begun:
		_ = l.p.ReleaseTerminal()
	case <-l.done:
	}
}

// sizes tells the canvas when the window's size has changed.
func (l *life) sizes() {
	c := make(chan os.Signal, 1)
	resizes(c)
	defer signal.Stop(c)
	for {
		select {
		case <-c:
			l.p.Send(resized{})
		case <-l.done:
			return
		}
	}
}

// Go runs f on a goroutine whose panic gives the terminal back.
func (l *life) Go(name string, f func()) {
	l.wg.Go(func() {
		defer l.guard(name)
		f()
	})
}

// guard, deferred, turns a panic into a restored terminal, a trace and exit code 70.
func (l *life) guard(name string) {
	r := recover()
	if r == nil {
		return
	}
	l.restore()
	fmt.Fprintf(os.Stderr, "seqtalk: panic in %s: %v\n\n%s", name, r, debug.Stack())
	os.Exit(exitPanic)
}

// catch has the endings come to us from now on, before the terminal's modes
// change.
func catch() chan os.Signal {
	c := make(chan os.Signal, len(endings))
	for s := range endings {
		signal.Notify(c, s)
	}
	return c
}

// signals ends the program on the first of the endings that comes, but not
// before it has begun: Bubble Tea cannot be stopped while it starts.
func (l *life) signals(c chan os.Signal, begun <-chan struct{}) {
	defer signal.Stop(c)
	select {
	case <-begun:
	case <-l.done:
		return
	}
	for {
		select {
		case s := <-c:
			l.end(endings[s])
		case <-l.done:
			return
		}
	}
}

// hangup ends the program because its terminal has gone. It does not block.
func (l *life) hangup(error) {
	select {
	case <-l.done:
	default:
		go l.end(exitHangup)
	}
}

// end says goodbye to the peer, then ends the program with code exit. Whatever
// hangs, the process is gone and the terminal restored after giveUp.
func (l *life) end(exit int) {
	defer l.guard("end")
	l.ending.Do(func() {
		l.exit.Store(int32(exit))
		l.insure()
		l.closeTransport()
		select {
		case <-l.closed:
		case <-time.After(goodbye):
		}
		if l.out != nil {
			l.out.leave()
		}
		l.p.Kill()
	})
}

// insure starts the safety net.
func (l *life) insure() {
	time.AfterFunc(giveUp, func() {
		select {
		case <-l.done:
		default:
			l.restore()
			os.Exit(max(exitFailed, int(l.exit.Load())))
		}
	})
}

// closeTransport closes the transport once, on a goroutine of its own.
func (l *life) closeTransport() {
	l.quiet.Do(func() {
		l.Go("close", func() {
			_ = l.tr.Close()
			close(l.closed) // not after a panic: its trace goes first
		})
	})
}

// restore gives the terminal back without waiting for anybody: the modes of
// the line by ioctl, which output does not hold up, those of the screen as far
// as the terminal reads.
func (l *life) restore() {
	l.restored.Store(true)
	if was := l.saved.Load(); was != nil {
		_ = term.Restore(l.in.Fd(), was)
	}
	if l.out != nil {
		_ = l.out.file.SetWriteDeadline(time.Now().Add(lastWord))
		_, _ = l.out.file.WriteString(paint.Abort)
		return
	}
	_, _ = os.Stdout.WriteString(paint.Abort)
}

// giveBack completes what Bubble Tea's own restoring could not: nothing, if the
// terminal took all that was written.
func (l *life) giveBack() {
	if l.out == nil {
		return
	}
	if !l.out.drained() {
		l.restore()
	}
	l.sayLast()
	_ = l.out.file.Close()
}

// sayLast says on the terminal, which is as it was before, what is left to say; not
// to one that did not read.
func (l *life) sayLast() {
	if l.last == nil || l.restored.Load() {
		return
	}
	if s := l.last(); s != "" {
		_ = l.out.file.SetWriteDeadline(time.Now().Add(lastWord))
		_, _ = l.out.file.WriteString("seqtalk: " + s + "\n")
	}
}

// finish closes the transport and the terminal after the program returned err,
// and says how all ended.
func (l *life) finish(err error) (int, error) {
	l.insure()
	l.closeTransport()
	select {
	case <-l.closed:
	case <-time.After(farewell):
	}
	l.giveBack()
	close(l.done)
	exit := int(l.exit.Load())
	switch {
	case errors.Is(err, tea.ErrProgramPanic):
		return exitPanic, nil // the trace is on stderr already
	case exit != 0:
		return exit, nil
	case err != nil:
		return exitFailed, err
	}
	return 0, nil
}
