//go:build linux

package trial

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"seqtalk/model/screen"
)

// These are docs/SPEED.md's figures, of one program or two in terminals of their
// own, without the others. -benchtime 100x or so makes them steady.

// seat runs seqtalk on a screen as large as ttyrace's.
func seat(b *testing.B, args ...string) *screen.Screen {
	b.Helper()
	s, err := screen.Start(120, 40, []string{"TZ=UTC"}, seqtalk(b), append([]string{"--lang", "en"}, args...)...)
	must(b, err)
	return s
}

// A spending is what a process has cost so far.
type spending struct {
	cpu   time.Duration
	wakes int // voluntary context switches
	rss   int // kB
}

// spent sums what the threads of a process have cost.
func spent(b *testing.B, pid int) (s spending) {
	b.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	must(b, err)
	for _, t := range threads {
		times, _ := os.ReadFile(filepath.Join(t, "schedstat"))
		if f := strings.Fields(string(times)); len(f) > 0 {
			ns, _ := strconv.Atoi(f[0])
			s.cpu += time.Duration(ns)
		}
		status, _ := os.ReadFile(filepath.Join(t, "status"))
		for line := range strings.Lines(string(status)) {
			switch f := strings.Fields(line); {
			case len(f) < 2:
			case f[0] == "voluntary_ctxt_switches:":
				n, _ := strconv.Atoi(f[1])
				s.wakes += n
			case f[0] == "VmRSS:":
				s.rss, _ = strconv.Atoi(f[1])
			}
		}
	}
	return s
}

// told reports how long each of took was, by quantile.
func told(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkStart is from exec to the first screen, and what it cost.
func BenchmarkStart(b *testing.B) {
	seqtalk(b)
	var took []time.Duration
	var cpu time.Duration
	rss := 0
	for range b.N {
		begun := time.Now()
		s := seat(b, "listen", freeAddr(b))
		must(b, s.Shows("F1"))
		took = append(took, time.Since(begun))
		must(b, s.Shows("LISTEN"))
		cost := spent(b, s.Pid())
		cpu, rss = cpu+cost.cpu, max(rss, cost.rss)
		s.Close()
	}
	told(b, took)
	b.ReportMetric(float64(cpu.Microseconds())/1e3/float64(b.N), "cpu-ms")
	b.ReportMetric(float64(rss)/1e3, "rss-MB")
}

// pair is two programs that talk, each on its screen.
func pair(b *testing.B, args ...string) (from, to *screen.Screen) {
	b.Helper()
	addr := freeAddr(b)
	to = seat(b, append([]string{"listen", addr}, args...)...)
	b.Cleanup(to.Close)
	must(b, to.Shows("LISTEN"))
	from = seat(b, append([]string{"dial", addr}, args...)...)
	b.Cleanup(from.Close)
	must(b, from.Shows("ESTABLISHED"))
	must(b, to.Shows("ESTABLISHED"))
	return from, to
}

// BenchmarkEnter is from Enter in one terminal to the line in the other: after a
// pause, and one line after the other.
func BenchmarkEnter(b *testing.B) {
	for name, pause := range map[string]time.Duration{"paced": 30 * time.Millisecond, "back to back": 0} {
		b.Run(name, func(b *testing.B) {
			from, to := pair(b)
			var took []time.Duration
			for i := range b.N {
				line := fmt.Sprintf("line %d.", i)
				from.Type(line)
				time.Sleep(pause)
				begun := time.Now()
				from.Type("\r")
				must(b, to.Shows(line))
				took = append(took, time.Since(begun))
				time.Sleep(pause)
			}
			told(b, took)
		})
	}
}

// pour sends n lines to a listener, as nc would, and waits until the last is seen.
func pour(b *testing.B, s *screen.Screen, addr string, n int) {
	b.Helper()
	c, err := net.Dial("tcp", addr)
	must(b, err)
	b.Cleanup(func() { c.Close() })
	w := bufio.NewWriterSize(c, 64<<10)
	for i := range n {
		fmt.Fprintf(w, "m%07d the quick brown fox jumps over the lazy dog\n", i)
	}
	must(b, w.Flush())
	must(b, s.Shows(fmt.Sprintf("m%07d", n-1)))
}

// BenchmarkFlood is lines pushed into a program until the last is on its screen.
func BenchmarkFlood(b *testing.B) {
	const n = 100_000
	for range b.N {
		addr := freeAddr(b)
		s := seat(b, "listen", addr)
		must(b, s.Shows("LISTEN"))
		begun, before := time.Now(), s.Written()
		pour(b, s, addr, n)
		b.ReportMetric(n/time.Since(begun).Seconds(), "lines/s")
		b.ReportMetric(float64(s.Written()-before)/1e6, "MB-out")
		s.Close()
	}
}

// BenchmarkPageUp is from the key to another screen, in a long conversation.
func BenchmarkPageUp(b *testing.B) {
	addr := freeAddr(b)
	s := seat(b, "listen", "--history", "1000000", addr)
	b.Cleanup(s.Close)
	must(b, s.Shows("LISTEN"))
	pour(b, s, addr, 100_000)
	var took []time.Duration
	for range b.N {
		was := s.Text()
		begun := time.Now()
		s.Type("\x1b[5~")
		must(b, s.Until(func(text string) bool { return text != was }))
		took = append(took, time.Since(begun))
		time.Sleep(5 * time.Millisecond)
	}
	told(b, took)
}

// BenchmarkIdle is what a second costs in which nothing happens.
func BenchmarkIdle(b *testing.B) {
	_, s := pair(b, "--wire", "line")
	time.Sleep(4 * time.Second) // until it is still
	before, written := spent(b, s.Pid()), s.Written()
	time.Sleep(time.Duration(b.N) * time.Second)
	after := spent(b, s.Pid())
	b.ReportMetric(float64((after.cpu-before.cpu).Microseconds())/1e3/float64(b.N), "cpu-ms/s")
	b.ReportMetric(float64(after.wakes-before.wakes)/float64(b.N), "wakes/s")
	b.ReportMetric(float64(s.Written()-written)/float64(b.N), "bytes/s")
	b.ReportMetric(0, "ns/op")
}
