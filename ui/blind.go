package ui

import "seqtalk/ui/words"

// A Blind stands where a ladder would, where no packets are seen: it says what
// is not known, and how to see it.
type Blind struct {
	Command  string // what shows them
	Recorded bool   // this is a recording that holds none
	Capture  string // what, run once, lets it see them; "": nothing does
}

// Draw draws it in the middle of w×h cells.
func (d Blind) Draw(l *Look, w, h int) []string {
	if w <= 0 || h <= 0 {
		return exactly(nil, w, h)
	}
	p := page{l: l, w: min(w-2, 72)}
	p.say(l.Theme.Strong, 1, words.BlindTitle.In(l.Lang))
	p.blank()
	p.say(l.Theme.Text, 1, words.BlindWhy.In(l.Lang))
	p.blank()
	p.say(l.Theme.Text, 1, words.BlindHow.In(l.Lang))
	p.command(d.Command)
	if d.Capture != "" {
		p.blank()
		p.say(l.Theme.Text, 1, words.BlindCap.In(l.Lang))
		p.command(d.Capture)
	}
	return middle(&p, w, h)
}

// Quiet says in the middle of w×h cells why there is nothing else to see there.
func Quiet(l *Look, text string, w, h int) []string {
	if w <= 0 || h <= 0 {
		return exactly(nil, w, h)
	}
	p := page{l: l, w: min(w-2, 72)}
	p.say(l.Theme.Dim, 1, text)
	return middle(&p, w, h)
}

// middle puts p into the middle of w×h cells.
func middle(p *page, w, h int) []string {
	rows := blankRows(nil, w, max(h-len(p.rows), 0)/2)
	rows = append(rows, p.draw(Style{}, w, 0, min(len(p.rows), h-len(rows)))...)
	return exactly(rows, w, h)
}
