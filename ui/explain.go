package ui

import (
	"slices"
	"strings"

	"seqtalk/ui/words"
)

// An Explanation says what something on the screen is, with the numbers that
// stand there.
type Explanation struct {
	Title  string
	Text   string        // two sentences
	Sum    string        // how a number comes about: "ack 88 = 34 + 54: …"
	Ref    string        // "RFC 9293 §3.4"
	Then   []Explanation // of what else belongs to it
	Hint   string        // what to press
	Scroll int           // rows
}

// Draw draws e in a box of at most w×h cells.
func (e Explanation) Draw(l *Look, w, h int) []string {
	p := e.page(l, w, h)
	first := min(max(e.Scroll, 0), e.MaxScroll(l, w, h))
	return p.box(e.Title, e.Hint, w, h, first)
}

// MaxScroll is how far Scroll can go in w×h cells.
func (e Explanation) MaxScroll(l *Look, w, h int) int {
	return max(len(e.page(l, w, h).rows)-max(h-2, 1), 0)
}

// page is e in rows.
func (e *Explanation) page(l *Look, w, h int) *page {
	th := l.Theme
	p := &page{l: l, w: max(min(w-4, 64), 1)}
	e.write(p)
	for i := range e.Then {
		p.blank()
		p.say(th.Strong, 0, e.Then[i].Title)
		e.Then[i].write(p)
	}
	p.squeeze(h - 2)
	return p
}

// write adds what e says.
func (e *Explanation) write(p *page) {
	th := p.l.Theme
	p.say(th.Text, 0, e.Text)
	p.say(th.Accent, 0, e.Sum)
	if e.Ref != "" {
		if e.Then == nil && len(p.rows) < 6 {
			p.blank()
		}
		p.say(th.Dim, 0, e.Ref)
	}
}

// Explain explains a topic with the values its comment names.
func Explain(l *Look, t words.Topic, args ...any) Explanation {
	return Explanation{
		Title: t.Title.In(l.Lang),
		Text:  t.Text.In(l.Lang, args...),
		Ref:   t.Ref,
		Hint:  words.EscCloses.In(l.Lang),
	}
}

// refs are where the standards say what e tells, each once.
func (e *Explanation) refs() string {
	all := []string{e.Ref}
	for i := range e.Then {
		if r := e.Then[i].Ref; !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return strings.Trim(strings.Join(all, ", "), ", ")
}
