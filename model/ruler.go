package model

import (
	"bytes"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// taped is one direction of one protocol at t, empty where that is not known.
func taped(t transport.Transport, p segment.Proto, d segment.Dir) transport.Tape {
	if t, ok := t.(transport.Taped); ok {
		tape, _ := t.Tape(p, d)
		return tape
	}
	return transport.Tape{}
}

// A farTaped pair tells of the calls of the other end too.
type farTaped interface {
	FarTape(p segment.Proto, d segment.Dir) (transport.Tape, bool)
}

// rulers are the byte rulers in r: where both ends are here one, with the calls
// of either; else one for what goes out and one for what comes in.
func (m *Model) rulers(w, h int) []ui.Ruler {
	if far, ok := m.o.Pair.(farTaped); ok {
		return []ui.Ruler{m.rulerBetween(far, w, h)}
	}
	out := m.rulerOf(taped(m.tr, segment.TCP, segment.Out), taped(m.tr, segment.UDP, segment.Out))
	in := m.rulerOf(taped(m.tr, segment.TCP, segment.In), taped(m.tr, segment.UDP, segment.In))
	out.W, out.H, out.Title, out.NoRecvs = w, h/2, words.RulerOut.In(m.look.Lang, m.peerTitle()), true
	in.W, in.H, in.Title, in.NoSends = w, h-h/2, words.RulerIn.In(m.look.Lang, m.peerTitle()), true
	in.Recvs, in.Sends = in.Sends, nil
	return []ui.Ruler{out, in}
}

// rulerBetween is the ruler of what A writes and B reads.
func (m *Model) rulerBetween(far farTaped, w, h int) ui.Ruler {
	tcp, udp := taped(m.tr, segment.TCP, segment.Out), taped(m.tr, segment.UDP, segment.Out)
	read, _ := far.FarTape(segment.TCP, segment.In)
	got, _ := far.FarTape(segment.UDP, segment.In)
	d := m.rulerOf(tcp, udp)
	d.W, d.H, d.Title = w, h, words.RulerAB.In(m.look.Lang)
	d.Recvs, d.Buffer = callsOf(read), max(read.Asked, got.Asked)
	d.Datagrams = m.crossed(udp.Datagrams, got.Datagrams)
	return d
}

// rulerOf shows a stream and the datagrams beside it; its calls are taken for
// those that wrote it.
func (m *Model) rulerOf(tcp, udp transport.Tape) ui.Ruler {
	d := ui.Ruler{Stream: tcp.Octets, First: tcp.First, Sends: callsOf(tcp), Buffer: max(tcp.Asked, udp.Asked)}
	for _, f := range tcp.Frames {
		d.Frames = append(d.Frames, ui.Frame(f))
	}
	wire := tcp.Wire
	if tcp.Octets == nil {
		wire = udp.Wire
	}
	switch wire {
	case session.Framed:
		d.Wire = ui.FramedWire
	case session.Line:
		d.Wire = ui.LineWire
	}
	for _, g := range udp.Datagrams {
		d.Datagrams = append(d.Datagrams, datagram(g))
	}
	return d
}

func callsOf(t transport.Tape) []ui.Call {
	var calls []ui.Call
	for _, c := range t.Calls {
		calls = append(calls, ui.Call(c))
	}
	return calls
}

// datagram is g as the call that read or wrote it had it.
func datagram(g transport.Datagram) ui.Datagram {
	return ui.Datagram{Text: g.Octets[min(g.Before, len(g.Octets)):], Size: g.Size, Torn: g.Got < g.Size, Gone: g.Size - g.Got}
}

// crossed are the datagrams that A wrote, each as B read it: the same octets, as
// far as they were taken.
func (m *Model) crossed(wrote, read []transport.Datagram) []ui.Datagram {
	var all []ui.Datagram
	used := make([]bool, len(read))
	for _, g := range wrote {
		d := ui.Datagram{Text: g.Octets[g.Before:], Size: g.Size}
		found := false
		for i := range read {
			if r := &read[i]; !used[i] && r.Size == g.Size && bytes.HasPrefix(g.Octets, r.Octets) {
				used[i], found = true, true
				r.Before = min(g.Before, len(r.Octets))
				d = datagram(*r)
				break
			}
		}
		if x := m.crossings.row(g.Row); !found {
			if x == nil || !x.ways[1].gone() {
				continue // on its way, or not read yet
			}
			d.Lost = true
		}
		all = append(all, d)
	}
	return all
}

// rulerPane draws the byte rulers.
func (m *Model) rulerPane(r ui.Rect) []string {
	if m.o.Replay {
		return ui.Quiet(m.look, words.ReplayNoCalls.In(m.look.Lang), r.W, r.H)
	}
	var rows []string
	for _, d := range m.rulers(r.W, r.H) {
		rows = append(rows, d.Draw(m.look)...)
	}
	return rows
}
