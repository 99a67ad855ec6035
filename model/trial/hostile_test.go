//go:build linux

package trial

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// What a process may hold, whatever is done to it.
const (
	mostRSS   = 150 << 10 // KiB
	mostFiles = 40
)

// A chat is two processes that talk, line by line, while others do what they
// like to the one that listens.
type chat struct {
	t              *testing.T
	listener, peer *process
	addr           string
	lines          int
	took           []time.Duration
}

func newChat(t *testing.T, proto string) *chat {
	c := &chat{t: t, addr: freeAddr(t)}
	c.listener = run(t, "listen", "-P"+proto, c.addr)
	c.listener.tells("waiting at")
	c.peer = run(t, "dial", "-P"+proto, c.addr)
	for _, p := range []*process{c.listener, c.peer} {
		p.until("a peer", func(ev event) bool { return ev.State == "ESTABLISHED" || ev.State == "PEER KNOWN" })
	}
	c.say()
	return c
}

// say has each say a line, and waits until the other has it.
func (c *chat) say() {
	c.t.Helper()
	begun := time.Now()
	c.lines++
	for _, way := range [][2]*process{{c.peer, c.listener}, {c.listener, c.peer}} {
		text := fmt.Sprintf("line %d 行", c.lines)
		way[0].says(text)
		way[1].hears(text)
	}
	c.took = append(c.took, time.Since(begun))
}

// during talks until the attack is over, a little longer, and holds that the
// listener weighs no more than it may.
func (c *chat) during(attack func()) {
	c.t.Helper()
	var over atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() { attack(); over.Store(true) })
	c.took = nil
	for !over.Load() {
		c.say()
	}
	for range 10 {
		c.say()
	}
	wg.Wait()
	w := weigh(c.t, c.listener.cmd.Process.Pid, 0)
	if w.rss > mostRSS || w.files > mostFiles {
		c.t.Errorf("the listener holds %d KiB and %d files", w.rss, w.files)
	}
	var longest time.Duration
	for _, d := range c.took {
		longest = max(longest, d)
	}
	c.t.Logf("%d lines each way meanwhile, the slowest pair took %v; RSS %d KiB, %d files", len(c.took), longest.Round(time.Millisecond), w.rss, w.files)
}

// Ten thousand connections, half of which say something and none of which goes
// by itself, do not reach the talk.
func TestManyConnections(t *testing.T) {
	c := newChat(t, "tcp")
	c.during(func() {
		var open []net.Conn
		for i := range times(1000, 10_000) {
			k, err := net.Dial("tcp", c.addr)
			if err != nil {
				t.Error(err)
				break
			}
			if i%2 == 0 {
				k.Write([]byte("GET / HTTP/1.1\r\n"))
			}
			if open = append(open, k); len(open) > 200 {
				open[0].Close()
				open = open[1:]
			}
		}
		for _, k := range open {
			k.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, k); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("one of them is still open")
			}
			k.Close()
		}
	})
}

// Callers that say a byte now and then are let go of; they take no place from
// those who come.
func TestSlowCallers(t *testing.T) {
	c := newChat(t, "tcp")
	c.during(func() {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				k, err := net.Dial("tcp", c.addr)
				if err != nil {
					t.Error(err)
					return
				}
				defer k.Close()
				for range int(patience / (100 * time.Millisecond)) {
					if _, err := k.Write([]byte{0xF5}); err != nil {
						return
					}
					k.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
					if _, err := k.Read(make([]byte, 100)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
						return
					}
				}
				t.Error("a slow caller was never let go of")
			})
		}
		wg.Wait()
	})
}

// What one peer can say that has no end: a line, a length, frames of nothing. It
// costs no memory, and when it is gone the next one can talk.
func TestEndless(t *testing.T) {
	mebi := times(64, 1024)
	for name, attack := range map[string]func(k net.Conn){
		"a line": func(k net.Conn) {
			line := bytes.Repeat([]byte("no newline "), 1<<20/11)
			for range mebi {
				if _, err := k.Write(line); err != nil {
					t.Error(err)
					return
				}
			}
		},
		"a length": func(k net.Conn) {
			k.Write([]byte("\xF5\x01\x00\x03\xFF\xFF\xFF\xFF"))
			k.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, k); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("a frame of 4 GiB is waited for")
			}
		},
		"frames of nothing": func(k net.Conn) {
			nothing := bytes.Repeat([]byte("\xF5\x01\x00\xFF\x00\x00\x00\x00"), 1<<12) // of a type that is skipped
			k.Write([]byte("\xF5\x01\x00\x01\x00\x00\x00\x09\x85\x07\x09\x01\x61x\x1a\x00\x01\x00\x00")[:8])
			for range times(25, 250) {
				if _, err := k.Write(nothing); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			addr := freeAddr(t)
			a := run(t, "listen", addr)
			a.state("LISTEN")
			free, heard := make(chan struct{}), make(chan struct{})
			go func() { // it may tell of much
				defer close(heard)
				for ev := range a.told {
					switch {
					case ev.State == "LISTEN" && ev.Event == "state":
						close(free)
					case ev.Event == "message" && ev.Text == "and now us":
						return
					}
				}
			}()
			k, err := net.Dial("tcp", addr)
			must(t, err)
			k.(*net.TCPConn).SetLinger(0) // it goes at once
			heaviest := 0
			done := make(chan struct{})
			go func() { defer close(done); attack(k); k.Close() }()
			for over := false; !over; {
				select {
				case <-done:
					over = true
				case <-time.After(20 * time.Millisecond):
				}
				heaviest = max(heaviest, weigh(t, a.cmd.Process.Pid, 0).rss)
			}
			wait := func(c chan struct{}, what string) {
				select {
				case <-c:
				case <-time.After(patience):
					t.Fatalf("not within %v: %s", patience, what)
				}
			}
			wait(free, "the place is free")
			b := run(t, "dial", addr)
			b.says("and now us")
			wait(heard, "somebody can talk")
			if heaviest > mostRSS {
				t.Errorf("it took %d KiB", heaviest)
			}
			t.Logf("at most %d KiB", heaviest)
		})
	}
}

