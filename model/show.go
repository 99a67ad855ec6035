package model

import (
	"slices"
	"strings"
	"time"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// lines are a conversation's, as package ui wants them.
type lines struct{ m *Model }

// First is the oldest line.
func (l lines) First() uint64 { return l.m.talk.First() }

// End is behind the newest line.
func (l lines) End() uint64 { return l.m.talk.End() }

// Row is line i.
func (l lines) Row(i uint64) ui.Row {
	in := l.m.talk.Line(i)
	r := ui.Row{
		Kind: ui.Kind(in.Kind), Level: ui.Level(in.Level),
		Nick: in.Nick, Text: in.Text,
		Dup: in.Dup, Late: in.Late, More: in.More, Past: in.Past,
	}
	if l.m.times {
		r.At = in.At
	}
	if in.Kind == talk.Theirs && in.Nick == (safe.Text{}) {
		r.Nick = l.m.peerName()
	}
	for k, f := range in.Fates {
		if f.Proto != 0 {
			r.Fates[k] = l.fate(f)
		}
	}
	return r
}

// fate is f, as package ui wants it. The time is that of the mark: ✓✓ with the
// ACK's would say that the peer's program was as quick as its stack. What the
// kernel acknowledges is polled, so its time is an upper bound, unless the
// segment itself was seen.
func (l lines) fate(f talk.Fate) ui.Fate {
	u := ui.Fate{
		Proto: name(f.Proto), Mark: ui.Mark(f.Mark), Resent: f.Resent, After: f.After,
		AtMost: f.Proto == segment.TCP && !f.Exact,
		First:  f.First, Last: f.Last, Octets: f.Octets, Framed: f.Wire == session.Framed,
	}
	if f.Mark == transport.Delivered {
		u.After, u.AtMost = f.Receipt, false
	}
	return u
}

// exact reports that acknowledgements are seen when they come.
func (n *numbers) exact() bool {
	for i := range n.last.Legs {
		if g := &n.last.Legs[i]; g.Proto == segment.TCP {
			return g.TCP.Source == segment.Capture || g.TCP.Source == segment.Lab
		}
	}
	return false
}

// name is a protocol as people write it.
func name(p segment.Proto) string { return strings.ToUpper(p.String()) }

// status is what the status bar shows.
func (m *Model) status() ui.Status {
	s := ui.Status{Absolute: !m.o.Relative, Beginner: m.beginner, Extra: m.extra(), Replay: m.recordingName()}
	if m.looking != nil {
		s.Picked = m.looking.spot
	}
	for _, g := range m.legs() {
		s.Legs = append(s.Legs, m.withFar(g, legOf(m.next(g))))
	}
	return s
}

// extra is what else should be known: that others can read along, and what waits.
func (m *Model) extra() string {
	var s []string
	l := m.look.Lang
	if m.plaintext {
		s = append(s, words.BarPlaintext.In(l))
	}
	if k := m.logExtra(); k != "" {
		s = append(s, k)
	}
	if m.deaf() {
		s = append(s, words.BarPaused.In(l))
	}
	if k := m.linkExtra(); k != "" {
		s = append(s, k)
	}
	n := 0
	for _, g := range m.legs() {
		n = max(n, g.Queued)
	}
	if n += len(m.pending); n > 0 {
		s = append(s, words.BarQueued.In(l, n))
	}
	if m.box.full() {
		s = append(s, words.BarBehind.In(l))
	}
	return strings.Join(s, "  ")
}

// legs are the protocols that matter now: those with a peer or, while there is
// none, those asked for. A meeting end waits on the other one too.
func (m *Model) legs() []*transport.Leg {
	var up, asked, all []*transport.Leg
	for i := range m.numbers.last.Legs {
		g := &m.numbers.last.Legs[i]
		all = append(all, g)
		if g.Up {
			up = append(up, g)
		}
		if slices.Contains(m.o.Protos, g.Proto) {
			asked = append(asked, g)
		}
	}
	switch {
	case len(m.o.Protos) > 1 && len(asked) > 1:
		return asked
	case len(up) > 0:
		return up
	case len(asked) > 0:
		return asked
	}
	return all
}

// next is g, in the beginner's bar without the last segments seen: that one tells
// of the byte that comes next.
func (m *Model) next(g *transport.Leg) *transport.Leg {
	if !m.beginner {
		return g
	}
	bare := *g
	bare.TCP.Out, bare.TCP.In = nil, nil
	return &bare
}

// withFar is u with what became of our own datagrams, where the other end is here:
// the same counts as side by side.
func (m *Model) withFar(g *transport.Leg, u ui.Leg) ui.Leg {
	for i := range m.farLegs {
		if far := &m.farLegs[i]; g.Proto == segment.UDP && far.Proto == segment.UDP {
			t := &m.crossings.tally[1]
			u.IDs.Ours, u.IDs.Dropped = true, far.KernelDrops
			u.IDs.Lost, u.IDs.Dup, u.IDs.Late = uint64(t.lost), uint64(t.doubled), uint64(t.late)
		}
	}
	return u
}

// legOf is g, as package ui wants it.
func legOf(g *transport.Leg) ui.Leg {
	u := ui.Leg{
		Proto: name(g.Proto), Stack: g.Stack,
		Local: address(g.Local), Peer: address(g.Peer),
		Silent: max(g.Silent, 0), Kernel: ui.Kernel(g.Kernel), Again: g.Retry, Cwnd: -1, Resent: -1,
	}
	if g.Proto == segment.UDP {
		u.UDP = ui.UDPState(g.UDP)
		c := g.Counters
		u.RTT = c.RTT
		u.IDs = ui.IDs{
			Measurable: g.Wire == session.Framed,
			Sent:       c.Sent, Seen: c.Seen, Lost: c.Lost, Dup: c.Duplicate, Late: c.Late, Dropped: g.KernelDrops,
		}
		return u
	}
	tcpOf(&u, &g.TCP)
	return u
}

// tcpOf adds what a stack tells of a connection. Where segments are seen, OUT
// and IN are the last ones; else they are what the next one would carry.
func tcpOf(u *ui.Leg, s *segment.Snapshot) {
	u.State, u.Source = s.State.String(), string(s.Source)
	if s.State == segment.TimeWait {
		u.Left = s.TimeLeft.Truncate(time.Second)
	}
	if s.Has(segment.HasRTT) {
		u.RTT = s.SRTT
	}
	if s.Has(segment.HasCwnd) {
		u.Cwnd = s.Cwnd
	}
	if s.Has(segment.HasRetrans) {
		u.Resent = s.Retrans
	}
	if s.Has(segment.HasQueue) {
		u.InFlight, u.Unsent = s.InFlight, s.Unsent
	}
	if s.Has(segment.HasWnd) && s.State.Synchronized() && s.State < segment.TimeWait {
		if u.Window = s.SndWnd; s.SndWnd <= 0 {
			u.Window = -1
		}
	}
	u.Word = s.History
	out := side{base: s.ISS, next: s.SndNxt, known: s.Has(segment.HasSnd), abs: s.Has(segment.HasISS)}
	in := side{base: s.IRS, next: s.RcvNxt, known: s.Has(segment.HasRcv), abs: s.Has(segment.HasIRS)}
	u.OutSeq, u.InAck = out.number(s.SndNxt), out.number(s.SndUna)
	u.InAck.Known = u.InAck.Known && s.SndUna > 0 // else nothing was acknowledged, not even the SYN
	u.InSeq, u.OutAck = in.number(s.RcvNxt), in.number(s.RcvNxt)
	if s.Out != nil {
		u.OutFlags = s.Out.Flags.String()
		u.OutSeq, u.OutAck = out.seen(s.Out.Seq), in.acked(s.Out)
	}
	if s.In != nil {
		u.InFlags = s.In.Flags.String()
		u.InSeq, u.InAck = in.seen(s.In.Seq), out.acked(s.In)
	}
}

// A side is one direction's sequence numbers.
type side struct {
	base       uint32
	next       uint64 // the relative number that seen ones are near to
	known, abs bool
}

// number is the relative number n, computed.
func (d side) number(n uint64) ui.Number {
	return ui.Number{Known: d.known, Rel: n, Abs: d.base + uint32(n), HasAbs: d.abs, Guessed: true}
}

// seen is the absolute number n, read from a segment.
func (d side) seen(n uint32) ui.Number {
	rel := d.next + uint64(int64(int32(n-d.base-uint32(d.next))))
	return ui.Number{Known: true, Rel: rel, Abs: n, HasAbs: true}
}

// acked is what g acknowledges of d: without ACK the field means nothing.
func (d side) acked(g *segment.Segment) ui.Number {
	if g.Flags&segment.ACK == 0 {
		return ui.Number{}
	}
	return d.seen(g.Ack)
}

// address is a, or nothing if there is none.
func address(a interface {
	IsValid() bool
	String() string
}) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// both reports that lines go over two protocols.
func (m *Model) both() bool { return len(m.legs()) > 1 }

// peerName is what a peer that gave no name is called.
func (m *Model) peerName() safe.Text { return safe.String(words.Peer.In(m.look.Lang)) }

// ownName is what we call ourselves; our lines stand under "me" all the same,
// since two ends of one login have one name.
func (m *Model) ownName() string {
	if m.name != "" {
		return m.name
	}
	return words.Me.In(m.look.Lang)
}
