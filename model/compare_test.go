package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

func init() {
	for i, k := range []rune{tea.KeyF2, tea.KeyF3, tea.KeyF5, tea.KeyF6, tea.KeyF7, tea.KeyF8} {
		keystrokes[[]string{"f2", "f3", "f5", "f6", "f7", "f8"}[i]] = tea.KeyPressMsg{Code: k}
	}
}

// A stage is seqtalk compare in virtual time.
type stage struct {
	*Model
	t    *testing.T
	pair *transport.Pair
}

// compare sets up both ends over spec.
func compare(t *testing.T, spec string, l words.Lang) *stage {
	t.Helper()
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return stageOf(t, transport.PairConfig{Spec: s, Virtual: true, NickA: "A", NickB: "B"}, l)
}

func stageOf(t *testing.T, cfg transport.PairConfig, l words.Lang) *stage {
	t.Helper()
	pair, err := transport.NewPair(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Close() })
	m := New(Options{
		Transport: both{pair.A, pair}, Pair: pair, Nick: "A", Lang: l, Zone: time.UTC, Now: pair.Clock().Now,
		Environ: []string{"TERM=xterm-256color", "LANG=en_US.UTF-8", "COLORTERM=truecolor"},
	})
	return &stage{m, t, pair}
}

// run lets d pass, with a tick each 100 ms.
func (s *stage) run(d time.Duration) {
	s.t.Helper()
	clock := s.pair.Clock()
	end := clock.Now().Add(d)
	for tock := clock.Now(); tock.Before(end); tock = tock.Add(100 * time.Millisecond) {
		clock.At(tock, func() {})
	}
	clock.At(end, func() {})
	for clock.Now().Before(end) && s.pair.Step() {
		for _, ev := range s.pair.A.Drain() {
			s.Update(ev)
		}
		for _, ev := range s.pair.B.Drain() {
			s.Update(transport.Far{Event: ev})
		}
		if now := clock.Now(); now.Sub(s.numbers.at) >= eventGap {
			s.Update(tick(s.numbers.serial))
		}
	}
	s.numbers.read(clock.Now())
	s.watch(clock.Now())
}

// says types lines, one each 250 ms.
func (s *stage) says(lines ...string) {
	for _, line := range lines {
		drive(s.Model, line+"\n")
		s.run(250 * time.Millisecond)
	}
}

// at is the screen at a size.
func (s *stage) at(w, h int) string {
	s.t.Helper()
	s.take(tea.WindowSizeMsg{Width: w, Height: h})
	return fits(s.t, s.Model)
}

var script = []string{"在吗？", "two", "three", "four", "five"}

// The story a new user sees: --net "loss 20% delay 80ms", five lines.
func TestGoldenCompare(t *testing.T) {
	scenes := []struct {
		name  string
		make  func(s *stage)
		sizes [][2]int
	}{
		{"begin", func(s *stage) { s.run(2 * time.Second) }, [][2]int{{80, 24}}},
		{"wait", func(s *stage) { s.run(2 * time.Second); s.says(script...) }, [][2]int{{40, 12}, {80, 24}, {120, 36}, {200, 60}}},
		{"done", func(s *stage) { s.run(2 * time.Second); s.says(script...); s.run(8 * time.Second) }, [][2]int{{80, 24}, {120, 36}, {200, 60}}},
		{"ladder", func(s *stage) {
			s.run(2 * time.Second)
			s.says(script...)
			s.run(8 * time.Second)
			drive(s.Model, "<f2>")
		}, [][2]int{{80, 24}, {120, 36}, {200, 60}}},
		{"graphs", func(s *stage) {
			s.run(2 * time.Second)
			s.says(script...)
			s.run(8 * time.Second)
			drive(s.Model, "<f3>")
		}, [][2]int{{80, 24}, {120, 36}}},
		{"aimed", func(s *stage) {
			s.run(2 * time.Second)
			drive(s.Model, "/net off\n/drop\n")
			s.says("gone")
			drive(s.Model, "/dup\n")
			s.says("twice", "once")
			s.run(3 * time.Second)
		}, [][2]int{{80, 24}, {120, 36}}},
	}
	for _, c := range scenes {
		for _, l := range []words.Lang{words.English, words.Chinese} {
			s := compare(t, "loss 20% delay 80ms seed 7", l)
			c.make(s)
			for _, size := range c.sizes {
				name := fmt.Sprintf("compare.%s.%s.%dx%d", c.name, []string{"en", "zh"}[l], size[0], size[1])
				t.Run(name, func(t *testing.T) { golden(t, name, s.at(size[0], size[1])) })
			}
		}
	}
}

