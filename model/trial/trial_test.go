//go:build linux

package trial

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"seqtalk/model/screen"
)

// patience bounds every wait; nothing is expected to take it.
const patience = 20 * time.Second

// full says that the trials are to be run in the numbers of docs/TRUST.md.
var full = os.Getenv("SEQTALK_TRIALS") == "full"

// times is how often something is tried: usually, and in full.
func times(few, many int) int {
	if full {
		return many
	}
	return few
}

// built is where the program stands, once it was built.
var built string

// program is seqtalk, built once for the tests that run it.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "seqtalk-trial")
	if err != nil {
		return "", err
	}
	built = dir
	name := filepath.Join(dir, "seqtalk")
	out, err := exec.Command("go", "build", "-o", name, "seqtalk").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	os.Setenv("XDG_CONFIG_HOME", "/nonexistent") // nobody's own settings
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

func seqtalk(t testing.TB) string {
	t.Helper()
	name, err := program()
	must(t, err)
	return name
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// terminal runs seqtalk on a screen of its own.
func terminal(t *testing.T, w, h int, args ...string) *screen.Screen {
	t.Helper()
	s, err := screen.Start(w, h, []string{"TZ=UTC"}, seqtalk(t), append([]string{"--lang", "en"}, args...)...)
	must(t, err)
	t.Cleanup(s.Close)
	return s
}

// freeAddr is a loopback address whose port is free in TCP and UDP.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		addr := l.Addr().String()
		l.Close()
		if p, err := net.ListenPacket("udp", addr); err == nil {
			p.Close()
			return addr
		}
	}
	t.Fatal("no port free in both protocols")
	return ""
}

// A process is seqtalk without a screen: what it tells, as JSON, and its input.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	in   io.WriteCloser
	told chan event // closed when it has ended
	errs strings.Builder
	seen []event // by until
}

// An event is a line of --json, as far as the trials read it.
type event struct {
	Event, Proto, State, Dir, Text, Mark, Reason string
	ID, Sent, Received, Lost, Duplicate, Late    uint64
}

// run starts seqtalk --json.
func run(t testing.TB, args ...string) *process {
	t.Helper()
	return runUnder(t, nil, args...)
}

// runUnder is run, by another command that starts it.
func runUnder(t testing.TB, under []string, args ...string) *process {
	t.Helper()
	line := append(append([]string{}, under...), seqtalk(t), "--json", "--lang", "en")
	p := &process{t: t, told: make(chan event, 1<<16)}
	p.cmd = exec.Command(line[0], append(line[1:], args...)...)
	p.cmd.Stderr = &p.errs
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // who starts it goes with it
	var err error
	p.in, err = p.cmd.StdinPipe()
	must(t, err)
	out, err := p.cmd.StdoutPipe()
	must(t, err)
	must(t, p.cmd.Start())
	go func() {
		defer close(p.told)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var ev event
			if json.Unmarshal(lines.Bytes(), &ev) == nil {
				p.told <- ev
			}
		}
	}()
	t.Cleanup(p.kill)
	return p
}

// says types a line.
func (p *process) says(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, text+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// until waits for what ok wants to be told.
func (p *process) until(what string, ok func(event) bool) event {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		select {
		case ev, open := <-p.told:
			if !open {
				p.t.Fatalf("it ended before %s: %s", what, p.errs.String())
			}
			p.seen = append(p.seen, ev)
			if ok(ev) {
				return ev
			}
		case <-ctx.Done():
			p.t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// state waits for a state.
func (p *process) state(name string) event {
	p.t.Helper()
	return p.until(name, func(ev event) bool { return ev.Event == "state" && ev.State == name })
}

// tells waits for a notice that begins so, if it did not come already.
func (p *process) tells(begin string) {
	p.t.Helper()
	told := func(ev event) bool { return ev.Event == "notice" && strings.HasPrefix(ev.Text, begin) }
	if !slices.ContainsFunc(p.seen, told) {
		p.until(begin, told)
	}
}

// hears waits for a message.
func (p *process) hears(text string) {
	p.t.Helper()
	p.until(text, func(ev event) bool { return ev.Event == "message" && ev.Dir == "in" && ev.Text == text })
}

// kill ends it without a goodbye.
func (p *process) kill() {
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	for range p.told {
	}
	p.cmd.Wait()
}

// ends waits for its end, after a signal, and returns the exit code.
func (p *process) ends(sig syscall.Signal) int {
	p.t.Helper()
	p.cmd.Process.Signal(sig)
	p.until("its end", func(ev event) bool { return ev.Event == "end" })
	for range p.told {
	}
	p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}
