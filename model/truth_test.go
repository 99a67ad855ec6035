package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// tapped is compare with every packet noted as the lab's tap tells of it, by
// stage: another way than the one the screen's numbers come.
func tapped(t *testing.T, spec string) (*stage, map[segment.Stage][]segment.Segment) {
	t.Helper()
	l, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[segment.Stage][]segment.Segment{}
	pair, err := transport.NewPair(transport.PairConfig{
		Spec: l, Virtual: true, NickA: "A", NickB: "B",
		Observe: func(s segment.Segment, _ []byte) { seen[s.Stage] = append(seen[s.Stage], s) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Close() })
	m := New(Options{Transport: both{pair.A, pair}, Pair: pair, Nick: "A", Lang: words.English, Zone: time.UTC, Now: pair.Clock().Now})
	return &stage{m, t, pair}, seen
}

// Each packet has one arrow; its times, sizes and numbers are those of the tap,
// and its timer that of the stack.
func TestLadderTellsTheTruth(t *testing.T) {
	s, seen := tapped(t, "loss 20% delay 40ms seed 3")
	s.run(time.Second)
	for i := range 20 {
		s.says(fmt.Sprintf("line %d", i+1))
	}
	s.run(20 * time.Second)
	if got, want := s.sight.End(), uint64(len(seen[segment.Sent])); got != want {
		t.Fatalf("%d arrows, %d packets", got, want)
	}
	type key struct {
		proto segment.Proto
		dir   segment.Dir
		id    uint64
	}
	ends := map[key]segment.Segment{}
	for _, stage := range []segment.Stage{segment.Arrived, segment.Died} {
		for _, g := range seen[stage] {
			ends[key{g.Proto, g.Dir, g.ID}] = g
		}
	}
	first := seen[segment.Sent][0].At
	began := map[uint64]time.Time{} // when bytes from here on were last sent
	again, timed := 0, 0
	for i, g := range seen[segment.Sent] {
		r := rungs{s.Model}.Rung(uint64(i))
		end := ends[key{g.Proto, g.Dir, g.ID}]
		came := end.Stage == segment.Arrived
		if r.At != g.At.Sub(first) || r.Len != g.Len || r.Size != g.Size || r.Wnd != g.Wnd || r.AbsSeq != g.Seq || r.AbsAck != g.Ack ||
			r.Packet != g.ID || r.Rule != g.Rule || r.In != (g.Dir == segment.In) {
			t.Errorf("packet %d is drawn as %+v, the tap saw %+v", i, r, g)
		}
		if came != (r.Way == ui.Came) || came && r.Trip != end.At.Sub(g.At) || !came && (r.Way != ui.Died || r.Rule == "") {
			t.Errorf("packet %d is drawn as %+v, its end was %+v", i, r, end)
		}
		if g.Proto != segment.TCP || g.Dir == segment.In || g.Len == 0 {
			continue
		}
		if was, ok := began[g.RelSeq]; ok != r.Again() {
			t.Errorf("packet %d, again %v: %+v", i, ok, r)
		} else if ok {
			again++
			if r.RTO > 0 {
				timed++
			}
			if r.RTO > g.At.Sub(was) {
				t.Errorf("packet %d: a timer of %v ran out, its bytes were sent %v before", i, r.RTO, g.At.Sub(was))
			}
		}
		began[g.RelSeq] = g.At
	}
	if again == 0 || timed == 0 {
		t.Errorf("%d were sent again, %d of them after a timer", again, timed)
	}
}

// What the graphs are drawn from is what the tap saw and the stack said.
func TestGraphsTellTheTruth(t *testing.T) {
	s, seen := tapped(t, "loss 20% delay 40ms seed 3")
	s.run(time.Second)
	for i := range 20 {
		s.says(fmt.Sprintf("line %d", i+1))
	}
	s.run(20 * time.Second)
	q, first := &s.series.streams[segment.Out], s.series.began
	var sent []ui.SentBytes
	var acked []ui.Point
	again := map[uint64]bool{}
	for _, g := range seen[segment.Sent] {
		if g.Proto == segment.TCP && g.Dir == segment.Out && g.Len > 0 {
			lost := g.Fate == segment.FateLost
			sent = append(sent, ui.SentBytes{At: g.At.Sub(first), First: g.RelSeq, Next: g.RelSeq + uint64(g.Len), Again: again[g.RelSeq], Lost: lost})
			again[g.RelSeq] = true
		}
	}
	for _, g := range seen[segment.Arrived] {
		if g.Proto == segment.TCP && g.Dir == segment.In && g.Flags&segment.ACK != 0 {
			acked = append(acked, ui.Point{At: g.At.Sub(first), Value: float64(g.RelAck)})
		}
	}
	if !slices.Equal(q.Sent, sent) {
		t.Errorf("sent is drawn as %v, the tap saw %v", q.Sent, sent)
	}
	if !slices.Equal(q.Acked, acked) {
		t.Errorf("acked is drawn as %v, the tap saw %v", q.Acked, acked)
	}
	n := s.tcpLeg().TCP
	for _, c := range []struct {
		name string
		line []ui.Point
		want float64
	}{{"cwnd", s.series.cwnd, float64(n.Cwnd)}, {"SRTT", s.series.rtt, ms(n.SRTT)}, {"RTO", s.series.rto, ms(n.RTO)}} {
		if len(c.line) == 0 || c.line[len(c.line)-1].Value != c.want || c.want == 0 {
			t.Errorf("%s is drawn as %v, the stack says %v", c.name, c.line, c.want)
		}
	}
	if edge := q.Edge[len(q.Edge)-1].Value - q.Acked[len(q.Acked)-1].Value; edge != float64(n.SndWnd) {
		t.Errorf("the window's edge is %v beyond the last ACK, the window is %d", edge, n.SndWnd)
	}
}

// The balance's times and bytes are those of the rows and of the tap.
func TestBalanceTellsTheTruth(t *testing.T) {
	s, _ := tapped(t, "loss 20% delay 40ms seed 3")
	s.run(time.Second)
	text := 0
	for i := range 20 {
		line := fmt.Sprintf("line %d", i+1)
		text += len(line)
		s.says(line)
	}
	s.run(20 * time.Second)
	for k, proto := range []segment.Proto{segment.TCP, segment.UDP} {
		tally := s.balance().Tallies[k]
		var took []time.Duration
		wire, came := 0, 0
		for row := uint64(1); row <= 20; row++ {
			if x := s.crossings.row(row); !x.ways[k].came.IsZero() {
				took = append(took, x.ways[k].came.Sub(x.said))
				came += len(x.text)
			}
		}
		segs, _, missed := s.pair.Segments(0)
		var owed, told [2]uint64 // what of either direction is to be acknowledged; the highest ack
		for i := range segs {
			g := &segs[i]
			if g.Stage != segment.Sent || g.Proto != proto {
				continue
			}
			p := g.Payload()
			beats := len(p) > 8 && p[0] == 0xf5 && onlyBeats(p)
			if pure := g.Len == 0 && g.Flags == segment.ACK; !beats && !(pure && told[g.Dir] >= owed[1-g.Dir]) {
				wire += g.Size
			}
			if told[g.Dir] = max(told[g.Dir], g.RelAck); !beats && g.Span() > 0 {
				owed[g.Dir] = max(owed[g.Dir], g.RelSeq+uint64(g.Span()))
			}
		}
		if missed > 0 {
			t.Fatalf("%d segments were missed", missed)
		}
		slices.Sort(took)
		if tally.P50 != took[(len(took)-1)/2] || tally.Max != took[len(took)-1] || tally.Text != int64(came) || tally.Wire != int64(wire) {
			t.Errorf("%v: %+v; it took %v, %d bytes of text in %d on the wire", proto, tally, took, came, wire)
		}
		if proto == segment.TCP && came != text {
			t.Errorf("%d bytes of text came, %d were said", came, text)
		}
	}
}

// onlyBeats reports that p holds no other frames than PING and PONG: the fourth
// octet of a frame is its type (docs/WIRE.md).
func onlyBeats(p []byte) bool {
	for len(p) > 8 {
		if p[3] != 5 && p[3] != 6 {
			return false
		}
		p = p[8+int(p[7]):]
	}
	return true
}

// Silence costs nothing: heartbeats are no part of what the lines cost.
func TestHeartbeatsAreNoCost(t *testing.T) {
	s := compare(t, "loss 30% delay 40ms seed 5", words.English)
	s.run(time.Second)
	s.says("one", "two", "three")
	s.run(30 * time.Second)
	before, packets := s.balance(), s.sight.end
	s.run(2 * time.Minute)
	if after := s.balance(); s.sight.end < packets+20 || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("after %d packets more the balance is\n%+v, it was\n%+v", s.sight.end-packets, after, before)
	}
}

// A row tells the same times as look mode does.
func TestRowsAndLookModeAgree(t *testing.T) {
	s := compare(t, "loss 20% delay 80ms seed 7", words.English)
	s.run(time.Second)
	s.says(script...)
	s.run(20 * time.Second)
	s.at(120, 60)
	ps := newPairs(s.Model)
	told := 0
	for i := ps.First(); i < ps.End(); i++ {
		p := ps.Pair(i)
		if p.N == 0 {
			continue
		}
		drive(s.Model, "<esc><esc><f4>")
		s.lookAtLine(i)
		e, _ := s.explanation()
		all := e.Text
		for _, x := range e.Then {
			all += x.Text
		}
		for _, g := range []ui.Passage{p.TCP, p.UDP} {
			for _, d := range []time.Duration{g.After, g.Waited} {
				if d > 0 && !g.Lost {
					told++
					if !strings.Contains(all, ui.Span(d)) {
						t.Errorf("the row says %s, look mode %q", ui.Span(d), all)
					}
				}
			}
		}
	}
	if told < 8 {
		t.Errorf("only %d times were told", told)
	}
}
