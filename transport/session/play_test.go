package session

import (
	"fmt"
	"testing"
	"time"
)

// A side is one end of a framed conversation over a stream, what it said and
// heard, and what of its octets has not arrived.
type side struct {
	*Machine
	onWire    []byte
	said      []string
	heard     []string
	confirmed uint64
	over      bool // it left, or the other one did
}

// FuzzSession plays a conversation: each octet of play is a deed, of one end or
// of the wire between them, which brings octets in pieces of any size, and may
// be cut. What is heard is what was said, in order, each once; no text is
// confirmed that was not heard; and nobody finds fault with the other.
func FuzzSession(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 2, 200, 3, 255, 0, 2, 90, 3, 90, 4, 5, 0, 2, 255, 3, 255})
	f.Add([]byte{0, 0, 0, 2, 9, 8, 2, 9, 1, 1, 3, 77, 6, 2, 255, 3, 255, 0, 7})
	f.Add([]byte{4, 4, 4, 4, 0, 2, 12, 10, 2, 13, 9, 1, 3, 30, 5, 5, 7, 3})
	f.Fuzz(func(t *testing.T, play []byte) {
		now := t0
		a, b := &side{Machine: New(now, config(true, false, Framed))}, &side{Machine: New(now, config(false, false, Framed))}
		cut := false
		for i := 0; i < len(play) && i < 4096 && !cut; i++ {
			size := 1
			if i+1 < len(play) {
				size = int(play[i+1])
			}
			switch play[i] % 11 {
			case 0:
				a.says(now, size)
			case 1:
				b.says(now, size)
			case 2:
				a.carry(now, b, size)
			case 3:
				b.carry(now, a, size)
			case 4:
				now = now.Add(time.Duration(size) * time.Millisecond)
				a.Tick(now)
				b.Tick(now)
			case 5:
				a.Rename(now, fmt.Sprint("a", size))
			case 6:
				b.Ask(now)
			case 7:
				a.Bye(now, Quit)
				a.over, b.over = true, true
			case 8:
				b.carry(now, a, 1<<20)
			case 9:
				a.carry(now, b, 1<<20)
			case 10:
				cut = size == 255
			}
			a.check(t, b)
			b.check(t, a)
		}
		if cut {
			a.EOF(now)
			b.EOF(now)
			a.listen(b)
			b.listen(a)
			a.check(t, b)
			b.check(t, a)
			return
		}
		for range 4 { // until nothing is under way
			now = now.Add(20 * time.Millisecond)
			a.carry(now, b, 1<<20)
			b.carry(now, a, 1<<20)
		}
		if !a.over && (len(a.heard) != len(b.said) || len(b.heard) != len(a.said) || a.confirmed != uint64(len(a.said)) || b.confirmed != uint64(len(b.said))) {
			t.Errorf("a said %d and b heard %d, confirmed %d; b said %d and a heard %d, confirmed %d",
				len(a.said), len(b.heard), a.confirmed, len(b.said), len(a.heard), b.confirmed)
		}
	})
}

// says sends a text, unless it is too late for one.
func (s *side) says(now time.Time, size int) {
	text := fmt.Sprintf("%d %0*d", len(s.said), size, 0)
	if _, err := s.Send(now, uint64(len(s.said)+1), []byte(text), false); err == nil {
		s.said = append(s.said, text)
	}
}

// carry brings n octets of s to the other end, and what was said of them back
// to the books.
func (s *side) carry(now time.Time, to *side, n int) {
	s.Tick(now)
	s.onWire = append(s.onWire, octets(outs(s.Machine, now))...)
	n = min(n, len(s.onWire))
	to.Input(now, s.onWire[:n])
	s.onWire = s.onWire[n:]
	to.listen(s)
	s.listen(to)
}

// listen keeps book of what s was told.
func (s *side) listen(from *side) {
	for e, ok := s.NextEvent(); ok; e, ok = s.NextEvent() {
		switch e := e.(type) {
		case Received:
			s.heard = append(s.heard, string(e.Text))
		case Delivered:
			s.confirmed++
			if e.ID > uint64(len(from.heard)) || e.ID != s.confirmed {
				s.confirmed = 1 << 40 // check tells
			}
		case Failed:
			if !s.in.eof {
				s.heard = append(s.heard, "failed: "+e.Err.Error())
			}
		}
	}
}

