//go:build linux

package trial

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"seqtalk/transport/segment"
)

// A net is a network namespace of the test's own, whose loopback interface is the
// cable between two processes.
type ownNet struct {
	t    *testing.T
	name string
}

func newNet(t *testing.T) ownNet {
	t.Helper()
	n := ownNet{t, fmt.Sprintf("seqtalk%d", os.Getpid())}
	for _, name := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs %s", name)
		}
	}
	if out, err := exec.Command("ip", "netns", "add", n.name).CombinedOutput(); err != nil {
		t.Skipf("needs a network namespace of its own (root): %s", out)
	}
	t.Cleanup(func() { exec.Command("ip", "netns", "del", n.name).Run() })
	n.do("ip", "link", "set", "lo", "up")
	return n
}

// under is what a process in it is started by.
func (n ownNet) under() []string { return []string{"ip", "netns", "exec", n.name} }

func (n ownNet) do(command ...string) {
	n.t.Helper()
	line := append(n.under(), command...)
	if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
		n.t.Fatalf("%s: %v: %s", strings.Join(command, " "), err, out)
	}
}

// rule has every TCP segment that comes do what rule says, until mend.
func (n ownNet) rule(rule string) {
	n.t.Helper()
	n.do("nft", "add table inet t; add chain inet t c { type filter hook input priority 0; policy accept; }; add rule inet t c meta l4proto tcp "+rule)
}

func (n ownNet) mend() { n.t.Helper(); n.do("nft", "delete table inet t") }

// lines are the texts that p heard and has told of so far, and further ones until
// last.
func (p *process) lines(last string) (all []string) {
	p.t.Helper()
	came := func(ev event) bool { return ev.Event == "message" && ev.Dir == "in" && ev.Text == last }
	if !slices.ContainsFunc(p.seen, came) {
		p.until(last, came)
	}
	for _, ev := range p.seen {
		if ev.Event == "message" && ev.Dir == "in" {
			all = append(all, ev.Text)
		}
	}
	return all
}

// notes waits for a notice with these words.
func (p *process) notes(words string) {
	p.t.Helper()
	p.until(words, func(ev event) bool { return ev.Event == "notice" && strings.Contains(ev.Text, words) })
}

// counted are the numbers from 1 on, as lines.
func counted(who string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%s %d", who, i+1))
	}
	return all
}

// Connections that the network resets, at one end only, again and again: the
// other end learns of it when it is called anew. Each line comes once, in order.
func TestResetByTheNetwork(t *testing.T) {
	n := newNet(t)
	const addr = "127.0.0.1:9001"
	a := runUnder(t, n.under(), "listen", addr)
	a.state("LISTEN")
	b := runUnder(t, n.under(), "dial", "--retry", addr)
	b.state("ESTABLISHED")
	chance := rand.New(rand.NewPCG(3, 5))
	said := 0
	for range times(8, 100) {
		for range 1 + chance.IntN(30) {
			said++
			a.says(fmt.Sprint("a ", said))
			b.says(fmt.Sprint("b ", said))
		}
		if chance.IntN(4) > 0 {
			a.lines(fmt.Sprint("b ", said))
		}
		side := chance.IntN(2)
		n.rule([]string{"tcp dport 9001", "tcp sport 9001"}[side] + " reject with tcp reset")
		said++
		a.says(fmt.Sprint("a ", said)) // one of them meets the rule
		b.says(fmt.Sprint("b ", said))
		if side == 0 {
			b.notes("it will be dialed again")
			n.mend()
		} else {
			a.notes("waiting for it to call again")
			n.mend()
			b.notes("it will be dialed again")
		}
		b.notes("is the program it was: the conversation goes on")
	}
	end := fmt.Sprint(said)
	var wg sync.WaitGroup
	for _, c := range []struct {
		p    *process
		from string
	}{{a, "b"}, {b, "a"}} {
		wg.Go(func() {
			if got := c.p.lines(c.from + " " + end); !slices.Equal(got, counted(c.from, said)) {
				t.Errorf("of %d lines from %s came %d: %v", said, c.from, len(got), got)
			}
		})
	}
	wg.Wait()
}

