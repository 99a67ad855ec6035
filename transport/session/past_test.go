package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A resumption is two ends whose connection is lost and made anew, and what each
// of them heard.
type resumption struct {
	t      *testing.T
	r      *rand.Rand
	wires  [2]Wire
	ends   [2]*Machine // dialer, listener
	pasts  [2]*Past
	way    [2][]byte // octets under way from each end
	said   [2]int
	heard  [2][]string
	marked [2]map[uint64]int
	again  [2][]Text // taken back from a machine that is gone
}

// connect makes a new connection. The listener may have noticed the loss of the
// old one only by it; either end keeps what its last machine left.
func (x *resumption) connect() {
	for i, m := range x.ends {
		if m == nil {
			continue
		}
		if x.r.IntN(2) == 0 {
			m.EOF(t0)
		}
		x.hear(i)
		if p := m.Past(); p != nil {
			x.pasts[i] = p
		}
		x.again[i] = append(x.again[i], m.TakeBack()...)
	}
	for i := range x.ends {
		c := config(i == 0, false, x.wires[i])
		if c.Past = x.pasts[i]; i == 0 {
			c.Session = x.r.Uint64() | 1
			if c.Past != nil {
				c.Session = c.Past.Session()
			}
		}
		x.ends[i], x.way[i] = New(t0, c), nil
	}
}

func (x *resumption) say(i int) {
	m := x.ends[i]
	for len(x.again[i]) > 0 && !m.Unsettled() && !m.Waiting() && m.Wire() == Framed {
		a := x.again[i][0]
		m.Send(t0, a.Row, a.Text, a.More)
		x.again[i] = x.again[i][1:]
	}
	if m.Unsettled() || m.Waiting() || len(x.again[i]) > 0 || m.Wire() != Framed { // it could leave raw
		return
	}
	x.said[i]++
	m.Send(t0, uint64(x.said[i]), fmt.Appendf(nil, "%d", x.said[i]), false)
}

// move has up to n octets of what end i says arrive at the other.
func (x *resumption) move(i, n int) {
	for {
		o, ok := x.ends[i].NextOut(t0)
		if !ok {
			break
		}
		x.way[i] = append(x.way[i], o.Octets...)
	}
	n = min(n, len(x.way[i]))
	if n == 0 {
		return
	}
	x.ends[1-i].Input(t0, x.way[i][:n])
	x.way[i] = x.way[i][n:]
	x.hear(1 - i)
}

func (x *resumption) hear(i int) {
	for {
		ev, ok := x.ends[i].NextEvent()
		if !ok {
			return
		}
		switch ev := ev.(type) {
		case Received:
			if ev.Wire != Framed && strings.HasPrefix(greetingWord, string(ev.Text)) {
				continue // who has not heard more cannot know that it is no text
			}
			if ev.Wire != Framed {
				x.t.Fatalf("end %d heard %q without a frame", i, ev.Text)
			}
			x.heard[i] = append(x.heard[i], string(ev.Text))
		case Delivered:
			if x.marked[i][ev.Row]++; int(ev.Row) > len(x.heard[1-i]) {
				x.t.Fatalf("end %d was told that row %d is there, the other has %d", i, ev.Row, len(x.heard[1-i]))
			}
		case Failed:
			x.t.Fatalf("end %d: %v", i, ev.Err)
		case Continued:
			switch p := x.pasts[i]; {
			case ev.Resumed:
			case p.Instance() == 0:
				x.again[i] = append(p.Texts(), x.again[i]...)
			default:
				x.t.Fatalf("end %d began anew with the same process", i)
			}
		}
	}
}

