//go:build linux

package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// A weight is what a process holds.
type weight struct {
	at             time.Duration
	rss            int // KiB
	threads, files int
}

// weigh looks at a process from outside.
func weigh(t *testing.T, pid int, at time.Duration) weight {
	t.Helper()
	w := weight{at: at}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(t, err)
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch name {
		case "VmRSS":
			w.rss = n
		case "Threads":
			w.threads = n
		}
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	must(t, err)
	w.files = len(files)
	return w
}

// Talks at 20 lines a second both ways, with a burst each minute, a screen that
// changes its size and a peer that is stopped now and then. Nothing is lost over
// TCP, what is lost over UDP is counted, and nothing grows. SEQTALK_SOAK says for
// how long, as in 30m; both protocols go at once.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("SEQTALK_SOAK"))
	if err != nil {
		length = 8 * time.Second
	}
	for _, proto := range []string{"tcp", "udp"} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			soak(t, proto, length)
		})
	}
}

func soak(t *testing.T, proto string, length time.Duration) {
	dir, addr := t.TempDir(), freeAddr(t)
	logA, logB := filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.jsonl")
	a := openConsole(t, "listen", "-P"+proto, "--wire", "framed", "--history", "1000", "--log", logA, addr)
	a.shows(map[string]string{"tcp": "LISTEN", "udp": "NO PEER"}[proto])
	b := run(t, "dial", "-P"+proto, "--wire", "framed", "--log", logB, addr)
	a.shows(map[string]string{"tcp": "ESTABLISHED", "udp": "PEER KNOWN"}[proto])
	var last event // of what B counts
	told := make(chan struct{})
	go func() {
		defer close(told)
		for ev := range b.told {
			if ev.Event == "status" {
				last = ev
			}
		}
	}()
	var weights [2][]weight
	saidA, saidB := 0, 0
	begun := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n := 0; time.Since(begun) < length; n++ {
		<-tick.C
		saidA++
		a.types(fmt.Sprintf("a%d\r", saidA))
		saidB++
		b.says(fmt.Sprintf("b%d", saidB))
		second := n / 20
		if n%20 != 0 {
			continue
		}
		if second%60 == 5 {
			for range 500 {
				saidB++
				b.says(fmt.Sprintf("b%d", saidB))
			}
		}
		if second%10 == 0 {
			must(t, pty.Setsize(a.master, &pty.Winsize{Rows: uint16(20 + second%20), Cols: uint16(60 + second%100)}))
			for i, pid := range []int{a.cmd.Process.Pid, b.cmd.Process.Pid} {
				weights[i] = append(weights[i], weigh(t, pid, time.Since(begun)))
			}
		}
		if second%180 == 30 {
			b.cmd.Process.Signal(syscall.SIGSTOP)
			time.AfterFunc(10*time.Second, func() { b.cmd.Process.Signal(syscall.SIGCONT) })
		}
	}
	b.cmd.Process.Signal(syscall.SIGCONT)
	settled := func(text string) { // the last line of each is there, or is lost for good
		for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			if slices.Contains(texts(t, logB, segment.In), text) {
				return
			}
		}
	}
	settled(fmt.Sprintf("a%d", saidA))
	a.types("/quit\r")
	<-a.exited
	if code := a.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the screen ended with %d", code)
	}
	<-told
	b.cmd.Wait()
	lostB := agree(t, proto, "a", saidA, logA, logB)
	lostA := agree(t, proto, "b", saidB, logB, logA)
	t.Logf("%s: %v, %d and %d lines said, %d and %d lost; B counts %d received, %d lost, %d duplicate, %d late", proto, length,
		saidA, saidB, lostB, lostA, last.Received, last.Lost, last.Duplicate, last.Late)
	for i, who := range []string{"the screen", "without one"} {
		flat(t, proto+" "+who, weights[i])
	}
}

// agree compares what one transcript says was said with what the other says
// came: in order, each once, and over TCP all of it.
func agree(t *testing.T, proto, who string, said int, from, to string) (lost int) {
	t.Helper()
	if got := texts(t, from, segment.Out); len(got) != said {
		t.Errorf("%s: %d lines of %s were accepted, %d said", proto, len(got), who, said)
	}
	next := 1
	for _, r := range records(t, to) {
		m, ok := r.(journal.Message)
		if !ok || m.Dir != segment.In {
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(string(m.Text), who))
		switch {
		case err != nil || m.Dup || n < next:
			t.Errorf("%s: %q came when %s%d was due", proto, m.Text, who, next)
			return lost
		case n > next:
			lost += n - next
		}
		next = n + 1
	}
	lost += said + 1 - next
	if lost > 0 && proto == "tcp" {
		t.Errorf("tcp: %d of %d lines of %s are lost", lost, said, who)
	}
	return lost
}

// flat holds that a process weighs no more at the end than in its middle: 1 MiB
// more in 10 minutes, and no more threads or files.
func flat(t *testing.T, who string, all []weight) {
	t.Helper()
	if len(all) < 9 {
		return // too short to say
	}
	mean := func(part []weight) (rss, threads, files int) {
		for _, w := range part {
			rss, threads, files = rss+w.rss, threads+w.threads, files+w.files
		}
		return rss / len(part), threads / len(part), files / len(part)
	}
	third := len(all) / 3
	rss, threads, files := mean(all[third : 2*third])
	rssEnd, threadsEnd, filesEnd := mean(all[2*third:])
	minutes := (all[len(all)-1].at - all[third].at).Minutes() / 2
	t.Logf("%s: RSS %d KiB in the middle third, %d in the last; threads %d, %d; files %d, %d", who, rss, rssEnd, threads, threadsEnd, files, filesEnd)
	if float64(rssEnd-rss) > max(1024*minutes/10, 1024) || threadsEnd-threads > 5 || filesEnd-files > 5 {
		t.Errorf("%s grows", who)
	}
}
