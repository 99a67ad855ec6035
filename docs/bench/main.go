// Bench races seqtalk against other terminal chat programs with ttyrace, which
// measures each from outside, in a terminal of its own, and prints the tables of
// docs/SPEED.md. All of it is one run of less than twelve minutes.
//
//	go run ./docs/bench -ttyrace PATH
//
// The others are Debian's netcat-openbsd, ncat, socat, irssi, weechat-curses and
// ngircd, talk, inetutils-talkd and inetutils-inetd; those that are not
// installed are left out.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// whole bounds the run; a race that would begin later is left out.
const whole = 11*time.Minute + 30*time.Second

// A race is one call of ttyrace: a test of some programs.
type race struct {
	name  string
	peers []string
	flags []string
}

var (
	screens = []string{"irssi", "weechat", "seqtalk", "seqtalk-line", "seqtalk-udp"}
	own     = []string{"seqtalk", "seqtalk-line"}
)

// races are all of them, the ones that matter most first.
var races = []race{
	{"latency", []string{"nc", "irssi", "talk", "weechat", "seqtalk", "seqtalk-line", "seqtalk-udp"}, []string{"-tests", "latency", "-n", "200"}},
	{"startup", []string{"nc", "irssi", "weechat", "seqtalk"}, []string{"-tests", "startup", "-starts", "9"}},
	{"flood", append([]string{"nc", "ncat", "socat"}, own...), []string{"-tests", "flood", "-sizes", "1M"}},
	{"steady", own, []string{"-tests", "flood", "-sizes", "1M", "-rate", "100000"}},
	{"history", own, []string{"-tests", "history", "-history", "10k,100k,1M", "-pages", "40"}},
	{"idle", screens, []string{"-tests", "idle"}},
	{"flood of others", []string{"irssi", "weechat"}, []string{"-tests", "flood", "-sizes", "100k"}},
	{"history of others", []string{"irssi", "weechat"}, []string{"-tests", "history", "-history", "10k,100k", "-pages", "40"}},
}

// programs are what a peer needs to be raced.
var programs = map[string][]string{
	"nc": {"nc"}, "ncat": {"ncat"}, "socat": {"socat"}, "irssi": {"irssi", "ngircd"}, "weechat": {"weechat", "ngircd"},
	"talk": {"netkit-ntalk", "talkd", "inetutils-inetd"},
}

func main() {
	ttyrace := flag.String("ttyrace", "ttyrace", "the harness")
	nice := flag.Int("nice", 0, "run everything at this level; below 0 it wins against others, as root")
	flag.Parse()
	if err := run(*ttyrace, *nice); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ttyrace string, nice int) error {
	begun := time.Now()
	dir, err := os.MkdirTemp("", "seqtalk-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "seqtalk"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(context.Background(), begun.Add(whole))
	defer cancel()
	found := results{}
	for _, r := range races {
		out := filepath.Join(dir, strings.ReplaceAll(r.name, " ", "-"))
		args := append([]string{"run", "-config", filepath.Join("docs", "bench", "peers.json"), "-refs", dir, "-out", out,
			"-rounds", "1", "-retries", "0", "-nice", fmt.Sprint(nice), "-peers", strings.Join(installed(r.peers), ",")}, r.flags...)
		cmd := exec.CommandContext(ctx, ttyrace, args...)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it ends what it started
		cmd.WaitDelay = 10 * time.Second
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", r.name, err)
		}
		if err := found.add(r.name, filepath.Join(out, "results.json")); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", r.name, err)
		}
	}
	fmt.Printf("%s, %s, %v; `go run ./docs/bench`\n\n", time.Now().Format("2006-01-02 15:04"), machine(), time.Since(begun).Round(time.Second))
	found.print(os.Stdout)
	return nil
}

// installed are those of peers whose programs are here.
func installed(peers []string) (here []string) {
	for _, p := range peers {
		ok := true
		for _, name := range programs[p] {
			if _, err := exec.LookPath(name); err != nil {
				_, err = os.Stat(filepath.Join("/usr/sbin", name))
				ok = ok && err == nil
			}
		}
		if ok {
			here = append(here, p)
		}
	}
	return here
}

// machine is the processor, how busy it is, and the system.
func machine() string {
	model, cores := "", 0
	cpus, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(cpus)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			cores++
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	version, _ := exec.Command("uname", "-sr").Output()
	return fmt.Sprintf("%d × %s, %s, load %s", cores, model, strings.TrimSpace(string(version)), strings.Join(strings.Fields(string(load))[:min(1, len(strings.Fields(string(load))))], ""))
}
