package link

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ spec, canonical string }{
		{"delay 100ms", "delay 100ms"},
		{"DELAY 0.1s 20000us", "delay 100ms 20ms"},
		{"  delay\t1.5s\n", "delay 1500ms"},
		{"delay 100ms 20ms distribution uniform", "delay 100ms 20ms"},
		{"delay 100ms 20ms distribution normal", "delay 100ms 20ms distribution normal"},
		{"distribution normal delay 7ns 1us", "delay 0.007us 1us distribution normal"},
		{"delay 92500us 1000010ns", "delay 92500us 1000.01us"},
		{"delay 5µs", "delay 5us"},
		{"delay 0ms 5ms", "delay 0s 5ms"},
		{"loss 10%", "loss 10%"},
		{"loss random 0.3%", "loss 0.3%"},
		{"loss gemodel 1% 10%", "loss gemodel 1% 10%"},
		{"loss 0%", "off"},
		{"duplicate 1% corrupt 0.1%", "duplicate 1% corrupt 0.1%"},
		{"reorder 25% gap 5 delay 10ms", "delay 10ms reorder 25% gap 5"},
		{"rate 256kbit", "rate 256kbit"},
		{"rate 1.5mbit", "rate 1500kbit"},
		{"rate 10gbit limit 100", "rate 10gbit limit 100"},
		{"rate 8kbps", "rate 64kbit"},
		{"rate 1mibit", "rate 1048576bit"},
		{"delay 100ms 20ms loss 10% duplicate 1% reorder 25% corrupt 0.1% rate 256kbit limit 100",
			"delay 100ms 20ms loss 10% duplicate 1% corrupt 0.1% reorder 25% rate 256kbit limit 100"},
		{"delay 50ms out loss 5% in rate 1mbit", "out delay 50ms loss 5% in delay 50ms rate 1mbit"},
		{"loss 10% in loss 0%", "out loss 10%"},
		{"in delay 5ms both loss 1%", "out loss 1% in delay 5ms loss 1%"},
		{"off", "off"},
		{"seed 0", "off seed 0"},
		{"loss 5% out seed 42 delay 1ms", "out delay 1ms loss 5% in loss 5% seed 42"},
		{"3G", "out delay 100ms rate 330kbit in delay 100ms rate 780kbit"},
		{"very-bad loss 20%", "delay 500ms loss 20% rate 1mbit"},
		{"lossy-wifi loss 1%", "out delay 5ms 3ms loss 1% rate 33mbit in delay 5ms 3ms loss 1% rate 40mbit"},
		{"out 3g in lte", "out delay 100ms rate 330kbit in delay 50ms rate 50mbit"},
	} {
		s := mustParse(t, c.spec)
		if got := s.String(); got != c.canonical {
			t.Errorf("%q reads as %q, want %q", c.spec, got, c.canonical)
		}
		if again := mustParse(t, c.canonical); again != s {
			t.Errorf("%q: %+v, written and read again %+v", c.spec, s, again)
		}
	}
}

func TestParseValues(t *testing.T) {
	got := mustParse(t, "delay 100ms 20ms distribution normal loss gemodel 1% 10% duplicate 1% "+
		"corrupt 0.1% reorder 25% gap 5 rate 256kbit limit 100 seed 42")
	want := Params{
		Delay: 100 * time.Millisecond, Jitter: 20 * time.Millisecond, Distribution: Normal,
		Burst: Gemodel{P: 1, R: 10}, Duplicate: 1, Corrupt: 0.1, Reorder: 25, Gap: 5,
		Rate: 256_000, Limit: 100,
	}
	if got.Out != want {
		t.Errorf("got %+v, want %+v", got.Out, want)
	}
}

