package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// ladderStory is five lines over a bad link, with the ladder on the screen.
func ladderStory(t *testing.T, l words.Lang) *stage {
	s := compare(t, "loss 20% delay 80ms seed 7", l)
	s.run(2 * time.Second)
	s.says(script...)
	s.run(8 * time.Second)
	drive(s.Model, "<f2>")
	s.at(120, 36)
	return s
}

// pointed is the arrow that is marked on the screen.
func (s *stage) pointed() string {
	s.t.Helper()
	for row := range strings.SplitSeq(shown(s.Model), "\n") {
		if strings.HasPrefix(row, s.look.Glyphs.Selected) {
			return strings.Join(strings.Fields(row), " ")
		}
	}
	return "nothing"
}

// An arrow is reached, opened, and each of its fields explained; what stands
// there are the octets that crossed the link.
func TestLookAtPackets(t *testing.T) {
	s := ladderStory(t, words.English)
	last := s.sight.end - 1
	drive(s.Model, "<f4>")
	if !s.looking.inLadder() || s.looking.rung != last {
		t.Fatalf("F4 looks at %+v, the last packet is %d", *s.looking, last)
	}
	drive(s.Model, "<up><up>")
	if s.looking.rung != last-2 || !strings.Contains(s.pointed(), "▸") {
		t.Errorf("two up is packet %d of %d, %q", s.looking.rung, last, s.pointed())
	}
	for _, c := range []struct {
		key  string
		want uint64
	}{{"g", 0}, {"<up>", 0}, {"<pgdown>", 0}, {"G", last}, {"<ctrl+home>", 0}, {"<ctrl+end>", last}} {
		if drive(s.Model, c.key); c.key != "<pgdown>" && s.looking.rung != c.want {
			t.Errorf("%s looks at packet %d, want %d", c.key, s.looking.rung, c.want)
		}
		if strings.HasPrefix(s.pointed(), "nothing") {
			t.Errorf("after %s the packet is not seen", c.key)
		}
	}
	for drive(s.Model, "g"); ; drive(s.Model, "<down>") {
		if p := s.sight.at(s.looking.rung); p.Proto == segment.TCP && p.Len > 0 && len(p.Messages) > 0 {
			break
		}
	}
	p := s.sight.at(s.looking.rung)
	drive(s.Model, "\n")
	screen := shown(s.Model)
	h := p.Header()
	for _, want := range []string{
		fmt.Sprintf("source port            %02x %02x        %d", h[0], h[1], p.Src.Port()),
		fmt.Sprintf("sequence number        %02x %02x %02x %02x", h[4], h[5], h[6], h[7]),
		fmt.Sprintf("%d × 4 = %d bytes of header", h[12]>>4, len(h)), fmt.Sprintf("data: %d bytes", p.Len),
		"It carries bytes", "RFC 9293 §3.4",
	} {
		if !strings.Contains(strings.Join(strings.Fields(screen), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, screen)
		}
	}
	d, _ := s.opened()
	for i, f := range d.Fields(s.look) {
		drive(s.Model, "<down>?")
		if got := shown(s.Model); s.looking.field != i || !strings.Contains(got, "─ "+f.About.Title.In(words.English)+" ─") {
			t.Errorf("field %d, %s, is explained by\n%s", i, f.Name, got)
		}
		drive(s.Model, "<esc>")
	}
	drive(s.Model, "<right>")
	if next, ok := s.opened(); !ok || s.sight.at(s.looking.rung).Ordinal <= p.Ordinal || next.Selected != noField {
		t.Error("→ does not open the next packet")
	}
	drive(s.Model, "<esc>")
	if _, ok := s.opened(); ok || !s.looking.inLadder() {
		t.Error("Esc does not close the packet first")
	}
	if drive(s.Model, "<esc>"); s.looking != nil {
		t.Error("Esc does not go back to the line")
	}
}

// The packets stay in look mode's order of things: the conversation, the
// packets, the bar.
func TestLookAcrossPanes(t *testing.T) {
	s := compare(t, "delay 20ms seed 7", words.English)
	s.run(time.Second)
	s.says("one", "two")
	s.at(120, 60)
	where := func() string {
		switch lk := s.looking; {
		case lk == nil:
			return "line"
		case lk.inBar():
			return "bar"
		case lk.inLadder():
			return "packets"
		case lk.atGauge():
			return fmt.Sprint("gauge ", lk.gauge)
		}
		return "conversation"
	}
	buffer := fmt.Sprint("gauge ", ui.GaugeBuffer)
	for _, c := range []struct{ keys, want string }{
		{"<f4>", "conversation"}, {"<tab>", buffer}, {"<tab>", "packets"}, {"<tab>", "bar"}, {"<tab>", "conversation"},
		{"<down>", buffer}, {"<up>", "conversation"}, {"<down><down>", fmt.Sprint("gauge ", ui.GaugeTCP)}, {"<right>", fmt.Sprint("gauge ", ui.GaugeUDP)},
		{"<down><down>", "packets"}, {"G<down>", "bar"}, {"<up>", "packets"}, {"g<up>", fmt.Sprint("gauge ", ui.GaugeLatencies)},
		{"<tab><tab><tab>g<up>", fmt.Sprint("gauge ", ui.GaugeLink)}, {"<down>", "conversation"}, {"q", "line"},
	} {
		if drive(s.Model, c.keys); where() != c.want {
			t.Errorf("after %s: %s, want %s", c.keys, where(), c.want)
		}
	}
}

