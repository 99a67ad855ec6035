package session

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var t0 = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return t0.Add(d) }

func ms(n int) time.Time { return at(time.Duration(n) * time.Millisecond) }

const (
	theSession = 0x0123456789abcdef
	alice      = 0xa11ce00000000001 // the dialer
	bob        = 0xb0b0000000000002 // the listener
)

func config(dialer, datagram bool, w Wire) Config {
	c := Config{Datagram: datagram, Dialer: dialer, Wire: w, Instance: bob, Protocols: OverTCP | OverUDP, Nick: "bob"}
	if dialer {
		c.Instance, c.Session, c.Nick = alice, theSession, "alice"
	}
	return c
}

// tell writes an event as the tests compare it.
func tell(e Event) string {
	switch e := e.(type) {
	case Settled:
		s := fmt.Sprintf("settled %v", e.Wire)
		if e.Peer.Nick != "" {
			s += " with " + e.Peer.Nick
		}
		if e.SawLine {
			s += ", saw the line"
		}
		return s
	case Received:
		s := fmt.Sprintf("%v %q", e.Wire, e.Text)
		if e.ID != 0 {
			s = fmt.Sprintf("#%d %q", e.ID, e.Text)
		}
		for _, f := range []struct {
			on   bool
			name string
		}{{e.More, "more"}, {e.Partial, "partial"}, {e.Dup, "dup"}, {e.Late, "late"}} {
			if f.on {
				s += " " + f.name
			}
		}
		return s
	case Delivered:
		return fmt.Sprintf("delivered %d", e.ID)
	case Unconfirmed:
		return fmt.Sprintf("unconfirmed %d", e.ID)
	case Renamed:
		return "renamed " + e.Nick
	case Bye:
		return fmt.Sprintf("bye %d", e.Reason)
	case Foreign:
		return "foreign " + e.Name
	case Failed:
		return "failed: " + e.Err.Error()
	}
	return fmt.Sprintf("%#v", e)
}

// events drains what m has to tell.
func events(m *Machine) []string {
	var told []string
	for {
		e, ok := m.NextEvent()
		if !ok {
			return told
		}
		told = append(told, tell(e))
	}
}

// outs drains what m has to send.
func outs(m *Machine, now time.Time) []Out {
	var all []Out
	for {
		o, ok := m.NextOut(now)
		if !ok {
			return all
		}
		all = append(all, o)
	}
}

// labels names outs: control frames by label, messages as #id.
func labels(all []Out) string {
	var names []string
	for _, o := range all {
		if o.Label != "" {
			names = append(names, o.Label)
		} else {
			names = append(names, fmt.Sprintf("#%d", o.ID))
		}
	}
	return strings.Join(names, " ")
}

func octets(all []Out) []byte {
	var p []byte
	for _, o := range all {
		p = append(p, o.Octets...)
	}
	return p
}

// a pair is a dialer and a listener joined by a wire without delay that cuts
// a stream after every cut octets (0: not at all).
type pair struct {
	a, b   *Machine
	cut    int
	aSaid  []byte
	bSaid  []byte
	aTold  []string
	bTold  []string
	aNames []string
	bNames []string
}

func newPair(datagram bool, dials, listens Wire, cut int) *pair {
	return &pair{
		a: New(t0, config(true, datagram, dials)), b: New(t0, config(false, datagram, listens)), cut: cut,
	}
}

// settle moves octets both ways until nothing moves.
func (p *pair) settle(now time.Time) {
	for moved := true; moved; {
		moved = p.move(now, p.a, p.b, &p.aSaid, &p.aNames)
		moved = p.move(now, p.b, p.a, &p.bSaid, &p.bNames) || moved
		p.aTold = append(p.aTold, events(p.a)...)
		p.bTold = append(p.bTold, events(p.b)...)
	}
}

func (p *pair) move(now time.Time, from, to *Machine, said *[]byte, names *[]string) bool {
	all := outs(from, now)
	for _, o := range all {
		*names = append(*names, labels([]Out{o}))
		*said = append(*said, o.Octets...)
		if from.c.Datagram {
			to.Input(now, o.Octets)
		}
	}
	if !from.c.Datagram {
		for rest := octets(all); len(rest) > 0; {
			n := len(rest)
			if p.cut > 0 {
				n = min(n, p.cut)
			}
			to.Input(now, rest[:n])
			rest = rest[n:]
		}
	}
	return len(all) > 0
}

