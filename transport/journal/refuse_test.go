//go:build unix

package journal

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestTranscriptRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, mode os.FileMode, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), mode))
		must(t, os.Chmod(path, mode))
		return path
	}
	good := file("good", 0o600, "")
	link := filepath.Join(dir, "link")
	must(t, os.Symlink(good, link))
	dangling := filepath.Join(dir, "dangling")
	must(t, os.Symlink(filepath.Join(dir, "victim"), dangling))
	for path, why := range map[string]string{
		link: "a symbolic link", dangling: "a symbolic link", dir: "not a regular file",
		file("group", 0o640, ""):      "chmod 600",
		file("world", 0o606, ""):      "chmod 600",
		file("notes", 0o600, "milk"):  "no transcript",
		file("blank", 0o600, "\n{}"):  "no transcript",
		file("csv", 0o600, `{"t":1}`): "no transcript",
	} {
		before, _ := os.ReadFile(path)
		_, err := AppendTranscript(path, noon)
		if !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want …%s…", path, err, why)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", path)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "victim")); err == nil {
		t.Error("a link was followed")
	}
}

func TestModes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x", "y", "talk.jsonl")
	must(t, open(t, path).Close(noon))
	capture := filepath.Join(dir, "z", "talk.pcapng")
	must(t, create(t, capture, sides).Close())
	for what, want := range map[string]os.FileMode{path: 0o600, capture: 0o600, filepath.Dir(capture): 0o700, filepath.Dir(path): 0o700, filepath.Join(dir, "x"): 0o700} {
		at, err := os.Stat(what)
		must(t, err)
		if at.Mode().Perm() != want {
			t.Errorf("%s has mode %v", what, at.Mode())
		}
	}
}

func TestCaptureNeverOverwrites(t *testing.T) {
	path := temp(t, "precious")
	must(t, os.WriteFile(path, []byte("precious"), 0o600))
	link := temp(t, "link")
	must(t, os.Symlink(temp(t, "nowhere"), link))
	for _, p := range []string{path, link} {
		c, err := CreateCapture(p, sides)
		if c != nil || !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "not overwritten") {
			t.Errorf("%s: got %v", p, err)
		}
	}
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("now it holds %q", b)
	}
}

// A FIFO with nobody at its other end is refused at once, and read by nobody.
func TestRefusesWhatIsNoFile(t *testing.T) {
	fifo := temp(t, "fifo")
	must(t, unix.Mkfifo(fifo, 0o600))
	for _, path := range []string{fifo, "/dev/null"} {
		if _, err := AppendTranscript(path, noon); !errors.Is(err, ErrUnsafe) {
			t.Errorf("%s: %v", path, err)
		}
		if _, err := OpenTranscript(path); err == nil {
			t.Errorf("%s was opened to read", path)
		}
		if _, err := OpenCapture(path); err == nil {
			t.Errorf("%s was opened to read", path)
		}
		if _, err := Tail(path, 1); err == nil {
			t.Errorf("%s was opened to read", path)
		}
	}
}

func TestRefusesAnothersFile(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	path := temp(t, "talk.jsonl")
	must(t, os.WriteFile(path, nil, 0o600))
	must(t, os.Chown(path, 65534, 65534))
	_, err := AppendTranscript(path, noon)
	if !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "uid 65534") {
		t.Errorf("got %v", err)
	}
}

func TestTwoProcesses(t *testing.T) {
	path := temp(t, "talk.jsonl")
	w := open(t, path)
	cmd := child(t, "ten", path)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Run(); err == nil || !strings.Contains(said.String(), ErrLocked.Error()) {
		t.Errorf("got %v: %s", err, said.String())
	}
	must(t, w.Append(noon, records[0]))
	if got := cmd.ProcessState.Sys().(syscall.WaitStatus).ExitStatus(); got != 1 {
		t.Errorf("exit status %d", got)
	}
}
