package ui

import "seqtalk/ui/words"

// An Explanation says what something on the screen is, with the numbers that
// stand there.
type Explanation struct {
	Title string
	Text  string // two sentences
	Ref   string // "RFC 9293 §3.4"
	Hint  string // what to press
}

// Draw draws e in a box of at most w×h cells.
func (e Explanation) Draw(l *Look, w, h int) []string {
	th := l.Theme
	p := &page{l: l, w: max(min(w-4, 64), 1)}
	p.say(th.Text, 0, e.Text)
	if e.Ref != "" {
		p.blank()
		p.say(th.Dim, 0, e.Ref)
	}
	return p.box(e.Title, e.Hint, w, h, 0)
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
