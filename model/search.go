package model

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A search looks through the conversation while its query is typed, from the
// newest line back.
type search struct {
	query editor
	hit   uint64 // the line found; ui.None: none yet
	from  uint64 // where the looking goes on
	back  bool
	busy  bool // there is more to look through
	none  bool // the looking ended without a hit

	asked  bool // by /search: no hit is answered with a note
	closed bool // it is typed; its hits stay marked, for n and N
}

// searchOn lets the search go on: it takes the event loop a millisecond at a
// time.
type searchOn struct{}

// openSearch starts to look for what will be typed.
func (m *Model) openSearch() {
	if m.pane == paneLadder || m.pane == paneGraphs || m.pane == paneRuler {
		m.pane = panePlain
	}
	m.search = &search{hit: ui.None, back: true}
	m.search.query.reset("")
}

// hint is what is said beside the query.
func (s *search) hint(m *Model) string {
	if s.none {
		return words.SearchNone.In(m.look.Lang)
	}
	return words.SearchKeys.In(m.look.Lang)
}

// searchKey is what k means while the query is typed.
func (m *Model) searchKey(k tea.KeyPressMsg) tea.Cmd {
	s, b := m.search, &m.keys
	was := s.query.text
	switch {
	case key.Matches(k, b.Search), key.Matches(k, b.Up):
		return m.searchNext(true)
	case key.Matches(k, b.Forward), key.Matches(k, b.Down):
		return m.searchNext(false)
	case key.Matches(k, b.Look):
		m.search.closed = true
		m.openLook()
		return nil
	case key.Matches(k, b.Send):
		m.searchTyped()
		return nil
	case key.Matches(k, b.Escape), key.Matches(k, b.Cancel):
		m.search = nil
		if m.looking == nil {
			m.attend(func() { m.view = ui.Latest })
		}
		m.keepInSight()
		return nil
	case m.scrollKey(k), s.query.key(k, b):
	case k.Text != "":
		s.query.insert(k.Text)
	}
	if s.query.text == was {
		return nil
	}
	return m.searchAgain(m.talk.End(), true)
}

// searchTyped ends the typing; in look mode the hit is looked at from now on.
func (m *Model) searchTyped() {
	s := m.search
	if m.looking == nil || s.query.empty() {
		m.search = nil
		return
	}
	s.closed = true
	if s.hit != ui.None {
		m.lookAtLine(s.hit)
	}
}

// nextHit is n and N: it looks on from the line looked at.
func (m *Model) nextHit(back bool) tea.Cmd {
	if m.search == nil {
		m.warn(words.LookNoFind)
		return nil
	}
	if lk := m.looking; lk.atLines() && lk.line != ui.None {
		m.search.hit = lk.line
	}
	return m.searchNext(back)
}

// searchNext looks for the next hit beyond the one shown.
func (m *Model) searchNext(back bool) tea.Cmd {
	from := m.search.hit
	switch {
	case from == ui.None && back:
		from = m.talk.End()
	case from == ui.None:
		from = m.talk.First()
	case !back:
		from++
	}
	return m.searchAgain(from, back)
}

// searchAgain looks from line from on, or back.
func (m *Model) searchAgain(from uint64, back bool) tea.Cmd {
	s := m.search
	s.from, s.back, s.busy, s.none = from, back, !s.query.empty(), false
	return m.searched()
}

// searched looks a little further.
func (m *Model) searched() tea.Cmd {
	s := m.search
	if s == nil || !s.busy {
		return nil
	}
	i, ok := m.talk.Search(s.query.text, s.from, s.back)
	edge := m.talk.End()
	if s.back {
		edge = m.talk.First()
	}
	switch {
	case ok:
		s.hit, s.busy, s.asked = i, false, false
		m.attend(func() { m.view = m.jumpTo(i) })
		if m.looking != nil && s.closed {
			m.lookAtLine(i)
		}
	case i == edge:
		m.notFound()
	default:
		s.from = i
		return func() tea.Msg { return searchOn{} }
	}
	return nil
}

// searchFor is /search: it looks for the last line with text, and in look mode
// for those before it.
func (m *Model) searchFor(text string) tea.Cmd {
	m.openSearch()
	m.search.query.reset(text)
	m.search.asked = true
	return m.searchAgain(m.talk.End(), true)
}

// notFound ends a search without a hit.
func (m *Model) notFound() {
	s := m.search
	s.busy, s.none = false, true
	switch {
	case s.asked:
		m.search = nil
		m.note(talk.Warn, words.NotFound, safe.String(s.query.text).String())
	case s.closed:
		m.warn(words.SearchNone)
	}
}
