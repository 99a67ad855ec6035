package plain

import (
	"bytes"
	"io"
	"unicode/utf8"
)

const (
	readSize   = 64 << 10
	leastRead  = 4 << 10
	maxPiece   = 16 << 10 // bytes of a line that go in one message
	leastPiece = 64
)

// A piece is a line of the input, or a part of a long one.
type piece struct {
	octets  []byte // the newline, where it has one, is behind them in the same array
	newline bool
	more    bool // the line goes on in the next piece
}

// text is what is sent of p.
func (p piece) text(withNewline bool) []byte {
	if withNewline && p.newline {
		return p.octets[:len(p.octets)+1]
	}
	return p.octets
}

// cut divides p after n bytes, or a little before so as not to cut a character.
func (p piece) cut(n int) (head, tail piece) {
	n = whole(p.octets[:n])
	return piece{octets: p.octets[:n:n], more: true}, piece{octets: p.octets[n:], newline: p.newline, more: p.more}
}

// whole is how much of p ends with a whole character.
func whole(p []byte) int {
	for n := len(p) - 1; n > 0 && n >= len(p)-utf8.UTFMax+1; n-- {
		if utf8.RuneStart(p[n]) {
			if utf8.FullRune(p[n:]) {
				return len(p)
			}
			return n
		}
	}
	return len(p)
}

// read gives out the lines of in, a chunk's at a time, until in ends or stop
// is closed. It holds two chunks at most.
func read(in io.Reader, stop <-chan struct{}) <-chan []piece {
	out := make(chan []piece)
	go func() {
		defer close(out)
		var s splitter
		for {
			pieces, err := s.chunk(in)
			if len(pieces) > 0 {
				select {
				case out <- pieces:
				case <-stop:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// A splitter divides what is read into pieces. What it has given out it does
// not touch again: it goes on behind it, or in new memory.
type splitter struct {
	rest []byte // the beginning of a line, its newline not seen yet
}

// chunk reads once and returns the lines that are now whole. With the end of
// in comes what has no newline.
func (s *splitter) chunk(in io.Reader) ([]piece, error) {
	buf := s.rest
	if cap(buf)-len(buf) < leastRead {
		buf = append(make([]byte, 0, len(buf)+readSize), buf...)
	}
	n, err := in.Read(buf[len(buf):cap(buf)])
	seen := len(buf)
	buf = buf[:seen+n]
	var pieces []piece
	for { // buf[:seen] has no newline
		i := bytes.IndexByte(buf[seen:], '\n')
		if i < 0 {
			break
		}
		pieces = long(pieces, piece{octets: buf[:seen+i], newline: true})
		buf, seen = buf[seen+i+1:], 0
	}
	for len(buf) > maxPiece {
		head, rest := piece{octets: buf}.cut(maxPiece)
		pieces, buf = append(pieces, head), rest.octets
	}
	if err != nil && len(buf) > 0 {
		return append(pieces, piece{octets: buf}), err
	}
	s.rest = buf
	return pieces, err
}

// long appends p, in as many pieces as it takes.
func long(pieces []piece, p piece) []piece {
	for len(p.octets) > maxPiece {
		var head piece
		head, p = p.cut(maxPiece)
		pieces = append(pieces, head)
	}
	return append(pieces, p)
}
