package ui

// A Part is something the status bar tells.
type Part uint8

// The parts, as they stand in the bar.
const (
	NoPart Part = iota
	PartState
	PartSilent
	PartAgain
	PartProto
	PartPorts
	PartRTT
	PartCwnd
	PartResent
	PartFlight
	PartUnsent
	PartWindow
	PartWord
	PartExtra
	PartOutFlags
	PartOutSeq
	PartOutAck
	PartInFlags
	PartInSeq
	PartInAck
	PartISN
	PartNumbers // stands in for the numbers while there are none
	PartUDPNone
	PartIDs
	PartDropped
	PartSource
)

// A Spot is a part of one leg in the status bar.
type Spot struct {
	Leg  int // in Status.Legs
	Part Part
}

// A Place is where a Spot is drawn.
type Place struct {
	Spot
	X, W int
	Text string
}

// Spots are what the two lines of the bar show in w cells, from left to right.
func (s Status) Spots(l *Look, w int) [2][]Place {
	var rows [2][]Place
	lines, indent := s.lines(l)
	for i := range lines {
		rows[i] = lines[i].spots(l, w, indent[i])
	}
	return rows
}

// spots are what a shows in w cells.
func (a *bar) spots(l *Look, w, indent int) []Place {
	var all []Place
	x, level, gap := a.place(l, w, indent)
	a.each(level, gap, func(gap int, f field, about Spot) {
		n := Width(l.Method, f.s)
		k := len(all) - 1
		switch {
		case about.Part == NoPart || x+gap >= w:
		case k >= 0 && all[k].Spot == about:
			all[k].Text += spaces(gap) + f.s
			all[k].W = min(x+gap+n, w) - all[k].X
		default:
			all = append(all, Place{Spot: about, X: x + gap, W: min(n, w-x-gap), Text: f.s})
		}
		x += gap + n
	})
	return all
}
