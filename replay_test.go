package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

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
