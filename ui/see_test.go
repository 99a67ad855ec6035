package ui

import (
	"strings"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// Whatever a peer sends, or a replayed file holds, reaches the terminal only
// spelled out.
func TestSeeHostile(t *testing.T) {
	const evil = "\x1b]52;c;QQ==\a\x1b[2J\u202Eab\u200b\r\n\xff\u0085\u0301"
	r := Rung{
		Proto: "TCP", Flags: "P.", Len: 3, Texts: [][]byte{[]byte(evil), []byte(strings.Repeat(evil, 500))},
		Control: evil, Rule: "lost by " + evil, ICMP: evil, Options: []string{"mss 1"}, Way: Died, Packet: 1,
	}
	icmp, remark := r, r
	icmp.Proto, remark.Proto = "ICMP", ""
	p := Pair{N: 1, Text: []byte(evil), TCP: Passage{Fate: Fate{Proto: "TCP"}}, UDP: Passage{Fate: Fate{Proto: "UDP"}, Lost: true, Rule: r.Rule}}
	for _, g := range []*Glyphs{&Unicode, &ASCII, &SevenBit, &Console} {
		l := testLook(words.English)
		l.Glyphs = g
		for w := 1; w < 200; w += 7 {
			d := Ladder{Rungs: ladder{r, icmp, remark}, W: w, H: 6, Left: evil, Right: evil, Filter: evil, Selected: None, Until: None}
			rows := d.Draw(l, Latest)
			for s := range d.Markdown(l, evil) {
				if strings.Contains(s, "\n") {
					t.Fatalf("a line feed in %q", s)
				}
				rows = append(rows, s)
			}
			rows = append(rows, SideBySide{Pairs: pairs{p, {Text: []byte(evil)}}, W: w, H: 8, Selected: None}.Draw(l, Latest)...)
			rows = append(rows, Graphs{Peer: evil, W: w, H: 9, To: time.Second, Out: Sequence{Sent: []SentBytes{{0, 1, 5, false, false}}}}.Draw(l)...)
			rows = append(rows, SegmentBox{Rung: r, Left: evil, Right: evil, Payload: []byte(evil)}.Draw(l, w, 40)...)
			rows = append(rows, SegmentBox{Rung: icmp, Right: evil}.Draw(l, w, 40)...)
			rows = append(rows, Ruler{W: w, H: 12, First: 1, Stream: []byte(evil), Recvs: calls(1, 5, 9), Datagrams: []Datagram{{Text: []byte(evil)}}}.Draw(l)...)
			for _, s := range rows {
				checkOctets(t, s)
			}
		}
	}
}

func TestBufferSaysWhy(t *testing.T) {
	l := testLook(words.English)
	slots := []Slot{{1, false, 10}, {2, true, 20}}
	for want, b := range map[string]Buffer{
		"empty: every byte that came was handed over":   {},
		"512 bytes in order, the program does not read": {Unread: 512},
		"waiting for m1":                                          {Slots: slots, Waits: 1},
		"waiting for a seqtalk frame":                             {Slots: slots, Frame: true},
		"waiting for a seqtalk frame, sent again in 180 ms":       {Slots: slots, Frame: true, Again: 180 * time.Millisecond},
		"waiting for m1, sent again in 180 ms":                    {Slots: slots, Waits: 1, Again: 180 * time.Millisecond},
		"waiting for m1, sent again and on its way":               {Slots: slots, Waits: 1, OnWay: true},
		"waiting for m1, sent again at once: duplicate ACKs told": {Slots: slots, Waits: 1, Fast: true},
	} {
		if got := strings.TrimSpace(plain(b.Draw(l, 100, 1)[0])); !strings.HasSuffix(got, "  "+want) {
			t.Errorf("%+v says %q, want %q", b, got, want)
		}
	}
	var many Buffer
	for n := range uint64(50) {
		many.Slots = append(many.Slots, Slot{n + 1, n > 0, 30})
	}
	if got := plain(many.Draw(l, 60, 2)[0]); !strings.HasSuffix(got, "]+42") {
		t.Errorf("50 slots are %q", got)
	}
}

func TestBuckets(t *testing.T) {
	for k := range len(Histogram{}) - 1 {
		from, to := BucketFrom(k), BucketFrom(k+1)
		if got := Bucket((from + to) / 2); got != k {
			t.Errorf("%v is in bucket %d, want %d", (from+to)/2, got, k)
		}
	}
	if Bucket(0) != 0 || Bucket(-1) != 0 || Bucket(1<<62) != len(Histogram{})-1 {
		t.Error("what is beyond the buckets is in the first and the last")
	}
}

func TestSeeThemes(t *testing.T) {
	for _, p := range []Palette{Dark, Light16, Mono} {
		l := testLook(words.English)
		l.Theme = NewTheme(p)
		d := storyLadder(80, 24)
		d.Selected = 8
		rows := append(d.Draw(l, View{}), sideSample(80, 24).Draw(l, Latest)...)
		golden(t, "see_80x24_"+p.String()+".ansi", strings.Join(rows, "\n")+"\n")
	}
}
