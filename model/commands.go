package model

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A command is a slash command: its words, and what it does with what follows
// its name.
type command struct {
	words.Command
	also  []string // other names people try
	needs bool     // a word must follow
	takes []string // it is one of these; nil: those Takes lists, if it does
	do    func(m *Model, word string) tea.Cmd
}

// newCommands makes the table, in the order in which the help shows it; linked:
// with those that work on an emulated link.
func newCommands(linked bool) []command {
	all := []command{
		{Command: words.CmdHelp, also: []string{"?", "h"}, do: (*Model).helpAbout},
		{Command: words.CmdQuit, also: []string{"q", "exit"}, do: (*Model).quitNow},
		{Command: words.CmdSay, also: []string{"msg"}, needs: true, do: (*Model).say},
		{Command: words.CmdNick, needs: true, do: (*Model).nick},
		{Command: words.CmdMe, needs: true, do: (*Model).me},
		{Command: words.CmdClear, do: (*Model).clear},
		{Command: words.CmdSearch, also: []string{"lastlog"}, needs: true, do: (*Model).searchFor},
		{Command: words.CmdFilter, do: (*Model).filterBy},
		{Command: words.CmdLesson, takes: []string{"save"}, do: (*Model).lessons},
		{Command: words.CmdExport, needs: true, do: (*Model).export},
		{Command: words.CmdLock, do: (*Model).lock},
		{Command: words.CmdAccept, do: control(transport.Accept{})},
		{Command: words.CmdHold, do: (*Model).hold},
		{Command: words.CmdConnect, also: []string{"reconnect"}, do: (*Model).connect},
		{Command: words.CmdResend, do: control(transport.Again{})},
		{Command: words.CmdDisconnect, do: control(transport.End{})},
		{Command: words.CmdHalfClose, do: (*Model).halfCloseNow},
		{Command: words.CmdTheme, takes: themeNames(), do: (*Model).theme},
		{Command: words.CmdTimestamp, do: (*Model).timestamp},
		{Command: words.CmdBell, also: []string{"mute"}, do: (*Model).bell},
		{Command: words.CmdLog, do: (*Model).log},
		{Command: words.CmdStats, do: (*Model).stats},
	}
	all = append(all, stackCommands()...)
	if linked {
		all = append(all, linkCommands()...)
	}
	return all
}

// names are all by which c answers, the language's own first.
func (c *command) names(l words.Lang) []string {
	own, other := c.Name.In(l), c.Name.In(1-l)
	return append([]string{own, other}, c.also...)
}

// A typed line is a command if it starts with one slash and is a single line;
// "//text" is the text "/text".
func isCommand(line string) bool {
	return strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "//") && !strings.Contains(line, "\n")
}

// command does what line, which isCommand, says.
func (m *Model) command(line string) tea.Cmd {
	name, word, _ := strings.Cut(line[1:], " ")
	word = strings.TrimSpace(word)
	c := m.commandNamed(name)
	switch {
	case c == nil && named(linkCommands(), name, m.look.Lang) != nil:
		m.note(talk.Warn, words.NeedsLink, safe.String(name), safe.String(name))
		return nil
	case c == nil:
		m.note(talk.Warn, words.NoSuchCommand, safe.String(name), m.nearest(name), safe.String(name))
		return nil
	case c.needs && word == "":
		m.note(talk.Warn, words.NeedsWord, c.Name.In(m.look.Lang), c.Takes.In(m.look.Lang))
		return nil
	}
	return c.do(m, word)
}

// commandNamed is the command called name, nil if there is none.
func (m *Model) commandNamed(name string) *command {
	return named(m.commands, name, m.look.Lang)
}

// named is the command of all that is called name, nil if there is none.
func named(all []command, name string, l words.Lang) *command {
	for i := range all {
		for _, n := range all[i].names(l) {
			if strings.EqualFold(n, name) {
				return &all[i]
			}
		}
	}
	return nil
}

