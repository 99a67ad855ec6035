package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"seqtalk/ui/words"
)

// Help lists keys and commands.
type Help struct {
	Title  string
	Hint   string // on the lower edge
	Groups []HelpGroup
	Filter string // only entries that hold it, whatever its case: as a word or its beginning, or else anywhere
	Missed string // what was asked for and is nowhere; Filter is what is nearest to it
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
	least := h.least()
	if h.Missed != "" {
		p.say(th.Warn, 0, words.HelpNearest.In(l.Lang, h.Missed, h.Filter))
	}
	for _, g := range h.Groups {
		titled := false
		for _, e := range g.Entries {
			if e.rank(h.Filter) < least {
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
	if !h.Finds(h.Filter) {
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

// How well an entry matches a word.
const (
	anywhere = 1 + iota
	asWord   // or the beginning of one; Chinese has no spaces, so there anywhere is as good
)

// rank is how well e matches f; 0: not at all.
func (e HelpEntry) rank(f string) int {
	f = strings.ToLower(f)
	text := strings.ToLower(e.Keys + " " + e.Text)
	at := strings.Index(text, f)
	if at < 0 {
		return 0
	}
	plain := func(r rune) bool { return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	first, _ := utf8.DecodeRuneInString(f)
	for plain(first) {
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		if !plain(before) {
			return asWord
		}
		next := strings.Index(text[at+len(f):], f)
		if next < 0 {
			return anywhere
		}
		at += len(f) + next
	}
	return asWord
}

// least is how well an entry must match to be shown: as well as the best, as
// far as words go.
func (h Help) least() int {
	for _, g := range h.Groups {
		for _, e := range g.Entries {
			if e.rank(h.Filter) == asWord {
				return asWord
			}
		}
	}
	return anywhere
}

// Finds reports that an entry matches f.
func (h Help) Finds(f string) bool {
	for _, g := range h.Groups {
		for _, e := range g.Entries {
			if e.rank(f) > 0 {
				return true
			}
		}
	}
	return false
}
