package ui

import (
	"fmt"
	"math"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// pairs are Pairs that are simply there.
type pairs []Pair

func (p pairs) First() uint64      { return 0 }
func (p pairs) End() uint64        { return uint64(len(p)) }
func (p pairs) Pair(i uint64) Pair { return p[i] }

// pairSample is a conversation with every fate.
func pairSample() pairs {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	tcp := func(mark Mark, after int) Passage {
		return Passage{Fate: Fate{Proto: "TCP", Mark: mark, After: ms(after)}}
	}
	udp := func(mark Mark, after int) Passage {
		return Passage{Fate: Fate{Proto: "UDP", Mark: mark, After: ms(after)}}
	}
	lost := func(rule string) Passage {
		return Passage{Fate: Fate{Proto: "UDP", Mark: Unknown}, Lost: true, Rule: rule}
	}
	p := pairs{
		{Text: []byte("TCP needed 40 ms for its handshake; UDP was ready at once")},
		{N: 1, Text: []byte("在的。"), TCP: tcp(Delivered, 41), UDP: udp(Delivered, 20)},
		{N: 2, Text: []byte("seq counts bytes, not messages"), TCP: tcp(Delivered, 248), UDP: lost("lost by loss 10%")},
		{N: 3, Text: []byte("这一句到了两次"), TCP: tcp(Delivered, 236), UDP: udp(Delivered, 20)},
		{N: 4, Text: []byte("ack is the last byte + 1"), TCP: tcp(Delivered, 221), UDP: udp(Delivered, 62)},
		{N: 5, Text: []byte("overtaken by nobody"), TCP: tcp(Delivered, 41), UDP: udp(Delivered, 20)},
		{N: 1, In: true, Text: []byte("a line of the peer's: \x1b[31mred"), TCP: tcp(0, 0), UDP: udp(0, 0)},
		{N: 2, In: true, TCP: tcp(0, 0), UDP: lost("")},
		{N: 3, In: true, Text: []byte("and one that came late"), TCP: tcp(0, 0), UDP: Passage{Fate: Fate{Proto: "UDP"}, Behind: 4}},
		{N: 6, Text: []byte("m6 is missing"), TCP: tcp(Sent, 0), UDP: lost("lost by /drop")},
		{N: 7, Text: []byte("m7 is there and must wait"), TCP: tcp(Sent, 0), UDP: udp(Delivered, 20)},
		{N: 8, Text: []byte("m8 too 👍🏽 👨‍👩‍👧‍👦"), TCP: tcp(Sent, 0), UDP: udp(Delivered, 21)},
		{N: 9, Text: []byte("under way"), TCP: tcp(Sent, 0), UDP: udp(Sent, 0)},
		{N: 10, Text: []byte("queued"), TCP: tcp(Queued, 0), UDP: Passage{}},
	}
	p[2].TCP.Resent = 1
	p[3].TCP.Waited, p[4].TCP.Waited = ms(195), ms(180)
	p[3].UDP.Copies, p[4].UDP.Behind = 2, 5
	p[10].TCP.Waits, p[11].TCP.Waits = 6, 6
	p[12].TCP.OnWay, p[12].UDP.OnWay = true, true
	return p
}

func sideSample(w, h int) SideBySide {
	d := SideBySide{
		Pairs: pairSample(), W: w, H: h, Selected: 4, EndKey: "End",
		Buffer: Buffer{Slots: []Slot{{6, false, 37}, {7, true, 49}, {8, true, 30}}, Waits: 6, Again: 180 * time.Millisecond},
		Balance: Balance{Tallies: []Tally{
			{Proto: "TCP", Sent: 10, Delivered: 5, Resent: 1, P50: 221 * time.Millisecond, Max: 248 * time.Millisecond, Handshake: 40 * time.Millisecond, Wire: 1893, Text: 402},
			{Proto: "UDP", Sent: 9, Delivered: 6, Lost: 2, Dup: 1, Late: 1, P50: 20 * time.Millisecond, Max: 62 * time.Millisecond, Wire: 901, Text: 380},
		}},
	}
	for i := range 40 {
		a := 0.041
		if i%9 == 3 {
			a = 0.248
		} else if i%9 == 4 {
			a = 0.14
		}
		b := 0.02 + 0.04*math.Max(0, math.Sin(float64(i)))
		d.Latencies.TCP.Add(time.Duration(a * 1e9))
		d.Balance.Tallies[0].Recent = append(d.Balance.Tallies[0].Recent, a)
		if i%10 == 3 {
			b = -1
		} else {
			d.Latencies.UDP.Add(time.Duration(b * 1e9))
		}
		d.Balance.Tallies[1].Recent = append(d.Balance.Tallies[1].Recent, b)
	}
	cwnd := Spark{Name: "cwnd", Now: "12"}
	rtt := Spark{Name: "rtt", Now: "41 ms"}
	for i := range 200 {
		cwnd.Values = append(cwnd.Values, float64(4+i%23))
		rtt.Values = append(rtt.Values, 41+10*math.Sin(float64(i)/7))
	}
	d.Balance.Sparks = []Spark{cwnd, rtt}
	return d
}

func TestSideBySide(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for _, s := range goldenSizes {
			rows := sideSample(s[0], s[1]).Draw(l, Latest)
			checkRows(t, "side by side", l, rows, s[0], s[1])
			golden(t, fmt.Sprintf("side_%dx%d_%s.txt", s[0], s[1], lang.name), plainScreen(rows))
		}
	}
	l := testLook(words.English)
	l.Glyphs = &ASCII
	golden(t, "side_80x24_ascii.txt", plainScreen(sideSample(80, 24).Draw(l, Latest)))
}

func TestSideBySideIsAsWideAsAsked(t *testing.T) {
	d := sideSample(0, 0)
	for _, g := range []*Glyphs{&Unicode, &SevenBit} {
		for _, lang := range goldenLangs {
			l := testLook(lang.lang)
			l.Glyphs = g
			for w, h := range sizes {
				d.W, d.H, l.Method = w, h, pick(w%3 == 0, GraphemeWidth, WcWidth)
				for _, v := range []View{Latest, {Item: 7}} {
					checkRows(t, "side by side", l, d.Draw(l, v), w, h)
				}
				checkRows(t, "nothing beside nothing", l, SideBySide{W: w, H: h}.Draw(l, Latest), w, h)
			}
		}
	}
}
