package lesson

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/ui/words"
)

var update = flag.Bool("update", false, "write the golden files")

// Nothing a run opened is left running.
func TestMain(m *testing.M) {
	if os.Getenv(helper) != "" {
		os.Exit(compareForStrace())
	}
	goleak.VerifyTestMain(m)
}

func spec(t testing.TB, words string) link.Spec {
	t.Helper()
	s, err := link.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func script(t testing.TB, text string) []Step {
	t.Helper()
	s, err := ParseScript(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compare(t testing.TB, c CompareConfig) Result {
	t.Helper()
	if c.Size == 0 {
		c.Size = 32
	}
	r, err := Compare(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// run is RunCompare, all of its output.
func run(t testing.TB, stdin string, o CompareOptions) (code int, out, errs string) {
	t.Helper()
	var b, e bytes.Buffer
	code = RunCompare(t.Context(), strings.NewReader(stdin), &b, &e, o)
	return code, b.String(), e.String()
}

// options are those of the goldens: a link that does everything.
var options = CompareOptions{
	Count: 8, Interval: 20 * time.Millisecond, Size: 16, Seed: "5", Virtual: true,
	Net: "delay 40ms 5ms loss 15% duplicate 10% corrupt 5% reorder 15%",
}

const goldenScript = "# lose the fourth\n@150ms /drop\n@1h /heal\n"

func TestGoldens(t *testing.T) {
	for name, change := range map[string]func(*CompareOptions){
		"en.txt":    func(*CompareOptions) {},
		"zh.txt":    func(o *CompareOptions) { o.Lang = words.Chinese },
		"all.jsonl": func(o *CompareOptions) { o.JSON = true },
	} {
		o := options
		change(&o)
		code, got, errs := run(t, goldenScript, o)
		if code != 0 || errs != "" {
			t.Fatalf("%s: exit %d, %s", name, code, errs)
		}
		if _, again, _ := run(t, goldenScript, o); again != got {
			t.Errorf("%s: two runs differ", name)
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// weather is what the link alone says of messages 1 … n, sent each gap.
func weather(s link.Spec, n int, gap time.Duration) (fates []link.Fate) {
	l := s.Link(link.Out)
	for k := range n {
		p := link.Packet{Bytes: make([]byte, 61), Class: link.Message, K: uint64(k) + 1}
		fates = append(fates, l.Fate(time.Unix(0, 0).Add(time.Duration(k)*gap), p))
	}
	return fates
}

// What UDP lost is what the link says, id for id; what TCP did not merge was
// hit alike; and TCP brought everything, once and in order.
func TestSameWeather(t *testing.T) {
	for _, loss := range []int{0, 5, 15, 30} {
		for seed := range uint64(4) {
			s := spec(t, fmt.Sprintf("delay 30ms loss %d%% corrupt 2%% seed %d", loss, seed))
			const n, gap = 40, 50 * time.Millisecond
			r := compare(t, CompareConfig{Count: n, Interval: gap, Spec: s, Virtual: true})
			var dead []uint64
			for _, f := range weather(s, n, gap) {
				if f.Lost() || f.CorruptedBy.Cause != link.None {
					dead = append(dead, f.K)
				}
			}
			name := s.String()
			if got := r.UDP.Missing(); !slices.Equal(got, dead) || !slices.Equal(r.UDP.Hit(), dead) {
				t.Errorf("%s: UDP lost %v, the link says %v", name, got, dead)
			}
			merged := r.TCP.Merged()
			apart := func(ids []uint64) []uint64 {
				return slices.DeleteFunc(slices.Clone(ids), func(id uint64) bool { return slices.Contains(merged, id) })
			}
			if got, want := apart(r.TCP.Hit()), apart(dead); !slices.Equal(got, want) {
				t.Errorf("%s: TCP was hit at %v, want %v", name, got, want)
			}
			if o := r.TCP; o.Delivered != n || o.Duplicate != 0 || !o.InOrder() {
				t.Errorf("%s: TCP delivered %d, %d twice, in order: %v", name, o.Delivered, o.Duplicate, o.InOrder())
			}
		}
	}
}

// Duplicates and late ones are counted as the link made them.
func TestDuplicateAndLate(t *testing.T) {
	for seed := range uint64(5) {
		s := spec(t, fmt.Sprintf("delay 30ms loss 5%% duplicate 20%% reorder 20%% seed %d", seed))
		const n, gap = 100, 5 * time.Millisecond
		r := compare(t, CompareConfig{Count: n, Interval: gap, Spec: s, Virtual: true})
		var came []link.Fate
		for _, f := range weather(s, n, gap) {
			for range f.Copies {
				came = append(came, f)
			}
		}
		slices.SortStableFunc(came, func(a, b link.Fate) int { return cmp.Or(a.At.Compare(b.At), int(a.ID.N)-int(b.ID.N)) })
		seen, highest, dup, late := map[uint64]bool{}, uint64(0), 0, 0
		for _, f := range came {
			switch {
			case seen[f.K]:
				dup++
			case f.K < highest:
				late++
			}
			seen[f.K] = true
			highest = max(highest, f.K)
		}
		if o := r.UDP; o.Duplicate != dup || o.Late != late || o.Delivered != len(seen) {
			t.Errorf("seed %d: duplicate %d, late %d, delivered %d; want %d, %d, %d", seed, o.Duplicate, o.Late, o.Delivered, dup, late, len(seen))
		}
		if o := r.TCP; o.Duplicate+o.Late+o.Lost != 0 {
			t.Errorf("seed %d: TCP: %d, %d, %d", seed, o.Duplicate, o.Late, o.Lost)
		}
	}
}

// A perfect link shows what each protocol costs.
func TestPerfectLink(t *testing.T) {
	r := compare(t, CompareConfig{Count: 10, Interval: 100 * time.Millisecond, Size: 20, Spec: spec(t, "delay 10ms seed 1"), Virtual: true})
	for _, o := range []Outcome{r.TCP, r.UDP} {
		if o.P50 != 10*time.Millisecond || o.Max != o.P50 || o.Delivered != 10 || o.TextBytes != 200 {
			t.Errorf("%v: %+v", o.Proto, o)
		}
	}
	// UDP: 20 + 8 + 20 and a newline; TCP: the same with 32 for a header, 10 ACKs
	// of 52, and 60, 60 and 52 for the handshake.
	if r.UDP.WireBytes != 10*49 || r.UDP.Packets != 10 || r.TCP.Packets != 23 || r.TCP.WireBytes != 10*73+10*52+172 {
		t.Errorf("UDP %d in %d, TCP %d in %d", r.UDP.WireBytes, r.UDP.Packets, r.TCP.WireBytes, r.TCP.Packets)
	}
	if r.TCP.Handshake != 20*time.Millisecond || r.TCP.Resent+r.TCP.Waits != 0 {
		t.Errorf("%+v", r.TCP)
	}
}

func TestPercentile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 250 {
		d := make([]time.Duration, n)
		for i := range d {
			d[i] = time.Duration(rng.IntN(50))
		}
		slices.Sort(d)
		for _, p := range []int{1, 50, 90, 99, 100} {
			var want time.Duration
			for _, v := range d { // the least that at least p of a hundred do not exceed
				below := 0
				for _, w := range d {
					if w <= v {
						below++
					}
				}
				if below*100 >= p*n {
					want = v
					break
				}
			}
			if got := percentile(d, p); got != want {
				t.Fatalf("p%d of %v is %v, want %v", p, d, got, want)
			}
		}
	}
}

// Messages that begin in one segment share its fate, and are listed.
func TestMergedMessages(t *testing.T) {
	s := spec(t, "delay 20ms loss 10% seed 3")
	r := compare(t, CompareConfig{Count: 300, Spec: s, Virtual: true}) // all at once
	merged := r.TCP.Merged()
	if len(merged) == 0 {
		t.Fatal("nothing was merged")
	}
	for _, id := range merged {
		j := r.TCP.Journeys[id-1]
		if j.With == 0 || j.With >= id || r.TCP.Journeys[j.With-1].Packet > j.Packet {
			t.Errorf("#%d is said to be merged with #%d", id, j.With)
		}
	}
	if r.TCP.Delivered != 300 || r.TCP.Late != 0 {
		t.Errorf("%+v", r.TCP.Delivered)
	}
}

// A message lies in the stream where the comparison looks for it, split over
// segments or not.
func TestPlacesInTheStream(t *testing.T) {
	for _, size := range []int{3, 1400, 5000} {
		r := compare(t, CompareConfig{
			Count: 20, Interval: 300 * time.Millisecond, Size: size, Spec: spec(t, "delay 20ms loss 10% seed 2"), Virtual: true,
			Tell: func(h Happening) {
				d, ok := h.What.(transport.Delivery)
				if !ok || d.Proto != segment.TCP || d.Mark != transport.Sent {
					return
				}
				for _, f := range d.Fates {
					if want := 1 + (f.Row-1)*uint64(size+1); f.First != want || f.Last != want+uint64(size) {
						t.Errorf("#%d is bytes %d–%d", f.Row, f.First, f.Last)
					}
				}
			},
		})
		if r.TCP.Delivered != 20 {
			t.Errorf("size %d: %d delivered", size, r.TCP.Delivered)
		}
	}
}

// A wait lasts from when a message was whole at B's stack until no byte before
// it was missing.
func TestHeadOfLine(t *testing.T) {
	r := compare(t, CompareConfig{
		Count: 5, Interval: 10 * time.Millisecond, Spec: spec(t, "delay 20ms seed 1"), Virtual: true,
		Script: script(t, "@45ms /drop"), // handshake 40 ms, so message 2
	})
	var waits []time.Duration
	for _, j := range r.TCP.Journeys {
		waits = append(waits, j.Waited)
	}
	// They are whole at 80, 90 and 100 ms. The ACK of #1 restarts the timer at
	// 80 ms (RFC 6298, 5.3), the RTO is 200 ms, and the way takes 20.
	want := []time.Duration{0, 0, 220 * time.Millisecond, 210 * time.Millisecond, 200 * time.Millisecond}
	if !slices.Equal(waits, want) || r.TCP.Waits != 3 || r.TCP.WaitMax != want[2] {
		t.Errorf("waited %v, want %v", waits, want)
	}
	if !slices.Equal(r.UDP.Missing(), []uint64{2}) || r.TCP.Journeys[1].Again != 1 {
		t.Errorf("UDP lost %v, TCP sent #2 again %d times", r.UDP.Missing(), r.TCP.Journeys[1].Again)
	}
}

// The script's one-shots hit the same message in both protocols.
func TestScriptHits(t *testing.T) {
	for command, udp := range map[string][4]int{ // delivered, duplicate, late, hit
		"/drop 2":        {8, 0, 0, 2},
		"/dup":           {10, 1, 0, 0},
		"/swap":          {10, 0, 1, 0},
		"/corrupt":       {9, 0, 0, 1},
		"/net loss 100%": {2, 0, 0, 8},
	} {
		r := compare(t, CompareConfig{
			Count: 10, Interval: 100 * time.Millisecond, Spec: spec(t, "delay 5ms seed 1"), Virtual: true,
			Script: script(t, "@150ms "+command+"\n@2s /net off"),
		})
		if got := [4]int{r.UDP.Delivered, r.UDP.Duplicate, r.UDP.Late, len(r.UDP.Hit())}; got != udp {
			t.Errorf("%s: UDP %v, want %v", command, got, udp)
		}
		if r.TCP.Delivered != 10 || r.TCP.Late+r.TCP.Duplicate != 0 {
			t.Errorf("%s: TCP delivered %d", command, r.TCP.Delivered)
		}
		if len(r.UDP.Hit()) > 0 && r.TCP.Hit()[0] != r.UDP.Hit()[0] {
			t.Errorf("%s hit #%d in TCP and #%d in UDP", command, r.TCP.Hit()[0], r.UDP.Hit()[0])
		}
	}
}

// The stacks' own controls: a reader that stops, Nagle, RST.
func TestStackControls(t *testing.T) {
	c := CompareConfig{Count: 20, Interval: 50 * time.Millisecond, Spec: spec(t, "delay 5ms seed 1"), Virtual: true}
	c.Script = script(t, "@200ms /pause\n@10s /resume")
	r := compare(t, c)
	for _, o := range []Outcome{r.TCP, r.UDP} {
		if o.Delivered != 20 || o.Max < 9*time.Second || !o.InOrder() || o.Dropped > 0 {
			t.Errorf("paused: %v delivered %d, the slowest in %v", o.Proto, o.Delivered, o.Max)
		}
	}
	c.Size, c.Interval, c.Count = 1300, time.Millisecond, 3000
	r = compare(t, c)
	if r.TCP.Delivered != 3000 || r.UDP.Dropped == 0 || r.UDP.Lost != r.UDP.Dropped {
		t.Errorf("flooded: TCP delivered %d, UDP dropped %d, lost %d", r.TCP.Delivered, r.UDP.Dropped, r.UDP.Lost)
	}
	c = CompareConfig{Count: 20, Interval: 2 * time.Millisecond, Spec: spec(t, "delay 5ms seed 1"), Virtual: true}
	c.Script = script(t, "@15ms /nagle on")
	if r = compare(t, c); len(r.TCP.Merged()) == 0 || r.TCP.Delivered != 20 {
		t.Errorf("Nagle merged %v", r.TCP.Merged())
	}
	c.Script = script(t, "@25ms /rst\n@26ms /rst\n@27ms /nagle off")
	if r = compare(t, c); !r.TCP.Aborted || r.TCP.Lost == 0 || r.UDP.Delivered != 20 {
		t.Errorf("aborted %v, TCP lost %d, UDP delivered %d", r.TCP.Aborted, r.TCP.Lost, r.UDP.Delivered)
	}
}

// A link cut for an hour: TCP gives up, UDP never knew, and after it UDP goes on.
func TestCutForAnHour(t *testing.T) {
	r := compare(t, CompareConfig{
		Count: 140, Interval: 30 * time.Second, Spec: spec(t, "delay 50ms seed 1"), Virtual: true,
		Script: script(t, "@61s /cut\n@3661s /heal"),
	})
	if !r.TCP.Down || r.TCP.DownAfter > 3*time.Minute || r.TCP.Delivered != 3 {
		t.Errorf("TCP down %v after %v, delivered %d", r.TCP.Down, r.TCP.DownAfter, r.TCP.Delivered)
	}
	if r.UDP.Delivered != 20 || len(r.Unreached) != 0 {
		t.Errorf("UDP delivered %d, not reached %v", r.UDP.Delivered, r.Unreached)
	}
}

// Without a handshake TCP says nothing, and UDP does not care.
func TestNobodyAnswers(t *testing.T) {
	r := compare(t, CompareConfig{
		Count: 3, Interval: time.Second, Spec: spec(t, "in loss 100% seed 1"), Virtual: true,
		Script: script(t, "@0s /cut\n@5s /heal"),
	})
	if !r.TCP.Down || r.TCP.Connected || r.TCP.Delivered != 0 || r.UDP.Delivered != 3 {
		t.Errorf("%+v", r)
	}
}

// Live, the same messages are hit as in the link's own words.
func TestLive(t *testing.T) {
	s := spec(t, "delay 5ms out loss 30% seed 17")
	var dead []uint64
	for _, f := range weather(s, 5, 10*time.Millisecond) {
		if f.Lost() {
			dead = append(dead, f.K)
		}
	}
	var b, e bytes.Buffer
	o := CompareOptions{Count: 5, Interval: 10 * time.Millisecond, Size: 8, Net: s.String()}
	if code := RunCompare(t.Context(), strings.NewReader("@1ms /slow 0.5\n@2ms /freeze 20ms\n"), &b, &e, o); code != 0 {
		t.Fatal(code, e.String())
	}
	for _, id := range dead {
		if !strings.Contains(b.String(), fmt.Sprintf("UDP   #%-7d  lost by loss 30%%", id)) {
			t.Errorf("#%d is not said to be lost:\n%s", id, b.String())
		}
	}
	r := compare(t, CompareConfig{Count: 5, Interval: 10 * time.Millisecond, Spec: s})
	if !slices.Equal(r.UDP.Missing(), dead) || r.TCP.Delivered != 5 || !r.TCP.InOrder() {
		t.Errorf("UDP lost %v, want %v; TCP delivered %d", r.UDP.Missing(), dead, r.TCP.Delivered)
	}
	if r.UDP.P50 < 5*time.Millisecond || r.TCP.Handshake < 10*time.Millisecond {
		t.Errorf("faster than the link: %v, %v", r.UDP.P50, r.TCP.Handshake)
	}
}
