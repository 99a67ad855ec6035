package ui

// A Dialog asks something: what to do with a paste, whether to leave.
type Dialog struct {
	Title   string
	Text    string   // may be foreign: it is spelled out
	Sample  []string // lines of what it is about, foreign; shown as far as there is room
	Choices []Choice
}

// A Choice is one answer and its key.
type Choice struct{ Key, Text string }

// Draw draws d in a box of at most w×h cells.
func (d Dialog) Draw(l *Look, w, h int) []string {
	th := l.Theme
	p := &page{l: l, w: max(min(w-4, 64), 1)}
	p.say(th.Text, 0, d.Text)
	room := h - 2 - len(p.rows) - len(d.Choices) - 2
	if len(d.Sample) > 0 && room > 0 {
		p.blank()
		for _, s := range d.Sample[:min(len(d.Sample), room)] {
			p.line(field{th.Dim, l.Glyphs.Bar + " "}, field{th.Dim, s})
		}
	}
	p.blank()
	for _, c := range d.Choices {
		p.line(field{th.Accent, Pad(l.Method, c.Key, 6)}, field{Style{}, " "}, field{th.Text, c.Text})
	}
	return p.box(d.Title, "", w, h, 0)
}
