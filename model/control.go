package model

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// stackCommands ask any stack for something.
func stackCommands() []command {
	return []command{
		{Command: words.CmdPause, also: []string{"stop"}, do: (*Model).pause},
		{Command: words.CmdResume, do: (*Model).resume},
		{Command: words.CmdRST, also: []string{"reset", "abort"}, do: control(transport.Abort{})},
		{Command: words.CmdNagle, do: (*Model).nagle},
		{Command: words.CmdRecv, needs: true, do: (*Model).recv},
		{Command: words.CmdBurst, needs: true, do: (*Model).burst},
		{Command: words.CmdFlood, needs: true, do: (*Model).flood},
		{Command: words.CmdNumbers, do: (*Model).numbersAs},
		{Command: words.CmdWhy, do: (*Model).explainLast},
	}
}

// pause is /pause.
func (m *Model) pause(string) tea.Cmd {
	if m.ask(transport.Pause{On: true}) {
		m.numbers.read(m.now())
		m.note(talk.Warn, words.ControlPaused)
	}
	return nil
}

// resume is /resume: it tells what silence has cost.
func (m *Model) resume(string) tea.Cmd {
	if !m.ask(transport.Pause{}) {
		return nil
	}
	drops := uint64(0)
	for _, g := range m.numbers.read(m.now()).Legs {
		drops += g.KernelDrops
	}
	if drops > 0 {
		m.note(talk.Warn, words.ControlDropped, drops)
	} else {
		m.note(talk.Info, words.ControlResumed)
	}
	return nil
}

// deaf reports that nothing is read, here or, where both ends are here, there.
func (m *Model) deaf() bool {
	for _, legs := range [...][]transport.Leg{m.numbers.last.Legs, m.farLegs} {
		for i := range legs {
			if legs[i].Paused {
				return true
			}
		}
	}
	return false
}

// nagle is /nagle.
func (m *Model) nagle(word string) tea.Cmd {
	m.toggle(words.CmdNagle, word, &m.gathers, words.ControlNagleOn, words.ControlNagleOff,
		func(on bool) bool { return m.ask(transport.Nagle{On: on}) })
	return nil
}

// recv is /recv.
func (m *Model) recv(word string) tea.Cmd {
	n, err := strconv.Atoi(word)
	switch all := word == "all" || word == "off"; {
	case !all && (err != nil || n < 1 || n > transport.MaxReadSize):
		m.badWord(words.CmdRecv, word)
	case !m.ask(transport.ReadSize{N: n}):
	case all:
		m.note(talk.Info, words.ControlRecvAll)
	default:
		m.note(talk.Info, words.ControlRecv, n)
	}
	return nil
}

// numbersAs is /numbers.
func (m *Model) numbersAs(word string) tea.Cmd {
	switch strings.ToLower(word) {
	case "rel":
		m.o.Relative = true
	case "abs":
		m.o.Relative = false
	case "":
		m.o.Relative = !m.o.Relative
	default:
		m.badWord(words.CmdNumbers, word)
		return nil
	}
	if m.o.Relative {
		m.note(talk.Info, words.NumbersRel)
	} else {
		m.note(talk.Info, words.NumbersAbs)
	}
	return nil
}

// explainLast is /why: what the marks of our last line mean, and what holds it up.
func (m *Model) explainLast(string) tea.Cmd {
	row, ok := m.lastOfOurs()
	if !ok {
		m.note(talk.Info, words.WhyNothing)
		return nil
	}
	e := row.Explain(m.look)
	for _, x := range append([]ui.Explanation{e}, e.Then...) {
		m.note(talk.Info, words.WhyIs, x.Title, x.Text)
	}
	for _, g := range m.numbers.read(m.now()).Legs {
		m.holdsUp(&g)
	}
	return nil
}

// lastOfOurs is the newest line of ours, as it is drawn.
func (m *Model) lastOfOurs() (ui.Row, bool) {
	for i := m.talk.End(); i > m.talk.First(); i-- {
		if m.talk.Line(i-1).Kind == talk.Mine {
			return lines{m}.Row(i - 1), true
		}
	}
	return ui.Row{}, false
}

// holdsUp tells what keeps lines from arriving over g, if anything does.
func (m *Model) holdsUp(g *transport.Leg) {
	s := &g.TCP
	if g.Paused {
		m.note(talk.Warn, words.WhyDeaf)
	}
	if g.Proto == segment.TCP && s.Has(segment.HasWnd|segment.HasQueue) && s.SndWnd == 0 && s.Unsent > 0 {
		m.note(talk.Warn, words.WhyShut, ui.Bytes(s.Unsent))
	}
	if g.Proto == segment.TCP && s.Has(segment.HasRetrans) && s.Backoff > 0 {
		m.note(talk.Warn, words.WhyBackoff, s.Backoff)
	}
	if g.Queued > 0 {
		m.note(talk.Warn, words.WhyQueued, g.Queued)
	}
}

// statsTCP tells a connection's numbers.
func (m *Model) statsTCP(s *segment.Snapshot) {
	if !s.Has(segment.HasRTT | segment.HasCwnd) {
		return
	}
	size := func(f segment.Fields, n int) string {
		if !s.Has(f) {
			return "?"
		}
		return ui.Bytes(n)
	}
	m.note(talk.Info, words.StatsTCP, ui.Span(s.SRTT), ui.Span(s.RTTVar), ui.Span(s.RTO), s.Cwnd,
		size(segment.HasWnd, s.SndWnd), size(segment.HasWnd, s.RcvWnd),
		size(segment.HasQueue, s.InFlight), size(segment.HasQueue, s.Unsent), s.Retrans)
	word := s.History
	if word == "" {
		word = "?"
	}
	m.note(talk.Info, words.StatsSource, s.Source, word)
}
