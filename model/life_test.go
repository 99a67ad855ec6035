//go:build linux

package model

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"seqtalk/transport"
	"seqtalk/transport/kernel"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// TestMain makes this binary the program too: with SEQTALK_CHILD set it runs a
// conversation on the terminal it was started in, and ends as it does.
func TestMain(m *testing.M) {
	mode := os.Getenv("SEQTALK_CHILD")
	if mode == "" {
		// A tick of Bubble Tea's cannot be called off, nor the batch it is in; both end by themselves.
		goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("charm.land/bubbletea/v2.Tick.func1"),
			goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.(*Program).execBatchMsg"))
		return
	}
	if mode == "compare" {
		os.Exit(comparing(1000))
	}
	if mode == "nohup" {
		signal.Ignore(syscall.SIGHUP)
	}
	tr, err := transport.Open(transport.Config{
		Stack: kernel.New(), Role: transport.Listener, Addr: os.Getenv("SEQTALK_ADDR"),
		Protos: []segment.Proto{segment.TCP}, Nick: "child", Wire: map[string]session.Wire{"line": session.Line}[os.Getenv("SEQTALK_WIRE")],
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(99)
	}
	exit, err := Run(Options{Transport: faulty{tr, mode}, Protos: []segment.Proto{segment.TCP}, Nick: "child"})
	if err != nil {
		fmt.Println(err)
	}
	os.Exit(exit)
}

// faulty is a transport with a fault, to see what becomes of the terminal.
type faulty struct {
	transport.Transport
	mode string
}

func (f faulty) Send(m transport.Message) error {
	if f.mode == "panic in Update" {
		panic("a fault")
	}
	return f.Transport.Send(m)
}

func (f faulty) Close() error {
	if f.mode == "panic in a goroutine" {
		panic("a fault\nin two lines")
	}
	err := f.Transport.Close()
	if f.mode == "close hangs" {
		select {}
	}
	return err
}

// A child is the program in a terminal of its own.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	slave  *os.File // kept open, to ask for its modes when the child has gone
	before unix.Termios
	reads  sync.WaitGroup
	mu     sync.Mutex
	out    bytes.Buffer
	exited chan struct{}
}

// start runs the program in mode and waits for its first screen.
func start(t *testing.T, mode string, reading bool) *child {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 60, Cols: 200}); err != nil {
		t.Fatal(err)
	}
	_ = syscall.SetNonblock(int(master.Fd()), true) // so that Close ends a Read
	c := &child{t: t, master: master, slave: slave, exited: make(chan struct{})}
	c.before = c.termios()
	c.cmd = exec.Command(os.Args[0])
	c.cmd.Env = append(os.Environ(), "SEQTALK_CHILD="+mode, "SEQTALK_ADDR="+freeAddr(t), "TERM=xterm-256color", "LANG=C.UTF-8", "GORACE=atexit_sleep_ms=0")
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = c.cmd.Wait(); close(c.exited) }()
	if reading {
		c.reads.Go(c.read)
		c.until("Waiting on")
	}
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.exited
		_ = c.slave.Close()
		_ = c.master.Close()
		c.reads.Wait()
	})
	return c
}

// read collects what the child writes.
func (c *child) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.master.Read(buf)
		c.mu.Lock()
		c.out.Write(buf[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// output is what the child has written.
func (c *child) output() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.String()
}

// until waits until the child has written s.
func (c *child) until(s string) {
	c.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(c.output(), s) {
			return
		}
	}
	c.t.Fatalf("no %q in %q", s, tail(c.output(), 2000))
}

