package ui

import "seqtalk/ui/words"

// An Empty is what stands where a conversation will be: it says what is
// waited for, and what to do.
type Empty struct {
	Addr    string   // ours, where we wait, or the peer's, whom we call
	Protos  string   // "TCP", "TCP and UDP"
	Calling bool     // we dial; else we wait
	Command string   // to be run in the other terminal
	Remote  []string // the same from other machines, one for each address they could reach
	Trouble string   // what went wrong last, in words
}

// Draw draws e in the middle of w×h cells.
func (e Empty) Draw(l *Look, w, h int) []string {
	if w <= 0 || h <= 0 {
		return exactly(nil, w, h)
	}
	t := e.text(l, min(w-2, 72), true)
	t.squeeze(h)
	if len(t.rows) > h {
		t = e.text(l, min(w-2, 72), false)
		t.squeeze(h)
	}
	rows := blankRows(nil, w, max((h-len(t.rows))/2, 0))
	left := max((w-t.widest)/2, 0)
	for _, r := range t.rows {
		b := newBrush(l, w, Style{})
		b.skip(left)
		for _, f := range r {
			b.text(f.st, f.s)
		}
		rows = append(rows, b.end())
	}
	return exactly(rows, w, h)
}

// text is what e says, in rows of at most w cells: with what to do alone, or not.
func (e Empty) text(l *Look, w int, alone bool) page {
	th := l.Theme
	p := page{l: l, w: w}
	title := pick(e.Calling, words.EmptyCalling, words.EmptyWaiting)
	p.line(field{th.Accent, pick(e.Calling, l.Glyphs.Half, l.Glyphs.Off) + " "}, field{th.Strong, title.In(l.Lang, e.Addr)})
	p.say(th.Dim, 2, e.Protos)
	if e.Trouble != "" {
		p.say(th.Warn, 2, e.Trouble)
	}
	p.blank()
	if e.Command != "" {
		p.say(th.Text, 2, words.EmptySecond.In(l.Lang))
		p.command(e.Command)
		p.blank()
	}
	if len(e.Remote) > 0 {
		p.say(th.Text, 2, words.EmptyRemote.In(l.Lang))
		for _, c := range e.Remote {
			p.command(c)
		}
		p.blank()
	}
	if alone {
		p.say(th.Dim, 2, words.EmptyAlone.In(l.Lang))
		p.command("seqtalk compare")
	}
	return p
}