const (
	someWords = "delay, distribution, loss, duplicate, corrupt, reorder, gap, rate, limit, seed, out, in, both, " +
		"off, wifi, lossy-wifi, 4g, lte, starlink, dsl, dsl-poor, hsdpa, 3g, satellite, edge, gprs, dial-up, very-bad, 100-loss"
	someTime = "0 to 1h, as in 100ms, 1.5s or 500us"
)

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		spec   string
		offset int
		want   string
	}{
		{"", 0, `"": says nothing; allowed: ` + someWords},
		{"delay 100ms lossy 5%", 12, `"delay 100ms lossy 5%": "lossy" is not known, did you mean loss? allowed: ` + someWords},
		{"delya 100ms", 0, `"delya 100ms": "delya" is not known, did you mean delay? allowed: ` + someWords},
		{"jitter 5ms", 0, `"jitter 5ms": "jitter" is not known; allowed: ` + someWords},
		{"delay 100", 6, `"delay 100": "100" has no unit: say 100ms; allowed: ` + someTime},
		{"delay 100ms 20", 12, `"delay 100ms 20": "20" has no unit: say 20ms; allowed: ` + someTime},
		{"delay", 5, `"delay": ends where a time after delay should stand; allowed: ` + someTime},
		{"delay fast", 6, `"delay fast": "fast" is not a time; allowed: ` + someTime},
		{"delay -5ms", 6, `"delay -5ms": "-5ms" is not a time; allowed: ` + someTime},
		{"delay 2min", 6, `"delay 2min": "2min" has the unit "min", which no time has; allowed: ` + someTime},
		{"delay 3601s", 6, `"delay 3601s": "3601s" is too long; allowed: ` + someTime},
		{"delay 100ms 20ms 25%", 17, `"delay 100ms 20ms 25%": "25%" would be a correlation, which this link does not have (for bursts: loss gemodel P R); allowed: ` + someWords},
		{"loss 10", 5, `"loss 10": "10" has no percent sign: say 10%; allowed: 0% to 100%`},
		{"loss 101%", 5, `"loss 101%": "101%" is more than all; allowed: 0% to 100%`},
		{"loss 5ms", 5, `"loss 5ms": "5ms" is not a percentage; allowed: 0% to 100%`},
		{"loss state 1%", 5, `"loss state 1%": "state" is not a percentage, nor a model of loss; allowed: 0% to 100%, random P, gemodel P R`},
		{"loss gemodel 1%", 15, `"loss gemodel 1%": ends where the second percentage of gemodel P R should stand; allowed: 0% to 100%`},
		{"loss 1% out loss 2% both Loss 3%", 25, `"loss 1% out loss 2% both Loss 3%": "Loss" was already said for out`},
		{"delay 1ms delay 2ms", 10, `"delay 1ms delay 2ms": "delay" was already said for out`},
		{"rate 256", 5, `"rate 256": "256" has no unit: say 256kbit; allowed: 100bit to 1tbit, as in 256kbit, 1mbit, or 8kbps for bytes`},
		{"rate 0kbit", 5, `"rate 0kbit": "0kbit" is too slow; allowed: 100bit to 1tbit, as in 256kbit, 1mbit, or 8kbps for bytes`},
		{"limit 0", 6, `"limit 0": "0" is no such number; allowed: 1 to 1000000 packets`},
		{"seed x", 5, `"seed x": "x" is not a seed; allowed: 0 to 18446744073709551615`},
		{"seed 1 seed 2", 7, `"seed 1 seed 2": "seed" was already said`},
		{"loss 5% 3g", 8, `"loss 5% 3g": "3g" is a preset, which comes first and alone; words after it change it`},
		{"reorder 25%", 0, `"reorder 25%": "reorder" needs a delay (the others must be behind it) for out`},
		{"out delay 1ms both reorder 25%", 19, `"out delay 1ms both reorder 25%": "reorder" needs a delay (the others must be behind it) for in`},
		{"delay 1ms gap 5", 10, `"delay 1ms gap 5": "gap" needs reorder P for out`},
		{"delay 1ms distribution normal", 10, `"delay 1ms distribution normal": "distribution" needs a jitter (delay T J) for out`},
		{"delay 9ms 1ms distribution pareto", 27, `"delay 9ms 1ms distribution pareto": "pareto" is no distribution of this link; allowed: uniform, normal`},
		{"loss 5% out", 11, `"loss 5% out": ends after "out"; allowed: ` + someWords},
		{"5%", 0, `"5%": "5%" belongs to no word; allowed: ` + someWords},
	} {
		_, err := Parse(c.spec)
		var e *ParseError
		if !errors.As(err, &e) {
			t.Errorf("%q: error is %v, want a ParseError", c.spec, err)
			continue
		}
		if got := err.Error(); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.spec, got, c.want)
		}
		if e.Offset != c.offset || c.spec[e.Offset:e.Offset+len(e.Word)] != e.Word {
			t.Errorf("%q: %q is at %d, want %d", c.spec, e.Word, e.Offset, c.offset)
		}
	}
}

