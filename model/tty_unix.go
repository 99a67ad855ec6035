//go:build linux || darwin

package model

import (
	"os"
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
