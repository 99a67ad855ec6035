//go:build linux

package trial

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A middle carries bytes between two ends and breaks connections off when told
// to, by RST on both sides.
type middle struct {
	at   net.Listener
	to   string
	mu   sync.Mutex
	open []*net.TCPConn // mu's
	cuts int            // mu's: connections broken off
}

func newMiddle(t *testing.T, to string) *middle {
	at, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	m := &middle{at: at, to: to}
	t.Cleanup(func() { at.Close(); m.cut() })
	go func() {
		for {
			k, err := at.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				k.Close()
				continue
			}
			m.mu.Lock()
			m.open = append(m.open, k.(*net.TCPConn), far.(*net.TCPConn))
			m.mu.Unlock()
			for _, way := range [][2]net.Conn{{k, far}, {far, k}} {
				go func() {
					io.Copy(way[0], way[1])
					way[0].(*net.TCPConn).CloseWrite()
				}()
			}
		}
	}()
	return m
}

// cut breaks off what there is.
func (m *middle) cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.open {
		k.SetLinger(0)
		k.Close()
	}
	if len(m.open) > 0 {
		m.cuts++
	}
	m.open = nil
}

// A talk whose connection is broken off again and again loses no line, doubles
// none, keeps the order, and says of none that it arrived which did not (R1, R2,
// R4).
func TestCuts(t *testing.T) {
	const window = 8 // lines under way
	lines := times(200, 5_000)
	addr := freeAddr(t)
	a := run(t, "listen", "--wire", "framed", addr)
	a.tells("waiting at")
	m := newMiddle(t, addr)
	b := run(t, "dial", "--wire", "framed", m.at.Addr().String())
	b.until("a peer", func(ev event) bool { return ev.State == "ESTABLISHED" })
	chance := rand.New(rand.NewPCG(3, 1))
	heard, delivered := map[string]int{}, map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	done := make(chan string, 2)
	progress := make(chan struct{}, 1)
	listen := func(p *process, from, own string) {
		defer wg.Done()
		next := 1
		confirmed := 0
		for ev := range p.told {
			mu.Lock()
			switch {
			case ev.Event == "message" && ev.Dir == "in":
				n, err := strconv.Atoi(strings.TrimPrefix(ev.Text, from))
				if err != nil || n != next {
					t.Errorf("%q came when %s%d was due", ev.Text, from, next)
				}
				next = n + 1
				heard[from] = n
			case ev.Event == "delivery" && ev.Mark == "delivered":
				confirmed++
				delivered[own] = confirmed
				if confirmed > lines {
					t.Errorf("%d of %d lines of %s are said to have arrived", confirmed, lines, own)
				}
			}
			over := heard[from] == lines && confirmed == lines
			mu.Unlock()
			select {
			case progress <- struct{}{}:
			default:
			}
			if over {
				done <- own
				for range p.told {
				}
				return
			}
		}
	}
	wg.Add(2)
	go listen(a, "b", "a")
	go listen(b, "a", "b")
	for i := 1; i <= lines; i++ {
		fmt.Fprintf(a.in, "a%d\n", i)
		fmt.Fprintf(b.in, "b%d\n", i)
		for late := time.After(3 * patience); ; {
			mu.Lock()
			far := heard["a"] >= i-window && heard["b"] >= i-window
			mu.Unlock()
			if far {
				break
			}
			select {
			case <-progress:
			case <-late:
				t.Fatalf("line %d: heard %v", i, heard)
			}
		}
		if chance.IntN(20) == 0 {
			m.cut()
		}
	}
	late := time.After(3 * patience)
	for range 2 {
		select {
		case <-done:
		case <-late:
			mu.Lock()
			t.Errorf("heard %v, delivered %v of %d", heard, delivered, lines)
			mu.Unlock()
		}
	}
	m.mu.Lock()
	t.Logf("%d lines each way, %d connections broken off", lines, m.cuts)
	m.mu.Unlock()
	a.cmd.Process.Signal(syscall.SIGTERM)
	b.cmd.Process.Signal(syscall.SIGTERM)
	wg.Wait()
}
