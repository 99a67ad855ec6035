package model

import (
	"errors"
	"os"

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
	l.p = l.program(m)
	pumped := make(chan struct{})
	l.Go("pump", func() { defer close(pumped); m.box.pump(o.Transport.Events()) })
	l.last = func() string { return m.lastWords(pumped) }
	if o.Pair != nil {
		l.Go("far pump", func() { m.box.pumpFar(o.Pair.FarEvents()) })
	}
	l.Go("courier", func() { m.box.courier(l.p.Send) })
	caught := catch()
	l.Go("signals", func() { l.signals(caught, begun) })
	l.Go("room", func() { l.room(o.Transport.Ready()) })
	if l.canvas != nil {
		err = l.perform(begun)
	} else {
		_, err = l.p.Run()
	}
	defer m.box.shut()
	if exit, err = l.finish(err); exit == 0 && err == nil && m.failed != nil {
		return exitFailed, errors.New(talk.Fatal(o.Lang, m.failed))
	}
	return exit, err
}

// perform runs the program on its canvas, which has the terminal meanwhile.
func (l *life) perform(begun <-chan struct{}) error {
	if err := l.canvas.enter(); err != nil {
		return err
	}
	l.Go("sizes", l.sizes)
	l.Go("clock", func() { l.stopClock(begun) })
	_, err := l.p.Run()
	l.canvas.leave()
	return err
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
