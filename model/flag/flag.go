// Package flag holds values of command-line flags that say in our own words
// what is wrong with one. It defines no flag.
package flag

import (
	"fmt"
	"strconv"
	"time"
)

// A Value is a flag's value, with our own words for what cannot be one.
type Value[T any] struct {
	to    *T
	flag  string // "--wait"
	kind  string // as the help names it
	means string // what is allowed, after the colon
	read  func(string) (T, error)
}

// A Mistake says which flag was given what, and what is allowed.
type Mistake struct{ flag, given, means string }

// Error is one line in our words.
func (e Mistake) Error() string { return fmt.Sprintf("%s %q: %s", e.flag, e.given, e.means) }

// Set implements pflag.Value.
func (v Value[T]) Set(s string) error {
	t, err := v.read(s)
	if err != nil {
		return Mistake{v.flag, s, v.means}
	}
	*v.to = t
	return nil
}

// String implements it too.
func (v Value[T]) String() string {
	if v.to == nil {
		return ""
	}
	return fmt.Sprint(*v.to)
}

// Type implements it too: the value's kind, as the help names it.
func (v Value[T]) Type() string { return v.kind }

// Seconds is a time: a number of seconds, or one with its unit.
func Seconds(to *time.Duration, flag string, def time.Duration) Value[time.Duration] {
	*to = def
	return Value[time.Duration]{to, flag, "SECS", "write seconds, as 5 or 0.5, or a time with its unit, as 500ms or 1m", readSeconds}
}

func readSeconds(s string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		s = strconv.FormatFloat(n, 'f', -1, 64) + "s"
	}
	return time.ParseDuration(s)
}

// Number is a count.
func Number(to *int, flag string, def int) Value[int] {
	*to = def
	return Value[int]{to, flag, "N", "a whole number is meant", strconv.Atoi}
}

// Seed is what chance begins with.
func Seed(to *uint64, flag string) Value[uint64] {
	return Value[uint64]{to, flag, "N", "a number from 0 to 18446744073709551615 is meant",
		func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }}
}
