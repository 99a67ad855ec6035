//go:build linux || darwin

package model

import (
	"errors"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// openTTY opens the controlling terminal for writing with deadlines; nil where
// that is not possible. It is opened anew and not duplicated, so that
// O_NONBLOCK stays ours alone: it belongs to the open file, which a shell
// shares with us.
func openTTY() *ttyWriter {
	fd, err := unix.Open("/dev/tty", unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), "/dev/tty")
	if f.SetWriteDeadline(time.Time{}) != nil {
		_ = f.Close()
		return nil
	}
	return &ttyWriter{file: f, fd: uintptr(fd)}
}

// writeNow writes what the terminal behind fd takes without waiting. What it
// does not is told by os.ErrDeadlineExceeded, as if it had been waited for.
func writeNow(fd uintptr, p []byte) (int, error) {
	n, err := unix.Write(int(fd), p)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR), err == nil && n < len(p):
		return max(n, 0), os.ErrDeadlineExceeded
	}
	return max(n, 0), err
}

// resizes tells c of each change of the window's size.
func resizes(c chan<- os.Signal) { signal.Notify(c, unix.SIGWINCH) }

// stopProcess stops us as the shell's job that we are, until it says fg.
func stopProcess() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGCONT)
	defer signal.Stop(c)
	_ = unix.Kill(0, unix.SIGTSTP)
	<-c
}

// waiting is how many bytes can be read from f at once.
func waiting(f *os.File) int {
	n, err := unix.IoctlGetInt(int(f.Fd()), fionread)
	if err != nil {
		return 0
	}
	return n
}

// canSuspend reports that somebody can wake us again. The system discards
// SIGTSTP for a program that a terminal started without a shell (its process
// group is orphaned), and Bubble Tea would wait for ever to be continued.
func canSuspend() bool {
	own, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	parent, err := unix.Getsid(unix.Getppid())
	return err == nil && own == parent
}
