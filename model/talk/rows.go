package talk

import (
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A fate is what is known of one line of ours over one protocol, packed. The
// numbers of Sent are kept when later marks come.
type fate struct {
	first     uint64
	octets    uint32
	span      uint32 // bytes of the stream from first on
	acked     span   // or, of a Failed, which of the reasons
	delivered span
	id        uint32
	resent    int16
	mark      uint8 // transport.Mark + 1; 0: nothing is known
	wire      uint8 // session.Wire, and seenACK
}

// seenACK is set in a fate's wire once acked is the time of the ACK itself.
const seenACK = 1 << 7

// over is how the line went.
func (f *fate) over() session.Wire { return session.Wire(f.wire &^ seenACK) }

// rows leads from a line's row to the line and its fates. Rows are given out
// from 1 without a gap.
type rows struct {
	first, end uint64 // the rows that are kept
	groups     []*group
	held       int // octets in groups
}

// A group is 512 rows; a protocol's part is made when it is first used.
type group struct {
	lines [blockLen]uint32 // the low bits of the line's index
	fates [2]*[blockLen]fate
}

// add gives line the next row.
func (r *rows) add(line uint64) uint64 {
	row := r.end
	if row%blockLen == 0 || len(r.groups) == 0 {
		r.groups = append(r.groups, new(group))
		r.held += groupBytes
	}
	r.groups[len(r.groups)-1].lines[row%blockLen] = uint32(line)
	r.end++
	return row
}

// pop takes the newest row back.
func (r *rows) pop() {
	r.end--
	g := r.groups[len(r.groups)-1]
	for _, f := range g.fates {
		if f != nil {
			f[r.end%blockLen] = fate{}
		}
	}
	if r.end%blockLen == 0 || r.end == r.first {
		r.held -= g.held()
		r.groups = r.groups[:len(r.groups)-1]
	}
}

// evict forgets the oldest row.
func (r *rows) evict() {
	r.first++
	if r.first == r.end {
		r.groups, r.held = nil, 0
	} else if r.first%blockLen == 0 {
		r.held -= r.groups[0].held()
		r.groups[0] = nil
		r.groups = r.groups[1:]
	}
}

func (r *rows) has(row uint64) bool { return r.first <= row && row < r.end }

// fate is the fate of a row that is kept; nil if it has none yet.
func (r *rows) fate(row uint64, leg int) *fate {
	f := r.groups[row/blockLen-r.first/blockLen].fates[leg]
	if f == nil {
		return nil
	}
	return &f[row%blockLen]
}

// make is fate, made if there is none yet.
func (r *rows) make(row uint64, leg int) *fate {
	g := r.groups[row/blockLen-r.first/blockLen]
	if g.fates[leg] == nil {
		g.fates[leg] = new([blockLen]fate)
		r.held += fatesBytes
	}
	return &g.fates[leg][row%blockLen]
}

const (
	groupBytes = blockLen * 4
	fatesBytes = blockLen * 32
)

func (g *group) held() int {
	n := groupBytes
	for _, f := range g.fates {
		if f != nil {
			n += fatesBytes
		}
	}
	return n
}

// protos are the protocols in the order of Line.Fates.
var protos = [2]segment.Proto{segment.TCP, segment.UDP}

// leg is the place of p in Line.Fates.
func leg(p segment.Proto) int {
	if p == segment.UDP {
		return 1
	}
	return 0
}

func (f *fate) known() bool { return f != nil && f.mark != 0 }

func (f *fate) is() transport.Mark { return transport.Mark(f.mark - 1) }

// unpack is f for whoever draws it.
func (t *Talk) unpack(f *fate, leg int) Fate {
	if !f.known() {
		return Fate{}
	}
	u := Fate{
		Proto:   protos[leg],
		Mark:    f.is(),
		Wire:    f.over(),
		ID:      uint64(f.id),
		Octets:  int(f.octets),
		Receipt: f.delivered.duration(),
		Resent:  int(f.resent),
	}
	if f.span > 0 {
		u.First, u.Last = f.first, f.first+uint64(f.span)-1
	}
	if u.Mark == transport.Failed {
		u.Err = t.reasons.text(f.acked)
		return u
	}
	u.After, u.Exact = f.acked.duration(), f.wire&seenACK != 0
	if f.acked == 0 || f.delivered != 0 && f.delivered < f.acked {
		u.After, u.Exact = u.Receipt, true
	}
	return u
}
