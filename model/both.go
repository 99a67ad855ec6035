package model

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
)

// bothRoom is how many of our lines are followed; older ones are forgotten.
const bothRoom = 4096

// A crossing is what became of one line of ours, over TCP and over UDP: what
// was seen of its packets and, where the other end is in this process, when its
// program had it.
type crossing struct {
	row  uint64
	text []byte
	said time.Time // by the clock of the stack
	ways [2]way    // TCP, UDP
	off  [2]bool   // it does not go over this one
}

// A way is one protocol's part of a crossing.
type way struct {
	id          uint64 // the protocol's number for it
	first, last uint64 // its bytes in the stream; 0: not known, or UDP
	conn        int    // of how many TCP connections it was that one's stream
	octets      int    // on the wire, frame included

	packets int       // that bore bytes of it
	lost    int       // of these, how many died or were spoilt
	rule    string    // what the link did to the first of them that did not just arrive
	again   int       // TCP: how often bytes of it were sent again
	fast    bool      // TCP: the last of them was sent because of duplicate ACKs
	parts   []part    // TCP: what of it arrived
	there   time.Time // the other end's stack has all of it
	came    time.Time // and its program
	copies  int       // arrivals at the program
	behind  uint64    // it came after this one, which was said later; 0: in order
}

// A part is bytes of the stream that have arrived.
type part struct{ first, next uint64 }

// wayOf is the place of p in a crossing.
func wayOf(p segment.Proto) int {
	if p == segment.UDP {
		return 1
	}
	return 0
}

// crossings are the lines of ours that are followed, by row, which are given
// out from 1 without a gap.
type crossings struct {
	ring    [bothRoom]*crossing
	end     uint64    // the next row; 0: none was said
	open    uint64    // TCP: every row before it has come
	highest [2]uint64 // the last row that came
	tally   [2]tally
	conn    int    // TCP connections that are over
	version uint64 // grows when more of a line becomes known
	spared  [2]int // rows that do not go over it
}

// say begins to follow row.
func (c *crossings) say(row uint64, text []byte, at time.Time) {
	c.ring[row%bothRoom] = &crossing{row: row, text: text, said: at}
	c.end = row + 1
}

// row is the crossing of row, nil if it is not followed.
func (c *crossings) row(row uint64) *crossing {
	if x := c.ring[row%bothRoom]; x != nil && x.row == row {
		return x
	}
	return nil
}

// deliver takes what the transport says of our lines.
func (c *crossings) deliver(ev transport.Delivery) {
	c.version++
	for i := range ev.Fates {
		f := &ev.Fates[i]
		x := c.row(f.Row)
		if x == nil {
			continue
		}
		w, t := &x.ways[wayOf(ev.Proto)], &c.tally[wayOf(ev.Proto)]
		if ev.Mark == transport.Delivered {
			t.receipts++
			t.receipt.add(f.After)
		}
		if f.ID > 0 {
			w.id = f.ID
		}
		if f.First > 0 {
			w.first, w.last, w.conn = f.First, f.Last, c.conn
		}
		if f.Octets > 0 {
			w.octets = f.Octets
		}
	}
}

// see takes a segment that left, arrived or died, and its packet.
func (c *crossings) see(g *segment.Segment, p *packet) {
	c.tally[wayOf(g.Proto)].see(g, p)
	if g.Dir != segment.Out {
		return
	}
	for _, row := range p.Messages {
		if x := c.row(row); x != nil {
			k := wayOf(g.Proto)
			x.ways[k].see(g, p)
			if k == 1 && g.Stage != segment.Sent && x.ways[k].gone() {
				c.tally[k].lost++
			}
		}
	}
}

// gone reports that every packet that bore it died: over UDP that is the end of it.
func (w *way) gone() bool { return w.packets > 0 && w.lost == w.packets && w.copies == 0 }

// see is crossings.see for one line.
func (w *way) see(g *segment.Segment, p *packet) {
	switch g.Stage {
	case segment.Sent:
		w.packets++
		if p.again != 0 {
			w.again++
		}
		w.fast = p.Notes.Has(segment.FastRetransmission)
		if w.rule == "" {
			w.rule = g.Rule
		}
	case segment.Died:
		w.lost++
	case segment.Arrived:
		switch {
		case p.Notes.Has(segment.BadChecksum):
			w.lost++
		case w.there.IsZero() && w.complete(g):
			w.there = g.At
		}
	}
}

// complete adds what g brings and reports whether all of it has arrived.
func (w *way) complete(g *segment.Segment) bool {
	if g.Proto != segment.TCP {
		return true
	}
	w.parts = append(w.parts, part{g.RelSeq, g.RelSeq + uint64(g.Len)})
	slices.SortFunc(w.parts, func(a, b part) int { return cmp.Compare(a.first, b.first) })
	next := w.first
	for _, p := range w.parts {
		if p.first <= next {
			next = max(next, p.next)
		}
	}
	return w.first > 0 && next > w.last
}

// came takes what reached the other end's program.
func (c *crossings) came(ev transport.Received) {
	for i := range ev.Messages {
		in := &ev.Messages[i]
		if in.Row == 0 {
			c.cameUnnumbered(ev.Proto, in)
			continue
		}
		c.cameTo(c.row(in.Row), wayOf(ev.Proto), in.At)
	}
}

