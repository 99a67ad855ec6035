package transport

import (
	"net/netip"
	"testing"
	"time"

	"seqtalk/transport/segment"
)

// A tap is a witness that has seen what it is told.
type tap struct{ segs []segment.Segment }

func (w *tap) Segments(since uint64) ([]segment.Segment, uint64, uint64) {
	return w.segs[since:], uint64(len(w.segs)), 0
}

// A tap is ahead of its stack, and a firewall between them may throw away what
// it saw: an ACK's time is exact only if it is sure which one was heard.
func TestAckHeard(t *testing.T) {
	const ack, lost = 1, 2
	noon := time.Unix(0, 0).UTC()
	for _, c := range []struct {
		name  string
		seen  []int // at each look: a segment that acknowledges 10 bytes, or one that the stack never had
		heard int   // the look at which the stack has heard one
		at    int   // the look before which that one came
		exact bool
	}{
		{"at once", []int{ack}, 0, 0, true},
		{"the stack was slow", []int{ack, 0, 0}, 2, 0, true},
		{"the first died", []int{lost, ack}, 1, 1, false},
		{"another died long before", []int{lost, 0, ack}, 2, 2, false},
		{"a second one came after", []int{ack, ack}, 1, 0, true},
	} {
		w := &tap{}
		r := trail{witness: w, local: netip.MustParseAddrPort("127.0.0.1:1"), remote: netip.MustParseAddrPort("127.0.0.1:2")}
		came, taken := 0, 0
		for look, what := range c.seen {
			now := noon.Add(time.Duration(look+1) * time.Second)
			if what != 0 {
				came++
				w.segs = append(w.segs, segment.Segment{
					At: now.Add(-time.Millisecond), Proto: segment.TCP, Dir: segment.In, Src: r.remote, Dst: r.local,
					Flags: segment.ACK, RelAck: 11, Known: true,
				})
			}
			s := segment.Snapshot{Source: segment.Capture, Known: segment.HasStrayed | segment.HasSnd, SndUna: 1}
			if look == c.heard {
				for _, was := range c.seen[:look+1] {
					if was == ack {
						taken++
					}
				}
				s.SndUna = 11
			}
			s.Strayed = came - taken
			r.look(&s, nil)
			if look == c.heard {
				at, exact := r.acked(10, now)
				want := noon.Add(time.Duration(c.at+1)*time.Second - time.Millisecond)
				if exact != c.exact || at != want {
					t.Errorf("%s: heard at %v, exact: %v; want %v, %v", c.name, at, exact, want, c.exact)
				}
			}
			r.settle(s)
			if look == c.heard && len(r.acks) > 0 {
				t.Errorf("%s: %d are kept", c.name, len(r.acks))
			}
		}
	}
}
