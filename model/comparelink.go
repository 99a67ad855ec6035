package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A linkState is what was asked of the emulated link, as far as it lasts.
type linkState struct {
	on        bool      // there is one
	spec      link.Spec // where the other end is elsewhere: what it is set to
	held, cut bool
	slow      float64 // 1: as usual
	aims      []aim
	beat      metronome
}

// An aim waits for the next packets that bear messages, in TCP and in UDP.
type aim struct {
	word string // "/drop"
	left [2]int
}

// A metronome says a line every so often.
type metronome struct {
	every  time.Duration // 0: off
	serial beat          // of the beat under way: the ones before it are void
	said   int
}

// A beat says that it is time for a line.
type beat int

// The limits of what says lines by itself.
const (
	mostDrops  = 1000
	mostBurst  = 1000
	mostFlood  = 1 << 20
	floodLine  = 1000
	leastEvery = 20 * time.Millisecond
	mostEvery  = time.Hour
)

// linkCommands are the commands that work on the link.
func linkCommands() []command {
	return []command{
		{Command: words.CmdNet, needs: true, do: (*Model).setNet},
		{Command: words.CmdDrop, also: []string{"lose"}, do: (*Model).drop},
		{Command: words.CmdDup, do: aimed("/dup", transport.Duplicate{})},
		{Command: words.CmdSwap, do: aimed("/swap", transport.Swap{})},
		{Command: words.CmdCorrupt, do: aimed("/corrupt", transport.Corrupt{})},
		{Command: words.CmdCut, do: (*Model).cutLink},
		{Command: words.CmdHeal, do: (*Model).healLink},
		{Command: words.CmdEvery, also: []string{"metronome"}, needs: true, do: (*Model).everySo},
	}
}

// setLinked says whether there is an emulated link under the conversation.
func (m *Model) setLinked(on bool) {
	m.link.on = on
	m.keys.link(on)
	m.commands = newCommands(on)
}

// spec is what the link is set to.
func (m *Model) spec() link.Spec {
	if m.o.Pair != nil {
		return m.o.Pair.Spec()
	}
	return m.link.spec
}

// heardLink takes what is told of the link: where both ends are in one lab, and
// what the other one does to it.
func (m *Model) heardLink(n transport.Notice) {
	k := &m.link
	switch n.Code {
	case transport.NoteInLab:
		m.weather(n.Args[1])
	case transport.NotePeerNet:
		m.weather(n.Args[0])
	case transport.NotePeerCut:
		k.cut, _ = n.Args[0].(bool)
	case transport.NotePeerTime:
		k.held, _ = n.Args[0].(bool)
		k.slow, _ = n.Args[1].(float64)
	}
}

// weather notes what the link is set to.
func (m *Model) weather(spec any) {
	if text, ok := spec.(string); ok {
		if s, err := link.Parse(text); err == nil {
			m.link.spec = s
		}
	}
}

// linkExtra says in short what was done to the link.
func (m *Model) linkExtra() string {
	if !m.link.on {
		return ""
	}
	return strings.TrimSpace(ui.Strip(m.linkRow().Draw(m.look, 160)))
}

// linkRow says what the link is set to.
func (m *Model) linkRow() ui.LinkRow {
	spec := m.spec()
	r := ui.LinkRow{Seed: spec.Seed, Cut: m.link.cut, Held: m.link.held, Slow: m.link.slow}
	spec.Seeded = false
	r.Spec = spec.String()
	var aims []string
	for _, a := range m.link.aims {
		s := a.word
		if n := max(a.left[0], a.left[1]); n > 1 {
			s += " " + strconv.Itoa(n)
		}
		aims = append(aims, s)
	}
	r.Aims = strings.Join(aims, " ")
	return r
}

// timeHeld reports that the stack's time stands still.
func (m *Model) timeHeld() bool { return m.link.held }

// setNet is /net.
func (m *Model) setNet(text string) tea.Cmd {
	if strings.EqualFold(text, "show") {
		spec := m.spec()
		m.note(talk.Info, words.LinkIs, spec.String())
		for line := range strings.Lines(spec.TC()) {
			m.note(talk.Info, words.LinkAs, strings.TrimSpace(line))
		}
		return nil
	}
	spec, err := link.Parse(text)
	if err != nil {
		m.wrongNet(text, err)
		return nil
	}
	if !m.ask(transport.Net{Spec: spec}) {
		return nil
	}
	if !spec.Seeded {
		spec.Seed, spec.Seeded = m.link.spec.Seed, m.link.spec.Seeded
	}
	m.link.spec = spec
	m.note(talk.Info, words.LinkIs, m.spec().String())
	return nil
}

