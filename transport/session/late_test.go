package session

import (
	"strings"
	"testing"
	"time"
)

// TestHelloLate: who holds the one place without a HELLO loses it after 5 s.
func TestHelloLate(t *testing.T) {
	for _, c := range []struct {
		w      Wire
		begins string
		want   string // of the events
	}{
		{Framed, "", "failed: no HELLO came in 5s"},
		{Framed, "seqtalk/1 ", "failed: no HELLO came in 5s"},
		{Auto, "\xf5", "failed: no HELLO came in 5s"},
		{Auto, theGreeting, "settled framed|failed: no HELLO came in 5s"},
		{Auto, "", ""},
		{Auto, "hi", `settled raw|raw "hi"`},
		{Raw, "", "settled raw"},
	} {
		m := New(t0, config(false, false, c.w))
		if c.begins != "" {
			m.Input(t0, []byte(c.begins))
		}
		m.Tick(at(5*time.Second - 1))
		if got := strings.Join(events(m), "|"); strings.Contains(got, "failed") {
			t.Errorf("%v, %q: too early %s", c.w, c.begins, got)
		} else {
			m.Tick(at(5 * time.Second))
			if got = strings.Join(append(split(got), events(m)...), "|"); got != c.want {
				t.Errorf("%v, %q: %s, want %s", c.w, c.begins, got, c.want)
			}
		}
		if d := m.Deadline(); strings.Contains(c.want, "failed") && !d.IsZero() {
			t.Errorf("%v, %q: deadline %v", c.w, c.begins, d)
		}
	}
	c := config(false, false, Framed)
	c.Patient = true
	m := New(t0, c)
	m.Input(t0, frames(false)["HELLO"][:5])
	if d := m.Deadline(); !d.IsZero() {
		t.Errorf("a patient one waits until %v", d)
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// TestFrameLate: a frame that has begun has 10 s, and 1 ms for each octet,
// however it trickles; not while nobody reads.
func TestFrameLate(t *testing.T) {
	long := frameOf(text, 0, &textBody{ID: 1, Text: make([]byte, 2000)})
	skipped := frameOf(200, 0, make([]byte, 2000))
	for name, p := range map[string][]byte{"TEXT": long, "type 200": skipped} {
		m := New(t0, config(false, false, Framed))
		m.Input(t0, frames(false)["HELLO"])
		events(m)
		n := 0
		now := t0
		for ; now.Before(at(14 * time.Second)); now = now.Add(100 * time.Millisecond) {
			m.Tick(now)
			m.Input(now, p[n:n+1])
			n++
			if told := events(m); told != nil {
				if told[0] != "failed: the rest of a frame did not come" || now.Sub(t0) < 12*time.Second {
					t.Errorf("%s: %v after %v", name, told, now.Sub(t0))
				}
				break
			}
		}
		if now.Sub(t0) > 12800*time.Millisecond {
			t.Errorf("%s: it may trickle for %v", name, now.Sub(t0))
		}

		m = New(t0, config(false, false, Framed))
		m.Input(t0, append(frames(false)["HELLO"], p[:10]...))
		events(m)
		m.Reading(t0, false)
		m.Tick(at(time.Hour))
		m.Reading(at(time.Hour), true)
		m.Input(at(time.Hour), p[10:])
		m.Tick(at(time.Hour))
		if got := strings.Join(events(m), "|"); strings.Contains(got, "failed") {
			t.Errorf("%s, while nobody read: %s", name, got)
		}
	}
	// Each frame has its own time.
	m := New(t0, config(false, false, Framed))
	m.Input(t0, frames(false)["HELLO"])
	events(m)
	for i := range uint64(60) {
		now := at(time.Duration(i) * time.Second)
		m.Tick(now)
		p := frameOf(text, 0, &textBody{ID: i + 1})
		if i > 0 {
			p = append(frameOf(text, 0, &textBody{ID: i})[3:], p[:3]...)
		} else {
			p = p[:3]
		}
		m.Input(now, p)
		if told := events(m); len(told) > 0 && strings.HasPrefix(told[0], "failed") {
			t.Fatalf("at %d s: %v", i, told)
		}
	}
}
