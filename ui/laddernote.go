package ui

import (
	"math/bits"
	"strconv"
	"strings"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// note is what befell r, at length and in short.
func (d *rungs) note(r *Rung) (long, short string) {
	var a, b []string
	add := func(long, short string) {
		if long != "" {
			a = append(a, long)
		}
		if short != "" {
			b = append(b, short)
		}
	}
	if r.Again() {
		add(d.again(r))
	}
	d.remarks(r, add)
	if r.Rule != "" {
		add(d.rule(r))
	}
	add(r.mending(d.l))
	if r.With > 0 {
		s := words.LadderWith.In(d.l.Lang, r.With)
		add(s, s)
	}
	d.lesson(r, add)
	return strings.Join(a, words.LadderAnd.In(d.l.Lang)), strings.Join(b, " ")
}

// again says that r is a retransmission, and why.
func (d *rungs) again(r *Rung) (long, short string) {
	l := d.l
	count := l.Glyphs.Resent
	if r.Resent > 0 {
		count += strconv.Itoa(r.Resent)
	}
	k := 0
	switch {
	case r.Remarks&FastRetransmission != 0:
		k = 1
	case r.Remarks&SpuriousRetransmission != 0:
		k = 2
	}
	long, short = words.Remark(l.Lang, k)+" "+count, count
	switch {
	case r.RTO > 0:
		long += words.LadderRTO.In(l.Lang, Span(r.RTO))
		short += " RTO " + Span(r.RTO)
	case k == 1:
		short += " " + words.LadderFast.In(l.Lang)
	}
	return long, short
}

// remarks adds Wireshark's other remarks.
func (d *rungs) remarks(r *Rung, add func(long, short string)) {
	for m := r.Remarks &^ resent; m != 0; m &= m - 1 {
		k := bits.TrailingZeros16(uint16(m))
		s := words.Remark(d.l.Lang, k)
		if Remarks(1)<<k == dupAck && r.Dups > 0 {
			s += " #" + strconv.Itoa(r.Dups)
		}
		add(s, s)
	}
	if len(r.Blocks) > 0 && r.Blocks[0].First > r.Ack {
		gap := words.LadderMisses.In(d.l.Lang) + string(d.gap(r))
		add(gap, "")
	}
}

// gap is the first run of bytes r's SACK blocks show to be missing.
func (d *rungs) gap(r *Rung) []byte {
	first := r.Blocks[0].First
	for _, k := range r.Blocks {
		first = min(first, k.First)
	}
	base := r.AbsAck - uint32(r.Ack)
	s := append(d.number(nil, r, r.Ack, r.AbsAck), d.l.Glyphs.To...)
	return d.number(s, r, first-1, base+uint32(first)-1)
}

// rule says what the link did.
func (d *rungs) rule(r *Rung) (long, short string) {
	l := d.l
	raw := safe.String(r.Rule).String()
	long = words.Rule(l.Lang, raw)
	sign := ""
	switch {
	case r.Way == Died:
		sign = l.Glyphs.Failed
	case strings.HasPrefix(raw, "dup"):
		sign = l.Glyphs.Dup
	case strings.HasPrefix(raw, "reorder"):
		sign = l.Glyphs.Late
	}
	short = strings.TrimSpace(sign + " " + words.Why(l.Lang, raw))
	if r.Packet > 0 {
		long += words.LadderPacket.In(l.Lang, r.Packet)
	}
	return strings.TrimSpace(sign + " " + long), short
}

// lesson adds what a first reader should know.
func (d *rungs) lesson(r *Rung, add func(long, short string)) {
	in := d.l.Lang
	switch {
	case r.Way == Held:
		add(words.LadderHeld.In(in), words.LadderHeld.In(in))
	case r.Way == OnWay:
		add(words.LadderOnWay.In(in), "")
	}
	switch {
	case r.Proto != "TCP" || r.Again():
	case r.flag('S'):
		add(words.LadderSyn.In(in), "")
	case r.flag('F'):
		add(words.LadderFin.In(in), "")
	case r.flag('R'):
		add(words.LadderRst.In(in), "RST")
	}
}

// noteStyle is how loud r's note is.
func (d *rungs) noteStyle(r *Rung) Style {
	th := d.l.Theme
	switch {
	case r.Way == Died || r.Remarks&badChecksum != 0 || r.flag('R'):
		return th.Bad
	case r.Again() || r.Rule != "" || r.Way == Held:
		return th.Warn
	}
	return th.Dim
}
