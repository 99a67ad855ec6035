//go:build !portable

package kernel

import (
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A watcher tells sockets what has come, by an epoll of its own that Go's
// poller waits for. Level-triggered and one shot: what came before it was
// asked is told too, and a socket nobody reads is told of once. Sockets left
// to Go's poller itself could not be waited for while their error queue holds
// something and their send buffer is full ("not pollable").
type watcher struct {
	file *os.File // the epoll
	raw  syscall.RawConn
	fd   int
	done chan struct{} // closed when loop has ended

	mu    sync.Mutex
	socks map[int32]*sock
	last  int32 // id given

	events [32]unix.EpollEvent // loop's alone
}

func newWatcher() (*watcher, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // or os.File would not let Go's poller have it
		unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	w := &watcher{file: os.NewFile(uintptr(fd), "epoll"), fd: fd, done: make(chan struct{}), socks: map[int32]*sock{}}
	if w.raw, err = w.file.SyscallConn(); err != nil {
		w.file.Close()
		return nil, err
	}
	go w.loop()
	return w, nil
}

// loop waits by one RawConn.Read without end: its callback is called once and
// then after each edge of the epoll, and no edge is lost in between, as one
// may be when a Read begins.
func (w *watcher) loop() {
	defer close(w.done)
	w.raw.Read(func(fd uintptr) bool {
		for {
			n, err := unix.EpollWait(int(fd), w.events[:], 0)
			if err != nil && err != unix.EINTR {
				return true
			}
			for _, ev := range w.events[:max(n, 0)] {
				w.tell(ev)
			}
			if n < len(w.events) && err == nil {
				return false // one shot: what was told is no longer ready
			}
		}
	})
}

func (w *watcher) tell(ev unix.EpollEvent) {
	w.mu.Lock()
	s := w.socks[ev.Fd]
	w.mu.Unlock()
	if s == nil {
		return
	}
	var got interest
	if ev.Events&(unix.EPOLLIN|unix.EPOLLHUP) != 0 {
		got |= readable
	}
	if ev.Events&(unix.EPOLLOUT|unix.EPOLLHUP) != 0 {
		got |= writable
	}
	s.came(got, ev.Events&unix.EPOLLERR != 0)
}

// add gives s an id; the epoll learns of it when it is first armed.
func (w *watcher) add(s *sock) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.last++; w.socks[w.last] != nil; w.last++ {
	}
	s.id = w.last
	w.socks[s.id] = s
}

// arm asks to be told once of d and of what s wants already. Errors are told
// in any case.
func (w *watcher) arm(s *sock, d interest) error {
	ev := unix.EpollEvent{Events: unix.EPOLLONESHOT, Fd: s.id}
	if (s.want|d)&readable != 0 {
		ev.Events |= unix.EPOLLIN
	}
	if (s.want|d)&writable != 0 {
		ev.Events |= unix.EPOLLOUT
	}
	op := unix.EPOLL_CTL_MOD
	if !s.known {
		op = unix.EPOLL_CTL_ADD
	}
	if err := unix.EpollCtl(w.fd, op, s.fd, &ev); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	s.known = true
	return nil
}

// remove forgets s. Closing its descriptor takes it out of the epoll.
func (w *watcher) remove(s *sock) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.socks, s.id)
}

func (w *watcher) close() {
	w.file.Close()
	<-w.done
}
