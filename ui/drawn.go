package ui

import (
	"bytes"
	"slices"
)

// drawnRungs is enough for a screen.
const drawnRungs = 128

// Drawn remembers the rungs that were drawn last, and how: of those on the
// screen hardly one changes from a frame to the next. It belongs to whoever
// draws the ladder; the zero Drawn is ready.
type Drawn struct {
	key  drawnKey
	rows []drawnRung // rung i at i modulo drawnRungs
}

// A drawnKey is what all rows have in common.
type drawnKey struct {
	look           Look
	w              int
	cols           rails
	absolute, both bool
}

type drawnRung struct {
	rung Rung
	row  string
}

// drawn is rung i's row, drawn if it is not remembered.
func (d *rungs) drawn(i uint64, r *Rung) string {
	if d.Cache == nil || i == d.Selected {
		return d.row(i, r)
	}
	key := drawnKey{*d.l, d.W, d.cols, d.Absolute, d.Both}
	if d.Cache.rows == nil || d.Cache.key != key {
		*d.Cache = Drawn{key, make([]drawnRung, drawnRungs)}
	}
	at := &d.Cache.rows[i%drawnRungs]
	if at.row == "" || !at.rung.same(r) {
		*at = drawnRung{*r, d.row(i, r)}
	}
	return at.row
}

// same reports that r and s are drawn alike.
func (r *Rung) same(s *Rung) bool {
	return r.At == s.At && r.Trip == s.Trip && r.Proto == s.Proto && r.In == s.In && r.Left == s.Left && r.Right == s.Right && r.Way == s.Way &&
		r.Flags == s.Flags && r.Seq == s.Seq && r.Ack == s.Ack && r.AbsSeq == s.AbsSeq && r.AbsAck == s.AbsAck && r.Rough == s.Rough &&
		r.Len == s.Len && r.Wnd == s.Wnd && slices.Equal(r.Blocks, s.Blocks) && slices.Equal(r.Options, s.Options) && r.Size == s.Size &&
		r.Resent == s.Resent && r.RTO == s.RTO && r.Dups == s.Dups && r.Remarks == s.Remarks && r.Rule == s.Rule && r.Packet == s.Packet &&
		r.With == s.With && r.Mended == s.Mended && r.Over == s.Over &&
		r.ID == s.ID && slices.Equal(r.Numbers, s.Numbers) && slices.EqualFunc(r.Texts, s.Texts, bytes.Equal) && r.Torn == s.Torn &&
		r.Control == s.Control && r.ICMP == s.ICMP && r.Part == s.Part
}
