package ui

import "seqtalk/ui/words"

// The smallest screen that is laid out; on a smaller one we ask for more room.
const (
	MinWidth  = 40
	MinHeight = 12
)

// A Rect is a part of the screen, in cells.
type Rect struct{ X, Y, W, H int }

// Empty reports that nothing fits into r.
func (r Rect) Empty() bool { return r.W <= 0 || r.H <= 0 }

// Side says what stands beside the history.
type Side uint8

// What can stand there.
const (
	Nothing    Side = iota
	WhereFits       // the side pane beside the history where both fit, else nothing
	InsteadOf       // the side pane instead of the history
	UnderOther      // the side pane above the history, a third of the room for the latter
)

// WideEnough is from how many columns on the history and a side pane stand
// beside each other.
const WideEnough = 110

// LayoutOptions say what is to be laid out.
type LayoutOptions struct {
	Composer int // rows of text in it, 1–8
	Pane     int // rows of the pane that stands in its place; 0: none does
	Side     Side
}

// A Layout is where everything is. The panes do not overlap and fill the screen.
//
//	┌ Main ───────────────┬ Side ──────────┐
//	│                     │                │
//	├ Composer ───────────┴────────────────┤  a rule and 1–8 rows
//	├ Status ──────────────────────────────┤  2 rows, always
//	└──────────────────────────────────────┘
type Layout struct {
	W, H     int
	TooSmall bool // nothing but the plea of TooSmall fits
	Main     Rect // the history
	Side     Rect // ladder, graphs, …; may be empty
	Divider  Rect // one column between them; may be empty
	Composer Rect // its first row is a rule
	Status   Rect
}

// maxComposer is how many rows of text the composer shows at most.
const maxComposer = 8

// NewLayout divides a screen of w×h cells.
func NewLayout(w, h int, o LayoutOptions) Layout {
	l := Layout{W: max(w, 0), H: max(h, 0)}
	if w < MinWidth || h < MinHeight {
		l.TooSmall = true
		return l
	}
	const status = 2
	rows := min(max(o.Composer, 1), maxComposer, (h-status)/2)
	if o.Pane > 0 {
		rows = min(o.Pane, (h-status)/2)
	}
	l.Status = Rect{0, h - status, w, status}
	l.Composer = Rect{0, l.Status.Y - rows - 1, w, rows + 1}
	l.Main = Rect{0, 0, w, l.Composer.Y}
	l.split(o.Side)
	return l
}

// split makes room for the side pane.
func (l *Layout) split(side Side) {
	m := l.Main
	switch {
	case side == InsteadOf:
		l.Main, l.Side = Rect{}, m
	case side == UnderOther:
		n := max(m.H/3, 3)
		l.Side = Rect{m.X, m.Y, m.W, m.H - n}
		l.Main = Rect{m.X, m.Y + m.H - n, m.W, n}
	case side == WhereFits && m.W >= WideEnough:
		n := m.W * 9 / 20
		l.Main.W = n
		l.Divider = Rect{n, m.Y, 1, m.H}
		l.Side = Rect{n + 1, m.Y, m.W - n - 1, m.H}
	}
}

// TooSmall is a screen of w×h cells that asks for more room; no rows at all
// for 0×0.
func TooSmall(l *Look, w, h int) []string {
	if w <= 0 || h <= 0 {
		return nil
	}
	var rows []string
	for _, s := range Wrap(l.Method, words.NeedRoom.In(l.Lang, MinWidth, MinHeight, w, h), w) {
		b := newBrush(l, w, Style{})
		b.text(Style{}, s)
		rows = append(rows, b.end())
	}
	return exactly(rows, w, h)
}