// In the end TCP has brought each line, in order; UDP what was not lost, at
// once. The rows, the balance and the ladder agree.
func TestCompareTellsTheTruth(t *testing.T) {
	s := compare(t, "loss 30% delay 40ms duplicate 30% seed 3", words.English)
	s.run(2 * time.Second)
	for i := range 40 {
		s.says(fmt.Sprintf("line %d", i+1))
	}
	s.run(60 * time.Second)
	var came, lost, again int
	var last time.Time
	for row := uint64(1); row <= 40; row++ {
		x := s.crossings.row(row)
		if x == nil {
			t.Fatalf("row %d is not followed", row)
		}
		tcp, udp := &x.ways[0], &x.ways[1]
		if tcp.came.IsZero() || tcp.copies != 1 || tcp.came.Before(last) {
			t.Errorf("row %d over TCP came %d times, at %v after %v", row, tcp.copies, tcp.came, last)
		}
		last = tcp.came
		if udp.gone() {
			lost++
		} else if udp.copies == 0 {
			t.Errorf("row %d over UDP neither came nor was lost", row)
		} else {
			came++
		}
	}
	for i := s.sight.first; i < s.sight.end; i++ {
		if p := s.sight.at(i); p.again != 0 && len(p.Messages) > 0 {
			again++
		}
	}
	b := s.balance()
	tcp, udp := b.Tallies[0], b.Tallies[1]
	if tcp.Delivered != 40 || tcp.Sent != 40 || tcp.Lost != 0 || tcp.Resent < again || again == 0 {
		t.Errorf("TCP: %+v; segments with lines were sent again %d times", tcp, again)
	}
	if udp.Delivered != came || udp.Lost != lost || lost == 0 || came+lost != 40 || udp.Dup == 0 {
		t.Errorf("UDP: %+v; the rows say %d came and %d were lost", udp, came, lost)
	}
	if tcp.Handshake <= 0 || udp.Handshake != 0 || tcp.Wire <= udp.Wire {
		t.Errorf("the cost: %+v %+v", tcp, udp)
	}
	died := 0
	for i := s.sight.First(); i < s.sight.End(); i++ {
		p := s.sight.at(i)
		if p.way == ui.Died {
			died++
			if p.Rule == "" {
				t.Errorf("packet %d died of nothing", p.ID)
			}
		}
		if p.way == ui.OnWay {
			t.Errorf("%s packet %d is still on its way", p.Proto, p.ID)
		}
	}
	if died == 0 || len(s.sight.way) != 0 {
		t.Errorf("%d died, %d are on their way", died, len(s.sight.way))
	}
	if m, held := s.crossings.missing(); m != nil || held != 0 {
		t.Errorf("%v is missing, up to %d wait", m, held)
	}
}

// While a line is missing those behind it wait, and the screen says for which,
// why, and until when; the countdown is kept.
func TestCompareCountsDown(t *testing.T) {
	s := compare(t, "delay 50ms seed 1", words.English)
	s.run(time.Second)
	s.says("first", "second")
	drive(s.Model, "/drop\n")
	drive(s.Model, "lost\nwaits\n")
	s.run(100 * time.Millisecond)
	b := s.buffer()
	if b.Waits != 3 || len(b.Slots) != 2 || b.Slots[0].Here || !b.Slots[1].Here || b.Again <= 0 {
		t.Fatalf("the buffer is %+v", b)
	}
	if got := newPairs(s.Model).Pair(s.talk.End() - 3); got.TCP.Waits != 0 && got.N != 4 {
		t.Errorf("%+v", got)
	}
	due := s.pair.Clock().Now().Add(b.Again)
	for s.buffer().Again > 0 {
		s.run(10 * time.Millisecond)
	}
	if late := s.pair.Clock().Now().Sub(due); late < -20*time.Millisecond || late > 20*time.Millisecond {
		t.Errorf("it was sent again %v later than said", late)
	}
	s.run(time.Second)
	if b := s.buffer(); b.Waits != 0 || len(b.Slots) != 0 {
		t.Errorf("the buffer is %+v", b)
	}
	x := s.crossings.row(4)
	if w := x.ways[0].waited(); w < 100*time.Millisecond {
		t.Errorf("the line behind it waited %v", w)
	}
	if shown := s.at(120, 36); !strings.Contains(shown, "↻1 ✓✓") || !strings.Contains(shown, "lost /drop") || !strings.Contains(shown, "waited") {
		t.Errorf("the screen is\n%s", shown)
	}
}

