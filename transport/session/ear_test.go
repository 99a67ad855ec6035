package session

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// story is what an ear has understood.
func story(e *Ear) string {
	var b strings.Builder
	for {
		ev, ok := e.NextEvent()
		if !ok {
			return b.String()
		}
		switch ev := ev.(type) {
		case Received:
			fmt.Fprintf(&b, "%v %d %q %d–%d", ev.Wire, ev.ID, ev.Text, ev.First, ev.Last)
			for word, is := range map[string]bool{" more": ev.More, " partial": ev.Partial, " dup": ev.Dup, " late": ev.Late} {
				if is {
					b.WriteString(word)
				}
			}
			b.WriteString("\n")
		case Met:
			fmt.Fprintf(&b, "met %s\n", ev.Peer.Nick)
		default:
			fmt.Fprintf(&b, "%T\n", ev)
		}
	}
}

// Two machines talk over a stream, and an ear is given what one of them says, in
// pieces of every size.
func TestEarHearsWhatMachinesSay(t *testing.T) {
	at := time.Unix(1, 0)
	for _, wire := range []Wire{Auto, Framed, Line} {
		a := New(at, Config{Dialer: true, Wire: wire, Instance: 1, Session: 7, Nick: "ann"})
		b := New(at, Config{Wire: wire, Instance: 2, Nick: "bob"})
		var said []byte
		turn := func() {
			for {
				o, ok := a.NextOut(at)
				if !ok {
					break
				}
				said = append(said, o.Octets...)
				b.Input(at, o.Octets)
			}
			for {
				o, ok := b.NextOut(at)
				if !ok {
					break
				}
				a.Input(at, o.Octets)
			}
		}
		for range 3 {
			turn()
		}
		for i := range 5 {
			if _, err := a.Send(at, uint64(i+1), []byte(strings.Repeat("字", 1+500*i)), false); err != nil {
				t.Fatal(err)
			}
			turn()
		}
		a.Bye(at, Quit)
		turn()
		var want []Received
		for ev, ok := b.NextEvent(); ok; ev, ok = b.NextEvent() {
			if r, is := ev.(Received); is {
				want = append(want, r)
			}
		}
		if len(want) != 5 {
			t.Fatalf("%v: the other machine heard %d messages", wire, len(want))
		}
		for _, size := range []int{1, 7, 100, len(said)} {
			e := NewEar(false)
			e.SetWire(map[bool]Wire{true: Line}[wire == Line])
			for piece := range slices.Chunk(said, size) {
				e.Input(piece)
			}
			var got []Received
			for ev, ok := e.NextEvent(); ok; ev, ok = e.NextEvent() {
				if r, is := ev.(Received); is {
					got = append(got, r)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v in pieces of %d:\n%.200v, the machine heard\n%.200v", wire, size, got, want)
			}
		}
	}
}

// stretch is a HELLO and texts with numbers, as a stream has them.
func stretch(texts ...string) (all []byte, ends []int) {
	p := appendBody(beginFrame(nil, hello, 0), &helloBody{Instance: 1, Session: 7, Nick: "ann"})
	all = endFrame(p, 0)
	for i, s := range texts {
		ends = append(ends, len(all))
		at := len(all)
		all = endFrame(appendText(beginFrame(all, text, 0), &textBody{ID: uint64(i + 1), Row: uint64(i + 1), Text: []byte(s)}), at)
	}
	return all, append(ends, len(all))
}

// Behind a gap an ear goes on with the next frame, wherever the gap ends; joined
// midway it does so too.
func TestEarGoesOnBehindAGap(t *testing.T) {
	all, ends := stretch("one", "two 二", "three")
	for from := ends[0]; from < ends[1]; from++ {
		e := NewEar(false)
		e.Input(all[:from])
		e.Gap(ends[1] - 3 - from + 1)
		e.Input(all[ends[1]-2:])
		got := story(e)
		if !strings.HasPrefix(got, "met ann\n") || !strings.Contains(got, `2 "two 二" `+fmt.Sprintf("%d–%d", ends[1]+1, ends[2])) || !strings.Contains(got, `3 "three"`) || strings.Contains(got, "one") {
			t.Errorf("from %d: %s", from, got)
		}
	}
	e := NewEar(false)
	e.Gap(0)
	e.Input(all[ends[1]+5:])
	if got := story(e); !strings.Contains(got, `3 "three"`) || strings.Contains(got, "two") {
		t.Errorf("midway: %s", got)
	}
}

func TestEarOfPlainText(t *testing.T) {
	for _, c := range []struct {
		in   []string
		want string
	}{
		{[]string{"hello", "在"}, "raw 0 \"hello\" 1–5\nraw 0 \"在\" 6–8\n"},
		{[]string{"hi\n", "two\nth", "ree\r\n"}, "line 0 \"hi\" 1–3\nline 0 \"two\" 4–7\nline 0 \"three\" 8–14\n"},
		{[]string{"ab\n", "cd", ""}, "line 0 \"ab\" 1–3\nline 0 \"cd\" 4–5 partial\n"},
		{[]string{"GET / HTTP/1.1\r\n"}, "session.Foreign\nline 0 \"GET / HTTP/1.1\" 1–16\n"},
		{[]string{"\xe5", "\x9c\xa8"}, "raw 0 \"在\" 1–3\n"},
	} {
		e := NewEar(false)
		for _, s := range c.in {
			if s == "" {
				e.Flush()
				continue
			}
			e.Input([]byte(s))
		}
		if got := story(e); got != c.want {
			t.Errorf("%q gives\n%s, want\n%s", c.in, got, c.want)
		}
	}
}

// Over UDP an ear counts as the receiver would: what came twice, late, not at all.
func TestEarCountsDatagrams(t *testing.T) {
	e := NewEar(true)
	e.Input(endFrame(appendBody(beginFrame(nil, hello, 7), &helloBody{Instance: 1, Session: 7}), 0))
	for _, id := range []uint64{1, 2, 5, 5, 4} {
		e.Input(endFrame(appendText(beginFrame(nil, text, 7), &textBody{ID: id, Row: id, Text: []byte("x")}), 0))
	}
	if n := e.Counters(); n.Received != 4 || n.Highest != 5 || n.Lost != 1 || n.Duplicate != 1 || n.Late != 1 {
		t.Errorf("%+v", n)
	}
}

// A ledger gives messages the fates that the machine gave them which had sent them.
func TestLedger(t *testing.T) {
	at := time.Unix(1, 0)
	l := NewLedger(at, true)
	for n := uint64(1); n <= 4; n++ {
		if id := l.Sent(at, n, 10*n); id != n {
			t.Errorf("message %d has id %d", n, id)
		}
	}
	at = at.Add(40 * time.Millisecond)
	l.Receipt(at, Receipt{receiptBody{Upto: 1, Bitmap: []byte{0b10}}}) // 1 and 3
	l.Receipt(at, Receipt{receiptBody{Upto: 99}})                      // of what was never sent
	at = l.Deadline()
	l.Tick(at)
	var got []string
	for ev, ok := l.NextEvent(); ok; ev, ok = l.NextEvent() {
		got = append(got, fmt.Sprintf("%T%+v", ev, ev))
	}
	want := []string{
		"session.Delivered{ID:1 Row:10 After:40ms}", "session.Delivered{ID:3 Row:30 After:40ms}",
		"session.Unconfirmed{ID:2 Row:20}", "session.Unconfirmed{ID:4 Row:40}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if n := l.Counters(); n.Sent != 4 || n.Seen != 3 || n.Confirmed != 2 || l.Unconfirmed() != 2 {
		t.Errorf("%+v, %d unconfirmed", n, l.Unconfirmed())
	}
	l.Sent(at, 1<<40, 5) // the capture lacks what was before
	l.Receipt(at, Receipt{receiptBody{Upto: 1 << 40}})
	if ev, _ := l.NextEvent(); ev == nil || ev.(Delivered).Row != 5 {
		t.Errorf("behind a jump: %v", ev)
	}
}

// FuzzEar: whatever an ear hears, it stays within its bounds, and says the same
// whether it comes in one piece or in many.
func FuzzEar(f *testing.F) {
	all, _ := stretch("one", "two")
	f.Add(all, uint64(1), false)
	f.Add([]byte("seqtalk/1 0123456789abcdeffedcba9876543210\nhello\n"), uint64(2), false)
	f.Add(bytes.Repeat([]byte{magic, 1, 0, 3, 0, 0}, 9), uint64(3), false)
	f.Add(all, uint64(4), true)
	f.Fuzz(func(t *testing.T, p []byte, seed uint64, datagram bool) {
		e := NewEar(datagram)
		random := rand.New(rand.NewPCG(seed, 1))
		for rest := p; len(rest) > 0; {
			n := 1 + random.IntN(len(rest))
			e.Input(rest[:n])
			rest = rest[n:]
			if len(e.rx) > maxLength+headerLen+len(p) || e.taken > uint64(len(p)) {
				t.Fatalf("%d octets held, %d taken of %d", len(e.rx), e.taken, len(p))
			}
			if seed%5 == 0 {
				e.Gap(random.IntN(9))
				break
			}
		}
		e.Flush()
		for ev, ok := e.NextEvent(); ok; ev, ok = e.NextEvent() {
			if r, is := ev.(Received); is && (r.Last < r.First || r.Last > uint64(len(p))) {
				t.Fatalf("%+v of %d octets", r, len(p))
			}
		}
	})
}