// nearest is the name of the command most like name, in the language of the
// screen.
func (m *Model) nearest(name string) string {
	best, least := "", 1<<30
	for i := range m.commands {
		c := &m.commands[i]
		for _, n := range c.names(m.look.Lang) {
			d := 2 * distance(name, n)
			if strings.HasPrefix(n, name) {
				d = 1
			}
			if d < least {
				best, least = c.Name.In(m.look.Lang), d
			}
		}
	}
	return best
}

// distance is how many characters must be typed, deleted or changed to make b
// of a.
func distance(a, b string) int {
	from, to := []rune(cutRunes(a, 64)), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		left := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := left
			if r != s {
				change++
			}
			left = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}

// completions are the names that what is typed can become, in the language of
// the screen unless another was begun; behind a name the words it takes.
func (m *Model) completions(typed string) []string {
	if !isCommand(typed) {
		return nil
	}
	if name, word, ok := strings.Cut(typed[1:], " "); ok {
		return m.wordsFor(name, strings.ToLower(word))
	}
	begun := strings.ToLower(typed[1:])
	var found []string
	for i := range m.commands {
		for _, n := range m.commands[i].names(m.look.Lang) {
			if strings.HasPrefix(n, begun) {
				found = append(found, n)
				break
			}
		}
	}
	return found
}

// wordsFor are the words that command name takes and that begin so: those it
// lists, as in "[on|off]"; of /help the names of the commands.
func (m *Model) wordsFor(name, begun string) []string {
	c := m.commandNamed(name)
	if c == nil {
		return nil
	}
	all := c.takes
	switch list := strings.Trim(c.Takes.In(m.look.Lang), "[]"); {
	case c.Name == words.CmdHelp.Name:
		for i := range m.commands {
			all = append(all, m.commands[i].Name.In(m.look.Lang))
		}
	case all == nil && strings.Contains(list, "|"):
		all = strings.Split(list, "|")
	}
	var found []string
	for _, w := range all {
		if strings.HasPrefix(w, begun) && !strings.ContainsAny(w, "[] ") {
			found = append(found, w)
		}
	}
	return found
}

// control is the command that asks the transport for c.
func control(c transport.Control) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.ask(c)
		return nil
	}
}

// ask asks the transport for c and says why, if it cannot be. It reports
// whether it could.
func (m *Model) ask(c transport.Control) bool {
	err := m.tr.Do(c)
	if err != nil {
		m.note(talk.Warn, words.NotPossible, m.why(err))
	} else {
		m.recorded(c)
	}
	m.numbers.stale()
	return err == nil
}

// note adds a line of the program's own. Values that are foreign come as safe.Text.
func (m *Model) note(l talk.Level, p words.Phrase, args ...any) {
	m.talk.Note(m.now(), l, p.In(m.look.Lang, args...))
	m.met = true
	m.view = ui.Latest
	if m.present() {
		m.seen = m.talk.End() // an answer is no news
	}
}

// connect dials again. Who listens cannot: the next caller is waited for.
func (m *Model) connect(string) tea.Cmd {
	st := m.numbers.read(m.now())
	switch {
	case m.talk.Up():
		m.note(talk.Warn, words.ConnectStands)
	case st.Role == transport.Listener:
		m.note(talk.Info, words.ConnectWaits, st.Addr)
	default:
		m.ask(transport.Connect{})
	}
	return nil
}

// dialsAgain reports that a lost connection is about to be dialed again.
func (m *Model) dialsAgain() bool {
	for i := range m.numbers.last.Legs {
		if m.numbers.last.Legs[i].Retry > 0 {
			return true
		}
	}
	return false
}

// quitNow leaves without asking.
func (m *Model) quitNow(string) tea.Cmd { return tea.Quit }

// say sends text as it is.
func (m *Model) say(text string) tea.Cmd {
	m.send(text)
	return nil
}

// me sends what the user does, in words that a peer without this command can read.
func (m *Model) me(text string) tea.Cmd {
	m.send("* " + m.ownName() + " " + text)
	return nil
}

