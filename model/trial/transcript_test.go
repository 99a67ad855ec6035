//go:build linux

package trial

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// records reads a transcript to its end.
func records(t *testing.T, path string) (all []journal.Record) {
	t.Helper()
	r, err := journal.OpenTranscript(path)
	must(t, err)
	defer r.Close()
	for {
		rec, err := r.Next()
		if err != nil {
			if err.Error() != "EOF" {
				t.Errorf("%s: %v", path, err)
			}
			return all
		}
		all = append(all, rec)
	}
}

// texts are the messages of one direction in a transcript.
func texts(t *testing.T, path string, dir segment.Dir) (all []string) {
	t.Helper()
	for _, r := range records(t, path) {
		if m, ok := r.(journal.Message); ok && m.Dir == dir {
			all = append(all, string(m.Text))
		}
	}
	return all
}

// A message is in the file before its receipt is on the wire: the system calls
// say so.
func TestWrittenBeforeTheReceipt(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("no strace")
	}
	const messages = 20
	const receipt = `\365\1\0\4` // as strace writes the first octets of its frame
	for _, proto := range []string{"-Ptcp", "-Pudp"} {
		dir, addr := t.TempDir(), freeAddr(t)
		calls, log := filepath.Join(dir, "calls"), filepath.Join(dir, "talk.jsonl")
		a := runUnder(t, []string{strace, "-f", "-qq", "-y", "-s", "120", "-e", "trace=write,writev,sendto,sendmsg,sendmmsg", "-e", "signal=none", "-o", calls},
			"listen", proto, "--wire", "framed", "--log", log, addr)
		a.tells("waiting at")
		b := run(t, "dial", proto, "--wire", "framed", addr)
		for i := range messages {
			b.says(fmt.Sprintf("message %d", i))
			b.until("the receipt", func(ev event) bool { return ev.Event == "delivery" && ev.Mark == "delivered" && ev.ID == uint64(i+1) })
		}
		b.ends(syscall.SIGTERM)
		a.kill()
		trace, err := os.ReadFile(calls)
		must(t, err)
		written, receipts := 0, 0
		for line := range strings.Lines(string(trace)) {
			switch {
			case strings.Contains(line, "talk.jsonl>") && strings.Contains(line, `\"dir\":\"in\"`):
				written++
			case !strings.Contains(line, "talk.jsonl>") && strings.Contains(line, receipt):
				if receipts++; receipts > written {
					t.Fatalf("%s: receipt %d went out when %d messages were written:\n%s", proto, receipts, written, line)
				}
			}
		}
		if written != messages || receipts != messages {
			t.Errorf("%s: %d messages written, %d receipts seen, want %d", proto, written, receipts, messages)
		}
	}
}

// Killed at any moment, the receiver has in its file what it said it has (R19).
func TestKilledReceiver(t *testing.T) {
	kills := times(6, 100)
	path := filepath.Join(t.TempDir(), "talk.jsonl")
	chance := rand.New(rand.NewPCG(9, 4))
	var delivered []string
	torn := 0
	for k := range kills {
		addr := freeAddr(t)
		a := run(t, "listen", "--wire", "framed", "--log", path, addr)
		a.state("LISTEN")
		b := run(t, "dial", "--wire", "framed", "-w", "0.1", addr)
		b.state("ESTABLISHED")
		after := uint64(1 + chance.IntN(500))
		said := 0
		say := func() {
			said++
			fmt.Fprintf(b.in, "%d/%d\n", k, said)
		}
		for range 64 { // under way at any time
			say()
		}
		killed := false
		for ev := range b.told {
			if ev.Event == "delivery" && ev.Mark == "delivered" {
				delivered = append(delivered, fmt.Sprintf("%d/%d", k, ev.ID))
				say()
				if ev.ID >= after && !killed {
					killed = true
					a.cmd.Process.Kill()
				}
			}
			if ev.Event == "end" {
				break
			}
		}
		a.kill()
		b.kill()
	}
	last := run(t, "listen", "--log", path, freeAddr(t)) // repairs what the last one left
	last.state("LISTEN")
	last.ends(syscall.SIGTERM)
	have := map[string]bool{}
	for _, r := range records(t, path) {
		switch r := r.(type) {
		case journal.Message:
			if have[string(r.Text)] {
				t.Errorf("%s is there twice", r.Text)
			}
			have[string(r.Text)] = true
		case journal.Recovered:
			torn++
		}
	}
	lost := 0
	for _, d := range delivered {
		if !have[d] {
			lost++
		}
	}
	if lost > 0 || len(delivered) < kills {
		t.Errorf("%d of %d delivered messages are not in the file", lost, len(delivered))
	}
	t.Logf("%d kills, %d messages said to be delivered, %d of them lost, %d torn lines", kills, len(delivered), lost, torn)
}

