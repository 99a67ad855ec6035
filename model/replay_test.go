package model

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

func init() { keystrokes["space"] = tea.KeyPressMsg{Code: tea.KeySpace, Text: " "} }

// filmed is compare, with its packets written down; done ends the recording.
func filmed(t *testing.T, spec string, l words.Lang) (s *stage, path string, done func()) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "talk.pcapng")
	file, err := transport.RecordPair(path)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	s = stageOf(t, transport.PairConfig{Spec: parsed, Virtual: true, NickA: "A", NickB: "B", Observe: file.Pair}, l)
	return s, path, func() {
		t.Helper()
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A showing is a recording on the screen.
type showing struct {
	*Model
	t  *testing.T
	tr *transport.Replay
}

func show(t *testing.T, path string, l words.Lang) *showing {
	t.Helper()
	tr, err := transport.OpenReplay(path, transport.ReplayOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	m := New(Options{
		Transport: tr, Replay: true, Lang: l, Zone: time.UTC,
		Environ: []string{"TERM=xterm-256color", "LANG=en_US.UTF-8", "COLORTERM=truecolor"},
	})
	s := &showing{m, t, tr}
	s.press("<home>", 0)
	return s
}

// press presses keys and waits until the recording is held behind packet at.
func (s *showing) press(keys string, at int) {
	s.t.Helper()
	drive(s.Model, keys)
	s.await(func(p *transport.Progress) bool { return p.At == at && !p.Playing })
}

// await takes what is told until the recording is where it should be.
func (s *showing) await(there func(*transport.Progress) bool) {
	s.t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case ev := <-s.tr.Events():
			s.Update(ev)
			if moved, ok := ev.(transport.Moved); ok && there(moved.Status.Replay) {
				return
			}
		case <-timeout:
			s.t.Fatalf("it stays at %+v", s.progress())
		}
	}
}

// total is how many packets the recording has.
func (s *showing) total() int { return s.progress().Total }

// at is the screen at a size.
func (s *showing) at(w, h int) string {
	s.t.Helper()
	s.take(tea.WindowSizeMsg{Width: w, Height: h})
	return fits(s.t, s.Model)
}

// ladderText is the whole ladder.
func ladderText(m *Model) string {
	return ui.Strip(strings.Join(m.ladderPane(160, 400).Draw(m.look, ui.Latest), "\n"))
}

// storm has all there is: loss, duplicates, reordering, bits turned.
const storm = "loss 15% duplicate 10% corrupt 5% reorder 20% delay 60ms seed 5"

// A recording of compare shows the ladder that was seen live, line by line, and
// what became of every line.
func TestReplayShowsWhatWasSeen(t *testing.T) {
	for _, spec := range []string{storm, "delay 20ms", "loss 30% delay 40ms limit 3 seed 2"} {
		live, path, done := filmed(t, spec, words.English)
		live.run(2 * time.Second)
		for range 4 {
			live.says(script...)
		}
		live.run(20 * time.Second)
		done()
		s := show(t, path, words.English)
		s.press("<end>", s.total())
		if got, want := ladderText(s.Model), ladderText(live.Model); got != want {
			t.Errorf("%s: the ladder is\n%s\nlive it was\n%s", spec, got, want)
		}
		for row := uint64(1); row <= 20; row++ {
			got, want := s.crossings.row(row), live.crossings.row(row)
			if string(got.text) != string(want.text) {
				t.Errorf("%s: line %d is %q, not %q", spec, row, got.text, want.text)
			}
			for k := range got.ways {
				g, w := &got.ways[k], &want.ways[k]
				if g.id != w.id || g.first != w.first || g.last != w.last || g.packets != w.packets || g.lost != w.lost ||
					g.again != w.again || g.copies != w.copies || g.behind != w.behind || g.rule != w.rule {
					t.Errorf("%s: line %d over %d:\n%+v, live\n%+v", spec, row, k, *g, *w)
				}
			}
		}
	}
}

// A step back and a step forward lead to the same screen, whatever is shown, and
// so does every other way to the same packet.
func TestReplayStepsBackAndForward(t *testing.T) {
	live, path, done := filmed(t, storm, words.English)
	live.run(2 * time.Second)
	live.says(script...)
	live.run(5 * time.Second)
	done()
	s := show(t, path, words.English)
	for _, view := range []string{"", "<f2>", "<f2><f2>", "<f3>"} {
		s.press("<home>", 0)
		drive(s.Model, view)
		var seen []string
		for at := 1; at <= s.total(); at++ {
			s.press("<right>", at)
			seen = append(seen, s.at(120, 36))
		}
		for at := s.total() - 1; at > 0; at -= 7 {
			s.press("<end>", s.total())
			for back := s.total() - 1; back >= at; back-- {
				if (back-at)%5 == 0 {
					s.press(strings.Repeat("<left>", s.progress().At-back), back)
				}
			}
			if got := s.at(120, 36); got != seen[at-1] {
				t.Fatalf("view %q, back at packet %d:\n%s\nbefore it was\n%s", view, at, got, seen[at-1])
			}
			s.press("<f6>", at+1)
			if got := s.at(120, 36); got != seen[at] {
				t.Fatalf("view %q, on to packet %d:\n%s\nbefore it was\n%s", view, at+1, got, seen[at])
			}
		}
		drive(s.Model, "<esc>")
	}
}

