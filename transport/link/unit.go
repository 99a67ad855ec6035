package link

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A unit is a word and its factor.
type unit struct {
	word   string
	factor float64
}

// timeUnits are tc's (iproute2, get_time and get_time64) and µs, in ns.
var timeUnits = []unit{
	{"s", 1e9}, {"sec", 1e9}, {"secs", 1e9},
	{"ms", 1e6}, {"msec", 1e6}, {"msecs", 1e6},
	{"us", 1e3}, {"usec", 1e3}, {"usecs", 1e3}, {"µs", 1e3}, {"μs", 1e3},
	{"ns", 1}, {"nsec", 1}, {"nsecs", 1},
}

// rateUnits are tc(8)'s, in bit/s: k is 1000, ki is 1024, and bps is bytes a second.
var rateUnits = makeRateUnits()

func makeRateUnits() (u []unit) {
	for i, p := range []string{"", "k", "m", "g", "t"} {
		si := math.Pow10(3 * i)
		u = append(u, unit{p + "bit", si}, unit{p + "bps", 8 * si})
		if p != "" {
			iec := math.Ldexp(1, 10*i)
			u = append(u, unit{p + "ibit", iec}, unit{p + "ibps", 8 * iec})
		}
	}
	return u
}

const (
	timeAllowed    = "0 to 1h, as in 100ms, 1.5s or 500us"
	rateAllowed    = "100bit to 1tbit, as in 256kbit, 1mbit, or 8kbps for bytes"
	percentAllowed = "0% to 100%"
)

// split cuts "1.5ms" into 1.5 and "ms"; false if it does not begin with a plain
// decimal number: no sign, no exponent.
func split(w string) (value float64, rest string, ok bool) {
	n := strings.IndexFunc(w, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if n < 0 {
		n = len(w)
	}
	value, err := strconv.ParseFloat(w[:n], 64)
	return value, w[n:], err == nil
}

func startsNumber(w string) bool {
	return w != "" && (w[0] >= '0' && w[0] <= '9' || w[0] == '.' || w[0] == '-' || w[0] == '+')
}

// inUnit reads a number with one of units; what is wrong with it otherwise.
func inUnit(w string, units []unit, noun, example string) (float64, string) {
	v, rest, ok := split(w)
	switch {
	case !ok:
		return 0, "is not a " + noun
	case rest == "":
		return 0, fmt.Sprintf("has no unit: say %s%s", w, example)
	}
	for _, u := range units {
		if u.word == rest {
			return v * u.factor, ""
		}
	}
	return 0, fmt.Sprintf("has the unit %q, which no %s has", rest, noun)
}

func parseTime(w string) (time.Duration, string) {
	ns, wrong := inUnit(w, timeUnits, "time", "ms")
	if wrong == "" && ns > float64(MaxDelay) {
		wrong = "is too long"
	}
	if wrong != "" {
		return 0, wrong
	}
	return time.Duration(math.Round(ns)), ""
}

func parseRate(w string) (uint64, string) {
	v, wrong := inUnit(w, rateUnits, "rate", "kbit")
	switch {
	case wrong != "":
	case v < minRate:
		wrong = "is too slow"
	case v > maxRate:
		wrong = "is too fast"
	}
	if wrong != "" {
		return 0, wrong
	}
	return uint64(math.Round(v)), ""
}

func parsePercent(w string) (Percent, string) {
	v, rest, ok := split(w)
	switch {
	case !ok:
		return 0, "is not a percentage"
	case rest == "":
		return 0, fmt.Sprintf("has no percent sign: say %s%%", w)
	case rest != "%":
		return 0, "is not a percentage"
	case v > 100:
		return 0, "is more than all"
	}
	return Percent(v), ""
}

// formatTime writes d, which is not negative, as a whole number of its largest
// unit; below a microsecond with a fraction, since tc knows no ns here.
func formatTime(d time.Duration) string {
	switch {
	case d%time.Second == 0:
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	case d%time.Millisecond == 0:
		return strconv.FormatInt(int64(d/time.Millisecond), 10) + "ms"
	}
	us := fmt.Sprintf("%d.%03d", d/time.Microsecond, d%time.Microsecond)
	return strings.TrimRight(strings.TrimRight(us, "0"), ".") + "us"
}

// formatRate does so for bit/s, in tc's SI units.
func formatRate(r uint64) string {
	for _, u := range []struct {
		word string
		n    uint64
	}{{"tbit", 1e12}, {"gbit", 1e9}, {"mbit", 1e6}, {"kbit", 1e3}} {
		if r%u.n == 0 {
			return strconv.FormatUint(r/u.n, 10) + u.word
		}
	}
	return strconv.FormatUint(r, 10) + "bit"
}
