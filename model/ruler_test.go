package model

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// compareWire is compare over a wire.
func compareWire(t *testing.T, spec string, l words.Lang, wire session.Wire) *stage {
	t.Helper()
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return stageOf(t, transport.PairConfig{Spec: s, Wire: wire, Virtual: true, NickA: "A", NickB: "B"}, l)
}

// The ruler shows what was written above and what was read below, as the calls
// had it, whatever the wire; /recv changes what the next ones take.
func TestRulerTellsTheTruth(t *testing.T) {
	for _, wire := range []session.Wire{session.Raw, session.Line, session.Framed} {
		t.Run(fmt.Sprint(wire), func(t *testing.T) {
			s := compareWire(t, "delay 20ms seed 1", words.English, wire)
			s.run(time.Second)
			s.says("whole", "/recv 4", "你好，世界")
			s.run(time.Second)
			drive(s.Model, "<f8>")
			s.at(200, 60)
			out, _ := s.pair.A.Tape(segment.TCP, segment.Out)
			in, _ := s.pair.B.Tape(segment.TCP, segment.In)
			d := s.rulers(200, 50)[0]
			if string(d.Stream) != string(out.Octets) || len(d.Sends) != len(out.Calls) || len(d.Recvs) != len(in.Calls) || d.Buffer != 4 {
				t.Fatalf("the ruler has %d sends, %d reads of %d; the tapes %d, %d", len(d.Sends), len(d.Recvs), d.Buffer, len(out.Calls), len(in.Calls))
			}
			last := d.Recvs[len(d.Recvs)-1]
			if n := last.Next - last.First; n > 4 || last.Next != out.First+uint64(len(out.Octets)) {
				t.Errorf("the last read is %+v", last)
			}
			text := shown(s.Model)
			for _, want := range []string{"A writes, B reads", "recv(4)", fmt.Sprintf("send() × %d, recv() × %d", len(out.Calls), len(in.Calls)), map[session.Wire]string{
				session.Raw: "raw: nothing tells", session.Line: "line: a line feed", session.Framed: "framed: a header",
			}[wire]} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			cut := 0
			for _, k := range in.Calls {
				if at := k.Next - in.First; at < uint64(len(in.Octets)) && !utf8.RuneStart(in.Octets[at]) && utf8.Valid(around(in.Octets, int(at))) {
					cut++
				}
			}
			if want := fmt.Sprintf("cut in half: %d", cut); wire != session.Framed && (cut == 0 || !strings.Contains(text, want)) {
				t.Errorf("no %q in\n%s", want, text)
			}
			tears := d.Datagrams[len(d.Datagrams)-1]
			if got := s.rulers(200, 50)[0].Datagrams; len(got) != 2 || !tears.Torn || tears.Gone != tears.Size-4 || got[0].Torn {
				t.Errorf("UDP: %+v", got)
			}
		})
	}
}

// around is the character that byte i is in.
func around(p []byte, i int) []byte {
	for i > 0 && !utf8.RuneStart(p[i]) {
		i--
	}
	_, n := utf8.DecodeRune(p[i:])
	return p[i : i+n]
}

// A datagram that died leaves its gap; one on its way is not there yet.
func TestRulerGaps(t *testing.T) {
	s := compareWire(t, "delay 100ms seed 1", words.English, session.Framed)
	s.run(time.Second)
	drive(s.Model, "/drop\n")
	s.says("gone", "came")
	drive(s.Model, "under way\n")
	s.run(20 * time.Millisecond)
	var got []string
	for _, d := range s.rulers(80, 20)[0].Datagrams {
		got = append(got, fmt.Sprintf("%s %v", d.Text, d.Lost))
	}
	if want := "[gone true came false]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// Where nothing is told of the calls there is no ruler.
func TestNoRulerWithoutCalls(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	if drive(m, "<f2><f2>"); m.pane != panePlain {
		t.Errorf("pane %d", m.pane)
	}
}

// Over a wire without numbers the rows tell what came all the same.
func TestUnnumberedLinesCome(t *testing.T) {
	for _, wire := range []session.Wire{session.Raw, session.Line} {
		s := compareWire(t, "delay 20ms seed 1", words.English, wire)
		s.run(time.Second)
		s.says("same", "same", "/drop", "gone")
		drive(s.Model, "/dup\n")
		s.says("same")
		s.run(5 * time.Second)
		ps := newPairs(s.Model)
		var got []string
		for i := ps.First(); i < ps.End(); i++ {
			if p := ps.Pair(i); p.N > 0 {
				got = append(got, fmt.Sprintf("%s %v %v %v %d", p.Text, p.TCP.Mark == ui.Delivered, p.UDP.Mark == ui.Delivered, p.UDP.Lost, p.UDP.Copies))
			}
		}
		want := "[same true true false 1 same true true false 1 gone true false true 0 same true true false 2]"
		if fmt.Sprint(got) != want {
			t.Errorf("%v: %v\nwant %s", wire, got, want)
		}
	}
}
