package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// recorded is what pairRun does, written down.
func recorded(t *testing.T, c PairConfig, n uint64) (path, story string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "pair.pcapng")
	file, err := RecordPair(path)
	if err != nil {
		t.Fatal(err)
	}
	c.Observe = file.Pair
	_, story = pairRun(t, c, n, 100*time.Millisecond, nil)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path, story
}

// played is all that a recording tells, from its beginning to its end.
func played(t testing.TB, path string) (told []Event, fault error) {
	t.Helper()
	r, err := OpenReplay(path, ReplayOptions{Flat: true})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for ev := range r.Events() {
		told = append(told, ev)
	}
	last, ok := told[len(told)-1].(Closed)
	if !ok {
		t.Errorf("it ends with %T", told[len(told)-1])
	}
	if fault = last.Err; fault == nil {
		fault = r.Status().Replay.Fault
	}
	return told, fault
}

// lines are what both ends said and heard, by protocol, and which of it was
// confirmed.
func lines(told []Event) string {
	var b strings.Builder
	for _, ev := range told {
		who := "A"
		if far, ok := ev.(Far); ok {
			who, ev = "B", far.Event
		}
		switch ev := ev.(type) {
		case Said:
			fmt.Fprintf(&b, "%s says %d %s\n", who, ev.Row, ev.Text)
		case Received:
			for _, m := range ev.Messages {
				fmt.Fprintf(&b, "%s hears %v %d %s %v %v\n", who, ev.Proto, m.ID, m.Text, m.Dup, m.Late)
			}
		case Delivery:
			if ev.Mark == Delivered {
				for _, f := range ev.Fates {
					fmt.Fprintf(&b, "%s knows %v %d %d\n", who, ev.Proto, f.Row, f.ID)
				}
			}
		case Down:
			fmt.Fprintf(&b, "%s down %v %v\n", who, ev.Proto, ev.Cause)
		}
	}
	return b.String()
}

