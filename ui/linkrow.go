package ui

import (
	"strconv"

	"seqtalk/ui/words"
)

// A LinkRow says what the emulated link between the two ends is set to, and
// what was done to its time.
type LinkRow struct {
	Spec string // netem's words, as the user typed them
	Seed uint64
	Cut  bool
	Held bool    // time stands still
	Slow float64 // seconds of ours for one of the link's; 1: as usual
	Aims string  // what waits for the next packets: "/drop 2"
}

// Draw draws the row, w cells wide.
func (r LinkRow) Draw(l *Look, w int) string {
	th := l.Theme
	b := newBrush(l, w, Style{})
	b.skip(1)
	end := r.state(l)
	room := w - 1
	for _, f := range end {
		room -= Width(l.Method, f.s) + 2
	}
	in := b.narrow(1, max(room, 0))
	in.text(th.Dim, words.LinkName.In(l.Lang))
	in.skip(1)
	in.text(th.Strong, r.Spec)
	in.skip(2)
	in.text(th.Dim, words.LinkSeed.In(l.Lang, r.Seed))
	b.widen(&in)
	for _, f := range end {
		b.skip(2)
		b.text(f.st, f.s)
	}
	return b.end()
}

// state is what was done to the link and its time.
func (r *LinkRow) state(l *Look) (end []field) {
	th := l.Theme
	if r.Cut {
		end = append(end, field{th.Bad, words.LinkCut.In(l.Lang)})
	}
	if r.Aims != "" {
		end = append(end, field{th.Warn, words.LinkAims.In(l.Lang, r.Aims)})
	}
	if r.Slow != 1 {
		end = append(end, field{th.Warn, words.LinkSlow.In(l.Lang, strconv.FormatFloat(r.Slow, 'g', 3, 64))})
	}
	if r.Held {
		end = append(end, field{th.Bad, words.LinkHeld.In(l.Lang)})
	}
	return end
}
