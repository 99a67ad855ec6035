package model

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// filterOf is what the words of a filter mean, all of which must hold: a
// protocol, a message by its number ("m3"), or a text anywhere in the row.
func (m *Model) filterOf(filter string) func(r *ui.Rung) bool {
	var tests []func(r *ui.Rung) bool
	for _, w := range strings.Fields(filter) {
		tests = append(tests, m.filterWord(w))
	}
	return func(r *ui.Rung) bool {
		return r.Proto == "" || !slices.ContainsFunc(tests, func(holds func(*ui.Rung) bool) bool { return !holds(r) })
	}
}

// filterWord is what one word of a filter means.
func (m *Model) filterWord(w string) func(r *ui.Rung) bool {
	if proto := strings.ToUpper(w); proto == "TCP" || proto == "UDP" || proto == "ICMP" {
		return func(r *ui.Rung) bool { return r.Proto == proto }
	}
	if digits := strings.TrimLeft(w, "mM#"); len(digits) == len(w)-1 {
		if n, err := strconv.ParseUint(digits, 10, 64); err == nil {
			return func(r *ui.Rung) bool { return slices.Contains(r.Numbers, n) }
		}
	}
	return func(r *ui.Rung) bool { return r.Matches(m.look, w) }
}

// setFilter keeps back all packets that filter does not mean; "": none.
func (m *Model) setFilter(filter string) {
	filter = strings.Join(strings.Fields(filter), " ")
	if filter == m.ladder.filter {
		return
	}
	m.ladder.filter = filter
	m.resieve()
}

// filterBy is /filter.
func (m *Model) filterBy(word string) tea.Cmd {
	switch strings.ToLower(word) {
	case "", "off", "关":
		m.setFilter("")
		m.note(talk.Info, words.FilterOff)
	default:
		m.setFilter(word)
		m.note(talk.Info, words.FilterIs, safe.String(m.ladder.filter).String())
	}
	return nil
}

// A filtering is the filter while it is typed.
type filtering struct {
	query editor
	was   string // what Esc goes back to
}

// openFilter begins to type what the ladder shows.
func (m *Model) openFilter() {
	if m.layout().Side.Empty() || m.pane == paneGraphs || m.pane == paneRuler {
		m.pane = paneLadder
	}
	m.filter = &filtering{was: m.ladder.filter}
	m.filter.query.reset(m.ladder.filter)
}

// filterKey is what k means meanwhile: the ladder follows each letter.
func (m *Model) filterKey(k tea.KeyPressMsg) {
	f, b := m.filter, &m.keys
	switch {
	case key.Matches(k, b.Send):
		m.filter = nil
	case key.Matches(k, b.Escape), key.Matches(k, b.Cancel):
		m.setFilter(f.was)
		m.filter = nil
	case f.query.key(k, b):
	case k.Text != "":
		f.query.insert(k.Text)
	}
	if m.filter != nil {
		m.setFilter(f.query.text)
	}
}
