package model

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	pty "seqtalk/model/screen"
	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// benchPanes are the screens whose frames are measured, by what is pressed.
var benchPanes = []struct {
	name string
	pane pane
	keys string
}{
	{"sides", panePlain, ""}, {"ladder", paneLadder, ""}, {"ruler", paneRuler, ""}, {"graphs", paneGraphs, ""},
	{"opened packet", paneLadder, "<f4>\n"}, {"filtered ladder", paneLadder, "<alt+/>udp\n"},
}

// BenchmarkPanes is what a frame of each screen costs, after a conversation of
// a few lines and of a thousand.
//
//	go test ./model -run '^$' -bench Panes
func BenchmarkPanes(b *testing.B) {
	for _, lines := range []int{20, 1000} {
		s := compare(&testing.T{}, "loss 5% delay 20ms seed 3", words.English)
		s.run(time.Second)
		drive(s.Model, fmt.Sprintf("/burst %d\n", lines))
		for range 60 {
			s.run(time.Second)
			s.Update(room{})
		}
		if n := int(s.crossings.end) - 1; n != lines {
			b.Fatalf("%d lines of %d were said", n, lines)
		}
		for _, size := range [][2]int{{80, 24}, {200, 60}} {
			s.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			for _, p := range benchPanes {
				b.Run(fmt.Sprintf("%s/%dx%d/%d lines", p.name, size[0], size[1], lines), func(b *testing.B) {
					s.looking, s.filter, s.ladder = nil, nil, newLadder()
					s.pane = p.pane
					drive(s.Model, p.keys)
					b.ReportAllocs()
					for b.Loop() {
						s.draw()
					}
				})
			}
		}
		s.pair.Close()
	}
}

// comparing is the program as a child: compare, in which lines are said so fast
// that so many packets a second cross the link.
func comparing(packets int) int {
	spec, err := link.Parse("delay 5ms")
	if err != nil {
		return 99
	}
	var seen atomic.Int64
	pair, err := transport.NewPair(transport.PairConfig{Spec: spec, NickA: "A", NickB: "B", Observe: func(s segment.Segment, _ []byte) {
		if s.Stage == segment.Sent {
			seen.Add(1)
		}
	}})
	if err != nil {
		return 99
	}
	go func() {
		begun := time.Now()
		for row := uint64(1 << 40); ; time.Sleep(2 * time.Millisecond) {
			for seen.Load() < int64(time.Since(begun).Seconds()*float64(packets)) {
				if pair.A.Send(transport.Message{Row: row, Text: []byte("one of many")}) != nil {
					break
				}
				row++
				time.Sleep(time.Millisecond / 4)
			}
		}
	}()
	exit, err := RunCompare(Options{Nick: "A"}, pair)
	if err != nil {
		fmt.Println(err)
	}
	return exit
}

// BenchmarkKeyAmongPackets measures from a key written to a real pty to its
// letter on the screen of compare, while 1,000 packets a second cross its link.
//
//	go test ./model -run '^$' -bench KeyAmong -benchtime 200x
func BenchmarkKeyAmongPackets(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {200, 60}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			s, err := pty.Start(size[0], size[1], []string{"SEQTALK_CHILD=compare"}, os.Args[0])
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			if err := s.Shows("F1"); err != nil {
				b.Fatal(err)
			}
			time.Sleep(2 * time.Second)
			took := echoed(b, s, max(b.N, 20))
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
			b.ReportMetric(float64(took[len(took)*9/10].Microseconds())/1e3, "p90-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// echoed presses n keys, one after the other, and returns how long each took to
// stand in the line, in order. Where the cursor is while frames come tells nothing.
func echoed(t testing.TB, s *pty.Screen, n int) []time.Duration {
	t.Helper()
	var took []time.Duration
	line := "› "
	for i := range n {
		key := string(rune('a' + i%26))
		if i%26 == 0 && i > 0 {
			line = "› "
			s.Type("\x15") // Ctrl-U
			if err := s.Until(func(text string) bool { return !strings.Contains(text, "› a") }); err != nil {
				t.Fatal(err)
			}
		}
		line += key
		begun := time.Now()
		s.Type(key)
		if err := s.Until(func(text string) bool { return strings.Contains(text, line) }); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(begun))
		time.Sleep(time.Duration(3+i%11) * time.Millisecond) // not in step with the frames
	}
	slices.Sort(took)
	return took
}

// Numbers that change all the time are drawn at most four times a second, as
// long as nothing else happens.
func TestMeasurementsRedrawSeldom(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	begun, frames := *now, 0
	last := ui.Join(m.rowsNow())
	for now.Sub(begun) < 10*time.Second {
		m.numbers.schedule(*now)
		*now = m.numbers.due
		p.status.Legs[0].TCP.SndNxt += 100
		m.ticked(tick(m.numbers.serial))
		if next := ui.Join(m.rowsNow()); next != last {
			frames, last = frames+1, next
		}
	}
	if frames > 40 || frames < 20 {
		t.Errorf("%d frames in ten seconds", frames)
	}
}

// rowsNow is the screen in rows.
func (m *Model) rowsNow() []string {
	rows, _ := m.draw()
	return rows
}
