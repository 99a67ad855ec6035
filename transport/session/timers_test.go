package session

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// diary lets m be alone until the given moment and writes down when it sends what.
func diary(m *Machine, until time.Duration) string {
	var all []string
	now := m.now
	for {
		for _, o := range outs(m, now) {
			all = append(all, fmt.Sprintf("%s@%d", labels([]Out{o}), now.Sub(t0).Milliseconds()))
		}
		d := m.Deadline()
		if d.IsZero() || d.After(at(until)) {
			return strings.Join(all, " ")
		}
		if d.Before(now) {
			d = now
		}
		now = d
		m.Tick(now)
	}
}

func TestGreetingTwice(t *testing.T) {
	m := New(t0, config(true, true, Auto))
	if got := diary(m, time.Hour); got != "GREETING@0 GREETING@200" {
		t.Error(got)
	}
	// Then before each text, which waits 300 ms for an answer.
	m.Send(ms(5000), 1, []byte("a"), false)
	m.Send(ms(5100), 1, []byte("b"), false)
	if got := diary(m, time.Hour); got != "GREETING@5100 #1@5300 #2@5400" {
		t.Error(got)
	}
	m.Send(ms(6000), 1, []byte("c"), false)
	m.Input(ms(6001), []byte("what?"))
	if got := diary(m, time.Hour); got != "GREETING@6001 #3@6001" {
		t.Error(got)
	}
	m.Send(ms(7000), 1, []byte("d"), false)
	if got := diary(m, time.Hour); got != "#4@7000" {
		t.Error(got)
	}
	if got := strings.Join(events(m), "|"); got != `settled raw|settled raw, saw the line|raw "what?"` {
		t.Error(got)
	}
}

func TestTextsWait(t *testing.T) {
	m := New(t0, config(true, false, Auto))
	m.Send(ms(100), 1, []byte("a"), false)
	if !m.Waiting() {
		t.Error("the text does not wait")
	}
	m.Tick(at(300*time.Millisecond - 1))
	if got := diary(m, time.Hour); got != "GREETING@299 #1@300" {
		t.Error(got)
	}
	m.Send(ms(400), 1, []byte("b"), false)
	if got := labels(outs(m, ms(400))); got != "#2" || m.Waiting() {
		t.Error(got)
	}

	m = New(t0, config(false, false, Auto))
	m.Send(ms(100), 1, []byte("a"), false)
	if got := diary(m, time.Hour); got != "#1@1000" {
		t.Error(got)
	}

	// A framed listener has nobody to speak frames to before a HELLO.
	m = New(t0, config(false, false, Framed))
	m.Send(ms(100), 1, []byte("a"), false)
	if got := diary(m, time.Second); got != "" || !m.Waiting() {
		t.Error(got)
	}
	m.Input(ms(200), []byte(theGreeting))
	if got := diary(m, time.Second); got != "HELLO@200 #1@200" {
		t.Error(got)
	}
}

// TestHelloRepeats: five times after 200 ms, then every 2 s, until answered.
func TestHelloRepeats(t *testing.T) {
	m := New(t0, config(true, true, Framed))
	m.Send(t0, 1, []byte("a"), false)
	if got := diary(m, 6*time.Second); got != "HELLO@0 HELLO@200 HELLO@400 HELLO@600 HELLO@800 HELLO@1000 HELLO@3000 HELLO@5000" {
		t.Error(got)
	}
	m.Input(ms(6000), answerOf("bob"))
	if got := diary(m, 6399*time.Millisecond); got != "HELLO@6000 #1@6000 HELLO@6200" {
		t.Error(got)
	}
	m.Input(ms(6400), frames(true)["NICK"])
	if got := diary(m, 6499*time.Millisecond); got != "" {
		t.Error(got)
	}
}

// TestIntroductions: over UDP either side learns the other's name whichever
// of their first datagrams are lost.
func TestIntroductions(t *testing.T) {
	for _, w := range []Wire{Auto, Framed} {
		for lost := range 1 << 8 {
			long := config(false, true, Auto)
			long.Nick = strings.Repeat("b", maxNick) // fits no answer
			for _, c := range []Config{config(false, true, Auto), long} {
				a, b := New(t0, config(true, true, w)), New(t0, c)
				k := 0
				carry := func(from, to *Machine, now time.Time) bool {
					all := outs(from, now)
					for _, o := range all {
						if k >= 8 || lost>>k&1 == 0 {
							to.Input(now, o.Octets)
						}
						k++
					}
					return len(all) > 0
				}
				texts := 0
				for now := t0; now.Before(at(20 * time.Second)); now = now.Add(10 * time.Millisecond) {
					if texts < 8 && now.Sub(t0) == time.Duration(texts)*time.Second {
						a.Send(now, 0, []byte("x"), false) // auto asks again before each
						texts++
					}
					a.Tick(now)
					b.Tick(now)
					for moved := true; moved; {
						moved = carry(a, b, now)
						moved = carry(b, a, now) || moved
					}
				}
				if a.Peer().Nick != c.Nick || b.Peer().Nick != "alice" || a.Wire() != Framed || b.Wire() != Framed {
					t.Errorf("%v, lost %08b: %q of %v and %q of %v", w, lost, a.Peer().Nick, a.Wire(), b.Peer().Nick, b.Wire())
				}
			}
		}
	}
}

