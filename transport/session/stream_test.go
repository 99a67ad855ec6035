package session

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestCharactersCut: wherever reads cut raw text, no Received ends inside a
// character, and nothing is lost or moved.
func TestCharactersCut(t *testing.T) {
	all := []byte("aé在😀\xff\xe5\x9cb\xf0\x9f\x98")
	want := []byte("aé在😀")
	for i := range all {
		for j := i; j <= len(all); j++ {
			m := New(t0, config(false, false, Raw))
			m.NextEvent()
			var got []byte
			next := uint64(1)
			drain := func() {
				for {
					e, ok := m.NextEvent()
					if !ok {
						return
					}
					r := e.(Received)
					if r.First != next || r.Last != next+uint64(len(r.Text))-1 || r.Octets != len(r.Text) || len(r.Text) == 0 {
						t.Fatalf("cut at %d and %d: %+v after octet %d", i, j, r, next-1)
					}
					next = r.Last + 1
					got = append(got, r.Text...)
					if len(got) < len(want) && !utf8.Valid(r.Text) {
						t.Errorf("cut at %d and %d: %q", i, j, r.Text)
					}
				}
			}
			for _, p := range [][]byte{all[:i], all[i:j], all[j:]} {
				m.Input(t0, p)
				drain()
			}
			m.EOF(t0)
			drain()
			if !bytes.Equal(got, all) {
				t.Errorf("cut at %d and %d: %q", i, j, got)
			}
		}
	}
}

// TestIdle: what is held comes out after 200 ms of silence, counted from the
// last octet; a line's character gets as much again.
func TestIdle(t *testing.T) {
	m := New(t0, config(false, false, Raw))
	m.NextEvent()
	m.Input(t0, []byte("\xe5"))
	m.Input(ms(150), []byte("\x9c"))
	if m.Deadline() != ms(350) || events(m) != nil {
		t.Fatal(m.Deadline().Sub(t0))
	}
	m.Tick(ms(350))
	if got := fmt.Sprint(events(m)); got != `[raw "\xe5\x9c"]` || !m.Deadline().IsZero() {
		t.Error(got)
	}

	m = New(t0, config(false, false, Line))
	m.NextEvent()
	m.Input(t0, []byte("one\ntw\xe5\x9c"))
	m.Tick(ms(199))
	if got := fmt.Sprint(events(m)); got != `[line "one"]` || m.Deadline() != ms(200) {
		t.Error(got)
	}
	m.Tick(ms(200))
	if got := fmt.Sprint(events(m)); got != `[line "tw" partial]` || m.Deadline() != ms(400) {
		t.Error(got, m.Deadline().Sub(t0))
	}
	m.Tick(ms(400))
	if got := fmt.Sprint(events(m)); got != `[line "\xe5\x9c" partial]` || !m.Deadline().IsZero() {
		t.Error(got)
	}
	m.Input(ms(500), []byte("\n"))
	if got := fmt.Sprint(events(m)); got != `[line ""]` {
		t.Error(got)
	}
}

// TestUnread: who does not read cannot tell that the peer is silent.
func TestUnread(t *testing.T) {
	m := New(t0, config(true, false, Auto))
	m.Input(t0, []byte("one\ntw\n\xf5\x01"))
	m.Input(t0, []byte("x\nthr"))
	events(m)
	m.Reading(ms(100), false)
	m.Tick(at(time.Hour))
	if e := events(m); e != nil || !m.Deadline().IsZero() {
		t.Fatal(e, m.Deadline().Sub(t0))
	}
	m.Reading(at(time.Hour), true)
	m.Reading(at(time.Hour), true)
	m.Tick(at(time.Hour))
	if d := m.Deadline(); d != at(time.Hour+200*time.Millisecond) || events(m) != nil {
		t.Error(d.Sub(t0))
	}
	m.Input(at(time.Hour), []byte("ee\n\xf5"))
	if got := fmt.Sprint(events(m)); got != `[line "three"]` || m.Deadline() != at(time.Hour+10*time.Second) {
		t.Error(got, m.Deadline().Sub(t0))
	}
	m.Reading(at(time.Hour), false)
	m.Reading(at(2*time.Hour), true)
	m.Tick(at(2*time.Hour + 10*time.Second - 1))
	if e := events(m); e != nil {
		t.Error(e)
	}
	m.Tick(at(2*time.Hour + 10*time.Second)) // text after all, but a line needs its end
	m.Tick(at(2*time.Hour + 10*time.Second + idle))
	if got := fmt.Sprint(events(m)); got != `[line "\xf5" partial]` {
		t.Error(got)
	}
}

