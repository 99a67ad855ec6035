package ui

import (
	"strings"

	"seqtalk/ui/words"
)

// A Lesson is the pane of a lesson that is played: what it claims, what to watch
// for, the step it is at, and in the end what came of it. It stands where the
// composer does in a conversation.
type Lesson struct {
	Title, Place string // "Reliable, and not", "5/24"
	Clock        string // its own time
	Claim, Watch string
	Doing        string // what the script did last
	Cue          string // what is said at this step
	Verdict      string // "": it is not over
	Outcome      Outcome
	Proves       string // what the counter-test came to
	Keys         string
	Warning      string // instead of the keys
	Waits        bool   // for a key
}

// An Outcome is what came of a lesson.
type Outcome uint8

// The outcomes.
const (
	NotPlayed Outcome = iota
	LessonHeld
	LessonFailed
	LessonSkipped
)

// mark is the outcome as a sign and its style.
func (o Outcome) mark(l *Look) (Style, string) {
	switch o {
	case LessonHeld:
		return l.Theme.Good, l.Glyphs.Acked
	case LessonFailed:
		return l.Theme.Bad, l.Glyphs.Failed
	case LessonSkipped:
		return l.Theme.Warn, "-"
	}
	return l.Theme.Dim, " "
}

// LessonRows is how many rows of text the pane has on a screen of h rows.
func LessonRows(h int) int {
	switch {
	case h >= 45:
		return 14
	case h >= 30:
		return 11
	}
	return min(9, max(h/2-3, 3))
}

// A lessonPart is a labelled text of the pane; those with the largest rank go
// first where there is no room.
type lessonPart struct {
	label string
	text  string
	st    Style
	rank  int
}

// parts are what there is to say now, in the order in which it stands.
func (p Lesson) parts(l *Look) []lessonPart {
	th, lang := l.Theme, l.Lang
	claim := lessonPart{words.PaneClaim.In(lang), p.Claim, th.Text, 4}
	watch := lessonPart{words.PaneWatch.In(lang), p.Watch, th.Text, 3}
	switch {
	case p.Verdict != "":
		claim.rank = 2
		st, sign := p.Outcome.mark(l)
		return []lessonPart{
			claim,
			{words.PaneVerdict.In(lang), sign + " " + p.Verdict, st, 1},
			{words.PaneProves.In(lang), p.Proves, th.Dim, 3},
		}
	case p.Cue == "" && p.Waits:
		claim.rank, watch.rank = 1, 2
		return []lessonPart{claim, watch}
	}
	return []lessonPart{
		claim, watch,
		{words.PaneDoing.In(lang), p.Doing, th.Dim, 2},
		{words.PaneCue.In(lang), p.Cue, th.Accent, 1},
	}
}

// Draw draws the pane in w×h cells: a rule, h-2 rows of text, and the keys.
func (p Lesson) Draw(l *Look, w, h int) []string {
	if w <= 0 || h <= 0 {
		return exactly(nil, max(w, 0), max(h, 0))
	}
	rows := []string{p.rule(l, w)}
	room := h - 2
	parts := p.fit(l, w, room)
	body := &page{l: l, w: w - 1}
	for _, t := range parts {
		body.labelled(t, p.labelWidth(l))
	}
	rows = append(rows, body.draw(Style{}, w, 0, max(room, 0))...)
	rows = exactly(rows, w, h-1)
	return append(rows, p.keys(l, w))
}

// rule heads the pane.
func (p Lesson) rule(l *Look, w int) string {
	th := l.Theme
	b := newBrush(l, w, Style{})
	b.fill(th.Dim, l.Glyphs.Rule, 2)
	b.text(th.Strong, " "+p.Title+" ")
	b.text(th.Dim, p.Place+" ")
	end := " " + p.Clock + " "
	b.fill(th.Dim, l.Glyphs.Rule, w-Width(l.Method, end)-2)
	b.text(th.Dim, end)
	b.fill(th.Dim, l.Glyphs.Rule, w)
	return b.end()
}

// keys is the last row.
func (p Lesson) keys(l *Look, w int) string {
	b := newBrush(l, w, Style{})
	b.skip(1)
	if p.Warning != "" {
		b.text(l.Theme.Warn, p.Warning)
	} else {
		b.text(pick(p.Waits || p.Verdict != "", l.Theme.Strong, l.Theme.Dim), shorter(l, p.Keys, w-1))
	}
	return b.end()
}

