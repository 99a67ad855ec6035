package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// ladder are Rungs that are simply there.
type ladder []Rung

func (l ladder) First() uint64      { return 0 }
func (l ladder) End() uint64        { return uint64(len(l)) }
func (l ladder) Rung(i uint64) Rung { return l[i] }

const isn, peerISN = 3746804057, 2199831645

// tcpRung is a segment of the stories: :48120 speaks to :9001.
func tcpRung(at, trip time.Duration, in bool, flags string, seq, ack uint64, n int) Rung {
	r := Rung{
		At: at, Trip: trip, Proto: "TCP", In: in, Left: 48120, Right: 9001, Way: Came,
		Flags: flags, Seq: seq, Ack: ack, AbsSeq: uint32(isn + seq), AbsAck: uint32(peerISN + ack),
		Len: n, Wnd: 523904, Size: n + 52,
	}
	if in {
		r.AbsSeq, r.AbsAck = uint32(peerISN+seq), uint32(isn+ack)
	}
	if !r.flag('.') {
		r.AbsAck = 0
	}
	return r
}

// tcpStory is a life of a connection: handshake, messages, a loss and its
// timer, a fast retransmission with SACK, FIN.
func tcpStory() ladder {
	ms := func(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }
	trip := 20 * time.Millisecond
	say := func(r Rung, texts ...string) Rung {
		for _, t := range texts {
			r.Texts = append(r.Texts, []byte(t))
		}
		return r
	}
	die := func(r Rung, rule string, packet uint64) Rung {
		r.Way, r.Rule, r.Packet, r.Trip = Died, rule, packet, 0
		return r
	}
	dup := func(r Rung, n int, blocks ...Block) Rung {
		r.Dups, r.Blocks, r.Remarks = n, blocks, dupAck
		return r
	}
	again := func(r Rung, n int, rto time.Duration, remarks Remarks) Rung {
		r.Resent, r.RTO, r.Remarks = n, rto, remarks
		return r
	}
	control := func(r Rung, name string) Rung {
		r.Control = name
		return r
	}
	syn := tcpRung(0, trip, false, "S", 0, 0, 0)
	syn.Options = []string{"mss 1360", "ws 7", "sackOK"}
	long := say(tcpRung(ms(1203), trip, false, "P.", 1, 1, 33), "在的。")
	return ladder{
		syn,
		tcpRung(ms(20), trip, true, "S.", 0, 1, 0),
		tcpRung(ms(40), trip, false, ".", 1, 1, 0),
		{At: ms(41), Texts: [][]byte{[]byte("connected: TCP, 127.0.0.1:48120 ⇄ 127.0.0.1:9001")}},
		long,
		tcpRung(ms(1223), trip, true, ".", 1, 34, 0),
		control(tcpRung(ms(1225), trip, true, "P.", 1, 34, 57), "RECEIPT"),
		die(say(tcpRung(ms(1310), trip, false, "P.", 34, 58, 54), "seq counts bytes, not messages"), "lost by loss 10%", 17),
		say(again(tcpRung(ms(1518), trip, false, "P.", 34, 58, 54), 1, ms(208), Retransmission), "seq counts bytes, not messages"),
		tcpRung(ms(1538), trip, true, ".", 58, 88, 0),
		say(tcpRung(ms(2001), trip, true, "P.", 58, 88, 40), "and ack is the last byte + 1"),
		tcpRung(ms(2021), trip, false, ".", 88, 98, 0),
		say(tcpRung(ms(3000), trip, false, "P.", 88, 98, 40), "m3"),
		die(say(tcpRung(ms(3001), trip, false, "P.", 128, 98, 40), "m4 丢了"), "lost by /drop", 23),
		say(tcpRung(ms(3002), trip, false, "P.", 168, 98, 40), "m5 👍🏽 👨‍👩‍👧‍👦"),
		say(tcpRung(ms(3003), trip, false, "P.", 208, 98, 80), "m6", "m7"),
		tcpRung(ms(3020), trip, true, ".", 98, 128, 0),
		dup(tcpRung(ms(3022), trip, true, ".", 98, 128, 0), 1, Block{168, 208}),
		dup(tcpRung(ms(3023), trip, true, ".", 98, 128, 0), 2, Block{168, 288}),
		dup(tcpRung(ms(3024), trip, true, ".", 98, 128, 0), 3, Block{168, 288}, Block{328, 368}),
		say(again(tcpRung(ms(3044), trip, false, "P.", 128, 98, 40), 1, 0, FastRetransmission), "m4 丢了"),
		tcpRung(ms(3064), trip, true, ".", 98, 288, 0),
		say(tcpRung(ms(3500), 0, true, "P.", 98, 288, 30), "\x1b[31mred\x1b[0m a\u202Eb"),
		tcpRung(ms(4000), trip, false, "F.", 288, 128, 0),
		tcpRung(ms(4020), trip, true, ".", 128, 289, 0),
		tcpRung(ms(4030), trip, true, "F.", 128, 289, 0),
		tcpRung(ms(4050), trip, false, ".", 289, 129, 0),
	}
}

