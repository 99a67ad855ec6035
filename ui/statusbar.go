package ui

import (
	"strings"
	"time"

	"seqtalk/ui/words"
)

// A Status is what the status bar shows: two lines, always.
type Status struct {
	Legs     []Leg  // one or two; with two, each has one line
	Absolute bool   // numbers as on the wire, the relative ones in brackets; else relative only
	Beginner bool   // in words
	Extra    string // at the end of the first line: the link's weather, PLAINTEXT, …
	Picked   Spot   // in look mode: what is marked
	Replay   string // the recording that is played; "": this takes place now
}

// A Leg is one protocol's part of the conversation.
type Leg struct {
	Proto       string // "TCP", "UDP"
	Stack       string // "kernel", "lab"
	Local, Peer string // addresses; "" if there is none yet
	State       string // TCP: its name in RFC 9293
	UDP         UDPState
	Silent      time.Duration // the peer's program, though it should answer, said nothing for so long; shown in steps from 15 s on; 0 where nobody need answer
	Kernel      Kernel        // of the peer, while its program is silent
	Left        time.Duration // of TIME-WAIT
	Again       time.Duration // until it is dialed again; 0: it is not
	RTT         time.Duration // 0: not known
	Word        string        // the connection's life: "ShADad"
	Source      string        // who told the numbers: "cap", "txq", "rel", "lab"

	// Of TCP:
	Cwnd, Resent             int // -1: not known
	InFlight, Unsent         int // bytes; 0: none, or not known
	Window                   int // the peer's, in bytes; -1: closed; 0: not known
	OutSeq, OutAck           Number
	InSeq, InAck             Number
	OutFlags, InFlags        string // "P.", where segments are seen
	SentBytes, ReceivedBytes uint64 // for the beginner's bar

	// Of UDP:
	IDs IDs
}

// A UDPState is what is known of a peer one has no connection to.
type UDPState uint8

// The states, as package transport counts them.
const (
	NoPeer UDPState = iota
	PeerKnown
	Unreachable
)

// Kernel is what is known of the peer's kernel: the second light, beside that of
// its program.
type Kernel uint8

// The lights, as package transport counts them.
const (
	KernelUnknown Kernel = iota
	KernelAcks
	KernelSilent
)

// A Number is a sequence number.
type Number struct {
	Known   bool
	Rel     uint64
	Abs     uint32
	HasAbs  bool
	Guessed bool // computed; no segment was seen that carries it: drawn with a ?
}

// IDs are the numbers seqtalk gives its own messages over UDP, and what they
// show to be missing.
type IDs struct {
	Measurable                  bool // false in raw: nobody counts
	Ours                        bool // Lost, Dup and Late are of our messages, at the other end; else of the peer's, here
	Sent, Seen, Lost, Dup, Late uint64
	Dropped                     uint64 // of what is lost or not counted, by our own full buffer; the network brought it
}

// Draw draws the two lines, w cells wide.
func (s Status) Draw(l *Look, w int) []string {
	lines, indent := s.lines(l)
	return []string{lines[0].draw(l, w, indent[0], s.Picked), lines[1].draw(l, w, indent[1], s.Picked)}
}

// lines are the two lines, and how far each is indented.
func (s *Status) lines(l *Look) (lines [2]bar, indent [2]int) {
	indent = [2]int{1, 1}
	switch {
	case s.Beginner:
		lines = s.inWords(l)
	case len(s.Legs) == 1:
		lines, indent[1] = s.single(l, &s.Legs[0]), 3
	case len(s.Legs) > 1:
		lines[0], lines[1] = s.oneLine(l, 0), s.oneLine(l, 1)
	}
	if s.Replay != "" {
		lines[0].items = append(s.replay(l), lines[0].items...)
	}
	return lines, indent
}

// replay says that all this is a recording, and which.
func (s *Status) replay(l *Look) []barItem {
	var a bar
	a.add(keep, field{l.Theme.Warn, words.BarReplay.In(l.Lang)})
	a.gap(1)
	a.add(6, field{l.Theme.Text, Truncate(l.Method, s.Replay, 24, l.Glyphs.More)})
	a.gap(2)
	return a.items
}

// single tells all of one leg in two lines. What goes first where room is
// short: our address but for its port, cwnd, a ↻ of 0, the stack, the history
// word, the round-trip time, our port, the peer's address, ↻.
func (s *Status) single(l *Look, g *Leg) [2]bar {
	var a, b bar
	a.state(l, g)
	a.where(l, g)
	if g.Proto == "UDP" {
		a.rtt(l, g)
		b.ids(l, g)
	} else {
		a.rtt(l, g)
		a.tcp(l, g)
		b.numbers(l, g, s.Absolute)
	}
	if a.about(PartExtra); s.Extra != "" {
		a.gap(2)
		a.add(9, field{l.Theme.Warn, s.Extra})
	}
	b.source(l, g)
	return [2]bar{a, b}
}

// oneLine tells the most important of a leg beside another one.
func (s *Status) oneLine(l *Look, leg int) bar {
	g, a := &s.Legs[leg], bar{spot: Spot{Leg: leg}}
	a.state(l, g)
	if g.Proto == "UDP" {
		a.ids(l, g)
	} else {
		a.numbers(l, g, s.Absolute)
	}
	a.source(l, g)
	return a
}

