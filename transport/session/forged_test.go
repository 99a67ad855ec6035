package session

import (
	"fmt"
	"testing"
	"time"
)

// TestAnswersAreNoCalls: a call that was forged in the name of another listener
// is answered to that one, and there it ends; so does our own call.
func TestAnswersAreNoCalls(t *testing.T) {
	const other = 0xca401
	a, c := New(t0, config(false, true, Auto)), config(false, true, Auto)
	c.Instance = other
	b := New(t0, c)
	a.Input(t0, frameOf(hello, theSession, &helloBody{Instance: other, Session: theSession, Nick: "another name", Proof: noProof}))
	answers := outs(a, t0)
	if got := labels(answers); got != "HELLO" {
		t.Fatalf("answered with %q", got)
	}
	b.Input(t0, answers[0].Octets)
	if n := b.Counters(); outs(b, t0) != nil || events(b) != nil || n.Ignored != 1 {
		t.Errorf("the answer was taken for a call: %+v", n)
	}
	a = New(t0, config(false, true, Auto))
	a.Input(t0, frameOf(hello, theSession, &helloBody{Instance: bob, Session: theSession, Proof: noProof}))
	a.Input(t0, appendGreeting(nil, theSession, bob))
	if n := a.Counters(); outs(a, t0) != nil || n.Ignored != 2 {
		t.Errorf("it answers itself: %+v", n)
	}
	d := New(t0, config(true, true, Framed))
	d.Input(t0, frameOf(hello, theSession, &helloBody{Instance: bob, Session: theSession, Proof: noProof}))
	if n := d.Counters(); n.Ignored != 1 || d.Wire() == Framed && d.state != opening {
		t.Errorf("a dialer took a call: %+v", n)
	}
}

// TestAnswersAreFew: at most one in 200 ms, and after eight one in 2 s.
func TestAnswersAreFew(t *testing.T) {
	m := New(t0, config(false, true, Auto))
	n := 0
	for i := range 6000 {
		m.Input(ms(10*i), frames(true)["HELLO"])
		n += len(outs(m, ms(10*i)))
	}
	if want := 8 + 60/2 - 1; n < 8 || n > want {
		t.Errorf("%d answers in a minute, want at most %d", n, want)
	}
}

// TestNoAmplification: to an address that has not proved to be its own never
// more octets go than came, whatever comes first, whatever its user types, in
// a minute and a goodbye.
func TestNoAmplification(t *testing.T) {
	first := map[string][][]byte{
		"greeting": {[]byte(theGreeting)}, "greeting twice": {[]byte(theGreeting), []byte(theGreeting)},
		"nothing": {{}}, "text": {[]byte("hi\n")}, "broken": {{magic, 1, 0, 1}},
	}
	for name, p := range frames(true) {
		first[name] = [][]byte{p}
		first["HELLO, "+name] = [][]byte{frames(true)["HELLO"], p}
		first["greeting, "+name] = [][]byte{[]byte(theGreeting), p}
	}
	for _, proof := range []uint64{0, noProof, 1 << 31} {
		for _, nick := range []string{"", "a", "a longer name"} {
			name := fmt.Sprintf("HELLO of %q, proof %d", nick, proof)
			first[name] = [][]byte{frameOf(hello, theSession, &helloBody{Instance: alice, Session: theSession, Nick: nick, Proof: proof})}
		}
	}
	for name, all := range first {
		for _, w := range []Wire{Auto, Framed} {
			m := New(t0, config(false, true, w))
			in, back := 0, 0
			count := func(now time.Time) {
				for _, o := range outs(m, now) {
					if o.ID == 0 || m.Wire() == Framed { // a raw text is its user's doing
						back += len(o.Octets)
					}
				}
			}
			for _, p := range all {
				m.Input(t0, p)
				in += len(p)
				count(t0)
			}
			m.Rename(t0, "a name of some length")
			m.Send(t0, 1, make([]byte, 500), false)
			for s := range 61 {
				m.Tick(at(time.Duration(s) * time.Second))
				count(at(time.Duration(s) * time.Second))
			}
			m.Bye(at(time.Minute), Quit)
			count(at(time.Minute))
			if back > in {
				t.Errorf("%v, %s: %d octets back for %d", w, name, back, in)
			}
		}
	}
}

// TestProof: who shows what we sent to its address is there; then what was
// held for it goes out.
func TestProof(t *testing.T) {
	c := config(false, true, Auto)
	c.Secret = 0x123456789abcdef0
	m := New(t0, c)
	m.Input(t0, frames(true)["HELLO"])
	b, err := readHello(octets(outs(m, t0))[16:])
	if err != nil || b.Proof != uint64(uint32(c.Secret)|proofBit) {
		t.Fatalf("%+v, %v", b, err)
	}
	m.Input(t0, frames(true)["TEXT"])
	m.Input(t0, frames(true)["PING"])
	m.Send(t0, 1, []byte("secret"), false)
	if got := labels(outs(m, ms(5000))); got != "" || !m.Deadline().IsZero() {
		t.Errorf("to an address that may be forged went %q", got)
	}
	call := helloBody{Instance: alice, Session: theSession, Proof: b.Proof + 1}
	m.Input(ms(5000), frameOf(hello, theSession, &call))
	if got := labels(outs(m, ms(5000))); got != "HELLO" {
		t.Errorf("a wrong proof was answered with %q", got)
	}
	call.Proof = b.Proof
	m.Input(ms(5001), frameOf(hello, theSession, &call))
	if got := labels(outs(m, ms(5001))); got != "#1 NICK RECEIPT PONG" {
		t.Errorf("what waited went as %q", got)
	}
}
