package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// createNew makes the file at path, which must not exist, for its owner alone.
// A directory made on the way is its owner's alone too.
func createNew(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s exists and is not overwritten; choose another name: %w", path, fs.ErrExist)
	}
	return f, err
}

// openPrivate opens the file at path to append to it, or makes it. It must be a
// regular file of this user that nobody else may read, and no other writer's.
func openPrivate(path string) (*os.File, int64, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, 0, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|openFlags, 0o600)
	if err != nil {
		return nil, 0, explain(path, err)
	}
	size, err := vet(f, path)
	if err == nil {
		err = lock(f, path)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, size, nil
}

// explain says more of err where what stands at path is the cause of it.
func explain(path string, err error) error {
	at, lerr := os.Lstat(path)
	switch {
	case lerr != nil || at.Mode().IsRegular():
		return err
	case at.Mode()&fs.ModeSymlink != 0:
		return unsafeFile(path, "it is a symbolic link, and those are not followed")
	}
	return unsafeFile(path, "it is not a regular file")
}

// vet looks at the opened file, not at its name, and then whether the name
// still stands for it: where the system cannot refuse links, that finds one.
func vet(f *os.File, path string) (size int64, err error) {
	at, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !at.Mode().IsRegular() {
		return 0, unsafeFile(path, "it is not a regular file")
	}
	if why := notPrivate(at); why != "" {
		return 0, unsafeFile(path, why)
	}
	named, err := os.Lstat(path)
	if err != nil {
		return 0, err
	}
	if !os.SameFile(at, named) {
		return 0, unsafeFile(path, "it is a symbolic link, and those are not followed")
	}
	return at.Size(), nil
}

func unsafeFile(path, why string) error { return fmt.Errorf("%s: %s: %w", path, why, ErrUnsafe) }

// openRegular opens a file to read. It never waits, as opening a FIFO would.
func openRegular(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|readFlags, 0)
	if err != nil {
		return nil, 0, err
	}
	at, err := f.Stat()
	switch {
	case err != nil:
	case !at.Mode().IsRegular():
		err = fmt.Errorf("%s is not a regular file", path)
	case at.Size() > MaxFile:
		err = fmt.Errorf("%s has %d bytes; at most %d are read: %w", path, at.Size(), MaxFile, ErrFull)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, at.Size(), nil
}

// IsTranscript reports whether the file at path begins as a transcript does; a
// capture never does.
func IsTranscript(path string) (bool, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if size == 0 {
		return false, fmt.Errorf("%s is empty", path)
	}
	var begin [1]byte
	_, err = f.ReadAt(begin[:], 0)
	return begin[0] == opening[0], err
}