// state adds the sign, the state and the protocol.
func (a *bar) state(l *Look, g *Leg) {
	th := l.Theme
	sign, st, name, short := g.health(l)
	a.about(PartState)
	a.add(keep, field{st, sign + " "})
	a.shrink(7, keep, field{pick(st == th.Good, th.Strong, st), name}, field{pick(st == th.Good, th.Strong, st), short})
	if g.Left > 0 {
		a.add(10, field{th.Warn, words.BarLeft.In(l.Lang, int(g.Left/time.Second))})
	}
	if g.Again > 0 {
		a.gap(2)
		a.about(PartAgain)
		a.add(11, field{th.Warn, words.BarAgain.In(l.Lang, int((g.Again+time.Second-1)/time.Second))})
		a.add(7, field{th.Dim, words.BarAgainKeys.In(l.Lang)})
	}
	if g.Proto == "TCP" && steps(g.Silent) > 0 {
		a.gap(2)
		a.about(PartSilent)
		a.lights(l, g)
	}
	a.gap(2)
	a.about(PartProto)
	a.add(11, field{th.ProtoStyle(g.Proto), g.Proto})
	if g.Stack != "" {
		a.add(4, field{th.Dim, " " + g.Stack})
	}
	a.gap(2)
}

// lights adds that the peer's program does not answer, and whether its kernel does.
func (a *bar) lights(l *Look, g *Leg) {
	th := l.Theme
	a.add(9, field{pick(g.Kernel == KernelSilent, th.Bad, th.Warn), l.Glyphs.Half + " " + l.silent(words.BarProgramSilent, g.Silent)})
	switch g.Kernel {
	case KernelAcks:
		a.add(8, field{th.Dim, words.BarKernelAcks.In(l.Lang)})
	case KernelSilent:
		a.add(8, field{th.Bad, words.BarKernelSilent.In(l.Lang)})
	}
}

// health is the sign of a leg's state, its colour and its name, long and short.
func (g *Leg) health(l *Look) (sign string, st Style, name, short string) {
	th, gl := l.Theme, l.Glyphs
	if g.Proto == "UDP" {
		return g.udpHealth(l)
	}
	name = pick(g.State == "", "?", g.State)
	switch {
	case g.State == "ESTABLISHED":
		return gl.On, th.Good, name, name
	case g.State == "LISTEN", g.State == "CLOSED", g.State == "":
		return gl.Off, th.Strong, name, name
	}
	return gl.Half, th.Warn, name, name
}

// udpHealth is health for UDP.
func (g *Leg) udpHealth(l *Look) (sign string, st Style, name, short string) {
	th, gl := l.Theme, l.Glyphs
	switch {
	case g.UDP == NoPeer:
		name = words.BarNoPeer.In(l.Lang)
		return gl.Off, th.Strong, name, name
	case g.UDP == Unreachable:
		return gl.Bad, th.Bad, words.BarUnreachable.In(l.Lang), words.BarUnreachableShort.In(l.Lang)
	case steps(g.Silent) > 0:
		name = l.silent(words.BarSilent, g.Silent)
		return gl.Half, th.Warn, name, name
	}
	return gl.Half, th.Strong, words.BarPeerKnown.In(l.Lang), words.BarPeerKnownShort.In(l.Lang)
}

// steps is d rounded down to a step worth telling: 15 s, 30 s, 1, 2, 5 min; 0 below.
func steps(d time.Duration) time.Duration {
	var was time.Duration
	for _, s := range [...]time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute} {
		if d < s {
			break
		}
		was = s
	}
	return was
}

// silent says with p how long nothing was heard.
func (l *Look) silent(p words.Phrase, d time.Duration) string {
	if d = steps(d); d < time.Minute {
		return p.In(l.Lang, words.BarSeconds.In(l.Lang, int(d/time.Second)))
	}
	return p.In(l.Lang, words.BarMinutes.In(l.Lang, int(d/time.Minute)))
}

// where adds the addresses. On one machine the port tells the ends apart.
func (a *bar) where(l *Look, g *Leg) {
	th := l.Theme
	local, peer := field{th.Text, g.Local}, field{th.Text, g.Peer}
	lport, pport := local, peer
	a.about(PartPorts)
	if host(g.Local) == host(g.Peer) {
		lport.s, pport.s = port(g.Local), port(g.Peer)
	}
	switch {
	case g.Peer == "" && g.Local == "":
		return
	case g.Peer == "":
		a.add(8, local)
	case g.Local == "":
		a.add(10, peer)
	default:
		a.shrink(1, 7, local, lport)
		a.shrink(7, 10, field{th.Dim, " " + l.Glyphs.Both + " "}, field{th.Dim, l.Glyphs.Both + " "})
		a.shrink(8, 10, peer, pport)
	}
	a.gap(3)
}

// host and port are the parts of an address; port keeps its colon.
func host(addr string) string { return addr[:max(strings.LastIndexByte(addr, ':'), 0)] }
func port(addr string) string { return addr[max(strings.LastIndexByte(addr, ':'), 0):] }
