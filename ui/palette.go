package ui

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// An ink is a colour by lipgloss' name: "#rrggbb", or the number of one of the
// terminal's own; empty leaves what the terminal writes with.
type ink string

// A paper is what a whole row is drawn on.
type paper struct {
	bg, fg  ink
	reverse bool
}

// A set is the colours of one palette. The text itself has the terminal's own
// colour on the terminal's own background.
type set struct {
	strong, dim, me, good, warn, bad, accent, tcp, udp, hit ink

	nicks              []ink
	loud               []ansi.Attr // where the colour alone would be too quiet
	bar, selected, box paper
}

// inks are the palettes. Every ink is tested for contrast (WCAG AA, 4.5:1) on
// the usual backgrounds and on the papers.
var inks = [...]set{
	Dark: {
		dim: "#9aa3b2", me: "#82b6ff", good: "#86d796", warn: "#ebc76c", bad: "#ff9287", accent: "#82b6ff",
		tcp: "#82b6ff", udp: "#efb077", hit: "#ebc76c",
		nicks: []ink{"#efb077", "#86d796", "#d8a6f8", "#66d4d4", "#f5a3ba", "#dcd073"},
		bar:   paper{bg: "#262b34", fg: "#d9dee7"}, selected: paper{bg: "#2d3645", fg: "#eef1f6"},
		box: paper{bg: "#20252d", fg: "#d9dee7"},
	},
	Light: {
		dim: "#58606c", me: "#0a57a4", good: "#1a6629", warn: "#7a4f00", bad: "#b0241c", accent: "#0a57a4",
		tcp: "#0a57a4", udp: "#8a4500", hit: "#7a4f00",
		nicks: []ink{"#8a4500", "#1a6629", "#742a9c", "#00646c", "#a01c4c", "#645300"},
		bar:   paper{bg: "#e6e9ef", fg: "#1e232d"}, selected: paper{bg: "#dbe5f4", fg: "#1e232d"},
		box: paper{bg: "#f1f3f7", fg: "#1e232d"},
	},
	Dark16: {
		me: "14", good: "10", warn: "11", bad: "9", accent: "14", tcp: "14", udp: "11", hit: "11",
		nicks: []ink{"10", "11", "13", "15"},
	},
	Light16: {
		me: "4", good: "4", warn: "1", bad: "1", accent: "4", tcp: "4", udp: "1", hit: "4",
		nicks: []ink{"1", "4", "0"}, loud: []ansi.Attr{ansi.AttrBold},
	},
	Mono: {
		nicks: []ink{""}, loud: []ansi.Attr{ansi.AttrBold},
		bar: paper{reverse: true}, selected: paper{reverse: true},
	},
}

// style is the ink with attributes.
func style(c ink, attrs ...ansi.Attr) Style {
	var s ansi.Style
	if c != "" {
		s = s.ForegroundColor(c.color())
	}
	s = append(s, ansi.NewStyle(attrs...)...)
	return Style{on: sequence(s)}
}

// ground is the style under a row of paper p.
func ground(p paper) Style {
	var s ansi.Style
	if p.fg != "" {
		s = s.ForegroundColor(p.fg.color())
	}
	if p.bg != "" {
		s = s.BackgroundColor(p.bg.color())
	}
	if p.reverse {
		s = s.Reverse(true)
	}
	return Style{on: sequence(s)}
}

// sequence is s, but nothing instead of a reset if it is empty.
func sequence(s ansi.Style) string {
	if len(s) == 0 {
		return ""
	}
	return s.String()
}

// color is what lipgloss makes of the name.
func (c ink) color() color.Color { return lipgloss.Color(string(c)) }
