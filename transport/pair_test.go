package transport

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

func spec(t testing.TB, words string) link.Spec {
	t.Helper()
	s, err := link.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newPair makes a pair that the test's end closes.
func newTestPair(t testing.TB, c PairConfig) *Pair {
	t.Helper()
	p, err := NewPair(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// pairRun says n messages over a virtual pair, one each gap once TCP stands,
// and writes down all that both ends are told, up to 3 s after the last. at is
// what is done before a message.
func pairRun(t *testing.T, c PairConfig, n uint64, gap time.Duration, at map[uint64]Control) (*Pair, string) {
	t.Helper()
	c.Virtual = true
	p := newTestPair(t, c)
	var story strings.Builder
	row := uint64(0)
	var say func()
	say = func() {
		if row++; at[row] != nil {
			if err := p.Do(at[row]); err != nil {
				t.Error(err)
			}
		}
		if err := p.A.Send(Message{Row: row, Text: fmt.Appendf(nil, "%d", row)}); err != nil {
			t.Error(err)
		}
		if row < n {
			p.Clock().AfterFunc(gap, say)
		}
	}
	hear := func(who string, e *PairEnd) {
		for _, ev := range e.Drain() {
			fmt.Fprintf(&story, "%s %s %T %+v\n", p.Clock().Now().Format("05.000"), who, ev, ev)
			switch ev := ev.(type) {
			case Up:
				if who == "A" && ev.Proto == segment.TCP {
					p.Clock().AfterFunc(0, say)
				}
			case Victim:
				fmt.Fprintf(&story, "%s victim %v %v: %s\n", who, ev.Segment.Proto, ev.Segment.Messages, ev.Segment.Rule)
			case Received:
				for _, m := range ev.Messages {
					fmt.Fprintf(&story, "%s hears %v %s\n", who, ev.Proto, m.Text)
				}
			}
		}
	}
	for end := p.Clock().Now().Add(time.Duration(n)*gap + 3*time.Second); p.Clock().Now().Before(end) && p.Step(); {
		hear("A", p.A)
		hear("B", p.B)
	}
	return p, story.String()
}

// heard is the messages a story says came over proto, in the order they came.
func heard(story string, proto segment.Proto) (texts []string) {
	for line := range strings.Lines(story) {
		if rest, ok := strings.CutPrefix(line, fmt.Sprintf("B hears %v ", proto)); ok {
			texts = append(texts, strings.TrimSpace(rest))
		}
	}
	return texts
}

func TestPairIsExact(t *testing.T) {
	for _, wire := range []session.Wire{session.Framed, session.Line, session.Raw} {
		c := PairConfig{Wire: wire, Spec: spec(t, "delay 20ms 5ms loss 10% duplicate 2% corrupt 1% reorder 5% seed 7")}
		_, want := pairRun(t, c, 20, 50*time.Millisecond, nil)
		if got := heard(want, segment.TCP); wire == session.Line && len(got) != 20 || len(got) == 0 {
			t.Errorf("%v: TCP brought %d of 20", wire, len(got))
		}
		if got := heard(want, segment.UDP); len(got) == 0 || len(got) == 20 {
			t.Errorf("%v: UDP brought %d of 20", wire, len(got))
		}
		for range 5 {
			if _, got := pairRun(t, c, 20, 50*time.Millisecond, nil); got != want {
				t.Fatalf("%v: two runs differ", wire)
			}
		}
	}
}

// What is asked of the link hits the same message in both protocols, and its
// victims are named.
func TestPairControls(t *testing.T) {
	order := func(n ...int) (s []string) {
		for _, i := range n {
			s = append(s, fmt.Sprint(i))
		}
		return s
	}
	for _, c := range []struct {
		control Control
		rule    string
		udp     []string
	}{
		{Drop{}, "lost by /drop", order(1, 3, 4)},
		{Drop{N: 2}, "lost by /drop", order(1, 4)},
		{Duplicate{}, "duplicated by /dup", order(1, 2, 2, 3, 4)},
		{Corrupt{}, "corrupted by /corrupt", order(1, 3, 4)},
		{Swap{}, "reordered by /swap", order(1, 3, 2, 4)},
		{Cut{}, "lost by cut", order(1)},
	} {
		p, story := pairRun(t, PairConfig{Wire: session.Line, Spec: spec(t, "delay 10ms seed 1")}, 4, 50*time.Millisecond,
			map[uint64]Control{2: c.control})
		for _, proto := range []segment.Proto{segment.TCP, segment.UDP} {
			for _, who := range []string{"A", "B"} {
				if want := fmt.Sprintf("%s victim %v [2]: %s\n", who, proto, c.rule); !strings.Contains(story, want) {
					t.Errorf("%T: no %q", c.control, want)
				}
			}
		}
		if got := heard(story, segment.UDP); !slices.Equal(got, c.udp) {
			t.Errorf("%T: UDP brought %v, want %v", c.control, got, c.udp)
		}
		if got := heard(story, segment.TCP); c.control != (Cut{}) && !slices.Equal(got, order(1, 2, 3, 4)) {
			t.Errorf("%T: TCP brought %v", c.control, got)
		}
		if err := p.Do(Net{spec(t, "loss 3%")}); err != nil || p.Spec().String() != "loss 3% seed 1" {
			t.Errorf("Net: %v, %v", p.Spec(), err)
		}
	}
}

func TestPairDirections(t *testing.T) {
	p := newTestPair(t, PairConfig{Virtual: true, Spec: spec(t, "seed 1")})
	if err := p.B.Do(Net{spec(t, "out loss 1% in loss 2%")}); err != nil || p.Spec().String() != "out loss 2% in loss 1% seed 1" {
		t.Errorf("as A sees it: %v, %v", p.Spec(), err)
	}
	for _, c := range []Control{HoldTime{On: true}, StepTime{}, Slow{Factor: 2}} {
		if err := p.Do(c); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%T in virtual time: %v", c, err)
		}
	}
}

// One protocol's end is not the other's.
func TestPairOutlivesTCP(t *testing.T) {
	c := PairConfig{Wire: session.Line, Spec: spec(t, "delay 10ms seed 1")}
	_, story := pairRun(t, c, 80, 5*time.Second, map[uint64]Control{2: Cut{}, 70: Heal{}})
	if !strings.Contains(story, "A transport.Down {At:1970-01-01 00:0") {
		t.Error("TCP has not given up")
	}
	tcp, udp := heard(story, segment.TCP), heard(story, segment.UDP)
	if len(tcp) != 1 || len(udp) != 12 || udp[1] != "70" {
		t.Errorf("TCP brought %d, UDP %d", len(tcp), len(udp))
	}
	if !strings.Contains(story, "Delivery {Proto:tcp Mark:failed Fates:[{Row:70 ") {
		t.Error("what TCP did not take is not said to have failed")
	}
}

// untilPair reads e's events up to the first of type E that satisfies ok.
func untilPair[E Event](t *testing.T, e *PairEnd, ok func(E) bool) E {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case ev, open := <-e.Events():
			if !open {
				t.Fatal("the events ended")
			}
			if ev, is := ev.(E); is && (ok == nil || ok(ev)) {
				return ev
			}
		case <-deadline:
			t.Fatalf("no %T", *new(E))
		}
	}
}