// cameUnnumbered takes a read of raw or line, where no row stands in what comes:
// over TCP it brought every line that ends in it, over UDP the oldest one not
// there yet that reads the same.
func (c *crossings) cameUnnumbered(p segment.Proto, in *transport.Incoming) {
	oldest := uint64(1)
	if c.end > bothRoom {
		oldest = c.end - bothRoom
	}
	if p == segment.TCP {
		for row := max(c.open, oldest); row < c.end; row++ {
			x := c.row(row)
			if x == nil || x.ways[0].conn != c.conn {
				continue
			}
			if w := &x.ways[0]; w.last == 0 || w.last > in.Last {
				return
			} else if w.came.IsZero() {
				c.cameTo(x, 0, in.At)
			}
		}
		return
	}
	var again *crossing
	for row := oldest; row < c.end; row++ {
		x := c.row(row)
		if x == nil || !bytes.HasPrefix(x.text, bytes.TrimSuffix(in.Text, []byte("\n"))) {
			continue
		}
		if x.ways[1].copies == 0 && !x.ways[1].gone() {
			c.cameTo(x, 1, in.At)
			return
		}
		if x.ways[1].copies > 0 {
			again = x
		}
	}
	c.cameTo(again, 1, in.At)
}

// cameTo notes that x, unless it is nil, reached the other end's program.
func (c *crossings) cameTo(x *crossing, k int, at time.Time) {
	if x == nil {
		return
	}
	w, t := &x.ways[k], &c.tally[k]
	if w.copies++; w.copies > 1 {
		t.doubled++
		return
	}
	w.came = at
	if w.there.IsZero() && k == 0 {
		w.there = at
	}
	if c.highest[k] > x.row {
		w.behind = c.highest[k]
		t.late++
	}
	c.highest[k] = max(c.highest[k], x.row)
	t.deliver(x, w)
}

// missing is the oldest line that TCP has not handed over and, if lines behind
// it have arrived that wait for it, the newest of them; nil: nothing is missing.
func (c *crossings) missing() (first *crossing, held uint64) {
	oldest := uint64(1)
	if c.end > bothRoom {
		oldest = c.end - bothRoom
	}
	c.open = max(c.open, oldest)
	for ; c.open < c.end; c.open++ {
		if x := c.row(c.open); x != nil && x.ways[0].came.IsZero() {
			break
		}
	}
	first = c.row(c.open)
	if first == nil || !first.ways[0].there.IsZero() {
		return nil, 0
	}
	for row := c.open + 1; row < c.end; row++ {
		if x := c.row(row); x != nil && !x.ways[0].there.IsZero() {
			held = row
		}
	}
	return first, held
}

// unread is how many bytes TCP has in order that the other end's program has
// not taken.
func (c *crossings) unread() (bytes int) {
	for row := c.open; row < c.end; row++ {
		x := c.row(row)
		if x == nil || x.ways[0].there.IsZero() {
			break
		}
		bytes += x.ways[0].octets
	}
	return bytes
}

// waited is how long TCP held back what was there already, since earlier bytes
// were missing.
func (w *way) waited() time.Duration {
	if w.came.IsZero() || w.there.IsZero() {
		return 0
	}
	return w.came.Sub(w.there)
}

// A tally is what one protocol did so far, and what it cost.
type tally struct {
	began, up time.Time // of the conversation: set out, could send

	delivered, doubled, late, lost int

	latency  took // until the other end's program had it
	text     int  // bytes delivered, each once
	receipt  took // until its receipt was here
	receipts int

	packets, again int       // heartbeats left out
	wire           int64     // bytes, headers included, heartbeats left out
	owed, told     [2]uint64 // by Dir, of TCP: what is to be acknowledged, heartbeats left out; the highest ack
}

// A took is how long things took.
type took struct {
	histogram ui.Histogram
	last      [latencies]time.Duration // the newest ones, a ring
	n         int
	longest   time.Duration
}

// latencies is how many of the last latencies are kept.
const latencies = 255

func (t *tally) deliver(x *crossing, w *way) {
	t.latency.add(w.came.Sub(x.said))
	t.delivered++
	t.text += len(x.text)
}

func (k *took) add(d time.Duration) {
	k.histogram.Add(d)
	k.last[k.n%latencies] = d
	k.n++
	k.longest = max(k.longest, d)
}

// median is the middle of the last ones; 0: there is none.
func (k *took) median() time.Duration {
	n := min(k.n, latencies)
	if n == 0 {
		return 0
	}
	d := slices.Clone(k.last[:n])
	slices.Sort(d)
	return d[(n-1)/2]
}

// heartbeat reports that p only keeps a silent conversation alive: PING, PONG,
// or an ACK that says nothing of anything else. The longer nobody speaks, the
// more there are of these: they are no cost of what was said.
func (t *tally) heartbeat(p *packet) bool {
	tcp := p.Proto == segment.TCP
	if tcp {
		defer func() { t.told[p.Dir] = max(t.told[p.Dir], p.RelAck) }()
	}
	if tcp && p.Len == 0 && p.Flags == segment.ACK {
		return t.told[p.Dir] >= t.owed[1-p.Dir]
	}
	names := session.Labels(p.Payload(), !tcp)
	beat := len(names) > 0
	for _, name := range names {
		beat = beat && (name == "PING" || name == "PONG")
	}
	if tcp && !beat {
		t.owed[p.Dir] = max(t.owed[p.Dir], p.RelSeq+uint64(p.Span()))
	}
	return beat
}

func (t *tally) see(g *segment.Segment, p *packet) {
	if g.Stage != segment.Sent && g.Stage != segment.Unstaged {
		return
	}
	if t.began.IsZero() {
		t.began = g.At
	}
	if t.heartbeat(p) {
		return
	}
	t.packets++
	t.wire += int64(g.Size)
	if p.again != 0 {
		t.again++
	}
}
