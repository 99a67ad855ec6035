package lesson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// helper, in the environment, makes the test's program a run of compare.
const helper = "SEQTALK_COMPARE"

func compareForStrace() int {
	o := CompareOptions{Count: 5, Interval: time.Millisecond, Size: 8, Seed: "1", Virtual: os.Getenv(helper) == "virtual"}
	return RunCompare(context.Background(), nil, os.Stdout, os.Stderr, o)
}

// Both ends live in one process, and the host's network never hears of it.
func TestNoSocket(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("no strace")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{"virtual", "live"} {
		log := filepath.Join(t.TempDir(), "calls")
		cmd := exec.Command(strace, "-f", "-qq", "-e", "trace=%net", "-e", "signal=none", "-o", log, self)
		cmd.Env = append(os.Environ(), helper+"="+mode)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Skipf("strace may not trace here: %v, %s", err, out)
		}
		if !bytes.Contains(out, []byte("delivered")) {
			t.Fatalf("%s: nothing was compared: %s", mode, out)
		}
		calls, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if len(calls) > 0 {
			t.Errorf("%s: %s", mode, calls)
		}
	}
}

const someVerbs = "/net SPEC, /drop [1-1000], /dup, /swap, /corrupt, /cut, /heal, /pause, /resume, /nagle on|off, /rst, /slow 0.01-1000, /freeze 1ms-1h"

func TestMistakes(t *testing.T) {
	good := options
	with := func(change func(*CompareOptions)) CompareOptions {
		o := good
		change(&o)
		return o
	}
	for _, c := range []struct {
		o      CompareOptions
		script string
		want   string
	}{
		{with(func(o *CompareOptions) { o.Net = "loss 10" }), "", `--net "loss 10": "10" has no percent sign: say 10%; allowed: 0% to 100%`},
		{with(func(o *CompareOptions) { o.Net = "very-bda" }), "", `--net "very-bda": "very-bda" is not known, did you mean very-bad? allowed: `},
		{with(func(o *CompareOptions) { o.Seed = "x" }), "", `--seed "x" is not a seed; allowed: 0 to 18446744073709551615`},
		{with(func(o *CompareOptions) { o.Seed = "-1" }), "", `--seed "-1" is not a seed; allowed: 0 to 18446744073709551615`},
		{with(func(o *CompareOptions) { o.Net = "off seed 4" }), "", `--seed 5 contradicts the seed 4 in --net`},
		{with(func(o *CompareOptions) { o.Count = 0 }), "", `--count 0: allowed are 1 to 100000 messages`},
		{with(func(o *CompareOptions) { o.Interval = -1 }), "", `--interval -1ns: allowed is 0s to 1h, as in 10ms or 1.5s`},
		{with(func(o *CompareOptions) { o.Size = 1 }), "", `--size 1: allowed are 2 to 65506 bytes, for each text begins with its number, up to 8, and a space`},
		{with(func(o *CompareOptions) { o.Count, o.Size = 100, 65507 }), "", `--size 65507: allowed are 4 to 65506 bytes, for each text begins with its number, up to 100, and a space`},
		{with(func(o *CompareOptions) { o.Size, o.Lang = 1, words.Chinese }), "", `--size 1：允许 2 到 65506 字节，因为每条文本以编号（最大 8）和一个空格开头`},
		{good, "/drop", `script, line 1: "/drop" is not a time; allowed: @0s to @24h, as in @1.5s or @200ms`},
		{good, "\n# so\n@1.5 /drop", `script, line 3: "@1.5" is not a time; allowed: @0s to @24h, as in @1.5s or @200ms`},
		{good, "@-1s /drop", `script, line 1: "@-1s" is not a time; allowed: @0s to @24h, as in @1.5s or @200ms`},
		{good, "@1s", `script, line 1: nothing is to be done at @1s; allowed: ` + someVerbs},
		{good, "@1s /dorp", `script, line 1: "/dorp" is not known; allowed: ` + someVerbs},
		{good, "@1s /drop many", `script, line 1: "many" cannot follow /drop; allowed: [1-1000]`},
		{good, "@1s /drop 0", `script, line 1: "0" cannot follow /drop; allowed: [1-1000]`},
		{good, "@1s /cut now", `script, line 1: "now" follows /cut, which takes nothing`},
		{good, "@1s /net lossy", `script, line 1: "lossy": "lossy" is not known, did you mean loss? allowed: `},
		{good, "@1s /net", `script, line 1: "": says nothing; allowed: `},
		{good, "@1s /nagle", `script, line 1: "" cannot follow /nagle; allowed: on, off`},
		{good, "@2s /resume\n@3s /pause", `script, line 2: /pause needs a later /resume, or the run would never end`},
		{good, "@1s /freeze", `script, line 1: "" cannot follow /freeze; allowed: 1ms-1h`},
		{good, "@1s /slow 2", `script, line 1: /slow 2: virtual time has no speed; leave out --virtual`},
		{good, "@1s /\x1b[2J", `script, line 1: "/\x1b[2J" is not known; allowed: ` + someVerbs},
		{good, strings.Repeat("x", 5000), `script, line 1: longer than 4096 bytes`},
		{good, strings.Repeat("@1s /dup\n", 1001), `script, line 1001: more than 1000 commands`},
		{with(func(o *CompareOptions) { o.Lang = words.Chinese }), "@1s /dorp", `脚本第 1 行：没有命令 "/dorp"；允许：` + someVerbs},
	} {
		code, out, errs := run(t, c.script, c.o)
		if code != 2 || out != "" || !strings.HasPrefix(errs, "seqtalk: "+c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("exit %d, %q and\n%swant\nseqtalk: %s", code, out, errs, c.want)
		}
	}
}