// A peer that never reads gets what fits into its buffers; the rest waits here,
// bounded, and the screen goes on.
func TestPeerThatNeverReads(t *testing.T) {
	addr := freeAddr(t)
	a := terminal(t, 80, 24, "listen", "--wire", "raw", addr)
	must(t, a.Shows("LISTEN"))
	k, err := net.Dial("tcp", addr)
	must(t, err)
	defer k.Close()
	must(t, a.Shows("ESTABLISHED"))
	a.Type("/flood 16m\r")
	must(t, a.Shows("flood"))
	for i := range 20 {
		text := fmt.Sprintf("typed meanwhile %d", i)
		a.Type(text)
		must(t, a.Shows(text))
		a.Type("\x15") // Ctrl-U
	}
	if w := weigh(t, a.Pid(), 0); w.rss > mostRSS {
		t.Errorf("it holds %d KiB", w.rss)
	}
	a.Signal(syscall.SIGTERM)
	if code, err := a.Exit(); err != nil || code != 143 {
		t.Errorf("exit %d, %v", code, err)
	}
}

// strangers' datagrams: what could be taken for a call, for the peer's, or for
// nothing at all.
var knocks = [][]byte{
	{}, {0}, []byte("hello\n"), []byte("seqtalk/1 000000005e55000100000000000a11ce\n"), []byte("seqtalk-lab/1 000000005e550001\n"),
	[]byte("\xf5\x01\x00\x01\x00\x00\x00\x18\x00\x00\x00\x00\x5e\x55\x00\x01\x85\x19\x0b\x0b\x1a\x5e\x55\x00\x01\x03\x60\x1a\x00\x01\x00\x00"),
	[]byte("\xf5\x01\x00\x05\x00\x00\x00\x02\x00\x00\x00\x00\x5e\x55\x00\x01\x81\x00"),
	[]byte("\xf5\x01\x00\x07\x00\x00\x00\x02\x00\x00\x00\x00\x5e\x55\x00\x01\x81\x00"),
	bytes.Repeat([]byte{0xF6}, 1400), bytes.Repeat([]byte{'x'}, 60_000),
}

// Strangers that flood a UDP port hear nothing back, but for a call for a lab,
// which is refused at most 20 times a second; and the talk goes on.
func TestStrangersHearNothing(t *testing.T) {
	c := newChat(t, "udp")
	var sent, back, refused atomic.Int64
	c.during(func() {
		end := time.Now().Add(time.Duration(times(1, 10)) * time.Second)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				to, err := net.ResolveUDPAddr("udp", c.addr)
				if err != nil {
					t.Error(err)
					return
				}
				k, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, byte(2+i))}, to)
				if err != nil {
					t.Error(err)
					return
				}
				defer k.Close()
				wg.Go(func() {
					for buf := make([]byte, 1<<16); ; {
						n, err := k.Read(buf)
						if n == 13 && bytes.HasPrefix(buf, []byte("\xF6LB")) {
							refused.Add(1)
						} else {
							back.Add(int64(n))
						}
						if errors.Is(err, net.ErrClosed) {
							return
						}
					}
				})
				for n := 0; time.Now().Before(end); n++ {
					if len(knocks[n%len(knocks)]) > 10_000 && n%100 > 10 {
						continue
					}
					if _, err := k.Write(knocks[n%len(knocks)]); err == nil {
						sent.Add(1)
					}
				}
			})
		}
		time.Sleep(time.Until(end))
		wg.Wait()
	})
	if back.Load() != 0 {
		t.Errorf("%d bytes came back to strangers", back.Load())
	}
	if most := int64(20 * (times(1, 10) + 3)); refused.Load() > most {
		t.Errorf("%d calls for a lab were refused", refused.Load())
	}
	t.Logf("%d datagrams from strangers, %d bytes back, and %d calls for a lab refused", sent.Load(), back.Load(), refused.Load())
}

// Whoever calls a listener that waits is answered with no more than it sent,
// until it has shown that the address is its own.
func TestAnswersAreNoLarger(t *testing.T) {
	for i, knock := range knocks {
		addr := freeAddr(t)
		a := run(t, "listen", "-u", addr)
		a.tells("waiting at")
		k, err := net.Dial("udp", addr)
		must(t, err)
		k.Write(knock)
		b := run(t, "dial", "-u", "--retry", addr) // has the place for a moment, or is a stranger
		b.says("time has passed")
		b.until("that it was sent", func(ev event) bool { return ev.Event == "delivery" && ev.Mark == "sent" })
		a.until("that something came", func(ev event) bool {
			return ev.Event == "notice" && (bytes.Contains([]byte(ev.Text), []byte("stranger")) || bytes.Contains([]byte(ev.Text), []byte("seqtalk"))) || ev.Event == "message"
		})
		back := 0
		k.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		for buf := make([]byte, 1<<16); ; {
			n, err := k.Read(buf)
			if back += n; err != nil {
				break
			}
		}
		if back > len(knock) {
			t.Errorf("datagram %d: %d bytes sent, %d came back", i, len(knock), back)
		}
		k.Close()
		a.kill()
		b.kill()
	}
}
