package journal

import (
	"bytes"
	"io"
	"slices"
)

const (
	tailStep    = 64 << 10 // bytes read at once, from the end
	recentLines = 1 << 14  // that Recent looks at, whatever they are
)

// Tail returns the last n messages of the transcript at path, the oldest first.
// It reads from the end, and no more than it must; lines that are no records
// are passed over, as is what a writer is just writing.
func Tail(path string, n int) ([]Message, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return tail(f, size, n)
}

// Recent returns the last records of the transcript at path, the oldest first:
// at most so many messages with at most room bytes of text, what stands between
// them, and before them the State that names the peer, if it is near.
func Recent(path string, messages, room int) ([]Record, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := backward{file: f, at: size}
	var found []Record
	for range recentLines {
		line, ok, err := t.line()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		rec, err := decode(line)
		if err != nil {
			continue
		}
		s, states := rec.(State)
		if m, is := rec.(Message); is {
			messages--
			room -= len(m.Text)
		}
		if room < 0 {
			messages = -1
		}
		if messages >= 0 || states {
			found = append(found, rec)
		}
		if messages < 0 && s.Nick != "" {
			break
		}
	}
	slices.Reverse(found)
	return found, nil
}

func tail(f io.ReaderAt, size int64, n int) ([]Message, error) {
	t := backward{file: f, at: size}
	var found []Message
	for len(found) < n {
		line, ok, err := t.line()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if rec, err := decode(line); err == nil {
			if m, ok := rec.(Message); ok {
				found = append(found, m)
			}
		}
	}
	slices.Reverse(found)
	return found, nil
}

// backward reads the lines of a file, the last first.
type backward struct {
	file  io.ReaderAt
	at    int64    // of the first byte in chunk; before it nothing has been read
	read  []byte   // where the last was read to
	chunk []byte   // not yet given
	parts [][]byte // of the line whose beginning is before chunk, the last first
	kept  int      // bytes in parts
	begun bool     // behind the last newline no line has ended
}

// line returns the line before the one it returned last, without its newline.
func (t *backward) line() (line []byte, ok bool, err error) {
	for {
		if i := bytes.LastIndexByte(t.chunk, '\n'); i >= 0 {
			t.keep(t.chunk[i+1:])
			t.chunk = t.chunk[:i]
			if line, whole := t.join(); whole {
				return line, true, nil
			}
			continue
		}
		t.keep(t.chunk)
		if t.at == 0 {
			t.chunk = nil
			line, whole := t.join()
			return line, whole && len(line) > 0, nil
		}
		if t.kept < MaxLine || t.read == nil { // else nothing of what was read is kept
			t.read = make([]byte, tailStep)
		}
		t.chunk = t.read[:min(t.at, tailStep)]
		t.at -= int64(len(t.chunk))
		if _, err := t.file.ReadAt(t.chunk, t.at); err != nil {
			return nil, false, err
		}
	}
}

// keep adds b before what is kept of a line. Of one that is too long only the
// length counts.
func (t *backward) keep(b []byte) {
	t.kept += len(b)
	if len(b) > 0 {
		t.parts = append(t.parts, b)
	}
}

// join is the line that was kept; whole is false for one that is too long, and
// for what follows the last newline.
func (t *backward) join() (line []byte, whole bool) {
	whole = t.begun && t.kept < MaxLine
	if whole {
		slices.Reverse(t.parts)
		line = bytes.Join(t.parts, nil)
	}
	t.parts, t.kept, t.begun = nil, 0, true
	return line, whole
}
