package ui

import (
	"strconv"
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
}

// A Leg is one protocol's part of the conversation.
type Leg struct {
	Proto       string // "TCP", "UDP"
	Stack       string // "kernel", "lab"
	Local, Peer string // addresses; "" if there is none yet
	State       string // TCP: its name in RFC 9293
	UDP         UDPState
	Silent      time.Duration // nothing was heard for so long; shown in steps from 15 s on
	Left        time.Duration // of TIME-WAIT
	RTT         time.Duration // 0: not known
	Word        string        // the connection's life: "ShADad"
	Source      string        // who told the numbers: "cap", "txq", "rel", "lab"

	// Of TCP:
	Cwnd, Resent             int // -1: not known
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
	Sent, Seen, Lost, Dup, Late uint64
}

// Draw draws the two lines, w cells wide.
func (s Status) Draw(l *Look, w int) []string {
	if w <= 0 {
		return []string{"", ""}
	}
	var lines [2]bar
	switch {
	case s.Beginner:
		lines = s.beginner(l)
	case len(s.Legs) == 1:
		lines = s.single(l, &s.Legs[0])
	case len(s.Legs) > 1:
		lines[0], lines[1] = s.oneLine(l, &s.Legs[0]), s.oneLine(l, &s.Legs[1])
	}
	return []string{lines[0].draw(l, w), lines[1].draw(l, w)}
}

// single tells all of one leg in two lines.
func (s *Status) single(l *Look, g *Leg) [2]bar {
	var a, b bar
	a.state(l, g)
	a.where(l, g)
	b.skip = 2
	if g.Proto == "UDP" {
		b.ids(l, g)
	} else {
		a.tcp(l, g)
		b.numbers(l, g, s.Absolute)
	}
	a.extra(l, s.Extra)
	b.source(l, g)
	return [2]bar{a, b}
}

// oneLine tells the most important of a leg beside another one.
func (s *Status) oneLine(l *Look, g *Leg) bar {
	var a bar
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
	sign, st, name := g.health(l)
	a.add(0, field{st, sign + " "}, field{pick(st == th.Good, th.Strong, st), name})
	if g.Left > 0 {
		a.add(2, field{th.Warn, words.BarLeft.In(l.Lang, int(g.Left/time.Second))})
	}
	a.gap(2)
	a.add(1, field{th.ProtoStyle(g.Proto), g.Proto})
	if g.Stack != "" {
		a.add(6, field{th.Dim, " " + g.Stack})
	}
	a.gap(2)
}

// health is the sign of a leg's state, its colour and its name.
func (g *Leg) health(l *Look) (sign string, st Style, name string) {
	th, gl := l.Theme, l.Glyphs
	if g.Proto == "UDP" {
		return g.udpHealth(l)
	}
	switch g.State {
	case "ESTABLISHED":
		sign, st = gl.On, th.Good
	case "LISTEN", "CLOSED", "":
		sign, st = gl.Off, th.Text
	default:
		sign, st = gl.Half, th.Warn
	}
	if g.State == "ESTABLISHED" && steps(g.Silent) > 0 {
		return gl.Half, th.Warn, g.State
	}
	return sign, st, pick(g.State == "", "?", g.State)
}

