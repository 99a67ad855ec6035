package transport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/kernel"
	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// otherEnd says, in the environment of a process of this test, that it is one end
// of a conversation: the address, the SPEC.
const otherEnd = "SEQTALK_TEST_END"

// TestOtherEnd is no test but the other process of those below: an end in the lab
// that sends back what it hears, and tells what happens, a line each.
func TestOtherEnd(t *testing.T) {
	addr, words, ok := strings.Cut(os.Getenv(otherEnd), " ")
	if !ok {
		t.Skip("for the tests of two processes")
	}
	spec, err := link.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(Config{Stack: kernel.New(), Addr: addr, Protos: overTCP, Lab: true, Net: spec, Given: true})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin) // the test has ended, somehow
		c.Close()
	}()
	for ev := range c.Events() {
		switch ev := ev.(type) {
		case Notice:
			fmt.Println("notice", ev.Code, ev.Args)
		case Up:
			fmt.Println("up", ev.Stack)
		case Down:
			fmt.Println("down", ev.Cause)
		case Received:
			for _, m := range ev.Messages {
				c.Send(Message{Row: m.ID, Text: m.Text})
			}
		}
	}
}

// A process is another end.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner
	in    io.Closer
}

func startProcess(t *testing.T, addr, spec string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOtherEnd$")
	cmd.Env = append(os.Environ(), otherEnd+"="+addr+" "+spec)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, bufio.NewScanner(out), in}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return p
}

// says waits for a line that begins so.
func (p *process) says(t *testing.T, begin string) {
	t.Helper()
	for p.lines.Scan() {
		if strings.HasPrefix(p.lines.Text(), begin) {
			return
		}
	}
	t.Fatalf("the other process never said %q", begin)
}

// TestTwoProcesses: two processes talk over a link that loses a tenth, whichever of
// them listens.
func TestTwoProcesses(t *testing.T) {
	addr := freeAddr(t)
	other := startProcess(t, addr, "loss 10% delay 2ms seed 5")
	other.says(t, fmt.Sprint("notice ", NoteListening))
	e := start(t, Config{Addr: addr, Lab: true})
	until(e, func(u Up) bool { return u.Stack == "lab" && u.Dialer })
	if n := seenNotice(e, NoteInLab); n == nil || n.Args[1] != "delay 2ms loss 10% seed 5" {
		t.Errorf("the link is %v", n)
	}
	for i := range 20 {
		text := fmt.Sprintf("message %d", i)
		e.say(text)
		e.hears(text)
	}
	if hit := lost(e); hit == 0 {
		t.Error("nothing was lost")
	}
	if err := e.Do(Net{weather(t, "delay 1ms")}); err != nil {
		t.Fatal(err)
	}
	other.says(t, fmt.Sprintf("notice %d [delay 1ms seed 5]", NotePeerNet))
	e.Close()
	other.says(t, "down peer quit")
}

func seenNotice(e *end, c Code) *Notice {
	for _, ev := range e.seen {
		if n, ok := ev.(Notice); ok && n.Code == c {
			return &n
		}
	}
	return nil
}

func lost(e *end) (n int) {
	for _, ev := range e.seen {
		if v, ok := ev.(Victim); ok && v.Segment.Fate == segment.FateLost {
			n++
		}
	}
	return n
}

// TestListenerKilled: kill -9 of the listener is silence; the restarted one's stack
// knows of no connection and says so.
func TestListenerKilled(t *testing.T) {
	addr := freeAddr(t)
	other := startProcess(t, addr, "delay 2ms")
	other.says(t, fmt.Sprint("notice ", NoteListening))
	e := start(t, Config{Addr: addr, Lab: true})
	e.say("are you there?")
	e.hears("are you there?")
	other.Process.Kill()
	other.Wait()
	e.say("are you still there?")
	until(e, func(n Notice) bool { return n.Code == NoteUnplugged })
	if l := e.Status().Legs[0]; l.TCP.State != segment.Established || l.TCP.Retrans < 3 {
		t.Errorf("the cable is unplugged, and TCP is %v, %d retransmissions", l.TCP.State, l.TCP.Retrans)
	}
	again := startProcess(t, addr, "delay 2ms")
	down := until(e, func(d Down) bool { return true })
	if down.Cause != Reset {
		t.Errorf("down: %v, %v", down.Cause, down.Err)
	}
	again.says(t, fmt.Sprint("notice ", NoteListening))
	if err := e.Do(Connect{}); err != nil {
		t.Fatal(err)
	}
	e.say("again")
	e.hears("are you still there?", "again") // what nobody confirmed goes to whoever is there now
}

