package ui

import (
	"strconv"
	"time"
)

// Span is d in as few characters as say enough: "0.2 ms", "208 ms", "1.2 s".
// Beyond that it does not change, so that a small change costs no redraw.
func Span(d time.Duration) string {
	switch {
	case d < 0:
		return "?"
	case d < 50*time.Microsecond:
		return strconv.Itoa(int(d/time.Microsecond)) + " µs"
	case d < 9950*time.Microsecond:
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + " ms"
	case d < 999500*time.Microsecond:
		return strconv.Itoa(int((d+time.Millisecond/2)/time.Millisecond)) + " ms"
	case d < 99500*time.Millisecond:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return strconv.Itoa(int(d.Round(time.Second)/time.Second)) + " s"
}

// Bytes is n in as few characters as say enough: "0", "740", "1.4k", "62k", "3.9M".
func Bytes(n int) string {
	unit := ""
	f := float64(n)
	for _, u := range [...]string{"k", "M", "G"} {
		if f < 999.5 {
			break
		}
		f, unit = f/1000, u
	}
	if unit == "" || f >= 9.95 {
		return strconv.FormatFloat(f, 'f', 0, 64) + unit
	}
	return strconv.FormatFloat(f, 'f', 1, 64) + unit
}
