package link

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

func TestPerfectLinkDeliversAtOnce(t *testing.T) {
	l := New(Params{}, 1, Out)
	got := l.Fate(start, message(7))
	want := Fate{ID: ID{Out, 1}, Class: Message, K: 7, Depart: start, At: start, Copies: 1}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A packet of 100 bytes takes 1 ms at 800 kbit/s; the third finds two before it.
func TestOrderOfOperations(t *testing.T) {
	l := New(mustParse(t, "rate 800kbit limit 2 delay 10ms").Out, 1, Out)
	l.DropNext(1)
	var got []string
	var arrivals []time.Duration
	for k := range uint64(4) {
		f := l.Fate(at(time.Duration(k)*400*time.Microsecond), message(k))
		got = append(got, f.String())
		if !f.Lost() {
			arrivals = append(arrivals, f.At.Sub(start))
		}
	}
	want := []string{"lost by /drop", "ok", "lost by queue full (limit 2)", "ok"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// Message 0 was lost after the serializer: message 1 waited for it. Message 2
	// was lost before: message 3 did not.
	if want := []time.Duration{12 * ms, 13 * ms}; !slices.Equal(arrivals, want) {
		t.Errorf("arrivals %v, want %v", arrivals, want)
	}
}

// 1000 packets of 1500 bytes at 7 Mbit/s: 1714285.714… ns each, and yet packet n
// leaves at ⌊n · 12·10¹² / 7·10⁶⌋ ns.
func TestRateIsExact(t *testing.T) {
	l := New(Params{Rate: 7e6}, 1, Out)
	for n := 1; n <= 1000; n++ {
		f := l.Fate(start, Packet{Bytes: make([]byte, 1500)})
		if want := time.Duration(n * 12_000_000_000_000 / 7_000_000); f.At.Sub(start) != want {
			t.Fatalf("packet %d leaves at %v, want %v", n, f.At.Sub(start), want)
		}
	}
}

func TestIdleSerializerStartsAnew(t *testing.T) {
	l := New(Params{Rate: 7e6}, 1, Out)
	p := Packet{Bytes: make([]byte, 1500)}
	l.Fate(start, p)
	got := l.Fate(at(time.Second), p).At
	if want := at(time.Second + 1714285); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLimitIsExact(t *testing.T) {
	l := New(Params{Rate: 8000, Limit: 10}, 1, Out) // 100 ms for 100 bytes
	lost := func(now time.Duration, n int) (lost int) {
		for range n {
			if f := l.Fate(at(now), message(0)); f.Overflowed() {
				lost++
			}
		}
		return lost
	}
	if got := lost(0, 15); got != 5 {
		t.Errorf("lost %d of 15, want 5", got)
	}
	if got := lost(100*ms-1, 1); got != 1 {
		t.Error("there was room before the first had left")
	}
	if got := lost(300*ms, 4); got != 1 {
		t.Errorf("three have left: lost %d of 4, want 1", got)
	}
}

// A full queue into which one comes for each that leaves is full for ever.
func TestQueueStaysFull(t *testing.T) {
	l := New(Params{Rate: 8000, Limit: 200}, 1, Out) // 100 ms for 100 bytes
	for range 200 {
		l.Fate(start, message(0))
	}
	for n := range 1000 {
		now := at(time.Duration(n+1) * 100 * ms)
		first, second := l.Fate(now, message(0)), l.Fate(now, message(0))
		if want := now.Add(200 * 100 * ms); !first.At.Equal(want) {
			t.Fatalf("packet %d leaves at %v, want %v", n, first.At.Sub(start), want.Sub(start))
		}
		if !second.Overflowed() {
			t.Fatalf("packet %d: %v", n, second)
		}
	}
}

func TestDefaultLimitIsNetems(t *testing.T) {
	l := New(Params{Rate: 8000}, 1, Out)
	for n := range DefaultLimit + 1 {
		f := l.Fate(start, message(0))
		if full := n == DefaultLimit; f.Overflowed() != full {
			t.Fatalf("packet %d: %v", n, f)
		}
	}
}

func TestDelayKeepsOrderUnderJitter(t *testing.T) {
	var last time.Time
	waited := 0
	for _, f := range fates(t, "delay 50ms 50ms", 1, 1000, ms) {
		if f.At.Before(last) {
			t.Fatalf("%v arrives before its predecessor", f.ID)
		}
		if f.At.Equal(last) {
			waited++
		}
		last = f.At
	}
	if waited == 0 {
		t.Error("no packet had to wait for its predecessor: the test shows nothing")
	}
}

func TestReorderGap(t *testing.T) {
	var got []time.Duration
	for _, f := range fates(t, "delay 10ms reorder 100% gap 5", 1, 10, 0) {
		got = append(got, f.At.Sub(start)/ms)
	}
	if want := []time.Duration{10, 10, 10, 10, 0, 10, 10, 10, 10, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestReorderedDoesNotHurryTheOthers(t *testing.T) {
	for _, f := range fates(t, "delay 10ms reorder 30%", 1, 100, ms) {
		want := 10 * ms
		if f.ReorderedBy.Cause == Reorder {
			want = 0
		}
		if f.At.Sub(f.Depart) != want {
			t.Errorf("%v (%v) took %v, want %v", f.ID, f, f.At.Sub(f.Depart), want)
		}
	}
}

func TestOneShotsHitMessagesOnly(t *testing.T) {
	l := New(Params{Delay: 10 * ms}, 1, Out)
	l.DropNext(1)
	l.DuplicateNext()
	l.CorruptNext()
	l.SwapNext()
	retransmission := Packet{Bytes: make([]byte, 100), Data: true}
	var got []string
	for _, p := range []Packet{ack(), message(1), ack(), retransmission, ack(), message(2)} {
		got = append(got, l.Fate(start, p).String())
	}
	want := []string{
		"ok",
		"lost by /drop",
		"ok",
		"reordered by /swap, corrupted by /corrupt, duplicated by /dup",
		"ok",
		"ok",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCutHitsEverything(t *testing.T) {
	l := New(Params{}, 1, Out)
	l.DropNext(1)
	l.Cut()
	var got []string
	for _, p := range []Packet{ack(), message(1)} {
		got = append(got, l.Fate(start, p).String())
	}
	l.Heal()
	for _, p := range []Packet{ack(), message(2), message(3)} {
		got = append(got, l.Fate(start, p).String())
	}
	want := []string{"lost by cut", "lost by cut", "ok", "lost by /drop", "ok"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The one who overtakes is not held back itself.
func TestSwapTwice(t *testing.T) {
	l := New(Params{}, 1, Out)
	l.SwapNext()
	l.SwapNext()
	var got []string
	for k := range uint64(4) {
		got = append(got, l.Fate(start, message(k)).String())
	}
	want := []string{"reordered by /swap", "ok", "reordered by /swap", "ok"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRulesNameThemselves(t *testing.T) {
	for spec, want := range map[string]string{
		"loss 100%":                      "lost by loss 100%",
		"loss gemodel 100% 0%":           "lost by loss gemodel 100% 0%",
		"duplicate 100% corrupt 100%":    "corrupted by corrupt 100%, duplicated by duplicate 100%",
		"delay 1ms reorder 100%":         "reordered by reorder 100%",
		"delay 1ms loss 0% duplicate 0%": "ok",
	} {
		if got := fates(t, spec, 1, 2, 0)[1].String(); got != want {
			t.Errorf("%s: %q, want %q", spec, got, want)
		}
	}
}

func TestCorruptFlipsOneBitOfACopy(t *testing.T) {
	sent := bytes.Repeat([]byte{0x55}, 100)
	f := Fate{CorruptedBy: Rule{Corrupt, "/corrupt"}, Bit: 17}
	got := f.Bytes(sent)
	want := bytes.Repeat([]byte{0x55}, 100)
	if !bytes.Equal(sent, want) {
		t.Error("the sender's bytes were changed")
	}
	want[2] ^= 0x40
	if !bytes.Equal(got, want) {
		t.Errorf("got % x", got)
	}
	if f.Bit = 800; !bytes.Equal(f.Bytes(sent), sent) {
		t.Error("a bit beyond the end was flipped")
	}
}

func TestEmptyPacketCannotBeCorrupted(t *testing.T) {
	l := New(Params{Corrupt: 100}, 1, Out)
	if f := l.Fate(start, Packet{Class: Message}); f.String() != "ok" {
		t.Error(f)
	}
}

// weather is what chance decided about a message, and not its time or size.
type weather struct {
	lost, reordered, corrupted, duplicated bool
}

func weatherOf(f Fate) weather {
	return weather{f.Lost(), f.ReorderedBy.Cause != None, f.CorruptedBy.Cause != None, f.DuplicatedBy.Cause != None}
}

const stormy = "delay 20ms 5ms loss gemodel 5% 30% duplicate 10% corrupt 10% reorder 20% gap 3"

// TCP's segments are longer, carry handshake and ACKs between them, and now and
// then merge two messages; each message that begins a segment meets the same fate.
func TestSameWeatherInBothProtocols(t *testing.T) {
	p := mustParse(t, stormy).Out
	udp, tcp := New(p, 42, Out), New(p, 42, Out)
	now := start
	tcp.Fate(now, ack())
	for k := range uint64(1000) {
		now = now.Add(3 * ms)
		u := udp.Fate(now, Packet{Bytes: make([]byte, 60), Class: Message, K: k})
		if k%7 == 6 {
			continue // merged into the segment of message k-1
		}
		tcp.Fate(now, ack())
		s := tcp.Fate(now, Packet{Bytes: make([]byte, 1400), Class: Message, K: k})
		if weatherOf(u) != weatherOf(s) {
			t.Fatalf("message %d: %v in UDP, %v in TCP", k, u, s)
		}
	}
}

func TestChainIsAFunctionOfK(t *testing.T) {
	p := mustParse(t, stormy).Out
	there, back := New(p, 42, Out), New(p, 42, Out)
	var forward, backward []weather
	for k := range uint64(300) {
		forward = append(forward, weatherOf(there.Fate(start, message(k))))
		backward = append(backward, weatherOf(back.Fate(start, message(299-k))))
	}
	slices.Reverse(backward)
	if !slices.Equal(forward, backward) {
		t.Error("the order of asking changes the fates")
	}
}

func TestFatesDependOnParametersNotOnHistory(t *testing.T) {
	p := mustParse(t, stormy).Out
	calm, changed := New(p, 42, Out), New(Params{Loss: 50, Gap: 7}, 1, Out)
	for k := range uint64(200) {
		if k == 100 {
			changed.Set(p, 42)
		}
		a, b := weatherOf(calm.Fate(start, message(k))), weatherOf(changed.Fate(start, message(k)))
		if k >= 100 && a != b {
			t.Fatalf("message %d: %v, but %v after a change", k, a, b)
		}
	}
}

// Each knob turned up leaves the decisions of all others as they were.
func TestOneKnobDoesNotReshuffleTheOthers(t *testing.T) {
	const n = 2000
	base := "delay 20ms 5ms duplicate 10% corrupt 10% reorder 20% loss 10%"
	before := fates(t, base, 7, n, 100*ms)
	for knob, spec := range map[string]string{
		"delay":     "delay 90ms 5ms duplicate 10% corrupt 10% reorder 20% loss 10%",
		"jitter":    "delay 20ms 9ms duplicate 10% corrupt 10% reorder 20% loss 10%",
		"normal":    "delay 20ms 5ms distribution normal duplicate 10% corrupt 10% reorder 20% loss 10%",
		"duplicate": "delay 20ms 5ms duplicate 60% corrupt 10% reorder 20% loss 10%",
		"corrupt":   "delay 20ms 5ms duplicate 10% corrupt 60% reorder 20% loss 10%",
		"reorder":   "delay 20ms 5ms duplicate 10% corrupt 10% reorder 60% loss 10%",
		"loss":      "delay 20ms 5ms duplicate 10% corrupt 10% reorder 20% loss 40%",
		"rate":      base + " rate 1mbit",
	} {
		for k, now := range fates(t, spec, 7, n, 100*ms) {
			then := before[k]
			if now.Lost() || then.Lost() { // more loss loses what was lost, and more
				if then.Lost() && !now.Lost() || knob != "loss" && !then.Lost() {
					t.Fatalf("%s: message %d: %v, was %v", knob, k, now, then)
				}
				continue
			}
			a, b := weatherOf(then), weatherOf(now)
			switch knob {
			case "duplicate":
				a.duplicated, b.duplicated = a.duplicated && !b.duplicated, false
			case "corrupt":
				a.corrupted, b.corrupted = a.corrupted && !b.corrupted, false
			case "reorder":
				a.reordered, b.reordered = a.reordered && !b.reordered, false
			}
			if a != b {
				t.Fatalf("%s: message %d: %v, was %v", knob, k, now, then)
			}
			if knob == "duplicate" && now.At != then.At {
				t.Fatalf("message %d arrives at another time", k)
			}
		}
	}
}

func TestDirectionsClassesAndSeedsDiffer(t *testing.T) {
	p := Params{Loss: 50}
	lost := func(l *Link, c Class) (s string) {
		for k := range uint64(64) {
			s += map[bool]string{true: "x", false: "."}[l.Fate(start, Packet{Class: c, K: k + 1}).Lost()]
		}
		return s
	}
	seen := map[string]bool{}
	for seed := range uint64(3) {
		for _, d := range []Direction{Out, In} {
			for _, c := range []Class{Rest, Message} {
				seen[lost(New(p, seed, d), c)] = true
			}
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d different series, want 12", len(seen))
	}
}

// The weather of a seed is for ever: lessons and golden ladders rest on it.
func TestWeatherOfSeed42(t *testing.T) {
	var got string
	for _, f := range fates(t, "loss 30%", 42, 40, 0) {
		got += map[bool]string{true: "x", false: "."}[f.Lost()]
	}
	const want = "....x..xx..x....x.x...x.xxx.xx....x....x"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFasterLinkDoesNotOvertake(t *testing.T) {
	l := New(Params{Delay: 100 * ms}, 1, Out)
	l.Fate(start, message(1))
	l.Set(Params{}, 1)
	if f := l.Fate(at(ms), message(2)); !f.At.Equal(at(100 * ms)) {
		t.Errorf("arrives at %v, want 100ms", f.At.Sub(start))
	}
}

func BenchmarkFate(b *testing.B) {
	for _, spec := range []string{
		"off", "very-bad", "delay 20ms 5ms distribution normal loss gemodel 1% 10% duplicate 1% corrupt 1% reorder 2% gap 3 rate 10gbit",
	} {
		b.Run(spec, func(b *testing.B) {
			l := New(mustParse(b, spec).Out, 1, Out)
			p := message(0)
			b.ReportAllocs()
			for b.Loop() {
				p.K++
				l.Fate(start.Add(time.Duration(p.K)*ms), p)
			}
		})
	}
}