// check holds that s heard what from said, as far as it got.
func (s *side) check(t *testing.T, from *side) {
	t.Helper()
	if len(s.heard) > len(from.said) || s.confirmed > uint64(len(from.heard)) {
		t.Fatalf("%d heard of %d said, %d confirmed of %d heard: %q", len(s.heard), len(from.said), s.confirmed, len(from.heard), s.heard)
	}
	for i, text := range s.heard {
		if text != from.said[i] {
			t.Fatalf("text %d is %q, said was %q", i, text, from.said[i])
		}
	}
}

// Texts that nobody confirms are forgotten, the oldest first: there are no more
// than that on a stream whose peer gives no receipts, or where UDP loses them all.
func TestUnconfirmedAreBounded(t *testing.T) {
	for _, c := range []struct {
		datagram bool
		most     int
	}{{false, 1 << 18}, {true, 1 << 16}} {
		p := newPair(c.datagram, Framed, Framed, 0)
		p.run(ms(500))
		for i := range c.most + 100 {
			if _, err := p.a.Send(ms(500), uint64(i), nil, false); err != nil {
				t.Fatal(err)
			}
			outs(p.a, ms(500))
		}
		if n := len(p.a.texts.sent.ring); n > c.most {
			t.Errorf("datagrams %v: %d are kept", c.datagram, n)
		}
	}
}

// A recorded conversation, each octet of it flipped, dropped, doubled and the
// rest cut off: neither end hears what was not said before the fault, nor more
// confirmations than it sent texts, and what is left of it ends at its deadlines.
func TestMutatedSession(t *testing.T) {
	const texts = 40
	record := func() (a, b *Machine, toB, toA []byte) {
		p := newPair(false, Framed, Framed, 0)
		for i := range texts {
			p.send(t, t0, p.a, fmt.Sprintf("text %d, said once", i))
			p.settle(t0)
		}
		return p.a, p.b, p.aSaid, p.bSaid
	}
	_, _, toB, toA := record()
	mutations := []func(p []byte, i int) []byte{
		func(p []byte, i int) []byte { p[i] ^= 0x41; return p },
		func(p []byte, i int) []byte { return append(p[:i], p[i+1:]...) },
		func(p []byte, i int) []byte { return append(p[:i+1], p[i:]...) },
		func(p []byte, i int) []byte { return p[:i] },
	}
	for k, mutate := range mutations {
		for i := range toB {
			b := New(t0, config(false, false, Framed))
			b.Input(t0, mutate(append([]byte(nil), toB...), i))
			outs(b, t0)
			b.EOF(t0)
			heard := 0
			for e, ok := b.NextEvent(); ok; e, ok = b.NextEvent() {
				if r, is := e.(Received); is {
					if heard++; r.ID != uint64(heard) {
						t.Fatalf("mutation %d at %d: text %d came as the %d.", k, i, r.ID, heard)
					}
				}
			}
			if d := b.Deadline(); !d.IsZero() && d.After(t0.Add(15*time.Second)) {
				t.Errorf("mutation %d at %d: it waits until %v", k, i, d)
			}
		}
		for i := range toA {
			a := New(t0, config(true, false, Framed))
			outs(a, t0)
			for n := range texts {
				a.Send(t0, uint64(n+1), []byte("x"), false)
			}
			outs(a, t0)
			a.Input(t0, mutate(append([]byte(nil), toA...), i))
			outs(a, t0)
			delivered := map[uint64]bool{}
			for e, ok := a.NextEvent(); ok; e, ok = a.NextEvent() {
				if d, is := e.(Delivered); is && (delivered[d.ID] || d.ID > texts) {
					t.Fatalf("mutation %d at %d: text %d was confirmed", k, i, d.ID)
				} else if is {
					delivered[d.ID] = true
				}
			}
		}
	}
	t.Logf("%d octets one way and %d the other, each with %d faults", len(toB), len(toA), len(mutations))
}
