package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// Windows has no such flags: a symbolic link is found by vet after the file
// was opened, and a named pipe is not a file.
const (
	openFlags = 0
	readFlags = 0
)

// notPrivate has nothing to look at: a file on Windows takes the access list of
// its directory, and the user's own directories are closed to others.
func notPrivate(fs.FileInfo) string { return "" }

// lock takes the file for this process, until it is closed. Windows enforces
// locks, so a byte far behind any end is locked: reading goes on beside it.
func lock(f *os.File, path string) error {
	far := windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &far)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return fmt.Errorf("%s: %w", path, ErrLocked)
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	return nil
}

// syncName has nothing to do: directories cannot be synced, NTFS logs names.
func syncName(string) {}
