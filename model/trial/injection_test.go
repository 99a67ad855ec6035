//go:build linux

package trial

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// payloads are what a terminal must never be told by anybody but us. Each ends
// with a word that has to be seen.
var payloads = []string{
	"\x1b]0;owned\a", "\x1b]2;owned\x1b\\", "\x1b]52;c;b3duZWQ=\a", "\x1b]52;c;?\a", "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "\x1b]7;file://evil/\a",
	"\x1b]9;9;owned\a", "\x1b]99;;owned\x1b\\", "\x1b]50;owned\a", "\x1b]11;?\a", "\x1b]unterminated", "\x1b[2J\x1b[H", "\x1b[31;5;8mred", "\x1b[2000000000b", "\x1b[99999;99999H",
	"\x1b[21t", "\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[?1049l", "\x1b[?25l", "\x1b[?1000h", "\x1b[20h", "\x1bc", "\x1b#8", "\x1bZ", "\x1b(0", "\x1b[3J",
	"\x1bP$qm\x1b\\", "\x1bP1$r0m\x1b\\", "\x1bPq#0;2;0;0;0#0~~\x1b\\", "\x1b_Gi=1;AAAA\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos\x1b\\", "\x1b[201~", "\x1b[200~",
	"\x9b31m", "\u009b31m", "\u009d0;owned\u009c", "\u0090q\u009c", "\u0085", "abc\rX", "abc\b\b\bX", "\a", "\x0e", "\x0f", "\x00", "\x7f", "\v", "\f", "\t",
	"a\u202ecba", "a\u202dcba", "\u2066x\u2069", "\u2067x\u2069", "\u200e\u200f", "\u061c", "zero\u200bwidth", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u180e",
	"tag\U000e0041\U000e007f", "\ufe0f", "\U000e0100", "\u2028", "\u2029", "\ue000", "\ufffe", "\u2800", "\xff\xfe", "\xc3", "\xed\xa0\x80", "e" + "\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
	"[10:00] me: forged", "‹U+202E›", "%s%n%d", "$(reboot)",
}

// ours are all that the program itself writes to a terminal but text: if
// anything else is left, somebody else wrote it.
var ours = regexp.MustCompile("\x1b\\[[?>=<]?[0-9;:]*[ $]?[@-~]|\x1b\\](?:0|2);(?:seqtalk)?(?:\a|\x1b\\\\)|\x1b\\]1[012];\\?(?:\a|\x1b\\\\)|\x1b[78=>M]|[\r\n\b\t]")

// theirs are sequences of ours that a payload must not be able to bring: none
// of them is written by this program.
var theirs = regexp.MustCompile("\x1b\\[(?:2000000000b|99999;99999H|21t|20h|31;5;8m|3J|>c|c)|\x1b\\[20[01]~")

// judge says what in out could act on a terminal and is not ours.
func judge(out []byte) (bad []string) {
	for _, m := range theirs.FindAll(out, -1) {
		bad = append(bad, fmt.Sprintf("%q", m))
	}
	rest := ours.ReplaceAll(out, nil)
	for i := 0; i < len(rest); {
		r, n := utf8.DecodeRune(rest[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < 0x20, r >= 0x7f && r <= 0x9f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
			r == 0x200e, r == 0x200f, r == 0x61c, r == 0x200b, r == 0x2060, r == 0xfeff, r >= 0xe0000 && r <= 0xe0fff, r == 0x2028, r == 0x2029, r == 0xad:
			bad = append(bad, fmt.Sprintf("%q in %q", rest[i:i+n], rest[max(i-10, 0):min(i+20, len(rest))]))
		}
		i += n
	}
	return bad
}

// The judge finds what would have got through.
func TestJudge(t *testing.T) {
	missed := 0
	for _, p := range payloads {
		if len(judge([]byte("\x1b[1;1Hplain text "+p))) == 0 {
			missed++
			t.Logf("harmless, or ours too: %q", p)
		}
	}
	if missed > 20 { // sequences that the program itself writes, and text
		t.Errorf("%d of %d were missed", missed, len(payloads))
	}
	if bad := judge([]byte("\x1b[?1049h\x1b]2;seqtalk\a\x1b[1;1H你好 hello\r\n\x1b[38;5;1mx\x1b[m")); bad != nil {
		t.Errorf("of our own: %v", bad)
	}
}

// Whatever somebody says, over whatever way, no byte of it acts on the terminal,
// and all of it is seen (R18).
func TestInjection(t *testing.T) {
	for name, way := range map[string]func(t *testing.T) *console{
		"raw TCP": overRawTCP, "raw UDP": overRawUDP, "framed": overFrames, "transcript": fromTranscript, "paste": pasted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := way(t)
			c.shows("end-of-payloads")
			c.cmd.Process.Signal(os.Interrupt)
			<-c.exited
			c.mu.Lock()
			defer c.mu.Unlock()
			if bad := judge(c.out.Bytes()); bad != nil {
				t.Errorf("%d times: %.1000v", len(bad), bad)
			}
			if n := bytes.Count(c.out.Bytes(), []byte("\x1b[?1049l")); n != 1 {
				t.Errorf("the screen was left %d times", n)
			}
			if !bytes.Contains(c.out.Bytes(), []byte("␛")) {
				t.Error("what cannot be shown was not spelled out")
			}
		})
	}
}

