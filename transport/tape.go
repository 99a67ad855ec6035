package transport

import (
	"bytes"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A Taped transport tells by which calls this end's program handed over its
// octets and took the peer's.
type Taped interface {
	// Tape is one direction of one protocol; false if nothing is known of it. It
	// may be called from any goroutine.
	Tape(p segment.Proto, d segment.Dir) (Tape, bool)
}

// A Tape is the last of what one direction carried, and the sizes of the calls,
// as the system took or gave them.
type Tape struct {
	Wire      session.Wire
	First     uint64     // TCP: the number of the first octet, as in the sequence numbers: from 1
	Octets    []byte     // TCP
	Calls     []Call     // TCP: each write, or read, that lies in Octets or reaches into them
	Total     int        // calls so far, Calls' included
	Frames    []Framing  // TCP: where frames lie
	Datagrams []Datagram // UDP: each write, or read
	Asked     int        // bytes a read asks for; 0: as many as there are
}

// A Call is one write or read of a stream: First is in it, Next is not.
type Call struct{ First, Next uint64 }

// A Framing is what stands around or between the messages of a stream: a
// header, or a frame that is no message.
type Framing struct {
	First, Next uint64
	Name        string
}

// A Datagram is one write or read over UDP.
type Datagram struct {
	Row    uint64 // of ours: the line it carries; 0: none, or the peer's
	Size   int    // as it was sent
	Got    int    // how much of it the call took
	Octets []byte // of those the first, at most tapedDatagram
	Before int    // how many of Octets stand before the text
}

// What is kept on a tape.
const (
	tapeRoom      = 8 << 10 // octets
	tapeSlack     = 6       // so many times that are held before the older ones are dropped
	tapeCalls     = 4096
	tapeFrames    = 1024
	tapeDatagrams = 64
	tapedDatagram = 512
)

// A tape is written by a leg, with the conversation's lock held.
type tape struct {
	end       uint64 // the number of the next octet
	octets    []byte // those before it
	calls     []Call
	total     int
	boundary  uint64 // where the next frame begins; 0: what came is no frame
	frames    []Framing
	datagrams []Datagram // a ring
}

func newTape() tape { return tape{end: 1, boundary: 1} }

// call notes a write or a read of p.
func (t *tape) call(p []byte) {
	if len(p) == 0 {
		return
	}
	t.octets = append(t.octets, p...)
	t.calls = append(keepLast(t.calls, tapeCalls), Call{t.end, t.end + uint64(len(p))})
	t.end += uint64(len(p))
	t.total++
	t.walk()
	if len(t.octets) > tapeSlack*tapeRoom {
		t.octets = append(t.octets[:0], t.octets[len(t.octets)-tapeRoom:]...)
	}
}

// walk goes from frame to frame as far as their headers have come.
func (t *tape) walk() {
	const enough = 64 // octets in which all before a text stands
	for t.boundary > 0 && t.boundary < t.end {
		first := t.end - uint64(len(t.octets))
		if t.boundary < first {
			t.boundary = 0
			return
		}
		here := t.octets[t.boundary-first:]
		name, n, before, ok := session.Measure(here, false)
		switch {
		case !ok && len(here) < enough, ok && n > len(here) && len(here) < enough:
			return
		case !ok:
			t.boundary = 0
			return
		}
		if name == "TEXT" && before == n && n <= len(here) {
			name = "TEXT, no text"
		}
		t.frames = append(keepLast(t.frames, tapeFrames), Framing{t.boundary, t.boundary + uint64(before), name})
		t.boundary += uint64(n)
	}
}

// datagram notes a write or a read of p, which was size octets long. The rest of
// them was not taken.
func (t *tape) datagram(row uint64, p []byte, size int) {
	var d *Datagram
	if len(t.datagrams) < tapeDatagrams {
		t.datagrams = append(t.datagrams, Datagram{})
		d = &t.datagrams[len(t.datagrams)-1]
	} else {
		d = &t.datagrams[t.total%tapeDatagrams]
	}
	t.total++
	d.Row, d.Size, d.Got, d.Before = row, size, len(p), 0
	d.Octets = append(d.Octets[:0], p[:min(len(p), tapedDatagram)]...)
	if _, _, before, ok := session.Measure(p, true); ok {
		d.Before = min(before, len(d.Octets))
	}
}

// shots are the datagrams, oldest first.
func (t *tape) shots() []Datagram {
	n := len(t.datagrams)
	if n == 0 {
		return nil
	}
	all := make([]Datagram, n)
	for i := range all {
		all[i] = t.datagrams[(t.total-n+i)%n]
		all[i].Octets = bytes.Clone(all[i].Octets)
	}
	return all
}

// keepLast makes room for one more where there are n.
func keepLast[T any](q []T, n int) []T {
	if len(q) < n {
		return q
	}
	return append(q[:0], q[n/2:]...)
}

// read is what is on t, for another goroutine.
func (t *tape) read() Tape {
	n := min(len(t.octets), tapeRoom)
	a := Tape{
		First: t.end - uint64(n), Octets: bytes.Clone(t.octets[len(t.octets)-n:]), Total: t.total,
		Datagrams: t.shots(),
	}
	for _, c := range t.calls {
		if c.Next > a.First {
			a.Calls = append(a.Calls, c)
		}
	}
	for _, f := range t.frames {
		if f.Next > a.First {
			a.Frames = append(a.Frames, f)
		}
	}
	return a
}

// Tape implements Taped.
func (c *Conversation) Tape(p segment.Proto, d segment.Dir) (Tape, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.legs {
		switch l := l.(type) {
		case *tcp:
			if p == segment.TCP && l.machine != nil {
				return l.taped(d), true
			}
		case *udp:
			if p == segment.UDP && l.machine != nil {
				return l.taped(d), true
			}
		}
	}
	return Tape{}, false
}

func (t *tcp) taped(d segment.Dir) Tape {
	a := t.tapes[d].read()
	a.Wire, a.Asked = t.machine.Wire(), t.chunk.N
	return a
}

func (u *udp) taped(d segment.Dir) Tape {
	a := u.tapes[d].read()
	a.Wire, a.Asked = u.machine.Wire(), u.chunk.N
	return a
}

// Tape implements Taped.
func (e *PairEnd) Tape(p segment.Proto, d segment.Dir) (Tape, bool) {
	for _, c := range e.convs {
		if t, ok := c.Tape(p, d); ok {
			return t, true
		}
	}
	return Tape{}, false
}

// FarTape is Tape of B.
func (p *Pair) FarTape(proto segment.Proto, d segment.Dir) (Tape, bool) { return p.B.Tape(proto, d) }