// TestDialerKilled: after kill -9 of the dialer somebody else can have its place,
// and is not mistaken for it.
func TestDialerKilled(t *testing.T) {
	addr := freeAddr(t)
	e := start(t, Config{Addr: addr})
	until(e, func(n Notice) bool { return n.Code == NoteListening })
	other := startProcess(t, addr, "delay 2ms")
	other.says(t, "up lab")
	until(e, func(u Up) bool { return true })
	other.Process.Kill()
	other.Wait()
	again := startProcess(t, addr, "delay 2ms")
	if d := until(e, func(d Down) bool { return true }); d.Cause != Lost || !errors.Is(d.Err, lab.ErrReplaced) {
		t.Errorf("down: %v, %v", d.Cause, d.Err)
	}
	until(e, func(u Up) bool { return true })
	e.say("who are you?")
	e.hears("who are you?")
	again.in.Close()
	until(e, func(d Down) bool { return true })
}

// TestNoLabThere: who asks for the lab where there is none gets a clear word, and so
// does the other.
func TestNoLabThere(t *testing.T) {
	listener := start(t, Config{Addr: freeAddr(t), Role: Listener, Protos: overUDP})
	until(listener, func(n Notice) bool { return n.Code == NoteListening })
	e := start(t, Config{Addr: listener.cfg.Addr, Role: Dialer, Lab: true})
	if c := until(e, func(Closed) bool { return true }); !errors.Is(c.Err, lab.ErrDeclined) {
		t.Errorf("it ends with %v", c.Err)
	}
	until(listener, func(n Notice) bool { return n.Code == NoteLabDeclined })

	e = start(t, Config{Addr: freeAddr(t), Role: Dialer, Lab: true, Wait: time.Second})
	if c := until(e, func(Closed) bool { return true }); c.Err == nil || !strings.Contains(c.Err.Error(), "the same command") {
		t.Errorf("nobody is there, and it ends with %v", c.Err)
	}
}

// TestLabNotAsked: the peer comes without the lab that was asked for; the talk goes
// on, and it is said.
func TestLabNotAsked(t *testing.T) {
	listener, dialer := pair(t, Config{Lab: true}, Config{})
	until(listener, func(n Notice) bool { return n.Code == NoteNoLab })
	listener.hearsFrom(t, dialer)
}

// TestPhantom: a call for the lab that may be forged takes nobody's place, and gets
// no more than it brings.
func TestPhantom(t *testing.T) {
	listener := start(t, Config{Addr: freeAddr(t)})
	until(listener, func(n Notice) bool { return n.Code == NoteListening })
	phantom, err := net.Dial("udp", listener.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer phantom.Close()
	for range 3 {
		fmt.Fprintf(phantom, "seqtalk-lab/1 %016x\n", 77)
	}
	for range 3 {
		if n, err := phantom.Read(make([]byte, 99)); n != 21 || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
	}
	plain := start(t, Config{Addr: listener.cfg.Addr})
	listener.hearsFrom(t, plain)
}

// TestThirdInTheLab: two are in the lab; a third is told that they are busy, with
// the lab and without.
func TestThirdInTheLab(t *testing.T) {
	listener, dialer := pair(t, Config{}, Config{Lab: true})
	listener.hearsFrom(t, dialer)
	plain := start(t, Config{Addr: listener.cfg.Addr})
	until(plain, func(d Down) bool { return d.Cause == BusyPeer })
	third := start(t, Config{Addr: listener.cfg.Addr, Lab: true})
	if c := until(third, func(Closed) bool { return true }); !errors.Is(c.Err, lab.ErrBusy) {
		t.Errorf("it ends with %v", c.Err)
	}
	listener.hearsFrom(t, dialer)
}
