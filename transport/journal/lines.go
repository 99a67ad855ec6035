package journal

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// A TranscriptReader reads a transcript from its beginning.
type TranscriptReader struct {
	in     *bufio.Reader
	closer io.Closer
	line   []byte // without its newline
	number int
	at     int64 // offset of line
	next   int64 // offset of what is read next
	held   *outcome
	ended  error
}

// An outcome is what became of a line.
type outcome struct {
	record Record
	length int64 // of the line
	err    error
}

// OpenTranscript opens the file at path to read it. A writer may be at work.
func OpenTranscript(path string) (*TranscriptReader, error) {
	f, _, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	r := NewTranscriptReader(f)
	r.closer = f
	return r, nil
}

// NewTranscriptReader reads a transcript from in, of which it reads at most
// MaxFile bytes.
func NewTranscriptReader(in io.Reader) *TranscriptReader {
	return &TranscriptReader{in: bufio.NewReaderSize(in, 32<<10)}
}

// Close lets the file go.
func (r *TranscriptReader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// Next returns the next record, and io.EOF after the last. A line that is no
// record is a *FormatError, and the next call goes on behind it; if it is the
// unfinished last one, ErrTruncated is in that error. The torn line before a
// Recovered is not told of again.
func (r *TranscriptReader) Next() (Record, error) {
	o := r.outcome()
	if o.err != nil && r.ended == nil {
		after := r.outcome()
		if rec, ok := after.record.(Recovered); ok && rec.TornBytes == o.length {
			return rec, nil
		}
		r.held = &after
	}
	return o.record, o.err
}

// outcome is that of the next line, or the one held back.
func (r *TranscriptReader) outcome() outcome {
	if o := r.held; o != nil {
		r.held = nil
		return *o
	}
	if r.ended != nil {
		return outcome{err: r.ended}
	}
	fault := r.read()
	if r.ended != nil && fault == "" && len(r.line) == 0 {
		return outcome{err: r.ended}
	}
	o := outcome{length: r.next - r.at}
	var kind error
	if r.ended == nil {
		o.length-- // the newline
	} else if fault == "" {
		fault, kind = "the line is not finished", ErrTruncated
	}
	if fault == "" {
		rec, err := decode(r.line)
		if err == nil {
			o.record = rec
			return o
		}
		fault = err.Error()
	}
	o.err = &FormatError{Offset: r.at, Line: r.number, Why: shorten(fault), Err: kind}
	return o
}

// shorten keeps a fault, which may quote the file, to the length of a line.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// read reads a line, and sets ended where no other follows. It says what is
// wrong with the line, if its text is not even looked at.
func (r *TranscriptReader) read() (fault string) {
	r.line, r.at = r.line[:0], r.next
	r.number++
	for {
		part, err := r.in.ReadSlice('\n')
		r.next += int64(len(part))
		if len(r.line)+len(part) > MaxLine {
			fault = fmt.Sprintf("longer than %d bytes", MaxLine)
		} else {
			r.line = append(r.line, part...)
		}
		switch {
		case r.next > MaxFile:
			r.ended = io.EOF
			return fmt.Sprintf("only the first %d bytes of a file are read", MaxFile)
		case err == nil:
			if fault == "" {
				r.line = r.line[:len(r.line)-1]
			}
			return fault
		case err != bufio.ErrBufferFull:
			r.ended = err
			return fault
		}
	}
}
