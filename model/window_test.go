package model

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"seqtalk/transport"
	"seqtalk/transport/kernel"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/words"
)

// A window is the program on an emulated terminal, over the real transport.
type window struct {
	t    *testing.T
	p    *tea.Program
	box  *mailbox
	tr   transport.Transport
	keys io.Writer

	mu     sync.Mutex
	em     *vt.Emulator
	writes int
	ended  chan struct{}
}

// Write draws.
func (w *window) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes++
	return w.em.Write(p)
}

// open opens a window of cols×rows on the conversation of cfg.
func open(t *testing.T, cfg transport.Config, cols, rows int) *window {
	t.Helper()
	cfg.Stack = kernel.New()
	tr, err := transport.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, tr: tr, em: vt.NewEmulator(cols, rows), ended: make(chan struct{})}
	_, _ = w.em.WriteString("\x1b[20h") // without a tty the renderer takes LF for CR LF
	in, keys := io.Pipe()
	w.keys = keys
	m := New(Options{
		Transport: tr, Protos: cfg.Protos, Nick: cfg.Nick, Addr: cfg.Addr, Lang: words.English,
		Environ: []string{"TERM=xterm-256color", "LANG=C.UTF-8"},
	})
	m.box = newMailbox()
	w.box = m.box
	w.p = tea.NewProgram(m, tea.WithInput(in), tea.WithOutput(w), tea.WithWindowSize(cols, rows),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "LANG=C.UTF-8"}),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithFPS(120), tea.WithoutSignals())
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(keys, w.em) }) // the terminal's answers
	wg.Go(func() { w.box.pump(tr.Events()) })
	wg.Go(func() { w.box.courier(w.p.Send) })
	wg.Go(func() {
		defer close(w.ended)
		if _, err := w.p.Run(); err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	t.Cleanup(func() {
		w.p.Quit()
		<-w.ended
		w.box.shut()
		_ = tr.Close()
		_ = keys.Close()
		_ = w.em.InputPipe().(io.Closer).Close()
		wg.Wait()
	})
	return w
}

// types types s.
func (w *window) types(s string) { _, _ = io.WriteString(w.keys, s) }

// text is what stands on the screen.
func (w *window) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.em.String()
}

// shows waits until s stands on the screen.
func (w *window) shows(s string) {
	w.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if strings.Contains(w.text(), s) {
			return
		}
	}
	w.t.Fatalf("no %q on\n%s", s, w.text())
}

// idleAddr is an address nobody uses.
func idleAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// pair is two windows that have met.
func pair(t *testing.T, cfg transport.Config, cols, rows int) (listener, dialer *window) {
	t.Helper()
	cfg.Addr = idleAddr(t)
	cfg.Role, cfg.Nick = transport.Listener, "小明"
	listener = open(t, cfg, cols, rows)
	listener.shows("Waiting on " + cfg.Addr)
	cfg.Role, cfg.Nick = transport.Dialer, "bob"
	return listener, open(t, cfg, cols, rows)
}

func TestTwoWindowsOverTCP(t *testing.T) {
	t.Parallel()
	a, b := pair(t, transport.Config{Protos: []segment.Proto{segment.TCP}}, 100, 30)
	a.shows("ESTABLISHED")
	a.types("你好，世界\r")
	b.shows("你好，世界")
	a.shows("✓✓")
	b.types("hello 小明\x0a二行\r")
	a.shows("hello 小明")
	a.shows("二行")
	b.types("q\r")
	select {
	case <-b.ended:
	case <-time.After(5 * time.Second):
		t.Fatalf("the dialer does not leave:\n%s", b.text())
	}
	a.shows("LISTEN")
	a.shows("hello 小明") // the conversation stays
}

func TestTwoWindowsOverUDP(t *testing.T) {
	t.Parallel()
	a, b := pair(t, transport.Config{Protos: []segment.Proto{segment.UDP}}, 100, 30)
	a.types("too early")
	time.Sleep(20 * time.Millisecond)
	b.types("first\r")
	a.shows("first")
	a.types("\r")
	b.shows("too early")
	a.shows("✓✓")
	a.shows("rtt")
	b.shows("rtt")
	a.types("q\r")
	b.shows("BYE")
	a.shows("NO PEER YET")
}

// The cursor stands behind the last character typed, where an input method
// composes.
func TestCursorIsAtTheCaret(t *testing.T) {
	a := open(t, transport.Config{Role: transport.Listener, Addr: idleAddr(t), Protos: []segment.Proto{segment.TCP}}, 60, 20)
	a.shows("Waiting")
	a.types("你好，世界ab")
	a.shows("世界ab")
	a.types("\x1b[D") // left
	want := fmt.Sprint([2]int{3 + 5*2 + 1, 17})
	got := ""
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && got != want; time.Sleep(5 * time.Millisecond) {
		a.mu.Lock()
		at := a.em.CursorPosition()
		a.mu.Unlock()
		got = fmt.Sprint([2]int{at.X, at.Y})
	}
	if got != want {
		t.Errorf("the cursor stands at %s, want %s\n%s", got, want, a.text())
	}
}

// A peer that is no seqtalk hears the letter before the end.
func TestLetterToARawPeer(t *testing.T) {
	t.Parallel()
	addr := idleAddr(t)
	a := open(t, transport.Config{Role: transport.Listener, Addr: addr, Protos: []segment.Proto{segment.TCP}, Wire: session.Raw}, 80, 24)
	a.shows("Waiting")
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "你好")
	a.shows("你好")
	a.types("Q\r")
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if got, _ := io.ReadAll(c); string(got) != "Q" {
		t.Errorf("the peer read %q", got)
	}
	a.shows("LISTEN")
}

// While nothing happens nothing is written.
func TestIdleWritesNothing(t *testing.T) {
	a, b := pair(t, transport.Config{Protos: []segment.Proto{segment.TCP}}, 80, 24)
	b.types("hello\r")
	a.shows("hello")
	b.shows("✓✓")
	time.Sleep(1500 * time.Millisecond) // delayed ACKs, the numbers' last change
	a.mu.Lock()
	before := a.writes
	a.mu.Unlock()
	time.Sleep(time.Second)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.writes != before {
		t.Errorf("%d writes in an idle second", a.writes-before)
	}
}

// During a flood keys come through, each within what shows waits. How fast is
// logged and not held: the emulator under the race detector is most of it.
func TestKeysDuringAFlood(t *testing.T) {
	a, b := pair(t, transport.Config{Protos: []segment.Proto{segment.TCP}}, 80, 24)
	a.shows("ESTABLISHED")
	b.shows("ESTABLISHED")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	sent := 0
	wg.Go(func() {
		for row := uint64(1 << 40); ; row++ {
			select {
			case <-stop:
				return
			default:
			}
			if b.tr.Send(transport.Message{Row: row, Text: []byte("flood 洪水")}) != nil {
				time.Sleep(time.Millisecond)
				continue
			}
			sent++
		}
	})
	a.shows("flood")
	var worst time.Duration
	for i := range 20 {
		word := fmt.Sprintf("key%02d", i)
		begun := time.Now()
		a.types(word)
		a.shows(word)
		worst = max(worst, time.Since(begun))
		a.types("\x15")
		time.Sleep(10 * time.Millisecond)
	}
	close(stop)
	wg.Wait()
	t.Logf("%d messages sent; the slowest word took %v", sent, worst)
}
