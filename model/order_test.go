package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/ui/words"
)

// Between two terminals the ladder's times go down the screen as this end came to
// know of the packets, whatever left the other end before.
func TestLadderInOrder(t *testing.T) {
	start := time.Unix(0, 0)
	m := &Model{}
	see := func(ms int, d segment.Dir, id uint64, stage segment.Stage) {
		m.sight.see(&segment.Segment{At: start.Add(time.Duration(ms) * time.Millisecond), Proto: segment.UDP, Dir: d, ID: id, Stage: stage})
	}
	see(0, segment.Out, 1, segment.Sent)
	see(100, segment.Out, 2, segment.Sent)
	see(70, segment.In, 1, segment.Sent) // it came with its age
	see(110, segment.In, 1, segment.Arrived)
	see(30, segment.Out, 1, segment.Arrived)
	see(115, segment.In, 2, segment.Sent)
	see(120, segment.In, 2, segment.Died)
	see(125, segment.Out, 3, segment.Sent)
	var got []time.Duration
	for i := m.sight.first; i < m.sight.end; i++ {
		got = append(got, m.timeOf(m.sight.at(i)).Sub(start)/time.Millisecond)
	}
	if want := []time.Duration{0, 100, 110, 120, 125}; !slices.Equal(got, want) {
		t.Errorf("the times are %v, meant are %v", got, want)
	}
	if trip := m.sight.at(2).trip; trip != 40*time.Millisecond {
		t.Errorf("on the way %v", trip)
	}
}

// What UDP lost is one number wherever it stands, the very last message included,
// which the other end cannot miss yet.
func TestLostIsOneNumber(t *testing.T) {
	s := compare(t, "delay 20ms", words.English)
	s.run(500 * time.Millisecond)
	s.says("one", "/drop", "two")
	table, leg := s.balance().Tallies[1].Lost, s.numbers.last.Legs[1]
	bar := s.withFar(&leg, legOf(&leg)).IDs
	if table != 1 || bar.Lost != 1 || !bar.Ours {
		t.Errorf("the table says %d, the bar %d", table, bar.Lost)
	}
	if screen := s.at(120, 36); !strings.Contains(screen, "lost 1  dup 0") {
		t.Errorf("the bar is\n%s", screen)
	}
}
