package transport

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// exactRun has a conversation over a bad link in virtual time and writes down
// all that both ends were told.
func exactRun(t *testing.T, proto segment.Proto, seed uint64) string {
	t.Helper()
	spec, err := link.Parse(fmt.Sprintf("delay 20ms 5ms loss 10%% duplicate 2%% corrupt 1%% reorder 5%% rate 10mbit seed %d", seed))
	if err != nil {
		t.Fatal(err)
	}
	clock := link.NewVirtual(time.Unix(0, 0).UTC())
	l, err := lab.New(lab.Options{Clock: clock, Spec: spec})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.B().IPv4().String() + ":9001"
	open := func(c Config) *Conversation {
		c.Addr, c.Exact, c.Protos = addr, true, []segment.Proto{proto}
		conv, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		return conv
	}
	b := open(Config{Stack: l.B(), Role: Listener, Seed: 2, Nick: "bob"})
	a := open(Config{Stack: l.A(), Role: Dialer, Seed: 1, Nick: "alice"})
	var story strings.Builder
	hear := func(who string, c *Conversation) {
		for _, ev := range c.Drain() {
			fmt.Fprintf(&story, "%s %s %T %+v\n", clock.Now().Format("05.000000"), who, ev, ev)
			if r, ok := ev.(Received); ok {
				for _, m := range r.Messages {
					fmt.Fprintf(&story, "%s hears %s\n", who, m.Text)
				}
			}
		}
	}
	row := uint64(0)
	var metronome func()
	metronome = func() {
		if row == 20 {
			return
		}
		m := Message{Row: row + 1, Text: fmt.Appendf(nil, "第%d句", row+1)}
		if a.Send(m) == nil {
			row++
		}
		clock.AfterFunc(50*time.Millisecond, metronome)
	}
	clock.AfterFunc(0, metronome)
	for end := clock.Now().Add(30 * time.Second); clock.Now().Before(end) && clock.Step(); {
		hear("a", a)
		hear("b", b)
	}
	return story.String()
}

// In virtual time one seed is one story, word for word, over TCP and UDP: the
// code is that of the kernel's conversations.
func TestExact(t *testing.T) {
	for _, proto := range []segment.Proto{segment.TCP, segment.UDP} {
		want := exactRun(t, proto, 7)
		for i := range 20 {
			if got := exactRun(t, proto, 7); got != want {
				t.Fatalf("%v: run %d differs", proto, i+2)
			}
		}
		for i := range 20 {
			heard := strings.Count(want, fmt.Sprintf("b hears 第%d句\n", i+1))
			if proto == segment.TCP && heard != 1 {
				t.Errorf("TCP brought message %d %d times", i+1, heard)
			}
		}
		if heard := strings.Count(want, "b hears "); proto == segment.UDP && heard == 20 {
			t.Error("UDP lost nothing over a bad link")
		}
		if other := exactRun(t, proto, 8); other == want {
			t.Errorf("%v: another seed, the same weather", proto)
		}
	}
}
