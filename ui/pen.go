package ui

// A pen is what ladders, strips and plots are drawn with, each sign one cell.
// Arrow heads are those that no terminal takes for emoji or draws two cells wide.
type pen struct {
	line, again  string         // of an arrow: the first time, once more
	under        string         // of an arrow that is not yet known to have come
	rail         string         // a time line
	right, left  string         // arrow heads
	dead, held   string         // where an arrow ended, where it is kept
	full, hole   string         // of a strip: bytes that are there, bytes that are missing
	split        string         // where a cut goes through
	above, below [3]string      // of a row of calls: its left end, between two, its right end
	axis, corner string         // of a plot, left of it; under the left edge
	tick, notch  string         // on the axes: below, at the left
	levels       []rune         // of a small plot, lowest first
	braille      bool           // dots of a plot
	marks        [inkCount]rune // of a plot without braille
}

// plainMarks are the marks of ASCII, by ink.
var plainMarks = [inkCount]rune{InkFaint: '.', InkUDP: 'u', InkTCP: 'o', InkGood: '+', InkWarn: '#', InkBad: 'x'}

var (
	finePen = pen{
		line: "─", again: "═", under: "┄", rail: "│", right: "►", left: "◄", dead: "✗", held: "║",
		full: "█", hole: "·", split: "╎", above: [3]string{"┌", "┬", "┐"}, below: [3]string{"└", "┴", "┘"},
		axis: "│", corner: "└", tick: "┴", notch: "┤",
		levels: []rune("▁▂▃▄▅▆▇█"), braille: true,
	}
	linePen = pen{
		line: "─", again: "═", under: ".", rail: "│", right: ">", left: "<", dead: "x", held: "#",
		full: "█", hole: ".", split: "|", above: [3]string{"┌", "┬", "┐"}, below: [3]string{"└", "┴", "┘"},
		axis: "│", corner: "└", tick: "┴", notch: "┤",
		levels: []rune("_.-=+*%#"), marks: plainMarks,
	}
	plainPen = pen{
		line: "-", again: "=", under: ".", rail: "|", right: ">", left: "<", dead: "x", held: "#",
		full: "#", hole: ".", split: "|", above: [3]string{"+", "+", "+"}, below: [3]string{"+", "+", "+"},
		axis: "|", corner: "+", tick: "+", notch: "+",
		levels: []rune("_.-=+*%#"), marks: plainMarks,
	}
)
