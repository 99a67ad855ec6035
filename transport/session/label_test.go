package session

import (
	"slices"
	"testing"
)

func TestLabels(t *testing.T) {
	frames := func(session uint64, kinds ...kind) (p []byte) {
		for _, k := range kinds {
			at := len(p)
			p = endFrame(append(beginFrame(p, k, session), 0x80), at)
		}
		return p
	}
	stream := frames(0, hello, text, receipt, ping, pong, bye, nick, 130)
	for _, c := range []struct {
		name     string
		p        []byte
		datagram bool
		want     []string
	}{
		{"each by its name", stream, false, []string{"HELLO", "TEXT", "RECEIPT", "PING", "PONG", "BYE", "NICK", "type 130"}},
		{"cut inside the second", stream[:14], false, []string{"HELLO"}},
		{"a frame whose body is cut off", stream[:8], false, []string{"HELLO"}},
		{"from the middle of one", stream[1:], false, nil},
		{"text", []byte("hello\n"), false, nil},
		{"nothing", nil, false, nil},
		{"the greeting, and what follows it", append(appendGreeting(nil, 1, 2), stream[:9]...), false, []string{"GREETING", "HELLO"}},
		{"a datagram", frames(7, receipt), true, []string{"RECEIPT"}},
		{"no room for its session", frames(0, receipt), true, nil},
	} {
		if got := Labels(c.p, c.datagram); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestMeasure(t *testing.T) {
	say := func(s string, sentAt int64) []byte {
		p := beginFrame(nil, text, 0)
		return endFrame(appendText(p, &textBody{ID: 300, Row: 7, SentAt: sentAt, Text: []byte(s)}), 0)
	}
	long := say("在的。", 1<<40)
	for _, c := range []struct {
		name           string
		p              []byte
		frame          string
		octets, before int
	}{
		{"a text", long, "TEXT", len(long), len(long) - len("在的。")},
		{"of before 1970", say("x", -5), "TEXT", len(say("x", -5)), len(say("x", -5)) - 1},
		{"without a text", say("", 5), "TEXT", len(say("", 5)), len(say("", 5))},
		{"its text cut off", long[:len(long)-4], "TEXT", len(long), len(long) - len("在的。")},
		{"its head cut off", long[:12], "TEXT", len(long), len(long)},
		{"a receipt", endFrame(append(beginFrame(nil, receipt, 0), 1, 2, 3), 0), "RECEIPT", 11, 11},
		{"the greeting", appendGreeting(nil, 1, 2), "GREETING", greetingLen, greetingLen},
	} {
		name, octets, before, ok := Measure(append(c.p, "rest"[:len(c.p)/40]...), false)
		if !ok || name != c.frame || octets != c.octets || before != c.before {
			t.Errorf("%s: %s of %d octets, %d before the text, %v; want %s, %d, %d", c.name, name, octets, before, ok, c.frame, c.octets, c.before)
		}
	}
	for _, p := range []string{"", "hello there", "\xf5\x01", "\xf5\x02\x00\x03\x00\x00\x00\x01\x00"} {
		if name, _, _, ok := Measure([]byte(p), false); ok {
			t.Errorf("%q is a %s", p, name)
		}
	}
}
