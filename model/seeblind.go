package model

import (
	"runtime"

	"seqtalk/ui"
)

// blind is what stands where the ladder would, where no segments are seen: why,
// and how to see them.
func (m *Model) blind(r ui.Rect) []string {
	b := ui.Blind{Command: "seqtalk compare"}
	if runtime.GOOS == "linux" {
		b.Capture = "sudo setcap cap_net_raw+ep $(command -v seqtalk)"
	}
	return b.Draw(m.look, r.W, r.H)
}
