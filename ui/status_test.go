package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// A statusSample is a bar worth looking at.
type statusSample struct {
	name string
	s    Status
}

// statusSamples are such bars.
func statusSamples() []statusSample {
	with := func(g Leg, f func(g *Leg)) Leg { f(&g); return g }
	bare := func(g *Leg) {
		g.OutSeq, g.OutAck, g.InSeq, g.InAck = Number{}, Number{}, Number{}, Number{}
		g.RTT, g.Cwnd, g.Word = 0, -1, ""
	}
	listen := with(tcpLeg, func(g *Leg) {
		bare(g)
		g.State, g.Local, g.Peer, g.Resent, g.Source = "LISTEN", "127.0.0.1:9001", "", -1, ""
	})
	rel := with(tcpLeg, func(g *Leg) {
		g.Source, g.Resent = "rel", 0
		for _, n := range []*Number{&g.OutSeq, &g.OutAck, &g.InSeq, &g.InAck} {
			n.HasAbs, n.Guessed = false, true
		}
	})
	lab := with(tcpLeg, func(g *Leg) {
		g.Stack, g.Source, g.Local, g.Peer = "lab", "lab", "10.0.0.1:48120", "10.0.0.2:9001"
		g.OutFlags, g.InFlags, g.RTT = "P.", ".", 208*time.Millisecond
		g.InAck.Guessed = true
	})
	lan := with(tcpLeg, func(g *Leg) { g.Local, g.Peer = "192.168.1.5:9001", "192.168.100.17:50312" })
	wait := with(tcpLeg, func(g *Leg) { g.State, g.Left = "TIME-WAIT", 42*time.Second })
	syn := with(listen, func(g *Leg) { g.State, g.Peer, g.Local = "SYN-SENT", "127.0.0.1:9001", "127.0.0.1:48120" })
	called := with(syn, func(g *Leg) {
		g.Resent, g.Source, g.OutFlags, g.OutSeq = 4, "cap", "S", Number{Known: true, Abs: 1714054799, HasAbs: true}
	})
	quiet := with(tcpLeg, func(g *Leg) { g.Silent = 40 * time.Second })
	stopped := with(quiet, func(g *Leg) { g.Kernel = KernelAcks })
	cut := with(quiet, func(g *Leg) { g.Kernel = KernelSilent })
	again := with(wait, func(g *Leg) { g.State, g.Left, g.Again = "CLOSED", 0, 2500*time.Millisecond })
	nobody := with(udpLeg, func(g *Leg) { g.UDP, g.Peer, g.RTT, g.IDs = NoPeer, "", 0, IDs{} })
	raw := with(udpLeg, func(g *Leg) { g.IDs, g.RTT = IDs{}, 0 })
	silent := with(udpLeg, func(g *Leg) { g.Silent = 3 * time.Minute })
	full := with(udpLeg, func(g *Leg) { g.IDs.Lost, g.IDs.Dropped = 1603, 1604 })
	gone := with(udpLeg, func(g *Leg) { g.UDP = Unreachable })
	one := func(g Leg) Status { return Status{Legs: []Leg{g}, Absolute: true} }
	return []statusSample{
		{"TCP, the kernel's", one(tcpLeg)},
		{"relative numbers asked for", Status{Legs: []Leg{tcpLeg}}},
		{"only relative numbers known", one(rel)},
		{"lab", Status{Legs: []Leg{lab}, Absolute: true, Extra: "loss 10%"}},
		{"two machines", Status{Legs: []Leg{lan}, Absolute: true, Extra: "PLAINTEXT"}},
		{"waiting", one(listen)},
		{"calling", one(syn)},
		{"calling, the SYN seen four times more", one(called)},
		{"over", one(wait)},
		{"nothing heard", one(quiet)},
		{"program stopped", one(stopped)},
		{"cut off", one(cut)},
		{"dialed again", one(again)},
		{"UDP", one(udpLeg)},
		{"UDP, nobody yet", one(nobody)},
		{"UDP, raw", one(raw)},
		{"UDP, silent", one(silent)},
		{"UDP, unreachable", one(gone)},
		{"UDP, our buffer was full", one(full)},
		{"both", Status{Legs: []Leg{tcpLeg, udpLeg}, Absolute: true}},
		{"TCP for a beginner", Status{Legs: []Leg{tcpLeg}, Beginner: true}},
		{"UDP for a beginner", Status{Legs: []Leg{udpLeg}, Beginner: true}},
		{"both for a beginner", Status{Legs: []Leg{listen, udpLeg}, Beginner: true}},
		{"nothing known", Status{}},
	}
}

func TestStatusBar(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		var out strings.Builder
		for _, s := range statusSamples() {
			fmt.Fprintf(&out, "%s\n", s.name)
			for _, w := range []int{40, 80, 120} {
				for _, row := range s.s.Draw(l, w) {
					fmt.Fprintf(&out, "%s▏\n", Strip(row))
				}
			}
			out.WriteByte('\n')
		}
		golden(t, "status_"+lang.name+".txt", out.String())
	}
}

func TestStatusBarIsAsWideAsAsked(t *testing.T) {
	for _, lang := range []words.Lang{words.English, words.Chinese} {
		l := testLook(lang)
		for _, s := range statusSamples() {
			for w := 0; w < 200; w += 1 + w/20 {
				checkRows(t, s.name, l, s.s.Draw(l, w), w, 2)
			}
		}
	}
}

// A number that changes within its step changes nothing on the screen.
func TestStatusBarIsCalm(t *testing.T) {
	l := testLook(words.English)
	draw := func(rtt, silent time.Duration) string {
		g := tcpLeg
		g.RTT, g.Silent = rtt, silent
		return Join(Status{Legs: []Leg{g}}.Draw(l, 120))
	}
	if draw(41_100*time.Microsecond, 16*time.Second) != draw(40_900*time.Microsecond, 29*time.Second) {
		t.Error("the bar changes with every microsecond")
	}
	if draw(41*time.Millisecond, 0) == draw(43*time.Millisecond, 0) {
		t.Error("the bar does not change with the round-trip time")
	}
}
