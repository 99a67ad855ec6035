package session

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

const theGreeting = "seqtalk/1 0123456789abcdefa11ce00000000001\n"

func TestGreetingOctets(t *testing.T) {
	for _, datagram := range []bool{false, true} {
		m := New(t0, config(true, datagram, Auto))
		all := outs(m, t0)
		if got := string(octets(all)); got != theGreeting || len(got) != 43 {
			t.Errorf("greeting is %q", got)
		}
		if all[0].Label != "GREETING" || all[0].ID != 0 {
			t.Errorf("out is %+v", all[0])
		}
	}
}

// TestGreetingCut: wherever the greeting is cut, it is one; and wherever it
// goes wrong, it is text from its first octet on.
func TestGreetingCut(t *testing.T) {
	for cut := range len(theGreeting) {
		m := New(t0, config(false, false, Auto))
		m.Input(t0, []byte(theGreeting[:cut]))
		if e := events(m); e != nil {
			t.Fatalf("cut at %d: %v after the first part", cut, e)
		}
		m.Input(ms(199), []byte(theGreeting[cut:]))
		if got := fmt.Sprint(events(m)); got != "[settled framed]" {
			t.Errorf("cut at %d: %s", cut, got)
		}
		if got := labels(outs(m, ms(199))); got != "HELLO" {
			t.Errorf("cut at %d: sent %s", cut, got)
		}
		if want := (Peer{Instance: alice, Session: theSession}); m.Peer() != want {
			t.Errorf("cut at %d: peer %+v", cut, m.Peer())
		}

		wrong := []byte(theGreeting)
		wrong[cut] = '!'
		m = New(t0, config(false, false, Auto))
		m.Input(t0, wrong[:cut])
		m.Input(t0, wrong[cut:])
		want := fmt.Sprintf("settled line, line %q", wrong[:len(wrong)-1])
		if cut == len(wrong)-1 {
			want = fmt.Sprintf("settled raw, raw %q", wrong)
		}
		if got := strings.Join(events(m), ", "); got != want {
			t.Errorf("wrong at %d: %s, want %s", cut, got, want)
		}
	}
}

// TestHeldGreeting: what might become a greeting is text after 200 ms.
func TestHeldGreeting(t *testing.T) {
	m := New(t0, config(false, false, Auto))
	m.Input(ms(50), []byte("seq"))
	if m.Deadline() != ms(250) {
		t.Fatalf("deadline %v", m.Deadline().Sub(t0))
	}
	m.Tick(at(250*time.Millisecond - 1))
	if e := events(m); e != nil {
		t.Fatal(e)
	}
	m.Tick(ms(250))
	if got := fmt.Sprint(events(m)); got != `[settled raw raw "seq"]` {
		t.Error(got)
	}
	m.Input(ms(251), []byte(theGreeting))
	if got := fmt.Sprint(events(m)); got != fmt.Sprintf("[raw %q]", theGreeting) {
		t.Error(got)
	}
}

// TestAnswerCut: the listener's HELLO is recognised wherever it is cut, after
// nothing, after raw text and after a line without an end.
func TestAnswerCut(t *testing.T) {
	answer := frameOf(hello, 0, &helloBody{Instance: bob, Session: theSession, Protocols: OverTCP, Nick: "bob"})
	then := frameOf(text, 0, &textBody{ID: 1, Text: []byte("yo")})
	for _, before := range []struct{ text, want string }{
		{"", ""},
		{"hello", `settled raw, saw the line|raw "hello"|`},
		{"a\nb", `settled raw, saw the line|raw "a\nb"|`},
		{"a\nb\n", `settled line, saw the line|line "a"|line "b"|`},
		{"caf\xc3", "settled raw, saw the line|raw \"caf\\xc3\"|"},
		{"\xf5\x01\x00\x01\x00", "settled raw, saw the line|raw \"\\xf5\\x01\\x00\\x01\\x00\"|"},
	} {
		all := append(append([]byte(before.text), answer...), then...)
		for cut := len(before.text) + 1; cut <= len(all); cut++ {
			m := New(t0, config(true, false, Auto))
			outs(m, t0)
			m.Input(t0, all[:cut])
			m.Input(t0, all[cut:])
			want := before.want + `settled framed with bob|#1 "yo"`
			if got := strings.Join(events(m), "|"); got != want {
				t.Errorf("%q, cut at %d: %s, want %s", before.text, cut, got, want)
			}
			if got := labels(outs(m, t0)); got != "HELLO RECEIPT" {
				t.Errorf("%q, cut at %d: sent %s", before.text, cut, got)
			}
		}
		m := New(t0, config(true, false, Auto))
		outs(m, t0)
		m.Input(t0, append([]byte(before.text), all[len(before.text)]))
		for _, c := range all[len(before.text)+1:] {
			m.Input(t0, []byte{c})
		}
		if got, want := strings.Join(events(m), "|"), before.want+`settled framed with bob|#1 "yo"`; got != want {
			t.Errorf("%q, octet by octet: %s, want %s", before.text, got, want)
		}
	}
}