// bothStory is the same over UDP beside a bit of TCP, with every way to end.
func bothStory() ladder {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	udp := func(at int, id uint64, way Way, rule string, text string) Rung {
		return Rung{
			At: ms(at), Trip: ms(20), Proto: "UDP", Left: 51200, Right: 9001, Way: way, Len: 30 + len(text), Size: 58 + len(text),
			ID: id, Rule: rule, Packet: id + 3, Texts: [][]byte{[]byte(text)},
		}
	}
	unseen := tcpRung(ms(10), 0, false, "P.", 1, 1, 33)
	unseen.Way, unseen.Texts = Unseen, [][]byte{[]byte("在的。")}
	rough := tcpRung(ms(300), 0, true, ".", 4711, 815, 0)
	rough.Rough = true
	reset := tcpRung(ms(400), 0, true, "R.", 58, 88, 0)
	held := udp(160, 7, Held, "", "held back")
	held.Packet = 0
	merged := udp(170, 8, OnWay, "", "under way")
	merged.Packet, merged.With = 0, 7
	return ladder{
		unseen,
		udp(11, 1, Came, "", "在的。"),
		udp(30, 2, Died, "lost by loss 10%", "seq counts bytes, not messages"),
		udp(50, 3, Came, "duplicated by duplicate 5%", "twice"),
		udp(70, 4, Came, "reordered by /swap", "late"),
		udp(90, 5, Died, "overflowed by queue full (limit 3)", "too many"),
		udp(120, 6, Died, "lost by cut", "cut"),
		held, merged,
		{At: ms(200), Proto: "ICMP", In: true, Left: 51200, Right: 9001, Way: Came, ICMP: "port unreachable", Len: 36},
		{At: ms(210), Proto: "UDP", Left: 51200, Right: 9001, Way: Came, Part: true, Len: 1448},
		rough, reset,
	}
}

// storyLadder shows a story in w×h cells.
func storyLadder(w, h int) Ladder {
	return Ladder{Rungs: tcpStory(), W: w, H: h, Selected: None, Until: None, Right: "bob"}
}

func TestLadders(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for _, s := range goldenSizes {
			size := fmt.Sprintf("%dx%d_%s.txt", s[0], s[1], lang.name)
			d := storyLadder(s[0], s[1])
			d.Selected, d.Hidden, d.Missed = 8, 12, 3
			rows := d.Draw(l, View{})
			checkRows(t, "ladder", l, rows, s[0], s[1])
			d.Rungs, d.Both, d.Absolute = bothStory(), true, s[0] > 100
			golden(t, "ladder_"+size, plainScreen(append(rows, d.Draw(l, Latest)...)))
		}
	}
	l := testLook(words.English)
	l.Glyphs = &SevenBit
	rows := storyLadder(80, 24).Draw(l, View{Item: 4})
	golden(t, "ladder_80x24_ascii.txt", plainScreen(rows))
	for _, row := range rows {
		if i := strings.IndexFunc(row, func(r rune) bool { return r >= 0x80 }); i >= 0 {
			t.Errorf("not ASCII at %d: %q", i, row)
		}
	}
}

func TestLadderIsAsWideAsAsked(t *testing.T) {
	for _, g := range []*Glyphs{&Unicode, &ASCII, &Console} {
		for _, lang := range goldenLangs {
			l := testLook(lang.lang)
			l.Glyphs = g
			for w, h := range sizes {
				l.Method = pick(w%3 == 0, GraphemeWidth, WcWidth)
				for _, rungs := range []ladder{nil, tcpStory(), bothStory()} {
					d := Ladder{Rungs: rungs, W: w, H: h, Selected: 5, Until: None, Both: w%2 == 0, Absolute: h%2 == 0, EndKey: "End"}
					for _, v := range []View{Latest, {}, {Item: 7}} {
						checkRows(t, fmt.Sprint("ladder ", v), l, d.Draw(l, v), w, h)
					}
				}
			}
		}
	}
}

func TestLadderExports(t *testing.T) {
	l := testLook(words.English)
	d := storyLadder(40, 12)
	var out []string
	for s := range d.Markdown(l, "127.0.0.1:9001 [*x*]") {
		out = append(out, s)
	}
	golden(t, "ladder.md", strings.Join(out, "\n")+"\n")
	n := 0
	for range d.Lines(l) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d lines", n)
	}
}

// sequence are n Rungs of which nothing is held.
type ring struct{ first, n uint64 }

func (s ring) First() uint64 { return s.first }
func (s ring) End() uint64   { return s.n }
func (s ring) Rung(i uint64) Rung {
	if i < s.first || i >= s.n {
		panic(fmt.Sprint("asked for rung ", i, " of ", s))
	}
	story := tcpSample
	r := story[4+i%18]
	r.At = time.Duration(i) * time.Millisecond
	return r
}

