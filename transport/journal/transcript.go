package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	syncWithin = time.Second // after a write
	reserve    = 4 << 10     // of MaxFile, kept for what a transcript says about itself
	opening    = `{"type":"`
)

var errTooLong = fmt.Errorf("a record longer than a line may be (%d bytes)", MaxLine)

// A Transcript is a file being written, line by line. One goroutine at a time
// may use it.
//
// While the file cannot be written (the disk is full, say), records are counted
// instead: Trouble tells how many, and Retry tries again. A record for which
// Append returned nil is in the file even if this program is killed in the next
// instant; if the power fails, it is so once Sync has returned nil.
type Transcript struct {
	file     *os.File
	size     int64
	buf      []byte
	dirty    time.Time // of the first write since the last sync; zero: none
	unsynced uint64    // records since then, those about the transcript itself not counted
	trouble  Trouble
	torn     int64 // bytes of the unfinished line the file ends with, 0: it ends well
}

// Trouble is what went wrong with a transcript.
type Trouble struct {
	Err      error     // why nothing is written now; nil: all is well
	Since    time.Time // and since when
	Missing  uint64    // records not written since then
	Lost     uint64    // records ever not written, those Missing included
	Doubtful uint64    // records that the system failed to bring to the disk
}

// AppendTranscript opens the file at path to write behind what it holds, or
// makes it. If its last line was torn off, that is recorded.
func AppendTranscript(path string, now time.Time) (*Transcript, error) {
	f, size, err := openPrivate(path)
	if err != nil {
		return nil, err
	}
	if size == 0 {
		syncName(filepath.Dir(path))
	}
	t := &Transcript{file: f, size: size}
	if err := t.resume(now); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// resume makes the end of the file ready for the next line.
func (t *Transcript) resume(now time.Time) error {
	if t.size == 0 {
		return nil
	}
	if t.size >= MaxFile-reserve {
		return fmt.Errorf("it has %d bytes; begin another: %w", t.size, ErrFull)
	}
	begin := make([]byte, min(t.size, int64(len(opening))))
	if _, err := t.file.ReadAt(begin, 0); err != nil {
		return err
	}
	if !bytes.HasPrefix([]byte(opening), begin) {
		return fmt.Errorf("it is no transcript: %w", ErrUnsafe)
	}
	torn, err := tornBytes(t.file, t.size)
	if err != nil || torn == 0 {
		return err
	}
	t.torn = torn
	return t.write(now, nil)
}

// tornBytes is how many bytes follow the last newline of f.
func tornBytes(f *os.File, size int64) (int64, error) {
	buf := make([]byte, tailStep)
	for end := size; end > 0; {
		chunk := buf[:min(end, tailStep)]
		if _, err := f.ReadAt(chunk, end-int64(len(chunk))); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(chunk, '\n'); i >= 0 {
			return size - (end - int64(len(chunk)) + int64(i) + 1), nil
		}
		end -= int64(len(chunk))
	}
	return size, nil
}

// Append writes r. If it cannot, r is counted as missing, and so is every
// record until Retry succeeds; the error is Trouble's.
func (t *Transcript) Append(now time.Time, r Record) error {
	if t.file == nil {
		return ErrClosed
	}
	err := t.trouble.Err
	if err == nil {
		err = t.write(now, r)
	}
	if errors.Is(err, errTooLong) { // no fault of the disk: others can follow
		t.trouble.Lost++
		return errors.Join(err, t.about(now, Gap{At: now, Missing: 1, Since: now}))
	}
	if err != nil {
		t.miss(now, err)
	}
	return err
}

// about writes a record of the transcript about itself; if that fails, it is in
// trouble, with nothing missing yet.
func (t *Transcript) about(now time.Time, r Record) error {
	err := t.write(now, r)
	if err != nil {
		t.trouble.Err, t.trouble.Since = err, now
	}
	return err
}

// Retry tries to write again, after trouble: first how many records are
// missing.
func (t *Transcript) Retry(now time.Time) error {
	switch {
	case t.file == nil:
		return ErrClosed
	case t.trouble.Err == nil:
		return nil
	case errors.Is(t.trouble.Err, ErrFull):
		return t.trouble.Err
	}
	return t.recover(now)
}

// recover writes the gap, and all is well again.
func (t *Transcript) recover(now time.Time) error {
	if err := t.write(now, Gap{At: now, Missing: t.trouble.Missing, Since: t.trouble.Since}); err != nil {
		t.trouble.Err = err
		return err
	}
	t.trouble.Err, t.trouble.Since, t.trouble.Missing = nil, time.Time{}, 0
	return nil
}

// Trouble is what went wrong so far.
func (t *Transcript) Trouble() Trouble { return t.trouble }

// Due is when Sync should be called, at most 1 s after the first write that
// has not been synced; ok is false if there is none.
func (t *Transcript) Due() (at time.Time, ok bool) {
	return t.dirty.Add(syncWithin), !t.dirty.IsZero()
}

// Sync brings what was written to the disk. If the system cannot, the records
// concerned are doubtful for good: to try again would succeed and mean nothing,
// as the system may have dropped them. The file says so where they end.
func (t *Transcript) Sync(now time.Time) error {
	if t.file == nil {
		return ErrClosed
	}
	s, due := t.StartSync()
	if !due {
		return nil
	}
	return t.EndSync(now, s, s.Run())
}

// A Syncing is a Sync in parts: begun by StartSync, run beside the writer, and
// told to EndSync. So nobody waits for the disk but who runs it.
type Syncing struct {
	file    *os.File
	records uint64
}

// Run brings what was written before StartSync to the disk.
func (s Syncing) Run() error { return s.file.Sync() }

// StartSync begins a Sync; due is false if there is nothing to bring.
func (t *Transcript) StartSync() (s Syncing, due bool) {
	if t.file == nil || t.dirty.IsZero() {
		return Syncing{}, false
	}
	s = Syncing{t.file, t.unsynced}
	t.dirty, t.unsynced = time.Time{}, 0
	return s, true
}

// EndSync takes how Run ended.
func (t *Transcript) EndSync(now time.Time, s Syncing, err error) error {
	if err == nil {
		return nil
	}
	t.trouble.Doubtful += s.records
	if s.records > 0 && t.trouble.Err == nil {
		err = errors.Join(err, t.about(now, Unsynced{At: now, Records: s.records}))
	}
	return fmt.Errorf("%d records may not be on the disk: %w", s.records, err)
}

// Close writes what is missing, if it can, syncs, and lets the file go. Its
// error is the first of what failed.
func (t *Transcript) Close(now time.Time) error {
	if t.file == nil {
		return ErrClosed
	}
	var err error
	if t.trouble.Err != nil {
		if t.recover(now) != nil {
			err = fmt.Errorf("%d records are missing at its end: %w", t.trouble.Missing, t.trouble.Err)
		}
	}
	if serr := t.Sync(now); err == nil {
		err = serr
	}
	if cerr := t.file.Close(); err == nil {
		err = cerr
	}
	t.file = nil
	return err
}

func (t *Transcript) miss(now time.Time, err error) {
	if t.trouble.Err == nil {
		t.trouble.Err, t.trouble.Since = err, now
	}
	t.trouble.Missing++
	t.trouble.Lost++
}

// write writes r in one go, behind what there is to say of a torn line; r may
// be nil. What a failed write left is cut off again.
func (t *Transcript) write(now time.Time, r Record) error {
	if err := t.line(now, r); err != nil {
		return err
	}
	n, err := t.file.Write(t.buf)
	if err != nil {
		t.cutBack(n)
		return err
	}
	t.size += int64(n)
	t.torn = 0
	if !own(r) {
		t.unsynced++
	}
	if t.dirty.IsZero() {
		t.dirty = now
	}
	return nil
}

// line makes the line of r, if there is room for it.
func (t *Transcript) line(now time.Time, r Record) error {
	t.buf = t.buf[:0]
	if t.torn > 0 {
		t.buf = appendRecord(append(t.buf, '\n'), Recovered{At: now, TornBytes: t.torn})
	}
	had := len(t.buf)
	if r != nil {
		t.buf = appendRecord(t.buf, r)
	}
	if n := len(t.buf) - had; n > MaxLine {
		return fmt.Errorf("%w: %d bytes", errTooLong, n)
	}
	room := int64(MaxFile)
	if !own(r) {
		room -= reserve
	}
	if t.size+int64(len(t.buf)) > room {
		return ErrFull
	}
	return nil
}

// own tells the records a transcript writes about itself.
func own(r Record) bool {
	switch r.(type) {
	case nil, Recovered, Gap, Unsynced:
		return true
	}
	return false
}

// cutBack takes back the n bytes that a failed write left, if nobody wrote
// behind them.
func (t *Transcript) cutBack(n int) {
	if n == 0 {
		return
	}
	at, err := t.file.Stat()
	if err == nil && at.Size() == t.size+int64(n) && t.file.Truncate(t.size) == nil {
		return
	}
	t.size += int64(n)
	t.torn += int64(n)
}
