package model

import (
	"context"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// readerEnd bounds the wait for a reader that was told to end.
const readerEnd = 500 * time.Millisecond

// A keyboard reads what the terminal sends (keys, pastes, the mouse, answers)
// and hands it to the event loop.
type keyboard struct {
	in    *ttyReader
	term  string
	send  func(tea.Msg)
	spawn func(name string, f func())

	reader interface { // nil: not reading
		Cancel() bool
		Close() error
	}
	cancel  context.CancelFunc
	events  chan uv.Event
	ended   chan struct{}
	waiting atomic.Int32 // keys on their way to the event loop
}

// start begins to read.
func (k *keyboard) start() error {
	r, err := uv.NewCancelReader(k.in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	events, ended := make(chan uv.Event, 64), make(chan struct{})
	k.reader, k.cancel, k.events, k.ended = r, cancel, events, ended
	k.spawn("keyboard", func() {
		defer close(ended)
		defer close(events)
		_ = uv.NewTerminalReader(r, k.term).StreamEvents(ctx, events) // the ttyReader has told of an error
	})
	k.spawn("keys", func() {
		for ev := range events {
			if key, ok := ev.(uv.KeyPressEvent); ok {
				k.waiting.Add(1)
				k.send(pressed(key))
				continue
			}
			k.send(ev)
		}
	})
	return nil
}

// stop ends the reading. What was read is still sent.
func (k *keyboard) stop() {
	if k.reader == nil {
		return
	}
	if k.reader.Cancel() {
		select {
		case <-k.ended:
		case <-time.After(readerEnd):
		}
	}
	k.cancel()
	_ = k.reader.Close()
	k.reader = nil
}

// pending reports that keys have come that the event loop has not seen.
func (k *keyboard) pending() bool { return k.waiting.Load() > 0 || len(k.events) > 0 }