// signaled is a cause that knows its exit code.
type signaled int

func (s signaled) Error() string { return fmt.Sprint("signal ", int(s)) }
func (s signaled) ExitCode() int { return 128 + int(s) }

// An interrupt ends a live run at once, with what is known.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(200*time.Millisecond, func() { cancel(signaled(2)) })
	var out, errs bytes.Buffer
	code := RunCompare(ctx, nil, &out, &errs, CompareOptions{Count: 5, Interval: time.Hour, Size: 8, Net: "100-loss"})
	if code != 130 || !strings.Contains(out.String(), "Interrupted") || !strings.Contains(out.String(), "0 of 5") {
		t.Errorf("exit %d, %s%s", code, out.String(), errs.String())
	}
	// Nobody ends the script.
	ctx, cancel = context.WithCancelCause(context.Background())
	time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("enough")) })
	r, w := io.Pipe()
	defer w.Close()
	if code := RunCompare(ctx, r, &out, &errs, options); code != 1 {
		t.Errorf("exit %d", code)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }

func TestNobodyReads(t *testing.T) {
	var errs bytes.Buffer
	if code := RunCompare(t.Context(), nil, broken{}, &errs, options); code != 1 {
		t.Errorf("exit %d, %s", code, errs.String())
	}
}

// Every line is one object with an event and a side; its fields are those of
// docs/WIRE.md and of the result.
func TestJSON(t *testing.T) {
	allowed := map[string]string{
		"state":    "proto state local peer",
		"message":  "proto dir id text bytes at_ms dup late",
		"delivery": "proto id mark after_us",
		"segment":  "proto dir flags seq ack len win packet fate note",
		"notice":   "text",
		"end":      "reason",
		"result": "proto count delivered lost duplicate late order dropped p50_us p90_us p99_us max_us retrans waits wait_max_us " +
			"handshake_us packets wire_bytes text_bytes wire_per_text lost_ids merged_ids",
	}
	o := options
	o.JSON, o.Count = true, 40
	_, out, _ := run(t, "", o)
	seen := map[string]int{}
	arrived := map[string]map[float64]bool{"tcp": {}, "udp": {}}
	for line := range strings.Lines(out) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err, line)
		}
		event := v["event"].(string)
		seen[event]++
		if s := v["side"]; s != "A" && s != "B" {
			t.Errorf("side %v in %s", s, line)
		}
		for k := range v {
			if k != "event" && k != "side" && !strings.Contains(" "+allowed[event]+" ", " "+k+" ") {
				t.Errorf("%s in %s", k, line)
			}
		}
		if v["proto"] == "udp" && (v["seq"] != nil || v["retrans"] != nil || v["handshake_us"] != nil) {
			t.Errorf("UDP has no such thing: %s", line)
		}
		switch {
		case event == "message" && v["side"] == "B" && v["dir"] == "in":
			arrived[v["proto"].(string)][v["id"].(float64)] = true
		case event == "result":
			if n := len(arrived[v["proto"].(string)]); float64(n) != v["delivered"] {
				t.Errorf("%d arrivals, %s", n, line)
			}
		}
	}
	for event := range allowed {
		if seen[event] == 0 {
			t.Errorf("no %s", event)
		}
	}
	if seen["result"] != 2 || seen["end"] != 1 {
		t.Errorf("%v", seen)
	}
}

