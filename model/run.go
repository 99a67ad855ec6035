package model

import (
	"errors"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"seqtalk/model/talk"
)

// Run shows the conversation until it is left. It closes o.Transport, and the
// terminal is as before when it returns, or when the program ends for another
// reason; exit is the code to end with.
func Run(o Options) (exit int, err error) {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	l := newLife(o.Transport)
	defer l.guard("run")
	m := New(o)
	m.box = newMailbox()
	begun := make(chan struct{})
	m.begun = func() { close(begun) }
	l.p = tea.NewProgram(m, append(l.options(),
		tea.WithFilter(gather),
		tea.WithEnvironment(o.Environ),
		tea.WithColorProfile(colorprofile.Env(o.Environ)))...)
	l.Go("pump", func() { m.box.pump(o.Transport.Events()) })
	if o.Pair != nil {
		l.Go("far pump", func() { m.box.pumpFar(o.Pair.B.Events()) })
	}
	l.Go("courier", func() { m.box.courier(l.p.Send) })
	caught := catch()
	l.Go("signals", func() { l.signals(caught, begun) })
	l.Go("room", func() { l.room(o.Transport.Ready()) })
	_, err = l.p.Run()
	m.box.shut()
	if exit, err = l.finish(err); exit == 0 && err == nil && m.failed != nil {
		return exitFailed, errors.New(talk.Fatal(o.Lang, m.failed))
	}
	return exit, err
}

// room tells the screen that a full queue has room again.
func (l *life) room(ready <-chan struct{}) {
	for {
		select {
		case <-ready:
			l.p.Send(room{})
		case <-l.done:
			return
		}
	}
}
