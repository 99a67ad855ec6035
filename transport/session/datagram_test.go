package session

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestWeather sends 2,000 texts through 100 kinds of weather and compares
// every counter with what was done to them.
func TestWeather(t *testing.T) {
	for seed := range uint64(100) {
		p := newPair(true, Framed, Framed, 0)
		p.settle(t0)
		events(p.a)
		events(p.b)
		random := rand.New(rand.NewPCG(seed, 1))
		lossy, doubling, swapping := random.Float64()*0.4, random.Float64()*0.2, random.IntN(40)

		type flight struct {
			octets []byte
			id     uint64
		}
		var air []flight
		came := map[uint64]bool{}
		confirmed := map[uint64]bool{}
		var top, dup, late, highest uint64
		now := t0
		land := func(i int) {
			f := air[i]
			air = append(air[:i], air[i+1:]...)
			p.b.Input(now, f.octets)
			e, ok := p.b.NextEvent()
			r, isText := e.(Received)
			if !ok || !isText || r.ID != f.id {
				t.Fatalf("seed %d: %d came as %+v", seed, f.id, e)
			}
			if r.Dup != came[f.id] || r.Late != (!came[f.id] && f.id < top) {
				t.Fatalf("seed %d: %d came as dup %v, late %v", seed, f.id, r.Dup, r.Late)
			}
			switch {
			case came[f.id]:
				dup++
			case f.id < top:
				late++
			}
			came[f.id] = true
			top = max(top, f.id)
			highest = max(highest, f.id)
		}
		for i := range uint64(2000) {
			now = now.Add(time.Duration(random.IntN(3000)) * time.Microsecond)
			p.a.Tick(now)
			p.a.Send(now, i, []byte("x"), false)
			for _, o := range outs(p.a, now) {
				if o.ID != i+1 {
					t.Fatalf("seed %d: sent %+v", seed, o)
				}
				copies := 1
				if random.Float64() < lossy {
					copies = 0
				} else if random.Float64() < doubling {
					copies = 2
				}
				for range copies {
					air = append(air, flight{o.Octets, o.ID})
				}
			}
			for len(air) > swapping {
				land(random.IntN(len(air)))
			}
			for _, o := range outs(p.b, now) {
				if random.Float64() >= lossy {
					p.a.Input(now, o.Octets)
				}
			}
			for {
				e, ok := p.a.NextEvent()
				if !ok {
					break
				}
				switch e := e.(type) {
				case Delivered:
					if !came[e.ID] || confirmed[e.ID] || e.Row != e.ID-1 {
						t.Fatalf("seed %d: %+v, came %v", seed, e, came[e.ID])
					}
					confirmed[e.ID] = true
				case Unconfirmed:
					if confirmed[e.ID] {
						t.Fatalf("seed %d: %+v after its receipt", seed, e)
					}
				default:
					t.Fatalf("seed %d: %+v", seed, e)
				}
			}
		}
		for len(air) > 0 {
			land(0)
		}
		// The PING after 5 s of silence tells of the tail.
		p.a.Tick(now.Add(6 * time.Second))
		for _, o := range outs(p.a, now.Add(6*time.Second)) {
			if o.Label == "PING" {
				p.b.Input(now.Add(6*time.Second), o.Octets)
				highest = 2000
			}
		}
		got := p.b.Counters()
		want := Counters{
			Received: uint64(len(came)), Highest: highest, Lost: highest - uint64(len(came)), Duplicate: dup, Late: late,
		}
		if got != want || highest != 2000 {
			t.Errorf("seed %d: %+v, want %+v", seed, got, want)
		}
		if n := p.a.Counters(); n.Confirmed != uint64(len(confirmed)) || n.Sent != 2000 || p.a.Unconfirmed() != 2000-len(confirmed) || n.Malformed != 0 {
			t.Errorf("seed %d: %+v with %d confirmed", seed, n, len(confirmed))
		}
		if swapping == 0 && len(confirmed) < len(came)*9/10 {
			t.Errorf("seed %d: %d of %d were confirmed", seed, len(confirmed), len(came))
		}
	}
}

