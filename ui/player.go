package ui

import (
	"fmt"
	"strconv"
	"time"

	"seqtalk/ui/words"
)

// A Player stands where a line would be typed: how far a recording is.
type Player struct {
	At, Total    int // packets passed, and in all
	Time, Length time.Duration
	Playing      bool
	Pace         float64 // seconds of the recording in one of ours
	Left         int     // packets that are not shown
	Cut          bool    // the file ends too early
}

// Draw draws it in one row of w cells.
func (p Player) Draw(l *Look, w int) string {
	th := l.Theme
	b := newBrush(l, w, Style{})
	b.skip(1)
	sign, st := l.Glyphs.Hold, th.Warn
	if p.Playing {
		sign, st = l.Glyphs.Play, th.Good
	}
	b.text(st, sign)
	b.skip(1)
	b.text(th.Strong, fmt.Sprintf("%*d/%d", len(strconv.Itoa(p.Total)), p.At, p.Total))
	end := words.ReplayTime.In(l.Lang, elapsed(p.Time, p.Length), elapsed(p.Length, p.Length))
	if p.Length < 10*time.Second {
		end += " s"
	}
	if p.Pace != 1 {
		end += "  ×" + strconv.FormatFloat(p.Pace, 'g', 3, 64)
	}
	if p.Cut {
		end += "  " + words.ReplayCut.In(l.Lang)
	}
	if room := b.left() - Width(l.Method, end) - 5; room >= 8 {
		b.skip(2)
		n := 0
		if p.Total > 0 {
			n = room * p.At / p.Total
		}
		b.fill(th.Accent, l.Glyphs.Thick, b.x+n)
		b.fill(th.Dim, l.Glyphs.Rule, b.x+room-n)
	}
	b.skip(2)
	b.text(th.Text, end)
	return b.end()
}

// elapsed is d as a player shows it: 3.204 where all is short, 0:03.2, 1:02:03.4;
// all is how long it is in all.
func elapsed(d, all time.Duration) string {
	d = max(d, 0)
	h, m, s := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case all < 10*time.Second:
		return fmt.Sprintf("%d.%03d", s, int(d/time.Millisecond)%1000)
	case all < time.Hour:
		return fmt.Sprintf("%d:%02d.%d", m, s, int(d/(100*time.Millisecond))%10)
	}
	return fmt.Sprintf("%d:%02d:%02d", h, m, s)
}
