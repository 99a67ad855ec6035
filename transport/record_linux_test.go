package transport

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"seqtalk/transport/journal"
	"seqtalk/transport/kernel"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A conversation's packets, whole, in a file for its owner alone, which
// Wireshark's own program reads as we mean it.
func TestRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "talk.pcapng")
	rec, err := Record(path)
	if err != nil {
		t.Fatal(err)
	}
	k := kernel.New()
	stop, err := k.Capture(kernel.CaptureOptions{Observe: rec.Kernel})
	if err != nil {
		t.Skip(err)
	}
	a, b := pair(t, Config{Role: Listener, Wire: session.Raw}, Config{Role: Dialer, Wire: session.Raw, Stack: k})
	until[Up](a, nil)
	until[Up](b, nil)
	b.say("你好, wire")
	a.hears("你好, wire")
	a.say("and back")
	b.hears("and back")
	port := b.Status().Legs[0].Local.Port()
	b.must(End{})
	until[Down](b, nil)
	b.Close()
	stop()
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	if at, err := os.Stat(path); err != nil || at.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", at.Mode(), err)
	}
	if _, err := Record(path); err == nil {
		t.Error("a file was overwritten")
	}

	r, err := journal.OpenCapture(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var story []string
	for {
		p, err := r.Next()
		if err != nil {
			break
		}
		s, payload, err := segment.Parse(p.IP)
		if err != nil || p.OrigLen != len(p.IP) || p.Dir == segment.Out != (s.Src.Port() == port) {
			t.Errorf("%+v %v", p, err)
		}
		if s.Flags&segment.SYN != 0 || len(payload) > 0 || s.Flags&segment.FIN != 0 {
			story = append(story, p.Dir.String()+" "+s.Flags.String()+" "+string(payload))
		}
	}
	want := []string{"out S ", "in S. ", "out P. 你好, wire", "in P. and back", "out F. ", "in F. "}
	if got := strings.Join(story, "|"); got != strings.Join(want, "|") {
		t.Errorf("got %s", got)
	}
	agree(t, path, "TCP")
}

// agree has tshark read the file: all of it is of proto, and nothing is wrong with it.
func agree(t *testing.T, path, proto string) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	out, err := exec.Command("tshark", "-r", path, "-q", "-z", "io,phs").CombinedOutput()
	if err != nil || !strings.Contains(string(out), strings.ToLower(proto)) {
		t.Errorf("tshark: %v\n%s", err, out)
	}
	flags, err := exec.Command("tshark", "-r", path, "-T", "fields", "-e", "tcp.analysis.flags", "-e", "_ws.malformed").Output()
	if err != nil || strings.TrimSpace(string(flags)) != "" {
		t.Errorf("tshark complains: %v %s", err, flags)
	}
}

// A lab between two ends: what this end sent and got, with its fate.
func TestRecordLab(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lab.pcapng")
	rec, err := Record(path)
	if err != nil {
		t.Fatal(err)
	}
	net, err := link.Parse("delay 1ms seed 7")
	if err != nil {
		t.Fatal(err)
	}
	a, b := pair(t, Config{Role: Listener, Lab: true}, Config{Role: Dialer, Lab: true, Net: net, Given: true, Record: rec})
	b.settled(session.Framed)
	b.must(Drop{N: 2})
	for range 20 {
		b.say("through the weather")
	}
	b.fate(b.rows, Delivered)
	a.Close()
	b.Close()
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := journal.OpenCapture(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	seen := map[string]int{}
	for {
		p, err := r.Next()
		if err != nil {
			break
		}
		if r.Interfaces()[p.Interface].Name != "lab" {
			t.Errorf("%+v", p)
		}
		seen[p.Dir.String()]++
		if strings.HasPrefix(p.Comment, "dropped by you: /drop (packet ") {
			seen["dropped"]++
		}
	}
	if seen["out"] == 0 || seen["in"] == 0 || seen["dropped"] != 2 {
		t.Errorf("seen %v", seen)
	}
}
