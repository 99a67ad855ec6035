package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// courseServer is the TCP server of a networking course: it speaks first, then
// strictly alternates, reads with recv(1024), and at Q or q accepts the next
// client.
func courseServer(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(c, "欢迎")
			for buf := make([]byte, 1024); ; {
				n, err := c.Read(buf)
				if err != nil || strings.EqualFold(string(buf[:n]), "q") {
					break
				}
				fmt.Fprintf(c, "[%s]", buf[:n])
			}
			c.Close()
		}
	}()
	return l.Addr().String()
}

func TestCourseServerTCP(t *testing.T) {
	addr := courseServer(t)
	for range 2 { // Q lets the next one in
		a := start(t, Config{Addr: addr, Role: Dialer, Wire: session.Raw})
		a.hears("欢迎")
		row := a.say("在吗？")
		a.fate(row, Acked)
		a.hears("[在吗？]")
		a.say("Q")
		if d := until[Down](a, nil); d.Cause != PeerClosed {
			t.Errorf("down by %v", d.Cause)
		}
	}
	auto := start(t, Config{Addr: addr, Role: Dialer})
	if s := auto.settled(session.Raw); !s.SawLine {
		t.Error("the server saw our greeting, and nobody said so")
	}
	var got string // in one piece or two: TCP keeps no boundaries
	for !strings.HasSuffix(got, "\n]") {
		for _, m := range until[Received](auto, nil).Messages {
			got += string(m.Text)
		}
	}
	if !strings.HasPrefix(got, "欢迎[seqtalk/1 ") {
		t.Errorf("heard %q", got)
	}
	auto.say("hi")
	auto.hears("[hi]")
}

// The TCP client of the course receives first.
func TestCourseClientTCP(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	until[Up](a, nil)
	a.say("你好") // within the second it waits, then raw
	buf := make([]byte, 1024)
	c.SetReadDeadline(time.Now().Add(patience))
	n, err := c.Read(buf)
	if string(buf[:n]) != "你好" || err != nil {
		t.Fatalf("the client got %q, %v", buf[:n], err)
	}
	io.WriteString(c, "收到")
	a.hears("收到")
	c.Close()
	if d := until[Down](a, nil); d.Cause != PeerClosed {
		t.Errorf("down by %v", d.Cause)
	}
}

// The UDP server of the course answers whoever wrote last.
func TestCourseServerUDP(t *testing.T) {
	p, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	go func() {
		for buf := make([]byte, 1024); ; {
			n, from, err := p.ReadFrom(buf)
			if err != nil {
				return
			}
			p.WriteTo(append([]byte("re: "), buf[:n]...), from)
		}
	}()
	a := start(t, Config{Addr: p.LocalAddr().String(), Role: Dialer, Protos: overUDP, Wire: session.Raw})
	until[Up](a, nil)
	a.say("一")
	a.hears("re: 一")
	a.say("")
	a.hears("re: ") // an empty datagram is one too
}

// The UDP clients of the course speak first and leave without a word; the next
// one takes the peer's place.
func TestCourseClientsUDP(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr, Protos: overUDP})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	for i := range 3 {
		c, err := net.Dial("udp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "我是%d", i)
		a.hears(fmt.Sprintf("我是%d", i))
		if i > 0 {
			moved := 0
			for _, ev := range a.seen {
				if m, ok := ev.(PeerMoved); ok && m.Now.String() == c.LocalAddr().String() {
					moved++
				}
			}
			if moved != 1 {
				t.Errorf("client %d: told %d times that the peer changed: %s", i, moved, a.story())
			}
		}
		a.say("听到了")
		buf := make([]byte, 1024)
		c.SetReadDeadline(time.Now().Add(patience))
		if n, err := c.Read(buf); string(buf[:n]) != "听到了" || err != nil {
			t.Errorf("client %d got %q, %v", i, buf[:n], err)
		}
		c.Close()
	}
}

// Over TCP the stream keeps no boundaries: what was said twice may be read
// once; line mends it.
func TestLineKeepsBoundaries(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr, Role: Listener, Wire: session.Line})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "one\ntwo\r\nthr")
	a.hears("one", "two")
	io.WriteString(c, "ee\n")
	a.hears("three")
	a.say("四")
	buf := make([]byte, 1024)
	if n, _ := c.Read(buf); string(buf[:n]) != "四\n" {
		t.Errorf("got %q", buf[:n])
	}
}