// The listener is killed and started again: what it had not confirmed comes to the
// new one, perhaps for the second time. All is in the transcript, which has what was
// confirmed and never shown.
func TestListenerKilledAndStarted(t *testing.T) {
	addr, path := freeAddr(t), filepath.Join(t.TempDir(), "talk.jsonl")
	var b *process
	chance := rand.New(rand.NewPCG(1, 2))
	said := 0
	rounds := times(4, 100)
	for round := range rounds {
		a := run(t, "listen", "--log", path, addr)
		a.state("LISTEN")
		if b == nil {
			b = run(t, "dial", "--retry", addr)
		}
		b.state("ESTABLISHED")
		first := said
		for range 20 + chance.IntN(200) {
			said++
			b.says(fmt.Sprint("b ", said))
		}
		until := first + 1 + chance.IntN(said-first)
		if round == rounds-1 {
			until = said
		}
		a.hears(fmt.Sprint("b ", until))
		a.cmd.Process.Kill()
		for ev := range a.told { // what it said last
			a.seen = append(a.seen, ev)
		}
		last := 0
		for _, ev := range a.seen {
			if ev.Event != "message" || ev.Dir != "in" {
				continue
			}
			var k int
			fmt.Sscanf(ev.Text, "b %d", &k)
			if k <= last {
				t.Errorf("%q came after %d to one process", ev.Text, last)
			}
			last = k
		}
	}
	have := map[string]bool{}
	for _, line := range texts(t, path, segment.In) {
		have[line] = true
	}
	for _, line := range counted("b", said) {
		if !have[line] {
			t.Errorf("%q never came", line)
		}
	}
}

// A stopped program is told from a cut cable, and both are mended: what was said
// meanwhile comes.
func TestStoppedAndCut(t *testing.T) {
	n := newNet(t)
	const addr = "127.0.0.1:9001"
	a := runUnder(t, n.under(), "listen", addr)
	a.state("LISTEN")
	b := runUnder(t, n.under(), "dial", "--retry", addr)
	b.state("ESTABLISHED")
	b.says("b 1")
	a.hears("b 1")
	a.cmd.Process.Signal(syscall.SIGSTOP)
	b.says("b 2")
	b.tells("the peer's program has not answered for 15s; its kernel still acknowledges")
	a.cmd.Process.Signal(syscall.SIGCONT)
	b.tells("the peer's program answers again")
	a.hears("b 2")
	n.rule("drop")
	b.says("b 3")
	b.tells("the peer's program has not answered for 15s; no ACK comes either")
	n.mend()
	a.hears("b 3")
}

// On the screen a lost connection is counted down to the next; who leaves meanwhile
// is told what did not go, where the shell is again.
func TestLostOnTheScreen(t *testing.T) {
	for _, l := range []struct{ lang, again, stopped, last string }{
		{"en", "again in ", "not dialed any more", "seqtalk: lines that were not sent: 1"},
		{"zh", "秒后重拨", "不再重拨", "seqtalk: 没有发出的行数：1"},
	} {
		t.Run(l.lang, func(t *testing.T) {
			addr := freeAddr(t)
			a := run(t, "listen", addr)
			a.state("LISTEN")
			s := terminal(t, 100, 24, "dial", "--lang", l.lang, addr)
			must(t, s.Shows("ESTABLISHED"))
			s.Type("one\r")
			a.hears("one")
			a.kill()
			must(t, s.Shows(l.again))
			s.Type("two\r")
			must(t, s.Shows("two"))
			s.Type("\x1b")
			must(t, s.Shows(l.stopped))
			s.Type("/quit\r")
			if code, err := s.Exit(); err != nil || code != 0 {
				t.Fatalf("exit %d, %v", code, err)
			}
			must(t, s.Shows(l.last))
		})
	}
}

// stop stops the process, and waits until the last of its threads stands still.
func (p *process) stop() {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(syscall.SIGSTOP))
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		p.t.Fatalf("not stopped: %v, %v", status, err)
	}
}

// Without a screen what did not go is counted on standard error.
func TestLostFromAPipe(t *testing.T) {
	addr := freeAddr(t)
	a := run(t, "listen", addr)
	a.state("LISTEN")
	b := run(t, "dial", "-w", "0.5", addr)
	b.says("one")
	a.hears("one")
	a.stop()
	b.says("two")
	b.until("two is sent", func(ev event) bool { return ev.Event == "delivery" && ev.ID == 2 && ev.Mark == "sent" })
	a.kill()
	b.notes("lines that were not sent: 1")
	b.until("its end", func(ev event) bool { return ev.Event == "end" })
	b.cmd.Wait()
	if code := b.cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit %d", code)
	}
}
