package lesson

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"time"

	"seqtalk/transport/segment"
)

// A flight is what became of one message of a lesson.
type flight struct {
	said, sent time.Duration // since the lesson began; sent: the stack took it
	taken      bool
	whole      time.Duration // TCP: every byte of it was with the receiver's stack
	isWhole    bool
	back       bool          // UDP: ICMP says that it did not arrive
	came       time.Duration // first, to the receiver's program
	arrivals   int
	size       int
	row        uint64 // of all its program has said
	first      uint64 // TCP: its bytes in the stream, from 1; 0: it never got there
	last       uint64
	text       []byte
}

// A passage is what one program says over one protocol.
type passage struct {
	flights   []*flight
	late      int
	duplicate int
	highest   int
	bytes     int                         // that reached the receiver's program, each datagram once
	refused   int                         // that the socket did not take
	spoilt    bool                        // something arrived that was not said so
	byText    map[[sha256.Size]byte][]int // UDP: which messages have this text, not arrived yet first

	tell func(f *flight, dup, late bool) // is told of each arrival; nil: nobody is
}

func newPassage() *passage { return &passage{byText: map[[sha256.Size]byte][]int{}} }

// say notes that a message is said and returns its number, from 1.
func (p *passage) say(now time.Duration, row uint64, text []byte) (id int, f *flight) {
	f = &flight{said: now, size: len(text), row: row, text: text}
	p.flights = append(p.flights, f)
	return len(p.flights), f
}

// arrived notes that message id is with the receiver's program.
func (p *passage) arrived(id int, now time.Duration) {
	f := p.flights[id-1]
	if p.tell != nil {
		defer func() { p.tell(f, f.arrivals > 1, f.arrivals == 1 && id < p.highest) }()
	}
	if f.arrivals++; f.arrivals > 1 {
		p.duplicate++
		return
	}
	f.came = now
	p.bytes += f.size
	if id < p.highest {
		p.late++
	}
	p.highest = max(p.highest, id)
}

// datagram takes a whole datagram as it came.
func (p *passage) datagram(text []byte, now time.Duration) {
	key := sha256.Sum256(text)
	ids := p.byText[key]
	if len(ids) == 0 {
		p.spoilt = true
		return
	}
	id := ids[0]
	for _, i := range ids {
		if p.flights[i-1].arrivals == 0 {
			id = i
			break
		}
	}
	p.arrived(id, now)
}

// returned is the oldest datagram on its way that began with payload, which came
// back; nil: there is none. It is on its way no more.
func (p *passage) returned(payload []byte) *flight {
	for _, f := range p.flights {
		if f.taken && f.arrivals == 0 && !f.back && bytes.HasPrefix(f.text, payload) {
			f.back = true
			return f
		}
	}
	return nil
}

// delivered is how many messages arrived.
func (p *passage) delivered() (n int) {
	for _, f := range p.flights {
		if f.arrivals > 0 {
			n++
		}
	}
	return n
}

// sent is how many messages the stack took.
func (p *passage) sent() (n int) {
	for _, f := range p.flights {
		if f.taken {
			n++
		}
	}
	return n
}

// A half is one direction of a TCP connection.
type half struct {
	passage       *passage
	flights       []*flight
	ids           []int
	ends          []uint64 // of each, how many bytes of the stream are before its end
	written, read uint64   // bytes
	next, acked   int      // of flights, the first that is not with the receiver's program, and the first not acknowledged
	out, in       hash.Hash
	there         stream // what the receiver's stack has
	wholes        int    // of flights, the first not known to be whole there
}

func newHalf(p *passage) *half {
	return &half{passage: p, out: sha256.New(), in: sha256.New()}
}

// add notes a message that is to be written.
func (h *half) add(id int, f *flight) {
	end := uint64(f.size)
	if n := len(h.ends); n > 0 {
		end += h.ends[n-1]
	}
	f.first, f.last = end-uint64(f.size)+1, end
	h.flights, h.ids, h.ends = append(h.flights, f), append(h.ids, id), append(h.ends, end)
}

// took notes bytes that the sender's stack took, and returns the messages that
// are complete with them.
func (h *half) took(b []byte, now time.Duration) (whole []handed) {
	h.out.Write(b)
	before := h.written
	h.written += uint64(len(b))
	for i, end := range h.ends {
		if f := h.flights[i]; end > before && end <= h.written {
			f.taken, f.sent = true, now
			whole = append(whole, handed{segment.TCP, f.row, f.first, f.last, f.size})
		}
	}
	return whole
}

// confirm takes how far the other stack has acknowledged, the SYN counted, and
// returns the messages it has all of.
func (h *half) confirm(una uint64, now time.Duration) (all []acked) {
	for h.acked < len(h.ends) && h.flights[h.acked].taken && h.ends[h.acked] < una {
		f := h.flights[h.acked]
		all = append(all, acked{f.row, now - f.sent})
		h.acked++
	}
	return all
}

// came notes bytes that the receiver's program read.
func (h *half) came(b []byte, now time.Duration) {
	h.in.Write(b)
	h.read += uint64(len(b))
	for h.next < len(h.ends) && h.ends[h.next] <= h.read {
		h.passage.arrived(h.ids[h.next], now)
		h.next++
	}
}

// landed takes a segment that reached the receiver's stack.
func (h *half) landed(s *segment.Segment, now time.Duration) {
	h.there.add(span{s.RelSeq, s.RelSeq + uint64(s.Len)})
	for i := h.wholes; i < len(h.flights); i++ {
		f := h.flights[i]
		begin := h.ends[i] - uint64(f.size)
		switch {
		case f.isWhole:
		case h.there.holds(span{begin + 1, h.ends[i] + 1}):
			f.isWhole, f.whole = true, now
		case begin+1 > s.RelSeq+uint64(s.Len):
			return
		}
		if f.isWhole && i == h.wholes {
			h.wholes++
		}
	}
}

// intact reports that what was read is what was written, to the last byte.
func (h *half) intact() bool {
	return h.written == h.read && string(h.out.Sum(nil)) == string(h.in.Sum(nil))
}

// A tcpWire is one TCP connection of a lesson.
type tcpWire struct {
	fromDialer   *half
	fromListener *half
}
