//go:build unix

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Neither flag changes anything for a regular file: a link is refused, and
// opening a FIFO or a device does not wait.
const (
	openFlags = unix.O_NOFOLLOW | unix.O_NONBLOCK
	readFlags = unix.O_NONBLOCK
)

// notPrivate says why others than this user could read or own the file at, or
// nothing.
func notPrivate(at fs.FileInfo) string {
	if own, ok := at.Sys().(*syscall.Stat_t); ok && int(own.Uid) != os.Geteuid() {
		return fmt.Sprintf("it belongs to another user (uid %d)", own.Uid)
	}
	if mode := at.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Sprintf("others may use it (mode %04o); chmod 600 it first", mode)
	}
	return ""
}

// lock takes the file for this process, until it is closed. It binds only
// programs that ask: reading goes on beside it.
func lock(f *os.File, path string) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return fmt.Errorf("%s: %w", path, ErrLocked)
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	return nil
}

// syncName brings the name of a new file to the disk, where the system can.
func syncName(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
