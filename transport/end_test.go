package transport

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/kernel"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// patience bounds every wait of these tests; nothing is expected to take it.
const patience = 10 * time.Second

// both are the protocols of a config that means one of them.
var (
	overTCP  = []segment.Proto{segment.TCP}
	overUDP  = []segment.Proto{segment.UDP}
	overBoth = []segment.Proto{segment.TCP, segment.UDP}
)

// An end is a Conversation whose events a test reads as it goes.
type end struct {
	t *testing.T
	*Conversation
	rows    uint64
	reached bool // an Up was seen
	seen    []Event
}

// start opens a conversation that the test's end closes.
func start(t *testing.T, c Config) *end {
	t.Helper()
	if c.Stack == nil {
		c.Stack = kernel.New()
	}
	if c.Protos == nil {
		c.Protos = overTCP
	}
	conv, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	e := &end{t: t, Conversation: conv}
	t.Cleanup(func() { e.Close() })
	return e
}

// until reads events up to the first that is of type E and satisfies ok.
func until[E Event](e *end, ok func(E) bool) E {
	e.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case ev, open := <-e.Events():
			if !open {
				e.t.Fatalf("the events ended; seen: %s", e.story())
			}
			e.seen = append(e.seen, ev)
			if _, up := ev.(Up); up {
				e.reached = true
			}
			if ev, is := ev.(E); is && (ok == nil || ok(ev)) {
				return ev
			}
		case <-deadline:
			e.t.Fatalf("no %T; seen: %s", *new(E), e.story())
		}
	}
}

func (e *end) story() string {
	var b strings.Builder
	for _, ev := range e.seen {
		fmt.Fprintf(&b, "\n  %T %.300s", ev, fmt.Sprintf("%+v", ev))
	}
	return b.String()
}

// say sends a text.
func (e *end) say(text string) uint64 {
	e.t.Helper()
	e.rows++
	err := e.Send(Message{Row: e.rows, Text: []byte(text)})
	if errors.Is(err, ErrPeerMoved) { // as a person does who has read who the peer is now
		err = e.Send(Message{Row: e.rows, Text: []byte(text)})
	}
	if err != nil {
		e.t.Fatalf("send %q: %v", text, err)
	}
	return e.rows
}

// hears waits for the texts, in order, each a message of its own.
func (e *end) hears(texts ...string) {
	e.t.Helper()
	for len(texts) > 0 {
		r := until[Received](e, nil)
		for _, m := range r.Messages {
			if m.Dup {
				continue
			}
			if len(texts) == 0 || string(m.Text) != texts[0] {
				e.t.Fatalf("heard %q, want %q", m.Text, texts)
			}
			texts = texts[1:]
		}
	}
}

// fate waits until the row has the mark, if it has not got it yet.
func (e *end) fate(row uint64, m Mark) Fate {
	e.t.Helper()
	var got Fate
	has := func(d Delivery) bool {
		for _, f := range d.Fates {
			if d.Mark == m && f.Row == row {
				got = f
				return true
			}
		}
		return false
	}
	for _, ev := range e.seen {
		if d, is := ev.(Delivery); is && has(d) {
			return got
		}
	}
	until(e, has)
	return got
}

// pair is two ends at one address of which the first listens.
func pair(t *testing.T, a, b Config) (listener, dialer *end) {
	t.Helper()
	a.Addr = freeAddr(t)
	b.Addr = a.Addr
	listener = start(t, a)
	until(listener, func(n Notice) bool { return n.Code == NoteListening })
	return listener, start(t, b)
}

// settled waits until it is known how the two talk.
func (e *end) settled(w session.Wire) Settled {
	e.t.Helper()
	return until(e, func(s Settled) bool { return s.Wire == w })
}

// freeAddr is a loopback address whose port is free in TCP and in UDP.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		l.Close()
		if p, err := net.ListenPacket("udp", addr); err == nil {
			p.Close()
			return addr
		}
	}
	t.Fatal("no port free in both protocols")
	return ""
}
