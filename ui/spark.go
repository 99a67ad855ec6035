package ui

import "slices"

// A Spark is a small plot: one row, newest on the right, as high as its
// highest value.
type Spark struct {
	Name   string    // "cwnd"
	Now    string    // the last value with its unit: "12 segments"
	Values []float64 // oldest first; below 0: nothing there
	Top    float64   // the value of the highest bar; 0: the highest of Values
}

// spark draws the last values in exactly w cells. Nothing is drawn as a blank,
// and a value that is not 0 is never drawn as nothing.
func (l *Look) spark(b *brush, st Style, values []float64, top float64, w int) {
	w = min(w, b.left())
	if w <= 0 {
		return
	}
	if len(values) > w {
		values = values[len(values)-w:]
	}
	if top <= 0 && len(values) > 0 {
		top = slices.Max(values)
	}
	b.skip(w - len(values))
	levels := l.Glyphs.pen.levels
	out := make([]rune, len(values))
	for i, v := range values {
		out[i] = ' '
		if v >= 0 && top > 0 {
			out[i] = levels[min(int(v/top*float64(len(levels))), len(levels)-1)]
		} else if v >= 0 {
			out[i] = levels[0]
		}
	}
	b.put(st, string(out), len(out))
}
