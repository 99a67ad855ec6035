package model

import "seqtalk/ui"

// blind is what stands where the ladder would, where no segments are seen: why,
// and how to see them.
func (m *Model) blind(r ui.Rect) []string {
	return ui.Blind{Command: "seqtalk compare"}.Draw(m.look, r.W, r.H)
}