// Both columns of figures end where their heads do, in cells.
func TestTableIsAligned(t *testing.T) {
	for _, l := range []words.Lang{words.English, words.Chinese} {
		o := options
		o.Lang = l
		_, out, _ := run(t, "", o)
		_, table, ok := strings.Cut(out, "\n\n  ")
		if !ok {
			t.Fatal(out)
		}
		lines := strings.Split(table[:strings.Index(table, "\n\n")], "\n")
		head := "  " + lines[0]
		tcp, udp := width(head[:strings.Index(head, "TCP")+3]), width(head)
		for _, line := range lines[1:] {
			for _, end := range []int{tcp, udp} {
				if before, after := cells(line, end); strings.HasSuffix(before, " ") || !strings.HasPrefix(after, "  ") {
					t.Errorf("%q | %q", before, after)
				}
			}
			if width(line) > 80 {
				t.Errorf("%d cells: %s", width(line), line)
			}
		}
	}
}

// cells cuts s behind its first n cells.
func cells(s string, n int) (before, after string) {
	for i := range s {
		if width(s[:i]) >= n {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// What a script says either makes steps in the order of time, or is said to be
// wrong in one line.
func FuzzParseScript(f *testing.F) {
	for _, s := range []string{goldenScript, "@1s /net loss 10%", "@0 /slow 1e3\n@1h /freeze 2s", "@1s\t/DROP\t7 ", "@1ns /cut\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		steps, err := ParseScript(strings.NewReader(s))
		if err != nil {
			if _, ours := err.(*Mistake); !ours || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q", err)
			}
			return
		}
		for i, s := range steps {
			if s.Control == nil || s.At < 0 || i > 0 && s.At < steps[i-1].At {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestNames(t *testing.T) {
	many := make([]uint64, 0, 30)
	for i := range uint64(15) {
		many = append(many, 2*i+1)
	}
	for _, c := range []struct {
		ids  []uint64
		l    words.Lang
		want string
	}{
		{[]uint64{5}, words.English, "#5"},
		{[]uint64{1, 2, 4, 5, 6, 9}, words.English, "#1, #2, #4-#6 and #9"},
		{[]uint64{1, 2}, words.Chinese, "#1 和 #2"},
		{many, words.English, "#1, #3, #5, #7, #9, #11, #13, #15, #17, #19, #21, #23 and 3 more"},
		{many, words.Chinese, "#1、#3、#5、#7、#9、#11、#13、#15、#17、#19、#21、#23 等共 15 条"},
	} {
		if got := list(c.l, c.ids); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
