package talk

import (
	"bytes"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
)

// Apply is the only place where the wire changes a Talk.
func (t *Talk) Apply(ev transport.Event) {
	switch ev := ev.(type) {
	case transport.Up:
		t.clock(ev.At)
		t.legs[leg(ev.Proto)].up, t.met = true, true
		t.legs[leg(ev.Proto)].since = 0
		t.version++
	case transport.Settled:
		w := &t.legs[leg(ev.Proto)]
		w.wire, w.nick = ev.Wire, peerNick(string(ev.Nick))
		t.version++
	case transport.Renamed:
		t.tell(ev) // under the old name
		t.legs[leg(ev.Proto)].nick = peerNick(string(ev.Nick))
		t.version++
		return
	case transport.Received:
		t.receive(ev)
		return
	case transport.Delivery:
		if t.deliver(ev) {
			t.version++
			t.trim() // marks take room too
		}
		return
	case transport.Resent:
		for range max(ev.N, 1) {
			t.Resent(ev.First, ev.Last, ev.N > 0)
		}
		return
	case transport.Down:
		t.clock(ev.At)
		t.settle(ev)
		t.tell(ev)
		w := &t.legs[leg(ev.Proto)]
		w.up, w.wire, w.nick, w.since = false, session.Auto, safe.Text{}, 0
		t.pairs = pairs{}
		t.version++
		return
	case transport.HalfClosed:
		t.clock(ev.At)
	case transport.Notice:
		t.clock(ev.At)
		if !t.met && (ev.Code == transport.NoteListening || ev.Code == transport.NoteDialing) {
			return // the screen says nothing else as long as nobody has come
		}
	case transport.Closed:
		t.ended = true
		t.version++
	}
	t.tell(ev)
}

// clock keeps the time for the events that carry none.
func (t *Talk) clock(at time.Time) {
	if at.After(t.now) {
		t.now = at
	}
}

// tell makes a note of what is worth a line.
func (t *Talk) tell(ev transport.Event) {
	if text, level := t.teller.Tell(ev); text != "" && (level != Info || !t.hushed) {
		t.Note(t.now, level, text)
	}
}

// peerNick is the name to show for a peer who calls itself nick.
func peerNick(nick string) safe.Text {
	if nick == "" {
		return safe.Text{}
	}
	return safe.Nick(nick)
}

// receive appends what came. A line that also came over the other protocol
// stands there already, and only learns of its second arrival.
func (t *Talk) receive(ev transport.Received) {
	for i := range ev.Messages {
		in := &ev.Messages[i]
		t.clock(in.At)
		if t.legs[0].up && t.legs[1].up && in.Row > 0 && !in.Dup && t.pair(ev.Proto, in) {
			continue
		}
		t.hear(ev.Proto, in)
	}
}

// maxPairs is how many lines wait for their second arrival at most.
const maxPairs = 4096

// pairs finds the line that a row of the peer's stands in already.
type pairs struct {
	lines map[uint64]uint64 // row → line
	queue []uint64          // the rows in lines, the oldest at next once it is full
	next  int
}

// put remembers that row stands in line.
func (p *pairs) put(row, line uint64) {
	if p.lines == nil {
		p.lines = map[uint64]uint64{}
	}
	if len(p.queue) < maxPairs {
		p.queue = append(p.queue, row)
	} else {
		delete(p.lines, p.queue[p.next])
		p.queue[p.next] = row
		p.next = (p.next + 1) % maxPairs
	}
	p.lines[row] = line
}

// pair reports that in came before over the other protocol, the same to the
// byte, and notes its second arrival; else it makes in wait for its own.
func (t *Talk) pair(p segment.Proto, in *transport.Incoming) bool {
	line, ok := t.pairs.lines[in.Row]
	if ok && line >= t.history.first {
		l := t.Line(line)
		k := leg(p)
		if l.Fates[k].Proto == 0 && bytes.Equal(l.Text, in.Text) && l.More == in.More {
			t.history.block(line).join(line, in, l.At)
			delete(t.pairs.lines, in.Row)
			t.version++
			return true
		}
	}
	t.pairs.put(in.Row, t.history.end)
	return false
}

// join notes the second arrival of line i.
func (b *block) join(i uint64, in *transport.Incoming, at time.Time) {
	if b.twins == nil {
		b.twins = new([blockLen]twin)
	}
	tw := &b.twins[i%blockLen]
	tw.seen, tw.id, tw.octets, tw.lag = true, narrow(in.ID), narrow(uint64(max(in.Octets, 0))), pack(in.At.Sub(at))
	if in.First > 0 && in.Last >= in.First {
		tw.first, tw.span = in.First, narrow(in.Last-in.First+1)
	}
}

// unpack is tw for whoever draws it.
func (tw *twin) unpack(leg int, w session.Wire) Fate {
	f := Fate{Proto: protos[leg], Wire: w, ID: uint64(tw.id), Octets: int(tw.octets), After: tw.lag.duration()}
	if tw.span > 0 {
		f.First, f.Last = tw.first, tw.first+uint64(tw.span)-1
	}
	return f
}
