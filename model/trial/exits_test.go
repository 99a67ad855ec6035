//go:build linux

package trial

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// exitTime is how long the end of the program may take.
const exitTime = 5 * time.Second

// A console is a terminal with seqtalk on it: what the program wrote, and how
// the terminal was before.
type console struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	slave  *os.File // kept open, to ask for its modes when the program has gone
	before unix.Termios
	exited chan struct{}

	mu    sync.Mutex
	out   bytes.Buffer  // mu's
	wrote chan struct{} // mu's: closed and renewed when something is written
}

func openConsole(t *testing.T, args ...string) *console {
	t.Helper()
	master, slave, err := pty.Open()
	must(t, err)
	must(t, pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}))
	must(t, syscall.SetNonblock(int(master.Fd()), true)) // so that Close ends a Read
	c := &console{t: t, master: master, slave: slave, exited: make(chan struct{}), wrote: make(chan struct{})}
	c.before = c.modes()
	c.cmd = exec.Command(seqtalk(t), append([]string{"--lang", "en"}, args...)...)
	c.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	must(t, c.cmd.Start())
	go func() { c.cmd.Wait(); close(c.exited) }()
	read := make(chan struct{})
	go func() {
		defer close(read)
		for buf := make([]byte, 64<<10); ; {
			n, err := master.Read(buf)
			c.mu.Lock()
			c.out.Write(buf[:n])
			if c.out.Len() > 16<<20 {
				c.out.Next(8 << 20)
			}
			close(c.wrote)
			c.wrote = make(chan struct{})
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		c.cmd.Process.Kill()
		<-c.exited
		slave.Close()
		master.Close()
		<-read
	})
	return c
}

// types sends text as keys.
func (c *console) types(text string) { io.WriteString(c.master, text) }

func (c *console) modes() unix.Termios {
	c.t.Helper()
	v, err := unix.IoctlGetTermios(int(c.slave.Fd()), unix.TCGETS)
	must(c.t, err)
	return *v
}

// until waits until what was written is as ok wants it.
func (c *console) until(what string, ok func(out []byte) bool) {
	c.t.Helper()
	late := time.After(patience)
	for {
		c.mu.Lock()
		done, wrote := ok(c.out.Bytes()), c.wrote
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-wrote:
		case <-c.exited:
			if what != "the end of its last words" {
				c.t.Fatalf("it ended before %s", what)
			}
			time.Sleep(time.Millisecond) // its last words are on their way through the pty
		case <-late:
			c.t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func (c *console) shows(text string) {
	c.t.Helper()
	c.until(text, func(out []byte) bool { return bytes.Contains(out, []byte(text)) })
}

// ends sends a signal and holds that the program ends by it in time, and the
// terminal is as it was.
func (c *console) ends(sig syscall.Signal) time.Duration {
	c.t.Helper()
	begun := time.Now()
	c.cmd.Process.Signal(sig)
	select {
	case <-c.exited:
	case <-time.After(patience):
		c.t.Fatalf("%v: still running after %v", sig, patience)
	}
	took := time.Since(begun)
	if full && took > exitTime {
		c.t.Errorf("%v: it took %v to end", sig, took)
	}
	if got, want := c.cmd.ProcessState.ExitCode(), 128+int(sig); got != want {
		c.t.Errorf("%v: exit code %d, want %d", sig, got, want)
	}
	if after := c.modes(); after != c.before {
		c.t.Errorf("%v: the terminal's line is %+v, was %+v", sig, after, c.before)
	}
	c.until("the end of its last words", func(out []byte) bool { return bytes.Contains(out, []byte("\x1b[?1049l")) })
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, mode := range stillOn(c.out.String()) {
		c.t.Errorf("%v: mode %s stays on", sig, mode)
	}
	return took
}

var modeChange = regexp.MustCompile("\x1b\\[\\?([0-9;]+)([hl])")

// stillOn are the modes that were turned on last; the cursor is one that has to be.
func stillOn(out string) (on []string) {
	last := map[string]string{"25": "h"}
	for _, m := range modeChange.FindAllStringSubmatch(out, -1) {
		for mode := range strings.SplitSeq(m[1], ";") {
			last[mode] = m[2]
		}
	}
	for mode, is := range last {
		if is == "h" != (mode == "25") && mode != "7" { // 7, autowrap, is on before and after
			on = append(on, mode)
		}
	}
	return on
}

// The judge of modes must find what is wrong.
func TestStillOn(t *testing.T) {
	for out, want := range map[string]string{
		"\x1b[?1049h\x1b[?1049l":             "[]",
		"\x1b[?1049h":                        "[1049]",
		"\x1b[?1002;1006h\x1b[?1002l":        "[1006]",
		"\x1b[?25l":                          "[25]",
		"\x1b[?25l\x1b[?2004h\x1b[?2004;25h": "[2004]",
	} {
		if got := fmt.Sprint(stillOn(out)); got != want {
			t.Errorf("%q: got %s, want %s", out, got, want)
		}
	}
}

// Whatever signal ends the program, and whatever it is doing then, the terminal
// is given back as it was.
func TestExits(t *testing.T) {
	signals := []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGABRT, syscall.SIGTRAP}
	for name, begin := range map[string]func(t *testing.T) *console{"idle": idle, "flood": flooded, "calling": calling, "reconnecting": reconnecting} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var slowest time.Duration
			n := 0
			for range times(1, 20) {
				for _, sig := range signals {
					slowest = max(slowest, begin(t).ends(sig))
					n++
				}
			}
			t.Logf("%d exits, the slowest took %v", n, slowest.Round(time.Millisecond))
		})
	}
}

