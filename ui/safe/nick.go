package safe

import (
	"fmt"
	"hash/fnv"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxNick is how many cells a nick may fill.
const maxNick = 24

// Nick is the name to show for a peer who calls itself raw: raw if that is a
// valid nick, else peer-XXXX, four hexadecimal digits made from raw. So a name
// that is no name still stays the same from message to message. It proves
// nothing: anyone may call himself peer-XXXX. The spans of a nick know only what
// is shown.
func Nick(raw string) Text {
	if ValidNick(raw) {
		return Text{safe: raw}
	}
	h := fnv.New32a()
	h.Write([]byte(raw))
	sum := h.Sum32()
	return Text{safe: fmt.Sprintf("peer-%04x", sum>>16^sum&0xFFFF)}
}

// ValidNick reports whether s is a name that can stand beside our own words: 1
// to 24 cells of A-Z a-z 0-9 _ . - and of the letters and digits of any script,
// in NFC, with no mark and nothing invisible.
//
// A narrower rule, ASCII alone, would keep out look-alikes (аlice with a
// Cyrillic а). It would also keep out 小明, and the people who use this have
// Chinese names. So look-alikes are possible, and so are right-to-left names
// that some terminals reorder; our own lines are therefore never told by their
// nick alone. Names that need marks (Thai, Hindi) are not valid.
func ValidNick(s string) bool {
	cells := 0
	for _, r := range s { // an octet that is not UTF-8 comes as U+FFFD, a symbol
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '.', r == '-':
			cells++
		case r < 0x80, !unicode.IsLetter(r) && !unicode.IsDigit(r), kindOf(r) != plain:
			return false
		case r < 0x1100:
			cells++ // no wide character stands below U+1100 (UAX #11)
		default:
			cells += 2 // the most a letter can fill: a bound, not a measure
		}
		if cells > maxNick {
			return false
		}
	}
	return cells > 0 && norm.NFC.IsNormalString(s)
}
