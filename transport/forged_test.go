package transport

import (
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/session"
)

// A datagram that says it comes from the listener's own address makes no peer.
func TestUDPOwnAddress(t *testing.T) {
	a := start(t, Config{Addr: freeAddr(t), Role: Listener, Protos: overUDP})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	a.mu.Lock()
	u := a.legs[0].(*udp)
	u.input(a.now(), u.socket.LocalAddr(), []byte("hi"))
	a.mu.Unlock()
	if a.Status().Legs[0].Up {
		t.Error("it is its own peer")
	}
}

// Over raw UDP a line that may have been meant for the peer before a stranger
// wrote does not go to the stranger unasked.
func TestUDPLineNotForStranger(t *testing.T) {
	a := listening(t, Config{Protos: overUDP})
	friend, err := net.Dial("udp", a.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer friend.Close()
	io.WriteString(friend, "hi")
	a.hears("hi")
	a.fate(a.say("hello"), Sent)
	stranger, err := net.Dial("udp", a.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	io.WriteString(stranger, "x")
	until[PeerMoved](a, nil)
	secret := Message{Row: 9, Text: []byte("secret")}
	if err := a.Send(secret); !errors.Is(err, ErrPeerMoved) {
		t.Errorf("the line went to the stranger: %v", err)
	}
	if err := a.Send(secret); err != nil {
		t.Errorf("it is refused twice: %v", err)
	}
	buf := make([]byte, 100)
	stranger.SetReadDeadline(time.Now().Add(patience))
	if n, _ := stranger.Read(buf); string(buf[:n]) != "secret" {
		t.Errorf("the stranger, who was meant then, got %q", buf[:n])
	}
}

// chat is a framed conversation over UDP in virtual time.
type chat struct {
	clock            *link.Virtual
	listener, dialer *Conversation
	heard            []string // by the listener
	notices          []Notice // of the listener
}

func newChat(t *testing.T) *chat {
	t.Helper()
	c := &chat{clock: link.NewVirtual(time.Unix(0, 0).UTC())}
	l, err := lab.New(lab.Options{Clock: c.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	open := func(cfg Config) *Conversation {
		cfg.Addr, cfg.Exact, cfg.Protos = l.B().IPv4().String()+":9001", true, overUDP
		conv, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return conv
	}
	c.listener = open(Config{Stack: l.B(), Role: Listener, Seed: 2})
	c.dialer = open(Config{Stack: l.A(), Role: Dialer, Seed: 1})
	c.run(time.Second)
	c.say(t, "hello")
	return c
}

// run lets d pass.
func (c *chat) run(d time.Duration) {
	c.clock.AfterFunc(d, func() {})
	for end := c.clock.Now().Add(d); c.clock.Now().Before(end) && c.clock.Step(); {
		c.dialer.Drain()
		for _, ev := range c.listener.Drain() {
			switch ev := ev.(type) {
			case Received:
				for _, m := range ev.Messages {
					c.heard = append(c.heard, string(m.Text))
				}
			case Notice:
				c.notices = append(c.notices, ev)
			}
		}
	}
}

func (c *chat) say(t *testing.T, text string) {
	t.Helper()
	if err := c.dialer.Send(Message{Row: 1, Text: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	c.run(time.Second)
	if !slices.Contains(c.heard, text) {
		t.Errorf("the listener did not hear %q but %q", text, c.heard)
	}
}

// call hands the listener a HELLO from the dialer's address.
func (c *chat) call(instance, number uint64) {
	m := session.New(c.clock.Now(), session.Config{Datagram: true, Dialer: true, Wire: session.Framed, Instance: instance, Session: number})
	hello, _ := m.NextOut(c.clock.Now())
	c.listener.mu.Lock()
	u := c.listener.legs[0].(*udp)
	u.input(c.clock.Now(), u.peer, hello.Octets)
	c.listener.mu.Unlock()
	c.listener.wake()
}

func (c *chat) peer() session.Peer {
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	return c.listener.legs[0].about()
}

// A call in the name of the peer's address takes nobody's place while the peer
// answers.
func TestUDPForgedCall(t *testing.T) {
	c := newChat(t)
	was := c.peer()
	for range 5 {
		c.call(0xbad, 0xbad)
		c.run(700 * time.Millisecond)
		c.say(t, "still here")
	}
	c.run(5 * time.Second)
	if got := c.peer(); got != was {
		t.Errorf("the peer is %+v, was %+v", got, was)
	}
}

// A peer that was started again at the same port has its place back: in 2 s,
// or at once if it is the same program or ICMP said that the old one is gone.
func TestUDPPeerRestarted(t *testing.T) {
	c := newChat(t)
	c.dialer.mu.Lock()
	c.dialer.legs[0].(*udp).paused = true // it hears nothing, and no ICMP says so
	c.dialer.mu.Unlock()
	was := c.peer()
	c.call(0xbad, 0xbad)
	c.run(1900 * time.Millisecond)
	if got := c.peer(); got != was {
		t.Errorf("after 1.9 s the peer is %+v", got)
	}
	c.run(200 * time.Millisecond)
	if got := c.peer(); got.Instance != 0xbad {
		t.Errorf("after 2.1 s the peer is %+v", got)
	}
	c.run(time.Second)
	c.call(0xbad, 0xbee)
	if got := c.peer(); got.Session != 0xbee {
		t.Errorf("the same program is %+v", got)
	}
}