func TestPairLive(t *testing.T) {
	p := newTestPair(t, PairConfig{NickA: "ann", NickB: "bob", Spec: spec(t, "delay 1ms seed 1")})
	go func() {
		for range p.B.Events() {
		}
	}()
	untilPair(t, p.A, func(s Settled) bool { return s.Proto == segment.TCP && s.Nick == "bob" })
	if err := p.Do(Drop{}); err != nil {
		t.Fatal(err)
	}
	if err := p.A.Send(Message{Row: 1, Text: []byte("hello")}); err != nil {
		t.Fatal(err)
	}
	hit := map[segment.Proto]bool{}
	untilPair(t, p.A, func(v Victim) bool {
		hit[v.Segment.Proto] = v.Segment.Key == 1 && v.Segment.Dir == segment.Out
		return len(hit) == 2
	})
	if !hit[segment.TCP] || !hit[segment.UDP] {
		t.Error(hit)
	}
	untilPair(t, p.A, func(d Delivery) bool { return d.Proto == segment.TCP && d.Mark == Delivered })
	if legs := p.A.Status().Legs; len(legs) != 2 || legs[0].Proto != segment.TCP || legs[1].Proto != segment.UDP {
		t.Errorf("%+v", legs)
	}
	if segs, _, _ := p.A.Segments(0); len(segs) == 0 {
		t.Error("no segments")
	}
}

// While time is held nothing arrives but what is let through, one packet a step.
func TestPairHoldsTime(t *testing.T) {
	p := newTestPair(t, PairConfig{Protos: overUDP, Wire: session.Line, Spec: spec(t, "delay 5ms seed 1")})
	if err := p.Do(StepTime{}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a step while time goes: %v", err)
	}
	untilPair[Up](t, p.A, nil)
	if err := p.Do(HoldTime{On: true}); err != nil {
		t.Fatal(err)
	}
	for row := range uint64(3) {
		if err := p.A.Send(Message{Row: row + 1, Text: []byte{'1' + byte(row)}}); err != nil {
			t.Fatal(err)
		}
	}
	for until := time.Now().Add(patience); p.InFlight(segment.UDP) < 3 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	for left := 2; left >= 0; left-- {
		if err := p.Do(StepTime{}); err != nil {
			t.Fatal(err)
		}
		if n := p.InFlight(segment.UDP); n != left {
			t.Fatalf("%d under way, want %d", n, left)
		}
	}
	untilPair(t, p.B, func(r Received) bool { return string(r.Messages[len(r.Messages)-1].Text) == "3" })
	if err := p.Do(Slow{Factor: 0}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("slow 0: %v", err)
	}
	if err := p.Do(Slow{Factor: 20}); err != nil {
		t.Error(err)
	}
}

func TestPairTellsTheEnd(t *testing.T) {
	p := newTestPair(t, PairConfig{Spec: spec(t, "seed 1")})
	go func() {
		for range p.B.Events() {
		}
	}()
	untilPair[Up](t, p.A, nil)
	go p.Close()
	untilPair[Closed](t, p.A, nil)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := p.A.Send(Message{Row: 1}); !errors.Is(err, ErrClosed) {
		t.Errorf("sending after the end: %v", err)
	}
}
