package session

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
)

// naive counts what a tracker counts, with a set of all that came.
type naive struct {
	came                                 map[uint64]bool
	known, top, unique, dup, late, jumps uint64
}

func (n *naive) plausible(id uint64) bool {
	if id <= n.known || id-n.known <= 65536 {
		return true
	}
	ok := n.jumps != 0 && id == n.jumps+1
	n.jumps = id
	return ok
}

func (n *naive) arrive(id uint64) fate {
	if !n.plausible(id) {
		return implausible
	}
	if id <= n.top && (n.came[id] || n.top-id >= 65536) {
		n.dup++
		return again
	}
	n.came[id] = true
	n.unique++
	n.known = max(n.known, id)
	if id < n.top {
		n.late++
		return late
	}
	n.top = id
	return fresh
}

func (n *naive) told(id uint64) bool {
	if !n.plausible(id) {
		return false
	}
	n.known = max(n.known, id)
	return true
}

func TestTracker(t *testing.T) {
	var tr tracker
	var got []fate
	for _, id := range []uint64{1, 2, 4, 3, 3, 9, 9 + window, 9 + 2*window + 1, 10, 9, 8} {
		got = append(got, tr.arrive(id))
	}
	want := []fate{fresh, fresh, fresh, late, again, fresh, fresh, implausible, late, again, again}
	if !slices.Equal(got, want) {
		t.Errorf("fates %v, want %v", got, want)
	}
	// 1 to 4, 9, 10 and 65,545 came; 9 again, 3 again, and 8, which is too old to know.
	if tr.unique != 7 || tr.duplicate != 3 || tr.late != 2 || tr.lost() != 9+window-7 || tr.contiguous != 4 {
		t.Errorf("unique %d, duplicate %d, late %d, lost %d, contiguous %d", tr.unique, tr.duplicate, tr.late, tr.lost(), tr.contiguous)
	}
	if !tr.told(12+window) || tr.lost() != 12+window-7 {
		t.Errorf("told of more: lost %d", tr.lost())
	}
	if tr.told(math.MaxUint64) || tr.arrive(math.MaxUint64) != implausible {
		t.Error("2⁶⁴−1 was believed")
	}
	if tr.arrive(1<<40) != implausible || tr.arrive(1<<40+1) != fresh || tr.arrive(1<<40) != late {
		t.Error("two ids in succession were not believed")
	}
	if n := testing.AllocsPerRun(100, func() { tr.arrive(tr.top + 100); tr.arrive(tr.top - 7) }); n != 0 {
		t.Errorf("%v allocations for each datagram", n)
	}
}

// TestReceiptWindow: what a receipt says is what came, whatever is missing and
// however small it has to be.
func TestReceiptWindow(t *testing.T) {
	for _, c := range []struct {
		came  []uint64
		limit int
		want  string
	}{
		{nil, 512, "0 "},
		{[]uint64{1, 2, 3}, 512, "3 "},
		{[]uint64{1, 2, 3, 5}, 512, "3 02"},
		{[]uint64{2}, 512, "0 02"},
		{[]uint64{1, 3, 12}, 512, "1 0204"},
		{[]uint64{1, 3, 12}, 1, "11 01"},
		{[]uint64{1, 3, 10}, 1, "2 81"},
		{[]uint64{1, 3}, 0, "1 "},
		{[]uint64{1, 4097, 4098}, 512, "4096 03"},
	} {
		var tr tracker
		for _, id := range c.came {
			tr.arrive(id)
		}
		upto, bitmap := tr.receipt(c.limit)
		if got := fmt.Sprintf("%d %x", upto, bitmap); got != c.want {
			t.Errorf("%v in %d octets: %s, want %s", c.came, c.limit, got, c.want)
		}
	}
}

// FuzzTracker holds the tracker to the naive one, and its receipts to what came.
func FuzzTracker(f *testing.F) {
	f.Add([]byte{1, 1, 1, 3, 0, 255})
	f.Add([]byte{0, 16, 1, 2, 128, 1, 1, 1})
	f.Fuzz(func(t *testing.T, ops []byte) {
		var tr tracker
		n := naive{came: map[uint64]bool{}}
		base := uint64(0)
		for ops = ops[:min(len(ops), 3*100)]; len(ops) >= 3; {
			op, by := ops[0], uint64(binary.BigEndian.Uint16(ops[1:]))
			ops = ops[3:]
			id := base + by
			switch op % 8 {
			case 0:
				id = base - min(by, base-min(base, 1))
			case 1:
				id = base + by%8
			case 2:
				id = base + by*64
			case 3:
				id = base - min(by%64, base-min(base, 1))
			case 4:
				id = math.MaxUint64 - by
			}
			if id == 0 {
				id = 1
			}
			if op%8 == 5 {
				if got, want := tr.told(id), n.told(id); got != want {
					t.Fatalf("told %d: %v, want %v", id, got, want)
				}
			} else if got, want := tr.arrive(id), n.arrive(id); got != want {
				t.Fatalf("arrive %d: %v, want %v", id, got, want)
			}
			base = n.top
			if tr.known != n.known || tr.top != n.top || tr.unique != n.unique || tr.duplicate != n.dup || tr.late != n.late {
				t.Fatalf("%+v, want %d known, %d top, %d unique, %d dup, %d late", tr.known, n.known, n.top, n.unique, n.dup, n.late)
			}
			if tr.lost()+tr.unique != tr.known {
				t.Fatalf("%d lost and %d unique are not %d", tr.lost(), tr.unique, tr.known)
			}
			limit := int(by % (maxBitmap + 1))
			b := receiptBody{}
			b.Upto, b.Bitmap = tr.receipt(limit)
			if len(b.Bitmap) > limit {
				t.Fatalf("bitmap of %d octets, %d allowed", len(b.Bitmap), limit)
			}
			if b.contiguous() && b.Upto < 1<<12 {
				for id := uint64(1); id <= b.Upto; id++ {
					if !n.came[id] {
						t.Fatalf("receipt up to %d, and %d did not come", b.Upto, id)
					}
				}
			}
			said := map[uint64]bool{}
			b.each(func(id uint64) { said[id] = true })
			for id := range said {
				if !n.came[id] {
					t.Fatalf("receipt for %d, which did not come", id)
				}
			}
			if len(b.Bitmap) > 0 {
				if high, ok := b.highest(); !ok || high != n.top || !said[n.top] {
					t.Fatalf("receipt up to %d, %d came", high, n.top)
				}
				for id := b.Upto + 1; id < n.top; id++ {
					if n.came[id] && !said[id] && n.top-id < 65536 {
						t.Fatalf("no receipt for %d, which came", id)
					}
				}
			}
		}
	})
}
