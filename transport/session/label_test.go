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