// shorter is keys, of which some in the middle go where there is no room: the
// first says how it goes on, the last how to leave.
func shorter(l *Look, keys string, w int) string {
	all := strings.Split(keys, keysApart)
	for len(all) > 2 && Width(l.Method, strings.Join(all, keysApart)) > w {
		all = append(all[:len(all)-2], all[len(all)-1])
	}
	return strings.Join(all, keysApart)
}

const keysApart = " · "

// labelWidth is how wide the widest label is, with the space behind it.
func (p Lesson) labelWidth(l *Look) int {
	n := 0
	for _, s := range []words.Phrase{words.PaneClaim, words.PaneWatch, words.PaneDoing, words.PaneCue, words.PaneVerdict, words.PaneProves} {
		n = max(n, Width(l.Method, s.In(l.Lang)))
	}
	return n + 2
}

// fit is the parts that there is room for.
func (p Lesson) fit(l *Look, w, room int) []lessonPart {
	var parts []lessonPart
	for _, t := range p.parts(l) {
		if t.text != "" {
			parts = append(parts, t)
		}
	}
	height := func() int {
		body := &page{l: l, w: w - 1}
		for _, t := range parts {
			body.labelled(t, p.labelWidth(l))
		}
		return len(body.rows)
	}
	for len(parts) > 1 && height() > room {
		least := 0
		for i := range parts {
			if parts[i].rank > parts[least].rank {
				least = i
			}
		}
		parts = append(parts[:least], parts[least+1:]...)
	}
	return parts
}

// labelled appends a text with its label before it.
func (p *page) labelled(t lessonPart, indent int) {
	label := Pad(p.l.Method, t.label, indent-1)
	for i, row := range Wrap(p.l.Method, t.text, max(p.w-indent-1, 1)) {
		if i > 0 {
			label = spaces(indent - 1)
		}
		p.line(field{Style{}, " "}, field{p.l.Theme.Dim, label}, field{t.st, row})
	}
}

// A LessonMenu is the lessons there are, one of them picked.
type LessonMenu struct {
	Items  []LessonItem
	Picked int
	Hint   string
}

// A LessonItem is one of them.
type LessonItem struct {
	Name, Title, Claim string
	Outcome            Outcome
}

// Draw draws the menu in w×h cells: the lessons, and what the picked one claims.
func (d LessonMenu) Draw(l *Look, w, h int) []string {
	th := l.Theme
	b := newBrush(l, w, Style{})
	b.fill(th.Dim, l.Glyphs.Rule, 2)
	b.text(th.Strong, " "+words.MenuTitle.In(l.Lang, len(d.Items))+" ")
	b.fill(th.Dim, l.Glyphs.Rule, w)
	rows := []string{b.end()}
	const about = 6 // a rule, four rows of a claim, the keys
	room := max(h-1-about, 1)
	first := min(max(d.Picked-room/2, 0), max(len(d.Items)-room, 0))
	names := 0
	for _, it := range d.Items {
		names = max(names, Width(l.Method, it.Name))
	}
	for i := first; i < min(first+room, len(d.Items)); i++ {
		rows = append(rows, d.row(l, w, i, names))
	}
	rows = exactly(rows, w, h-about)
	b = newBrush(l, w, Style{})
	b.fill(th.Dim, l.Glyphs.Rule, w)
	rows = append(rows, b.end())
	claim := &page{l: l, w: w - 2}
	if len(d.Items) > 0 {
		claim.say(th.Text, 1, d.Items[d.Picked].Claim)
	}
	rows = exactly(append(rows, claim.draw(Style{}, w, 0, about-2)...), w, h-1)
	b = newBrush(l, w, Style{})
	b.skip(1)
	b.text(th.Dim, d.Hint)
	return append(rows, b.end())
}

// row is lesson i of the menu.
func (d LessonMenu) row(l *Look, w, i, names int) string {
	it := d.Items[i]
	picked := i == d.Picked
	b := newBrush(l, w, pick(picked, l.Theme.Selected, Style{}))
	if picked {
		b.text(l.Theme.Accent, l.Glyphs.Selected)
	}
	b.to(2)
	st, sign := it.Outcome.mark(l)
	b.text(st, sign)
	b.to(4)
	b.text(l.Theme.Strong, it.Name)
	b.to(4 + names + 2)
	b.text(l.Theme.Text, it.Title)
	return b.end()
}
