package model

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

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
	syscall.SIGTERM: 143,
}

// A life is the time from the first byte written to the terminal until it is
// given back. It sees to it that the latter always happens: after a quit, a
// signal, a hangup, a panic in any goroutine it started, and when the terminal
// does not read.
type life struct {
	tr    transport.Transport
	p     *tea.Program
	in    *os.File
	saved *term.State // of in, before Bubble Tea
	out   *ttyWriter  // nil where there are no deadlines

	exit   atomic.Int32 // the code a signal or the terminal's end asked for; 0: none did
	ending sync.Once
	closed chan struct{} // closed when the transport is
	wg     sync.WaitGroup
	done   chan struct{} // closed when the program has ended
	quiet  sync.Once
}

// newLife remembers how the terminal was and opens it for writing.
func newLife(tr transport.Transport) *life {
	l := &life{tr: tr, in: os.Stdin, closed: make(chan struct{}), done: make(chan struct{})}
	l.saved, _ = term.GetState(l.in.Fd()) // not a terminal: Bubble Tea finds one, or says why not
	if l.out = openTTY(); l.out != nil {
		l.out.spawn, l.out.gone = l.Go, l.hangup
		l.out.lossy = func() { l.p.Send(redraw{}) }
	}
	return l
}

// options are the program's, as far as they concern the terminal.
func (l *life) options() []tea.ProgramOption {
	opts := []tea.ProgramOption{
		tea.WithInput(&ttyReader{File: l.in, gone: l.hangup, start: time.Now()}),
		tea.WithFPS(120),
		tea.WithoutSignalHandler(),
	}
	if l.out != nil {
		opts = append(opts, tea.WithOutput(l.out))
	}
	return opts
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
	if l.saved != nil {
		_ = term.Restore(l.in.Fd(), l.saved)
	}
	if l.out != nil {
		_ = l.out.file.SetWriteDeadline(time.Now().Add(lastWord))
		_, _ = l.out.file.WriteString(restoreModes)
		return
	}
	_, _ = os.Stdout.WriteString(restoreModes)
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
	_ = l.out.file.Close()
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