// The recording runs by itself, faster and slower, is held, and begins again from
// its end; nothing can be typed but a command.
func TestReplayKeys(t *testing.T) {
	live, path, done := filmed(t, "delay 20ms", words.English)
	live.run(time.Second)
	live.says("one", "two")
	live.run(time.Second)
	done()
	s := show(t, path, words.English)
	drive(s.Model, "hello")
	if s.editor.text != "" || !strings.Contains(shown(s.Model), "nobody hears you") {
		t.Errorf("a line can be typed: %q\n%s", s.editor.text, shown(s.Model))
	}
	s.take(tea.PasteMsg{Content: "pasted"})
	if s.editor.text != "" {
		t.Errorf("pasted: %q", s.editor.text)
	}
	drive(s.Model, "/theme light\n")
	if s.palette != "light" {
		t.Error("a command cannot be typed")
	}
	drive(s.Model, "/rst\n")
	if got := shown(s.Model); !strings.Contains(got, "no such command") && !strings.Contains(got, "/rst") {
		t.Errorf("/rst is not refused:\n%s", got)
	}
	for range 9 {
		drive(s.Model, "+")
	}
	if got := s.tr.Status().Replay.Speed; got != 100 {
		t.Errorf("the fastest pace is %v", got)
	}
	drive(s.Model, "<space>")
	s.await(func(at *transport.Progress) bool { return at.At == at.Total && !at.Playing })
	if got := s.progress(); got.Time != got.Length {
		t.Errorf("at its end it is at %v of %v", got.Time, got.Length)
	}
	drive(s.Model, "-<f7>")
	if got := s.tr.Status().Replay.Speed; got != 1 {
		t.Errorf("from 20 F7 leads to %v", got)
	}
	drive(s.Model, "<f7>")
	if got := s.tr.Status().Replay.Speed; got != 0.2 {
		t.Errorf("from 1 F7 leads to %v", got)
	}
	drive(s.Model, "<space>")
	if at := s.tr.Status().Replay; !at.Playing {
		t.Errorf("at its end it cannot be played again: %+v", at)
	}
	s.press("<space><home>", 0)
	if !quits(drive(s.Model, "q")) {
		t.Error("q does not leave")
	}
}

// Every key of a recording is in its help, bound once.
func TestReplayHelp(t *testing.T) {
	live, path, done := filmed(t, "delay 20ms", words.English)
	live.run(time.Second)
	done()
	for _, l := range []words.Lang{words.English, words.Chinese} {
		s := show(t, path, l)
		s.take(tea.WindowSizeMsg{Width: 120, Height: 200})
		drive(s.Model, "<f1>")
		help := shown(s.Model)
		bound := map[string]bool{}
		for _, b := range s.keys.replayGroups()[0].keys {
			if !strings.Contains(help, b.Help().Desc) || !strings.Contains(help, b.Help().Key) {
				t.Errorf("%v is not in the help", b.Help())
			}
			for _, k := range b.Keys() {
				if bound[k] {
					t.Errorf("%s is bound twice", k)
				}
				bound[k] = true
			}
		}
	}
}

// What a damaged file lacks stands before the first line, however often it is
// rewound.
func TestReplaySaysWhatIsMissing(t *testing.T) {
	live, path, done := filmed(t, "delay 20ms", words.English)
	live.run(time.Second)
	live.says("one", "two")
	done()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b[:len(b)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	s := show(t, path, words.English)
	for range 2 {
		s.press("<end>", s.total())
		if got := s.at(120, 36); strings.Count(got, "only a part of the file can be read: byte ") != 1 || !strings.Contains(got, "two") {
			t.Errorf("it is not said once:\n%s", got)
		}
		s.press("<left>", s.total()-1)
	}
}

func TestGoldenReplay(t *testing.T) {
	live, path, done := filmed(t, "loss 20% delay 80ms seed 7", words.English)
	live.run(2 * time.Second)
	live.says(script...)
	live.run(8 * time.Second)
	done()
	for _, l := range []words.Lang{words.English, words.Chinese} {
		s := show(t, path, l)
		for _, scene := range []struct {
			name, keys string
			at         int
			sizes      [][2]int
		}{
			{"start", "<home>", 0, [][2]int{{80, 24}}},
			{"middle", strings.Repeat("<right>", 40), 40, [][2]int{{40, 12}, {80, 24}, {120, 36}, {200, 60}}},
			{"ladder", "<end><f2>", s.total(), [][2]int{{80, 24}}},
		} {
			s.press(scene.keys, scene.at)
			for _, size := range scene.sizes {
				name := fmt.Sprintf("replay.%s.%s.%dx%d", scene.name, []string{"en", "zh"}[l], size[0], size[1])
				t.Run(name, func(t *testing.T) { golden(t, name, s.at(size[0], size[1])) })
			}
		}
	}
}