func TestPing(t *testing.T) {
	for _, datagram := range []bool{false, true} {
		p := newPair(datagram, Framed, Framed, 0)
		p.settle(t0)
		if got := diary(p.a, 16*time.Second); got != "PING@5000 PING@10000 PING@15000" {
			t.Errorf("datagram %v: %s", datagram, got)
		}
		if p.a.Heard() != t0 {
			t.Error("heard")
		}
		if !datagram {
			continue
		}
		if got := diary(p.a, time.Minute); got != "" {
			t.Errorf("then %s", got)
		}
		p.a.Input(at(time.Minute), frames(true)["NICK"])
		if got := diary(p.a, 66*time.Second); got != "PING@65000" {
			t.Errorf("to a peer who is back: %s", got)
		}
	}
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	p.a.Tick(ms(5000))
	ping := outs(p.a, ms(5000))
	p.b.Input(ms(5040), ping[0].Octets)
	p.a.Input(ms(5080), octets(outs(p.b, ms(5040))))
	if n := p.a.Counters(); n.RTT != 80*time.Millisecond || p.a.Heard() != ms(5080) {
		t.Errorf("RTT %v", n.RTT)
	}
	if d := p.a.Deadline(); d != ms(10080) {
		t.Errorf("deadline %v", d.Sub(t0))
	}
}

// TestPingTellsOfTheTail: a text lost at the end is seen by the next PING.
func TestPingTellsOfTheTail(t *testing.T) {
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	p.a.Send(t0, 0, []byte("lost"), false)
	lost := outs(p.a, t0)
	p.run(ms(5000))
	if n := p.b.Counters(); n.Highest != 1 || n.Lost != 1 || n.Received != 0 {
		t.Errorf("%+v", n)
	}
	p.b.Input(ms(6000), lost[0].Octets)
	if n := p.b.Counters(); n.Lost != 0 || n.Late != 0 || n.Received != 1 {
		t.Errorf("%+v", n)
	}
}

// TestRTT: SRTT ← SRTT + (R − SRTT)/8, from text to receipt.
func TestRTT(t *testing.T) {
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	want := time.Duration(0)
	for i, rtt := range []time.Duration{80, 160, 80, 240} {
		now := at(time.Duration(i) * time.Second)
		p.a.Send(now, 0, []byte("x"), false)
		p.b.Input(now, octets(outs(p.a, now)))
		back := now.Add(rtt * time.Millisecond)
		p.a.Input(back, octets(outs(p.b, back)))
		if want == 0 {
			want = rtt * time.Millisecond
		} else {
			want += (rtt*time.Millisecond - want) / 8
		}
		if got := p.a.Counters().RTT; got != want {
			t.Errorf("RTT %v, want %v", got, want)
		}
		if e, _ := p.a.NextEvent(); i > 0 && e.(Delivered).After != rtt*time.Millisecond {
			t.Errorf("%+v", e)
		}
		events(p.a)
	}
}

// TestUnconfirmed: over UDP after 3 × RTT, at least 500 ms; a late receipt
// makes up for it. Never on a stream.
func TestUnconfirmed(t *testing.T) {
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	events(p.a)
	p.a.Send(t0, 8, []byte("x"), false)
	p.b.Input(ms(100), octets(outs(p.a, ms(100))))
	p.a.Tick(at(600*time.Millisecond - 1))
	if e := events(p.a); e != nil || p.a.Deadline() != ms(600) || p.a.Unconfirmed() != 1 {
		t.Error(e)
	}
	p.a.Tick(ms(600))
	if e, _ := p.a.NextEvent(); e != (Unconfirmed{ID: 1, Row: 8}) {
		t.Error(e)
	}
	p.a.Input(ms(2000), octets(outs(p.b, ms(2000))))
	if e, _ := p.a.NextEvent(); e != (Delivered{ID: 1, Row: 8, After: 1900 * time.Millisecond}) {
		t.Error(e)
	}
	if n := p.a.Counters(); n.RTT != 0 || p.a.Unconfirmed() != 0 {
		t.Errorf("a late receipt measured %v", n.RTT)
	}
	p.a.n.RTT = 400 * time.Millisecond
	p.a.Send(ms(3000), 9, []byte("y"), false)
	outs(p.a, ms(3000))
	if d := p.a.Deadline(); d != ms(4200) {
		t.Errorf("deadline %v", d.Sub(t0))
	}

	p = newPair(false, Framed, Framed, 0)
	p.settle(t0)
	events(p.a)
	p.a.Send(t0, 0, []byte("x"), false)
	outs(p.a, t0)
	p.a.Tick(at(4 * time.Second))
	if e := events(p.a); e != nil || p.a.Deadline() != at(5*time.Second) {
		t.Error(e, p.a.Deadline())
	}
}

