package session

import (
	"fmt"
	"strings"
	"testing"
)

// one frame of each row of the table
func frames(datagram bool) map[string][]byte {
	session, proof := uint64(0), uint64(0)
	if datagram {
		session, proof = theSession, noProof
	}
	return map[string][]byte{
		"HELLO":   frameOf(hello, session, &helloBody{Instance: alice, Session: theSession, Nick: "alice", Proof: proof}),
		"NICK":    frameOf(nick, session, &nickBody{Nick: "al"}),
		"TEXT":    frameOf(text, session, &textBody{ID: 1, Text: []byte("hi")}),
		"RECEIPT": frameOf(receipt, session, &receiptBody{}),
		"PING":    frameOf(ping, session, &pingBody{}),
		"PONG":    frameOf(pong, session, &pingBody{}),
		"BYE":     frameOf(bye, session, &byeBody{}),
		"129":     frameOf(129, session, &pingBody{}),
		"HALF":    frameOf(half, session, &halfBody{}),
		"255":     frameOf(255, session, &pingBody{}),
		"31":      frameOf(31, session, &pingBody{}),
	}
}

// greetedBy has m, a listener, meet alice, whose address is her own.
func greetedBy(m *Machine) {
	m.Input(t0, frames(m.c.Datagram)["HELLO"])
	if m.c.Datagram {
		m.Input(t0, frameOf(hello, theSession, &helloBody{Instance: alice, Session: theSession, Nick: "alice", Proof: m.dg.proof}))
	}
}

// answerOf is the answer to a call over UDP, by bob under any name.
func answerOf(nick string) []byte {
	return frameOf(hello, theSession, &helloBody{Instance: bob, Session: theSession, Protocols: answering, Nick: nick, Proof: proofBit})
}

// TestTable puts every type before a listener in every state.
func TestTable(t *testing.T) {
	enter := []struct {
		name string
		do   func(m *Machine)
	}{
		{"opening", func(*Machine) {}},
		{"open", greetedBy},
		{"left", func(m *Machine) { greetedBy(m); m.Bye(t0, Quit) }},
		{"ended", func(m *Machine) {
			greetedBy(m)
			m.Input(t0, frames(m.c.Datagram)["BYE"])
		}},
	}
	const failed = "failed: %s before a HELLO"
	want := map[string]string{
		"stream opening HELLO": "settled framed with alice → HELLO",
		"stream open HELLO":    "failed: HELLO in conversation → BYE",
		"stream open NICK":     "renamed al",
		"stream open TEXT":     `#1 "hi" → RECEIPT`,
		"stream open RECEIPT":  "",
		"stream open PING":     " → PONG",
		"stream open PONG":     "",
		"stream open BYE":      "bye 0",
		"stream open 129":      "skipped",
		"stream open HALF":     "",
		"stream open 255":      "skipped",
		"stream open 31":       "failed: frame of unknown type 31 → BYE",
		"stream left BYE":      "bye 0",
		"stream opening 31":    "failed: frame of unknown type 31",

		"datagram opening HELLO": "settled framed with alice → HELLO",
		"datagram open HELLO":    " → NICK",
		"datagram open NICK":     "renamed al",
		"datagram open TEXT":     `#1 "hi" → RECEIPT`,
		"datagram open RECEIPT":  "",
		"datagram open PING":     " → PONG",
		"datagram open PONG":     "",
		"datagram open BYE":      "bye 0",
		"datagram open 129":      "skipped",
		"datagram open HALF":     "skipped",
		"datagram open 255":      "skipped",
		"datagram left BYE":      "bye 0",
	}
	for _, datagram := range []bool{false, true} {
		for _, state := range enter {
			for name, p := range frames(datagram) {
				m := New(t0, config(false, datagram, Framed))
				state.do(m)
				outs(m, t0)
				events(m)
				before := m.Counters()
				m.dg.answerAt = t0
				m.Input(t0, p)
				got := strings.Join(events(m), "|")
				switch n := m.Counters(); {
				case n.Skipped != before.Skipped:
					got += "skipped"
				case n.Ignored != before.Ignored:
					got += "ignored"
				case n.Malformed != before.Malformed && datagram:
					got += "malformed"
				}
				if o := labels(outs(m, t0)); o != "" {
					got += " → " + o
				}
				key := map[bool]string{false: "stream ", true: "datagram "}[datagram] + state.name + " " + name
				w, ok := want[key]
				switch {
				case ok:
				case name == "31" && datagram:
					w = "malformed"
				case state.name == "left" || state.name == "ended" || datagram:
					w = "ignored" // a datagram before a HELLO is of no session
				default:
					w = fmt.Sprintf(failed, strings.Replace(strings.Replace(name, "129", "type 129", 1), "255", "type 255", 1))
				}
				if got != w {
					t.Errorf("%s: %q, want %q", key, got, w)
				}
			}
		}
	}
}

// TestTableDialer: a dialer of datagrams knows its session from the start.
func TestTableDialer(t *testing.T) {
	for name, want := range map[string]string{
		"NICK": "malformed", "TEXT": "malformed", "RECEIPT": "malformed", "PING": "malformed", "PONG": "malformed",
		"129": "malformed", "31": "malformed", "BYE": "bye 0", "HELLO": "settled framed with bob",
	} {
		m := New(t0, config(true, true, Framed))
		p := frames(true)[name]
		if name == "HELLO" {
			p = answerOf("bob")
		}
		m.Input(t0, p)
		got := strings.Join(events(m), "|")
		if m.Counters().Malformed == 1 {
			got += "malformed"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestOtherSessions: their datagrams change nothing.
func TestOtherSessions(t *testing.T) {
	p := newPair(true, Framed, Framed, 0)
	p.settle(t0)
	heard := p.b.Heard()
	for _, d := range [][]byte{
		frameOf(text, 99, &textBody{ID: 1}),
		frameOf(bye, 99, &byeBody{}),
		frameOf(hello, 99, &helloBody{Instance: 5, Session: 99}),
		[]byte("seqtalk/1 00000000000000630000000000000005\n"),
		[]byte("seqtalk/1 0123456789abcdef0000000000000005\n"),
	} {
		p.b.Input(ms(5), d)
	}
	p.b.Input(ms(5), frameOf(hello, theSession, &helloBody{Instance: alice, Session: 99}))
	p.b.Input(ms(5), frameOf(hello, theSession, &helloBody{Instance: 5, Session: theSession}))
	if n := p.b.Counters(); n.Ignored != 5 || n.Malformed != 2 || p.b.Heard() != heard || events(p.b) != nil || outs(p.b, ms(5)) != nil {
		t.Errorf("%+v, heard %v", n, p.b.Heard().Sub(heard))
	}
}
