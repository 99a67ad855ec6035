package model

import (
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// A tale is what befalls a connection, told in virtual time: by a seed, so that
// it is the same each time. What the panes show of it is compared as text.
type tale struct {
	name, spec string
	filter     string // of the ladder, where there is much else
	tell       func(s *stage, moment func(what string))
}

var tales = []tale{
	{"loss", "delay 20ms seed 1", "", func(s *stage, moment func(string)) {
		drive(s.Model, "/drop\nm1 dies\nm2 waits\n")
		s.run(100 * time.Millisecond)
		moment("m1 is missing")
		s.run(3 * time.Second)
	}},
	{"burst", "delay 20ms seed 1", "", func(s *stage, moment func(string)) {
		s.says("first")
		drive(s.Model, "/drop 2\n/burst 10\n")
		s.run(45 * time.Millisecond)
		moment("two of ten are missing")
		s.run(3 * time.Second)
	}},
	{"reorder", "delay 20ms seed 1", "", func(s *stage, moment func(string)) {
		drive(s.Model, "/swap\none\ntwo\n")
		s.run(21 * time.Millisecond)
		moment("under way")
		s.run(time.Second)
	}},
	{"duplicate", "delay 20ms seed 1", "", func(s *stage, moment func(string)) {
		drive(s.Model, "/dup\n")
		s.says("twice", "once")
		s.run(time.Second)
	}},
	{"zerowindow", "delay 5ms seed 1", "tcp window", func(s *stage, moment func(string)) {
		drive(s.Model, "/pause\n/flood 1m\n")
		for range 40 {
			s.run(100 * time.Millisecond)
			s.Update(room{})
		}
		moment("nobody reads")
		drive(s.Model, "/resume\n")
		for range 40 {
			s.run(100 * time.Millisecond)
			s.Update(room{})
		}
	}},
	{"halfclose", "delay 20ms seed 1", "tcp", func(s *stage, moment func(string)) {
		drive(s.Model, "/hold on\n")
		s.says("before")
		if err := s.pair.B.Do(transport.HalfClose{}); err != nil {
			s.t.Fatal(err)
		}
		s.run(500 * time.Millisecond)
		moment("B has said all")
		s.says("A goes on")
		drive(s.Model, "/halfclose\n")
		s.run(time.Second)
	}},
	{"rst", "delay 20ms seed 1", "tcp", func(s *stage, moment func(string)) {
		s.says("before")
		drive(s.Model, "never confirmed\n")
		s.run(10 * time.Millisecond)
		drive(s.Model, "/rst\n")
		s.run(time.Second)
	}},
	{"simultaneous", "delay 20ms seed 1", "tcp", func(s *stage, moment func(string)) {
		s.says("before")
		for _, end := range []*transport.PairEnd{s.pair.A, s.pair.B} {
			if err := end.Do(transport.HalfClose{}); err != nil {
				s.t.Fatal(err)
			}
		}
		s.run(30 * time.Millisecond)
		moment("both FINs are under way, or have met")
		s.run(time.Second)
	}},
}

func TestTales(t *testing.T) {
	for _, c := range tales {
		t.Run(c.name, func(t *testing.T) {
			s := compare(t, c.spec, words.English)
			s.run(time.Second)
			var told strings.Builder
			write := func(head string, rows []string) {
				told.WriteString("-- " + head + "\n")
				for _, r := range rows {
					told.WriteString(strings.TrimRight(ui.Strip(r), " ") + "\n")
				}
			}
			moment := func(what string) {
				s.numbers.read(s.stackNow())
				s.watch(s.stackNow())
				d := s.sidePane(100, 40)
				write(what, append(d.Draw(s.look, ui.Latest)[:12], d.Buffer.Draw(s.look, 100, 2)...))
			}
			c.tell(s, moment)
			moment("in the end")
			bar := s.status()
			write("counters", append(s.balance().Draw(s.look, 100, 3), bar.Draw(s.look, 160)...))
			g := s.graphPane(ui.Rect{W: 76, H: 14})
			g.Which = ui.OutGraph
			write("bytes over time", g.Draw(s.look))
			s.setFilter(c.filter)
			d := s.ladderPane(0, 0)
			told.WriteString("-- ladder\n")
			for line := range d.Lines(s.look) {
				told.WriteString(line + "\n")
			}
			golden(t, "tale."+c.name, told.String())
		})
	}
}
