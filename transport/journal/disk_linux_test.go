package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// inside marks the second run of a test, in a mount namespace of its own.
const inside = "JOURNAL_INSIDE"

// smallDisk is a directory with 64 KiB of room. The test is run again, by
// itself, where it can mount one; the first run stops here.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	if os.Getenv(inside) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		out, err := cmd.CombinedOutput()
		switch {
		case errors.Is(err, unix.EPERM) || bytes.Contains(out, []byte("--- SKIP")):
			t.Skipf("no small disk can be mounted here: %v", err)
		case err != nil:
			t.Fatalf("%v\n%s", err, out)
		case !bytes.Contains(out, []byte("--- PASS: "+t.Name())):
			t.Fatalf("it did not run:\n%s", out)
		}
		return ""
	}
	dir := t.TempDir()
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Skip(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		return
	}
	ballast := filepath.Join(dir, "ballast")
	must(t, os.WriteFile(ballast, make([]byte, 32<<10), 0o600))
	path := filepath.Join(dir, "talk.jsonl")
	w := open(t, path)
	now, id := noon, uint64(0)
	var acked []uint64
	say := func() (ok bool) {
		id++
		now = now.Add(time.Second)
		m := said(strings.Repeat("x", 1000))
		m.ID = id
		err := w.Append(now, m)
		if err != nil && !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
		if err == nil {
			acked = append(acked, id)
		}
		return err == nil
	}
	for say() {
	}
	for range 11 {
		if err := w.Retry(now); err != nil && !errors.Is(err, unix.ENOSPC) { // a gap may fit where a message did not
			t.Fatal(err)
		}
		if say() {
			t.Error("written to a full disk")
		}
	}
	must(t, os.Remove(ballast))
	must(t, w.Retry(now))
	if got := w.Trouble(); got != (Trouble{Lost: 12}) {
		t.Errorf("trouble %+v", got)
	}
	say()
	must(t, w.Close(now))
	records, faults := readLines(strings.NewReader(content(t, path)))
	var missing uint64
	var have []uint64
	for _, r := range records {
		switch r := r.(type) {
		case Gap:
			missing += r.Missing
		case Message:
			have = append(have, r.ID)
		}
	}
	if faults != nil || missing != 12 || !slices.Equal(have, acked) || have[len(have)-1] != id {
		t.Errorf("faults %v, %d missing, there %v, acknowledged %v", faults, missing, have, acked)
	}
}

func TestCaptureOnAFullDisk(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		return
	}
	ballast := filepath.Join(dir, "ballast")
	must(t, os.WriteFile(ballast, make([]byte, 32<<10), 0o600))
	path := filepath.Join(dir, "talk.pcapng")
	c := create(t, path, sides)
	ip := packet(1, strings.Repeat("x", 1000))
	written, failed := 0, 0
	give := func() {
		switch err := c.Packet(0, noon, ip, 0, segment.Out, ""); {
		case err == nil:
			written++
		case errors.Is(err, unix.ENOSPC):
			failed++
		default:
			t.Fatal(err)
		}
	}
	for failed < 5 {
		give()
	}
	read(t, path) // to its end, which is no half block
	must(t, os.Remove(ballast))
	give()
	must(t, c.Close())
	got, _ := read(t, path)
	if len(got) != written || got[written-1].Dropped != 5 || c.Missed() != 5 {
		t.Errorf("%d of %d packets, %d said to be missing", len(got), written, got[len(got)-1].Dropped)
	}
	if _, err := exec.LookPath("tshark"); err == nil {
		if out := output(t, "tshark", "-r", path); strings.Count(out, "\n") != written {
			t.Errorf("tshark sees %d packets of %d", strings.Count(out, "\n"), written)
		}
	}
	if _, err := CreateCapture(filepath.Join(dir, "more"), sides); err != nil {
		t.Errorf("with room: %v", err)
	}
}