// run lets time pass until the given moment, waking whoever asked.
func (p *pair) run(until time.Time) {
	p.settle(p.a.now)
	for {
		next := until
		for _, m := range []*Machine{p.a, p.b} {
			if d := m.Deadline(); !d.IsZero() && d.Before(next) {
				next = d
			}
		}
		p.a.Tick(next)
		p.b.Tick(next)
		p.settle(next)
		if !next.Before(until) {
			return
		}
	}
}

func (p *pair) send(t *testing.T, now time.Time, m *Machine, text string) {
	t.Helper()
	if _, err := m.Send(now, 7, []byte(text), false); err != nil {
		t.Fatal(err)
	}
}

// TestMeeting joins every wire a dialer can ask for with every one a listener
// can. The dialer says hi at once, the listener yo after 250 ms.
func TestMeeting(t *testing.T) {
	for _, c := range meetings {
		cuts := []int{0}
		if !c.datagram {
			cuts = []int{0, 1, 2, 3, 7, 10, 44}
		}
		for _, cut := range cuts {
			if cut > 0 && (c.dials == Raw || c.listens == Raw || c.dials == Line && c.listens == Auto || c.dials == Auto && c.listens == Line) {
				continue // raw shows where reads were cut, and the first read decides between raw and line
			}
			p := newPair(c.datagram, c.dials, c.listens, cut)
			p.send(t, t0, p.a, "hi")
			p.run(ms(250))
			p.b.Send(ms(250), 7, []byte("yo"), false)
			p.run(ms(2000))
			got := [4]string{
				strings.Join(p.aNames, " "), strings.Join(p.aTold, ", "),
				strings.Join(p.bNames, " "), strings.Join(p.bTold, ", "),
			}
			if got != c.want {
				t.Errorf("datagram %v, %v dials %v, cut %d:\n got %q\nwant %q", c.datagram, c.dials, c.listens, cut, got, c.want)
			}
		}
	}
}