// A character cut in two by the network arrives whole, wherever the cut is.
func TestCharactersCut(t *testing.T) {
	const text = "a汉字é👋"
	for cut := 1; cut < len(text); cut++ {
		addr := freeAddr(t)
		a := start(t, Config{Addr: addr, Role: Listener, Wire: session.Raw})
		until(a, func(n Notice) bool { return n.Code == NoteListening })
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		until[Up](a, nil)
		io.WriteString(c, text[:cut])
		time.Sleep(time.Millisecond) // the cut is the kernel's to make; either way the text is whole
		io.WriteString(c, text[cut:])
		c.Close()
		var got []byte
		for len(got) < len(text) {
			for _, m := range until[Received](a, nil).Messages {
				if !strings.HasPrefix(text[len(got):], string(m.Text)) || strings.ToValidUTF8(string(m.Text), "?") != string(m.Text) {
					t.Fatalf("cut at %d: %q after %q", cut, m.Text, got)
				}
				got = append(got, m.Text...)
			}
		}
		a.Close()
	}
}

func TestForeignProtocolsNamed(t *testing.T) {
	for name, first := range map[string]string{
		"TLS":    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"HTTP":   "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"SSH":    "SSH-2.0-OpenSSH_9.2\r\n",
		"telnet": "\xff\xfd\x18\xff\xfd\x20",
	} {
		t.Run(name, func(t *testing.T) {
			addr := freeAddr(t)
			a := start(t, Config{Addr: addr})
			until(a, func(n Notice) bool { return n.Code == NoteListening })
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			io.WriteString(c, first)
			n := until(a, func(n Notice) bool { return n.Code == NoteForeign })
			if n.Args[0] != Foreign(name) {
				t.Errorf("took it for %v", n.Args[0])
			}
		})
	}
}

func TestUDPRefused(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr, Role: Dialer, Protos: overUDP, Wire: session.Raw})
	until[Up](a, nil)
	row := a.say("anybody?")
	f := a.fate(row, Failed)
	if f.Err == nil || !errors.Is(f.Err, stack.ErrRefused) {
		t.Errorf("failed with %v", f.Err)
	}
	if l := a.Status().Legs[0]; l.UDP != Unreachable {
		t.Errorf("state %v", l.UDP)
	}
}

func TestUDPTooLong(t *testing.T) {
	a, b := pair(t, Config{Protos: overUDP}, Config{Protos: overUDP})
	talkBothWays(b, a)
	err := a.Send(Message{Row: 99, Text: make([]byte, 5000)})
	if !errors.Is(err, ErrTooLong) || !strings.HasPrefix(err.Error(), "message of 5000 bytes, 11") {
		t.Errorf("took 5000 bytes: %v", err)
	}
}

// Strangers get no byte back beyond the answer to a greeting.
func TestUDPStrangers(t *testing.T) {
	listener, b := pair(t, Config{Protos: overUDP}, Config{Protos: overUDP})
	talkBothWays(b, listener)
	c, err := net.Dial("udp", listener.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 50 {
		io.WriteString(c, "let me in")
	}
	n := until(listener, func(n Notice) bool { return n.Code == NoteStranger })
	if n.Args[0].(fmt.Stringer).String() != c.LocalAddr().String() {
		t.Errorf("the stranger is %v", n.Args[0])
	}
	talkBothWays(b, listener)
	c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the stranger got an answer of %d bytes", n)
	}
	for _, l := range listener.Status().Legs {
		if l.Proto == segment.UDP && l.Counters.Malformed != 0 {
			t.Errorf("strangers reached the session: %+v", l.Counters)
		}
	}
}

// The consumer that stops reading stops the network, and loses nothing.
func TestBackPressure(t *testing.T) {
	addr := freeAddr(t)
	a := start(t, Config{Addr: addr, Role: Listener, Wire: session.Line})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const lines = 200_000
	wrote := make(chan int)
	go func() {
		n := 0
		for i := range lines {
			k, _ := fmt.Fprintf(c, "%d %s\n", i, strings.Repeat("x", 100))
			n += k
		}
		wrote <- n
	}()
	select {
	case n := <-wrote:
		t.Errorf("%d bytes went somewhere without a reader", n)
	case <-time.After(300 * time.Millisecond):
	}
	next := 0
	for next < lines {
		for _, m := range until[Received](a, nil).Messages {
			if want := fmt.Sprintf("%d ", next); !strings.HasPrefix(string(m.Text), want) {
				t.Fatalf("line %d is %q", next, m.Text)
			}
			next++
		}
		a.seen = nil
	}
	<-wrote
}
