package model

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/ui"
	"seqtalk/ui/words"
)

// helpAbout is /help: all of it, or what mentions word.
func (m *Model) helpAbout(word string) tea.Cmd {
	m.openHelp(word)
	return nil
}

// openHelp opens the help, made from the keys, the commands and the signs
// themselves: those that filter finds, or else the nearest.
func (m *Model) openHelp(filter string) {
	l := m.look.Lang
	h := &ui.Help{Title: words.KeyHelp.In(l), Hint: words.HelpHint.In(l), Filter: filter}
	groups := m.keys.groups()
	switch {
	case m.o.Replay:
		groups = m.keys.replayGroups()
	case m.course != nil:
		groups = m.keys.lessonGroups(l)
	}
	for _, g := range groups {
		group := ui.HelpGroup{Title: g.head.In(l)}
		for _, b := range g.keys {
			if !b.Enabled() {
				continue
			}
			group.Entries = append(group.Entries, ui.HelpEntry{Keys: b.Help().Key, Text: b.Help().Desc})
		}
		h.Groups = append(h.Groups, group)
	}
	if m.course == nil {
		h.Groups = append(h.Groups, m.helpCommands())
	}
	h.Groups = append(h.Groups, m.legend()...)
	if !h.Finds(filter) {
		h.Missed, h.Filter = filter, nearestWord(h, filter)
	}
	m.help = h
}

// helpCommands are the slash commands.
func (m *Model) helpCommands() ui.HelpGroup {
	l := m.look.Lang
	group := ui.HelpGroup{Title: words.CommandsHead.In(l)}
	for i := range m.commands {
		c := &m.commands[i]
		group.Entries = append(group.Entries, ui.HelpEntry{Keys: c.usage(l), Text: c.Does.In(l)})
	}
	return group
}

// usage is c as it is typed.
func (c *command) usage(l words.Lang) string {
	return strings.TrimSpace("/" + c.Name.In(l) + " " + c.Takes.In(l))
}

// helpKey scrolls or closes the help, and reports whether k was for it: letters
// are, so that nothing is typed that is not seen. Any other key closes it and does
// what it does, so that it can be seen.
func (m *Model) helpKey(k tea.KeyPressMsg) bool {
	b := &m.keys
	page := max(m.layout().Composer.Y-4, 1)
	switch {
	case key.Matches(k, b.Help), key.Matches(k, b.Escape), key.Matches(k, b.Send), key.Matches(k, b.Cancel), k.String() == "q":
		m.help = nil
	case key.Matches(k, b.Up), key.Matches(k, b.LineUp):
		m.scrollHelp(-1)
	case key.Matches(k, b.Down), key.Matches(k, b.LineDown):
		m.scrollHelp(1)
	case key.Matches(k, b.PageUp):
		m.scrollHelp(-page)
	case key.Matches(k, b.PageDown), k.String() == "space":
		m.scrollHelp(page)
	case key.Matches(k, b.Top), key.Matches(k, b.LineStart):
		m.scrollHelp(-m.help.Scroll)
	case key.Matches(k, b.Bottom), key.Matches(k, b.LineEnd):
		m.scrollHelp(1 << 20)
	default:
		if k.Text == "" {
			m.help = nil
			return false
		}
	}
	return true
}

// scrollHelp moves the help by n rows.
func (m *Model) scrollHelp(n int) {
	r := ui.Rect{W: m.w, H: m.layout().Composer.Y}
	m.help.Scroll = min(max(m.help.Scroll+n, 0), m.help.MaxScroll(m.look, r.W, r.H))
}

// A cycle is a completion that Tab goes on with.
type cycle struct {
	head  string // what stands before them
	names []string
	at    int
}

// complete completes the name of a command, or a word it takes; Tab again
// takes the next.
func (m *Model) complete() {
	if m.cycle == nil {
		names := m.completions(m.editor.text)
		if len(names) == 0 {
			return
		}
		head, _, word := strings.Cut(m.editor.text, " ")
		if !word {
			head = "/"
		} else {
			head += " "
		}
		m.cycle = &cycle{head: head, names: names, at: -1}
	}
	c := m.cycle
	c.at = (c.at + 1) % len(c.names)
	text := c.head + c.names[c.at]
	if len(c.names) == 1 {
		text += " "
	}
	m.editor.reset(text)
}

// commandHint is what the command being typed takes and does, or which there are.
func (m *Model) commandHint(line string) string {
	l := m.look.Lang
	name, _, _ := strings.Cut(line[1:], " ")
	if c := m.commandNamed(name); c != nil && m.cycle == nil {
		return c.usage(l) + ": " + c.Does.In(l)
	}
	names, at := m.completions(line), -1
	slash := "/"
	if m.cycle != nil {
		names, at = m.cycle.names, m.cycle.at
		if m.cycle.head != slash {
			slash = ""
		}
	}
	return m.fit(slash, names, at)
}

// fit is as many names as the rule above the line has room for, the one taken,
// at, in brackets and among them.
func (m *Model) fit(slash string, names []string, at int) string {
	const others = 30 // cells of the rule and the count
	shown := make([]string, len(names))
	for i, n := range names {
		if shown[i] = slash + n; i == at {
			shown[i] = "[" + slash + n + "]"
		}
	}
	wide := func(from, to int) bool {
		return ui.Width(m.look.Method, strings.Join(shown[from:to], " ")) > m.w-others
	}
	from, to := 0, len(shown)
	for wide(from, to) && to > max(at+1, from+1) {
		to--
	}
	for wide(from, to) && from < to-1 {
		from++
	}
	s := strings.Join(shown[from:to], " ")
	if from > 0 {
		s = m.look.Glyphs.More + s
	}
	if to < len(shown) {
		s += m.look.Glyphs.More
	}
	return s
}
