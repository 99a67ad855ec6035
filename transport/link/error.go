package link

import (
	"fmt"
	"strings"
)

// A ParseError points at the word of a SPEC that cannot stand there.
type ParseError struct {
	Spec    string
	Word    string   // as it was written; empty if the SPEC ends too early
	Offset  int      // of Word in Spec, in bytes
	Problem string   // follows the word: "is not known"
	Nearest string   // what was probably meant; empty if nothing is near
	Allowed []string // what may stand there; nil if that is clear from Problem
}

// Error names the SPEC and the word: "delay 100ms lossy 5%": "lossy" is not
// known, did you mean loss? allowed: delay, loss, …
func (e *ParseError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q: ", e.Spec)
	if e.Word != "" {
		fmt.Fprintf(&b, "%q ", e.Word)
	}
	b.WriteString(e.Problem)
	sep := "; "
	if e.Nearest != "" {
		fmt.Fprintf(&b, ", did you mean %s?", e.Nearest)
		sep = " "
	}
	if e.Allowed != nil {
		b.WriteString(sep + "allowed: " + strings.Join(e.Allowed, ", "))
	}
	return b.String()
}

// nearest returns the candidate that is at most two letters off w, or that w
// begins with, or that begins with w; the empty string if there is none.
func nearest(w string, candidates []string) string {
	best, least := "", 3
	for _, c := range candidates {
		d := distance(w, c)
		if len(w) > 2 && (strings.HasPrefix(w, c) || strings.HasPrefix(c, w)) {
			d = min(d, 1)
		}
		if d < least && d < len(c) && d < len(w) {
			best, least = c, d
		}
	}
	return best
}

// distance is Levenshtein's: letters to insert, delete or replace. Words longer
// than any of ours are far from all of them.
func distance(a, b string) int {
	if len(a) > 20 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
