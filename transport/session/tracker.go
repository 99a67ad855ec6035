package session

import "math/bits"

// A tracker counts what became of the ids of a peer whose datagrams may be
// lost, doubled or late. It remembers which of the last 65,536 ids came, in
// a bitmap used as a ring as in RFC 6479, and never takes more memory.
type tracker struct {
	known      uint64 // highest id that came or that the peer said it sent
	top        uint64 // highest that came
	contiguous uint64 // all up to this came
	unique     uint64 // how many came, each counted once
	duplicate  uint64
	late       uint64
	jump       uint64 // an id too far ahead to be believed, unless the next one follows it
	seen       [window / 64]uint64
}

// fate is what the arrival of an id means.
type fate uint8

const (
	fresh       fate = iota
	late             // a higher id came before
	again            // it came before, or is older than the tracker remembers
	implausible      // more than 65,536 ahead: not counted
)

// lost is how many ids up to the highest known one did not come so far.
func (t *tracker) lost() uint64 { return t.known - t.unique }

// arrive counts the arrival of id, from 1.
func (t *tracker) arrive(id uint64) fate {
	switch {
	case !t.plausible(id):
		return implausible
	case id > t.top:
		t.forget(t.top+1, id)
		t.top, t.known = id, max(t.known, id)
		t.mark(id)
		return fresh
	case t.has(id) || t.top-id >= window:
		t.duplicate++
		return again
	}
	t.mark(id)
	t.late++
	return late
}

// told takes the peer's word that it has sent id, and returns whether it is
// to be believed.
func (t *tracker) told(id uint64) bool {
	if !t.plausible(id) {
		return false
	}
	t.known = max(t.known, id)
	return true
}

// plausible is whether id is no wild jump. As in RFC 3550 appendix A.1, two
// in succession are believed: so much was really lost.
func (t *tracker) plausible(id uint64) bool {
	if id <= t.known || id-t.known <= window {
		return true
	}
	follows := t.jump != 0 && id == t.jump+1
	t.jump = id
	return follows
}

// has is whether id, not above top, is known to have come.
func (t *tracker) has(id uint64) bool {
	return t.top-id < window && t.seen[id/64%uint64(len(t.seen))]>>(id%64)&1 != 0
}

func (t *tracker) mark(id uint64) {
	t.unique++
	t.seen[id/64%uint64(len(t.seen))] |= 1 << (id % 64)
	for t.contiguous < t.top && t.has(t.contiguous+1) {
		t.contiguous++
	}
}

// forget makes the places of the ids from a to b free.
func (t *tracker) forget(a, b uint64) {
	if b-a >= window {
		clear(t.seen[:])
		return
	}
	for a <= b {
		n := min(64-a%64, b-a+1)
		t.seen[a/64%uint64(len(t.seen))] &^= (1<<n - 1) << (a % 64)
		if a += n; a == 0 {
			return // past the last id there is
		}
	}
}

// receipt is what a RECEIPT says in a bitmap of at most limit octets
// (receipts.go). The ids that came last are always in it.
func (t *tracker) receipt(limit int) (upto uint64, bitmap []byte) {
	upto = t.contiguous
	if limit == 0 || t.top == upto {
		return upto, nil
	}
	if reach := uint64(limit) * 8; t.top-upto > reach {
		for upto = t.top - reach; !t.has(upto + 1); {
			upto++
		}
	}
	bitmap = make([]byte, (t.top-upto+7)/8)
	for id := upto + 1; ; id++ {
		if t.has(id) {
			bitmap[(id-upto-1)/8] |= 1 << ((id - upto - 1) % 8)
		}
		if id == t.top {
			return upto, bitmap
		}
	}
}

// each calls f with the ids a receipt confirms one by one, lowest first.
func (b *receiptBody) each(f func(id uint64)) {
	for i, octet := range b.Bitmap {
		for ; octet != 0; octet &= octet - 1 {
			f(b.Upto + 1 + uint64(8*i+bits.TrailingZeros8(octet)))
		}
	}
}