func overRawTCP(t *testing.T) *console {
	addr := freeAddr(t)
	c := openConsole(t, "listen", "--wire", "line", addr)
	c.shows("LISTEN")
	k, err := net.Dial("tcp", addr)
	must(t, err)
	t.Cleanup(func() { k.Close() })
	go io.Copy(io.Discard, k)
	for i, p := range payloads {
		fmt.Fprintf(k, "%s seen%d\n", p, i)
		c.shows(fmt.Sprintf("seen%d", i))
	}
	io.WriteString(k, "end-of-payloads\n")
	return c
}

func overRawUDP(t *testing.T) *console {
	addr := freeAddr(t)
	c := openConsole(t, "listen", "-u", "--wire", "raw", addr)
	c.shows("NO PEER")
	k, err := net.Dial("udp", addr)
	must(t, err)
	t.Cleanup(func() { k.Close() })
	for i, p := range payloads {
		fmt.Fprintf(k, "%s seen%d", p, i)
		c.shows(fmt.Sprintf("seen%d", i))
	}
	io.WriteString(k, "end-of-payloads")
	return c
}

// overFrames says them in frames, under names that are payloads too.
func overFrames(t *testing.T) *console {
	addr := freeAddr(t)
	c := openConsole(t, "listen", addr)
	c.shows("LISTEN")
	k, err := net.Dial("tcp", addr)
	must(t, err)
	t.Cleanup(func() { k.Close() })
	go io.Copy(io.Discard, k)
	m := session.New(time.Now(), session.Config{Dialer: true, Wire: session.Framed, Instance: 7, Session: 9, Nick: "\x1b]0;owned\a\u202e"})
	m2 := session.New(time.Now(), session.Config{Wire: session.Framed, Instance: 8})
	flush := func() {
		for out, ok := m.NextOut(time.Now()); ok; out, ok = m.NextOut(time.Now()) {
			k.Write(out.Octets)
			m2.Input(time.Now(), out.Octets)
		}
		for out, ok := m2.NextOut(time.Now()); ok; out, ok = m2.NextOut(time.Now()) {
			m.Input(time.Now(), out.Octets)
		}
	}
	flush()
	flush()
	for i, p := range payloads {
		m.Rename(time.Now(), p)
		if _, err := m.Send(time.Now(), uint64(i+1), fmt.Appendf(nil, "%s seen%d", p, i), false); err != nil {
			t.Fatal(err)
		}
		flush()
		c.shows(fmt.Sprintf("seen%d", i))
	}
	m.Send(time.Now(), 1000, []byte("end-of-payloads"), false)
	flush()
	return c
}

func fromTranscript(t *testing.T) *console {
	path := filepath.Join(t.TempDir(), "talk.jsonl")
	w, err := journal.AppendTranscript(path, time.Unix(0, 0))
	must(t, err)
	for i, p := range append(payloads, "end-of-payloads") {
		must(t, w.Append(time.Unix(0, 0), journal.State{At: time.Unix(0, 0), Proto: segment.TCP, Nick: p}))
		must(t, w.Append(time.Unix(0, 0), journal.Message{At: time.Unix(0, 0), Proto: segment.TCP, Dir: segment.Dir(i % 2), Text: []byte(p)}))
	}
	must(t, w.Close(time.Unix(0, 0)))
	c := openConsole(t, "listen", "--log", path, freeAddr(t))
	c.shows("end-of-payloads")
	c.types("\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~") // PgUp, through all of them
	c.shows("␛")
	return c
}

// pasted are payloads from the user's own clipboard.
func pasted(t *testing.T) *console {
	c := openConsole(t, "listen", freeAddr(t))
	c.shows("Waiting")
	for i, p := range payloads {
		if strings.Contains(p, "\r") || strings.Contains(p, "\x1b[20") {
			continue // several lines are asked about; the end of a paste ends it
		}
		word := strings.Repeat(string(rune('a'+i*7%26)), 3) + strings.Repeat(string(rune('a'+i*11%25)), 3) // no letter is where it was
		c.types(fmt.Sprintf("\x1b[200~%s%s\x1b[201~", word, p))
		c.shows(word)
		c.types("\x15")
	}
	c.types("end-of-payloads")
	return c
}
