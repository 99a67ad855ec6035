//go:build !portable

package kernel

import (
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A watcher tells sockets what has come, by a kqueue that a goroutine waits
// at. One shot: a socket nobody reads is told of once.
type watcher struct {
	kq   int
	done chan struct{} // closed when loop has ended

	mu    sync.Mutex
	socks map[uint64]*sock // by descriptor, which a kqueue's filters go by
}

// stopIdent is the user event that ends loop.
const stopIdent = 0

func newWatcher() (*watcher, error) {
	syscall.ForkLock.RLock()
	kq, err := unix.Kqueue()
	if err == nil {
		unix.CloseOnExec(kq)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	stop := unix.Kevent_t{Ident: stopIdent, Filter: unix.EVFILT_USER, Flags: unix.EV_ADD | unix.EV_CLEAR}
	if _, err := unix.Kevent(kq, []unix.Kevent_t{stop}, nil, nil); err != nil {
		unix.Close(kq)
		return nil, os.NewSyscallError("kevent", err)
	}
	w := &watcher{kq: kq, done: make(chan struct{}), socks: map[uint64]*sock{}}
	go w.loop()
	return w, nil
}

func (w *watcher) loop() {
	defer close(w.done)
	var events [32]unix.Kevent_t
	for {
		n, err := unix.Kevent(w.kq, nil, events[:], nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return
		}
		for _, ev := range events[:n] {
			var got interest
			switch ev.Filter {
			case unix.EVFILT_USER:
				return
			case unix.EVFILT_READ:
				got = readable
			case unix.EVFILT_WRITE:
				got = writable
			}
			w.mu.Lock()
			s := w.socks[ev.Ident]
			w.mu.Unlock()
			if s != nil {
				s.came(got, false)
			}
		}
	}
}

func (w *watcher) add(s *sock) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.socks[uint64(s.fd)] = s
}

// arm asks to be told once of d; each direction is a filter of its own.
func (w *watcher) arm(s *sock, d interest) error {
	var changes [2]unix.Kevent_t
	n := 0
	for _, f := range [...]struct {
		d      interest
		filter int16
	}{{readable, unix.EVFILT_READ}, {writable, unix.EVFILT_WRITE}} {
		if d&f.d != 0 {
			changes[n] = unix.Kevent_t{Ident: uint64(s.fd), Filter: f.filter, Flags: unix.EV_ADD | unix.EV_ONESHOT}
			n++
		}
	}
	if n == 0 {
		return nil
	}
	_, err := unix.Kevent(w.kq, changes[:n], nil, nil)
	return os.NewSyscallError("kevent", err)
}

// remove forgets s. Closing its descriptor takes its filters out of the kqueue.
func (w *watcher) remove(s *sock) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.socks, uint64(s.fd))
}

func (w *watcher) close() {
	stop := unix.Kevent_t{Ident: stopIdent, Filter: unix.EVFILT_USER, Fflags: unix.NOTE_TRIGGER}
	unix.Kevent(w.kq, []unix.Kevent_t{stop}, nil, nil)
	<-w.done
	unix.Close(w.kq)
}
