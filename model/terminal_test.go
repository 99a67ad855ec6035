package model

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	pty "seqtalk/model/screen"
)

// onScreen runs this binary as the program, listening at addr for what speaks
// lines, on a screen of its own.
func onScreen(t testing.TB, w, h int, addr string) *pty.Screen {
	t.Helper()
	s, err := pty.Start(w, h, []string{"SEQTALK_CHILD=run", "SEQTALK_WIRE=line", "SEQTALK_ADDR=" + addr}, os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// What is typed before the program has the terminal is typed all the same, and
// Enter is Enter.
func TestTypedAhead(t *testing.T) {
	s := onScreen(t, 80, 24, freeAddr(t))
	s.Type("typed ahead\rsecond 第二行\rhalf")
	if err := s.Until(func(text string) bool {
		return strings.Contains(text, "  typed ahead") && strings.Contains(text, "  second 第二行") && strings.Contains(text, "› half")
	}); err != nil {
		t.Error(err)
	}
}

// A peer that is no seqtalk and says n lines, in a burst each 10 ms.
type chatterer struct {
	net.Conn
	said chan struct{} // closed when all is said
	sent atomic.Int64
}

// chatter calls addr and says rate lines a second until told to stop.
func chatter(t testing.TB, addr string, rate int, stop <-chan struct{}) *chatterer {
	t.Helper()
	var c net.Conn
	var err error
	for range 100 {
		if c, err = net.Dial("tcp", addr); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	ch := &chatterer{Conn: c, said: make(chan struct{})}
	go func() {
		defer close(ch.said)
		w := bufio.NewWriterSize(c, 64<<10)
		begun, sent := time.Now(), 0
		for tick := time.NewTicker(10 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
			}
			for due := int(time.Since(begun).Seconds() * float64(rate)); sent < due; sent++ {
				fmt.Fprintf(w, "line %d of a flood\n", sent)
			}
			if w.Flush() != nil {
				return
			}
			ch.sent.Store(int64(sent))
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-ch.said
	})
	return ch
}

// typedFor presses n keys, one after the other, and returns how long each took
// to be on the screen.
func typedFor(t testing.TB, s *pty.Screen, n int) []time.Duration {
	t.Helper()
	var took []time.Duration
	for i := range n {
		key := string(rune('a' + i%26))
		x, y := s.Cursor()
		begun := time.Now()
		s.Type(key)
		if err := s.Until(func(string) bool { nx, ny := s.Cursor(); return nx == x+1 && ny == y || nx < x && i%26 == 0 }); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(begun))
		if i%26 == 25 {
			s.Type("\x15") // Ctrl-U
			if err := s.Until(func(string) bool { nx, _ := s.Cursor(); return nx == 3 }); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(3+i%11) * time.Millisecond) // not in step with the frames
	}
	slices.Sort(took)
	return took
}

// BenchmarkKey measures from a key written to a real pty to its letter on the
// screen, with nothing else going on and while 100,000 messages a second come.
//
//	go test ./model -run '^$' -bench Key -benchtime 300x
func BenchmarkKey(b *testing.B) {
	for _, rate := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("%d_messages_a_second", rate), func(b *testing.B) {
			addr := freeAddr(b)
			s := onScreen(b, 80, 24, addr)
			if err := s.Shows("F1"); err != nil {
				b.Fatal(err)
			}
			if rate > 0 {
				stop := make(chan struct{})
				defer close(stop)
				flood := chatter(b, addr, rate, stop)
				if err := s.Shows("of a flood"); err != nil {
					b.Fatal(err)
				}
				time.Sleep(time.Second)
				begun, before := time.Now(), flood.sent.Load()
				defer func() {
					b.ReportMetric(float64(flood.sent.Load()-before)/time.Since(begun).Seconds(), "messages/s")
				}()
			}
			before := s.Written()
			begun := time.Now()
			took := typedFor(b, s, max(b.N, 20))
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "p99-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1e3, "max-ms")
			b.ReportMetric(float64(s.Written()-before)/time.Since(begun).Seconds(), "bytes-out/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// A line that comes costs the terminal no more than a few cells' worth of bytes,
// even though all above it moves.
func TestBytesForAMessage(t *testing.T) {
	addr := freeAddr(t)
	s := onScreen(t, 80, 24, addr)
	if err := s.Shows("F1"); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	say := func(i int) {
		fmt.Fprintf(c, "line %03d of many\n", i)
		if err := s.Shows(fmt.Sprintf("line %03d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 { // until the screen is full
		say(i)
	}
	time.Sleep(300 * time.Millisecond)
	const n = 50
	before := s.Written()
	for i := range n {
		say(100 + i)
		time.Sleep(20 * time.Millisecond)
	}
	per := (s.Written() - before) / n
	t.Logf("%d bytes a message", per)
	if per > 250 {
		t.Errorf("a message costs %d bytes", per)
	}
}

// However fast the wheel is turned, a key does not wait for all of it.
func TestWheelFlood(t *testing.T) {
	addr := freeAddr(t)
	s := onScreen(t, 120, 36, addr)
	if err := s.Shows("F1"); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i := range 3000 {
		fmt.Fprintf(c, "line %d of many, each a little longer than it need be\n", i)
	}
	if err := s.Shows("line 2999"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	s.Type(strings.Repeat("\x1b[<64;10;10M", 300) + strings.Repeat("\x1b[<65;10;10M", 300) + "typed")
	if err := s.Shows("› typed"); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	t.Logf("a key behind 600 notches of the wheel: %v", took)
	if took > time.Second {
		t.Errorf("a key waits %v for the wheel", took)
	}
}
