package journal

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/segment"
)

// childEnv names the role in which this test program is started again.
const childEnv = "JOURNAL_CHILD"

func TestMain(m *testing.M) {
	runtime.LockOSThread() // strace counts the calls of each thread
	switch os.Getenv(childEnv) {
	case "writer":
		writeForEver(os.Args[1])
	case "sync":
		syncTwice(os.Args[1])
	case "ten":
		writeTen(os.Args[1])
	default:
		runtime.UnlockOSThread()
		os.Exit(m.Run())
	}
}

// child is this test program, started again in a role, under the words given.
func child(t *testing.T, role, path string, under ...string) *exec.Cmd {
	t.Helper()
	words := append(under, os.Args[0], path)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), childEnv+"="+role)
	cmd.Stderr = os.Stderr
	return cmd
}

// writeForEver appends messages, and says each number after it was appended.
func writeForEver(path string) {
	w, err := AppendTranscript(path, time.Now())
	check(err)
	out := bufio.NewWriterSize(os.Stdout, 1)
	for id := uint64(w.size)<<20 + 1; ; id++ {
		m := said("x")
		m.ID, m.Text = id, []byte(strings.Repeat("wörter ", int(id%300)))
		check(w.Append(time.Now(), m))
		fmt.Fprintln(out, id)
		check(out.Flush())
		if at, ok := w.Due(); ok && !time.Now().Before(at) {
			check(w.Sync(time.Now()))
		}
	}
}

// syncTwice is started where the first sync of the file fails.
func syncTwice(path string) {
	w, err := AppendTranscript(path, noon)
	check(err)
	for range 3 {
		check(w.Append(noon, said("before")))
	}
	fmt.Println(w.Sync(noon))
	fmt.Println(w.Trouble().Doubtful, w.Trouble().Err)
	check(w.Append(noon, said("after")))
	fmt.Println(w.Close(noon))
}

// writeTen is started where some writes fail. It tries again after each.
func writeTen(path string) {
	w, err := AppendTranscript(path, noon)
	check(err)
	for id := range uint64(10) {
		m := said("text")
		m.ID = id + 1
		if w.Append(noon, m) == nil {
			fmt.Println(m.ID)
		} else if err := w.Retry(noon); err != nil {
			fmt.Fprintln(os.Stderr, "retry:", err)
		}
	}
	check(w.Close(noon))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123_000_000, time.UTC)

func said(text string) Message {
	return Message{At: noon, Proto: segment.TCP, Dir: segment.In, Text: []byte(text), Octets: len(text)}
}

func temp(t *testing.T, name string) string { return filepath.Join(t.TempDir(), name) }

// open opens a transcript that is closed when the test ends.
func open(t *testing.T, path string) *Transcript {
	t.Helper()
	w, err := AppendTranscript(path, noon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(noon) })
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