// TestReceiptsBeyondLosses: losses that are never made good do not stop the receipts.
func TestReceiptsBeyondLosses(t *testing.T) {
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	want := uint64(0)
	now := t0
	for i := range 70_000 {
		p.a.Send(now, 0, nil, false)
		for _, o := range outs(p.a, now) {
			if i%100 != 0 {
				p.b.Input(now, o.Octets)
				want++
			}
		}
		if i%1000 == 999 {
			now = now.Add(10 * time.Millisecond)
			for _, o := range outs(p.b, now) {
				if len(o.Octets) > 1200 {
					t.Fatalf("receipt of %d octets", len(o.Octets))
				}
				p.a.Input(now, o.Octets)
			}
		}
		events(p.a)
		events(p.b)
	}
	if n := p.a.Counters(); n.Confirmed != want || n.Seen != 70_000 || n.Malformed != 0 {
		t.Errorf("%+v, want %d confirmed", n, want)
	}
	if n := len(p.a.texts.sent.ring); n > keptOverUDP {
		t.Errorf("%d messages are kept", n)
	}
	if n := p.b.Counters(); n.Lost != 700 {
		t.Errorf("%+v", n)
	}
}

// TestNoReceipts: a peer that gives none does not make the memory grow, and
// each message is told of once.
func TestNoReceipts(t *testing.T) {
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	events(p.a)
	n := 0
	for range keptOverUDP + 1000 {
		p.a.Send(t0, 0, nil, false)
		outs(p.a, t0)
		n += len(events(p.a))
	}
	if n != 1000 {
		t.Errorf("%d were given up early", n)
	}
	p.a.Tick(at(time.Second))
	if n += len(events(p.a)); n != keptOverUDP+1000 || len(p.a.texts.sent.ring) != keptOverUDP {
		t.Errorf("%d given up, %d kept", n, len(p.a.texts.sent.ring))
	}
}

func TestTooLong(t *testing.T) {
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	for n := 1150; n <= 1200; n++ {
		_, err := p.a.Send(t0, 0, make([]byte, n), false)
		all := outs(p.a, t0)
		switch {
		case err == nil && (len(all) != 1 || len(all[0].Octets) > 1200):
			t.Errorf("%d: sent %d octets", n, len(octets(all)))
		case err == nil:
		case !errors.Is(err, ErrTooLong) || all != nil:
			t.Error(err)
		case n < 1169:
			t.Errorf("%d did not fit: %v", n, err)
		}
	}
	_, err := p.a.Send(t0, 0, make([]byte, 5000), false)
	if err == nil || err.Error() != "message of 5000 bytes, 1168 fit one datagram: too long" {
		t.Error(err)
	}
	for _, c := range []struct {
		w     Wire
		limit int
	}{{Raw, 65507}, {Line, 65506}} {
		m := New(t0, config(true, true, c.w))
		if _, err := m.Send(t0, 0, make([]byte, c.limit), false); err != nil || len(octets(outs(m, t0))) != 65507 {
			t.Error(err)
		}
		if _, err := m.Send(t0, 0, make([]byte, c.limit+1), false); !errors.Is(err, ErrTooLong) {
			t.Error(err)
		}
	}
	// What waits for an answer has to fit a frame.
	m := New(t0, config(true, true, Auto))
	if _, err := m.Send(t0, 0, make([]byte, 1200), false); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	c := config(true, true, Framed)
	c.MaxOctets = 1 << 20
	m = New(t0, c)
	if _, err := m.Send(t0, 0, make([]byte, 65507-34), false); err != nil {
		t.Error(err)
	}
}

func TestTextDatagrams(t *testing.T) {
	for _, c := range []struct {
		w        Wire
		in, want string
	}{
		{Raw, "", `raw ""`},
		{Raw, "a\n", `raw "a\n"`},
		{Line, "", `line ""`},
		{Line, "\n", `line ""`},
		{Line, "a\r\n", `line "a"`},
		{Line, "a\r", `line "a\r"`},
		{Line, "a\nb\n\n", `line "a\nb\n"`},
		{Auto, "a\n", `settled line|line "a"`},
		{Auto, "a", `settled raw|raw "a"`},
		{Auto, "", `settled raw|raw ""`},
		{Framed, "a", ``},
		{Auto, "\xf5\x01", ``},
	} {
		m := New(t0, config(false, true, c.w))
		if c.w == Raw || c.w == Line {
			m.NextEvent()
		}
		in := []byte(c.in)
		m.Input(t0, in)
		for i := range in {
			in[i] = '!'
		}
		if got := strings.Join(events(m), "|"); got != c.want {
			t.Errorf("%v %q: %s, want %s", c.w, c.in, got, c.want)
		}
		if (c.want == "") != (m.Counters().Malformed == 1) {
			t.Errorf("%v %q: %+v", c.w, c.in, m.Counters())
		}
	}
}

