package ui

import (
	"iter"
	"strings"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// exportWidth is how wide an exported ladder is: all that is known fits.
const exportWidth = 160

// Lines are the whole ladder as plain text, line by line, whatever is selected
// or frozen.
func (d Ladder) Lines(l *Look) iter.Seq[string] {
	return func(yield func(string) bool) {
		d.W, d.H, d.Selected, d.Until = exportWidth, 4, None, None
		f := d.frame(l)
		if f == nil {
			return
		}
		r := d.Rungs.Rung(f.first)
		if !yield(plain(f.heading(&r))) {
			return
		}
		for i := f.first; i < f.end; i++ {
			r := d.Rungs.Rung(i)
			if !yield(plain(f.row(i, &r))) {
				return
			}
		}
	}
}

// Markdown is Lines as a page of Markdown with title above it. No line of the
// ladder can end its code block: each begins with a time.
func (d Ladder) Markdown(l *Look, title string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, s := range []string{"# " + escape(title), "", words.LadderLegend.In(l.Lang), "", "```text"} {
			if !yield(s) {
				return
			}
		}
		for s := range d.Lines(l) {
			if !yield(s) {
				return
			}
		}
		yield("```")
	}
}

// plain is a drawn row without its styles and the blanks at its end.
func plain(row string) string { return strings.TrimRight(Strip(row), " ") }

// escape is s, foreign, as text in Markdown.
func escape(s string) string {
	var b strings.Builder
	for _, r := range safe.String(s).String() {
		if r < 0x80 && strings.ContainsRune("\\`*_{}[]<>()#!|&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
