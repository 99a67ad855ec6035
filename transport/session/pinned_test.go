package session

import (
	"bytes"
	"runtime"
	"testing"
)

// TestNothingPinned: what is kept of the texts keeps no more than a few times
// their length in memory, whatever came between them.
func TestNothingPinned(t *testing.T) {
	for name, between := range map[string][]byte{
		"a frame of a later version": append([]byte{magic, version, modePlain, 200, 0, 1, 0, 0}, make([]byte, maxLength)...),
		"renames":                    bytes.Repeat(frameOf(nick, 0, &nickBody{Nick: "n"}), 600),
	} {
		m := New(t0, config(false, false, Framed))
		m.Input(t0, frames(false)["HELLO"])
		var kept [][]byte
		before := heap()
		for id := range uint64(200) {
			m.Input(t0, append(frameOf(text, 0, &textBody{ID: id + 1, Text: []byte("x")}), between...))
			for ev, ok := m.NextEvent(); ok; ev, ok = m.NextEvent() {
				if r, ok := ev.(Received); ok {
					kept = append(kept, r.Text)
				}
			}
			outs(m, t0)
		}
		if grown := heap() - before; len(kept) != 200 || grown > 1<<20 {
			t.Errorf("%s: %d texts of an octet keep %d KiB", name, len(kept), grown>>10)
		}
		runtime.KeepAlive(kept)
	}
}

// heap is how many octets are in use.
func heap() int {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int(s.HeapAlloc)
}

// TestSkipping: a frame of an unknown type is not collected, however it is cut,
// and what follows it is understood.
func TestSkipping(t *testing.T) {
	said := append(frameOf(200, 0, make([]byte, 5000)), frameOf(text, 0, &textBody{ID: 1, Text: []byte("after")})...)
	for _, cut := range []int{1, 7, 8, 9, 1000, 5011, len(said)} {
		m := New(t0, config(false, false, Framed))
		m.Input(t0, frames(false)["HELLO"])
		events(m)
		for rest := said; len(rest) > 0; {
			n := min(cut, len(rest))
			m.Input(t0, rest[:n])
			rest = rest[n:]
			if cut == 1000 && len(rest) > 1000 && len(m.in.rx) > 0 {
				t.Errorf("%d octets of it are kept", len(m.in.rx))
			}
		}
		ev, _ := m.NextEvent()
		r, ok := ev.(Received)
		if !ok || string(r.Text) != "after" || m.Counters().Skipped != 1 {
			t.Errorf("cut at %d: %+v, %+v", cut, ev, m.Counters())
		}
		hello := len(frames(false)["HELLO"])
		if int(r.Last) != hello+len(said) {
			t.Errorf("cut at %d: it ends at %d of %d", cut, r.Last, hello+len(said))
		}
	}
}
