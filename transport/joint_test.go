package transport

import (
	"fmt"
	"testing"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// weather is a SPEC for a config.
func weather(t *testing.T, spec string) link.Spec {
	t.Helper()
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLabBetweenTwo: the same command in both terminals, over a link that fails.
func TestLabBetweenTwo(t *testing.T) {
	for name, protos := range map[string][]segment.Proto{"TCP": overTCP, "UDP": overUDP, "Both": overBoth} {
		t.Run(name, func(t *testing.T) {
			bad := weather(t, "delay 5ms loss 20% seed 5")
			if name != "TCP" {
				bad = weather(t, "delay 5ms duplicate 20% seed 3")
			}
			c := Config{Protos: protos, Lab: true, Net: bad, Given: true}
			a, b := c, c
			a.Nick, b.Nick = "ann", "bob"
			listener, dialer := pair(t, a, b)
			for _, e := range []*end{listener, dialer} {
				until(e, func(n Notice) bool { return n.Code == NoteInLab })
				up := until(e, func(u Up) bool { return u.Stack == "lab" })
				if name == "Both" && up.Proto == segment.TCP {
					until(e, func(u Up) bool { return u.Proto == segment.UDP })
				}
				e.settled(session.Framed)
			}
			if name == "Both" {
				return
			}
			for _, text := range []string{"在吗？", "seq counts bytes", "q"} {
				row := dialer.say(text)
				listener.hears(text)
				dialer.fate(row, Delivered)
				listener.say(text)
				dialer.hears(text)
			}
			segs, _, _ := dialer.Segments(0)
			if len(segs) < 10 {
				t.Errorf("%d segments were seen", len(segs))
			}
			dialer.Close()
			until(listener, func(d Down) bool { return d.Proto == protos[0] && d.Cause == PeerQuit })
		})
	}
}

// TestLabServesWhoAsks: a listener that was not asked for the lab serves it, and
// afterwards whoever comes without.
func TestLabServesWhoAsks(t *testing.T) {
	listener, dialer := pair(t, Config{}, Config{Lab: true, Net: weather(t, "delay 1ms")})
	listener.hearsFrom(t, dialer)
	dialer.Close()
	until(listener, func(d Down) bool { return true })
	plain := start(t, Config{Addr: listener.cfg.Addr})
	until(plain, func(u Up) bool { return u.Stack == "kernel" })
	listener.hearsFrom(t, plain)
	plain.Close()
	until(listener, func(d Down) bool { return true })
	again := start(t, Config{Addr: listener.cfg.Addr, Lab: true})
	listener.hearsFrom(t, again)
}

func (e *end) hearsFrom(t *testing.T, other *end) {
	t.Helper()
	other.say("hello")
	e.hears("hello")
}

// TestBothOverLoss: over TCP the peer of UDP is known as such whatever is lost of
// its greeting, and however late that is.
func TestBothOverLoss(t *testing.T) {
	for seed := range 5 {
		t.Run(fmt.Sprint("seed ", seed+1), func(t *testing.T) {
			c := Config{Protos: overBoth, Lab: true, Net: weather(t, fmt.Sprintf("delay 30ms loss 20%% seed %d", seed+1)), Given: true}
			listener, dialer := pair(t, c, c)
			for _, e := range []*end{listener, dialer} {
				ups := map[segment.Proto]bool{}
				until(e, func(u Up) bool { ups[u.Proto] = true; return len(ups) == 2 })
			}
		})
	}
}