// termios is how the terminal's line is set.
func (c *child) termios() unix.Termios {
	c.t.Helper()
	v, err := unix.IoctlGetTermios(int(c.slave.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return *v
}

// ends waits for the child to end with code exit, and for the terminal to be as
// it was.
func (c *child) ends(exit int) {
	c.t.Helper()
	begun := time.Now()
	select {
	case <-c.exited:
	case <-time.After(5 * time.Second):
		c.t.Fatal("it did not end in 5 s")
	}
	c.t.Logf("ended after %v", time.Since(begun).Round(time.Millisecond))
	if got := c.cmd.ProcessState.ExitCode(); got != exit {
		c.t.Errorf("exit code %d, want %d; output ends %q", got, exit, tail(c.output(), 600))
	}
	if after := c.termios(); after != c.before {
		c.t.Errorf("the terminal's line is %+v, was %+v", after, c.before)
	}
}

// modesOff reports which of the modes that were switched on stayed on.
func (c *child) modesOff() {
	c.t.Helper()
	c.until("\x1b[?1049l")
	s := c.output()
	for _, mode := range []string{"1000", "1002", "1003", "1006", "1004", "2004", "2026", "1049"} {
		on, off := -1, -1
		for i := 0; i < len(s); i++ {
			rest := s[i:]
			if !strings.HasPrefix(rest, "\x1b[?") {
				continue
			}
			list, end := rest[3:], strings.IndexAny(rest[3:], "hl")
			if end < 0 || strings.Trim(list[:end], "0123456789;") != "" {
				continue
			}
			for _, n := range strings.Split(list[:end], ";") {
				if n == mode && list[end] == 'h' {
					on = i
				} else if n == mode {
					off = i
				}
			}
		}
		if on > off {
			c.t.Errorf("mode %s stays on", mode)
		}
	}
	if strings.LastIndex(s, "\x1b[?25h") < strings.LastIndex(s, "\x1b[?25l") {
		c.t.Error("the cursor stays hidden")
	}
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// freeAddr is an address nobody listens at.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestSignalsGiveTheTerminalBack(t *testing.T) {
	for s, exit := range endings {
		t.Run(s.String(), func(t *testing.T) {
			c := start(t, "run", true)
			_ = c.cmd.Process.Signal(s)
			c.ends(exit)
			c.modesOff()
		})
	}
}

func TestQuitGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	c := start(t, "run", true)
	_, _ = io.WriteString(c.master, "\x03\x03")
	c.ends(0)
	c.modesOff()
}

func TestPanicGivesTheTerminalBack(t *testing.T) {
	for mode, provoke := range map[string]func(*child){
		"panic in Update":      func(c *child) { _, _ = io.WriteString(c.master, "hello\r") },
		"panic in a goroutine": func(c *child) { _ = c.cmd.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(mode, func(t *testing.T) {
			c := start(t, mode, true)
			provoke(c)
			c.ends(exitPanic)
			c.modesOff()
			if s := c.output(); strings.LastIndex(s, "a fault") < strings.LastIndex(s, "\x1b[?1049l") {
				t.Error("the trace is not on the terminal's own screen")
			}
		})
	}
}

func TestHangingTransportIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	c := start(t, "close hangs", true)
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	c.ends(143)
	c.modesOff()
}

// A terminal whose other end is not read any more: nothing can be drawn, but
// keys and signals work.
func TestStuckTerminal(t *testing.T) {
	for _, how := range []string{"SIGTERM", "Ctrl-C"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			c := start(t, "run", false)
			for range 40 { // each draws the whole screen
				_, _ = c.master.Write([]byte{0x0c})
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(time.Second)
			if how == "SIGTERM" {
				_ = c.cmd.Process.Signal(syscall.SIGTERM)
				c.ends(143)
				return
			}
			_, _ = io.WriteString(c.master, "\x03\x03")
			c.ends(0)
		})
	}
}