// A wrong word in /net is pointed at, and the line is kept.
func TestNetPointsAtTheWord(t *testing.T) {
	s := compare(t, "off", words.English)
	drive(s.Model, "/net loss 20% dealy 80ms\n")
	if s.editor.text != "/net loss 20% dealy 80ms" || !strings.HasPrefix(s.editor.text[s.editor.caret:], "dealy") {
		t.Errorf("the line is %q, the caret at %d", s.editor.text, s.editor.caret)
	}
	if !strings.Contains(s.hint, `"dealy"`) || !strings.Contains(s.hint, "delay") {
		t.Errorf("the hint is %q", s.hint)
	}
	drive(s.Model, "<end><ctrl+u>/net delay\n")
	if !strings.Contains(s.hint, "too early") {
		t.Errorf("the hint is %q", s.hint)
	}
	drive(s.Model, "<end><ctrl+u>/net delay 5ms\n")
	if got := s.pair.Spec().Out.Delay; got != 5*time.Millisecond {
		t.Errorf("the delay is %v", got)
	}
}

// What is aimed at the next packets is shown until it has hit both protocols.
func TestAims(t *testing.T) {
	s := compare(t, "delay 10ms seed 1", words.English)
	s.run(time.Second)
	drive(s.Model, "/drop 2\n/drop\n")
	if r := s.linkRow(); r.Aims != "/drop 3" {
		t.Errorf("next: %q", r.Aims)
	}
	s.says("a")
	s.run(5 * time.Second)
	if r := s.linkRow(); r.Aims == "" {
		t.Error("UDP has lost one line only, and nothing is said to be left")
	}
	s.says("b", "c")
	s.run(5 * time.Second)
	if r := s.linkRow(); r.Aims != "" {
		t.Errorf("next: %q", r.Aims)
	}
	notes := 0
	for i := s.talk.First(); i < s.talk.End(); i++ {
		if l := s.talk.Line(i); strings.Contains(string(l.Text), "/drop") {
			notes++
		}
	}
	if notes != 6 {
		t.Errorf("%d victims are named, not 6", notes)
	}
	drive(s.Model, "/drop x\n/drop 0\n/drop 1001\n")
	if len(s.link.aims) != 0 {
		t.Errorf("aims: %v", s.link.aims)
	}
}

// What says lines by itself is bounded, and stops.
func TestBurstFloodEvery(t *testing.T) {
	s := compare(t, "off", words.English)
	s.run(time.Second)
	drive(s.Model, "/burst 1001\n/burst 0\n/flood 2m\n/flood -1\n/every 1ms\n/every 2h\n")
	if s.crossings.end != 0 {
		t.Fatalf("%d lines were said", s.crossings.end)
	}
	drive(s.Model, "/burst 20\n")
	s.run(2 * time.Second)
	drive(s.Model, "/flood 10k\n")
	s.run(5 * time.Second)
	b := s.balance()
	if b.Tallies[0].Delivered != 31 || b.Tallies[1].Delivered != 31 {
		t.Errorf("%+v", b.Tallies)
	}
	bytes := 0
	for row := uint64(21); row < s.crossings.end; row++ {
		bytes += len(s.crossings.row(row).text)
	}
	if bytes != 10<<10 {
		t.Errorf("the flood was %d bytes", bytes)
	}
	drive(s.Model, "/every 50ms\n")
	said := s.crossings.end
	s.Update(s.link.beat.serial)
	s.Update(s.link.beat.serial - 1) // a beat of before
	if s.crossings.end != said+1 {
		t.Errorf("%d lines a beat", s.crossings.end-said)
	}
	drive(s.Model, "/every off\n")
	s.Update(s.link.beat.serial)
	if s.crossings.end != said+1 {
		t.Error("it goes on")
	}
}