// On a full disk the talk goes on, it is told that nothing is saved, and later
// the file says how much is missing (R21).
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir, addr := t.TempDir(), freeAddr(t)
	a := runUnder(t, []string{"unshare", "-m", "sh", "-c",
		`mount -t tmpfs -o size=64k,mode=0700 tmpfs "$0" && head -c 57344 /dev/zero >"$0/ballast" && exec "$@"`, dir},
		"listen", "--wire", "framed", "--log", filepath.Join(dir, "talk.jsonl"), addr)
	a.state("LISTEN")
	inside := fmt.Sprintf("/proc/%d/root%s", a.cmd.Process.Pid, dir)
	b := run(t, "dial", "--wire", "framed", addr)
	long := strings.Repeat("x", 1000)
	sent := 0
	say := func() {
		b.says(fmt.Sprint(long, sent))
		a.hears(fmt.Sprint(long, sent))
		sent++
	}
	for range 30 { // 8 KiB are free
		say()
	}
	a.tells("TRANSCRIPT NOT SAVED")
	must(t, os.Remove(filepath.Join(inside, "ballast")))
	a.tells("the transcript is written again")
	say()
	kept := filepath.Join(t.TempDir(), "kept.jsonl")
	out, err := exec.Command("cp", filepath.Join(inside, "talk.jsonl"), kept).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if code := a.ends(syscall.SIGTERM); code != 143 || !strings.Contains(a.errs.String(), "records could not be written") {
		t.Errorf("it ended with %d and said %q", code, a.errs.String())
	}
	var missing uint64
	var last string
	there := 0
	for _, r := range records(t, kept) {
		switch r := r.(type) {
		case journal.Gap:
			missing += r.Missing
		case journal.Message:
			there++
			last = string(r.Text)
		}
	}
	if missing == 0 || uint64(there)+missing != uint64(sent) || last != fmt.Sprint(long, sent-1) {
		t.Errorf("of %d messages %d are there and %d missing; the last is %.10s", sent, there, missing, last[len(last)-10:])
	}
}

// What cannot be a transcript is refused before anything else happens, and
// nothing of it is touched (R22).
func TestTranscriptRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	target := write("target", "", 0o600)
	must(t, os.Symlink(target, filepath.Join(dir, "link")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	for path, want := range map[string]string{
		filepath.Join(dir, "link"):               "symbolic link",
		filepath.Join(dir, "fifo"):               "not a regular file",
		"/dev/full":                              "not a regular file",
		dir:                                      "not a regular file",
		write("notes", "my shopping\n", 0o600):   "no transcript",
		write("open", `{"type":"notice"`, 0o644): "chmod 600",
	} {
		var before []byte
		at, err := os.Stat(path)
		must(t, err)
		if at.Mode().IsRegular() {
			before, _ = os.ReadFile(path)
		}
		out, err := exec.Command(seqtalk(t), "--lang", "en", "--plain", "--log", path, freeAddr(t)).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) || !strings.HasPrefix(string(out), "seqtalk: --log: ") {
			t.Errorf("%s: %v, %q; want %q", path, err, out, want)
		}
		if after, _ := os.ReadFile(target); len(after) > 0 {
			t.Error("a link was followed")
		}
		if at.Mode().IsRegular() {
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Errorf("%s was changed", path)
			}
		}
	}
}