// wrongNet says what is wrong in text and leaves the line as it is, the caret
// at the word.
func (m *Model) wrongNet(text string, err error) {
	line := "/" + words.CmdNet.Name.In(m.look.Lang) + " " + text
	m.editor.reset(line)
	var e *link.ParseError
	if !errors.As(err, &e) {
		m.warn(words.NotPossible, m.why(err))
		return
	}
	what := words.LinkEnds.In(m.look.Lang, e.Problem)
	if e.Word != "" {
		what = words.LinkWrong.In(m.look.Lang, safe.String(e.Word).String(), e.Problem)
		m.editor.move(min(len(line)-len(text)+e.Offset, len(line)))
	}
	switch {
	case e.Nearest != "":
		what = words.LinkMeant.In(m.look.Lang, what, e.Nearest)
	case len(e.Allowed) > 0:
		what += ": " + strings.Join(e.Allowed, " ")
	}
	m.hint, m.warned = what, true
}

// drop is /drop.
func (m *Model) drop(word string) tea.Cmd {
	n := 1
	if word != "" {
		var err error
		if n, err = strconv.Atoi(word); err != nil || n < 1 || n > mostDrops {
			m.badWord(words.CmdDrop, word)
			return nil
		}
	}
	m.aim("/drop", n, transport.Drop{N: n})
	return nil
}

// aimed is the command that asks for c, which hits the next packet that bears
// a message.
func aimed(word string, c transport.Control) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.aim(word, 1, c)
		return nil
	}
}

// aim asks for c and shows it until it has hit n packets of each protocol.
func (m *Model) aim(word string, n int, c transport.Control) {
	if !m.ask(c) {
		return
	}
	for i := range m.link.aims {
		if a := &m.link.aims[i]; a.word == word {
			a.left[0] += n
			a.left[1] += n
			return
		}
	}
	m.link.aims = append(m.link.aims, aim{word, [2]int{n, n}})
}

// hit notes that rule befell a packet of p, and reports whether it was aimed at
// one.
func (m *Model) hit(p segment.Proto, rule string) bool {
	was := false
	for i := range m.link.aims {
		if a := &m.link.aims[i]; strings.Contains(rule, a.word) && a.left[wayOf(p)] > 0 {
			a.left[wayOf(p)]--
			was = true
		}
	}
	m.link.aims = slices.DeleteFunc(m.link.aims, func(a aim) bool { return a.left == [2]int{} })
	return was
}

// quote is what the messages that s carried say, in short.
func (m *Model) quote(s *segment.Segment) string {
	var texts []string
	for _, row := range s.Messages {
		if x := m.crossings.row(row); x != nil && s.Dir == segment.Out {
			texts = append(texts, "#"+strconv.FormatUint(row, 10))
		}
	}
	if texts == nil {
		return ""
	}
	return words.SeeQuoted.In(m.look.Lang, strings.Join(texts, " "))
}

// cutLink is /cut.
func (m *Model) cutLink(string) tea.Cmd {
	if m.ask(transport.Cut{}) {
		m.link.cut = true
		m.note(talk.Warn, words.LinkIsCut)
	}
	return nil
}

// healLink is /heal.
func (m *Model) healLink(string) tea.Cmd {
	if m.ask(transport.Heal{}) {
		m.link.cut = false
		m.note(talk.Info, words.LinkIsWhole)
	}
	return nil
}

// burst is /burst: lines as fast as they can be said.
func (m *Model) burst(word string) tea.Cmd {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > mostBurst {
		m.tooMuch(words.CmdBurst, word, strconv.Itoa(mostBurst))
		return nil
	}
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("%d/%d", i+1, n)
	}
	m.pour(texts)
	return nil
}

