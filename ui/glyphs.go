package ui

// Glyphs are the signs that are drawn. Each stands beside a colour, never
// instead of words one could not guess.
type Glyphs struct {
	Queued, Sent, Acked, Delivered, Unknown, Failed string // marks
	Resent, Dup, Late, More                         string
	On, Half, Off, Bad                              string // states
	Both                                            string // between two addresses
	Info, Warn, Alarm                               string // notes
	Mine, Selected                                  string // gutter: one cell
	Prompt                                          string
	Play, Hold, Thick                               string // of a recording: one cell
	Rule, Bar, Thumb                                string // one cell
	Down                                            string
	AtMost, To                                      string // before a bound, between the ends of a range
	Box                                             [6]string

	pen *pen // of the drawings

	ascii bool // our own words keep to ASCII too
	only  bool // and so does everything else
}

// Unicode is for terminals that say UTF-8.
var Unicode = Glyphs{
	Queued: "…", Sent: "→", Acked: "✓", Delivered: "✓✓", Unknown: "?", Failed: "✗",
	Resent: "↻", Dup: "⧉", Late: "↕", More: "⋯",
	On: "●", Half: "◐", Off: "○", Bad: "✗", Both: "⇄",
	Info: "·", Warn: "!", Alarm: "!!", Mine: "▎", Selected: "▸", Prompt: "›",
	Play: "▶", Hold: "‖", Thick: "━",
	Rule: "─", Bar: "│", Thumb: "┃",
	Down: "↓", AtMost: " ≤ ", To: "–",
	Box: [6]string{"╭", "─", "╮", "│", "╰", "╯"}, pen: &finePen,
}

// ASCII is for terminals that do not. What people say is drawn as it is: many a
// terminal knows UTF-8 and does not say so.
var ASCII = Glyphs{
	Queued: "..", Sent: "->", Acked: "ok", Delivered: "++", Unknown: "?", Failed: "x",
	Resent: "R", Dup: "D", Late: "<>", More: "..",
	On: "*", Half: "o", Off: ".", Bad: "x", Both: "<>",
	Info: "-", Warn: "!", Alarm: "!!", Mine: "|", Selected: ">", Prompt: ">",
	Play: ">", Hold: "=", Thick: "=",
	Rule: "-", Bar: "|", Thumb: "#",
	Down: "v", AtMost: " <=", To: "-",
	Box: [6]string{"+", "-", "+", "|", "+", "+"}, pen: &plainPen, ascii: true,
}

// SevenBit is for terminals that say they have another character set. There
// the octets of UTF-8 can mean anything, so what is not ASCII is drawn as
// question marks.
var SevenBit = sevenBit()

func sevenBit() Glyphs {
	g := ASCII
	g.only = true
	return g
}

// Console is for the Linux console: its font has lines, but no ticks.
var Console = console()

func console() Glyphs {
	g := ASCII
	g.Rule, g.Bar, g.Mine = "─", "│", "│"
	g.ascii = false
	g.Box, g.pen = [6]string{"┌", "─", "┐", "│", "└", "┘"}, &linePen
	return g
}