// idle is a program that waits for a peer.
func idle(t *testing.T) *console {
	c := openConsole(t, "listen", freeAddr(t))
	c.shows("Waiting")
	return c
}

// flooded is a program whose peer says lines as fast as it can.
func flooded(t *testing.T) *console {
	addr := freeAddr(t)
	c := openConsole(t, "listen", addr)
	c.shows("LISTEN")
	k, err := net.Dial("tcp", addr)
	must(t, err)
	t.Cleanup(func() { k.Close() })
	lines := bytes.Repeat([]byte("as fast as it can, 一行又一行\n"), 1000)
	go func() {
		for {
			if _, err := k.Write(lines); err != nil {
				return
			}
		}
	}()
	go io.Copy(io.Discard, k)
	c.shows("as fast as it can")
	return c
}

// calling is a program that tries again and again to reach nobody.
func calling(t *testing.T) *console {
	c := openConsole(t, "dial", "--retry", freeAddr(t))
	c.shows("refused")
	return c
}

// reconnecting is a program whose peer was killed, and is dialed again.
func reconnecting(t *testing.T) *console {
	addr := freeAddr(t)
	peer := run(t, "listen", addr)
	peer.tells("waiting at")
	c := openConsole(t, "dial", addr)
	c.shows("runs seqtalk too") // else the end of its connection could be meant
	peer.kill()
	c.shows("again in")
	return c
}

// A terminal that vanishes ends the program, even one that ignores SIGHUP; it
// does not go on without anybody.
func TestTerminalVanishes(t *testing.T) {
	for _, under := range [][]string{nil, {"sh", "-c", `trap "" HUP; exec "$0" "$@"`}} {
		master, slave, err := pty.Open()
		must(t, err)
		must(t, syscall.SetNonblock(int(master.Fd()), true))
		must(t, master.SetReadDeadline(time.Now().Add(patience)))
		line := append(append([]string{}, under...), seqtalk(t), "--lang", "en", "listen", freeAddr(t))
		cmd := exec.Command(line[0], line[1:]...)
		cmd.Env = append(os.Environ(), "TERM=xterm-256color")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		must(t, cmd.Start())
		exited := make(chan struct{})
		go func() { cmd.Wait(); close(exited) }()
		buf, seen := make([]byte, 64<<10), []byte(nil)
		for !bytes.Contains(seen, []byte("Waiting")) {
			n, err := master.Read(buf)
			if seen = append(seen, buf[:n]...); err != nil {
				t.Fatalf("%v: %v, %q", under, err, seen)
			}
		}
		slave.Close()
		master.Close()
		select {
		case <-exited:
			if got := cmd.ProcessState.ExitCode(); got != 129 {
				t.Errorf("%v: exit %d", under, got)
			}
		case <-time.After(patience):
			cmd.Process.Kill()
			t.Errorf("%v: still running after %v", under, patience)
		}
	}
}
