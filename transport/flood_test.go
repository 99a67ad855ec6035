package transport

import (
	"net"
	"testing"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// framedPeer calls a over TCP and says HELLO.
func framedPeer(t *testing.T, a *end) (net.Conn, *session.Machine) {
	t.Helper()
	conn, err := net.Dial("tcp", a.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	m := session.New(time.Now(), session.Config{Dialer: true, Wire: session.Framed, Instance: 7, Session: 9})
	for out, ok := m.NextOut(time.Now()); ok; out, ok = m.NextOut(time.Now()) {
		conn.Write(out.Octets)
	}
	return conn, m
}

// listening is a listener, and it is heard saying so.
func listening(t *testing.T, c Config) *end {
	t.Helper()
	c.Addr, c.Role = freeAddr(t), Listener
	a := start(t, c)
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	return a
}

// A peer that changes its name all the time is told of once a second, by its
// newest name.
func TestRenamesAreFew(t *testing.T) {
	a := listening(t, Config{})
	conn, _ := framedPeer(t, a)
	until[Settled](a, nil)
	var names []byte
	for i := range 20_000 {
		names = append(names, 0xF5, 1, 0, 2, 0, 0, 0, 3, 0x81, 0x61, 'a'+byte(i%26))
	}
	names = append(names, 0xF5, 1, 0, 2, 0, 0, 0, 5, 0x81, 0x63, 'e', 'n', 'd')
	conn.Write(names)
	until(a, func(r Renamed) bool { return r.Nick == "end" })
	n := 0
	for _, ev := range a.seen {
		if _, ok := ev.(Renamed); ok {
			n++
		}
	}
	if n > 4 {
		t.Errorf("%d renames were told", n)
	}
}

// Every event takes room: whoever is told of nothing but renames and marks
// stops the reading too.
func TestEveryEventWeighs(t *testing.T) {
	c := &Conversation{}
	for range 16384 {
		c.emit(Renamed{Proto: segment.TCP})
	}
	if c.room() {
		t.Errorf("%d events, and still room", len(c.pending))
	}
	for range 10 {
		c.drop()
	}
	if !c.room() || c.heldMsgs != 16384-10 {
		t.Errorf("no room beside %d", c.heldMsgs)
	}
	c.emit(Delivery{Proto: segment.TCP, Fates: make([]Fate, 10)})
	if c.room() {
		t.Error("marks weigh nothing")
	}
}

// What a stranger can cause as often as it likes is told once in 10 s, with a
// count.
func TestNoticesAreFew(t *testing.T) {
	c := newChat(t)
	c.listener.mu.Lock()
	for range 100 {
		c.listener.note(segment.UDP, NoteMalformed, "nonsense")
	}
	c.listener.mu.Unlock()
	c.listener.wake()
	told := func(d time.Duration) (notices []Notice) {
		c.notices = nil
		c.run(d)
		return c.notices
	}
	if n := told(9 * time.Second); len(n) != 1 || n[0].More != 0 {
		t.Errorf("in the first 9 s: %+v", n)
	}
	if n := told(2 * time.Second); len(n) != 1 || n[0].More != 98 {
		t.Errorf("after them: %+v", n)
	}
	if n := told(time.Minute); len(n) != 0 {
		t.Errorf("then: %+v", n)
	}
}

// A peer that asks all the time and never reads is not answered beyond what
// room there is.
func TestUnreadAnswers(t *testing.T) {
	m := session.New(time.Now(), session.Config{Wire: session.Framed, Instance: 3})
	now := time.Now()
	d := session.New(now, session.Config{Dialer: true, Wire: session.Framed, Instance: 7, Session: 9})
	hello, _ := d.NextOut(now)
	m.Input(now, hello.Octets)
	ping := []byte{0xF5, 1, 0, 5, 0, 0, 0, 2, 0x81, 0}
	var o outflow
	for range 200_000 {
		m.Input(now, ping)
		o.take(m, now)
	}
	if n := o.octets(); n > writeRoom+100 {
		t.Errorf("%d octets wait for a peer that does not read", n)
	}
	o.wrote(o.octets(), now)
	if o.take(m, now); o.octets() != len(ping) {
		t.Errorf("when it reads, %d octets are owed", o.octets())
	}
}
