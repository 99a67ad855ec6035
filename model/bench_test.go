package model

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"seqtalk/model/paint"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// wired is paper whose segments are seen.
type wired struct {
	*paper
	segs []segment.Segment
}

// Segments implements transport.Transport.
func (w *wired) Segments(since uint64) ([]segment.Segment, uint64, uint64) {
	return w.segs[since:], uint64(len(w.segs)), 0
}

// carry has a segment with n octets seen.
func (w *wired) carry(n int) {
	at := uint64(len(w.segs))
	w.segs = append(w.segs, segment.Segment{
		Ordinal: at + 1, At: time.Unix(1_800_000_000, int64(at)*1e6), Proto: segment.TCP, Dir: segment.In, Known: true,
		Src: netip.MustParseAddrPort("127.0.0.1:48120"), Dst: netip.MustParseAddrPort("127.0.0.1:9001"),
		Flags: segment.PSH | segment.ACK, Seq: uint32(1 + at*60), RelSeq: 1 + at*60, Ack: 1, RelAck: 1, Len: n, Size: n + 52, Wnd: 65536,
	})
}

// BenchmarkFrame is what the screen of 120×40 cells, with the ladder beside the
// conversation, costs for a key and for a message that comes with its segments.
func BenchmarkFrame(b *testing.B) {
	for _, what := range []string{"key", "message"} {
		b.Run(what, func(b *testing.B) {
			m, p, now := screen(&testing.T{})
			w := &wired{paper: p}
			m.tr, m.sight.tr = w, w
			m.take(tea.WindowSizeMsg{Width: 120, Height: 40})
			meet(m, p, segment.TCP, session.Framed)
			for i := range 200 {
				w.carry(60)
				m.Update(came(fmt.Sprintf("m%07d the quick brown fox jumps over the lazy dog", i)))
			}
			*now = now.Add(time.Second)
			m.watch(*now)
			painter := paint.New(colorprofile.TrueColor)
			painter.Paint(m.frame())
			bytes, n := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				if what == "key" {
					drive(m, []string{"x", "<backspace>"}[n%2])
				} else {
					w.carry(60)
					*now = now.Add(time.Second)
					m.Update(came(fmt.Sprintf("m%07d the quick brown fox jumps over the lazy dog", n)))
				}
				bytes += len(painter.Paint(m.frame()))
				n++
			}
			b.ReportMetric(float64(bytes)/float64(n), "B/frame")
		})
	}
}

var _ transport.Transport = (*wired)(nil)