// A filter keeps back what it does not mean, follows what becomes known, and
// goes away again.
func TestFilter(t *testing.T) {
	s := ladderStory(t, words.English)
	all := strings.Count(shown(s.Model), "│ :")
	rows := func() []string {
		var rows []string
		for row := range strings.SplitSeq(shown(s.Model), "\n") {
			if strings.Contains(row, "│ :9001") {
				rows = append(rows, row)
			}
		}
		return rows
	}
	for _, c := range []struct {
		filter string
		each   []string
		many   int
	}{
		{"udp", []string{"UDP"}, 5}, {"tcp lost", []string{"TCP", "✗"}, 5}, {"m4", []string{"four"}, 3},
		{"receipt", []string{"RECEIPT"}, 3}, {"UDP m2", []string{"UDP", "two"}, 1}, {"nowhere", nil, 0},
	} {
		drive(s.Model, "/filter "+c.filter+"\n<f2>")
		s.pane = paneLadder
		got := rows()
		if len(got) < c.many || c.many == 0 && len(got) > 0 {
			t.Errorf("%q leaves %d rows:\n%s", c.filter, len(got), shown(s.Model))
		}
		for _, row := range got {
			for _, want := range c.each {
				if !strings.Contains(row, want) {
					t.Errorf("%q leaves %q", c.filter, row)
				}
			}
		}
	}
	drive(s.Model, "/filter off\n")
	s.pane = paneLadder
	if n := strings.Count(shown(s.Model), "│ :"); n < all-1 {
		t.Errorf("off leaves %d rows of %d", n, all)
	}
	drive(s.Model, "<alt+/>udp")
	if got := strings.Join(rows(), ""); got == "" || strings.Contains(got, "TCP") {
		t.Errorf("while it is typed:\n%s", shown(s.Model))
	}
	if drive(s.Model, "<esc>"); s.ladder.filter != "" || s.filter != nil {
		t.Error("Esc does not take it back")
	}
	drive(s.Model, "<alt+/>lost\n/net loss 100%\n")
	before := s.ladder.sieve.End()
	drive(s.Model, "dies\n")
	s.watch(s.stackNow())
	s.ladder.sieve.End()
	s.run(time.Second)
	if s.ladder.sieve.End() <= before {
		t.Error("a packet that dies after it was looked at is kept back for ever")
	}
}

// What is frozen stays, however much comes.
func TestFrozenLadderLosesNothing(t *testing.T) {
	s := ladderStory(t, words.English)
	drive(s.Model, "<alt+z>")
	body := func() string {
		_, rest, _ := strings.Cut(shown(s.Model), "\n")
		return rest[:strings.Index(rest, "──")]
	}
	drive(s.Model, "<ctrl+home>")
	top := body()
	old := *s.sight.at(s.sight.end - 1)
	for i := range sightRoom + 100 {
		g := old.Segment
		g.ID, g.Stage = uint64(1_000_000+i), segment.Sent
		s.sight.see(&g)
	}
	if s.sight.first == 0 {
		t.Fatal("the ring is not full")
	}
	if got := body(); got != top {
		t.Errorf("it changed:\n%s\nwas\n%s", got, top)
	}
	if head, _, _ := strings.Cut(shown(s.Model), "\n"); !strings.Contains(head, fmt.Sprintf("FROZEN, %d new", sightRoom+100)) {
		t.Errorf("the head is %q", head)
	}
	drive(s.Model, "<alt+z>")
	if s.ladder.frozen != nil || strings.Contains(shown(s.Model), "FROZEN") {
		t.Error("it does not go on")
	}
}

// Of bytes that died the ladder says what TCP does about it: before it is sent
// again, and after.
func TestDeadArrowsSayWhatComes(t *testing.T) {
	s := compare(t, "delay 80ms seed 1", words.English)
	s.run(time.Second)
	s.at(200, 60)
	drive(s.Model, "<f2>/drop\n")
	drive(s.Model, "gone\n")
	s.run(200 * time.Millisecond)
	s.pane = paneLadder
	if got := shown(s.Model); !strings.Contains(got, "TCP will send it again") {
		t.Errorf("before:\n%s", got)
	}
	s.run(5 * time.Second)
	var died *packet
	for i := s.sight.first; i < s.sight.end; i++ {
		if p := s.sight.at(i); p.way == ui.Died && p.Proto == segment.TCP {
			died = p
		}
	}
	want := "sent again " + ui.Span(died.mended) + " later"
	if got := shown(s.Model); died.mended < minRTO || !strings.Contains(got, want) {
		t.Errorf("after, without %q:\n%s", want, got)
	}
}
