package lab

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// The octets that go with a segment are those of the packet that left, header
// and all, and stay what they were however much comes after.
func TestOctetsAreThePackets(t *testing.T) {
	s, err := link.Parse("delay 20ms loss 20% corrupt 10% seed 4")
	if err != nil {
		t.Fatal(err)
	}
	left := map[string][]byte{}
	name := func(s *segment.Segment) string { return fmt.Sprint(s.Proto, s.Dir, s.ID) }
	b := newBenchOf(t, Options{Spec: s, Keep: 1, Observe: func(s segment.Segment, p []byte) {
		if s.Stage == segment.Sent {
			left[name(&s)] = bytes.Clone(p)
		}
	}})
	p := b.connect(b.lab.B().IPv4())
	for k := range uint64(30) {
		b.write(p.a, strings.Repeat("words ", int(10*k)), k+1)
		b.run(100 * time.Millisecond)
		b.read(p.b)
	}
	segs, _, _ := b.lab.A().Segments(0)
	b.write(p.a, strings.Repeat("other words ", 1000), 31)
	b.run(time.Minute)
	whole, cut := 0, 0
	for i := range segs {
		s := &segs[i]
		if s.Stage != segment.Sent {
			continue
		}
		body := left[name(s)][20:] // behind IPv4
		if len(body) > segment.KeptOctets {
			body, cut = body[:segment.KeptOctets], cut+1
		} else {
			whole++
		}
		if !bytes.Equal(s.Octets, body) || len(s.Header())+len(s.Payload()) != len(body) || len(s.Header()) < 20 {
			t.Fatalf("%s: kept %x, sent %x", name(s), s.Octets, body)
		}
	}
	if whole < 15 || cut < 8 {
		t.Errorf("%d packets kept whole and %d cut: too few to tell", whole, cut)
	}
}
