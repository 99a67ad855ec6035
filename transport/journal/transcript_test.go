package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"seqtalk/transport/segment"
)

// records holds one of each, with every member set.
var records = []Record{
	State{At: noon, Proto: segment.TCP, State: "ESTABLISHED", Local: netip.MustParseAddrPort("127.0.0.1:48120"),
		Peer: netip.MustParseAddrPort("[::1]:9001"), Instance: 0xdeadbeefcafef00d, Nick: "bob", Wire: "framed", Cause: "reset"},
	Message{At: noon, Proto: segment.UDP, Dir: segment.In, ID: 1<<64 - 1, Row: 2, Instance: 1, Text: []byte("在的。\n\"q\""),
		Octets: 54, First: 1, Last: 54, SentAt: 1772366400100, More: true, Partial: true, Dup: true, Late: true},
	Message{At: noon, Proto: segment.TCP, Text: []byte("a\xffb")},
	Message{At: noon, Proto: segment.TCP, Text: []byte{}},
	Delivery{At: noon, Proto: segment.TCP, ID: 1, Row: 2, Mark: "acked", After: 208 * time.Millisecond, Octets: 54, First: 1, Last: 54, Error: "no"},
	Notice{At: noon, Proto: segment.ICMP, Text: "port unreachable"},
	Recovered{At: noon, TornBytes: 17},
	Gap{At: noon, Missing: 12, Since: noon.Add(-time.Minute)},
	Unsynced{At: noon, Records: 3},
}

const lines = `{"type":"state","at_ms":1772366400123,"proto":"tcp","state":"ESTABLISHED","local":"127.0.0.1:48120","peer":"[::1]:9001","instance":"deadbeefcafef00d","nick":"bob","wire":"framed","cause":"reset"}
{"type":"message","at_ms":1772366400123,"proto":"udp","dir":"in","id":18446744073709551615,"row":2,"instance":"1","text":"在的。\n\"q\"","bytes":54,"first":1,"last":54,"sent_at_ms":1772366400100,"more":true,"partial":true,"dup":true,"late":true}
{"type":"message","at_ms":1772366400123,"proto":"tcp","dir":"out","text_b64":"Yf9i"}
{"type":"message","at_ms":1772366400123,"proto":"tcp","dir":"out","text":""}
{"type":"delivery","at_ms":1772366400123,"proto":"tcp","id":1,"row":2,"mark":"acked","after_us":208000,"bytes":54,"first":1,"last":54,"error":"no"}
{"type":"notice","at_ms":1772366400123,"proto":"icmp","text":"port unreachable"}
{"type":"recovered","at_ms":1772366400123,"torn_bytes":17}
{"type":"gap","at_ms":1772366400123,"missing":12,"since_ms":1772366340123}
{"type":"unsynced","at_ms":1772366400123,"records":3}
`

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

// readLines reads to the end: the records, and what was wrong between them.
func readLines(in io.Reader) (all []Record, faults []error) {
	r := NewTranscriptReader(in)
	for {
		rec, err := r.Next()
		switch {
		case err == io.EOF:
			return all, faults
		case err != nil:
			faults = append(faults, err)
		default:
			all = append(all, rec)
		}
	}
}

