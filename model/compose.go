package model

import (
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// enter does what the line says: a command, the letter that ends, or a text.
// What could not be sent stays in the line.
func (m *Model) enter() tea.Cmd {
	line, pasted := m.editor.text, m.pasted
	if line == "" {
		return nil
	}
	m.editor.reset("")
	m.pasted = false
	var cmd tea.Cmd
	switch {
	case isCommand(line):
		cmd = m.command(line)
	case m.o.Replay:
		m.warn(words.ReplayNoTyping)
	case !pasted && (line == "q" || line == "Q"):
		cmd = m.letter(line)
	case strings.HasPrefix(line, "//"):
		m.send(line[1:])
	default:
		m.send(line)
	}
	if m.editor.empty() {
		m.recall.add(line)
		return cmd
	}
	if m.editor.text != line {
		m.editor.reset(line)
	}
	m.pasted = pasted
	return cmd
}

// send adds text to the conversation and queues it, behind what waits for room;
// refused, it is put back into the line, with the reason.
func (m *Model) send(text string) bool {
	if len(m.pending) > 0 {
		m.pending = append(m.pending, text)
		return true
	}
	if err := m.queue(text); err != nil {
		m.editor.reset(text)
		if limit := m.limit(); errors.Is(err, transport.ErrTooLong) && 0 < limit && limit < len(text) {
			m.askCut(text, limit)
			return false
		}
		m.refused(err)
		return false
	}
	return true
}

// queue adds text to the conversation and hands it to the transport. It is no
// Cmd: Bubble Tea runs each Cmd on a goroutine of its own, so two quick messages
// could change places. Send only queues, so it may be called here.
func (m *Model) queue(text string) error {
	said := m.stackNow()
	msg := m.talk.Say(m.now(), []byte(text), false)
	if err := m.tr.Send(msg); err != nil {
		m.talk.Unsay(msg.Row)
		return err
	}
	m.crossings.say(msg.Row, []byte(text), said)
	if m.record != nil {
		m.record.Say(said, []byte(text))
	}
	m.view = ui.Latest
	m.seen = m.talk.End()
	m.met = true
	m.numbers.stale()
	return nil
}

// refused says why a line was not taken.
func (m *Model) refused(err error) {
	switch {
	case errors.Is(err, transport.ErrNoPeer):
		m.kept(words.NoPeerShort, words.NoPeerKept)
	case errors.Is(err, transport.ErrPeerMoved):
		m.warn(words.PeerMovedKept)
	case errors.Is(err, transport.ErrQueueFull):
		m.warn(words.QueueFullKept, m.queued())
	case errors.Is(err, transport.ErrHalfClosed):
		m.kept(words.HalfShort, words.HalfKept)
	case errors.Is(err, transport.ErrEnded) && m.numbers.last.Role == transport.Listener:
		m.kept(words.EndedShort, words.EndedWaits)
	case errors.Is(err, transport.ErrEnded):
		m.kept(words.EndedShort, words.EndedKept)
	default:
		m.warn(words.TooLongKept, safe.String(err.Error()))
	}
}

// kept says briefly beside the line that it stays there, and in the conversation
// why, unless that stands there last already.
func (m *Model) kept(short, why words.Phrase) {
	m.warn(short)
	text := why.In(m.look.Lang)
	if end := m.talk.End(); end > m.talk.First() && string(m.talk.Line(end-1).Text) == text {
		return
	}
	m.talk.Note(m.now(), talk.Warn, text)
	m.view = ui.Latest
}

// queued is how many messages wait.
func (m *Model) queued() int {
	n := 0
	for _, g := range m.numbers.read(m.now()).Legs {
		n = max(n, g.Queued)
	}
	return n
}

// textOverhead is the most that a frame adds to a text in a datagram: header,
// session, and the numbers of a TEXT.
const textOverhead = 49

// limit is how many bytes of text are sure to fit into one message; 0: any
// number, as long as every protocol in use is TCP.
func (m *Model) limit() int {
	least := 0
	for _, g := range m.legs() {
		if g.Proto != segment.UDP {
			continue
		}
		room := 65507
		switch g.Wire {
		case session.Line:
			room--
		case session.Framed, session.Auto:
			room = m.o.MaxDatagram
			if room == 0 {
				room = 1200
			}
			room -= textOverhead
		}
		if least == 0 || room < least {
			least = room
		}
	}
	return least
}

// composer is the line, as it is drawn.
func (m *Model) composer() ui.Composer {
	c := m.typing()
	switch {
	case m.filter != nil, m.search != nil && !m.search.closed, c.Hint != "":
	case m.looking != nil:
		c.Hint = m.lookHint()
	case isCommand(c.Text):
		c.Hint = m.commandHint(c.Text)
	case c.Text == "":
		c.Hint = m.firstHint()
	}
	return c
}

// typing is the line without what is said beside it where there is nothing
// else to say, which depends on where everything is.
func (m *Model) typing() ui.Composer {
	from, to := m.editor.window()
	c := ui.Composer{
		Text: m.editor.text[from:to], Caret: m.editor.caret - from, Hint: m.hint,
		Bytes: len(m.editor.text), Limit: m.limit(), Closed: m.halfClosed,
	}
	switch {
	case m.filter != nil:
		c.Prompt, c.Hint = words.FilterFor.In(m.look.Lang), words.FilterKeys.In(m.look.Lang)
		c.Text, c.Caret, c.Bytes, c.Limit = m.filter.query.text, m.filter.query.caret, 0, 0
	case m.search != nil && !m.search.closed:
		c.Prompt = words.SearchFor.In(m.look.Lang)
		c.Text, c.Caret, c.Bytes, c.Limit = m.search.query.text, m.search.query.caret, 0, 0
		c.Hint = m.search.hint(m)
	case m.looking != nil:
		c.Closed, c.Bytes = true, 0
	}
	return c
}

// letter is a lone q, typed and entered: it ends the conversation. A peer that
// is no seqtalk expects the letter itself first. The one who dialed then leaves;
// the one who listens waits for the next.
func (m *Model) letter(q string) tea.Cmd {
	st := m.numbers.read(m.now())
	up, plain, dialer := false, false, st.Role == transport.Dialer
	for i := range st.Legs {
		g := &st.Legs[i]
		up = up || g.Up
		plain = plain || g.Up && (g.Wire == session.Raw || g.Wire == session.Line)
		dialer = dialer || g.Up && g.Dialer
	}
	if !up {
		m.askLeave()
		return nil
	}
	if plain && !m.send(q) || !m.ask(transport.End{}) || !dialer {
		return nil
	}
	m.leaving = true
	return tea.Tick(farewell, func(time.Time) tea.Msg { return leaveNow{} })
}

// leaveNow says that the end of the conversation was waited for long enough.
type leaveNow struct{}

// ring sounds the bell if a line from end on is the peer's, at most once a
// second and only while the user is elsewhere.
func (m *Model) ring(end uint64) tea.Cmd {
	if !m.rings || !m.blurred || m.now().Sub(m.rang) < time.Second {
		return nil
	}
	for i := max(end, m.talk.First()); i < m.talk.End(); i++ {
		if m.talk.Line(i).Kind == talk.Theirs {
			m.rang = m.now()
			return tea.Raw("\a")
		}
	}
	return nil
}