// TestGreetingAfterText: over UDP the first text can overtake the greeting.
func TestGreetingAfterText(t *testing.T) {
	m := New(t0, config(false, true, Auto))
	m.Input(t0, []byte("early"))
	m.Input(t0, []byte(theGreeting))
	m.Input(t0, []byte("between"))
	m.Input(t0, frames(true)["HELLO"])
	m.Input(t0, []byte("after"))
	if got := strings.Join(events(m), "|"); got != `settled raw|raw "early"|settled framed|raw "between"|renamed alice` {
		t.Error(got)
	}
	if n := m.Counters(); n.Malformed != 1 || n.Received != 2 {
		t.Errorf("%+v", n)
	}
}

// TestEcho: a dialer that gets its own greeting back is not talking to seqtalk.
func TestEcho(t *testing.T) {
	for _, datagram := range []bool{false, true} {
		m := New(t0, config(true, datagram, Auto))
		m.Input(t0, octets(outs(m, t0)))
		if got, want := fmt.Sprint(events(m)), fmt.Sprintf("[settled line, saw the line line %q]", theGreeting[:42]); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestImplausible: an id far ahead of all others is not believed, nor counted as lost.
func TestImplausible(t *testing.T) {
	for _, k := range []kind{text, ping, pong} {
		p := newPair(true, Framed, Framed, 0)
		p.settle(t0)
		events(p.b)
		jump := frameOf(k, theSession, &pingBody{Highest: window + 1})
		if k == text {
			jump = frameOf(k, theSession, &textBody{ID: window + 1})
		}
		p.b.Input(t0, jump)
		if n := p.b.Counters(); n.Malformed != 1 || n.Lost != 0 || n.Highest != 0 || events(p.b) != nil || outs(p.b, t0) != nil {
			t.Errorf("%v: %+v", k, n)
		}
	}
}

// TestReceiptsForNothing: a receipt for what was never sent is refused whole.
func TestReceiptsForNothing(t *testing.T) {
	for _, b := range []receiptBody{
		{Upto: 3}, {Upto: 1, Bitmap: []byte{2}}, {Upto: 1<<64 - 1}, {Upto: 1<<64 - 2, Bitmap: []byte{3}},
		{Upto: 1<<64 - 1, Bitmap: []byte{1}}, {Upto: 1, Bitmap: []byte{1, 1}},
	} {
		p := newPair(true, Framed, Framed, 0)
		p.settle(t0)
		events(p.a)
		p.a.Send(t0, 0, nil, false)
		p.a.Send(t0, 0, nil, false)
		outs(p.a, t0)
		p.a.Input(t0, frameOf(receipt, theSession, &b))
		if n := p.a.Counters(); n.Malformed != 1 || n.Confirmed != 0 || events(p.a) != nil {
			t.Errorf("%+v: %+v", b, n)
		}
	}
}

// FuzzDatagram: a frame that is accepted is written again as it came, and
// before a peer's address is proved no more goes there than came from there.
func FuzzDatagram(f *testing.F) {
	for _, p := range frames(true) {
		f.Add(p, frames(true)["TEXT"], byte(0))
		f.Add([]byte(theGreeting), p, byte(1))
		f.Add(p, p, byte(2))
	}
	f.Add([]byte(""), []byte("\n"), byte(3))
	f.Add([]byte(theGreeting), []byte(theGreeting), byte(4))
	f.Fuzz(func(t *testing.T, first, second []byte, who byte) {
		c := config(who&1 == 1, true, []Wire{Auto, Framed, Line, Raw}[who/2%4])
		c.Nick = strings.Repeat("n", int(who)%maxNick)
		m := New(t0, c)
		outs(m, t0)
		for i, p := range [][]byte{first, second, first, second} {
			given := bytes.Clone(p)
			before := m.Counters()
			validated := m.known()
			m.Input(t0, p)
			if !bytes.Equal(given, p) {
				t.Fatal("the input was changed")
			}
			n := m.Counters()
			if size := len(octets(outs(m, t0))); !m.known() && size > len(p) {
				t.Fatalf("%q was answered with %d octets", p, size)
			} else if size > 0 && !validated && i == 0 && size > len(p) {
				t.Fatalf("the first datagram %q was answered with %d octets", p, size)
			}
			if n.Malformed+n.Ignored != before.Malformed+before.Ignored || m.Wire() != Framed {
				continue
			}
			if k, _, body, err := datagram(p); err == nil {
				if b, err := rewrite(k, body); err != nil || !bytes.Equal(b, body) {
					t.Fatalf("%v %x was accepted and is written %x, %v", k, body, b, err)
				}
			}
		}
		for {
			e, ok := m.NextEvent()
			if !ok {
				return
			}
			if _, failed := e.(Failed); failed {
				t.Fatalf("a datagram ended the conversation: %v", e)
			}
		}
	})
}
