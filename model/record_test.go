package model

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seqtalk/model/lesson"
	"seqtalk/ui/words"
)

// What was typed and done in compare is a lesson that can be handed out: it
// holds, and loses the same lines.
func TestSaveLesson(t *testing.T) {
	s := compare(t, "loss 20% delay 80ms seed 4", words.English)
	on := lesson.Stacks{lesson.DefaultStack: labGround}
	s.o.Stacks, s.record = on, lesson.NewRecording(s.pair.Now(), s.pair.Spec())
	s.run(2 * time.Second)
	s.says("one", "it's", "三", "four", "five")
	drive(s.Model, "/drop\n")
	s.says("gone")
	s.run(10 * time.Second)
	file := filepath.Join(t.TempDir(), "mine.toml")
	save := func() string {
		t.Helper()
		s.Update(s.saveLesson(file)())
		return string(s.talk.Line(s.talk.End() - 1).Text)
	}
	if said := save(); said != "written to "+file+"; seqtalk lesson "+file+" plays it" {
		t.Fatal(said)
	}
	l, err := lesson.Find(file)
	if err != nil {
		t.Fatal(err)
	}
	v, err := l.Check(context.Background(), on, nil)
	if err != nil || v.Kind != lesson.Holds {
		t.Errorf("%v: %+v", err, v.Seen)
	}
	lost := 6 - s.crossings.tally[1].delivered
	text, err := os.ReadFile(file)
	if err != nil || lost == 0 || !strings.Contains(string(text), `"udp.lost == `+string(rune('0'+lost))+`"`) {
		t.Errorf("%v, %d lost here:\n%s", err, lost, text)
	}
	if said := save(); !strings.Contains(said, "exists") {
		t.Errorf("over itself: %s", said)
	}
}

// /lesson names them, says what one claims, and what can be saved.
func TestLessonCommand(t *testing.T) {
	m, _, _ := screen(t)
	last := func(n uint64) string { return string(m.talk.Line(m.talk.End() - n).Text) }
	drive(m, "/lesson\n")
	if !strings.Contains(last(1), "seqtalk lesson NAME") || !strings.HasPrefix(last(2), "nagle  ") {
		t.Error(last(2), last(1))
	}
	drive(m, "/lesson order\n")
	if !strings.HasPrefix(last(2), "In order: head-of-line blocking  TCP hands bytes over in order") {
		t.Error(last(2))
	}
	drive(m, "/lesson ordr\n")
	if !strings.Contains(last(1), `no lesson "ordr"; there are: handshake`) {
		t.Error(last(1))
	}
	drive(m, "/lesson save x.toml\n")
	if last(1) != words.LessonNoRecord.In(words.English) {
		t.Error(last(1))
	}
}
