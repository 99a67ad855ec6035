package ui

import (
	"strings"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// Whatever the bar shows can be pointed at, stands where it is said to stand,
// is visibly marked and can be explained.
func TestEverySpotIsExplained(t *testing.T) {
	said := func(last uint64, mine bool) (Said, bool) {
		return Said{First: last - 9, Last: last, Text: "seq\x1b[2J"}, true
	}
	for _, lang := range goldenLangs {
		for _, p := range []Palette{Dark, Mono} {
			l := testLook(lang.lang)
			l.Theme = NewTheme(p)
			for _, sample := range statusSamples() {
				for _, w := range []int{40, 80, 120, 200} {
					explainSpots(t, l, sample, w, said)
				}
			}
		}
	}
}

func explainSpots(t *testing.T, l *Look, sample statusSample, w int, said func(uint64, bool) (Said, bool)) {
	t.Helper()
	plain := sample.s.Draw(l, w)
	for y, row := range sample.s.Spots(l, w) {
		for _, place := range row {
			cells := l.Method.TruncateLeft(l.Method.Truncate(Strip(plain[y]), place.X+place.W, ""), place.X, "")
			if !strings.HasPrefix(place.Text, strings.TrimRight(cells, " …")) {
				t.Errorf("%s at %d: %q stands where %q should", sample.name, w, cells, place.Text)
			}
			marked := sample.s
			marked.Picked = place.Spot
			drawn := marked.Draw(l, w)
			if drawn[y] == plain[y] || Strip(drawn[y]) != Strip(plain[y]) {
				t.Errorf("%s at %d: %q is not marked, or moved", sample.name, w, place.Text)
			}
			e, ok := sample.s.Explain(l, place.Spot, said)
			if !ok || e.Title == "" || strings.Contains(e.Text+e.Sum, "%!") || strings.Contains(e.Sum, "\x1b") {
				t.Errorf("%s: %q is explained with %+v", sample.name, place.Text, e)
			}
			checkRows(t, "explanation", l, e.Draw(l, 76, 19), Width(l.Method, e.Draw(l, 76, 19)[0]), len(e.Draw(l, 76, 19)))
		}
	}
}

// The sums on the screen are right, and made of what is drawn.
func TestSums(t *testing.T) {
	l := testLook(words.English)
	g := tcpLeg
	g.InAck = Number{Known: true, Rel: 88, Guessed: true}
	said := func(last uint64, mine bool) (Said, bool) {
		return Said{First: 34, Last: 87, Text: "seq counts bytes, not messages"}, last == 87 && mine
	}
	e, _ := Status{Legs: []Leg{g}}.Explain(l, Spot{Part: PartInAck}, said)
	if want := "ack 88 = 34 + 54: the next byte expected after “seq counts bytes, not messages”"; e.Sum != want {
		t.Errorf("it says %q, want %q", e.Sum, want)
	}
	if !strings.Contains(e.Text, "up to 87") || e.Ref != "RFC 9293 §3.4" {
		t.Errorf("it says %+v", e)
	}
}

// A line is explained with the values beside it.
func TestRowsAreExplained(t *testing.T) {
	l := testLook(words.English)
	framed := Fate{Proto: "TCP", Mark: Delivered, After: 200 * time.Microsecond, AtMost: true, First: 34, Last: 87, Octets: 54, Framed: true, Resent: 1}
	for _, c := range []struct {
		row  Row
		want []string
	}{
		{Row{Text: []byte(strings.Repeat("x", 30)), Fates: [2]Fate{framed}},
			[]string{"After ≤ 0.2 ms", "sent again (↻1)", "bytes 34–87", "ack 88 = 34 + 54", "54 B = 30 text + 24 frame"}},
		{Row{Text: []byte("hi"), Fates: [2]Fate{{}, {Proto: "UDP", Mark: Sent, Octets: 2}}},
			[]string{"UDP forgets it", "one datagram with 2 bytes"}},
		{Row{Kind: Theirs, Text: []byte("hi"), Dup: true, Fates: [2]Fate{{}, {Proto: "UDP"}}}, []string{"had come before"}},
		{Row{Kind: Theirs, Text: []byte("hi"), Fates: [2]Fate{{Proto: "TCP", First: 1, Last: 2, Octets: 2}}},
			[]string{"bytes 1–2", "one read"}},
		{Row{Kind: Note, Text: []byte("hi")}, []string{"seqtalk says this itself"}},
		{Row{Kind: Note, Level: Divide, Text: []byte("hi")}, []string{"seqtalk says this itself"}},
		{Row{Text: []byte("hi")}, []string{"This line waits"}},
	} {
		e := c.row.Explain(l)
		all := e.Text
		for _, more := range e.Then {
			all += "\n" + more.Text
		}
		for _, want := range c.want {
			if !strings.Contains(all, want) {
				t.Errorf("%q is missing in\n%s", want, all)
			}
		}
	}
}