// flood is /flood.
func (m *Model) flood(word string) tea.Cmd {
	n, ok := parseSize(word)
	if !ok || n < 1 || n > mostFlood {
		m.tooMuch(words.CmdFlood, word, strconv.Itoa(mostFlood>>20)+"m")
		return nil
	}
	var texts []string
	for i := 1; n > 0; i++ {
		text := fmt.Sprintf("%d ", i)
		size := min(n, floodLine)
		n -= size
		texts = append(texts, (text + strings.Repeat(".", floodLine))[:max(size, 1)])
	}
	m.pour(texts)
	return nil
}

// pour says texts, those that find no room as soon as there is some.
func (m *Model) pour(texts []string) {
	if len(m.pending) > 0 {
		m.warn(words.LinkTooMuch)
		return
	}
	m.pending = texts
	m.sendPending()
}

// parseSize reads a number of bytes: 4096, 64k, 1m.
func parseSize(s string) (int, bool) {
	s = strings.ToLower(s)
	unit := 1
	for _, u := range []struct {
		letter string
		is     int
	}{{"k", 1 << 10}, {"m", 1 << 20}} {
		if t, ok := strings.CutSuffix(s, u.letter); ok {
			s, unit = t, u.is
			break
		}
	}
	n, err := strconv.Atoi(s)
	return n * unit, err == nil && n >= 0 && n <= math.MaxInt32
}

// everySo is /every.
func (m *Model) everySo(word string) tea.Cmd {
	b := &m.link.beat
	if strings.EqualFold(word, "off") {
		b.every = 0
		m.note(talk.Info, words.LinkEveryOff)
		return nil
	}
	d, err := time.ParseDuration(word)
	if err != nil || d < leastEvery || d > mostEvery {
		m.badWord(words.CmdEvery, word)
		return nil
	}
	b.every = d
	m.note(talk.Info, words.LinkEvery, d)
	return m.nextBeat()
}

// nextBeat starts the time until the next line.
func (m *Model) nextBeat() tea.Cmd {
	b := &m.link.beat
	b.serial++
	serial := b.serial
	return tea.Tick(b.every, func(time.Time) tea.Msg { return serial })
}

// beaten says a line, unless the link's time is held or the last ones wait yet.
func (m *Model) beaten(serial beat) tea.Cmd {
	b := &m.link.beat
	if serial != b.serial || b.every == 0 {
		return nil
	}
	if !m.link.held && len(m.pending) == 0 {
		follow := m.view
		b.said++
		if m.queue(strconv.Itoa(b.said)) != nil {
			b.said--
		}
		if !follow.Follow {
			m.view = follow
		}
	}
	return m.nextBeat()
}

// linkKey does what k means for the link, and reports whether it means
// anything.
func (m *Model) linkKey(k tea.KeyPressMsg) (cmd tea.Cmd, ok bool) {
	b := &m.keys
	switch {
	case key.Matches(k, b.Hold):
		if m.ask(transport.HoldTime{On: !m.link.held}) {
			m.link.held = !m.link.held
		}
	case key.Matches(k, b.Step):
		if !m.link.held {
			m.warn(words.LinkNotHeld)
			return nil, true
		}
		return m.step, true
	case key.Matches(k, b.Slow):
		m.slower()
	default:
		return nil, false
	}
	return nil, true
}

// stepped says how a step went.
type stepped struct{ err error }

// step lets one packet arrive. It waits for it, and so is a Cmd.
func (m *Model) step() tea.Msg { return stepped{m.tr.Do(transport.StepTime{})} }

// afterStep looks at what a step did.
func (m *Model) afterStep(s stepped) {
	if s.err != nil {
		m.warn(words.LinkIdle)
	}
	m.numbers.read(m.now())
	m.watch(m.now())
	if m.course != nil {
		m.readScene()
	}
}

// slower goes to the next slow motion, from the slowest back to none.
func (m *Model) slower() {
	paces := []float64{1, 5, 20, 100}
	next := paces[(slices.Index(paces, m.link.slow)+1)%len(paces)]
	if m.ask(transport.Slow{Factor: next}) {
		m.link.slow = next
	}
}

// firstHint is what stands beside an empty line.
func (m *Model) firstHint() string {
	if m.o.Replay {
		return words.ReplayKeys.In(m.look.Lang)
	}
	if m.link.on {
		return words.CompareHint.In(m.look.Lang)
	}
	return words.FirstHint.In(m.look.Lang)
}
