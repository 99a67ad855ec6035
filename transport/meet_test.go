package transport

import (
	"errors"
	"net"
	"testing"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// talkBothWays has a line each way, Chinese included.
func talkBothWays(a, b *end) {
	a.t.Helper()
	if !a.reached {
		until[Up](a, nil)
	}
	row := a.say("在吗？")
	b.hears("在吗？")
	b.say("在的。")
	a.hears("在的。")
	a.fate(row, Delivered)
}

func TestMeet(t *testing.T) {
	for _, tc := range []struct {
		name       string
		one, other Config
		over       segment.Proto // what they end up talking over
	}{
		{"TCP", Config{}, Config{}, segment.TCP},
		{"UDP", Config{Protos: overUDP}, Config{Protos: overUDP}, segment.UDP},
		{"UDP forgotten by the second", Config{Protos: overUDP}, Config{}, segment.TCP},
		{"UDP forgotten by the first", Config{}, Config{Protos: overUDP}, segment.UDP},
		{"explicit TCP", Config{Role: Listener}, Config{Role: Dialer}, segment.TCP},
		{"explicit UDP", Config{Role: Listener, Protos: overUDP}, Config{Role: Dialer, Protos: overUDP}, segment.UDP},
		{"one explicit", Config{Role: Listener}, Config{}, segment.TCP},
		{"framed from the start", Config{Wire: session.Framed}, Config{Wire: session.Framed}, segment.TCP},
		{"framed meets auto", Config{}, Config{Wire: session.Framed, Protos: overUDP}, segment.UDP},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.one.Addr = freeAddr(t)
			tc.other.Addr = tc.one.Addr
			tc.one.Nick, tc.other.Nick = "alice", "bob"
			a := start(t, tc.one)
			until(a, func(n Notice) bool { return n.Code == NoteListening })
			b := start(t, tc.other)
			if up := until[Up](b, nil); up.Proto != tc.over || !up.Dialer {
				t.Errorf("up: %+v", up)
			}
			b.settled(session.Framed)
			talkBothWays(b, a)
			if a.Status().Role != Listener || b.Status().Role != Dialer {
				t.Errorf("roles %v and %v", a.Status().Role, b.Status().Role)
			}
			b.Close()
			if d := until[Down](a, nil); d.Cause != PeerQuit {
				t.Errorf("the listener saw %v", d.Cause)
			}
			c := start(t, tc.other) // the next one is welcome
			talkBothWays(c, a)
		})
	}
}

// Both start in the same instant, over and over.
func TestMeetAtOnce(t *testing.T) {
	for range 20 {
		addr := freeAddr(t)
		a, b := start(t, Config{Addr: addr}), start(t, Config{Addr: addr})
		talkBothWays(a, b)
		a.Close()
		b.Close()
	}
}

func TestMeetBoth(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr, Protos: overBoth})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	b := start(t, Config{Addr: addr, Protos: overBoth})
	for _, e := range []*end{a, b} {
		ups := map[segment.Proto]bool{}
		for len(ups) < 2 {
			ups[until[Settled](e, nil).Proto] = true
		}
	}
	row := b.say("once over each")
	got := map[segment.Proto]bool{}
	for len(got) < 2 {
		r := until[Received](a, nil)
		if string(r.Messages[0].Text) != "once over each" || r.Messages[0].Row != row {
			t.Fatalf("%+v", r)
		}
		got[r.Proto] = true
	}
}

// Who means both talks over the one that the other side has.
func TestBothMeetsOne(t *testing.T) {
	a, b := pair(t, Config{Role: Listener}, Config{Role: Dialer, Protos: overBoth})
	until[Settled](b, func(s Settled) bool { return s.Proto == segment.TCP })
	b.say("over TCP alone")
	a.hears("over TCP alone")
	c, d := pair(t, Config{Protos: overBoth}, Config{Role: Dialer})
	talkBothWays(d, c)
}

func TestThirdTerminal(t *testing.T) {
	addr := freeAddr(t)
	a, b := start(t, Config{Addr: addr}), start(t, Config{Addr: addr})
	talkBothWays(a, b)
	c := start(t, Config{Addr: addr})
	if d := until[Down](c, nil); d.Cause != BusyPeer {
		t.Errorf("the third was told %v", d.Cause)
	}
	raw := start(t, Config{Addr: addr, Role: Dialer, Wire: session.Raw})
	if d := until[Down](raw, nil); d.Cause != PeerClosed {
		t.Errorf("the raw third saw %v", d.Cause)
	}
	talkBothWays(a, b)
}

