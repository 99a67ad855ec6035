package transport

import (
	"net/netip"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// An utterance is something an end said: a message whose first byte a packet
// bears, or what else its frames say.
type utterance struct{ session.Event }

// idleText is how long the rest of a line, or of a write, is waited for.
const idleText = 200 * time.Millisecond

// scouts read what each end sends ahead of what is played, so that the text of a
// message is known when its first packet leaves.
type scouts struct {
	all     map[scoutKey]*scout
	holding map[*scout]bool // that hold something
}

func newScouts() scouts { return scouts{map[scoutKey]*scout{}, map[*scout]bool{}} }

// A scoutKey names a conversation as one end sees it.
type scoutKey struct {
	proto         segment.Proto
	side          int
	local, remote netip.AddrPort
}

// maxScouts is how many conversations are followed at once.
const maxScouts = 256

// A scout hears what one end says in one conversation.
type scout struct {
	ear     *session.Ear
	order   restream
	isn     uint32
	known   bool      // isn is that of the SYN, or of the first octet that was seen
	held    []byte    // of a write that goes on in the next segment
	since   time.Time // of the last of held, or of what the ear holds
	sources []source
	now     *sighting
	settled bool // how the other end writes text is known
}

// A source is a packet and which octets of the stream it bore.
type source struct {
	first, next uint64
	v           *sighting
}

// see takes the next packet.
func (k scouts) see(v *sighting) {
	s := &v.s
	key := scoutKey{s.Proto, v.side, s.Src, s.Dst}
	if s.Dir == segment.In {
		key.local, key.remote = s.Dst, s.Src
	}
	if s.Proto != segment.TCP && s.Proto != segment.UDP || s.Src.Port() == 0 || v.bent {
		return
	}
	k.flush(v.at)
	c := k.all[key]
	again := c != nil && s.Proto == segment.TCP && s.Dir == segment.Out && s.Flags&segment.SYN != 0 && (!c.known || c.isn != s.Seq)
	if c == nil || again {
		if len(k.all) >= maxScouts {
			k.end()
			clear(k.all)
		}
		c = &scout{ear: session.NewEar(s.Proto == segment.UDP)}
		k.all[key] = c
	}
	c.see(v)
	if !c.since.IsZero() {
		k.holding[c] = true
	}
}

// flush gives out what was held too long.
func (k scouts) flush(now time.Time) {
	for c := range k.holding {
		if c.since.IsZero() {
			delete(k.holding, c)
		} else if now.Sub(c.since) >= idleText {
			c.flush()
			delete(k.holding, c)
		}
	}
}

// end gives out what is held.
func (k scouts) end() {
	for c := range k.holding {
		c.flush()
	}
	clear(k.holding)
}

// see takes the next packet of this conversation.
func (c *scout) see(v *sighting) {
	s := &v.s
	if s.Dir == segment.In {
		c.answered(v)
		return
	}
	c.now = v
	if s.Proto == segment.UDP {
		if v.cut() {
			return
		}
		c.ear.Input(v.payload)
		c.drain()
		return
	}
	c.segment(v)
}

// answered takes a packet of the other end: how its first text ends decides how
// both write it; what it acknowledges was sent, even if the file lacks it.
func (c *scout) answered(v *sighting) {
	s := &v.s
	if p := v.payload; len(p) > 0 && !c.settled {
		c.settled = true
		switch {
		case session.Ours(p):
		case p[len(p)-1] == '\n':
			c.ear.SetWire(session.Line)
		default:
			c.ear.SetWire(session.Raw)
		}
	}
	if s.Proto != segment.TCP || s.Flags&(segment.ACK|segment.RST) != segment.ACK {
		return
	}
	if !c.known {
		c.begin(s.Ack-1, s.Flags&segment.SYN == 0)
	}
	c.order.skip(c.position(s.Ack), c)
	c.drain()
}

// begin notes that the stream's first octet has the number isn+1; midway says
// that there were others before it.
func (c *scout) begin(isn uint32, midway bool) {
	c.known, c.isn, c.order.next = true, isn, 1
	if midway {
		c.ear.Gap(0)
	}
}

// position is that of number n, near to what comes next.
func (c *scout) position(n uint32) uint64 {
	next := max(c.order.next, 1)
	return uint64(max(int64(next)+int64(int32(n-(c.isn+uint32(next)))), 0))
}

// segment takes a TCP segment that this end sent.
func (c *scout) segment(v *sighting) {
	s := &v.s
	if s.Flags&segment.RST != 0 {
		c.flush()
		return
	}
	first := s.Seq
	if s.Flags&segment.SYN != 0 {
		if !c.known {
			c.begin(s.Seq, false)
		}
		first++
	} else if !c.known {
		c.begin(s.Seq-1, true)
	}
	at := c.position(first)
	if s.Len > 0 && at >= c.order.next {
		c.sources = append(c.sources, source{at, at + uint64(s.Len), v})
	}
	push := s.Flags&(segment.PSH|segment.FIN) != 0
	c.order.put(at, v.payload, s.Len, c)
	if push {
		c.write()
	}
	if s.Flags&segment.FIN != 0 {
		c.order.finish(at+uint64(s.Len), c)
		c.flush()
	}
	if len(c.held) == 0 && !c.ear.Holds() {
		c.since = time.Time{}
	}
	c.drain()
}

// octets implements orderly: a write ends with a pushed segment.
func (c *scout) octets(p []byte) {
	c.held = append(c.held, p...)
	c.since = c.now.at
	if len(c.held) > 64<<10 {
		c.write()
	}
}

// hole implements orderly.
func (c *scout) hole(n int) {
	c.write()
	c.ear.Gap(n)
}

// write gives the ear a whole write.
func (c *scout) write() {
	if len(c.held) > 0 {
		c.ear.Input(c.held)
		c.held = nil
	}
}

// flush gives out what is held.
func (c *scout) flush() {
	c.write()
	c.ear.Flush()
	c.since = time.Time{}
	c.drain()
}

// drain puts what was understood to the packets that bore it.
func (c *scout) drain() {
	for {
		ev, ok := c.ear.NextEvent()
		if !ok {
			break
		}
		at := c.now
		if r, ok := ev.(session.Received); ok && r.First > 0 {
			at = c.bearer(r.First)
		}
		if at != nil {
			at.utters = append(at.utters, utterance{ev})
		}
	}
	n := 0
	for _, s := range c.sources {
		if s.v.released {
			continue
		}
		c.sources[n] = s
		n++
	}
	clear(c.sources[n:])
	c.sources = c.sources[:n]
}

// bearer is the first packet that bore an octet of the stream or, if that one is
// played already, the newest.
func (c *scout) bearer(octet uint64) *sighting {
	for _, s := range c.sources {
		if s.first <= octet && octet < s.next && !s.v.released {
			return s.v
		}
	}
	return c.now
}
