package ui

// A pen is what ladders, strips and plots are drawn with, each sign one cell.
// Arrow heads are those that no terminal takes for emoji or draws two cells wide.
type pen struct {
	line, again  string    // of an arrow: the first time, once more
	under        string    // of an arrow that is not yet known to have come
	rail         string    // a time line
	right, left  string    // arrow heads
	dead, held   string    // where an arrow ended, where it is kept
	full, hole   string    // of a strip: bytes that are there, bytes that are missing
	split        string    // where a cut goes through
	axis, corner string    // of a plot, left of it; under the left edge
	tick         string    // on the axis
	levels       []rune    // of a small plot, lowest first
	braille      bool      // dots of a plot
	marks        [6]string // of a plot without braille, by series
}

var (
	finePen = pen{
		line: "─", again: "═", under: "┄", rail: "│", right: "►", left: "◄", dead: "✗", held: "║",
		full: "█", hole: "·", split: "╎", axis: "│", corner: "└", tick: "┴",
		levels: []rune("▁▂▃▄▅▆▇█"), braille: true,
		marks: [6]string{"●", "o", "x", "+", "*", "-"},
	}
	linePen = pen{
		line: "─", again: "═", under: ".", rail: "│", right: ">", left: "<", dead: "x", held: "#",
		full: "█", hole: ".", split: "|", axis: "│", corner: "└", tick: "┴",
		levels: []rune("_.-=+*%#"), marks: [6]string{"o", "+", "x", "#", "*", "-"},
	}
	plainPen = pen{
		line: "-", again: "=", under: ".", rail: "|", right: ">", left: "<", dead: "x", held: "#",
		full: "#", hole: ".", split: "|", axis: "|", corner: "+", tick: "+",
		levels: []rune("_.-=+*%#"), marks: [6]string{"o", "+", "x", "#", "*", "-"},
	}
)