// meetings say what the dialer sent and told, and the listener.
var meetings = []struct {
	datagram       bool
	dials, listens Wire
	want           [4]string
}{
	{false, Auto, Auto, [4]string{
		`GREETING HELLO #1 RECEIPT`,
		`settled framed with bob, delivered 1, #1 "yo"`,
		`HELLO RECEIPT #1`,
		`settled framed, renamed alice, #1 "hi", delivered 1`,
	}},
	{false, Auto, Framed, [4]string{
		`GREETING HELLO #1 RECEIPT`,
		`settled framed with bob, delivered 1, #1 "yo"`,
		`HELLO RECEIPT #1`,
		`settled framed, renamed alice, #1 "hi", delivered 1`,
	}},
	{false, Auto, Raw, [4]string{
		`GREETING #1`,
		`settled raw, saw the line, raw "yo"`,
		`#1`,
		`settled raw, raw "seqtalk/1 0123456789abcdefa11ce00000000001\n", raw "hi"`,
	}},
	{false, Auto, Line, [4]string{
		`GREETING #1`,
		`settled line, saw the line, line "yo"`,
		`#1`,
		`settled line, line "seqtalk/1 0123456789abcdefa11ce00000000001", line "hi"`,
	}},
	{false, Framed, Auto, [4]string{
		`HELLO #1 RECEIPT`,
		`settled framed with bob, delivered 1, #1 "yo"`,
		`HELLO RECEIPT #1`,
		`settled framed with alice, #1 "hi", delivered 1`,
	}},
	{false, Framed, Framed, [4]string{
		`HELLO #1 RECEIPT`,
		`settled framed with bob, delivered 1, #1 "yo"`,
		`HELLO RECEIPT #1`,
		`settled framed with alice, #1 "hi", delivered 1`,
	}},
	{false, Raw, Auto, [4]string{
		`#1`,
		`settled raw, raw "yo"`,
		`#1`,
		`settled raw, raw "hi"`,
	}},
	{false, Line, Auto, [4]string{
		`#1`,
		`settled line, line "yo"`,
		`#1`,
		`settled line, line "hi"`,
	}},
	{false, Raw, Framed, [4]string{
		`#1`,
		`settled raw`,
		``,
		`failed: octet 68 where a frame begins with f5`,
	}},
	{false, Line, Framed, [4]string{
		`#1`,
		`settled line`,
		``,
		`failed: octet 68 where a frame begins with f5`,
	}},
	{false, Raw, Raw, [4]string{
		`#1`,
		`settled raw, raw "yo"`,
		`#1`,
		`settled raw, raw "hi"`,
	}},
	{false, Raw, Line, [4]string{
		`#1`,
		`settled raw, raw "yo\n"`,
		`#1`,
		`settled line, line "hi" partial`,
	}},
	{false, Line, Raw, [4]string{
		`#1`,
		`settled line, line "yo" partial`,
		`#1`,
		`settled raw, raw "hi\n"`,
	}},
	{false, Line, Line, [4]string{
		`#1`,
		`settled line, line "yo"`,
		`#1`,
		`settled line, line "hi"`,
	}},
	{true, Auto, Auto, [4]string{
		`GREETING HELLO #1 RECEIPT`,
		`settled framed, renamed bob, delivered 1, #1 "yo"`,
		`HELLO NICK RECEIPT #1`,
		`settled framed, renamed alice, #1 "hi", delivered 1`,
	}},
	{true, Auto, Framed, [4]string{
		`GREETING HELLO #1 RECEIPT`,
		`settled framed, renamed bob, delivered 1, #1 "yo"`,
		`HELLO NICK RECEIPT #1`,
		`settled framed, renamed alice, #1 "hi", delivered 1`,
	}},
	{true, Auto, Raw, [4]string{
		`GREETING GREETING #1`,
		`settled raw, saw the line, raw "yo"`,
		`#1`,
		`settled raw, raw "seqtalk/1 0123456789abcdefa11ce00000000001\n", raw "seqtalk/1 0123456789abcdefa11ce00000000001\n", raw "hi"`,
	}},
	{true, Auto, Line, [4]string{
		`GREETING GREETING #1`,
		`settled line, saw the line, line "yo"`,
		`#1`,
		`settled line, line "seqtalk/1 0123456789abcdefa11ce00000000001", line "seqtalk/1 0123456789abcdefa11ce00000000001", line "hi"`,
	}},
	{true, Framed, Auto, [4]string{
		`HELLO HELLO #1 RECEIPT`,
		`settled framed with bob, delivered 1, #1 "yo"`,
		`HELLO NICK RECEIPT #1`,
		`settled framed with alice, #1 "hi", delivered 1`,
	}},
	{true, Framed, Framed, [4]string{
		`HELLO HELLO #1 RECEIPT`,
		`settled framed with bob, delivered 1, #1 "yo"`,
		`HELLO NICK RECEIPT #1`,
		`settled framed with alice, #1 "hi", delivered 1`,
	}},
	{true, Raw, Auto, [4]string{
		`#1`,
		`settled raw, raw "yo"`,
		`#1`,
		`settled raw, raw "hi"`,
	}},
	{true, Line, Auto, [4]string{
		`#1`,
		`settled line, line "yo"`,
		`#1`,
		`settled line, line "hi"`,
	}},
	{true, Raw, Framed, [4]string{
		`#1`,
		`settled raw`,
		``,
		``,
	}},
	{true, Line, Framed, [4]string{
		`#1`,
		`settled line`,
		``,
		``,
	}},
	{true, Raw, Raw, [4]string{
		`#1`,
		`settled raw, raw "yo"`,
		`#1`,
		`settled raw, raw "hi"`,
	}},
	{true, Raw, Line, [4]string{
		`#1`,
		`settled raw, raw "yo\n"`,
		`#1`,
		`settled line, line "hi"`,
	}},
	{true, Line, Raw, [4]string{
		`#1`,
		`settled line, line "yo"`,
		`#1`,
		`settled raw, raw "hi\n"`,
	}},
	{true, Line, Line, [4]string{
		`#1`,
		`settled line, line "yo"`,
		`#1`,
		`settled line, line "hi"`,
	}},
}
