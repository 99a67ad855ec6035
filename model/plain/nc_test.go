package plain

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
)

// nc starts OpenBSD's nc, in for its input, and returns what waits for its output.
func nc(t *testing.T, in string, args ...string) (output func() string) {
	t.Helper()
	path, err := exec.LookPath("nc")
	if err != nil {
		t.Skip("no nc here")
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin, cmd.Stdout = strings.NewReader(in), &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() string {
		cmd.Wait()
		return out.String()
	}
}

// TestNcListens: nc gets every byte of the pipe, behind the one line that says
// who calls.
func TestNcListens(t *testing.T) {
	at := freePort(t)
	_, port, _ := strings.Cut(at, ":")
	output := nc(t, "", "-l", "127.0.0.1", port)
	time.Sleep(200 * time.Millisecond) // nc does not say when it listens, and takes one caller only
	const text = "一\n\ntwo\x00\xff\nno newline"
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: at}), Options{In: strings.NewReader(text)})
	d.ends(t, OK)
	greeting, rest, _ := strings.Cut(output(), "\n")
	if !strings.HasPrefix(greeting, "seqtalk/1 ") || rest != text {
		t.Errorf("nc got %q and %q", greeting, rest)
	}
}

// TestNcCalls: what nc sends comes out as it is, and what is in the pipe goes
// to nc as it is.
func TestNcCalls(t *testing.T) {
	const text = "一\n\n  two \x00\xff\n"
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener}), Options{In: strings.NewReader(text)})
	host, port, _ := strings.Cut(addr(t, l.tr), ":")
	output := nc(t, text, "-N", host, port)
	l.ends(t, OK)
	if got := l.out.String(); got != text {
		t.Errorf("from nc came %q", got)
	}
	if got := output(); got != text {
		t.Errorf("nc got %q", got)
	}
}