// udpHealth is health for UDP.
func (g *Leg) udpHealth(l *Look) (sign string, st Style, name string) {
	th, gl := l.Theme, l.Glyphs
	switch {
	case g.UDP == NoPeer:
		return gl.Off, th.Text, words.BarNoPeer.In(l.Lang)
	case g.UDP == Unreachable:
		return gl.Bad, th.Bad, words.BarUnreachable.In(l.Lang)
	case steps(g.Silent) > 0:
		return gl.Half, th.Warn, l.silent(g.Silent)
	}
	return gl.Half, th.Accent, words.BarPeerKnown.In(l.Lang)
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

// silent is how long nothing was heard, in words.
func (l *Look) silent(d time.Duration) string {
	if d = steps(d); d < time.Minute {
		return words.BarSilentSeconds.In(l.Lang, int(d/time.Second))
	}
	return words.BarSilentMinutes.In(l.Lang, int(d/time.Minute))
}

// where adds the addresses.
func (a *bar) where(l *Look, g *Leg) {
	th := l.Theme
	switch {
	case g.Peer == "" && g.Local == "":
		return
	case g.Peer == "":
		a.add(3, field{th.Text, g.Local})
	default:
		a.shrink(5, field{th.Text, g.Local}, field{th.Text, port(g.Local)})
		a.add(4, field{th.Dim, " " + l.Glyphs.Both + " "})
		a.shrink(4, field{th.Text, g.Peer}, field{th.Text, port(g.Peer)})
	}
	a.gap(3)
}

// port is the ":9001" of an address.
func port(addr string) string {
	if i := strings.LastIndexByte(addr, ':'); i > 0 {
		return addr[i:]
	}
	return addr
}

// tcp adds round-trip time, congestion window, retransmissions and the word.
func (a *bar) tcp(l *Look, g *Leg) {
	th := l.Theme
	if g.RTT > 0 {
		a.add(5, field{th.Dim, "rtt "}, field{th.Text, Span(g.RTT)})
		a.gap(2)
	}
	if g.Cwnd >= 0 {
		a.add(8, field{th.Dim, "cwnd "}, field{th.Text, strconv.Itoa(g.Cwnd)})
		a.gap(2)
	}
	if g.Resent >= 0 {
		a.add(pick(g.Resent > 0, 3, 7), field{pick(g.Resent > 0, th.Warn, th.Dim), l.Glyphs.Resent + strconv.Itoa(g.Resent)})
		a.gap(2)
	}
	if g.Word != "" {
		a.add(7, field{th.Dim, g.Word})
		a.gap(2)
	}
}

// numbers adds OUT and IN.
func (a *bar) numbers(l *Look, g *Leg, abs bool) {
	if !g.OutSeq.Known && !g.InSeq.Known && !g.OutAck.Known && !g.InAck.Known {
		a.add(3, field{l.Theme.Dim, words.BarNoNumbers.In(l.Lang)})
		return
	}
	a.dir(l, "OUT", g.OutFlags, g.OutSeq, g.OutAck, abs, 2)
	a.gap(3)
	a.dir(l, "IN", g.InFlags, g.InSeq, g.InAck, abs, 4)
	a.gap(3)
}

// dir adds one direction.
func (a *bar) dir(l *Look, name, flags string, seq, ack Number, abs bool, drop int) {
	th := l.Theme
	a.add(drop, field{th.Strong, name})
	if flags != "" {
		a.add(9, field{th.Dim, " [" + flags + "]"})
	}
	for i, n := range [...]Number{seq, ack} {
		a.add(drop, field{th.Dim, pick(i == 0, " seq", " ack") + pick(n.Known && n.Guessed, "? ", " ")})
		long, short := n.text(abs), n.text(false)
		a.shrink(drop, field{th.Text, long}, field{th.Text, short})
	}
}

// text writes n.
func (n Number) text(abs bool) string {
	rel := strconv.FormatUint(n.Rel, 10)
	switch {
	case !n.Known:
		return "-"
	case abs && n.HasAbs:
		return strconv.FormatUint(uint64(n.Abs), 10) + " (" + rel + ")"
	}
	return rel
}

// ids adds what stands in for seq and ack where there are none.
func (a *bar) ids(l *Look, g *Leg) {
	th := l.Theme
	a.add(5, field{th.Dim, words.BarUDPNone.In(l.Lang)})
	a.gap(3)
	if !g.IDs.Measurable {
		a.add(2, field{th.Text, words.BarNotMeasurable.In(l.Lang)})
		return
	}
	a.add(1, field{th.Text, words.BarSent.In(l.Lang, g.IDs.Sent)})
	a.gap(2)
	a.add(2, field{th.Text, words.BarSeen.In(l.Lang, g.IDs.Seen)})
	a.gap(2)
	for _, c := range [...]struct {
		p words.Phrase
		n uint64
	}{{words.BarLost, g.IDs.Lost}, {words.BarDup, g.IDs.Dup}, {words.BarLate, g.IDs.Late}} {
		a.add(3, field{pick(c.n > 0, th.Warn, th.Text), c.p.In(l.Lang, c.n)})
		a.gap(2)
	}
	a.add(7, field{th.Dim, words.BarCounted.In(l.Lang)})
}

// source adds the label of who told the numbers.
func (a *bar) source(l *Look, g *Leg) {
	if g.Source != "" && g.Source != "none" {
		a.gap(2)
		a.add(6, field{l.Theme.Dim, g.Source})
	}
}

// extra adds what else should be known.
func (a *bar) extra(l *Look, s string) {
	if s != "" {
		a.gap(2)
		a.add(6, field{l.Theme.Warn, s})
	}
}

// beginner is the bar in words.
func (s *Status) beginner(l *Look) [2]bar {
	var lines [2]bar
	for i := range s.Legs[:min(len(s.Legs), 2)] {
		s.Legs[i].inWords(l, &lines[i], len(s.Legs) == 1, &lines[1])
	}
	return lines
}

// inWords tells of a leg on one line, its numbers on another if it has it for itself.
func (g *Leg) inWords(l *Look, a *bar, alone bool, b *bar) {
	th := l.Theme
	sign, st, _ := g.health(l)
	a.add(0, field{st, sign + " "}, field{th.ProtoStyle(g.Proto), g.Proto + " "}, field{th.Text, g.stateInWords(l)})
	if !alone {
		return
	}
	b.skip = 2
	switch {
	case g.Proto == "UDP" && g.IDs.Measurable:
		b.add(0, field{th.Text, words.EasyUDP.In(l.Lang, g.IDs.Sent, g.IDs.Seen, g.IDs.Lost)})
	case g.Proto == "UDP":
		b.add(0, field{th.Text, words.EasyUDPRaw.In(l.Lang)})
	case g.OutSeq.Known:
		b.shrink(1, field{th.Text, words.EasyTCP.In(l.Lang, g.OutSeq.Rel, g.OutAck.Rel)},
			field{th.Text, words.EasyTCPShort.In(l.Lang, g.OutSeq.Rel, g.OutAck.Rel)})
	}
}

// stateInWords is the state for somebody who has never heard its name.
func (g *Leg) stateInWords(l *Look) string {
	if g.Proto == "UDP" {
		switch {
		case g.UDP == NoPeer:
			return words.EasyNoPeer.In(l.Lang)
		case g.UDP == Unreachable:
			return words.EasyUnreachable.In(l.Lang)
		case steps(g.Silent) > 0:
			return words.EasySilent.In(l.Lang, int(steps(g.Silent)/time.Second))
		}
		return words.EasyPeerKnown.In(l.Lang)
	}
	if p, ok := words.EasyState(g.State); ok {
		return p.In(l.Lang)
	}
	return g.State
}
