package talk

import (
	"encoding/binary"
	"math"
	"sort"
	"time"

	"seqtalk/ui/safe"
)

const (
	blockLen  = 512      // records that are allocated together
	arenaSize = 64 << 10 // octets of text that are allocated together
)

// A record is what every line has, packed. What it was said with and never
// changes (its length, its numbers) stands before its text in an arena, so
// that small numbers cost one octet each.
//
//	blocks   [record record … ] [record … ]          512 to a block
//	              │ text
//	arenas   [… [numbers][text] …] [ … ]             64 KiB, or one long text
type record struct {
	at    int64  // Unix ns
	text  uint32 // arena's number (16 bits, wrapping), offset (16 bits)
	flags flags
}

// flags holds a record's kind, level, wire and its yes-or-no facts.
type flags uint16

const (
	kindBits  flags = 3      // Kind
	levelBits flags = 3 << 2 // Level
	wireBits  flags = 3 << 4 // session.Wire
	overUDP   flags = 1 << 6 // Theirs
	more      flags = 1 << 7
	partial   flags = 1 << 8
	dup       flags = 1 << 9
	late      flags = 1 << 10
	past      flags = 1 << 11 // kept as Theirs, whoever said it
	pastMine  flags = 1 << 12
)

func (f flags) kind() Kind { return Kind(f & kindBits) }

// A block is 512 records, and how those of them came a second time that came
// over both protocols.
type block struct {
	records [blockLen]record
	twins   *[blockLen]twin // nil if none did
}

// A twin is a second arrival of a line, over the other protocol.
type twin struct {
	first  uint64
	span   uint32
	id     uint32
	octets uint32
	lag    span // after the first arrival
	seen   bool
}

// A history keeps lines from first up to end; whoever adds evicts.
type history struct {
	first, end uint64
	blocks     []*block // blocks[0] holds first
	arenas     [][]byte // arenas[0] holds the text of first
	arena      uint16   // number of arenas[0]
	held       int      // octets in arenas and blocks
}

const blockBytes = blockLen * 16

// add appends a line: its numbers, then its text, copied.
func (h *history) add(at time.Time, f flags, numbers, text []byte) {
	in := h.end % blockLen
	if in == 0 || len(h.blocks) == 0 {
		h.blocks = append(h.blocks, new(block))
		h.held += blockBytes
	}
	r := &h.blocks[len(h.blocks)-1].records[in]
	r.at, r.flags = nanos(at), f
	r.text = h.put(numbers, text)
	h.end++
}

// put copies the parts of a line into an arena and returns where they are.
func (h *history) put(numbers, text []byte) uint32 {
	need := len(numbers) + len(text)
	last := len(h.arenas) - 1
	if last < 0 || cap(h.arenas[last])-len(h.arenas[last]) < need || len(h.arenas[last]) >= arenaSize {
		h.arenas = append(h.arenas, make([]byte, 0, max(arenaSize, need)))
		h.held += max(arenaSize, need)
		last++
	}
	a := h.arenas[last]
	where := uint32(h.arena+uint16(last))<<16 | uint32(len(a))
	h.arenas[last] = append(append(a, numbers...), text...)
	return where
}

// record is the record of line i and the octets from its numbers on.
func (h *history) record(i uint64) (*record, []byte) {
	r := &h.block(i).records[i%blockLen]
	return r, h.arenas[uint16(r.text>>16)-h.arena][r.text&0xFFFF:]
}

func (h *history) block(i uint64) *block {
	return h.blocks[i/blockLen-h.first/blockLen]
}

// pop takes the newest line back.
func (h *history) pop() {
	h.end--
	r, _ := h.record(h.end)
	last := len(h.arenas) - 1
	h.arenas[last] = h.arenas[last][:r.text&0xFFFF] // the newest text is in the newest arena
	*r = record{}
	if h.end%blockLen == 0 || h.end == h.first {
		h.blocks[len(h.blocks)-1] = nil
		h.blocks = h.blocks[:len(h.blocks)-1]
		h.held -= blockBytes
	}
}

// evict lets go of the oldest line, and of blocks and arenas that held no more.
func (h *history) evict() {
	h.first++
	if h.first == h.end {
		h.blocks, h.held = nil, 0
		h.arena += uint16(len(h.arenas))
		h.arenas = nil
		return
	}
	if h.first%blockLen == 0 {
		h.blocks[0] = nil
		h.blocks = h.blocks[1:]
		h.held -= blockBytes
	}
	r := &h.blocks[0].records[h.first%blockLen]
	for h.arena != uint16(r.text>>16) {
		h.held -= cap(h.arenas[0])
		h.arenas[0] = nil
		h.arenas = h.arenas[1:]
		h.arena++
	}
}

// number reads one of the numbers before a text.
func number(p []byte) (uint64, []byte) {
	if p[0] < 0x80 {
		return uint64(p[0]), p[1:]
	}
	v, n := binary.Uvarint(p)
	return v, p[n:]
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

// A span is a duration in 32 bits: in µs, or from 35 min on in ms, up to 24 days.
type span uint32

const coarse span = 1 << 31

func pack(d time.Duration) span {
	if d <= 0 {
		return 0
	}
	if us := d.Microseconds(); us < int64(coarse) {
		return max(span(us), 1) // what took any time at all took some
	}
	return coarse | span(min(d.Milliseconds(), int64(coarse-1)))
}

func (s span) duration() time.Duration {
	if s&coarse != 0 {
		return time.Duration(s&^coarse) * time.Millisecond
	}
	return time.Duration(s) * time.Microsecond
}

// narrow is v if 32 bits hold it, else 0, which everywhere says: not known.
func narrow(v uint64) uint32 {
	if v > math.MaxUint32 {
		return 0
	}
	return uint32(v)
}

// names says who was called what from which line on.
type names []name

type name struct {
	from uint64
	nick safe.Text
}

// put records that line i was said under nick.
func (n names) put(i uint64, nick safe.Text) names {
	if len(n) > 0 && n[len(n)-1].nick == nick {
		return n
	}
	return append(n, name{i, nick})
}

// at is the name under which line i was said.
func (n names) at(i uint64) safe.Text {
	k := sort.Search(len(n), func(k int) bool { return n[k].from > i })
	if k == 0 {
		return safe.Text{}
	}
	return n[k-1].nick
}

// since forgets the names no line from i on was said under.
func (n names) since(i uint64) names {
	for len(n) > 1 && n[1].from <= i {
		n = n[1:]
	}
	return n
}