// What a pair was told, its recording tells too: what was said, what came over
// each protocol and in which order, and what was confirmed.
func TestReplayTellsWhatHappened(t *testing.T) {
	for _, net := range []string{
		"delay 20ms", "loss 20% delay 30ms seed 3",
		"loss 10% duplicate 20% reorder 30% corrupt 5% delay 50ms seed 8",
	} {
		var live []Event
		path := filepath.Join(t.TempDir(), "pair.pcapng")
		file, err := RecordPair(path)
		if err != nil {
			t.Fatal(err)
		}
		p := newTestPair(t, PairConfig{Spec: spec(t, net), Virtual: true, NickA: "A", NickB: "B", Observe: file.Pair})
		end := p.Clock().Now().Add(30 * time.Second)
		row := uint64(0)
		for p.Clock().Now().Before(end) && p.Step() {
			for _, ev := range p.A.Drain() {
				live = append(live, ev)
				if s, ok := ev.(Settled); ok && s.Proto == segment.TCP {
					for range 20 {
						row++
						p.Clock().AfterFunc(time.Duration(row)*120*time.Millisecond, func() {})
						live = append(live, Said{Row: row, Text: fmt.Appendf(nil, "第 %d 行", row)})
						if err := p.A.Send(Message{Row: row, Text: fmt.Appendf(nil, "第 %d 行", row)}); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			for _, ev := range p.B.Drain() {
				live = append(live, Far{ev})
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		told, fault := played(t, path)
		if fault != nil {
			t.Errorf("%s: %v", net, fault)
		}
		for _, who := range []string{"A says", "B hears tcp", "B hears udp", "A knows tcp", "A knows udp", "A down", "B down"} {
			got, want := only(lines(told), who), only(lines(live), who)
			if got != want {
				t.Errorf("%s: %s\n%s\nlive\n%s", net, who, got, want)
			}
		}
	}
}

// only are the lines of s that begin so.
func only(s, begin string) string {
	var b strings.Builder
	for l := range strings.Lines(s) {
		if strings.HasPrefix(l, begin) {
			b.WriteString(l)
		}
	}
	return b.String()
}

// olderPcap writes the packets that side A saw as tcpdump would have: an older
// pcap file over Ethernet, which does not say which way a packet went.
func olderPcap(t *testing.T, from string, kept int) string {
	t.Helper()
	r, err := journal.OpenCapture(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.Interfaces()[p.Interface].Name != "A" {
			continue
		}
		frame := append(make([]byte, 12), 8, 0)
		frame = append(frame, p.IP...)
		n := min(len(frame), kept)
		b = binary.LittleEndian.AppendUint32(b, uint32(p.At.Unix()))
		b = binary.LittleEndian.AppendUint32(b, uint32(p.At.Nanosecond()/1000))
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
		b = append(b, frame[:n]...)
	}
	path := filepath.Join(t.TempDir(), "older.pcap")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A capture of tcpdump's is read as far as it goes: from one that kept the headers
// only, the segments; no word of what was said is invented.
func TestReplayForeignCapture(t *testing.T) {
	path, _ := recorded(t, PairConfig{Spec: spec(t, "loss 10% delay 20ms seed 2")}, 12)
	own, _ := played(t, path)
	told, fault := played(t, olderPcap(t, path, 1<<16))
	if fault != nil {
		t.Error(fault)
	}
	for _, who := range []string{"A knows tcp", "A knows udp"} {
		if got, want := only(lines(told), who), only(lines(own), who); got != want || want == "" {
			t.Errorf("%s\n%s\nin our own recording\n%s", who, got, want)
		}
	}
	texts := func(evs []Event) (all []string) {
		for _, ev := range evs {
			if ev, ok := ev.(Said); ok {
				all = append(all, string(ev.Text))
			}
		}
		return all
	}
	if got, want := texts(told), texts(own); !slices.Equal(got, want) {
		t.Errorf("said %q, in our own recording %q", got, want)
	}
	told, fault = played(t, olderPcap(t, path, 54))
	segments, said := 0, 0
	for _, ev := range told {
		switch ev := ev.(type) {
		case Passed:
			segments += len(ev.Segments)
		case Said, Received:
			said++
		}
	}
	if segments < 20 || said > 0 || fault != nil {
		t.Errorf("of a capture of headers: %d segments, %d texts, %v", segments, said, fault)
	}
}

// What dumpcap writes is read too.
func TestReplayTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	path, _ := recorded(t, PairConfig{Spec: spec(t, "delay 20ms")}, 3)
	for _, form := range []string{"pcapng", "pcap", "nsecpcap"} {
		out := filepath.Join(t.TempDir(), "again."+form)
		if msg, err := exec.Command("tshark", "-r", path, "-Y", `frame.interface_name == "A"`, "-F", form, "-w", out).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, msg)
		}
		told, fault := played(t, out)
		if got := lines(told); fault != nil || !strings.Contains(got, "says 3 3") || !strings.Contains(got, "knows tcp 3 3") || !strings.Contains(got, "knows udp 3 3") {
			t.Errorf("%s: %v\n%s", form, fault, got)
		}
	}
}

// A transcript tells what was said and what became of it.
func TestReplayTranscript(t *testing.T) {
	path := filepath.Join(t.TempDir(), "talk.jsonl")
	at := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	w, err := journal.AppendTranscript(path, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []journal.Record{
		journal.State{At: at, Proto: segment.TCP, State: "ESTABLISHED"},
		journal.State{At: at, Proto: segment.TCP, Wire: "framed", Nick: "bob"},
		journal.Message{At: at, Dir: segment.Out, Row: 1, Text: []byte("你好")},
		journal.Delivery{At: at, Proto: segment.TCP, Row: 1, ID: 1, Mark: "sent", First: 1, Last: 30, Octets: 30},
		journal.Delivery{At: at.Add(time.Second), Proto: segment.TCP, Row: 1, ID: 1, Mark: "delivered", After: time.Second},
		journal.Delivery{At: at, Proto: segment.TCP, Row: 9, ID: 9, Mark: "delivered"},
		journal.Message{At: at.Add(time.Second), Proto: segment.TCP, Dir: segment.In, ID: 1, Row: 1, Text: []byte("\x1b[31m")},
		journal.State{At: at.Add(2 * time.Second), Proto: segment.TCP, State: "CLOSED", Cause: "peer quit"},
	} {
		if err := w.Append(at, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(at); err != nil {
		t.Fatal(err)
	}
	told, fault := played(t, path)
	const want = "A says 1 你好\nA knows tcp 1 1\nA hears tcp 1 \x1b[31m false false\nA down tcp peer quit\n"
	if got := lines(told); got != want || fault != nil {
		t.Errorf("%v\n%q, want\n%q", fault, got, want)
	}
	torn, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, torn[:len(torn)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	told, fault = played(t, path)
	if got := lines(told); !strings.HasPrefix(want, got) || got == "" || !errors.Is(fault, journal.ErrTruncated) {
		t.Errorf("of a torn one: %v\n%q", fault, got)
	}
}

// However a file was cut or changed, it is played as far as it can be read, and
// where that is, is said.
func TestReplayHostileFiles(t *testing.T) {
	path, _ := recorded(t, PairConfig{Spec: spec(t, "loss 10% delay 20ms seed 2")}, 3)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.pcapng")
	try := func(b []byte) (int, error) {
		if err := os.WriteFile(broken, b, 0o600); err != nil {
			t.Fatal(err)
		}
		told, fault := played(t, broken)
		return len(told), fault
	}
	last := 0
	for n := 0; n < len(whole); n += 13 {
		told, fault := try(whole[:n])
		if told < last {
			t.Errorf("the first %d bytes tell less than fewer of them: %v", n, fault)
		}
		last = told
		var wrong *journal.FormatError
		if told > 0 && fault != nil && !errors.As(fault, &wrong) {
			t.Errorf("cut at %d: %v says no offset", n, fault)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		b := slices.Clone(whole)
		for range 1 + random.IntN(8) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		try(b)
	}
	for name, text := range map[string]string{
		"empty": "", "a text": "hello\n", "a bomb": "\x0a\x0d\x0d\x0a\xff\xff\xff\xff\x4d\x3c\x2b\x1a",
		"JSON": "{}\n", "deep": strings.Repeat("{\"a\":", 1<<16), "long": "{" + strings.Repeat(" ", 2<<20),
	} {
		if _, err := try([]byte(text)); err == nil {
			t.Errorf("%s is played", name)
		}
	}
	if _, err := OpenReplay(t.TempDir(), ReplayOptions{}); err == nil {
		t.Error("a directory is played")
	}
}

// FuzzReplay plays any file to its end.
func FuzzReplay(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "seed.pcapng")
	file, err := RecordPair(path)
	if err != nil {
		f.Fatal(err)
	}
	p, err := NewPair(PairConfig{Spec: spec(f, "loss 10% duplicate 5% corrupt 5% delay 20ms seed 4"), Virtual: true, Observe: file.Pair})
	if err != nil {
		f.Fatal(err)
	}
	said := false
	for end := p.Clock().Now().Add(3 * time.Second); p.Clock().Now().Before(end) && p.Step(); {
		if p.B.Drain(); len(p.A.Drain()) > 0 && !said {
			said = p.A.Send(Message{Row: 1, Text: []byte("你好")}) == nil
		}
	}
	p.Close()
	if err := file.Close(); err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"type":"message","at_ms":1,"proto":"tcp","dir":"out","row":1,"text":"x"}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "fuzzed")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		played(t, path)
	})
}

// A restream gives out each octet once, in order, whatever order they come in,
// and tells of what it never gets.
func TestRestream(t *testing.T) {
	type put struct {
		first uint64
		text  string
		size  int
	}
	for want, puts := range map[string][]put{
		"abcdef":     {{1, "abc", 3}, {4, "def", 3}},
		"abcdef.":    {{4, "def", 3}, {1, "abcd", 4}, {2, "bc", 2}},
		"ab(2)ef":    {{1, "ab", 4}, {5, "ef", 2}},
		"(3)def":     {{1, "", 3}, {4, "def", 3}},
		"ab[skip]ef": {{1, "ab", 2}, {5, "ef", 2}},
	} {
		var r restream
		var got gathered
		for _, p := range puts {
			r.put(p.first, []byte(p.text), p.size, &got)
		}
		if strings.Contains(want, "[skip]") {
			r.skip(5, &got)
			want = "ab(2)ef"
		}
		if string(got) != strings.TrimSuffix(want, ".") {
			t.Errorf("%v gives %q, want %q", puts, got, want)
		}
	}
}

type gathered []byte

func (g *gathered) octets(p []byte) { *g = append(*g, p...) }
func (g *gathered) hole(n int)      { *g = fmt.Appendf(*g, "(%d)", n) }
