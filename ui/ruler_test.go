package ui

import (
	"fmt"
	"strings"
	"testing"

	"seqtalk/ui/words"
)

// calls are the calls of so many bytes each, from first on.
func calls(first uint64, sizes ...int) []Call {
	var c []Call
	for _, n := range sizes {
		c = append(c, Call{first, first + uint64(n)})
		first += uint64(n)
	}
	return c
}

// rulerSample is a ruler of one wire.
func rulerSample(wire Wire, w, h int) Ruler {
	said := []string{"你好", "hello", "世界和平", "b", "粘包是什么？", "one more 👨‍👩‍👧‍👦"}
	d := Ruler{W: w, H: h, Wire: wire, First: 1, Buffer: 16}
	var sizes []int
	for i, s := range said {
		d.Datagrams = append(d.Datagrams, Datagram{Text: []byte(s), Size: len(s), Lost: i == 3})
		if n := len(s); n > d.Buffer {
			d.Datagrams[i].Text, d.Datagrams[i].Torn, d.Datagrams[i].Gone = []byte(s[:d.Buffer]), true, n-d.Buffer
		}
		switch wire {
		case LineWire:
			s += "\n"
		case FramedWire:
			at := d.First + uint64(len(d.Stream))
			d.Frames = append(d.Frames, Frame{at, at + 24, "TEXT"})
			s = strings.Repeat("\x00", 24) + s
		}
		sizes = append(sizes, len(s))
		d.Stream = append(d.Stream, s...)
	}
	d.Sends = calls(1, sizes...)
	half := 15
	if wire == FramedWire {
		half = 70
	}
	d.Recvs = calls(1, half, 4, len(d.Stream)-half-4)
	return d
}

func TestRulers(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for _, s := range goldenSizes {
			var out strings.Builder
			for wire := RawWire; wire <= FramedWire; wire++ {
				rows := rulerSample(wire, s[0], s[1]).Draw(l)
				checkRows(t, "ruler", l, rows, s[0], s[1])
				out.WriteString(strings.TrimRight(plainScreen(rows), " \n") + "\n\n")
			}
			golden(t, fmt.Sprintf("ruler_%dx%d_%s.txt", s[0], s[1], lang.name), out.String())
		}
	}
	l := testLook(words.English)
	l.Glyphs = &ASCII
	golden(t, "ruler_80x24_ascii.txt", plainScreen(rulerSample(RawWire, 80, 24).Draw(l)))
}

// Every byte is on the ruler once, whatever the bytes and the calls are.
func FuzzRuler(f *testing.F) {
	f.Add([]byte("你好hello世界 👨‍👩‍👧‍👦 e\u0301\xff\x00\n"), 7, 4, 5, 2, 80, 24)
	f.Add([]byte("\xe4\xe4\xb8"), 1, 1, 1, 1, 24, 4)
	f.Fuzz(func(t *testing.T, stream []byte, a, b, from, n, w, h int) {
		w, h = ((w%150)+150)%150, ((h%40)+40)%40
		d := Ruler{W: w, H: h, Stream: stream, First: 1, Buffer: 4, Datagrams: []Datagram{{Text: stream, Size: len(stream)}, {Text: stream, Lost: true}}}
		size := func(v int) int { return ((v%9)+9)%9 + 1 }
		for at := 1; at <= len(stream); at += size(a) {
			d.Sends = append(d.Sends, Call{uint64(at), uint64(min(at+size(a), len(stream)+1))})
		}
		for at := 1; at <= len(stream); at += size(b) {
			d.Recvs = append(d.Recvs, Call{uint64(at), uint64(min(at+size(b), len(stream)+1))})
		}
		if from > 0 && n > 0 && from < 1000 && n < 1000 {
			d.Frames = []Frame{{uint64(from), uint64(from + n), "x\x1b"}}
		}
		l := testLook(words.English)
		rows := d.Draw(l)
		checkRows(t, "ruler", l, rows, w, h)
		for _, s := range rows {
			checkOctets(t, s)
		}
		at := uint64(1)
		for _, u := range d.units(l, 0) {
			if u.from != at || u.to <= u.from {
				t.Fatalf("unit %+v does not follow byte %d", u, at)
			}
			at = u.to
		}
		if at != uint64(len(stream))+1 {
			t.Fatalf("the units end at %d of %d", at, len(stream))
		}
	})
}

func TestRulerIsAsWideAsAsked(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for w, h := range sizes {
			l.Method = pick(w%3 == 0, GraphemeWidth, WcWidth)
			for wire := RawWire; wire <= FramedWire; wire++ {
				checkRows(t, "ruler", l, rulerSample(wire, w, h).Draw(l), w, h)
			}
			checkRows(t, "no ruler", l, Ruler{W: w, H: h}.Draw(l), w, h)
		}
	}
}

// A character that a recv() cuts stands there in hex, with a mark.
func TestRulerSplits(t *testing.T) {
	l := testLook(words.English)
	got := Strip(Join(rulerSample(RawWire, 80, 24).Draw(l)))
	for _, s := range []string{"e7╎95 8c", "3: 57 B, 4 in one", "cut in half: 2"} {
		if !strings.Contains(got, s) {
			t.Errorf("there is no %q in\n%s", s, got)
		}
	}
}

func BenchmarkRuler(b *testing.B) {
	l := testLook(words.English)
	d := rulerSample(RawWire, 200, 60)
	for range 200 {
		d.Stream = append(d.Stream, "一行很长的文字 and more "...)
	}
	b.ReportAllocs()
	for b.Loop() {
		d.Draw(l)
	}
}
