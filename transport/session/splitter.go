package session

import (
	"bytes"
	"unicode/utf8"
)

// A line is a part of a stream that makes one Received.
type line struct {
	text []byte
	n    int  // octets of the stream it takes, line end included
	more bool // no end yet: the line is longer than maxLine
}

// nextLine finds the line at the beginning of p; seen octets of p are known to
// hold no newline. Newline ends it, and a carriage return before that is no
// part of it. A line of more than maxLine octets comes in pieces, none of
// which ends inside a character. What it finds depends on the octets alone,
// not on how they were read.
func nextLine(p []byte, seen int) (l line, ok bool) {
	reach := min(len(p), maxLine+1)
	if i := bytes.IndexByte(p[seen:reach], '\n'); i >= 0 {
		i += seen
		return line{text: bytes.TrimSuffix(p[:i:i], []byte{'\r'}), n: i + 1}, true
	}
	if len(p) <= maxLine {
		return line{}, false
	}
	n := maxLine - incomplete(p[:maxLine])
	return line{text: p[:n:n], n: n, more: true}, true
}

// incomplete is how many octets at the end of p, at most 3, are the beginning
// of a character whose rest is not there. What can no longer become a
// character is complete.
func incomplete(p []byte) int {
	for n := 1; n <= min(len(p), utf8.UTFMax-1); n++ {
		tail := p[len(p)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