// Over any number of connections, each lost at any octet of either direction,
// each message comes exactly once, in order, and none is called delivered that is
// not.
func TestResumeAtAnyOctet(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 1))
		x := &resumption{t: t, r: r, marked: [2]map[uint64]int{{}, {}}}
		for i := range x.wires {
			x.wires[i] = []Wire{Auto, Framed}[r.IntN(2)]
		}
		if x.wires[0] == Framed && x.wires[1] == Auto || r.IntN(2) == 0 {
			x.wires[1] = x.wires[0]
		}
		x.connect()
		for range 2 + r.IntN(12) {
			for range r.IntN(40) {
				switch i := r.IntN(2); r.IntN(3) {
				case 0:
					x.say(i)
				default:
					x.move(i, 1+r.IntN(30))
				}
			}
			x.connect()
		}
		for round := range 8 {
			for i := range 2 {
				if round < 4 {
					x.say(i)
				}
				x.move(i, 1<<20)
			}
		}
		for i := range 2 {
			want := make([]string, x.said[1-i])
			for k := range want {
				want[k] = fmt.Sprint(k + 1)
			}
			if !slices.Equal(x.heard[i], want) {
				t.Fatalf("seed %d: end %d heard %q, the other said %d", seed, i, x.heard[i], x.said[1-i])
			}
			for row := range x.said[i] {
				if x.marked[i][uint64(row+1)] != 1 {
					t.Fatalf("seed %d: end %d was told %d times that row %d is there", seed, i, x.marked[i][uint64(row+1)], row+1)
				}
			}
			if n := x.ends[i].Unconfirmed(); n != 0 {
				t.Fatalf("seed %d: end %d has %d without a receipt", seed, i, n)
			}
		}
	}
}

// lostAfter is what a dialer keeps that was lost with so many texts on their way.
func lostAfter(t *testing.T, said int) (past *Past) {
	t.Helper()
	p := newPair(false, Auto, Auto, 0)
	p.settle(t0)
	for i := range said {
		p.a.Send(t0, uint64(i+1), []byte("text"), false)
	}
	outs(p.a, t0)
	if past = p.a.Past(); past == nil || past.Len() != said {
		t.Fatalf("left is %+v", past)
	}
	return past
}

// With another process nothing is gone on with: what nobody confirmed is there to
// be taken, and the ids begin anew.
func TestResumeOtherInstance(t *testing.T) {
	c := config(true, false, Framed)
	c.Past = lostAfter(t, 3)
	m := New(t0, c)
	m.Input(t0, frameOf(hello, 0, &helloBody{Instance: bob + 1, Session: theSession, Protocols: resuming, Nick: "eve"}))
	if got := fmt.Sprint(events(m)); got != "[settled framed with eve session.Continued{Resumed:false, Again:0}]" {
		t.Error(got)
	}
	texts := c.Past.Texts()
	if len(texts) != 3 || texts[2].Row != 3 || string(texts[2].Text) != "text" {
		t.Errorf("kept are %+v", texts)
	}
	m.Send(t0, 3, texts[2].Text, false)
	var b textBody
	for _, o := range outs(m, t0) {
		if o.Label == "" {
			readText(o.Octets[headerLen:], &b)
		}
	}
	if b.ID != 1 || b.Row != 3 {
		t.Errorf("sent again as %+v", b)
	}
}

// A peer that claims to have what was never sent, or no more what it confirmed,
// is not believed.
func TestResumeClaims(t *testing.T) {
	for next, ok := range map[uint64]bool{1: true, 3: true, 4: true, 5: false, 1 << 40: false} {
		c := config(true, false, Framed)
		c.Past = lostAfter(t, 3)
		m := New(t0, c)
		m.Input(t0, frameOf(hello, 0, &helloBody{Instance: bob, Session: theSession, Protocols: resuming, Nick: "bob", Proof: next}))
		told := fmt.Sprint(events(m))
		if strings.Contains(told, "failed") == ok {
			t.Errorf("next is %d: %s", next, told)
		}
		if again := 3 - (int(next) - 1); ok && !strings.Contains(told, fmt.Sprintf("Again:%d", again)) {
			t.Errorf("next is %d: %s", next, told)
		}
	}
}

// A FIN that was meant comes behind HALF; without it the program was killed.
func TestHalf(t *testing.T) {
	for _, w := range []Wire{Auto, Framed} {
		for _, meant := range []bool{true, false} {
			p := newPair(false, w, w, 0)
			p.settle(t0)
			if meant {
				p.a.Half(t0)
				p.settle(t0)
			}
			p.b.EOF(t0)
			if p.b.Abandoned() == meant {
				t.Errorf("%v, meant %v: abandoned %v", w, meant, p.b.Abandoned())
			}
		}
	}
}