func TestParseTooLong(t *testing.T) {
	_, err := Parse("loss 5%" + strings.Repeat(" ", MaxSpec))
	if want := `"loss 5%             …": is longer than 1000 bytes`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestTC(t *testing.T) {
	for _, c := range []struct{ spec, want string }{
		{"off", "tc qdisc del dev lo root"},
		{"delay 100ms loss 10% seed 7", "tc qdisc add dev lo root netem delay 100ms loss 10%"},
		{"very-bad", "tc qdisc add dev lo root netem delay 500ms loss 10% rate 1mbit"},
		{"delay 10ms 2ms distribution normal",
			"tc qdisc add dev lo root netem delay 10ms 2ms distribution normal  # netem's jitter also reorders"},
		{"delay 10ms reorder 25% gap 5 loss gemodel 1% 10%",
			"tc qdisc add dev lo root netem delay 10ms loss gemodel 1% 10% reorder 25% gap 5"},
		{"in loss 5%", "tc qdisc add dev eth0 root netem loss 5%  # in: at the peer's end"},
		{"3g", "tc qdisc add dev eth0 root netem delay 100ms rate 330kbit  # out: at this end\n" +
			"tc qdisc add dev eth0 root netem delay 100ms rate 780kbit  # in: at the peer's end"},
	} {
		if got := mustParse(t, c.spec).TC(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.spec, got, c.want)
		}
	}
}

func TestPresets(t *testing.T) {
	for _, p := range Presets() {
		s := mustParse(t, p.Name)
		if s != p.Spec {
			t.Errorf("%s reads as %v, want %v", p.Name, s, p.Spec)
		}
		if again := mustParse(t, s.String()); again != s {
			t.Errorf("%s: written %q, read again %v", p.Name, s, again)
		}
		if got := mustParse(t, p.Name+" seed 5").Preset(); got != p.Name {
			t.Errorf("%s is recognised as %q", p.Name, got)
		}
		if p.Source == "" {
			t.Errorf("%s has no source", p.Name)
		}
	}
	if got := mustParse(t, "loss 1%").Preset(); got != "" {
		t.Errorf("loss 1%% is recognised as %q", got)
	}
}

func TestMaxRTO(t *testing.T) {
	for _, c := range []struct {
		spec string
		want time.Duration
	}{
		{"off", 3 * time.Second},
		{"delay 100ms", 3 * time.Second},
		{"very-bad limit 1", 4 * (time.Second + 2*11200*time.Microsecond)},
		{"delay 500ms 100ms", 4 * (time.Second + 8*100*time.Millisecond)},
		{"out delay 1s 10ms rate 1mbit limit 100", 4 * (time.Second + 40*time.Millisecond + 1120*time.Millisecond)},
		{"rate 100bit limit 1000000", 8 * 112_000_000 * time.Second},
	} {
		if got := mustParse(t, c.spec).MaxRTO(1400); got != c.want {
			t.Errorf("%s: %v, want %v", c.spec, got, c.want)
		}
	}
}

func TestMaxRTODoesNotOverflow(t *testing.T) {
	if got := mustParse(t, "rate 100bit limit 1000000").MaxRTO(65535); got != maxDuration {
		t.Errorf("got %v, want %v", got, maxDuration)
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range Presets() {
		f.Add(p.Name)
		f.Add(p.Spec.String())
	}
	f.Add("delay 100ms 20ms distribution normal loss gemodel 1% 10% duplicate 1% corrupt 0.1% reorder 25% gap 5 rate 8kbps limit 9 seed 42")
	f.Add("out delay .5us in 3g both seed 18446744073709551615")
	f.Fuzz(func(t *testing.T, spec string) {
		s, err := Parse(spec)
		if err != nil {
			var e *ParseError
			if !errors.As(err, &e) || e.Error() == "" {
				t.Fatalf("%q: error %v", spec, err)
			}
			if len(spec) <= MaxSpec && !strings.HasPrefix(spec[e.Offset:], e.Word) {
				t.Fatalf("%q: %q is not at %d", spec, e.Word, e.Offset)
			}
			return
		}
		again, err := Parse(s.String())
		if err != nil || again != s {
			t.Fatalf("%q: written %q, read again %+v (%v), want %+v", spec, s, again, err, s)
		}
		s.TC()
		if s.MaxRTO(1400) < 3*time.Second {
			t.Fatalf("%q: MaxRTO %v", spec, s.MaxRTO(1400))
		}
	})
}
