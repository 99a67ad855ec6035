package model

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

const (
	patience    = 250 * time.Millisecond // a write may keep the event loop so long
	lastWord    = 300 * time.Millisecond // and the last ones so long altogether
	backlogRoom = 1 << 20                // bytes kept for a terminal that has stopped reading
)

// A ttyWriter writes to a terminal that may stop reading (Ctrl-S, a dead ssh).
// A plain write would then stop the event loop, and with it the keys. This one
// waits for patience only; what is left it keeps in order and writes on a
// goroutine of its own until the terminal has caught up. What does not fit into
// the backlog is thrown away whole, and lossy is called once all else is out,
// so that the screen can be drawn anew.
type ttyWriter struct {
	file  *os.File // non-blocking, so that deadlines work
	fd    uintptr
	spawn func(name string, f func()) // starts the goroutine that catches up
	lossy func()                      // must not write; nil until set
	gone  func(error)                 // the terminal is not there any more; must not block
	eager bool                        // no write waits; who writes asks late before
	ready func()                      // called when an eager writer has caught up; must not block

	mu       sync.Mutex
	backlog  []byte
	behind   bool          // a goroutine owns file and works on backlog
	lost     bool          // something did not fit
	leaving  time.Time     // no write lasts longer; zero: not leaving
	caughtUp chan struct{} // closed when behind ends
}

// Write writes p, or as much as it can in patience, and takes over the rest.
func (t *ttyWriter) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.behind {
		t.keep(p)
		return len(p), nil
	}
	n, err := t.first(p)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		t.fallBehind(p[n:])
	case err != nil:
		t.gone(err)
		return n, err
	}
	return len(p), nil
}

// first writes what the terminal takes at once or, if it is not to be eager,
// in patience. The lock must be held.
func (t *ttyWriter) first(p []byte) (int, error) {
	if t.eager {
		return writeNow(t.fd, p)
	}
	return t.try(p, time.Now().Add(patience))
}

// try writes p until the deadline, or until the leaving one if that is sooner.
// The lock must be held.
func (t *ttyWriter) try(p []byte, until time.Time) (int, error) {
	if !t.leaving.IsZero() && (until.IsZero() || t.leaving.Before(until)) {
		until = t.leaving
	}
	if err := t.file.SetWriteDeadline(until); err != nil {
		return 0, err
	}
	return t.file.Write(p)
}

// keep adds p to the backlog if all of it fits. The lock must be held.
func (t *ttyWriter) keep(p []byte) {
	if len(t.backlog)+len(p) > backlogRoom {
		t.lost = true
		return
	}
	t.backlog = append(t.backlog, p...)
}

// fallBehind hands rest to the goroutine that catches up. The lock must be held.
func (t *ttyWriter) fallBehind(rest []byte) {
	t.backlog = append(t.backlog[:0], rest...)
	if !t.leaving.IsZero() {
		return
	}
	t.behind, t.caughtUp = true, make(chan struct{})
	t.spawn("terminal", t.catchUp)
}

// catchUp writes the backlog, however long the terminal takes.
func (t *ttyWriter) catchUp() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.backlog) > 0 {
		rest := t.backlog
		t.backlog = nil
		if err := t.file.SetWriteDeadline(t.leaving); err != nil {
			break
		}
		t.mu.Unlock()
		n, err := t.file.Write(rest)
		t.mu.Lock()
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.gone(err)
			break
		}
		if err != nil {
			t.backlog = append(rest[n:], t.backlog...)
			break
		}
	}
	t.behind = false
	close(t.caughtUp)
	if t.ready != nil && t.leaving.IsZero() {
		t.spawn("ready", t.ready)
	}
	if t.lost && t.lossy != nil && t.leaving.IsZero() {
		t.lost = false
		t.spawn("redraw", t.lossy)
	}
}

// leave bounds all writes from now on, those under way too: after lastWord the
// terminal is waited for no longer.
func (t *ttyWriter) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.leaving.IsZero() {
		return
	}
	t.leaving = time.Now().Add(lastWord)
	_ = t.file.SetWriteDeadline(t.leaving)
}

// late reports that something still waits to be written.
func (t *ttyWriter) late() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.behind
}

// flush waits until all is written, but no longer than d.
func (t *ttyWriter) flush(d time.Duration) {
	t.mu.Lock()
	behind, caughtUp := t.behind, t.caughtUp
	t.mu.Unlock()
	if !behind {
		return
	}
	select {
	case <-caughtUp:
	case <-time.After(d):
	}
}

// drained waits, as long as leave allows, until all is written, and reports
// whether it was.
func (t *ttyWriter) drained() bool {
	t.leave()
	t.mu.Lock()
	behind, caughtUp := t.behind, t.caughtUp
	t.mu.Unlock()
	if behind {
		<-caughtUp
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.backlog) == 0 && !t.lost
}

// Close does nothing: Bubble Tea does not own the terminal.
func (t *ttyWriter) Close() error { return nil }

// Read is there for Bubble Tea, which takes the window's size from a terminal
// that can be read, too; nothing comes from here.
func (t *ttyWriter) Read([]byte) (int, error) { return 0, io.EOF }

// Fd is the terminal's descriptor.
func (t *ttyWriter) Fd() uintptr { return t.fd }

// aheadTime is how soon after the start what waits to be read was typed ahead.
const aheadTime = 500 * time.Millisecond

// A ttyReader notices when the terminal has gone (end of file, EIO): Bubble Tea
// would go on without keys. And where Enter was typed before the terminal gave
// keys one by one, its line feed is made Enter again: Ctrl-J would be another key.
type ttyReader struct {
	*os.File
	gone  func(error) // must not block
	start time.Time

	begun bool
	ahead int // bytes still to come that were typed ahead
}

// Read reads keys.
func (t *ttyReader) Read(p []byte) (int, error) {
	if !t.begun {
		t.begun = true
		if time.Since(t.start) < aheadTime {
			t.ahead = waiting(t.File)
		}
	}
	n, err := t.File.Read(p)
	if err != nil {
		t.gone(err)
	}
	early := p[:min(t.ahead, max(n, 0))]
	t.ahead -= len(early)
	for i, c := range early {
		if c == '\n' {
			early[i] = '\r'
		}
	}
	return n, err
}
