package ui

import (
	"iter"
	"strings"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// exportWidth is how wide an exported ladder is: all that is known fits.
const exportWidth = 160

// Lines are the whole ladder, as it is filtered and frozen, as plain text, line
// by line.
func (d Ladder) Lines(l *Look) iter.Seq[string] {
	return func(yield func(string) bool) {
		d.W, d.H, d.Selected = exportWidth, 4, None
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

// Line is rung i as plain text.
func (d Ladder) Line(l *Look, i uint64) string {
	d.W, d.H, d.Selected = exportWidth, 4, None
	f := d.frame(l)
	if f == nil || i < f.first || i >= f.end {
		return ""
	}
	r := d.Rungs.Rung(i)
	return strings.TrimSpace(plain(f.row(i, &r)))
}

// Markdown is the whole ladder, as it is filtered and frozen, as a table in a
// page of Markdown with title above it.
func (d Ladder) Markdown(l *Look, title string) iter.Seq[string] {
	return func(yield func(string) bool) {
		d.W, d.H = exportWidth, 4
		f := d.frame(l)
		if f == nil {
			return
		}
		for _, s := range []string{"# " + escape(title), "", words.LadderLegend.In(l.Lang), "", f.tableHead(), "|---:|---|---|:---:|---|---|---|---|"} {
			if !yield(s) {
				return
			}
		}
		for i := f.first; i < f.end; i++ {
			r := d.Rungs.Rung(i)
			if !yield(f.tableRow(&r)) {
				return
			}
		}
	}
}

// tableHead names the columns, and who stands at either side.
func (d *rungs) tableHead() string {
	in := d.l.Lang
	left, right := d.Left, d.Right
	if left == "" {
		left = words.LadderMe.In(in)
	}
	if right == "" {
		right = words.LadderPeer.In(in)
	}
	return cells(words.LadderSeconds.In(in), "", left, "", right, words.ExportSegment.In(in), words.ExportText.In(in), words.ExportRemarks.In(in))
}

// tableRow is r as a row of the table.
func (d *rungs) tableRow(r *Rung) string {
	at := string(seconds(nil, r.At, 6))
	var said []string
	for _, t := range r.Texts {
		said = append(said, safe.Line(t).String())
	}
	text := strings.Join(said, d.l.Glyphs.pen.split)
	if r.Proto == "" {
		return cells(at, "", "", "", "", "", text, "")
	}
	if r.Torn[0] {
		text = "…" + text
	}
	if r.Torn[1] {
		text += "…"
	}
	if r.Control != "" {
		text = strings.TrimSpace(text + " " + r.Control)
	}
	note, _ := d.note(r)
	if r.Trip > 0 {
		note = strings.Trim(Span(r.Trip)+words.LadderAnd.In(d.l.Lang)+note, words.LadderAnd.In(d.l.Lang))
	}
	return cells(at, r.Proto, portText(r.Left), r.sign(), portText(r.Right), d.label(r, 0), text, note)
}

// sign is r's arrow in a few characters, whatever the terminal knows.
func (r *Rung) sign() string {
	line := pick(r.Again(), "═", "─")
	switch end := pick(r.In, "◀", "▶"); {
	case r.Way == Died:
		return pick(r.In, "✗"+line, line+"✗")
	case r.Way == Unseen:
		return pick(r.In, "?"+line, line+"?")
	case r.Way == OnWay || r.Way == Held:
		return pick(r.In, end+"┄", "┄"+end)
	case r.In:
		return end + line
	default:
		return line + end
	}
}

// cells is a row of a table.
func cells(texts ...string) string {
	for i := range texts {
		texts[i] = escape(texts[i])
	}
	return "| " + strings.Join(texts, " | ") + " |"
}

// plain is a drawn row without its styles and the blanks at its end.
func plain(row string) string { return strings.TrimRight(Strip(row), " ") }

// escape is s, foreign, as text in Markdown.
func escape(s string) string {
	var b strings.Builder
	for _, r := range safe.String(s).String() {
		if r < 0x80 && strings.ContainsRune("\\`*_{}[]<>~|&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
