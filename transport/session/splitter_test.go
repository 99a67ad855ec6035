package session

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// lines are what a machine makes of a stream read in pieces of the given
// lengths, over and over (none: whole), and of its end.
func lines(stream []byte, cuts []byte) []Received {
	m := New(t0, config(false, false, Line))
	m.NextEvent()
	var all []Received
	drain := func() {
		for {
			e, ok := m.NextEvent()
			if !ok {
				return
			}
			if r, ok := e.(Received); ok {
				all = append(all, r)
			}
		}
	}
	for i := 0; len(stream) > 0; i++ {
		n := len(stream)
		if len(cuts) > 0 {
			n = min(n, 1+int(cuts[i%len(cuts)]))
		}
		m.Input(t0, stream[:n])
		stream = stream[n:]
		drain()
	}
	m.EOF(t0)
	drain()
	return all
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"\n", `""`},
		{"a\n", `"a"`},
		{"a\r\n", `"a"`},
		{"a\r\r\n", `"a\r"`},
		{"\r\n\n", `"" ""`},
		{"a\rb\nc", `"a\rb" "c"…`},
		{"在\n吗", `"在" "吗"…`},
		{"a\r", `"a\r"…`},
		{"x\xe5\x9c", `"x\xe5\x9c"…`},
	} {
		for _, cuts := range [][]byte{nil, {0}, {1}, {2, 0}} {
			var got []string
			for _, r := range lines([]byte(c.in), cuts) {
				s := fmt.Sprintf("%q", r.Text)
				if r.Partial {
					s += "…"
				}
				got = append(got, s)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%q cut by %v: %s, want %s", c.in, cuts, s, c.want)
			}
		}
	}
}

// TestLongLines: a line over 16 KiB comes in pieces, and no character is cut.
func TestLongLines(t *testing.T) {
	for n := maxLine - 3; n < maxLine+3; n++ {
		for _, end := range []string{"\n", "\r\n", ""} {
			in := append(bytes.Repeat([]byte("a"), n), "在"+end...)
			for _, cuts := range [][]byte{nil, {255, 0}} {
				var got []byte
				for i, r := range lines(in, cuts) {
					if len(r.Text) > maxLine || !utf8.Valid(r.Text) || r.More == (r.Last == uint64(len(in))) {
						t.Errorf("%d and %q: piece %d has %d octets, more %v", n, end, i, len(r.Text), r.More)
					}
					got = append(got, r.Text...)
				}
				if want := strings.TrimSuffix(string(in), end); string(got) != want {
					t.Errorf("%d and %q: the pieces are not the line", n, end)
				}
			}
		}
	}
}

// FuzzSplitter: lines do not depend on how they were read; they leave out
// nothing but line ends, and say where they stood.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a\r\nb\n\nc"), []byte{0}, uint16(0))
	f.Add([]byte("在\r\r\n"), []byte{1, 0}, uint16(maxLine-2))
	f.Add([]byte("\xf0\x9f\x98\n\x80\r"), []byte{2}, uint16(maxLine))
	f.Fuzz(func(t *testing.T, p, cuts []byte, long uint16) {
		p = append(bytes.Repeat([]byte{'x'}, int(long)), p...)
		whole, cut := lines(p, nil), lines(p, cuts)
		if fmt.Sprint(whole) != fmt.Sprint(cut) {
			t.Fatalf("%q: whole %v, cut by %v: %v", p, whole, cuts, cut)
		}
		next := uint64(1)
		for i, r := range whole {
			if r.First != next || r.Octets != int(r.Last-r.First)+1 || len(r.Text) > maxLine {
				t.Fatalf("%q: %+v after octet %d", p, r, next-1)
			}
			next = r.Last + 1
			weight := string(p[r.First-1 : r.Last])
			end := strings.TrimPrefix(weight, string(r.Text))
			open := r.More || r.Partial
			if open != (end == "") || !open && end != "\n" && end != "\r\n" || r.Partial && i != len(whole)-1 {
				t.Fatalf("%q: %+v of %q", p, r, weight)
			}
			if r.More && utf8.Valid(p) && !utf8.Valid(r.Text) {
				t.Fatalf("%q: a character was cut", p)
			}
		}
		if next != uint64(len(p))+1 {
			t.Fatalf("%q: ends at octet %d", p, next-1)
		}
	})
}