// TestReceipts: one for a round, over UDP not more than one in 10 ms, and
// never longer than what it confirms.
func TestReceipts(t *testing.T) {
	p := newPair(false, Framed, Framed, 0)
	p.settle(t0)
	for range 100 {
		p.a.Send(t0, 0, []byte("x"), false)
	}
	for _, o := range outs(p.a, t0) {
		p.b.Input(t0, o.Octets)
	}
	if got := labels(outs(p.b, t0)); got != "RECEIPT" {
		t.Error(got)
	}

	p = newPair(true, Framed, Framed, 0)
	p.settle(t0)
	sent := 0
	weight := 0
	for i := range 1000 {
		now := ms(i)
		p.a.Send(now, 0, []byte("x"), false)
		for _, o := range outs(p.a, now) {
			if i%3 > 0 {
				p.b.Input(now, o.Octets)
				weight += len(o.Octets)
			}
		}
		for _, o := range outs(p.b, now) {
			if o.Label != "RECEIPT" || len(o.Octets) > weight {
				t.Fatalf("%s of %d octets for %d", o.Label, len(o.Octets), weight)
			}
			weight = 0
			sent++
			p.a.Input(now, o.Octets)
		}
	}
	if sent != 100 {
		t.Errorf("%d receipts in a second", sent)
	}
	p.b.Tick(ms(1010))
	p.a.Input(ms(1010), octets(outs(p.b, ms(1010))))
	if n := p.a.Counters(); n.Confirmed != 666 || n.Seen != 999 || n.Malformed != 0 {
		t.Errorf("%+v", n)
	}
}

func TestByes(t *testing.T) {
	for _, c := range []struct {
		datagram, dialer bool
		w                Wire
		input            string
		want             string
	}{
		{false, true, Framed, "", "HELLO BYE"},
		{false, false, Framed, "", ""},
		{false, false, Auto, "", ""},
		{false, false, Auto, theGreeting, "HELLO BYE"},
		{false, false, Auto, "hi", ""},
		{false, true, Auto, "", "GREETING"},
		{true, true, Framed, "", "HELLO BYE"},
		{true, false, Auto, theGreeting, "BYE"}, // an answer no larger than the question
		{true, false, Auto, "hi", ""},
		{false, true, Raw, "", ""},
	} {
		m := New(t0, config(c.dialer, c.datagram, c.w))
		if c.input != "" {
			m.Input(t0, []byte(c.input))
		}
		m.Bye(t0, Busy)
		m.Bye(t0, Quit)
		if got := labels(outs(m, t0)); got != c.want {
			t.Errorf("datagram %v, dialer %v, %v, %q: %q, want %q", c.datagram, c.dialer, c.w, c.input, got, c.want)
		}
		if _, err := m.Send(t0, 0, nil, false); !errors.Is(err, ErrEnded) {
			t.Error(err)
		}
		if !m.Deadline().IsZero() {
			t.Errorf("deadline %v", m.Deadline())
		}
	}
	// Busy reaches a dialer of datagrams without a HELLO; held texts leave raw.
	p := newPair(true, Auto, Auto, 0)
	p.b.Input(t0, []byte(theGreeting))
	p.b.Bye(t0, Busy)
	p.settle(t0)
	if got := strings.Join(p.aTold, "|"); got != "bye 1" {
		t.Error(got)
	}
	m := New(t0, config(true, false, Auto))
	m.Send(t0, 0, []byte("x"), false)
	m.Bye(t0, Quit)
	if got := labels(outs(m, t0)); got != "GREETING #1" {
		t.Error(got)
	}
	m.Input(t0, []byte("late"))
	m.Input(t0, frameOf(hello, 0, &helloBody{Instance: bob, Session: theSession}))
	if got := strings.Join(events(m), "|"); got != `settled raw|settled raw, saw the line|raw "late"` || m.Counters().Ignored != 1 {
		t.Error(got)
	}
	// A receipt that is owed goes out before BYE.
	p = newPair(true, Framed, Framed, 0)
	p.settle(t0)
	p.a.Send(t0, 0, []byte("x"), false)
	p.b.Input(t0, octets(outs(p.a, t0)))
	p.b.Bye(t0, Quit)
	p.settle(t0)
	if got := strings.Join(p.aTold, "|"); got != "settled framed with bob|delivered 1|bye 0" {
		t.Error(got)
	}
}