func TestTranscriptLines(t *testing.T) {
	path := temp(t, "logs/a/talk.jsonl")
	w := open(t, path)
	for _, r := range records {
		must(t, w.Append(noon, r))
	}
	if got := content(t, path); got != lines {
		t.Errorf("got\n%s\nwant\n%s", got, lines)
	}
	must(t, w.Close(noon))
	got, faults := readLines(strings.NewReader(lines))
	if !reflect.DeepEqual(got, records) || faults != nil {
		t.Errorf("got %+v %v, want %+v", got, faults, records)
	}
	if err := w.Append(noon, records[0]); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestTranscriptAppends(t *testing.T) {
	path := temp(t, "talk.jsonl")
	for _, text := range []string{"one", "two"} {
		w := open(t, path)
		must(t, w.Append(noon, said(text)))
		must(t, w.Close(noon))
	}
	got, _ := readLines(strings.NewReader(content(t, path)))
	if want := []Record{said("one"), said("two")}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// hostile is what must do nothing to whoever looks into the file.
var hostile = []string{
	"\x1b]0;owned\x07", "\x1b]52;c;ZXZpbA==\x07", "\x1b[2J\x1b[H", "\x1bP1$r\x1b\\", "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",
	"\x1b[31mred", "\x1b]unterminated", "\x9b31m", "\u009b31m", "\u009d0;x\u009c", "\u0090q", "\u0085", "abc\rX", "a\b\bX", "\a", "\x0e", "\x00", "\x7f",
	"a\u202ecba", "\u2066x\u2069", "\u200e\u200f", "\u061c", "zero\u200bwidth", "\u200c\u200d", "\u2060\u2061\u2064", "\ufeff", "\u00ad", "\u180e",
	"tag\U000e0001\U000e0041\U000e007f", "\ufe0f\ufe0e", "\U000e0100", "\u2028\u2029", "\u034f", "\u115f\u3164\uffa0", "\ue000\U0010ffff", "\ufffe\ufdd0",
	"line\nbreak\r\n{\"type\":\"message\"}", `"}` + "\n" + `{"type":"gap"`, `\u001b`, `\`, "</script>", "\xff\xfe", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "é\u0301", "👩\u200d🚀",
}

// harmless says whether s does nothing to a terminal and hides nothing. It
// keeps its own list.
func harmless(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x20, r >= 0x7f && r <= 0x9f, r == 0xad, r == 0x34f, r == 0x61c,
			r >= 0x180b && r <= 0x180f, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f,
			r >= 0xe000 && r <= 0xf8ff, r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff, r >= 0xfff0 && r <= 0xfffb,
			r >= 0xe0000 && r <= 0xe0fff, r >= 0xf0000:
			return false
		}
	}
	return utf8.ValidString(s)
}

func TestTranscriptIsHarmless(t *testing.T) {
	path := temp(t, "talk.jsonl")
	w := open(t, path)
	var want []Record
	for _, text := range hostile {
		clean := strings.ToValidUTF8(text, "\ufffd")
		want = append(want, said(text),
			State{At: noon, State: clean, Nick: clean, Wire: clean, Cause: clean},
			Notice{At: noon, Text: clean}, Delivery{At: noon, Mark: clean, Error: clean})
	}
	for _, r := range want {
		must(t, w.Append(noon, r))
	}
	got := strings.SplitAfter(content(t, path), "\n")
	if len(got) != len(want)+1 {
		t.Errorf("%d records made %d lines", len(want), len(got)-1)
	}
	for _, line := range got[:len(got)-1] {
		if !json.Valid([]byte(line)) || !harmless(strings.TrimSuffix(line, "\n")) {
			t.Errorf("%q", line)
		}
	}
	back, faults := readLines(strings.NewReader(strings.Join(got, "")))
	if !reflect.DeepEqual(back, want) || faults != nil {
		t.Errorf("came back otherwise: %v", faults)
	}
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq is not installed")
	}
	if out, err := exec.Command("jq", "-c", ".type", path).CombinedOutput(); err != nil || bytes.Count(out, []byte("\n")) != len(want) {
		t.Errorf("jq: %v: %s", err, out)
	}
}

// Every character comes back, and none that is not harmless stands in the file.
func TestEveryCharacter(t *testing.T) {
	for base := rune(0); base <= utf8.MaxRune; base += 0x1000 {
		var s strings.Builder
		for r := base; r < base+0x1000; r++ {
			s.WriteRune(r) // surrogates become U+FFFD
		}
		b := appendString(nil, s.String())
		if !harmless(string(b)) {
			t.Errorf("something from U+%04X on is written as itself", base)
		}
		var back string
		if err := json.Unmarshal(b, &back); err != nil || back != s.String() {
			t.Errorf("from U+%04X on: %v", base, err)
		}
	}
}

func TestEveryPairOfBytes(t *testing.T) {
	for pair := range 1 << 16 {
		m := said(string([]byte{byte(pair >> 8), byte(pair)}))
		b := appendRecord(nil, m)
		got, err := decode(b[:len(b)-1])
		if err != nil || !reflect.DeepEqual(got, m) || !harmless(string(b[:len(b)-1])) {
			t.Fatalf("%x: %q: %+v %v", pair, b, got, err)
		}
	}
}

func TestHostileTimes(t *testing.T) {
	for at, want := range map[time.Time]string{
		time.UnixMilli(-1):                          "1970-01-01T00:00:00Z",
		time.UnixMilli(1 << 62):                     "9999-12-31T23:59:59.999Z",
		time.Date(2026, 3, 1, 0, 0, 0, 1, time.UTC): "2026-03-01T00:00:00Z",
	} {
		m := said("")
		m.At, m.SentAt = at, at.UnixMilli()
		b := appendRecord(nil, m)
		got, err := decode(b[:len(b)-1])
		must(t, err)
		when := got.(Message).At
		if when.Format(time.RFC3339Nano) != want || got.(Message).SentAt != when.UnixMilli() {
			t.Errorf("%v came back as %v", at, got)
		}
		if _, err := json.Marshal(when); err != nil {
			t.Error(err)
		}
	}
	for _, line := range []string{`{"type":"notice","at_ms":9223372036854775807}`, `{"type":"notice","at_ms":-9223372036854775808}`} {
		got, err := decode([]byte(line))
		must(t, err)
		if y := got.(Notice).At.Year(); y != 9999 && y != 1970 {
			t.Errorf("%s became the year %d", line, y)
		}
	}
}

// Wherever a line is torn, it stays, is ended, and is recorded.
func TestTornAnywhere(t *testing.T) {
	path := temp(t, "talk.jsonl")
	first := string(appendRecord(nil, said("first")))
	second := string(appendRecord(nil, said("sécond")))
	for n := 1; n < len(second); n++ {
		must(t, os.WriteFile(path, []byte(first+second[:n]), 0o600))
		before, faults := readLines(strings.NewReader(content(t, path)))
		if len(before) != 1 || len(faults) != 1 || !errors.Is(faults[0], ErrTruncated) {
			t.Fatalf("cut at %d: before repair %v %v", n, before, faults)
		}
		w := open(t, path)
		must(t, w.Append(noon, said("third")))
		must(t, w.Close(noon))
		want := []Record{said("first"), Recovered{noon, int64(n)}, said("third")}
		if n == len(second)-1 { // only the newline was missing
			want = slices.Insert(want, 1, Record(said("sécond")))
		}
		got, faults := readLines(strings.NewReader(content(t, path)))
		if !reflect.DeepEqual(got, want) || faults != nil {
			t.Fatalf("cut at %d: got %v %v, want %v", n, got, faults, want)
		}
		if !strings.HasPrefix(content(t, path), first+second[:n]+"\n") {
			t.Fatalf("cut at %d: what was there was changed", n)
		}
	}
}

// A torn line may be longer than what is read at once, and be the only one.
func TestTornLong(t *testing.T) {
	for _, before := range []string{"", string(appendRecord(nil, said("first")))} {
		path := temp(t, "talk.jsonl")
		torn := opening + strings.Repeat("x", 3*tailStep)
		must(t, os.WriteFile(path, []byte(before+torn), 0o600))
		must(t, open(t, path).Close(noon))
		got, _ := readLines(strings.NewReader(content(t, path)))
		if r, ok := got[len(got)-1].(Recovered); !ok || r.TornBytes != int64(len(torn)) {
			t.Errorf("got %v", got)
		}
	}
}

// Killed while it recorded a torn line: only the older torn line is told of.
func TestTornTwice(t *testing.T) {
	path := temp(t, "talk.jsonl")
	must(t, os.WriteFile(path, []byte(opening+"mess\n"+opening+"recove"), 0o600))
	must(t, open(t, path).Close(noon))
	got, faults := readLines(strings.NewReader(content(t, path)))
	if len(got) != 1 || len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "line 1 (byte 0): ") {
		t.Errorf("got %v %v", got, faults)
	}
}

func TestTwoWriters(t *testing.T) {
	path := temp(t, "talk.jsonl")
	w := open(t, path)
	if _, err := AppendTranscript(path, noon); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
	must(t, w.Append(noon, said("still mine")))
	must(t, w.Close(noon))
	must(t, open(t, path).Close(noon))
}

func TestSyncIsDueOneSecondAfterAWrite(t *testing.T) {
	w := open(t, temp(t, "talk.jsonl"))
	if _, ok := w.Due(); ok {
		t.Error("due, and nothing was written")
	}
	must(t, w.Append(noon, said("a")))
	must(t, w.Append(noon.Add(900*time.Millisecond), said("b")))
	if at, ok := w.Due(); !ok || !at.Equal(noon.Add(time.Second)) {
		t.Errorf("due at %v %v", at, ok)
	}
	must(t, w.Sync(noon))
	if _, ok := w.Due(); ok {
		t.Error("due, and all is synced")
	}
}

// sparse is a transcript of that many bytes, nearly all of them a hole.
func sparse(t *testing.T, size int64) string {
	t.Helper()
	path := temp(t, "sparse.jsonl")
	must(t, os.WriteFile(path, []byte(opening), 0o600))
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt([]byte("\n"), size-1)
	must(t, err)
	must(t, f.Close())
	return path
}

func TestTranscriptStopsWhenFull(t *testing.T) {
	one := int64(len(appendRecord(nil, said("x"))))
	path := sparse(t, MaxFile-reserve-one)
	w := open(t, path)
	must(t, w.Append(noon, said("x")))
	for i := range 2 {
		if err := w.Append(noon.Add(time.Duration(i)*time.Second), said("x")); !errors.Is(err, ErrFull) {
			t.Errorf("got %v, want ErrFull", err)
		}
	}
	if err := w.Retry(noon); !errors.Is(err, ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if got := w.Trouble(); got.Missing != 2 || !got.Since.Equal(noon) {
		t.Errorf("trouble %+v", got)
	}
	must(t, w.Close(noon))
	f, size, err := openRegular(path)
	must(t, err)
	defer f.Close()
	end := make([]byte, size-(MaxFile-reserve-one))
	_, err = f.ReadAt(end, size-int64(len(end)))
	must(t, err)
	got, _ := readLines(bytes.NewReader(end))
	if want := []Record{said("x"), Gap{noon, 2, noon}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := AppendTranscript(path, noon); !errors.Is(err, ErrFull) {
		t.Errorf("opened again: %v", err)
	}
}

// A record that is too long is left out, which is recorded; others go on.
func TestTooLongARecord(t *testing.T) {
	path := temp(t, "talk.jsonl")
	w := open(t, path)
	if err := w.Append(noon, said(strings.Repeat("\x00", MaxLine/6))); !errors.Is(err, errTooLong) {
		t.Errorf("got %v", err)
	}
	must(t, w.Append(noon, said("next")))
	if got := w.Trouble(); got.Err != nil || got.Lost != 1 {
		t.Errorf("trouble %+v", got)
	}
	got, _ := readLines(strings.NewReader(content(t, path)))
	if want := []Record{Gap{noon, 1, noon}, said("next")}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := strings.Repeat("[", 20000)
	for line, why := range map[string]string{
		``: "EOF", `null`: `type ""`, `{}`: `type ""`, `[]`: "cannot unmarshal", `7`: "cannot unmarshal", "\xff": "not UTF-8",
		`{"type":"notice"`: "EOF", `{"type":"notice"} {}`: "values", `{"type":"notice"} 1`: "more than one", `{"type":"other"}`: `type "other"`,
		`{"type":"notice","x":1}`:                               `unknown field "x"`,
		`{"type":"notice","Text":"a"}`:                          `unknown field "Text"`,
		`{"type":"notice","t\u0065xt":"a"}`:                     "unknown field",
		`{"type":"notice","text":"a","text":"b"}`:               `"text" comes twice`,
		`{"type":"notice","text":"a","text" :"b"}`:              `"text" comes twice`,
		`{"type":"notice","text":["a"]}`:                        "values within values",
		`{"type":"notice","text":{"a":1}}`:                      "values within values",
		`{"type":"notice","text":` + deep:                       "values within values",
		`{"type":"notice","text":1}`:                            "cannot unmarshal",
		`{"type":"notice","at_ms":1e400}`:                       "cannot unmarshal",
		`{"type":"notice","at_ms":99999999999999999999}`:        "cannot unmarshal",
		`{"type":"notice","proto":"sctp"}`:                      `protocol "sctp"`,
		`{"type":"state","instance":"-1"}`:                      "64 bits in hex",
		`{"type":"state","peer":"nowhere"}`:                     "not an ip:port",
		`{"type":"message","text":"a"}`:                         `direction ""`,
		`{"type":"message","dir":"in"}`:                         "either",
		`{"type":"message","dir":"in","text":"","text_b64":""}`: "either",
		`{"type":"message","dir":"in","text_b64":"?"}`:          "illegal base64",
		`{"type":"message","dir":"in","instance":"x"}`:          "64 bits in hex",
		`{"type":"message","dir":"in","bytes":-1}`:              "cannot unmarshal",
	} {
		if got, err := decode([]byte(line)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.60q: got %v %v, want …%s…", line, got, err, why)
		}
	}
}

// A line that is wrong says where it is, costs a line, and no more.
func TestReadingGoesOnBehindAWrongLine(t *testing.T) {
	good := string(appendRecord(nil, said("good")))
	for name, bad := range map[string]string{
		"no JSON": "{", "empty": "", "not UTF-8": "\xff", "type": `{"type":"` + strings.Repeat("x", 10000) + `"}`,
		"too long": strings.Repeat("x", MaxLine), "far too long": strings.Repeat("x", 3*MaxLine+17),
	} {
		got, faults := readLines(strings.NewReader(good + bad + "\n" + good + bad + "\n" + bad + "\n" + good))
		if len(got) != 3 || len(faults) != 3 {
			t.Errorf("%s: %d records, %d faults", name, len(got), len(faults))
			continue
		}
		var wrong *FormatError
		if !errors.As(faults[0], &wrong) || wrong.Line != 2 || wrong.Offset != int64(len(good)) || len(wrong.Error()) > 300 {
			t.Errorf("%s: %v", name, faults[0])
		}
	}
}

func TestLongLinesCostLittle(t *testing.T) {
	r := NewTranscriptReader(io.LimitReader(&endless{block: bytes.Repeat([]byte("x"), 1<<16)}, 64<<20))
	var err error
	if got := allocated(func() { _, err = r.Next() }); got > 8<<20 || !strings.Contains(err.Error(), "longer than 1048576") {
		t.Errorf("took %d bytes of memory, %v", got, err)
	}
	if _, err = r.Next(); err != io.EOF {
		t.Errorf("then %v", err)
	}
}

func TestReaderStopsAtItsLimit(t *testing.T) {
	r := NewTranscriptReader(&endless{block: append(bytes.Repeat([]byte("x"), 2*MaxLine), '\n')})
	n, err := 0, error(nil)
	for ; err != io.EOF && n < 200; n++ {
		var rec Record
		if rec, err = r.Next(); rec != nil {
			t.Fatalf("got %v", rec)
		}
	}
	if want := MaxFile/(2*MaxLine) + 1; n != want { // the lines, the limit among them, and the end
		t.Errorf("the end came after %d lines, want %d", n, want)
	}
}

func TestTail(t *testing.T) {
	path := temp(t, "talk.jsonl")
	w := open(t, path)
	for id := range uint64(3000) {
		m := said(strings.Repeat("長", int(id%200)))
		m.ID = id + 1
		must(t, w.Append(noon, m))
		must(t, w.Append(noon, Notice{At: noon, Text: "between"}))
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	must(t, err)
	defer f.Close()
	_, err = f.WriteString("wrong\n" + string(appendRecord(nil, said(strings.Repeat("x", MaxLine)))) + `{"type":"message","at_ms":1,"dir":"in","text":"not finished"}`)
	must(t, err)
	for _, n := range []int{0, 1, 2, 500, 3000, 5000} {
		got, err := Tail(path, n)
		want := min(n, 3000)
		if err != nil || len(got) != want {
			t.Fatalf("the last %d: %d, %v", n, len(got), err)
		}
		for i, m := range got {
			if id := uint64(3000 - want + i + 1); m.ID != id || len(m.Text) != 3*int((id-1)%200) {
				t.Fatalf("the last %d: at %d stands %d with %d bytes", n, i, m.ID, len(m.Text))
			}
		}
	}
	if _, err := Tail(temp(t, "none"), 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// The end of a large file costs what the end costs; a line of 200 MiB, what the
// longest line may cost.
func TestTailReadsOnlyTheEnd(t *testing.T) {
	path := sparse(t, 200<<20)
	w := open(t, path)
	for range 20 {
		must(t, w.Append(noon, said("x")))
	}
	var got []Message
	var err error
	for n, most := range map[int]uint64{20: 1 << 20, 21: 4 << 20} {
		if cost := allocated(func() { got, err = Tail(path, n) }); len(got) != 20 || err != nil || cost > most {
			t.Errorf("the last %d: %d messages, %v, %d bytes of memory", n, len(got), err, cost)
		}
	}
}

// Recent looks at no more lines than it may, whatever they are.
func TestRecentIsBounded(t *testing.T) {
	other := appendRecord(nil, Delivery{At: noon, ID: 1, Mark: "acked"})
	for others, want := range map[int]int{1 << 14: 0, 1<<14 - 1: 1} {
		path := temp(t, "talk.jsonl")
		must(t, os.WriteFile(path, append(appendRecord(nil, said("long ago")), bytes.Repeat(other, others)...), 0o600))
		got, err := Recent(path, 10, 1000)
		messages := 0
		for _, r := range got {
			if _, ok := r.(Message); ok {
				messages++
			}
		}
		if messages != want || err != nil {
			t.Errorf("behind %d others %d messages are found, %v", others, messages, err)
		}
	}
}
