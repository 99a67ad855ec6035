package ui

import (
	"strings"

	"seqtalk/ui/words"
)

// Help lists keys and commands.
type Help struct {
	Title  string
	Hint   string // on the lower edge
	Groups []HelpGroup
	Filter string // only entries that hold it, whatever its case
	Scroll int    // rows
}

// A HelpGroup is a part of the list.
type HelpGroup struct {
	Title   string
	Entries []HelpEntry
}

// A HelpEntry is what to press or to type, and what it does.
type HelpEntry struct{ Keys, Text string }

// Draw draws the list in a box of at most w×h cells.
func (h Help) Draw(l *Look, w, ht int) []string {
	p := h.page(l, w-4)
	return p.box(h.Title, h.Hint, w, ht, h.clamp(len(p.rows), ht))
}

// MaxScroll is how far Scroll can go in w×h cells.
func (h Help) MaxScroll(l *Look, w, ht int) int {
	p := h.page(l, w-4)
	return max(len(p.rows)-max(ht-2, 1), 0)
}

// clamp keeps Scroll in a list of n rows.
func (h Help) clamp(n, ht int) int { return min(max(h.Scroll, 0), max(n-max(ht-2, 1), 0)) }

// page is the list, in rows.
func (h Help) page(l *Look, w int) *page {
	th := l.Theme
	p := &page{l: l, w: max(w, 1)}
	keys := h.keyWidth(l, p.w)
	for _, g := range h.Groups {
		titled := false
		for _, e := range g.Entries {
			if !h.wants(e) {
				continue
			}
			if !titled {
				if len(p.rows) > 0 {
					p.blank()
				}
				p.line(field{th.Strong, g.Title})
				titled = true
			}
			p.entry(e, keys)
		}
	}
	if len(p.rows) == 0 {
		p.say(th.Dim, 0, words.HelpNothing.In(l.Lang, h.Filter))
	}
	return p
}

// entry appends a key and what it does.
func (p *page) entry(e HelpEntry, keys int) {
	th, m := p.l.Theme, p.l.Method
	if keys == 0 {
		p.line(field{th.Accent, e.Keys})
		p.say(th.Text, 2, e.Text)
		return
	}
	for i, row := range Wrap(m, e.Text, p.w-keys-2) {
		p.line(field{th.Accent, Pad(m, pick(i == 0, e.Keys, ""), keys)}, field{Style{}, "  "}, field{th.Text, row})
	}
}

// keyWidth is the width of the column of keys; 0: what they do stands under them.
func (h Help) keyWidth(l *Look, w int) int {
	n := 0
	for _, g := range h.Groups {
		for _, e := range g.Entries {
			n = max(n, Width(l.Method, e.Keys))
		}
	}
	if n > w/2 {
		return 0
	}
	return n
}

// wants reports that e passes the filter.
func (h Help) wants(e HelpEntry) bool {
	f := strings.ToLower(h.Filter)
	return strings.Contains(strings.ToLower(e.Keys), f) || strings.Contains(strings.ToLower(e.Text), f)
}