// nick changes our name.
func (m *Model) nick(name string) tea.Cmd {
	if !safe.ValidNick(name) {
		m.note(talk.Warn, words.BadNick)
		return nil
	}
	if m.ask(transport.Rename{Nick: name}) {
		m.name = name
		m.note(talk.Info, words.NickIs, name)
	}
	return nil
}

// clear empties the screen.
func (m *Model) clear(string) tea.Cmd {
	m.talk.Clear()
	m.view = ui.Latest
	return nil
}

// lock pins the raw UDP peer, or lets it go.
func (m *Model) lock(word string) tea.Cmd {
	m.toggle(words.CmdLock, word, &m.locked, words.LockOn, words.LockOff,
		func(on bool) bool { return m.ask(transport.Lock{On: on}) })
	return nil
}

// hold keeps our half open after the peer's FIN, or not.
func (m *Model) hold(word string) tea.Cmd {
	m.toggle(words.CmdHold, word, &m.held, words.HoldOn, words.HoldOff,
		func(on bool) bool { return m.ask(transport.Hold{On: on}) })
	m.talk.SetHold(m.held)
	return nil
}

// timestamp shows or hides the times.
func (m *Model) timestamp(word string) tea.Cmd {
	m.toggle(words.CmdTimestamp, word, &m.times, words.TimeOn, words.TimeOff, nil)
	return nil
}

// bell turns the bell on or off.
func (m *Model) bell(word string) tea.Cmd {
	m.toggle(words.CmdBell, word, &m.rings, words.BellOn, words.BellOff, nil)
	return nil
}

// toggle sets *v as word says ("on", "off"; nothing: the other way), if try can
// or is nil, and tells how it is now.
func (m *Model) toggle(c words.Command, word string, v *bool, on, off words.Phrase, try func(bool) bool) {
	want := !*v
	switch strings.ToLower(word) {
	case "":
	case "on", "开":
		want = true
	case "off", "关":
		want = false
	default:
		m.badWord(c, word)
		return
	}
	if try != nil && !try(want) {
		return
	}
	*v = want
	if want {
		m.note(talk.Info, on)
	} else {
		m.note(talk.Info, off)
	}
}

// badWord says what c takes.
func (m *Model) badWord(c words.Command, word string) {
	l := m.look.Lang
	m.note(talk.Warn, words.BadWord, c.Name.In(l), c.Takes.In(l), safe.String(word).String())
}

// tooMuch says what a command takes, with its bounds, instead of word.
func (m *Model) tooMuch(c words.Command, word, most string) {
	l := m.look.Lang
	m.note(talk.Warn, words.BadAmount, c.Name.In(l), c.Takes.In(l), most, safe.String(word).String())
}

// halfCloseNow sends FIN.
func (m *Model) halfCloseNow(string) tea.Cmd {
	m.ask(transport.HalfClose{})
	return nil
}

// stats tells what was counted, one leg after the other.
func (m *Model) stats(string) tea.Cmd {
	for _, g := range m.numbers.read(m.now()).Legs {
		l := m.look.Lang
		m.note(talk.Info, words.StatsLeg, name(g.Proto), words.StackName(l, g.Stack), legState(&g), words.WireName(l, g.Wire.String()))
		c := g.Counters
		m.note(talk.Info, words.StatsSent, c.Sent, c.Confirmed, g.Queued, g.Unconfirmed)
		m.note(talk.Info, words.StatsCame, c.Received, c.Lost, c.Duplicate, c.Late, c.Malformed)
		if g.KernelDrops > 0 {
			m.note(talk.Info, words.StatsDropped, g.KernelDrops)
		}
		if g.Proto == segment.TCP {
			m.statsTCP(&g.TCP)
		}
	}
	return nil
}

// legState is where g stands, in the words of its protocol.
func legState(g *transport.Leg) string {
	if g.Proto == segment.UDP {
		return g.UDP.String()
	}
	return g.TCP.State.String()
}