// TestNoAnswer: frames that are not the HELLO of our session are text.
func TestNoAnswer(t *testing.T) {
	for name, p := range map[string][]byte{
		"another session": frameOf(hello, 0, &helloBody{Instance: bob, Session: 99}),
		"instance 0":      frameOf(hello, 0, &helloBody{Session: theSession}),
		"a TEXT":          frameOf(text, 0, &textBody{ID: 1}),
		"too long":        unhex("f501000100000061"),
		"another mode":    unhex("f5010101000000"),
	} {
		m := New(t0, config(true, false, Auto))
		m.Input(t0, p)
		if got, want := strings.Join(events(m), "|"), fmt.Sprintf("settled raw, saw the line|raw %q", p); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	m := New(t0, config(true, false, Auto))
	m.Input(t0, unhex("f5010001"))
	if m.Deadline() != at(10*time.Second) || events(m) != nil {
		t.Errorf("deadline %v", m.Deadline().Sub(t0))
	}
	m.Tick(at(10 * time.Second))
	if got := strings.Join(events(m), "|"); got != `settled raw, saw the line|raw "\xf5\x01\x00\x01"` {
		t.Errorf("the beginning of a HELLO: %s", got)
	}
}

// TestLateGreeting: a listener whose user speaks first waits a second and
// speaks raw; a greeting that comes after all brings frames, and the dialer
// sees both halves for what they are.
func TestLateGreeting(t *testing.T) {
	a, b := New(t0, config(true, false, Auto)), New(t0, config(false, false, Auto))
	line := octets(outs(a, t0))
	b.Send(ms(10), 1, []byte("early"), false)
	if !b.Waiting() || b.Deadline() != ms(1000) || outs(b, ms(999)) != nil {
		t.Fatalf("waiting %v until %v", b.Waiting(), b.Deadline().Sub(t0))
	}
	b.Tick(ms(1000))
	a.Send(ms(1000), 1, []byte("mine"), false) // its 300 ms are over: raw at once
	fromB := octets(outs(b, ms(1000)))
	if string(fromB) != "early" || b.Waiting() || b.Wire() != Raw {
		t.Fatalf("sent %q, wire %v", fromB, b.Wire())
	}
	fromA := append(line, octets(outs(a, ms(1000)))...)
	if string(fromA) != theGreeting+"mine" {
		t.Fatalf("sent %q", fromA)
	}
	b.Input(ms(1100), fromA)
	b.Send(ms(1100), 2, []byte("framed"), false)
	a.Input(ms(1200), append(fromB, octets(outs(b, ms(1100)))...))
	b.Input(ms(1300), octets(outs(a, ms(1200))))
	if got, want := strings.Join(events(a), "|"), `settled raw|settled raw, saw the line|raw "early"|settled framed with bob|#1 "framed"`; got != want {
		t.Errorf("the dialer: %s, want %s", got, want)
	}
	if got, want := strings.Join(events(b), "|"), `settled raw|settled framed|raw "mine"|renamed alice|delivered 2`; got != want {
		t.Errorf("the listener: %s, want %s", got, want)
	}
	if n := b.Counters(); n.Sent != 2 || n.Seen != 2 || n.Confirmed != 1 || b.Unconfirmed() != 0 {
		t.Errorf("counters %+v, unconfirmed %d", n, b.Unconfirmed())
	}
}

func TestPeekSession(t *testing.T) {
	for _, c := range []struct {
		p    []byte
		want Kind
	}{
		{[]byte(theGreeting), KindGreeting},
		{[]byte(theGreeting[:42]), KindText},
		{[]byte(theGreeting + "x"), KindText},
		{bytes.ToUpper([]byte(theGreeting)), KindText},
		{frameOf(ping, theSession, &pingBody{}), KindFrame},
		{frameOf(200, theSession, &pingBody{}), KindFrame},
		{frameOf(16, theSession, &pingBody{}), KindText},
		{frameOf(ping, 0, &pingBody{}), KindText},
		{append(frameOf(ping, theSession, &pingBody{}), 0), KindText},
		{nil, KindText},
		{[]byte("hi"), KindText},
	} {
		session, kind := PeekSession(c.p)
		if kind != c.want || (kind != KindText) != (session == theSession) {
			t.Errorf("%q: session %x, kind %d, want kind %d", c.p, session, kind, c.want)
		}
	}
}

func TestForeign(t *testing.T) {
	for begin, name := range map[string]string{
		"\x16\x03\x01\x02\x00": "TLS", "GET / HTTP/1.1\r\n": "HTTP", "POST /": "HTTP", "HTTP/1.0 400": "HTTP",
		"SSH-2.0-x": "SSH", "\xff\xfb\x01": "telnet", "\xff\xfe\x01": "telnet",
	} {
		for _, w := range []Wire{Framed, Auto, Raw, Line} {
			for cut := range len(begin) {
				m := New(t0, config(false, false, w))
				events(m)
				m.Input(t0, []byte(begin[:cut]))
				m.Input(t0, []byte(begin[cut:]))
				told := strings.Join(events(m), "|")
				if strings.Count(told, "foreign "+name) != 1 || strings.Contains(told, "failed") != (w == Framed) {
					t.Errorf("%v, %q cut at %d: %s", w, begin, cut, told)
				}
				if out := outs(m, t0); out != nil {
					t.Errorf("%v, %q cut at %d: answered %s", w, begin, cut, labels(out))
				}
			}
			m := New(t0, config(false, true, w))
			m.Input(t0, []byte(begin))
			m.Input(t0, []byte(begin))
			if told := strings.Join(events(m), "|"); strings.Count(told, "foreign "+name) != 1 || strings.Contains(told, "failed") {
				t.Errorf("%v, datagram %q: %s", w, begin, told)
			}
		}
	}
	m := New(t0, config(false, false, Auto))
	m.Input(t0, []byte("GETTING SSH-"))
	if got := strings.Join(events(m), "|"); got != `settled raw|raw "GETTING SSH-"` {
		t.Error(got)
	}
}

func TestCalls(t *testing.T) {
	for p, want := range map[string]bool{
		theGreeting: true, theGreeting[1:]: false, "": false,
		"seqtalk/1 0000000000000000a11ce00000000001\n": false,
		"seqtalk/1 0123456789abcdef0000000000000000\n": false,
		string(frames(true)["HELLO"]):                  true,
		string(frames(true)["TEXT"]):                   false,
		string(answerOf("bob")):                        false,
		string(frameOf(hello, 0, &helloBody{})):        false,
	} {
		session, instance, got := Calls([]byte(p))
		if got != want || want && (session != theSession || instance != alice) {
			t.Errorf("%q: %v, session %x, instance %x", p, got, session, instance)
		}
	}
}

// TestAnswersAreSmall: the answer to a HELLO datagram is never larger than it,
// and leaves out first the name, then all.
func TestAnswersAreSmall(t *testing.T) {
	for _, c := range []struct {
		instance, session uint64
		nick              string
		want              int // octets; 0: no answer
		name              string
	}{
		{alice, theSession, "alice", 45, "bob"},
		{alice, theSession, "al", 42, ""},
		{alice, theSession, "", 42, ""},
		{1, theSession, "", 0, ""},
		{1, 1, "", 0, ""},
		{1, theSession, "alice678", 42, ""},
		{1, theSession, "alice678901", 45, "bob"},
	} {
		m := New(t0, config(false, true, Framed))
		ask := frameOf(hello, c.session, &helloBody{Instance: c.instance, Session: c.session, Nick: c.nick, Proof: noProof})
		m.Input(t0, ask)
		all := outs(m, t0)
		if len(octets(all)) != c.want || len(octets(all)) > len(ask) {
			t.Errorf("%+v: answered with %d octets to %d", c, len(octets(all)), len(ask))
			continue
		}
		if c.want > 0 {
			b, err := readHello(all[0].Octets[16:])
			if err != nil || b.Nick != c.name {
				t.Errorf("%+v: %+v, %v", c, b, err)
			}
		}
	}
}

// TestByeBeforeGreeting: who has left does not answer any more.
func TestByeBeforeGreeting(t *testing.T) {
	for _, datagram := range []bool{false, true} {
		m := New(t0, config(false, datagram, Auto))
		m.Bye(t0, Quit)
		m.Input(t0, []byte(theGreeting + "x")[:greetingLen])
		if all, told := outs(m, t0), events(m); all != nil || told != nil || m.Counters().Ignored != 1 {
			t.Errorf("datagram %v: %s, %v", datagram, labels(all), told)
		}
	}
	m := New(t0, config(false, true, Auto))
	m.Send(t0, 0, []byte("x"), false)
	m.Input(t0, []byte(theGreeting))
	m.Bye(t0, Quit)
	if got := labels(outs(m, t0)); got != "BYE" { // the text is not for an address that may be forged
		t.Error(got)
	}
}
