package model

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// Each command asks for what it says, in both languages, and says what it did.
func TestStackCommands(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "/pause\n/resume\n/暂停\n/继续\n/nagle on\n/nagle off\n/recv 1024\n/recv all\n/rst\n")
	want := []string{
		"Pause{On:true}", "Pause{On:false}", "Pause{On:true}", "Pause{On:false}",
		"Nagle{On:true}", "Nagle{On:false}", "ReadSize{N:1024}", "ReadSize{N:0}", "Abort{}",
	}
	if !slices.Equal(p.asked, want) {
		t.Errorf("asked for %q", p.asked)
	}
	for _, mistake := range []string{"/recv 0", "/recv 99999999", "/recv x", "/nagle perhaps", "/numbers both"} {
		before := len(p.asked)
		drive(m, mistake+"\n")
		if len(p.asked) != before {
			t.Errorf("%s: asked for %q", mistake, p.asked[before:])
		}
		if !strings.Contains(shown(m), "takes") {
			t.Errorf("%s is not said to be a mistake:\n%s", mistake, shown(m))
		}
	}
}

// A SYN bears no ack, and nobody has acknowledged it: neither is shown as a number.
func TestSynHasNoAck(t *testing.T) {
	syn := segment.Segment{Flags: segment.SYN, Seq: 1714054799}
	calling := segment.Snapshot{
		State: segment.SynSent, Source: segment.Capture, SndNxt: 1, ISS: syn.Seq, Out: &syn, Known: segment.HasSnd | segment.HasISS,
	}
	var u ui.Leg
	tcpOf(&u, &calling)
	if !u.OutSeq.Known || u.OutSeq.Abs != syn.Seq || u.OutSeq.Rel != 0 || u.OutAck.Known || u.InSeq.Known || u.InAck.Known {
		t.Errorf("%+v", u)
	}
}

// The numbers change what they show at once.
func TestNumbersCommand(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	p.status.Legs[0].TCP.Known |= segment.HasISS | segment.HasIRS
	p.status.Legs[0].TCP.ISS = 3746804144
	m.resize(tea.WindowSizeMsg{Width: 160, Height: 30})
	drive(m, "/numbers abs\n")
	m.numbers.read(m.now())
	if s := shown(m); !strings.Contains(s, "3746804145 (1)") {
		t.Errorf("absolute:\n%s", s)
	}
	drive(m, "/numbers rel\n")
	if s := shown(m); strings.Contains(s, "3746804145") {
		t.Errorf("relative:\n%s", s)
	}
}

// What is under way stands in the bar while there is something, a closed window
// in any case, and the connection's life where it is seen.
func TestBarUnderway(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.resize(tea.WindowSizeMsg{Width: 160, Height: 30})
	s := &p.status.Legs[0].TCP
	s.Known |= segment.HasQueue | segment.HasWnd | segment.HasRTT | segment.HasCwnd | segment.HasRetrans
	s.InFlight, s.Unsent, s.SndWnd, s.Cwnd, s.Retrans, s.SRTT, s.History = 1448, 62000, 0, 10, 3, 208e6, "ShADadW"
	m.numbers.read(m.now())
	for _, want := range []string{"flight 1.4k", "unsent 62k", "wnd 0", "cwnd 10", "↻3", "rtt 208 ms", "ShADadW"} {
		if !strings.Contains(shown(m), want) {
			t.Errorf("no %q in\n%s", want, shown(m))
		}
	}
	s.InFlight, s.Unsent, s.SndWnd = 0, 0, 65536
	m.numbers.read(m.now())
	for _, gone := range []string{"flight", "unsent", "wnd 0"} {
		if strings.Contains(shown(m), gone) {
			t.Errorf("%q in\n%s", gone, shown(m))
		}
	}
}

// One stops reading, the other floods: the window closes, the bar and /why say
// so, and after /resume all is there.
func TestPauseOnTheScreen(t *testing.T) {
	t.Parallel()
	a, b := pair(t, transport.Config{Protos: []segment.Proto{segment.TCP}}, 160, 30)
	a.shows("ESTABLISHED")
	b.shows("ESTABLISHED")
	a.types("/pause\r")
	a.shows(words.BarPaused.In(words.English))
	b.types("/flood 1m\r")
	b.shows("wnd 0")
	b.shows("unsent")
	b.types("/why\r")
	b.shows("the peer's window is closed")
	a.types("/resume\r")
	b.types("/say the end\r")
	a.shows("the end")
	b.shows("✓✓")
}

// RST: both are told who did it.
func TestResetOnTheScreen(t *testing.T) {
	t.Parallel()
	a, b := pair(t, transport.Config{Protos: []segment.Proto{segment.TCP}}, 120, 30)
	a.shows("ESTABLISHED")
	b.shows("ESTABLISHED")
	b.types("/rst\r")
	b.shows("you broke the TCP connection off (RST)")
	a.shows("bob broke the TCP connection off (RST)")
}
