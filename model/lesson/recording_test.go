package lesson

import (
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/ui/words"
)

// What is written down can be played: the link's troubles hit what they hit, and
// texts come out as they went in.
func TestRecording(t *testing.T) {
	began := time.Unix(100, 0)
	at := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
	r := NewRecording(began, spec(t, "delay 20ms seed 7"))
	if _, err := r.Lesson(t.Context(), labOnly); err == nil || Why(words.Chinese, err) != words.RecordNothing.In(words.Chinese) {
		t.Errorf("of nothing: %v", err)
	}
	odd := "'''\n\x1b[2J\"\\ 汉 \xff"
	r.Say(at(500), []byte("one"))
	for _, c := range []transport.Control{
		transport.Drop{N: 1}, transport.HoldTime{On: true}, transport.Slow{Factor: 5}, transport.StepTime{}, transport.Nagle{On: true},
		transport.Nagle{}, transport.ReadSize{N: 1000}, transport.ReadSize{},
	} {
		r.Do(at(600), c)
	}
	r.Say(at(700), []byte(odd))
	r.Do(at(2000), transport.Duplicate{})
	r.Say(at(2100), []byte("twice"))
	r.Do(at(3000), transport.Cut{})
	r.Do(at(3100), transport.Heal{})
	r.Do(at(3200), transport.Net{Spec: spec(t, "delay 5ms loss 100%")})
	r.Say(at(3300), []byte("three"))
	r.Do(at(3400), transport.Net{Spec: spec(t, "off")})
	r.Do(at(5000), transport.HalfClose{})
	text, err := r.Lesson(t.Context(), labOnly)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ParseLesson("x", text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	v, err := l.Check(t.Context(), labOnly, nil)
	if err != nil || v.Kind != Holds {
		t.Errorf("%v %+v", err, v.Seen)
	}
	if want := "TCP 4 of 4, 2 retransmissions; UDP 2 of 4"; v.Figures.En != want {
		t.Errorf("%q, want %q", v.Figures.En, want)
	}
	said := ""
	for _, d := range l.Play.Deeds {
		if d.Verb == "says" && d.At == 700*time.Millisecond {
			said = string(d.Text)
		}
	}
	if said != odd {
		t.Errorf("%q became %q", odd, said)
	}
	for _, not := range []string{"hold", "slow 5", "step"} {
		if strings.Contains(string(text), not) {
			t.Errorf("%s is in\n%s", not, text)
		}
	}
}

// What is more than a lesson can have is not cut short without a word.
func TestRecordingTooMuch(t *testing.T) {
	began := time.Unix(100, 0)
	for _, fill := range []func(r *Recording){
		func(r *Recording) {
			for i := range maxDeeds {
				r.Say(began.Add(time.Duration(i)*time.Millisecond), []byte("x"))
			}
		},
		func(r *Recording) { r.Say(began, []byte("x")); r.Say(began.Add(maxLasts), []byte("late")) },
	} {
		r := NewRecording(began, spec(t, "off"))
		fill(r)
		if _, err := r.Lesson(t.Context(), labOnly); err == nil || !strings.HasPrefix(Why(words.English, err), "too much for one lesson: 197 lines within 59m0s") {
			t.Error(err)
		}
	}
}
