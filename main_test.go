package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rivo/uniseg"
	"golang.org/x/sys/unix"

	"seqtalk/model/screen"
	"seqtalk/transport"
	"seqtalk/transport/journal"
	"seqtalk/transport/kernel"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// house is who may import whom (docs/ARCHITECTURE.md).
var house = map[string][]string{
	"ui/safe":                   {},
	"ui/words":                  {},
	"ui":                        {"ui/safe", "ui/words"},
	"transport/segment":         {},
	"transport/link":            {},
	"transport/session":         {},
	"transport/stack":           {"transport/segment"},
	"transport/journal":         {"transport/segment"},
	"transport/stack/stacktest": {"transport/stack", "transport/segment"},
	"transport/kernel":          {"transport/stack", "transport/segment"},
	"transport/lab":             {"transport/stack", "transport/segment", "transport/link"},
	"transport": {"transport/session", "transport/stack", "transport/kernel", "transport/lab", "transport/link",
		"transport/segment", "transport/journal"},
	"model/lesson":  {"model/talk", "transport", "transport/stack", "transport/link", "transport/segment", "transport/session", "ui/safe", "ui/words"},
	"model/talk":    {"transport", "transport/segment", "transport/session", "transport/stack", "ui/safe", "ui/words"},
	"model/plain":   {"model/talk", "transport", "transport/segment", "transport/session", "ui/safe", "ui/words"},
	"model/flag":    {},
	"model/screen":  {},
	"model/trial":   {},
	"model/paint":   {"ui"},
	"docs/pictures": {"model/screen"},
	"docs/bench":    {},
	"model": {"model/talk", "model/paint", "ui", "ui/safe", "ui/words", "transport", "transport/link", "transport/segment",
		"transport/session", "model/lesson"},
}

// guests are libraries that only some may import.
var guests = map[string][]string{
	"charm.land/bubbletea":            {"", "model"},
	"charm.land/bubbles":              {"model"},
	"charm.land/lipgloss":             {"ui", "model"},
	"github.com/charmbracelet/x/ansi": {"ui", "model", "model/paint"},
	"gvisor.dev":                      {"transport/lab"},
	"github.com/creack/pty":           {"model/screen"},
	"github.com/spf13/cobra":          {""},
	"github.com/fxamacker/cbor":       {"transport/session"},
}

// TestHouse holds the arrows between the packages.
func TestHouse(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; seen++ {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "seqtalk"), "/")
		allowed, known := house[name]
		if !known && name != "" {
			t.Errorf("%s is not in the house; docs/ARCHITECTURE.md says what a new folder needs", name)
		}
		for _, i := range p.Imports {
			ours, is := strings.CutPrefix(i, "seqtalk/")
			if is && known && !slices.Contains(allowed, ours) {
				t.Errorf("%s must not import %s", name, ours)
			}
			for g, hosts := range guests {
				if strings.HasPrefix(i, g) && !slices.Contains(hosts, name) {
					t.Errorf("%s must not import %s", name, i)
				}
			}
		}
	}
	if seen < len(house)/2 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