// F2 goes round, in a window with room for two panes and in one without.
func TestPanesGoRound(t *testing.T) {
	s := compare(t, "delay 5ms seed 1", words.English)
	s.run(time.Second)
	s.says("hello")
	for _, c := range []struct {
		w, h int
		want []string // of: sides, ladder, ruler
	}{
		{80, 24, []string{"sides", "ladder", "ruler", "sides"}},
		{200, 60, []string{"sides ladder", "ladder", "sides", "ruler", "sides ladder"}},
		{80, 40, []string{"sides ladder", "ladder", "sides", "ruler", "sides ladder"}},
	} {
		for i, want := range c.want {
			if i > 0 {
				drive(s.Model, "<f2>")
			}
			shown := s.at(c.w, c.h)
			var got []string
			for _, p := range [][2]string{{"sides", "as it comes"}, {"ladder", "[S]"}, {"ruler", "A writes, B reads"}} {
				if strings.Contains(shown, p[1]) {
					got = append(got, p[0])
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%d×%d, F2 pressed %d times: %v, not %s\n%s", c.w, c.h, i, got, want, shown)
			}
		}
	}
}

// The ladder: scrolled, frozen, without pure ACKs, with absolute numbers.
func TestLadderKeys(t *testing.T) {
	s := compare(t, "delay 5ms seed 1", words.English)
	s.run(time.Second)
	for i := range 30 {
		s.says(fmt.Sprint(i))
	}
	drive(s.Model, "<f2>")
	all := s.at(80, 24)
	drive(s.Model, "<pgup>")
	if up := s.at(80, 24); up == all || !strings.Contains(up, "below") {
		t.Errorf("Page Up shows\n%s", up)
	}
	drive(s.Model, "<ctrl+end><alt+a>")
	if none := s.at(80, 24); strings.Contains(none, "[.]") || !strings.Contains(none, "no pure ACKs") {
		t.Errorf("pure ACKs are hidden:\n%s", none)
	}
	drive(s.Model, "<alt+a><alt+z>")
	frozen := s.sight.end
	s.says("new")
	s.run(time.Second)
	if shown := s.at(80, 24); !strings.Contains(shown, "FROZEN, ") || s.sight.end == frozen {
		t.Errorf("frozen:\n%s", shown)
	}
	drive(s.Model, "<alt+z><alt+n>")
	if shown := s.at(80, 24); strings.Contains(shown, "FROZEN") || !strings.Contains(shown, "absolute") {
		t.Errorf("absolute:\n%s", shown)
	}
	if drive(s.Model, "x"); s.editor.text != "x" {
		t.Error("letters are not typed beside the ladder")
	}
	if drive(s.Model, "<esc>"); s.pane != panePlain {
		t.Error("Esc does not go back")
	}
}

// Where no segments are seen F2 says why, and what shows them.
func TestLadderOnTheKernelsStack(t *testing.T) {
	m := conversation(t, words.English)
	m.take(tea.WindowSizeMsg{Width: 120, Height: 36})
	if before := fits(t, m); strings.Contains(before, "│") {
		t.Errorf("there is a pane without packets:\n%s", before)
	}
	drive(m, "<f2>")
	if shown := fits(t, m); !strings.Contains(shown, "seqtalk compare") {
		t.Errorf("F2 shows\n%s", shown)
	}
	if shown := m.keys.Hold.Enabled(); shown {
		t.Error("F5 is offered where nothing can be held")
	}
	if m.commandNamed("net") != nil {
		t.Error("/net is offered where there is no link")
	}
	drive(m, "<f2>")
	if m.pane != panePlain {
		t.Error("F2 does not go back")
	}
}

// Live: time is held, goes on packet by packet and slower, and everything ends.
func TestHoldStepSlow(t *testing.T) {
	before := goleak.IgnoreCurrent()
	spec, err := link.Parse("delay 30ms seed 5")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := transport.NewPair(transport.PairConfig{Spec: spec, NickA: "A", NickB: "B"})
	if err != nil {
		t.Fatal(err)
	}
	m := New(Options{Transport: both{pair.A, pair}, Pair: pair, Nick: "A", Zone: time.UTC})
	for up := 0; up < 2; {
		ev := <-pair.A.Events()
		if _, ok := ev.(transport.Up); ok {
			up++
		}
		m.Update(ev)
	}
	drive(m, "<f6>")
	if m.hint == "" {
		t.Error("F6 says nothing where time is not held")
	}
	drive(m, "<f5>")
	if !m.link.held || !strings.Contains(ui.Strip(m.linkRow().Draw(m.look, 120)), "TIME IS HELD") {
		t.Error("that time is held is not said")
	}
	drive(m, "held\n")
	at := pair.Clock().Now()
	time.Sleep(20 * time.Millisecond)
	if moved := pair.Clock().Now().Sub(at); moved != 0 {
		t.Errorf("held time moved by %v", moved)
	}
	for leaves := 0; pair.Clock().Now() == at; leaves++ { // a step may also let one leave, now: over each protocol one
		m.watch(m.now())
		seen := m.sight.version
		_, cmd := m.Update(keystrokes["f6"])
		if cmd == nil || leaves == 3 {
			t.Fatalf("F6 pressed %d times moves no time", leaves)
		}
		for _, msg := range messages(cmd) {
			m.Update(msg)
		}
		if m.sight.version == seen {
			t.Error("a step let no packet through")
		}
	}
	drive(m, "<f5><f7>")
	if m.link.held || m.link.slow != 5 {
		t.Errorf("held %v, %v times slower", m.link.held, m.link.slow)
	}
	drive(m, "<f7><f7><f7>")
	if m.link.slow != 1 {
		t.Errorf("%v times slower", m.link.slow)
	}
	m.tr.Close()
	goleak.VerifyNone(t, before, goleak.IgnoreTopFunction("charm.land/bubbletea/v2.Tick.func1"))
}

// messages are what cmd gives, of a batch all of its parts that come at once.
func messages(cmd tea.Cmd) (all []tea.Msg) {
	batch, ok := cmd().(tea.BatchMsg)
	if !ok {
		return []tea.Msg{cmd()}
	}
	for _, c := range batch {
		done := make(chan tea.Msg, 1)
		go func() { done <- c() }()
		select {
		case msg := <-done:
			all = append(all, msg)
		case <-time.After(200 * time.Millisecond):
		}
	}
	return all
}

// What lies behind a greeting that was lost waits for it like behind any other
// bytes, and the strip says so.
func TestBufferBehindAFrame(t *testing.T) {
	s := compare(t, "loss 40% delay 80ms seed 3", words.English)
	s.says(script...)
	for waited := 0; !s.buffer().Frame; waited++ {
		if waited == 200 {
			t.Fatalf("no greeting is missed:\n%s", s.at(120, 36))
		}
		s.run(100 * time.Millisecond)
	}
	here := 0
	for _, slot := range s.buffer().Slots {
		if w := &s.crossings.row(slot.N).ways[0]; !w.came.IsZero() || !slot.Here {
			t.Errorf("m%d is %+v", slot.N, slot)
		}
		here++
	}
	if text := s.at(120, 36); here == 0 || !strings.Contains(text, "waiting for a seqtalk frame") {
		t.Errorf("%d lines wait:\n%s", here, text)
	}
	tally := func() ui.Tally { return s.balance().Tallies[0] }
	for waited := 0; tally().Delivered < tally().Sent && waited < 100; waited++ {
		s.run(10 * time.Second)
	}
	if b := s.buffer(); b.Frame || len(b.Slots) > 0 || tally().Sent == 0 || tally().Delivered != tally().Sent {
		t.Errorf("in the end the buffer is %+v, and of %d lines came %d", b, tally().Sent, tally().Delivered)
	}
}

// A reader that stops fills TCP's buffer, and the screen says so; it is the
// other end's reader that is meant.
func TestCompareStopsTheReader(t *testing.T) {
	s := compare(t, "delay 10ms seed 1", words.English)
	s.run(time.Second)
	if err := s.tr.Do(transport.Pause{On: true}); err != nil {
		t.Fatal(err)
	}
	s.says("one", "two")
	if b := s.buffer(); b.Unread == 0 || b.Waits != 0 {
		t.Errorf("the buffer is %+v", b)
	}
	if err := s.tr.Do(transport.Pause{}); err != nil {
		t.Fatal(err)
	}
	s.run(time.Second)
	if b := s.buffer(); b.Unread != 0 || s.balance().Tallies[0].Delivered != 2 {
		t.Errorf("the buffer is %+v", b)
	}
}
