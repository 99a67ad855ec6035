package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// TEXT is the frame there are many of, so that it is read and written here,
// without reflection and without a copy. FuzzText holds this to what body.go
// does with a textBody. The array, as RFC 8949 §3 writes it:
//
//	85  id  row  F4 or F5  sent-at  4x…5B length, octets

// majors of CBOR, in the upper three bits of an item's first octet.
const (
	majorUint   = 0 << 5
	majorNegint = 1 << 5
	majorBytes  = 2 << 5
	arrayOfFive = 0x85
	cborFalse   = 0xF4
	cborTrue    = 0xF5
)

var errText = errors.New("TEXT: not [id, row, more, sent-at, bytes] in deterministic encoding")

// appendText appends the body of a TEXT.
func appendText(p []byte, b *textBody) []byte {
	p = append(p, arrayOfFive)
	p = appendHead(p, majorUint, b.ID)
	p = appendHead(p, majorUint, b.Row)
	if b.More {
		p = append(p, cborTrue)
	} else {
		p = append(p, cborFalse)
	}
	major, at := sentAt(b)
	p = appendHead(p, major, at)
	p = appendHead(p, majorBytes, uint64(len(b.Text)))
	return append(p, b.Text...)
}

// sentAt is b.SentAt as CBOR has it: of a negative number, how far below −1 it is.
func sentAt(b *textBody) (major byte, n uint64) {
	if b.SentAt < 0 {
		return majorNegint, uint64(-1 - b.SentAt)
	}
	return majorUint, uint64(b.SentAt)
}

// textOverhead is how many octets appendText adds to n octets of text.
func textOverhead(b *textBody, n int) int {
	_, at := sentAt(b)
	return 1 + headLen(b.ID) + headLen(b.Row) + 1 + headLen(at) + headLen(uint64(n))
}

// readText reads the body of a TEXT. b.Text is a part of p.
func readText(p []byte, b *textBody) error {
	if len(p) == 0 || p[0] != arrayOfFive {
		return errText
	}
	p = p[1:]
	var ok bool
	if b.ID, p, ok = readHead(p, majorUint); !ok {
		return errText
	}
	if b.Row, p, ok = readHead(p, majorUint); !ok {
		return errText
	}
	if len(p) < 2 || p[0] != cborFalse && p[0] != cborTrue {
		return errText
	}
	b.More = p[0] == cborTrue
	major := p[1] & 0xE0
	at, p, ok := readHead(p[1:], major)
	if !ok || at > math.MaxInt64 || major > majorNegint {
		return errText
	}
	b.SentAt = int64(at)
	if major == majorNegint {
		b.SentAt = -1 - b.SentAt
	}
	n, p, ok := readHead(p, majorBytes)
	if !ok || n != uint64(len(p)) {
		return errText
	}
	if b.ID == 0 {
		return fmt.Errorf("TEXT with id 0, ids begin at 1")
	}
	b.Text = p[:len(p):len(p)]
	return nil
}

// appendHead appends the head of a CBOR item in its shortest form.
func appendHead(p []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(p, major|byte(n))
	case n <= math.MaxUint8:
		return append(p, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(p, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(p, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(p, major|27), n)
}

// headLen is how many octets appendHead appends.
func headLen(n uint64) int {
	switch {
	case n < 24:
		return 1
	case n <= math.MaxUint8:
		return 2
	case n <= math.MaxUint16:
		return 3
	case n <= math.MaxUint32:
		return 5
	}
	return 9
}

// readHead reads the head of an item of the given major type and returns what
// follows it. A form longer than needed is not ok.
func readHead(p []byte, major byte) (n uint64, rest []byte, ok bool) {
	if len(p) == 0 || p[0]&0xE0 != major {
		return 0, nil, false
	}
	switch short := p[0] & 0x1F; {
	case short < 24:
		return uint64(short), p[1:], true
	case short == 24 && len(p) >= 2:
		n, rest = uint64(p[1]), p[2:]
	case short == 25 && len(p) >= 3:
		n, rest = uint64(binary.BigEndian.Uint16(p[1:])), p[3:]
	case short == 26 && len(p) >= 5:
		n, rest = uint64(binary.BigEndian.Uint32(p[1:])), p[5:]
	case short == 27 && len(p) >= 9:
		n, rest = binary.BigEndian.Uint64(p[1:]), p[9:]
	default:
		return 0, nil, false
	}
	return n, rest, headLen(n) == len(p)-len(rest)
}
