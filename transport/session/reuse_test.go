package session

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestTextsStay: texts of every length, cut into reads of every length, stay what
// they were, whatever comes after them and although octets that were copied may be
// written over.
func TestTextsStay(t *testing.T) {
	for _, w := range []Wire{Framed, Line} {
		for _, datagram := range []bool{false, true} {
			for seed := range uint64(4) {
				t.Run(fmt.Sprint(w, datagram, seed), func(t *testing.T) { textsStay(t, w, datagram, rand.New(rand.NewPCG(seed, 1))) })
			}
		}
	}
}

func textsStay(t *testing.T, w Wire, datagram bool, rng *rand.Rand) {
	p := newPair(datagram, w, w, 0)
	p.settle(t0)
	events(p.b)
	most := 60_000
	if w == Line {
		most = maxLine - 1
	}
	if datagram {
		most = 1000
	}
	var said, got [][]byte
	var stream []byte
	flush := func() {
		for len(stream) > 0 {
			n := 1 + rng.IntN(70_000)
			n = min(n, len(stream))
			p.b.Input(t0, stream[:n])
			clear(stream[:n]) // it is not the machine's
			stream = stream[n:]
			for r, ok := p.b.NextReceived(); ok; r, ok = p.b.NextReceived() {
				got = append(got, r.Text)
			}
		}
	}
	for i := range 600 {
		text := bytes.Repeat([]byte{byte('a' + i%26)}, 1+rng.IntN(1+most>>rng.IntN(12)))
		said = append(said, text)
		if _, err := p.a.Send(t0, 0, text, false); err != nil {
			t.Fatal(err)
		}
		for o, ok := p.a.NextOut(t0); ok; o, ok = p.a.NextOut(t0) {
			if datagram {
				stream = append(stream[:0], o.Octets...)
				p.b.Input(t0, stream)
				clear(stream)
				if r, ok := p.b.NextReceived(); ok {
					got = append(got, r.Text)
				}
				continue
			}
			stream = append(stream, o.Octets...)
		}
		if !datagram && rng.IntN(8) == 0 {
			flush()
		}
	}
	if !datagram {
		flush()
	}
	if len(got) != len(said) {
		t.Fatalf("%d of %d came", len(got), len(said))
	}
	for i := range said {
		if !bytes.Equal(got[i], said[i]) {
			t.Fatalf("text %d of %d bytes is not what it was", i, len(said[i]))
		}
	}
}