var tcpSample = tcpStory()

func TestLadderScrolls(t *testing.T) {
	d := Ladder{Rungs: ring{100, 1000}, W: 80, H: 11, Selected: None, Until: None}
	for _, c := range []struct {
		what      string
		got, want View
	}{
		{"up", d.ScrollBy(Latest, -1), View{Item: 989}},
		{"and down", d.ScrollBy(View{Item: 989}, 1), Latest},
		{"down at the end", d.ScrollBy(Latest, 5), Latest},
		{"page up", d.PageUp(Latest), View{Item: 982}},
		{"page down", d.PageDown(View{Item: 500}), View{Item: 508}},
		{"beyond the top", d.ScrollBy(View{Item: 103}, -10), View{Item: 100}},
		{"top", d.Top(), View{Item: 100}},
		{"forgotten", d.ScrollBy(View{Item: 5}, 1), View{Item: 101}},
		{"seen", d.Show(View{Item: 200}, 205), View{Item: 200}},
		{"above", d.Show(View{Item: 200}, 150), View{Item: 150}},
		{"below", d.Show(View{Item: 200}, 209), View{Item: 201}},
		{"the last", d.Show(View{Item: 200}, 999), Latest},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", c.what, c.got, c.want)
		}
	}
	for y, want := range map[int]uint64{0: None, 1: 300, 10: 309, 11: None, -1: None} {
		if got := d.At(View{Item: 300}, y); got != want {
			t.Errorf("row %d is rung %d, want %d", y, got, want)
		}
	}
	d.Until = 500
	if got := d.ScrollBy(Latest, -1); got != (View{Item: 489}) {
		t.Errorf("frozen: %+v", got)
	}
	if s := Strip(d.Draw(testLook(words.English), Latest)[0]); !strings.Contains(s, "FROZEN, 500 new") {
		t.Errorf("frozen, the head says %q", s)
	}
}

// A shown rung is on the screen.
func FuzzLadder(f *testing.F) {
	f.Add(uint64(3), uint64(90), 80, 24, uint64(5), int64(7))
	f.Fuzz(func(t *testing.T, first, n uint64, w, h int, i uint64, by int64) {
		n %= 2000
		first %= n + 1
		w, h = ((w%200)+200)%200, ((h%60)+60)%60
		d := Ladder{Rungs: ring{first, n}, W: w, H: h, Selected: i, Until: None}
		l := testLook(words.English)
		v := d.ScrollBy(View{Item: i % 2000}, int(by%3000))
		checkRows(t, "ladder", l, d.Draw(l, v), w, h)
		if n == first || w == 0 || h == 0 {
			return
		}
		i = first + i%(n-first)
		v = d.Show(v, i)
		seen := false
		for y := range h {
			seen = seen || d.At(v, y) == i
		}
		if !seen {
			t.Fatalf("rung %d is not seen from %+v on, in %d×%d of %d–%d", i, v, w, h, first, n)
		}
	})
}

func TestSieve(t *testing.T) {
	of := ring{0, 100}
	asked := 0
	s := &Sieve{Of: of, Keep: func(r *Rung) bool { asked++; return !r.PureAck() }}
	was := s.End()
	if was == 0 || was == 100 || s.Hidden()+was != 100 || asked != 100 {
		t.Fatalf("%d kept, %d hidden, %d asked", was, s.Hidden(), asked)
	}
	of = ring{50, 150}
	s.Of = of
	for i := s.First(); i < s.End(); i++ {
		if r := s.Rung(i); r.PureAck() || s.Was(i) < 50 {
			t.Errorf("rung %d, which was %d: %+v", i, s.Was(i), r)
		}
	}
	if asked != 150 || s.First() == 0 {
		t.Errorf("%d asked, first %d", asked, s.First())
	}
	l := testLook(words.English)
	for q, want := range map[string]int{"retrans": 2, "RECEIPT": 1, "m4": 2, "sack": 4, "zzz": 0, "": 27} {
		n := 0
		for _, r := range tcpStory() {
			if r.Matches(l, q) {
				n++
			}
		}
		if n != want {
			t.Errorf("%q matches %d, want %d", q, n, want)
		}
	}
}

func benchmarkLadder(b *testing.B, w, h int) {
	l := testLook(words.English)
	d := Ladder{Rungs: ring{0, 100_000}, W: w, H: h, Selected: 99_990, Until: None}
	b.ReportAllocs()
	for b.Loop() {
		d.Draw(l, Latest)
	}
}

func BenchmarkLadder80x24(b *testing.B)  { benchmarkLadder(b, 80, 24) }
func BenchmarkLadder200x60(b *testing.B) { benchmarkLadder(b, 200, 60) }
