package model

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// A ladder is what is seen of the packets, and how.
type ladder struct {
	view     ui.View
	frozen   *sight // as it was when it was frozen; nil: it is not
	absolute bool
	noAcks   bool      // pure ACKs are hidden
	filter   string    // what is looked for; "": nothing
	sieve    *ui.Sieve // nil: every packet is shown
	drawn    ui.Drawn
}

func newLadder() ladder { return ladder{view: ui.Latest} }

// rungs are the packets seen, as package ui wants them: while the ladder is
// frozen those it had then, as they were, and behind them those that came since.
type rungs struct{ m *Model }

// First implements ui.Rungs.
func (r rungs) First() uint64 {
	if f := r.m.ladder.frozen; f != nil {
		return f.first
	}
	return r.m.sight.first
}

// End implements ui.Rungs.
func (r rungs) End() uint64 { return r.m.sight.end }

// Rung implements ui.Rungs.
func (r rungs) Rung(i uint64) ui.Rung { return r.m.rung(r.packet(i)) }

// packet is packet i.
func (r rungs) packet(i uint64) *packet {
	if f := r.m.ladder.frozen; f != nil && i < f.end {
		return f.at(i)
	}
	return r.m.sight.at(max(i, r.m.sight.first))
}

// rung is p, as package ui wants it.
func (m *Model) rung(p *packet) ui.Rung {
	r := ui.Rung{
		At: m.timeOf(p).Sub(m.sight.began), Trip: p.trip, Way: p.way,
		Proto: name(p.Proto), In: p.Dir == segment.In,
		Left: p.Src.Port(), Right: p.Dst.Port(),
		Len: p.Len, Size: p.Size, Rule: p.Rule, Packet: p.ID, Part: p.Fragment,
		Mended: p.mended, Over: p.Proto == segment.TCP && p.conn < m.sight.conn,
	}
	if r.In {
		r.Left, r.Right = r.Right, r.Left
	}
	if p.way == ui.OnWay && m.timeHeld() {
		r.Way = ui.Held
	}
	switch p.Proto {
	case segment.TCP:
		tcpRung(&r, p)
	case segment.UDP:
	default:
		r.Proto, r.ICMP = "ICMP", icmpName(p)
	}
	m.burden(&r, p)
	return r
}

// timeOf is when p left, where this program saw that. What comes from another one
// has the time of its arrival, or of the word that it died: that it left is only
// learned then, and what went out meanwhile stands above it.
func (m *Model) timeOf(p *packet) time.Time {
	if m.twoEnds() {
		return p.At
	}
	return p.known
}

// tcpRung adds what only TCP has.
func tcpRung(r *ui.Rung, p *packet) {
	r.Flags, r.Wnd = p.Flags.String(), p.Wnd
	r.Seq, r.Ack, r.AbsSeq, r.AbsAck, r.Rough = p.RelSeq, p.RelAck, p.Seq, p.Ack, !p.Known
	r.Remarks, r.Dups, r.Resent, r.RTO = ui.Remarks(p.Notes), p.Dups, p.again, p.rto
	for _, b := range p.SACK {
		r.Blocks = append(r.Blocks, ui.Block(b))
	}
	o := p.Options
	if p.Flags&segment.SYN == 0 {
		return
	}
	for _, s := range []struct {
		is   bool
		text string
	}{{o.MSS > 0, fmt.Sprintf("mss %d", o.MSS)}, {o.HasScale, fmt.Sprintf("ws %d", o.Scale)}, {o.SACKPermitted, "sackOK"}} {
		if s.is {
			r.Options = append(r.Options, s.text)
		}
	}
}

// icmpName is what an ICMP message says, as far as it is about a datagram.
func icmpName(p *packet) string {
	unreachable, port := p.Type == 3, p.Code == 3
	if p.Proto == segment.ICMPv6 {
		unreachable, port = p.Type == 1, p.Code == 4
	}
	switch {
	case unreachable && port:
		return "port unreachable"
	case unreachable:
		return "unreachable"
	}
	return fmt.Sprintf("type %d code %d", p.Type, p.Code)
}

