package session

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// A RECEIPT is [n, bitmap]. On a stream the bitmap is empty, and all up to n
// have come. In a datagram bit k of the bitmap (lowest first) says whether id
// n+1+k came, and there are two readings:
//
//	bit 0 clear: all up to n have come, and n+1 has not
//	bit 0 set:   nothing is said of ids up to n
//
// The second is needed because a lost datagram is never sent again: the
// window has to go on without it.

// On the wire it is 82, n, 4x…59 length, octets: read and written by hand, as
// TEXT is, because there may be one for each.

const arrayOfTwo = 0x82

var errReceipt = errors.New("RECEIPT: not [id, bitmap] in deterministic encoding")

func appendReceipt(p []byte, b *receiptBody) []byte {
	p = appendHead(append(p, arrayOfTwo), majorUint, b.Upto)
	return append(appendHead(p, majorBytes, uint64(len(b.Bitmap))), b.Bitmap...)
}

// readReceipt reads the body of a RECEIPT. b.Bitmap is a part of p.
func readReceipt(p []byte, b *receiptBody) error {
	if len(p) == 0 || p[0] != arrayOfTwo {
		return errReceipt
	}
	upto, p, ok := readHead(p[1:], majorUint)
	if !ok {
		return errReceipt
	}
	n, p, ok := readHead(p, majorBytes)
	if !ok || n != uint64(len(p)) {
		return errReceipt
	}
	if n > maxBitmap {
		return fmt.Errorf("RECEIPT with a bitmap of %d octets, %d are allowed", n, maxBitmap)
	}
	b.Upto, b.Bitmap = upto, p
	return nil
}

// contiguous is whether the receipt says that all up to b.Upto have come.
func (b *receiptBody) contiguous() bool {
	return len(b.Bitmap) == 0 || b.Bitmap[0]&1 == 0
}

// highest is the highest id that b confirms; ok is false if there is none that high.
func (b *receiptBody) highest() (id uint64, ok bool) {
	for i := len(b.Bitmap) - 1; i >= 0; i-- {
		if octet := b.Bitmap[i]; octet != 0 {
			n := uint64(8*i + bits.Len8(octet))
			return b.Upto + n, b.Upto <= math.MaxUint64-n
		}
	}
	return b.Upto, true
}

// A sent is a TEXT of ours that was handed over.
type sent struct {
	row       uint64
	octets    []byte        // of its frame, on a stream, until it is confirmed
	text      int           // how many of them are the message's own
	at        time.Duration // since the machine's start
	confirmed bool
	late      bool // Unconfirmed was said
}

// sentTexts are the last TEXTs handed over, until confirmed. Their ids are
// contiguous.
type sentTexts struct {
	ring  []sent // its length is a power of two
	first uint64 // id of the oldest kept
	next  uint64 // id of the next to be handed over
	due   uint64 // the first whose patience has not run out
	limit int

	weight int // of the octets kept
}

func (s *sentTexts) get(id uint64) *sent { return &s.ring[id&uint64(len(s.ring)-1)] }

// add keeps the TEXT with id s.next. If there are too many the oldest is
// dropped: impatient says it was not even given up yet.
func (s *sentTexts) add(v sent) (old sent, impatient bool) {
	if n := s.next - s.first; n == uint64(s.limit) {
		old = *s.get(s.first)
		impatient = !old.confirmed && s.due == s.first
		s.weight -= len(old.octets)
		s.first++
		s.due = max(s.due, s.first)
	} else if n == uint64(len(s.ring)) {
		grown := make([]sent, max(64, 2*len(s.ring)))
		for id := s.first; id < s.next; id++ {
			grown[id&uint64(len(grown)-1)] = *s.get(id)
		}
		s.ring = grown
	}
	*s.get(s.next) = v
	s.weight += len(v.octets)
	s.next++
	return old, impatient
}

// confirm returns the TEXT with id if this is the first word of it, and it is
// still kept.
func (s *sentTexts) confirm(id uint64) (v sent, ok bool) {
	if id < s.first || id >= s.next || s.get(id).confirmed {
		return sent{}, false
	}
	v = *s.get(id)
	s.get(id).confirmed = true
	s.get(id).octets = nil
	s.weight -= len(v.octets)
	for s.first < s.next && s.get(s.first).confirmed {
		s.first++
	}
	s.due = max(s.due, s.first)
	return v, true
}

// waiting is the oldest TEXT that is neither confirmed nor given up.
func (s *sentTexts) waiting() (id uint64, v *sent, ok bool) {
	for ; s.due < s.next; s.due++ {
		if v := s.get(s.due); !v.confirmed {
			return s.due, v, true
		}
	}
	return 0, nil, false
}

// smooth is SRTT after the measurement r: RFC 6298 §2, alpha = 1/8. 0 is none yet.
func smooth(srtt, r time.Duration) time.Duration {
	if srtt == 0 {
		return max(r, 1)
	}
	return max(srtt+(r-srtt)/8, 1)
}
