package model

import (
	"runtime"

	"seqtalk/ui"
	"seqtalk/ui/words"
)

// blind is what stands where the ladder would, where no segments are seen: why,
// and how to see them.
func (m *Model) blind(r ui.Rect) []string {
	b := ui.Blind{Command: "seqtalk compare"}
	if at := m.progress(); at != nil && at.Transcript {
		return ui.Quiet(m.look, words.ReplayNoPackets.In(m.look.Lang), r.W, r.H)
	}
	if runtime.GOOS == "linux" {
		b.Capture = "sudo setcap cap_net_raw+ep $(command -v seqtalk)"
	}
	return b.Draw(m.look, r.W, r.H)
}