// TestLongTextsOnAStream: over 60,000 octets a text takes several frames.
func TestLongTextsOnAStream(t *testing.T) {
	p := newPair(false, Framed, Framed, 1000)
	p.settle(t0)
	long := []byte(strings.Repeat("在", 50_000))
	id, err := p.a.Send(t0, 5, long, false)
	if err != nil || id != 3 {
		t.Fatal(id, err)
	}
	p.b.NextEvent()
	p.b.Input(t0, octets(outs(p.a, t0)))
	var got []byte
	for i := range 3 {
		e, _ := p.b.NextEvent()
		r := e.(Received)
		if r.More != (i < 2) || r.ID != uint64(i+1) || r.Row != 5 || !utf8.Valid(r.Text) {
			t.Errorf("piece %d: id %d, more %v", i, r.ID, r.More)
		}
		got = append(got, r.Text...)
	}
	if !bytes.Equal(got, long) {
		t.Error("the pieces are not the text")
	}
	m := New(t0, config(true, false, Raw))
	m.Send(t0, 0, long, false)
	if all := outs(m, t0); len(all) != 1 || !bytes.Equal(all[0].Octets, long) {
		t.Error("raw is cut")
	}
}

// TestPositions: framed and line say where in the stream a message stood.
func TestPositions(t *testing.T) {
	p := newPair(false, Framed, Framed, 1)
	p.settle(t0)
	from := uint64(len(p.aSaid))
	p.a.Send(t0, 0, []byte("abc"), false)
	p.a.Send(t0, 0, []byte("de"), false)
	all := outs(p.a, t0)
	events(p.b)
	p.b.Input(t0, octets(all))
	for _, o := range all {
		e, _ := p.b.NextEvent()
		r := e.(Received)
		if r.First != from+1 || r.Last != from+uint64(len(o.Octets)) || r.Octets != len(o.Octets) || r.Octets-len(r.Text) != len(o.Octets)-o.Text {
			t.Errorf("%+v, want octets %d and the %d after", r, from, len(o.Octets))
		}
		from = r.Last
	}
}

// TestGivenOctetsStay: what the machine gave out is not changed by what it
// does later, nor by what the caller appends to it.
func TestGivenOctetsStay(t *testing.T) {
	p := newPair(false, Framed, Framed, 0)
	p.settle(t0)
	events(p.b)
	var sent []Out
	var came [][]byte
	for i := range 5000 {
		p.a.Send(t0, 0, fmt.Append(nil, "message ", i), false)
		for _, o := range outs(p.a, t0) {
			sent = append(sent, o)
			p.b.Input(t0, o.Octets[:5])
			p.b.Input(t0, o.Octets[5:])
			_ = append(o.Octets, "overwritten"...)
		}
		for {
			e, ok := p.b.NextEvent()
			if !ok {
				break
			}
			came = append(came, e.(Received).Text)
			_ = append(e.(Received).Text, "overwritten"...)
		}
	}
	if len(came) != 5000 {
		t.Fatal(len(came))
	}
	for i, text := range came {
		want := fmt.Sprint("message ", i)
		if string(text) != want || !bytes.HasSuffix(sent[i].Octets, []byte(want)) {
			t.Fatalf("message %d is %q, its frame %q", i, text, sent[i].Octets)
		}
	}
}

func TestDuplicateOnAStream(t *testing.T) {
	p := newPair(false, Framed, Framed, 0)
	p.settle(t0)
	events(p.b)
	frame := frameOf(text, 0, &textBody{ID: 1})
	p.b.Input(t0, append(frame, frame...))
	if got := fmt.Sprint(events(p.b)); got != `[#1 ""]` || p.b.Counters().Duplicate != 1 || p.b.Counters().Received != 1 {
		t.Error(got)
	}
}

// helloOf is alice's HELLO, with the bits p.
func helloOf(p Protocols) string {
	return string(frameOf(hello, 0, &helloBody{Instance: alice, Session: theSession, Protocols: p, Nick: "alice"}))
}

// A HELLO that did not come to its end is no text, and no nonsense either: its
// sender was cut off. So is any frame of a peer who can go on elsewhere.
func TestEndOfStream(t *testing.T) {
	for _, c := range []struct {
		w        Wire
		in, want string
	}{
		{Auto, "", ""},
		{Auto, "seqt", `settled raw|raw "seqt"`},
		{Auto, theGreeting + "a\xf5\x01", `settled framed|raw "a"`},
		{Line, "ab", `settled line|line "ab" partial`},
		{Framed, "seqt", ""},
		{Framed, "\xf5\x01\x00", ""},
		{Framed, helloOf(0) + "\xf5\x01\x00", "settled framed with alice|failed: the stream ended inside a frame"},
		{Framed, helloOf(resuming) + "\xf5\x01\x00", "settled framed with alice"},
	} {
		m := New(t0, config(false, false, c.w))
		m.Input(t0, []byte(c.in))
		m.EOF(t0)
		m.EOF(t0)
		m.Input(t0, []byte("more"))
		if got := strings.Join(events(m), "|"); got != c.want {
			t.Errorf("%v %q: %s, want %s", c.w, c.in, got, c.want)
		}
		if !m.Deadline().IsZero() {
			t.Errorf("%v %q: deadline %v", c.w, c.in, m.Deadline())
		}
	}
	m := New(t0, config(true, false, Auto))
	m.Send(t0, 0, []byte("x"), false)
	m.EOF(ms(1)) // no HELLO can come any more
	if got := labels(outs(m, ms(1))); got != "GREETING #1" || m.Waiting() {
		t.Error(got)
	}
}