// The last talk is there on the screen, dated and dim, and /search finds it;
// a name of the peer's chooses no file; what it says harms nobody who reads the
// file.
func TestPastOnTheScreen(t *testing.T) {
	addr, path := freeAddr(t), filepath.Join(t.TempDir(), "talk.jsonl")
	a := terminal(t, 80, 24, "listen", "--log", path, addr)
	must(t, a.Shows("LISTEN"))
	b := run(t, "dial", "--nick", "../../etc/passwd", addr)
	b.state("ESTABLISHED")
	b.says("a needle \x1b]0;owned\a in \u202ehay")
	must(t, a.Shows("a needle"))
	a.Type("our own answer\r")
	b.hears("our own answer")
	a.Type("/quit\r")
	if code, err := a.Exit(); err != nil || code != 0 {
		t.Fatalf("exit %d, %v", code, err)
	}
	b.kill()
	file, err := os.ReadFile(path)
	must(t, err)
	if bad := regexp.MustCompile("[\x00-\x09\x0b-\x1f\x7f-\u009f\u202e]").FindString(string(file)); bad != "" {
		t.Errorf("%q stands in the file as itself", bad)
	}
	if got := texts(t, path, segment.In); len(got) != 1 || got[0] != "a needle \x1b]0;owned\a in \u202ehay" {
		t.Errorf("it says %q", got)
	}
	at, err := os.Stat(path)
	must(t, err)
	if at.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", at.Mode())
	}
	if near, err := os.ReadDir(filepath.Dir(path)); err != nil || len(near) != 1 {
		t.Errorf("beside it stand %v, %v", near, err)
	}

	c := terminal(t, 80, 24, "listen", "--log", path, addr)
	must(t, c.Shows("our own answer"))
	must(t, c.Shows("a needle"))
	must(t, c.Shows("the last 2 lines of earlier talks"))
	must(t, c.Shows("── ")) // the day
	for i := range 40 {
		c.Type(fmt.Sprintf("/timestamp %s\r", [...]string{"on", "off"}[i%2]))
	}
	must(t, c.Until(func(s string) bool { return !strings.Contains(s, "a needle") }))
	c.Type("/search needle\r")
	must(t, c.Shows("a needle"))
}

// Whatever bears the talk, both ends write what was said and what came, and show
// each line of it once.
func TestTranscriptOfEveryTalk(t *testing.T) {
	for _, way := range [][]string{{"-Ptcp"}, {"-Pudp"}, {"-Pboth"}, {"--lab"}, {"--wire", "line"}, {"-Pudp", "--wire", "line"}} {
		t.Run(strings.Join(way, " "), func(t *testing.T) {
			t.Parallel()
			dir, addr := t.TempDir(), freeAddr(t)
			logA, logB := filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.jsonl")
			a := run(t, append(way, "listen", "--log", logA, addr)...)
			a.tells("waiting at")
			b := run(t, append(way, "dial", "--log", logB, addr)...)
			b.says("from b")
			a.hears("from b")
			a.says("from a")
			b.hears("from a")
			b.ends(syscall.SIGTERM)
			a.ends(syscall.SIGTERM)
			for path, want := range map[string][2]string{logA: {"from a", "from b"}, logB: {"from b", "from a"}} {
				out, in := texts(t, path, segment.Out), texts(t, path, segment.In)
				if len(out) != 1 || out[0] != want[0] || len(in) == 0 || in[0] != want[1] {
					t.Errorf("%s: %q and %q", path, out, in)
				}
			}
			again := terminal(t, 100, 30, "listen", "--log", logA, freeAddr(t))
			must(t, again.Shows("the last 2 lines of earlier talks"))
		})
	}
}

// What was accepted and never confirmed is in the file as that (R5).
func TestUndeliveredIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "talk.jsonl")
	s := terminal(t, 80, 24, "listen", "--log", path, freeAddr(t))
	must(t, s.Shows("Waiting"))
	s.Type("into the void\r")
	must(t, s.Shows("into the void"))
	s.Signal(syscall.SIGTERM)
	if code, err := s.Exit(); err != nil || code != 143 {
		t.Fatalf("exit %d, %v", code, err)
	}
	var marks []string
	for _, r := range records(t, path) {
		if d, ok := r.(journal.Delivery); ok {
			marks = append(marks, fmt.Sprint(d.Row, " ", d.Mark))
		}
	}
	if len(marks) != 1 || marks[0] != "1 undelivered" {
		t.Errorf("it says %q", marks)
	}
}
