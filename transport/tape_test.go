package transport_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// taped is a pair in virtual time after A has said lines, 100 ms apart.
func taped(t *testing.T, wire session.Wire, recv int, lines ...string) *transport.Pair {
	t.Helper()
	s, err := link.Parse("delay 20ms seed 3")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := transport.NewPair(transport.PairConfig{Spec: s, Virtual: true, Wire: wire, NickA: "A", NickB: "B"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Close() })
	run := func(d time.Duration) {
		end := pair.Clock().Now().Add(d)
		pair.Clock().At(end, func() {})
		for pair.Clock().Now().Before(end) && pair.Step() {
			pair.A.Drain()
			pair.B.Drain()
		}
	}
	run(time.Second)
	if recv > 0 {
		if err := pair.B.Do(transport.ReadSize{N: recv}); err != nil {
			t.Fatal(err)
		}
	}
	for i, l := range lines {
		if err := pair.A.Send(transport.Message{Row: uint64(i + 1), Text: []byte(l)}); err != nil {
			t.Fatal(err)
		}
		run(100 * time.Millisecond)
	}
	run(time.Second)
	return pair
}

// What one end wrote is what the other read, byte for byte, and the calls on
// either side cover it without a gap: each write a line, each read at most as
// much as was asked for.
func TestTapes(t *testing.T) {
	lines := []string{"在吗？", "two", strings.Repeat("很长", 30)}
	for _, c := range []struct {
		wire session.Wire
		recv int
	}{{session.Raw, 0}, {session.Raw, 4}, {session.Line, 7}, {session.Framed, 0}, {session.Framed, 10}} {
		t.Run(fmt.Sprint(c.wire, c.recv), func(t *testing.T) {
			pair := taped(t, c.wire, c.recv, lines...)
			out, _ := pair.A.Tape(segment.TCP, segment.Out)
			in, ok := pair.B.Tape(segment.TCP, segment.In)
			if !ok || out.First != 1 || in.First != 1 || string(out.Octets) != string(in.Octets) || in.Asked != c.recv {
				t.Fatalf("A wrote %q, B read %q", out.Octets, in.Octets)
			}
			for _, calls := range [][]transport.Call{out.Calls, in.Calls} {
				at := uint64(1)
				for _, k := range calls {
					if k.First != at || k.Next <= k.First {
						t.Errorf("%+v does not follow byte %d", k, at)
					}
					at = k.Next
				}
				if at != uint64(len(in.Octets))+1 {
					t.Errorf("the calls end at %d of %d", at, len(in.Octets))
				}
			}
			end := map[session.Wire]string{session.Line: "\n"}[c.wire]
			for i, l := range lines {
				k := out.Calls[len(out.Calls)-len(lines)+i]
				if got := string(out.Octets[k.First-1 : k.Next-1]); !strings.HasSuffix(got, l+end) || c.wire != session.Framed && got != l+end {
					t.Errorf("line %d was written as %q", i+1, got)
				}
			}
			last := in.Calls[len(in.Calls)-1]
			for _, k := range in.Calls {
				if n := int(k.Next - k.First); c.recv > 0 && k.First > 60 && k != last && n > c.recv {
					t.Errorf("a read of %d bytes, %d were asked for", n, c.recv)
				}
			}
			text := string(out.Octets)
			for i := len(out.Frames) - 1; i >= 0; i-- {
				f := out.Frames[i]
				text = text[:f.First-1] + text[f.Next-1:]
			}
			if want := strings.Join(lines, end) + end; text != want {
				t.Errorf("between the frames %+v lies %q, want %q", out.Frames, text, want)
			}
		})
	}
}

// A datagram is a call; what is longer than was asked for is torn.
func TestTapedDatagrams(t *testing.T) {
	for _, wire := range []session.Wire{session.Raw, session.Framed} {
		pair := taped(t, wire, 30, "short", strings.Repeat("long ", 20))
		out, _ := pair.A.Tape(segment.UDP, segment.Out)
		in, _ := pair.B.Tape(segment.UDP, segment.In)
		if len(out.Datagrams) != 2 || out.Datagrams[1].Row != 2 {
			t.Fatalf("%v: A wrote %+v", wire, out.Datagrams)
		}
		for i, d := range out.Datagrams {
			got := in.Datagrams[len(in.Datagrams)-2+i]
			if got.Size != d.Size || got.Got != min(d.Size, 30) || string(got.Octets) != string(d.Octets[:got.Got]) {
				t.Errorf("%v: of %d bytes B read %d of %d", wire, d.Size, got.Got, got.Size)
			}
			if text := string(d.Octets[d.Before:]); text != []string{"short", strings.Repeat("long ", 20)}[i] {
				t.Errorf("%v: the text is %q", wire, text)
			}
		}
	}
}

// However much goes by, a tape stays short and starts where it says.
func TestTapesAreBounded(t *testing.T) {
	var lines []string
	for i := range 300 {
		lines = append(lines, fmt.Sprintf("%d %s", i, strings.Repeat("x", 1000)))
	}
	pair := taped(t, session.Framed, 0, lines...)
	out, _ := pair.A.Tape(segment.TCP, segment.Out)
	last := out.Calls[len(out.Calls)-1]
	if len(out.Octets) > 32<<10 || out.Total < 300 || last.Next != out.First+uint64(len(out.Octets)) || last.Next < 300_000 {
		t.Errorf("%d octets from %d on, %d calls, the last %+v", len(out.Octets), out.First, out.Total, last)
	}
	f := out.Frames[len(out.Frames)-1]
	if !strings.HasPrefix(string(out.Octets[f.Next-out.First:]), "299 xxx") {
		t.Errorf("behind the last frame %+v stands %q", f, out.Octets[f.Next-out.First:][:20])
	}
	if u, _ := pair.A.Tape(segment.UDP, segment.Out); len(u.Datagrams) > 256 || u.Datagrams[len(u.Datagrams)-1].Row != 300 {
		t.Errorf("%d datagrams", len(u.Datagrams))
	}
}