func TestPortHeld(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a := start(t, Config{Addr: l.Addr().String(), Role: Listener})
	closed := until[Closed](a, nil)
	if !errors.Is(closed.Err, stack.ErrInUse) {
		t.Errorf("closed with %v", closed.Err)
	}
	if want := l.Addr().String() + ": another program listens there; call it (seqtalk dial " + l.Addr().String() + "), or use another port"; closed.Err.Error() != want {
		t.Errorf("said %q, want %q", closed.Err, want)
	}
}

func TestRefused(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr, Role: Dialer})
	closed := until[Closed](a, nil)
	if want := "dial tcp " + addr + ": connection refused"; closed.Err == nil || closed.Err.Error() != want {
		t.Errorf("said %q, want %q", closed.Err, want)
	}
}

func TestRetry(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr, Role: Dialer, Retry: true})
	until(a, func(n Notice) bool { return n.Code == NoteRetry })
	b := start(t, Config{Addr: addr, Role: Listener})
	talkBothWays(a, b)
}

func TestUDPTaken(t *testing.T) {
	addr := freeAddr(t)
	p, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	a := start(t, Config{Addr: addr})
	until(a, func(n Notice) bool { return n.Code == NoteNoUDP })
	talkBothWays(start(t, Config{Addr: addr}), a)
	a.Close()

	b := start(t, Config{Addr: addr, Protos: overUDP})
	closed := until[Closed](b, nil)
	want := addr + ": the UDP port is taken by another program; to talk to it: seqtalk dial -u " + addr
	if closed.Err == nil || closed.Err.Error() != want {
		t.Errorf("said %q, want %q", closed.Err, want)
	}
}

func TestQueueBeforePeer(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	row := a.say("said to nobody yet")
	b := start(t, Config{Addr: addr})
	b.hears("said to nobody yet")
	a.fate(row, Delivered)

	b.Close()
	until[Down](a, nil)
	row = a.say("said to the next one")
	start(t, Config{Addr: addr}).hears("said to the next one")
	a.fate(row, Delivered)

	u := start(t, Config{Addr: freeAddr(t), Protos: overUDP})
	until(u, func(n Notice) bool { return n.Code == NoteListening })
	if err := u.Send(Message{Row: 1, Text: []byte("x")}); !errors.Is(err, ErrNoPeer) {
		t.Errorf("UDP took a message for nobody: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"": "127.0.0.1:9001", "9100": "127.0.0.1:9100", ":9100": ":9100", "example.org": "example.org:9001",
		"example.org:80": "example.org:80", "::1": "[::1]:9001", "[::1]": "[::1]:9001", "[::1]:9100": "[::1]:9100",
		"10.0.0.1": "10.0.0.1:9001",
	} {
		if got, err := ParseAddress(in); err != nil || got.String() != want {
			t.Errorf("%q: %v, %v; want %s", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"1.2.3.4:99999":  `"1.2.3.4:99999": "99999" is not a port; a port is a number from 1 to 65535, as in 127.0.0.1:9001`,
		"host:http":      `"host:http": "http" is not a port; a port is a number from 1 to 65535, as in 127.0.0.1:9001`,
		"a:b:c":          `"a:b:c" is not an address; write HOST:PORT, as in 127.0.0.1:9001, [::1]:9001 or example.org:9001`,
		"http://host:80": `"http://host:80" is not an address; write HOST:PORT, as in 127.0.0.1:9001, [::1]:9001 or example.org:9001`,
	} {
		if _, err := ParseAddress(in); err == nil || err.Error() != want {
			t.Errorf("%q: %v; want %s", in, err, want)
		}
	}
}

func TestNames(t *testing.T) {
	port := freeAddr(t)[len("127.0.0.1:"):]
	a := start(t, Config{Addr: "localhost:" + port})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	talkBothWays(start(t, Config{Addr: "localhost:" + port}), a)
	b := start(t, Config{Addr: "no-such-host.invalid"})
	if closed := until[Closed](b, nil); closed.Err == nil {
		t.Error("a name that cannot be found was found")
	}
	if _, err := Open(Config{Addr: "::1", Family: IPv4, Protos: overTCP}); err == nil || err.Error() != "::1 is not an IPv4 address" {
		t.Errorf("-4 ::1: %v", err)
	}
}

func TestCloseIsQuick(t *testing.T) {
	addr := freeAddr(t)
	a, b := start(t, Config{Addr: addr}), start(t, Config{Addr: addr})
	talkBothWays(a, b)
	began := time.Now()
	a.Close()
	b.Close()
	if took := time.Since(began); took > patience/2 {
		t.Errorf("closing took %v", took)
	}
}