// The same, but it reads again later: all is drawn.
func TestStuckTerminalComesBack(t *testing.T) {
	t.Parallel()
	c := start(t, "run", false)
	for range 40 {
		_, _ = c.master.Write([]byte{0x0c})
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(time.Second)
	_, _ = io.WriteString(c.master, "\x1b[200~still here\x1b[201~") // a paste: one frame
	time.Sleep(200 * time.Millisecond)
	c.reads.Go(c.read)
	c.until("still here")
	_, _ = io.WriteString(c.master, "\x03\x03")
	c.ends(0)
	c.modesOff()
}

// A window that is dragged about, to nothing and back.
func TestManyResizes(t *testing.T) {
	t.Parallel()
	c := start(t, "run", true)
	for i := range 160 {
		_ = pty.Setsize(c.master, &pty.Winsize{Rows: uint16(i * 7 % 61), Cols: uint16(i * 31 % 211)})
		time.Sleep(5 * time.Millisecond)
	}
	_ = pty.Setsize(c.master, &pty.Winsize{Rows: 24, Cols: 80})
	time.Sleep(100 * time.Millisecond)
	_ = syscall.SetNonblock(int(c.master.Fd()), true)
	c.mu.Lock()
	c.out.Reset()
	c.mu.Unlock()
	_, _ = c.master.Write([]byte{0x0c})
	c.until("Waiting on")
	_, _ = io.WriteString(c.master, "\x03\x03")
	c.ends(0)
	c.modesOff()
}

// The terminal is closed. With SIGHUP ignored, as by nohup, end of file tells.
func TestHangup(t *testing.T) {
	for _, mode := range []string{"run", "nohup"} {
		t.Run(mode, func(t *testing.T) {
			c := start(t, mode, true)
			_ = c.slave.Close()
			_ = c.master.Close()
			select {
			case <-c.exited:
			case <-time.After(5 * time.Second):
				t.Fatal("it did not end in 5 s")
			}
			if got := c.cmd.ProcessState.ExitCode(); got != exitHangup {
				t.Errorf("exit code %d, want %d", got, exitHangup)
			}
		})
	}
}

// With no shell to come back from, Ctrl-Z does not stop the program for ever.
func TestSuspendWithoutAShell(t *testing.T) {
	t.Parallel()
	c := start(t, "run", true)
	_, _ = c.master.Write([]byte{0x1a})
	c.until("no shell")
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	c.ends(143)
}

// With a shell: suspended, the terminal is as before; fg brings the screen back.
func TestSuspendAndResume(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	_ = pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80})
	c := &child{t: t, master: master, slave: slave, exited: make(chan struct{})}
	c.cmd = exec.Command(bash, "--norc", "--noprofile", "--noediting", "-i")
	c.cmd.Env = append(os.Environ(), "SEQTALK_CHILD=run", "SEQTALK_ADDR="+freeAddr(t), "TERM=xterm-256color", "LANG=C.UTF-8", "PS1=prompt:")
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = c.cmd.Wait(); close(c.exited) }()
	c.reads.Go(c.read)
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.exited
		_ = c.slave.Close()
		_ = c.master.Close()
		c.reads.Wait()
	})
	c.until("prompt:")
	_, _ = io.WriteString(master, os.Args[0]+"\n")
	c.until("LISTEN")
	_, _ = io.WriteString(master, "typed\x1a")
	c.until("Stopped")
	c.modesOff()
	c.mu.Lock()
	c.out.Reset()
	c.mu.Unlock()
	_, _ = io.WriteString(master, "fg\n")
	c.until("typed")
	c.until("LISTEN")
	_, _ = io.WriteString(master, "\x03\x03")
	c.until("\x1b[?1049l")
	_, _ = io.WriteString(master, "echo $?.\n")
	c.until("0.")
	c.modesOff()
	_, _ = io.WriteString(master, "exit\n")
	<-c.exited
}

// A frame that fits is written as it is; there is nothing to wait for.
func TestWriterIsTransparent(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	tty := &ttyWriter{file: w, fd: w.Fd()}
	for i := range 100 {
		if n, err := fmt.Fprintf(tty, "frame %2d", i); n != 8 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if !tty.drained() {
		t.Error("something is left")
	}
	_ = w.Close()
	if got, _ := io.ReadAll(r); len(got) != 800 {
		t.Errorf("%d bytes came, want 800", len(got))
	}
}

var _ tea.Model = (*Model)(nil)
