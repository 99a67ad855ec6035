package model

// recallRoom is how many lines of input are remembered.
const recallRoom = 500

// A recall is what was typed before, for ↑ and ↓. What is being typed is kept
// while older lines are looked at.
type recall struct {
	lines []string // the oldest first
	at    int      // of the line looked at; len(lines): none
	draft string   // what was being typed
}

// add remembers s, unless it is what was remembered last.
func (r *recall) add(s string) {
	if n := len(r.lines); s != "" && (n == 0 || r.lines[n-1] != s) {
		r.lines = append(r.lines, s)
	}
	if len(r.lines) > recallRoom {
		r.lines = append(r.lines[:0], r.lines[len(r.lines)-recallRoom:]...)
	}
	r.at, r.draft = len(r.lines), ""
}

// older is the line before the one shown now, which is now; ok is false where
// there is none.
func (r *recall) older(now string) (s string, ok bool) {
	if r.at == 0 {
		return "", false
	}
	if r.at == len(r.lines) {
		r.draft = now
	}
	r.at--
	return r.lines[r.at], true
}

// newer is the line after the one shown; in the end the draft.
func (r *recall) newer() (s string, ok bool) {
	if r.at == len(r.lines) {
		return "", false
	}
	r.at++
	if r.at == len(r.lines) {
		return r.draft, true
	}
	return r.lines[r.at], true
}