// ladderPane is the ladder in w×h cells.
func (m *Model) ladderPane(w, h int) ui.Ladder {
	l := &m.ladder
	d := ui.Ladder{
		Rungs: rungs{m}, Cache: &l.drawn, W: w, H: h, Selected: ui.None, Until: ui.None,
		Left: m.ownTitle(), Right: m.peerTitle(), Absolute: l.absolute, Both: m.both(),
		NoAcks: l.noAcks, Filter: l.filter,
		Missed: m.sight.missed, EndKey: strings.Fields(m.keys.Bottom.Help().Key)[0],
	}
	if l.frozen != nil {
		d.Until = m.listed(l.frozen.end)
	}
	if lk := m.looking; lk != nil && lk.inLadder() {
		d.Selected = m.listed(lk.rung)
	}
	if l.sieve != nil {
		d.Rungs, d.Hidden = l.sieve, l.sieve.Hidden()
	}
	return d
}

// listed is the place in the ladder of packet i or, if it is kept back, of the
// next one.
func (m *Model) listed(i uint64) uint64 {
	if s := m.ladder.sieve; s != nil {
		return s.Find(i)
	}
	return i
}

// packetAt is the packet at place i of the ladder.
func (m *Model) packetAt(i uint64) uint64 {
	if s := m.ladder.sieve; s != nil {
		return s.Was(i)
	}
	return i
}

// ownTitle is who stands at this end's time line.
func (m *Model) ownTitle() string {
	if m.twoEnds() {
		return "A"
	}
	return words.Me.In(m.look.Lang)
}

// peerTitle is who stands at the other time line.
func (m *Model) peerTitle() string {
	if m.course != nil {
		return "B"
	}
	if n := m.talk.PeerNick().String(); n != "" {
		return n
	}
	return m.peerName().String()
}

// ladderKey does what k means for the ladder, and reports whether it means
// anything.
func (m *Model) ladderKey(k tea.KeyPressMsg) bool {
	l, b := &m.ladder, &m.keys
	switch {
	case key.Matches(k, b.Acks):
		m.toggleAcks()
	case key.Matches(k, b.Absolute):
		l.absolute = !l.absolute
	case key.Matches(k, b.Freeze):
		m.freeze()
	case key.Matches(k, b.Filter):
		m.openFilter()
	default:
		return false
	}
	return true
}

// toggleAcks hides pure ACKs, or shows them again.
func (m *Model) toggleAcks() {
	m.ladder.noAcks = !m.ladder.noAcks
	m.resieve()
}

// looseRungs is how many of the newest packets a filter looks at again: what is
// known of them may still grow.
const looseRungs = 256

// resieve makes the sieve anew, after what it keeps back has changed.
func (m *Model) resieve() {
	l := &m.ladder
	l.view, l.sieve = ui.Latest, nil
	switch {
	case l.filter != "":
		keep := m.filterOf(l.filter)
		l.sieve = &ui.Sieve{Of: rungs{m}, Loose: looseRungs, Stamp: m.known,
			Keep: func(r *ui.Rung) bool { return !(l.noAcks && r.PureAck()) && keep(r) }}
	case l.noAcks:
		l.sieve = &ui.Sieve{Of: rungs{m}, Keep: func(r *ui.Rung) bool { return !r.PureAck() }}
	}
	if lk := m.looking; lk != nil && lk.inLadder() {
		m.lookAtPacket(lk.rung)
	}
}

// known grows with what is known of packets.
func (m *Model) known() uint64 { return m.sight.version + m.crossings.version }

// freeze stops the ladder from growing, or lets it go on. What it shows is
// kept, however much comes meanwhile.
func (m *Model) freeze() {
	l := &m.ladder
	if l.frozen != nil {
		l.frozen = nil
		m.resieve()
		return
	}
	l.frozen = m.sight.clone()
}

// scrollLadder scrolls the ladder as k says and reports whether k is a
// scrolling key.
func (m *Model) scrollLadder(k tea.KeyPressMsg) bool {
	d, b, v := m.ladderPane(m.sideSize()), &m.keys, m.ladder.view
	switch {
	case key.Matches(k, b.PageUp):
		v = d.PageUp(v)
	case key.Matches(k, b.PageDown):
		v = d.PageDown(v)
	case key.Matches(k, b.LineUp):
		v = d.ScrollBy(v, -1)
	case key.Matches(k, b.LineDown):
		v = d.ScrollBy(v, 1)
	case key.Matches(k, b.Top):
		v = d.Top()
	case key.Matches(k, b.Bottom):
		v = ui.Latest
	default:
		return false
	}
	m.ladder.view = v
	return true
}
