package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seqtalk/ui/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./ui -update writes it anew)\n--- got\n%s\n--- want\n%s", name, got, want)
	}
}

// A scene is what a screen shows.
type scene struct {
	history  History
	view     View
	empty    *Empty
	status   Status
	composer Composer
	box      func(l *Look, w, h int) []string
}

// screen draws a scene in w×h cells.
func (s scene) screen(t *testing.T, l *Look, w, h int) []string {
	t.Helper()
	lay := NewLayout(w, h, LayoutOptions{Composer: s.composer.Height(l, w)})
	if lay.TooSmall {
		return TooSmall(l, w, h)
	}
	var rows []string
	if s.empty != nil {
		rows = s.empty.Draw(l, lay.Main.W, lay.Main.H)
	} else {
		s.history.W, s.history.H = lay.Main.W, lay.Main.H
		rows = s.history.Draw(l, s.view)
	}
	typed, _ := s.composer.Draw(l, lay.Composer.W, lay.Composer.H)
	rows = append(append(rows, typed...), s.status.Draw(l, lay.Status.W)...)
	if s.box != nil {
		rows = Centre(l, rows, s.box(l, lay.Main.W-4, lay.Main.H-2), w, lay.Main)
	}
	checkRows(t, "screen", l, rows, w, h)
	return rows
}

var tcpLeg = Leg{
	Proto: "TCP", Stack: "kernel", Local: "127.0.0.1:48120", Peer: "127.0.0.1:9001", State: "ESTABLISHED",
	RTT: 200 * time.Microsecond, Cwnd: 10, Resent: 1, Word: "ShADad", Source: "txq",
	OutSeq: Number{Known: true, Rel: 181, Abs: 3746804145, HasAbs: true},
	OutAck: Number{Known: true, Rel: 501, Abs: 2199831703, HasAbs: true},
	InSeq:  Number{Known: true, Rel: 501, Abs: 2199831703, HasAbs: true},
	InAck:  Number{Known: true, Rel: 121, Abs: 3746804085, HasAbs: true},
}

var udpLeg = Leg{
	Proto: "UDP", Stack: "kernel", Local: "127.0.0.1:9001", Peer: "127.0.0.1:48120", UDP: PeerKnown,
	RTT: 300 * time.Microsecond, Resent: -1, Cwnd: -1,
	IDs: IDs{Measurable: true, Sent: 21, Seen: 19, Lost: 2, Dup: 1, Late: 3},
}

func chat(l *Look) scene {
	return scene{
		history:  History{Items: talkSample(), Seen: 14, Selected: None, EndKey: "Ctrl-End"},
		view:     Latest,
		status:   Status{Legs: []Leg{tcpLeg}, Absolute: true},
		composer: Composer{Text: "字节 and 报文段", Caret: 19, Bytes: 19, Hint: "F1 " + words.HelpWord.In(l.Lang)},
	}
}

func waiting(l *Look) scene {
	leg := Leg{Proto: "TCP", Stack: "kernel", Local: "192.168.1.5:9001", State: "LISTEN", Cwnd: -1, Resent: -1}
	s := chat(l)
	s.status = Status{Legs: []Leg{leg}}
	s.composer = Composer{Hint: "F1 " + words.HelpWord.In(l.Lang)}
	s.empty = &Empty{
		Addr: "0.0.0.0:9001", Protos: "TCP and UDP", Command: "seqtalk",
		Remote: []string{"seqtalk 192.168.1.5:9001", "seqtalk [fd00::5]:9001"},
	}
	return s
}

// both is a conversation over both protocols, scrolled up and searched.
func both(l *Look) scene {
	s := chat(l)
	items := talkSample()
	for i := range items {
		switch r := &items[i]; {
		case r.Kind == Mine:
			r.Fates[1] = Fate{Proto: "UDP", Mark: [...]Mark{Delivered, Unknown, Sent}[i%3], After: 12 * time.Millisecond}
		case r.Kind == Theirs && i%2 == 0:
			r.Fates[0], r.Late, r.Dup = Fate{Proto: "UDP"}, true, i%4 == 0
		}
	}
	s.history = History{Items: items, Seen: 14, Selected: 4, Find: "byte", Both: true, Bar: true, EndKey: "Ctrl-End"}
	s.view = View{Item: 1}
	s.status.Legs = []Leg{tcpLeg, udpLeg}
	return s
}

var goldenSizes = [][2]int{{40, 12}, {80, 24}, {120, 36}, {200, 60}}

var goldenLangs = []struct {
	name string
	lang words.Lang
}{{"en", words.English}, {"zh", words.Chinese}}

func plainScreen(rows []string) string { return Strip(strings.Join(rows, "\n")) + "\n" }

func TestScreens(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for _, s := range goldenSizes {
			size := fmt.Sprintf("%dx%d_%s.txt", s[0], s[1], lang.name)
			golden(t, "chat_"+size, plainScreen(chat(l).screen(t, l, s[0], s[1])))
			golden(t, "both_"+size, plainScreen(both(l).screen(t, l, s[0], s[1])))
			golden(t, "waiting_"+size, plainScreen(waiting(l).screen(t, l, s[0], s[1])))
		}
	}
}

func TestThemes(t *testing.T) {
	for p := Dark; p <= Mono; p++ {
		l := testLook(words.English)
		l.Theme = NewTheme(p)
		golden(t, "chat_80x24_"+p.String()+".ansi", strings.Join(chat(l).screen(t, l, 80, 24), "\n")+"\n")
	}
}
