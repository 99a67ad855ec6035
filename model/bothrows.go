package model

import (
	"time"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// pairs are a conversation's lines over both protocols, as package ui wants
// them.
type pairs struct {
	m       *Model
	missing *crossing // the line that TCP waits for; nil: none
}

// newPairs looks what is missing, once for all lines.
func newPairs(m *Model) pairs {
	missing, _ := m.crossings.missing()
	return pairs{m, missing}
}

// First implements ui.Pairs.
func (p pairs) First() uint64 { return p.m.talk.First() }

// End implements ui.Pairs.
func (p pairs) End() uint64 { return p.m.talk.End() }

// Pair implements ui.Pairs.
func (p pairs) Pair(i uint64) ui.Pair {
	in := p.m.talk.Line(i)
	u := ui.Pair{Text: in.Text, In: in.Kind == talk.Theirs}
	switch in.Kind {
	case talk.Note:
		return u
	case talk.Theirs:
		u.N = in.ID
		for k, g := range []*ui.Passage{&u.TCP, &u.UDP} {
			if f := in.Fates[k]; f.Proto != 0 {
				g.Proto, g.Copies = name(f.Proto), 1
			}
		}
		return u
	}
	u.N = in.Row
	l := lines{p.m}
	for k, g := range []*ui.Passage{&u.TCP, &u.UDP} {
		if f := in.Fates[k]; f.Proto != 0 {
			g.Fate = l.fate(f)
			g.OnWay = f.Mark == transport.Sent
		}
	}
	if x := p.m.crossings.row(in.Row); x != nil && p.m.twoEnds() {
		p.arrivals(&u, x)
	}
	return u
}

// arrivals adds to u what is known where both ends are here: what the other
// one's program has, since when, and what never came.
func (p pairs) arrivals(u *ui.Pair, x *crossing) {
	for k, g := range []*ui.Passage{&u.TCP, &u.UDP} {
		w := &x.ways[k]
		if x.off[k] {
			continue
		}
		if g.Proto == "" {
			g.Proto = [...]string{"TCP", "UDP"}[k]
		}
		g.OnWay = w.packets > w.lost && w.copies == 0 && g.Mark != ui.Failed
		g.Here, g.Rule = true, w.rule
		over := k == 1 || w.conn < p.m.crossings.conn
		g.Lost, g.Died = w.gone() && over, w.gone() && !over
		g.Copies, g.Behind = w.copies, w.behind
		if !w.came.IsZero() {
			g.Mark, g.After, g.AtMost = ui.Delivered, w.came.Sub(x.said), false
		}
		if k == 1 {
			continue
		}
		g.Resent = w.again
		if d := w.waited(); d >= heldBack {
			g.Waited = d
		}
		if w.came.IsZero() && !w.there.IsZero() && p.missing != nil && p.missing.row < x.row {
			g.Waits = p.missing.row
		}
	}
}

// heldBack is the least wait for an earlier message that is shown as one.
const heldBack = time.Millisecond

// buffer is TCP's receive buffer at the other end.
func (m *Model) buffer() ui.Buffer {
	missing, held := m.crossings.missing()
	switch {
	case !m.twoEnds():
		return ui.Buffer{}
	case missing == nil && len(m.farLegs) > 0 && m.farLegs[0].Paused:
		return ui.Buffer{Unread: m.crossings.unread()}
	case missing == nil:
		return m.behindFrame()
	}
	w := &missing.ways[0]
	if held == 0 && w.lost == 0 {
		return ui.Buffer{} // on its way, and nothing waits for it
	}
	s := ui.Buffer{Waits: missing.row}
	for row := missing.row; row <= held; row++ {
		if x := m.crossings.row(row); x != nil {
			s.Slots = append(s.Slots, ui.Slot{N: row, Here: !x.ways[0].there.IsZero(), Bytes: x.ways[0].octets})
		}
	}
	switch again := w.packets > 1; {
	case w.packets > w.lost && w.fast:
		s.Fast = true
	case w.packets > w.lost && again:
		s.OnWay = true
	default:
		s.Again = m.untilAgain()
	}
	return s
}

// handing is how long a stack may take to hand over what came in order.
const handing = 50 * time.Millisecond

// behindFrame is TCP's buffer where no message is missing: empty, unless what has
// come waits for bytes that are none, such as a greeting's.
func (m *Model) behindFrame() (s ui.Buffer) {
	c := &m.crossings
	x := c.row(c.open)
	if x == nil || x.ways[0].there.IsZero() || m.stackNow().Sub(x.ways[0].there) < handing {
		return s
	}
	s.Frame, s.Again = true, m.untilAgain()
	for row := c.open; row < c.end; row++ {
		if x := c.row(row); x != nil && !x.ways[0].there.IsZero() {
			s.Slots = append(s.Slots, ui.Slot{N: row, Here: true, Bytes: x.ways[0].octets})
		}
	}
	return s
}

// untilAgain is how long it is until TCP's retransmission timer runs out; 0:
// not known.
func (m *Model) untilAgain() time.Duration {
	g := m.tcpLeg()
	if g == nil || !g.TCP.Has(segment.HasRTT) {
		return 0
	}
	since, ok := m.sight.waiting(g.Local, g.Peer)
	if !ok {
		return 0
	}
	return max(since.Add(g.TCP.RTO).Sub(m.stackNow()), 0).Round(10 * time.Millisecond)
}

// tcpLeg is TCP's part of the conversation, nil if there is none.
func (m *Model) tcpLeg() *transport.Leg {
	for i := range m.numbers.last.Legs {
		if g := &m.numbers.last.Legs[i]; g.Proto == segment.TCP {
			return g
		}
	}
	return nil
}

// balance sets the two protocols against each other.
func (m *Model) balance() ui.Balance {
	var b ui.Balance
	for k, proto := range [...]string{"TCP", "UDP"} {
		if m.twoEnds() {
			b.Tallies = append(b.Tallies, m.tallyHere(k, proto))
		} else {
			b.Tallies = append(b.Tallies, m.tallyAfar(k, proto))
		}
	}
	return b
}

// tallyHere is what protocol k did so far, where both ends are here.
func (m *Model) tallyHere(k int, proto string) ui.Tally {
	t := &m.crossings.tally[k]
	u := ui.Tally{
		Proto: proto, Sent: int(max(m.crossings.end, 1)-1) - m.crossings.spared[k], Delivered: t.delivered, Lost: t.lost,
		Dup: t.doubled, Late: t.late, Resent: t.again,
		P50: t.latency.median(), Max: t.latency.longest,
		Wire: t.wire, Text: int64(t.text), Recent: m.recent(k),
	}
	if k == 0 && !t.up.IsZero() && !t.began.IsZero() {
		u.Handshake = t.up.Sub(t.began)
	}
	return u
}

// recent are the latencies of the last lines over protocol k, in seconds.
func (m *Model) recent(k int) []float64 {
	const most = 60
	c := &m.crossings
	from := uint64(1)
	if c.end > most {
		from = c.end - most
	}
	var d []float64
	for row := from; row < c.end; row++ {
		x := c.row(row)
		if x == nil || x.ways[k].came.IsZero() {
			d = append(d, -1)
			continue
		}
		d = append(d, x.ways[k].came.Sub(x.said).Seconds())
	}
	return d
}

// tallyAfar is what is known of protocol k at this end alone: what was
// confirmed, and how long that took; in a lab, what its link lost too. Elsewhere
// nobody can count that.
func (m *Model) tallyAfar(k int, proto string) ui.Tally {
	t := &m.crossings.tally[k]
	u := ui.Tally{
		Proto: proto, Lost: -1, Dup: -1, Late: -1, Resent: -1,
		P50: t.receipt.median(), Max: t.receipt.longest, Wire: t.wire,
	}
	if k == 0 {
		u.Handshake = -1
		if up := t.up; !up.IsZero() && m.sight.end > 0 && !t.began.IsZero() {
			u.Handshake = up.Sub(t.began)
		}
	}
	for i := range m.numbers.last.Legs {
		g := &m.numbers.last.Legs[i]
		if wayOf(g.Proto) != k {
			continue
		}
		u.Sent, u.Delivered = int(g.Counters.Sent), int(g.Counters.Confirmed)
		if g.Stack == "lab" {
			u.Lost = t.lost
		}
		if g.Proto == segment.TCP && g.TCP.Has(segment.HasRetrans) {
			u.Resent = g.TCP.Retrans
		}
	}
	return u
}

// paired reports that the two fates of each line are shown side by side.
func (m *Model) paired() bool {
	chat := m.pane == panePlain || m.pane == paneChat
	return m.twoEnds() && m.course == nil && chat || m.pane == panePlain && m.met && m.both()
}

// sidePane is the conversation side by side in w×h cells.
func (m *Model) sidePane(w, h int) ui.SideBySide {
	if m.link.on {
		h-- // the link's row
	}
	d := ui.SideBySide{
		Pairs: newPairs(m), W: w, H: h, Selected: ui.None, Balance: m.balance(), Latencies: m.latencies(),
		Buffer: m.buffer(), EndKey: words.EndKey.In(m.look.Lang),
	}
	switch {
	case m.looking != nil && m.looking.atLines():
		d.Selected = m.looking.line
	case m.search != nil:
		d.Selected = m.search.hit
	}
	return d
}

// sideBySide draws it, and above it what the link is set to.
func (m *Model) sideBySide(r ui.Rect) []string {
	if !m.link.on {
		return m.sidePane(r.W, r.H).Draw(m.look, m.view)
	}
	return append([]string{m.linkRow().Draw(m.look, r.W)}, m.sidePane(r.W, r.H).Draw(m.look, m.view)...)
}