func TestNames(t *testing.T) {
	p := newPair(false, Auto, Auto, 0)
	p.settle(t0)
	p.b.Rename(t0, "bad\xffname"+strings.Repeat("在", 30))
	p.settle(t0)
	want := "bad\uFFFDname" + strings.Repeat("在", 18)
	if p.a.Peer().Nick != want || len(want) > maxNick {
		t.Errorf("%q", p.a.Peer().Nick)
	}
	if got := p.aTold[len(p.aTold)-1]; got != "renamed "+want {
		t.Error(got)
	}
	raw := New(t0, config(true, false, Raw))
	raw.Rename(t0, "x")
	if outs(raw, t0) != nil {
		t.Error("a name in raw")
	}
}

// rewrite is a body read and written once more.
func rewrite(k kind, body []byte) (p []byte, err error) {
	var v any
	switch k {
	case hello:
		b, err := readHello(body)
		return appendBody(nil, &b), err
	case nick:
		v = &nickBody{}
	case text:
		var b textBody
		err := readText(body, &b)
		return appendText(nil, &b), err
	case receipt:
		var b receiptBody
		err := readReceipt(body, &b)
		return appendReceipt(nil, &b), err
	case ping, pong:
		v = &pingBody{}
	case bye:
		v = &byeBody{}
	default:
		return body, nil
	}
	err = readBody(k, body, v)
	return appendBody(nil, v), err
}

// FuzzStream: what a machine makes of a stream does not depend on how it was
// read; frames it accepts are written again as they came.
func FuzzStream(f *testing.F) {
	conversation := bytes.Join([][]byte{
		frameOf(hello, 0, &helloBody{Instance: alice, Session: theSession, Nick: "alice"}),
		frameOf(text, 0, &textBody{ID: 1, Row: 3, SentAt: 5, Text: []byte("hi 在")}),
		frameOf(140, 0, &pingBody{Highest: 9}),
		frameOf(ping, 0, &pingBody{Highest: 1}),
		frameOf(nick, 0, &nickBody{Nick: "al"}),
		frameOf(text, 0, &textBody{ID: 2, More: true}),
		frameOf(receipt, 0, &receiptBody{}),
		frameOf(bye, 0, &byeBody{Reason: Busy}),
		frameOf(nick, 0, &nickBody{Nick: "late"}),
	}, nil)
	for who := range byte(6) {
		f.Add(who, conversation, []byte{0})
		f.Add(who, append([]byte(theGreeting), conversation...), []byte{4, 0, 0})
		f.Add(who, []byte("SSH-2.0-OpenSSH\r\n"), []byte{2})
		f.Add(who, append([]byte("line\r\nno end\xf5\x01"), conversation...), []byte{12, 1})
	}
	f.Fuzz(func(t *testing.T, who byte, p, cuts []byte) {
		c := config(who&1 == 1, false, Framed)
		if who%6 >= 4 {
			c.Wire = Line
		}
		if len(p) > 0 && p[0] == magic && who%6 >= 2 && !c.Dialer {
			c.Wire = Auto
		}
		run := func(cuts []byte) (string, *Machine) {
			m := New(t0, c)
			rest := p
			for i := 0; len(rest) > 0; i++ {
				n := len(rest)
				if len(cuts) > 0 {
					n = min(n, 1+int(cuts[i%len(cuts)]))
				}
				m.Input(t0, rest[:n])
				rest = rest[n:]
			}
			m.EOF(t0)
			var b strings.Builder
			var raw Received // raw shows reads, so that only the sum of them counts
			m.n.Received = 0
			for {
				e, ok := m.NextEvent()
				if r, isText := e.(Received); isText && r.Wire == Raw {
					if raw.Text == nil {
						raw.First = r.First
					}
					if raw.Text != nil && raw.Last+1 != r.First {
						t.Fatalf("raw octet %d after %d", r.First, raw.Last)
					}
					raw.Text, raw.Last = append(raw.Text, r.Text...), r.Last
					continue
				}
				if raw.Text != nil {
					fmt.Fprintf(&b, "%+v\n", raw)
					raw = Received{}
				}
				if !ok {
					break
				}
				fmt.Fprintf(&b, "%T%+v\n", e, e)
			}
			fmt.Fprintf(&b, "%+v %+v %s", m.Counters(), m.Peer(), labels(outs(m, t0)))
			return b.String(), m
		}
		whole, m := run(nil)
		for _, cuts := range [][]byte{cuts, {0}} {
			if got, _ := run(cuts); got != whole {
				t.Fatalf("%+v %q cut by %v:\n%s\nwhole:\n%s", c, p, cuts, got, whole)
			}
		}
		if c.Wire != Line && m.n.Malformed == 0 {
			for len(p) >= headerLen && p[0] == magic {
				k, n, err := header(p, 0)
				if err != nil || len(p) < headerLen+n {
					break
				}
				body := p[headerLen : headerLen+n]
				if b, err := rewrite(k, body); m.n.Ignored == 0 && (err != nil || !bytes.Equal(b, body)) {
					t.Fatalf("%v %x was accepted and is written %x, %v", k, body, b, err)
				}
				p = p[headerLen+n:]
			}
		}
	})
}