// stdout runs cmd, or skips where strace may not trace.
func stdout(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if bytes.Contains(stderr.Bytes(), []byte("ptrace")) {
		t.Skipf("strace may not trace here: %s", stderr.String())
	}
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return string(out)
}

// strace runs a role whose system calls on the file fail as said.
func strace(t *testing.T, role, path, fault string) string {
	t.Helper()
	tool(t, "strace")
	name, _, _ := strings.Cut(fault, ":")
	return stdout(t, child(t, role, path, "strace", "-f", "-qq", "-o", filepath.Join(t.TempDir(), "trace"),
		"-P", path, "-e", "trace="+name, "-e", "inject="+fault))
}

// Whichever write fails, no record is lost without the file saying so.
func TestAnyWriteFails(t *testing.T) {
	for k := 1; k <= 10; k++ {
		path := temp(t, "talk.jsonl")
		acked := strings.Fields(strace(t, "ten", path, fmt.Sprintf("write:error=ENOSPC:when=%d", k)))
		records, faults := readLines(strings.NewReader(content(t, path)))
		var want []string
		for id := 1; id <= 10; id++ {
			if id != k {
				want = append(want, strconv.Itoa(id))
			}
		}
		gap := Gap{noon, 1, noon}
		if !slices.Equal(acked, want) || len(records) != 10 || !reflect.DeepEqual(records[k-1], gap) || faults != nil {
			t.Errorf("write %d: acknowledged %v, in the file %v %v", k, acked, records, faults)
		}
	}
}

// A sync that failed is not made good by the next: three records stay doubtful.
func TestSyncFails(t *testing.T) {
	path := temp(t, "talk.jsonl")
	got := strace(t, "sync", path, "fsync:error=EIO:when=1")
	want := fmt.Sprintf("3 records may not be on the disk: sync %s: input/output error\n3 <nil>\n<nil>\n", path)
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	records, _ := readLines(strings.NewReader(content(t, path)))
	wanted := []Record{said("before"), said("before"), said("before"), Unsynced{noon, 3}, said("after")}
	if !reflect.DeepEqual(records, wanted) {
		t.Errorf("got %v, want %v", records, wanted)
	}
}

// What half a write left is taken back, so that every line stays whole.
func TestHalfAWrite(t *testing.T) {
	path := temp(t, "talk.jsonl")
	w := open(t, path)
	must(t, w.Append(noon, said("one")))
	whole := content(t, path)
	n, err := w.file.Write([]byte(opening + "half"))
	must(t, err)
	w.cutBack(n)
	if got := content(t, path); got != whole {
		t.Errorf("left %q", got)
	}
	must(t, w.Append(noon, said("two")))
	if got, faults := readLines(strings.NewReader(content(t, path))); len(got) != 2 || faults != nil {
		t.Errorf("got %v %v", got, faults)
	}
}

// Where it cannot be taken back, since somebody else wrote behind it, it is
// ended and recorded as torn.
func TestHalfAWriteThatStays(t *testing.T) {
	path := temp(t, "talk.jsonl")
	w := open(t, path)
	must(t, w.Append(noon, said("one")))
	_, err := io.WriteString(w.file, opening+"half")
	must(t, err)
	w.cutBack(len(opening) + 2)
	must(t, w.Append(noon, said("two")))
	got, faults := readLines(strings.NewReader(content(t, path)))
	if len(got) != 3 || got[1] != (Recovered{noon, int64(len(opening)) + 2}) || len(faults) != 1 {
		t.Errorf("got %v %v", got, faults)
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		return
	}
	must(t, unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	if _, err := AppendTranscript(filepath.Join(dir, "talk.jsonl"), noon); !errors.Is(err, unix.EROFS) {
		t.Errorf("got %v", err)
	}
	if _, err := CreateCapture(filepath.Join(dir, "talk.pcapng"), sides); !errors.Is(err, unix.EROFS) {
		t.Errorf("got %v", err)
	}
}
