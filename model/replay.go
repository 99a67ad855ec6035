package model

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A rerun is a recording being played.
type rerun struct {
	still []string // what is shown while the way to an earlier place is played again; nil: what is
}

// progress is how far the recording is; nil: this takes place now.
func (m *Model) progress() *transport.Progress { return m.numbers.last.Replay }

// twoEnds reports that both ends of the conversation are shown: they are here, or
// in the recording.
func (m *Model) twoEnds() bool {
	at := m.progress()
	return m.o.Pair != nil || at != nil && at.Both
}

// told takes the events that only a recording has. It reports whether ev is one.
func (m *Model) told(ev transport.Event) bool {
	switch ev := ev.(type) {
	case transport.Said:
		msg := m.talk.Say(ev.At, ev.Text, ev.More)
		m.crossings.say(msg.Row, ev.Text, ev.At)
	case transport.Passed:
		m.sight.read(ev.Segments, m.saw)
	case transport.Rewound:
		m.rewound()
	case transport.Moved:
		m.numbers.last, m.farLegs = ev.Status, ev.Status.Far
		m.rerun.still = nil
	default:
		return false
	}
	return true
}

// rewound forgets the conversation: it is told again from its beginning. Until
// that is done the screen stays as it is.
func (m *Model) rewound() {
	m.closeLook()
	m.search = nil
	if m.rerun.still == nil {
		m.rerun.still, _ = m.draw()
	}
	m.talk = talk.New(talk.Config{Lang: m.look.Lang, MaxLines: m.o.MaxLines, Replay: true})
	if m.twoEnds() {
		m.talk.Hush()
	}
	m.sight, m.crossings = sight{tr: m.tr}, crossings{}
	m.heard, m.series = heardLines{}, series{}
	m.wraps, m.seen, m.farLegs = ui.Wraps{}, 0, nil
	m.view, m.ladder.view, m.ladder.frozen = ui.Latest, ui.Latest, nil
	m.halfClosed = false
	m.resieve()
	m.replayNotes()
}

// paces are those that F7, + and - go through.
var paces = []float64{0.01, 0.05, 0.2, 0.5, 1, 2, 5, 20, 100}

// replayKey is what k means while a recording is played, and reports whether it
// means anything. A command being typed has the keys of the line.
func (m *Model) replayKey(k tea.KeyPressMsg) (cmd tea.Cmd, ok bool) {
	if !m.o.Replay || !m.editor.empty() {
		return nil, false
	}
	b, at := &m.keys, m.numbers.read(m.now()).Replay
	if at == nil {
		return nil, false
	}
	switch {
	case key.Matches(k, b.Run):
		m.ask(transport.Play{On: !at.Playing})
	case key.Matches(k, b.Onward):
		m.ask(transport.Skip{N: 1})
	case key.Matches(k, b.Back):
		m.ask(transport.Skip{N: -1})
	case key.Matches(k, b.Start):
		m.ask(transport.Seek{At: 0})
	case key.Matches(k, b.Finish):
		m.ask(transport.Seek{At: at.Total})
	case key.Matches(k, b.Faster):
		m.pace(at.Speed, 1)
	case key.Matches(k, b.Slower):
		m.pace(at.Speed, -1)
	case key.Matches(k, b.Pace):
		m.slowMotion(at.Speed)
	case key.Matches(k, b.LeaveReplay):
		return tea.Quit, true
	case k.Text != "" && k.Text != "/" || key.Matches(k, b.Newline, b.Yank):
		m.warn(words.ReplayNoTyping)
	default:
		return nil, false
	}
	return nil, true
}

// pace goes to the next pace in direction dir.
func (m *Model) pace(now float64, dir int) {
	i, _ := slices.BinarySearch(paces, now)
	m.ask(transport.Pace{Speed: paces[min(max(i+dir, 0), len(paces)-1)]})
}

// slowMotion goes to the next slower pace of F7, from the slowest back to the
// recording's own.
func (m *Model) slowMotion(now float64) {
	slow := []float64{1, 0.2, 0.05, 0.01}
	m.ask(transport.Pace{Speed: slow[(slices.Index(slow, now)+1)%len(slow)]})
}

// replayed are the commands that mean something where nothing can be sent.
func replayed(all []command) []command {
	return slices.DeleteFunc(all, func(c command) bool {
		return !slices.Contains([]words.Phrase{
			words.CmdHelp.Name, words.CmdQuit.Name, words.CmdSearch.Name, words.CmdTheme.Name,
			words.CmdTimestamp.Name, words.CmdStats.Name, words.CmdNumbers.Name, words.CmdWhy.Name,
		}, c.Name)
	})
}

// runs reports that the recording does, so that its time passes.
func (m *Model) runs() bool { return m.progress() != nil && m.progress().Playing }

// player is where the line would be: what cannot be typed leaves room for how far
// the recording is.
func (m *Model) player() (ui.Player, bool) {
	at := m.progress()
	if at == nil || !m.editor.empty() || m.search != nil && !m.search.closed {
		return ui.Player{}, false
	}
	return ui.Player{
		At: at.At, Total: at.Total, Time: at.Time, Length: at.Length,
		Playing: at.Playing, Pace: at.Speed, Left: at.Left, Cut: at.Fault != nil,
	}, true
}

// recordingName is the name of the recording; "" if this takes place now.
func (m *Model) recordingName() string {
	if at := m.progress(); at != nil {
		return safe.String(at.File).String()
	}
	return ""
}

// replayNotes says before the first line what the recording lacks.
func (m *Model) replayNotes() {
	at := m.progress()
	if at == nil {
		return
	}
	var text []string
	if at.Fault != nil {
		text = append(text, words.ReplayFault.In(m.look.Lang, safe.String(at.Fault.Error())))
	}
	if at.Left > 0 && !at.Transcript {
		text = append(text, words.ReplayLeft.In(m.look.Lang, at.Left))
	}
	for _, s := range text {
		m.talk.Note(m.numbers.last.At.Add(-at.Time), talk.Warn, s)
	}
}
