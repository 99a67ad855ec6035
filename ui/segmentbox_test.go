package ui

import (
	"fmt"
	"strings"
	"testing"
)

// boxSample is the segment with "在的。", as it was captured.
func boxSample() SegmentBox {
	text := []byte("在的。")
	payload := append([]byte{0xf5, 1, 0, 4, 0, 0, 0, 25, 0xa4, 1, 1, 2, 1, 3, 0xf4, 4, 0x1a, 0x69, 0x21, 0x0b, 5, 0, 6, 0x49}, text...)
	r := tcpStory()[4]
	r.Wnd = 523776
	return SegmentBox{
		Rung: r, Right: "bob", Scale: 9, Selected: 3, Hint: "Esc", Payload: payload,
		Header: []byte{
			0xbb, 0xf8, 0x23, 0x29, 0xdf, 0x53, 0xb1, 0x5a, 0x83, 0x1e, 0xc4, 0x5e, 0x80, 0x18, 0x03, 0xff, 0x1c, 0x46, 0, 0,
			1, 1, 8, 10, 0, 0x12, 0x34, 0x56, 0, 0x65, 0x43, 0x21,
		},
	}
}

func TestSegmentBoxes(t *testing.T) {
	story, both := tcpStory(), bothStory()
	boxes := []SegmentBox{
		boxSample(),
		{Rung: story[0], Scale: -1, Selected: -1},
		{Rung: story[19], Right: "bob", Scale: 9, Selected: 2, Absolute: true},
		{Rung: both[2], Right: "bob", Selected: 1, Payload: []byte("seq counts bytes, not messages\x1b[31m")},
		{Rung: both[9], Selected: 0},
	}
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		var out strings.Builder
		for _, d := range boxes {
			for _, s := range [][2]int{{78, 30}, {38, 10}} {
				fmt.Fprintf(&out, "%s\n\n", Strip(Join(d.Draw(l, s[0], s[1]))))
			}
			for w := 0; w < 100; w += 1 + w/5 {
				for h := 0; h < 30; h += 1 + h/3 {
					for _, first := range []int{0, 1000} {
						d.First = first
						checkBox(t, "segment", l, d.Draw(l, w, h), w, h)
					}
				}
			}
		}
		golden(t, "segments_"+lang.name+".txt", out.String())
	}
}

// Whatever the octets, the box is a box.
func FuzzSegmentBox(f *testing.F) {
	d := boxSample()
	f.Add(d.Header, d.Payload, 80, 24, true)
	f.Fuzz(func(t *testing.T, header, payload []byte, w, h int, udp bool) {
		w, h = ((w%100)+100)%100, ((h%40)+40)%40
		d.Header, d.Payload = header, payload
		if udp {
			d.Rung.Proto = "UDP"
		}
		checkBox(t, "segment", testLook(0), d.Draw(testLook(0), w, h), w, h)
	})
}
