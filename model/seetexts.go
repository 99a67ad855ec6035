package model

import (
	"sort"
	"strings"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// heardRoom is how many of the peer's lines are found beside their packets.
const heardRoom = 1024

// A heardLine is a line of the peer's, and where it lay in the stream.
type heardLine struct {
	row, id     uint64
	first, last uint64 // 0: it came over UDP
	text        []byte
}

// heardLines are the last lines of the peer's, oldest first, over TCP and UDP.
type heardLines [2][]heardLine

// receive takes what came.
func (h *heardLines) receive(ev transport.Received) {
	q := &h[wayOf(ev.Proto)]
	for i := range ev.Messages {
		in := &ev.Messages[i]
		if in.Dup {
			continue
		}
		if len(*q) == heardRoom {
			*q = append((*q)[:0], (*q)[heardRoom/2:]...)
		}
		*q = append(*q, heardLine{in.Row, in.ID, in.First, in.Last, in.Text})
	}
}

// forget lets go of the lines of a connection that is over: the next one counts
// its bytes from 1 again.
func (h *heardLines) forget(p segment.Proto) { h[wayOf(p)] = nil }

// of are the peer's lines that p carries.
func (h *heardLines) of(p *packet) []heardLine {
	q := h[wayOf(p.Proto)]
	if p.Proto == segment.TCP {
		from := sort.Search(len(q), func(i int) bool { return q[i].last >= p.RelSeq })
		to := from
		for to < len(q) && q[to].first < p.RelSeq+uint64(p.Len) {
			to++
		}
		return q[from:to]
	}
	for i := len(q) - 1; i >= 0 && len(p.Messages) > 0; i-- {
		if q[i].row == p.Messages[0] {
			return q[i : i+1]
		}
	}
	return nil
}

// burden adds to r the messages that p carries, or that it carries none.
func (m *Model) burden(r *ui.Rung, p *packet) {
	if p.Len == 0 || p.Proto != segment.TCP && p.Proto != segment.UDP || p.Notes.Has(segment.KeepAlive|segment.ZeroWindowProbe) {
		return
	}
	switch {
	case p.Dir == segment.In:
		m.theirs(r, p)
	case p.Stage == segment.Unstaged && p.Proto == segment.TCP:
		for _, x := range m.crossings.within(p) {
			carry(r, p, x)
		}
	default:
		for _, row := range p.Messages {
			if x := m.crossings.row(row); x != nil {
				carry(r, p, x)
			}
		}
	}
	m.control(r, p)
}

// control adds to r the names of the frames that p carries and that are no
// messages, from its octets.
func (m *Model) control(r *ui.Rung, p *packet) {
	var names []string
	for _, name := range session.Labels(p.Payload(), p.Proto == segment.UDP) {
		if name != "TEXT" {
			names = append(names, name)
		}
	}
	r.Control = strings.Join(names, " ")
	if r.Control == "" && len(r.Texts) == 0 && len(p.Messages) == 0 && p.Stage != segment.Unstaged {
		r.Control = words.SeeControl.In(m.look.Lang) // part of one, or its octets were not kept
	}
}

// theirs adds to r the peer's lines that p carries.
func (m *Model) theirs(r *ui.Rung, p *packet) {
	if p.conn != m.crossings.conn {
		return
	}
	for _, x := range m.heard.of(p) {
		r.Texts, r.Numbers = append(r.Texts, x.text), append(r.Numbers, x.id)
		if p.Proto == segment.UDP {
			r.ID = x.id
			continue
		}
		r.Torn[0] = r.Torn[0] || x.first < p.RelSeq
		r.Torn[1] = r.Torn[1] || x.last >= p.RelSeq+uint64(p.Len)
	}
}

// carry adds to r our line x, which p carries.
func carry(r *ui.Rung, p *packet, x *crossing) {
	w := &x.ways[wayOf(p.Proto)]
	r.Texts, r.Numbers = append(r.Texts, x.text), append(r.Numbers, x.row)
	if p.Proto == segment.UDP {
		r.ID = w.id
		return
	}
	if w.first > 0 {
		r.Torn[0] = r.Torn[0] || w.first < p.RelSeq
		r.Torn[1] = r.Torn[1] || w.last >= p.RelSeq+uint64(p.Len)
	}
}

// within are our lines of whose bytes p carries some, found by where they lie
// in the stream.
func (c *crossings) within(p *packet) (xs []*crossing) {
	for row := c.end; row > 1; row-- {
		x := c.row(row - 1)
		if x == nil || x.ways[0].conn < p.conn {
			break
		}
		w := &x.ways[0]
		switch {
		case w.first == 0 || w.conn != p.conn || w.first >= p.RelSeq+uint64(p.Len):
		case w.last < p.RelSeq:
			return xs
		default:
			xs = append([]*crossing{x}, xs...)
		}
	}
	return xs
}
