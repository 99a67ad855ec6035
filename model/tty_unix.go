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