// The documents name tests as their witnesses: each of them exists.
func TestDocumentedTests(t *testing.T) {
	ours := map[string]bool{}
	must(t, filepath.WalkDir(".", func(name string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		code, err := os.ReadFile(name)
		for _, f := range regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)\(`).FindAllSubmatch(code, -1) {
			ours[string(f[1])] = true
		}
		return err
	}))
	docs, err := filepath.Glob("docs/*.md")
	must(t, err)
	named := 0
	for _, doc := range docs {
		text, err := os.ReadFile(doc)
		must(t, err)
		for _, n := range regexp.MustCompile(`\b(?:Test|Benchmark|Fuzz)[A-Z]\w*`).FindAllString(string(text), -1) {
			if named++; !ours[n] {
				t.Errorf("%s names %s, and there is none", doc, n)
			}
		}
	}
	if named < 50 {
		t.Errorf("only %d tests are named", named)
	}
}

// built is where the program stands, once it was built.
var built string

// program is seqtalk, built once for the tests that run it.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "seqtalk-test")
	if err != nil {
		return "", err
	}
	built = dir
	name := filepath.Join(dir, "seqtalk")
	out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput()
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

// seqtalk is the program.
func seqtalk(t testing.TB) string {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// terminal runs seqtalk on a screen of its own.
func terminal(t *testing.T, w, h int, args ...string) *screen.Screen {
	t.Helper()
	s, err := screen.Start(w, h, []string{"TZ=UTC"}, seqtalk(t), append([]string{"--lang", "en"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
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

// Two terminals talk, over either protocol, at every size a person has.
func TestTwoTerminals(t *testing.T) {
	for _, proto := range []struct {
		flag, state string
	}{{"-Ptcp", "ESTABLISHED"}, {"-Pudp", "PEER KNOWN"}} {
		for _, size := range [][2]int{{40, 12}, {80, 24}, {200, 60}} {
			t.Run(fmt.Sprintf("%s %dx%d", proto.flag, size[0], size[1]), func(t *testing.T) {
				addr := freeAddr(t)
				a := terminal(t, size[0], size[1], proto.flag, addr, "--nick", "alice")
				must(t, a.Shows(addr))
				b := terminal(t, size[0], size[1], proto.flag, addr, "--nick", "bob")
				must(t, a.Shows(proto.state))
				must(t, b.Shows(proto.state))
				b.Type("在吗？\r")
				must(t, a.Shows("在吗？"))
				a.Type("在的。\r")
				must(t, b.Shows("在的。"))
				must(t, b.Shows("✓✓"))
				b.Type("q\r")
				if code, err := b.Exit(); code != 0 || err != nil {
					t.Errorf("q: exit %d, %v", code, err)
				}
				if b.Alt() {
					t.Error("the alternate screen was left on")
				}
				must(t, a.Until(func(s string) bool { return !strings.Contains(s, proto.state) }))
				c := terminal(t, size[0], size[1], addr, "--nick", "carol") // the listener waits for the next one
				must(t, c.Shows("ESTABLISHED"))
				c.Type("I forgot the flag\r")
				must(t, a.Shows("I forgot the flag"))
			})
		}
	}
}

// Another's terminal is the judge: in tmux, at every size, what was drawn piece
// by piece through Chinese, emoji, scrolling and changes of size is what a fresh
// draw shows, and the cursor stands behind what was typed.
func TestTmux(t *testing.T) {
	addr := freeAddr(t)
	a := terminal(t, 80, 24, addr, "--nick", "alice")
	must(t, a.Shows(addr))
	b, err := screen.StartTmux(80, 24, []string{"TZ=UTC"}, seqtalk(t), "--lang", "zh", "--nick", "小明", "--theme", "mono", addr)
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("needs tmux")
	}
	must(t, err)
	t.Cleanup(b.Close)
	must(t, b.Shows("ESTABLISHED"))
	for i, size := range [][2]int{{80, 24}, {40, 12}, {80, 24}, {120, 36}, {200, 60}} {
		b.Resize(size[0], size[1])
		for j := range 20 {
			a.Type(fmt.Sprintf("第%d场第%d句：一个字占三个字节，🙂 两格宽，e\u0301 一格；标点不在行首。\r", i, j))
			b.Type("字")
		}
		must(t, b.Shows(fmt.Sprintf("第%d场第19句", i)))
		must(t, b.Shows(strings.Repeat("字", 10)))
		b.Key("PageUp", "PageDown", "Enter")
		must(t, b.Until(marked))
		judge(t, b, size[0], size[1])
	}
}

// marked reports whether the last message on the screen is one's own, and has
// arrived.
func marked(s string) bool {
	own := strings.LastIndex(s, "我 ")
	return own > strings.LastIndex(s, "alice ") && strings.Contains(s[own:], "✓✓")
}

// judge waits for the screen to be as wide and high as the pane, with the cursor
// behind what is typed, and compares it with a fresh draw. The rows below the
// history tell of now, and the ladder goes on for as long as ACKs come.
func judge(t *testing.T, s *screen.Tmux, w, h int) {
	t.Helper()
	typed := func(mark string) []string {
		s.Type(mark)
		must(t, s.Until(func(text string) bool {
			rows := strings.Split(text, "\n")
			x, y := s.Cursor()
			return len(rows) == h && uniseg.StringWidth(rows[h-4]) == w && strings.HasSuffix(rows[h-3], "› "+mark) &&
				x == 3+2*len([]rune(mark)) && y == h-3
		}))
		s.Key("C-u")
		return strings.Split(s.Text(), "\n")[:h-4]
	}
	drawn := typed("画")
	for _, row := range drawn {
		if strings.HasPrefix(strings.TrimLeft(row, " "), "。") {
			t.Errorf("a row begins with 。: %s", row)
		}
	}
	if w > 80 {
		return // of frames beyond 4 KiB tmux 3.3a now and then loses the end of a row
	}
	before := s.Written()
	s.Key("C-l")
	must(t, s.Until(func(string) bool { return s.Written() > before+len(strings.Join(drawn, "")) }))
	must(t, s.Until(func(text string) bool { return slices.Equal(drawn, strings.Split(text, "\n")[:h-4]) }))
}

// One terminal holds both ends: five lines, and the screen tells what became of
// each over TCP and over UDP. No socket is opened, if strace may look.
func TestCompareOnAScreen(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			s := terminal(t, size[0], size[1], "compare", "--net", "loss 20% delay 20ms", "--seed", "1")
			tellsFates(t, s)
			s.Type("\x1bOQ")
			must(t, s.Shows("RECEI"))
			s.Type("\x1bOR")
			must(t, s.Shows("round trip"))
			s.Type("q\r")
			if code, err := s.Exit(); err != nil || code != 0 {
				t.Errorf("q ends with %d, %v", code, err)
			}
		})
	}
}

// The packets of both sides, with their fates, in a new file for its owner alone.
func TestCompareWritesPackets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "both.pcapng")
	s := terminal(t, 80, 24, "compare", "--net", "loss 20% delay 20ms", "--seed", "1", "--pcap", path)
	tellsFates(t, s)
	s.Type("q\r")
	if code, err := s.Exit(); err != nil || code != 0 {
		t.Errorf("q ends with %d, %v", code, err)
	}
	if at, err := os.Stat(path); err != nil || at.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", at, err)
	}
	r, err := journal.OpenCapture(path)
	must(t, err)
	defer r.Close()
	sides := map[string]int{}
	lost := 0
	for p, err := r.Next(); err == nil; p, err = r.Next() {
		sides[r.Interfaces()[p.Interface].Name]++
		if strings.HasPrefix(p.Comment, "lost by loss 20%") {
			lost++
		}
	}
	if lost < 4 || sides["A"] < 20 || sides["B"] < 20 || len(sides) != 2 {
		t.Errorf("%v packets, %d lost", sides, lost)
	}
	if _, errs, code := piped(t, "", "compare", "--virtual", "--pcap", path); code != exitUsage || !strings.Contains(errs, "not overwritten") {
		t.Errorf("a file that exists: %d, %s", code, errs)
	}
}

// Two terminals write what their ladders show: over the lab's stack always, over
// the kernel's where packets may be captured.
func TestExportedLadder(t *testing.T) {
	for _, how := range []string{"--lab", "-Ptcp"} {
		t.Run(how, func(t *testing.T) {
			addr := freeAddr(t)
			a := terminal(t, 100, 30, how, addr, "--nick", "alice")
			must(t, a.Shows(addr))
			b := terminal(t, 100, 30, how, addr, "--nick", "bob")
			must(t, b.Shows("ESTABLISHED"))
			b.Type("在吗？\r")
			must(t, a.Shows("在吗？"))
			must(t, b.Shows("✓✓"))
			if how == "-Ptcp" && !strings.Contains(b.Text(), "  cap") {
				t.Skip("no packet may be captured here")
			}
			path := filepath.Join(t.TempDir(), "talk.txt")
			b.Type("/filter 在吗\r")
			must(t, b.Shows("the ladder shows only"))
			b.Type("/export " + path + "\r")
			must(t, b.Shows("written to"))
			got, err := os.ReadFile(path)
			must(t, err)
			lines := strings.Split(strings.TrimSpace(string(got)), "\n")
			if len(lines) < 2 || !strings.Contains(lines[1], "[P.]") || !strings.Contains(lines[1], "在吗？") {
				t.Errorf("the file says\n%s", got)
			}
			for _, l := range lines[1:] {
				if !strings.Contains(l, "在吗？") {
					t.Errorf("the filter keeps %q", l)
				}
			}
			b.Type("/export " + path + "\r")
			must(t, b.Shows("exists already"))
		})
	}
}

// The ladder of compare under loss is its own capture: each arrow a packet that
// left, at the same microsecond, with as many bytes, and the same ones died.
func TestCompareAgainstItsCapture(t *testing.T) {
	dir := t.TempDir()
	capture, ladder := filepath.Join(dir, "both.pcapng"), filepath.Join(dir, "ladder.txt")
	s := terminal(t, 100, 30, "compare", "--net", "loss 20% delay 20ms", "--seed", "1", "--pcap", capture)
	tellsFates(t, s)
	s.Type("/export " + ladder + "\r")
	must(t, s.Shows("written to"))
	s.Type("q\r")
	if code, err := s.Exit(); err != nil || code != 0 {
		t.Errorf("q ends with %d, %v", code, err)
	}
	text, err := os.ReadFile(ladder)
	must(t, err)
	var drawn []string
	weight := regexp.MustCompile(`:9001 .*?(\d+) B`) // of the packet: it stands behind the ports
	for _, row := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		f := strings.Fields(row)
		in, died := strings.Contains(row, "◄") || strings.Contains(row, "│ ✗"), strings.Contains(row, "✗")
		if size := weight.FindStringSubmatch(row); size != nil {
			drawn = append(drawn, fmt.Sprintf("%s %s in %v, %s B, died %v", f[0], f[1], in, size[1], died))
		}
	}
	r, err := journal.OpenCapture(capture)
	must(t, err)
	defer r.Close()
	var left []string
	var began time.Time
	for p, err := r.Next(); err == nil; p, err = r.Next() {
		if p.Dir != segment.Out {
			continue // as it came to the other side
		}
		if began.IsZero() {
			began = p.At
		}
		g, _, err := segment.Parse(p.IP)
		must(t, err)
		left = append(left, fmt.Sprintf("%.6f %s in %v, %d B, died %v", p.At.Sub(began).Seconds(), strings.ToUpper(g.Proto.String()),
			r.Interfaces()[p.Interface].Name == "B", p.OrigLen, strings.HasPrefix(p.Comment, "lost by")))
	}
	if len(drawn) < 30 || len(left) < len(drawn) {
		t.Fatalf("%d arrows, %d packets:\n%s", len(drawn), len(left), text)
	}
	slices.Sort(drawn)
	left = left[:len(drawn)]
	slices.Sort(left)
	for i := range drawn {
		if drawn[i] != left[i] {
			t.Fatalf("arrow %d is %q, the packet %q", i, drawn[i], left[i])
		}
	}
}

// tellsFates says five lines and waits for their fates.
func tellsFates(t *testing.T, s *screen.Screen) {
	t.Helper()
	must(t, s.Shows("F1"))
	for _, line := range []string{"在吗？", "two", "three", "four", "five"} {
		s.Type(line + "\r")
		must(t, s.Shows(line))
	}
	for _, want := range []string{"✓✓", "✗ lost loss 20%", "↻", "5/5", "3/5"} {
		must(t, s.Shows(want))
	}
}

func TestCompareOpensNoSocket(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("no strace")
	}
	log := filepath.Join(t.TempDir(), "calls")
	s, err := screen.Start(80, 24, []string{"TZ=UTC"}, strace, "-f", "-qq", "-e", "trace=%net", "-e", "signal=none", "-o", log,
		seqtalk(t), "compare", "--lang", "en", "--net", "loss 20% delay 20ms", "--seed", "1")
	must(t, err)
	defer s.Close()
	if err := s.Shows("F1"); err != nil {
		t.Skipf("strace may not trace here: %v", err)
	}
	tellsFates(t, s)
	s.Type("q\r")
	if code, err := s.Exit(); err != nil || code != 0 {
		t.Errorf("q ends with %d, %v", code, err)
	}
	calls, err := os.ReadFile(log)
	must(t, err)
	for call := range strings.Lines(string(calls)) {
		if !strings.Contains(call, "<detached") { // of a thread that ended under its eyes, whatever it called
			t.Errorf("the host's network hears of it: %s", call)
		}
	}
}

// An ordinary user has a talk like anybody else, and leaves it as well.
func TestOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else; every other test here is an ordinary user's then")
	}
	addr := freeAddr(t)
	heard := new(strings.Builder)
	listener := ordinary(t, "listen", addr)
	listener.Stdout = heard
	ready, err := listener.StderrPipe()
	must(t, err)
	must(t, listener.Start())
	errs := bufio.NewReader(ready)
	errs.ReadString('\n')
	dialer := ordinary(t, "dial", addr)
	dialer.Stdin = strings.NewReader("hello\n")
	if out, err := dialer.StderrPipe(); err == nil {
		go io.Copy(io.Discard, out)
	}
	if err := dialer.Run(); err != nil {
		t.Errorf("the dialer ended with %v", err)
	}
	said, _ := io.ReadAll(errs)
	if err := listener.Wait(); err != nil || heard.String() != "hello\n" {
		t.Errorf("the listener heard %q and ended with %v: %s", heard, err, said)
	}
}

// ordinary is seqtalk without a terminal, run by an ordinary user, whose HOME is
// still somebody else's.
func ordinary(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, seqtalk(t), append([]string{"--lang", "en"}, args...)...)
	if os.Getuid() == 0 {
		must(t, os.Chmod(filepath.Dir(seqtalk(t)), 0o755))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		closed := filepath.Join(t.TempDir(), "closed")
		must(t, os.Mkdir(closed, 0o700))
		cmd.Env, cmd.Dir = append(os.Environ(), "HOME="+closed, "XDG_CONFIG_HOME="+closed), "/"
	}
	return cmd
}

// A labEnd is one of two processes that talk over a link that fails.
type labEnd struct {
	in      io.WriteCloser
	lines   *bufio.Scanner
	packets map[string]map[int]string // by protocol and direction, then by packet: what it was
	lost    int
	again   int
}

func newLabEnd(t *testing.T, args ...string) *labEnd {
	cmd := ordinary(t, args...)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return &labEnd{in: in, lines: bufio.NewScanner(out), packets: map[string]map[int]string{}}
}

// until reads the events up to the one that ok is looking for, or to the last. Of
// what a segment tells, both ends know the same, but for what depends on what else
// has arrived: the window's scale, that an ACK is a duplicate or opens the window.
func (e *labEnd) until(t *testing.T, ok func(event map[string]any) bool) {
	t.Helper()
	for e.lines.Scan() {
		v := map[string]any{}
		must(t, json.Unmarshal(e.lines.Bytes(), &v))
		if v["event"] == "segment" {
			note, _ := v["note"].(string)
			again := strings.Contains(note, "Retransmission")
			way := fmt.Sprint(v["proto"], " ", v["dir"])
			if e.packets[way] == nil {
				e.packets[way] = map[int]string{}
			}
			e.packets[way][int(v["packet"].(float64))] = fmt.Sprint(v["flags"], v["seq"], v["ack"], v["len"], v["fate"], again)
			if v["fate"] == "lost" {
				e.lost++
			}
			if again {
				e.again++
			}
		}
		if ok(v) {
			return
		}
	}
	must(t, e.lines.Err())
}

// Two processes tell the same of every packet that one of them sent and the other
// got, or did not get. They name it by its number on the link: a loss is told at
// once, what arrives after the link's delay.
func TestLabTellsBoth(t *testing.T) {
	addr := freeAddr(t)
	args := []string{"--json", "-P", "both", "--net", "loss 20% delay 30ms", "--seed", "1", addr}
	a := newLabEnd(t, args...)
	a.until(t, func(v map[string]any) bool { return v["state"] == "LISTEN" })
	b := newLabEnd(t, args...)
	for _, e := range []*labEnd{a, b} {
		e.until(t, func(v map[string]any) bool { return v["state"] == "ESTABLISHED" })
	}
	for i := range 10 {
		for _, way := range [][2]*labEnd{{a, b}, {b, a}} {
			text := fmt.Sprint("message ", i)
			fmt.Fprintln(way[0].in, text)
			way[1].until(t, func(v map[string]any) bool { return v["dir"] == "in" && v["proto"] == "tcp" && v["text"] == text })
		}
	}
	a.in.Close()
	b.in.Close()
	for _, e := range []*labEnd{a, b} {
		e.until(t, func(map[string]any) bool { return false })
	}
	for _, way := range [][2]*labEnd{{a, b}, {b, a}} {
		for _, proto := range []string{"tcp", "udp"} {
			sent, got := way[0].packets[proto+" out"], way[1].packets[proto+" in"]
			last := slices.Max(slices.Collect(maps.Keys(got))) // what came after it met nobody
			if last < 10 || len(got) != last {
				t.Errorf("%s: %d packets are told of, the last is %d", proto, len(got), last)
			}
			for n, what := range got {
				if what != sent[n] {
					t.Errorf("%s packet %d was %s, and came as %s", proto, n, sent[n], what)
				}
			}
		}
		if way[0].lost < 5 || way[0].again == 0 {
			t.Errorf("%d were lost, %d sent again", way[0].lost, way[0].again)
		}
	}
}

// What /drop hits comes late over TCP, with a retransmission that both screens
// show, and over UDP never, as both screens say. One flag is all it takes.
func TestDropOnBothScreens(t *testing.T) {
	addr := freeAddr(t)
	a := terminal(t, 120, 36, "--net", "delay 20ms", "-P", "both", "--nick", "ann", addr)
	must(t, a.Shows(addr))
	b := terminal(t, 120, 36, "--net", "delay 20ms", "-P", "both", "--nick", "bob", addr)
	for _, s := range []*screen.Screen{a, b} {
		must(t, s.Shows("ESTABLISHED"))
		must(t, s.Shows("over TCP each line is numbered"))
		must(t, s.Shows("over UDP each datagram is numbered"))
	}
	b.Type("/drop\r")
	must(t, b.Shows("next: /drop"))
	b.Type("the dropped line\r")
	for _, s := range []*screen.Screen{a, b} {
		for what, is := range map[string]func(row string) bool{
			"TCP's copy that died": func(row string) bool {
				return strings.Contains(row, "TCP") && strings.Contains(row, "✗") && strings.Contains(row, "the dropped line") && strings.Contains(row, "/drop")
			},
			"its retransmission": func(row string) bool {
				return strings.Contains(row, "TCP") && strings.Contains(row, "══") && strings.Contains(row, "the dropped line") && strings.Contains(row, "↻1")
			},
			"UDP's only one": func(row string) bool {
				return strings.Contains(row, "UDP") && strings.Contains(row, "✗ lost by /drop")
			},
		} {
			if err := s.Until(func(text string) bool { return slices.ContainsFunc(strings.Split(text, "\n"), is) }); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	b.Type("the next line\r") // by which the gap in UDP is noticed
	must(t, a.Until(func(text string) bool { return strings.Count(text, "the next line") >= 4 }))
	for row := range strings.SplitSeq(a.Text(), "\n") {
		if _, udp, two := strings.Cut(row, "│"); two && strings.Contains(row, "m") && strings.Contains(udp, "the dropped line") && !strings.Contains(row, "TCP") {
			t.Errorf("UDP brought it after all: %s", row)
		}
	}
	must(t, b.Until(func(text string) bool { return strings.Contains(text, "2/2") && strings.Contains(text, "1/2") }))
}

// An end that is frozen is silence, which is named, and no end of the connection:
// what was said meanwhile arrives when it goes on.
func TestFrozenEnd(t *testing.T) {
	addr := freeAddr(t)
	a := terminal(t, 80, 24, "--net", "delay 5ms", "--nick", "ann", addr)
	must(t, a.Shows(addr))
	b := terminal(t, 80, 24, "--net", "delay 5ms", "--nick", "bob", addr)
	must(t, b.Shows("over TCP each line is numbered"))
	must(t, a.Signal(syscall.SIGSTOP))
	b.Type("are you frozen?\r")
	must(t, b.Shows("cable unplugged"))
	if text := b.Text(); !strings.Contains(text, "ESTABLISHED") || strings.Contains(text, "✓✓") {
		t.Errorf("nobody took the line, and the screen says\n%s", text)
	}
	must(t, a.Signal(syscall.SIGCONT))
	must(t, b.Shows("the cable is plugged in again"))
	must(t, a.Shows("are you frozen?"))
	must(t, b.Shows("✓✓"))
}

// What was being typed survives whatever comes in and every change of size.
func TestComposerKept(t *testing.T) {
	addr := freeAddr(t)
	a := terminal(t, 80, 24, addr, "--nick", "alice")
	must(t, a.Shows(addr))
	b := terminal(t, 80, 24, addr)
	must(t, b.Shows("ESTABLISHED"))
	b.Type("half a sentence 半句")
	must(t, b.Shows("half a sentence 半句"))
	for i := range 30 {
		a.Type(fmt.Sprintf("line %d.\r", i))
		b.Resize(80-i, 24+i/2) // x/vt panics at times when rows go
	}
	must(t, b.Until(func(screen string) bool { return settledAt(screen, 29) }))
	b.Type("\r")
	must(t, a.Shows("half a sentence 半句"))
}

// settledAt reports that a screen shows the lines up to last, each once and in
// order, and once what is being typed: nothing of a screen of another size.
func settledAt(screen string, last int) bool {
	next := -1
	for row := range strings.Lines(screen) {
		_, said, is := strings.Cut(row, "alice line ")
		if !is {
			continue
		}
		n, err := strconv.Atoi(strings.TrimRight(said, ".\n"))
		if err != nil || next >= 0 && n != next {
			return false
		}
		next = n + 1
	}
	return next == last+1 && strings.Count(screen, "half a sentence 半句") == 1
}

// piped runs seqtalk without a terminal.
func piped(t *testing.T, in string, args ...string) (out, errs string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, seqtalk(t), append([]string{"--lang", "en"}, args...)...)
	cmd.Stdin = strings.NewReader(in)
	var o, e strings.Builder
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// Mistakes are named, with what to do, and end with 2; what cannot be had ends
// with 1.
func TestMistakes(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	free := freeAddr(t)
	const hint = "seqtalk --help shows every command and flag\n"
	for _, tc := range []struct {
		args string
		code int
		errs string
	}{
		{"--proto sctp", 2, `seqtalk: --proto "sctp": allowed are tcp, udp and both` + "\n" + hint},
		{"--wire morse", 2, `seqtalk: --wire "morse": allowed are auto, framed, raw and line` + "\n" + hint},
		{"--theme pink", 2, `seqtalk: --theme "pink": allowed are auto, dark, light, dark16, light16 and mono` + "\n" + hint},
		{"--numbers hex", 2, `seqtalk: --numbers "hex": allowed are rel and abs` + "\n" + hint},
		{"--lang fr", 2, `seqtalk: --lang "fr": allowed are en and zh` + "\n" + hint},
		{"-4 -6", 2, "seqtalk: -4 and -6 contradict each other\n" + hint},
		{"-u -P both", 2, "seqtalk: -u and --proto both contradict each other\n" + hint},
		{"-4 ::1", 2, "seqtalk: ::1 is not an IPv4 address\n" + hint},
		{"1.2.3.4:http", 2, `seqtalk: "1.2.3.4:http": "http" is not a port; a port is a number from 1 to 65535, as in 127.0.0.1:9001` + "\n" + hint},
		{"http://x/", 2, `seqtalk: "http://x/" is not an address; write HOST:PORT, as in 127.0.0.1:9001, [::1]:9001 or example.org:9001` + "\n" + hint},
		{"--nosuch", 2, "seqtalk: unknown flag: --nosuch\n" + hint},
		{"dial " + free, 1, "seqtalk: dial tcp " + free + ": connection refused; is anybody listening there? --retry goes on trying\n"},
		{"lissten 9391", 2, `seqtalk: unknown command "lissten"; did you mean listen?` + "\n" + hint},
		{"listen a b", 2, `seqtalk: "a b": "b" is not a port; a port is a number from 1 to 65535, as in 127.0.0.1 9001` + "\n" + hint},
		{"dial a 1 2", 2, `seqtalk: "a 1 2" is more than an address; write HOST:PORT, as in 127.0.0.1:9001` + "\n" + hint},
		{"-w soon", 2, `seqtalk: --wait "soon": write seconds, as 5 or 0.5, or a time with its unit, as 500ms or 1m` + "\n" + hint},
		{"compare --interval x", 2, `seqtalk: --interval "x": write seconds, as 5 or 0.5, or a time with its unit, as 500ms or 1m` + "\n" + hint},
		{"--history many", 2, `seqtalk: --history "many": a whole number is meant` + "\n" + hint},
		{"--lab --seed x", 2, `seqtalk: --seed "x": a number from 0 to 18446744073709551615 is meant` + "\n" + hint},
		{"-w 0.2 dial " + free, 1, "seqtalk: dial tcp " + free + ": connection refused; is anybody listening there? --retry goes on trying\n"},
		{"listen " + taken.Addr().String(), 1, "seqtalk: " + taken.Addr().String() + ": another program listens there; call it (seqtalk dial " + taken.Addr().String() + "), or use another port\n"},
	} {
		_, errs, code := piped(t, "", strings.Fields(tc.args)...)
		if code != tc.code || !strings.HasSuffix(errs, tc.errs) {
			t.Errorf("%s: exit %d, said %q; want %d, %q", tc.args, code, errs, tc.code, tc.errs)
		}
	}
}

// The user's file is obeyed, a flag goes before it, and a mistake in it is one
// line and ends with 2.
func TestOwnSettings(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	path := filepath.Join(dir, "seqtalk", "config.toml")
	must(t, os.Mkdir(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte("nick = \"小明\"\ntimestamps = false\nnumbers = \"rel\"\ntheme = \"mono\"\n"), 0o600))
	addr := freeAddr(t)
	a, b := terminal(t, 105, 24, addr), terminal(t, 105, 24, addr, "--numbers", "abs")
	must(t, a.Shows("ESTABLISHED"))
	must(t, b.Shows("小明"))
	b.Type("hello\r")
	must(t, a.Shows("小明  hello"))
	must(t, a.Until(func(s string) bool { return strings.Contains(s, "  OUT") && !strings.Contains(s, " (") }))
	must(t, b.Until(func(s string) bool { return strings.Contains(s, "  OUT") && strings.Contains(s, " (") }))
	must(t, os.WriteFile(path, []byte("bell = true\ncolour = 1\n"), 0o600))
	_, errs, code := piped(t, "", addr)
	want := "seqtalk: " + path + ":2: there is no setting \"colour\"; allowed are bell, language, mouse, nick, numbers, theme, timestamps\n"
	if code != 2 || errs != want {
		t.Errorf("exit %d, said %q; want 2, %q", code, errs, want)
	}
}

// The heap is bounded, unless somebody asked for more.
func TestMemoryLimit(t *testing.T) {
	none := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(none)
	limit := func(history int) int64 {
		debug.SetMemoryLimit(none)
		limitMemory(history)
		return debug.SetMemoryLimit(-1)
	}
	if got := limit(usualHistory); got != 256<<20 {
		t.Errorf("the limit is %d", got)
	}
	if got := limit(1_000_000); got != none {
		t.Errorf("with a long history the limit is %d", got)
	}
	t.Setenv("GOMEMLIMIT", "1GiB")
	if got := limit(usualHistory); got != none {
		t.Errorf("over GOMEMLIMIT it is %d", got)
	}
}

// What keeps a conversation from coming about is one line on a terminal too,
// behind the screen.
func TestStartupFailure(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	free := freeAddr(t)
	for args, want := range map[string]string{
		"dial " + free:                    "seqtalk: dial tcp " + free + ": connection refused; is anybody listening there? --retry goes on trying",
		"listen " + taken.Addr().String(): "seqtalk: " + taken.Addr().String() + ": another program listens there; call it",
		"listen 192.0.2.1:9001":           "seqtalk: listen tcp 192.0.2.1:9001: cannot assign requested address; one can listen only on an address of this machine",
	} {
		s := terminal(t, 200, 10, strings.Fields(args)...)
		code, err := s.Exit()
		if code != 1 || err != nil || s.Alt() || !strings.Contains(s.Text(), want) {
			t.Errorf("%s: exit %d, %v; on the screen is\n%s\nwant\n%s", args, code, err, s.Text(), want)
		}
	}
}

// The help that is piped has no padding, and names the values of flags.
func TestPlainHelp(t *testing.T) {
	for _, args := range []string{"--help", "dial --help", "help compare"} {
		out, _, code := piped(t, "", strings.Fields(args)...)
		if code != 0 || !strings.Contains(out, "--nick NAME") {
			t.Errorf("%s: exit %d, said\n%s", args, code, out)
		}
		for line := range strings.SplitSeq(out, "\n") {
			if strings.HasSuffix(line, " ") {
				t.Errorf("%s: blanks behind %q", args, line)
			}
		}
	}
}

// A pipe carries bytes as they are, and its end ends the conversation.
func TestPipes(t *testing.T) {
	for _, proto := range []string{"-Ptcp", "-Pudp"} {
		addr := freeAddr(t)
		type result struct {
			out  string
			code int
		}
		got := make(chan result)
		listener := exec.Command(seqtalk(t), "listen", proto, addr)
		var o strings.Builder
		listener.Stdout = &o
		ready, err := listener.StderrPipe()
		must(t, err)
		must(t, listener.Start())
		bufio.NewReader(ready).ReadString('\n')
		go func() {
			io.Copy(io.Discard, ready)
			listener.Wait()
			got <- result{o.String(), listener.ProcessState.ExitCode()}
		}()
		const text = "一\ntwo\n\x1b[31mthree\n"
		if _, errs, code := piped(t, text, "dial", proto, addr); code != 0 {
			t.Errorf("%s: the dialer ended with %d: %s", proto, code, errs)
		}
		if r := <-got; r.out != text || r.code != 0 {
			t.Errorf("%s: the listener wrote %q and ended with %d", proto, r.out, r.code)
		}
	}
}

// The terminal is given back, whatever ends the program.
func TestSignals(t *testing.T) {
	for sig, want := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130, syscall.SIGHUP: 129, syscall.SIGQUIT: 131} {
		addr := freeAddr(t)
		a := terminal(t, 80, 24, addr)
		must(t, a.Shows(addr))
		b := terminal(t, 80, 24, addr)
		must(t, b.Shows("ESTABLISHED"))
		b.Signal(sig)
		code, err := b.Exit()
		if err != nil || code != want {
			t.Errorf("%v: exit %d, %v; want %d", sig, code, err, want)
		}
		if b.Alt() {
			t.Errorf("%v: the alternate screen was left on", sig)
		}
		must(t, a.Shows("LISTEN")) // it heard of it
	}
}

// A terminal that has stopped (Ctrl-S) holds up nothing: the program ends and
// its modes are given back.
func TestSignalWhileStopped(t *testing.T) {
	for _, flags := range [][]string{nil, {"--plain"}, {"--json"}} {
		a := terminal(t, 80, 24, append(flags, freeAddr(t))...)
		must(t, a.Until(func(string) bool { return a.Written() > 0 }))
		tty, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/0", a.Pid()), os.O_RDWR|syscall.O_NOCTTY, 0)
		if err != nil {
			t.Skip("needs /proc to reach the terminal of another process: ", err)
		}
		defer tty.Close()
		must(t, unix.IoctlSetInt(int(tty.Fd()), unix.TCXONC, unix.TCOOFF))
		began := time.Now()
		a.Signal(syscall.SIGTERM)
		code, err := a.Exit()
		if err != nil || code != 143 || time.Since(began) > 5*time.Second {
			t.Errorf("%v: exit %d after %v, %v", flags, code, time.Since(began), err)
		}
		modes, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
		must(t, err)
		if modes.Lflag&(unix.ICANON|unix.ECHO|unix.ISIG) != unix.ICANON|unix.ECHO|unix.ISIG {
			t.Errorf("%v: the terminal's modes are %#x", flags, modes.Lflag)
		}
	}
}

// BenchmarkAckOnScreen measures from an ACK on the wire, by the time the kernel
// saw it, to the ✓ of its line on the program's terminal: as root, whose program
// sees the ACK too, and as an ordinary user, whose program asks the kernel.
//
//	go test . -run '^$' -bench AckOnScreen -benchtime 200x
func BenchmarkAckOnScreen(b *testing.B) {
	for name, as := range map[string][]string{
		"cap": nil,
		"txq": {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"},
	} {
		b.Run(name, func(b *testing.B) {
			k := kernel.New()
			stop, err := k.Capture(kernel.CaptureOptions{Keep: 1 << 16})
			if err != nil {
				b.Skip(err)
			}
			defer stop()
			addr := freeAddr(b)
			command := append(slices.Clone(as), seqtalk(b), "listen", "--wire", "line", "--lang", "en", addr)
			s, err := screen.Start(80, 24, []string{"TZ=UTC"}, command[0], command[1:]...)
			must(b, err)
			defer s.Close()
			must(b, s.Shows("F1"))
			peer, err := transport.Open(transport.Config{
				Stack: k, Role: transport.Dialer, Addr: addr, Protos: []segment.Proto{segment.TCP}, Wire: session.Line,
			})
			must(b, err)
			defer peer.Close()
			go func() {
				for range peer.Events() {
				}
			}()
			must(b, s.Shows("ESTABLISHED"))
			must(b, s.Shows(name))
			took := ackedOnScreen(b, s, k, max(b.N, 20))
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "p99-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1e3, "max-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// ackedOnScreen says n lines at s and returns how long after its ACK, which wire
// has seen, each had its ✓.
func ackedOnScreen(b *testing.B, s *screen.Screen, wire *kernel.Stack, n int) []time.Duration {
	var took []time.Duration
	next, ordinal := uint64(1), uint64(0)
	for i := range n {
		line := fmt.Sprintf("line %06d", i)
		s.Type(line + "\r")
		next += uint64(len(line)) + 1
		must(b, s.Until(func(text string) bool {
			for row := range strings.Lines(text) {
				if said, rest, ok := strings.Cut(row, line); ok && strings.Contains(said, " me ") && strings.Contains(rest, "✓") {
					return true
				}
			}
			return false
		}))
		shown := time.Now()
		segs, end, missed := wire.Segments(ordinal)
		ordinal = end
		at := slices.IndexFunc(segs, func(g segment.Segment) bool {
			return g.Dir == segment.Out && g.Flags&segment.ACK != 0 && g.RelAck >= next
		})
		if at < 0 || missed > 0 {
			b.Fatalf("no ACK of %q in %d segments; %d missed", line, len(segs), missed)
		}
		took = append(took, shown.Sub(segs[at].At))
		time.Sleep(time.Duration(1+i%23) * time.Millisecond) // not in step with any clock of the program's
	}
	slices.Sort(took)
	return took
}

// A lesson from the menu to its verdict, as a beginner follows it.
func TestLessonOnScreen(t *testing.T) {
	s := terminal(t, 80, 24, "lesson")
	must(t, s.Shows("seqack     seq counts bytes"))
	s.Type("\x1b[B\r")
	must(t, s.Shows("Enter: begin"))
	s.Type("\x1b[18~\x1b[18~") // F7: as fast as in the lab
	must(t, s.Until(func(text string) bool { return !strings.Contains(text, "×1/") }))
	for _, cue := range []string{"How many numbers will that take?", "which seq, which ack?", "Predict again.", "the last byte received is 14"} {
		s.Type("\r")
		must(t, s.Shows(cue))
	}
	s.Type("\r")
	must(t, s.Shows("✓ holds: 3 of 3 messages, 14 bytes in all"))
	must(t, s.Shows("[P.] bytes 9–14"))
	s.Type("n")
	must(t, s.Shows("The flag ACK 3 of"))
	s.Type("m")
	must(t, s.Shows("✓ seqack"))
	s.Type("q")
	if code, err := s.Exit(); code != 0 || err != nil {
		t.Errorf("exit %d, %v", code, err)
	}
}

// What is wrong with a lesson that is asked for is one line, before any screen.
func TestLessonMistakesOnScreen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.toml")
	must(t, os.WriteFile(file, []byte("title.en = \"x\"\nscrpt = \"\"\n"), 0o600))
	for name, want := range map[string]string{"hanshake": `no lesson "hanshake"; there are: handshake`, file: `line 2: "scrpt" is not known`} {
		s := terminal(t, 120, 24, "lesson", name)
		if code, err := s.Exit(); code != 2 || err != nil {
			t.Errorf("%s: exit %d, %v", name, code, err)
		}
		if text := s.Text(); !strings.Contains(strings.ReplaceAll(text, "\n", ""), want) || s.Alt() {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// talkOfTwo lets two processes talk, the dialer saying text, and returns what each
// told in JSON and where it wrote its packets: the kernel's where that is allowed,
// else a lab's.
func talkOfTwo(t *testing.T, text string, args ...string) (told, files [2]string) {
	t.Helper()
	if os.Geteuid() != 0 {
		args = append(args, "--lab")
	}
	addr := freeAddr(t)
	for i, name := range []string{"listener", "dialer"} {
		files[i] = filepath.Join(t.TempDir(), name+".pcapng")
	}
	with := func(command, file string) []string {
		return append([]string{command, addr, "--lang", "en", "--nick", command, "--json", "--pcap", file}, args...)
	}
	listener := exec.Command(seqtalk(t), with("listen", files[0])...)
	out, err := listener.StdoutPipe()
	must(t, err)
	must(t, listener.Start())
	heard := bufio.NewReader(out)
	first, err := heard.ReadString('\n') // it waits
	must(t, err)
	rest := make(chan string)
	go func() {
		all, _ := io.ReadAll(heard)
		listener.Wait()
		rest <- first + string(all)
	}()
	var errs string
	var code int
	if told[1], errs, code = piped(t, text, with("dial", files[1])...); code != 0 {
		t.Errorf("the dialer ended with %d: %s", code, errs)
	}
	told[0] = <-rest
	return told, files
}

// happened are the events of a kind, without the times that only one who was there
// can measure, in order.
func happened(t *testing.T, told, kind string, keys ...string) (all []string) {
	t.Helper()
	for line := range strings.Lines(told) {
		var v map[string]any
		must(t, json.Unmarshal([]byte(line), &v))
		if v["event"] != kind {
			continue
		}
		kept := map[string]any{}
		for _, k := range keys {
			if v[k] != nil {
				kept[k] = v[k]
			}
		}
		b, err := json.Marshal(kept)
		must(t, err)
		all = append(all, string(b))
	}
	return all
}

// What two processes wrote down tells what they were told while they talked: the
// same segments, messages and deliveries, over TCP and over UDP; and the same
// stands on the screen.
func TestReplayOfTwoProcesses(t *testing.T) {
	const text = "hello\n在吗？ seq counts bytes\nthree\n"
	for _, proto := range []string{"tcp", "udp"} {
		told, files := talkOfTwo(t, text, "--proto", proto)
		for i, file := range files {
			again, errs, code := piped(t, "", "replay", file, "--json")
			if code != 0 {
				t.Errorf("%s: replay ended with %d: %s", proto, code, errs)
			}
			for kind, keys := range map[string][]string{
				"segment":  {"proto", "dir", "flags", "seq", "ack", "len", "win", "fate", "note"},
				"message":  {"proto", "dir", "id", "text", "bytes", "dup", "late"},
				"delivery": {"proto", "id", "mark"},
			} {
				got, want := happened(t, again, kind, keys...), happened(t, told[i], kind, keys...)
				if kind == "delivery" { // the kernel may tell of an ACK after the receipt behind it
					slices.Sort(got)
					slices.Sort(want)
				}
				if kind == "segment" && len(got) > 5 && len(got) > len(want) {
					got = got[:len(want)] // who leaves does not wait to see the last of them
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, file %d: %s:\n%s\nlive\n%s", proto, i, kind, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		}
		s := terminal(t, 100, 30, "replay", files[0])
		must(t, s.Shows("REPLAY"))
		s.Type("\x1b[F")
		must(t, s.Shows("seq counts bytes"))
		s.Type("q")
		if code, err := s.Exit(); err != nil || code != 0 {
			t.Errorf("q ends with %d, %v", code, err)
		}
	}
}

// What is no recording is said so, with where; nothing else goes with it.
func TestReplayMistakes(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.pcapng")
	must(t, os.WriteFile(broken, []byte("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a\x01\x00"), 0o600))
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"replay"}, exitUsage, "one file"},
		{[]string{"replay", filepath.Join(t.TempDir(), "none")}, exitFailed, "no such file"},
		{[]string{"replay", broken}, exitFailed, "byte 0"},
		{[]string{"replay", t.TempDir()}, exitFailed, "regular file"},
		{[]string{"replay", broken, "--pcap", "x"}, exitUsage, "recorded again"},
	} {
		_, errs, code := piped(t, "", c.args...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%q ends with %d: %s", c.args, code, errs)
		}
	}
}
