package model

import (
	"charm.land/bubbles/v2/key"

	"seqtalk/ui/words"
)

// A KeyMap is every key the program knows. The help is made from it.
type KeyMap struct {
	// Writing.
	Send, Newline, Complete                    key.Binding
	Up, Down, Left, Right, WordLeft, WordRight key.Binding
	LineStart, LineEnd, Backspace, Delete      key.Binding
	KillWord, KillWordRight                    key.Binding
	KillStart, KillEnd, Yank, Transpose        key.Binding
	// Reading.
	PageUp, PageDown, LineUp, LineDown key.Binding
	Top, Bottom, Unread                key.Binding
	Search, Forward                    key.Binding
	// The packets.
	Pane, Graphs, Acks, Absolute, Freeze key.Binding
	Filter, Ruler                        key.Binding
	Hold, Step, Slow                     key.Binding
	// A recording, where the line is empty.
	Run, Onward, Back, Start, Finish  key.Binding
	Faster, Slower, Pace, LeaveReplay key.Binding
	// Looking.
	Look, Explain, Copy, Oldest, Newest key.Binding
	Find, NextHit, PreviousHit          key.Binding
	Relative, NextTheme, Leave          key.Binding
	// The program.
	Help, Beginner, Redraw, Mouse, Escape key.Binding
	Cancel, HalfClose, Suspend            key.Binding
}

// link turns on the keys that are an emulated link's, or off.
func (k *KeyMap) link(on bool) {
	for _, b := range []*key.Binding{&k.Hold, &k.Step, &k.Slow} {
		b.SetEnabled(on)
	}
}

// newKeyMap makes the keys, which are the same in each language, with what they
// do in language l. Avoided are keys that a terminal, or an input method while
// composing, keeps for itself.
func newKeyMap(l words.Lang) KeyMap {
	bind := func(does words.Phrase, shown string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does.In(l)))
	}
	m := KeyMap{
		Send:          bind(words.KeySend, "Enter", "enter", "kpenter"),
		Newline:       bind(words.KeyNewline, "Alt-Enter Shift-Enter Ctrl-J", "alt+enter", "shift+enter", "ctrl+j"),
		Complete:      bind(words.KeyComplete, "Tab", "tab"),
		Up:            bind(words.KeyUp, "↑ Ctrl-P", "up", "ctrl+p"),
		Down:          bind(words.KeyDown, "↓ Ctrl-N", "down", "ctrl+n"),
		Left:          bind(words.KeyLeft, "← Ctrl-B", "left", "ctrl+b"),
		Right:         bind(words.KeyRight, "→ Ctrl-F", "right", "ctrl+f"),
		WordLeft:      bind(words.KeyWordLeft, "Ctrl-← Alt-B", "ctrl+left", "alt+b", "alt+left"),
		WordRight:     bind(words.KeyWordRight, "Ctrl-→ Alt-F", "ctrl+right", "alt+f", "alt+right"),
		LineStart:     bind(words.KeyLineStart, "Home Ctrl-A", "home", "ctrl+a"),
		LineEnd:       bind(words.KeyLineEnd, "End Ctrl-E", "end", "ctrl+e"),
		Backspace:     bind(words.KeyBackspace, "Backspace Ctrl-H", "backspace", "ctrl+h", "shift+backspace"),
		Delete:        bind(words.KeyDelete, "Delete", "delete"),
		KillWord:      bind(words.KeyKillWord, "Ctrl-W Alt-Backspace", "ctrl+w", "alt+backspace", "ctrl+backspace"),
		KillWordRight: bind(words.KeyKillWordRight, "Alt-D", "alt+d", "ctrl+delete"),
		KillStart:     bind(words.KeyKillStart, "Ctrl-U", "ctrl+u"),
		KillEnd:       bind(words.KeyKillEnd, "Ctrl-K", "ctrl+k"),
		Yank:          bind(words.KeyYank, "Ctrl-Y", "ctrl+y"),
		Transpose:     bind(words.KeyTranspose, "Ctrl-T", "ctrl+t"),

		PageUp:   bind(words.KeyPageUp, "PgUp", "pgup"),
		PageDown: bind(words.KeyPageDown, "PgDn", "pgdown"),
		LineUp:   bind(words.KeyLineUp, "Alt-PgUp Shift-↑", "alt+pgup", "shift+up"),
		LineDown: bind(words.KeyLineDown, "Alt-PgDn Shift-↓", "alt+pgdown", "shift+down"),
		Top:      bind(words.KeyTop, "Ctrl-Home Alt-Home", "ctrl+home", "alt+home"),
		Bottom:   bind(words.KeyBottom, "Ctrl-End Alt-End", "ctrl+end", "alt+end"),
		Unread:   bind(words.KeyUnread, "Alt-U", "alt+u"),
		Search:   bind(words.KeySearch, "Ctrl-R", "ctrl+r"),
		Forward:  bind(words.KeyForward, "Ctrl-S", "ctrl+s"),

		Pane:     bind(words.KeyPane, "F2", "f2"),
		Graphs:   bind(words.KeyGraphs, "F3", "f3"),
		Acks:     bind(words.KeyAcks, "Alt-A", "alt+a"),
		Absolute: bind(words.KeyAbsolute, "Alt-N", "alt+n"),
		Freeze:   bind(words.KeyFreeze, "Alt-Z", "alt+z"),
		Ruler:    bind(words.KeyRuler, "F8", "f8"),
		Filter:   bind(words.KeyFilter, "Alt-/", "alt+/"),
		Hold:     bind(words.KeyHold, "F5", "f5"),
		Step:     bind(words.KeyStep, "F6", "f6"),
		Slow:     bind(words.KeySlow, "F7", "f7"),

		Run:         bind(words.KeyRun, "Space F5", "space", "f5"),
		Onward:      bind(words.KeyOnward, "→ F6", "right", "f6"),
		Back:        bind(words.KeyBack, "←", "left"),
		Start:       bind(words.KeyStart, "Home", "home"),
		Finish:      bind(words.KeyFinish, "End", "end"),
		Faster:      bind(words.KeyFaster, "+", "+", "="),
		Slower:      bind(words.KeySlower, "-", "-"),
		Pace:        bind(words.KeyPace, "F7", "f7"),
		LeaveReplay: bind(words.KeyLeaveReplay, "q", "q", "Q"),

		Look:        bind(words.KeyLook, "F4 Alt-↑", "f4", "alt+up"),
		Explain:     bind(words.KeyExplain, "?", "?"),
		Copy:        bind(words.KeyCopy, "y", "y"),
		Oldest:      bind(words.KeyOldest, "g", "g"),
		Newest:      bind(words.KeyNewest, "G", "G"),
		Find:        bind(words.KeyFind, "/", "/"),
		NextHit:     bind(words.KeyNextHit, "n", "n"),
		PreviousHit: bind(words.KeyPreviousHit, "N", "N"),
		Relative:    bind(words.KeyRelative, "r", "r"),
		NextTheme:   bind(words.KeyNextTheme, "t", "t"),
		Leave:       bind(words.KeyLeave, "q", "q"),

		Help:      bind(words.KeyHelp, "F1", "f1"),
		Beginner:  bind(words.KeyBeginner, "F9", "f9"),
		Redraw:    bind(words.KeyRedraw, "Ctrl-L", "ctrl+l"),
		Mouse:     bind(words.KeyMouse, "Alt-M", "alt+m"),
		Escape:    bind(words.KeyEscape, "Esc", "esc"),
		Cancel:    bind(words.KeyCancel, "Ctrl-C", "ctrl+c"),
		HalfClose: bind(words.KeyHalfClose, "Ctrl-D", "ctrl+d"),
		Suspend:   bind(words.KeySuspend, "Ctrl-Z", "ctrl+z"),
	}
	m.link(false)
	return m
}

// A keyGroup is a part of the keys under one heading.
type keyGroup struct {
	head words.Phrase
	keys []key.Binding
}

// replayGroups are groups where a recording is played: its own keys in the place
// of those for writing.
func (k *KeyMap) replayGroups() []keyGroup {
	own := keyGroup{words.KeysReplay, []key.Binding{
		k.Run, k.Onward, k.Back, k.Start, k.Finish, k.Faster, k.Slower, k.Pace, k.LeaveReplay,
	}}
	return append([]keyGroup{own}, k.groups()[1:]...)
}

// groups are all keys in the order in which the help shows them.
func (k *KeyMap) groups() []keyGroup {
	return []keyGroup{
		{words.KeysWriting, []key.Binding{
			k.Send, k.Newline, k.Complete, k.Up, k.Down, k.Left, k.Right, k.WordLeft, k.WordRight,
			k.LineStart, k.LineEnd, k.Backspace, k.Delete, k.KillWord, k.KillWordRight,
			k.KillStart, k.KillEnd, k.Yank, k.Transpose,
		}},
		{words.KeysReading, []key.Binding{
			k.PageUp, k.PageDown, k.LineUp, k.LineDown, k.Top, k.Bottom, k.Unread, k.Search, k.Forward,
		}},
		{words.KeysSeeing, []key.Binding{k.Pane, k.Graphs, k.Ruler, k.Acks, k.Absolute, k.Freeze, k.Filter, k.Hold, k.Step, k.Slow}},
		{words.KeysLooking, []key.Binding{
			k.Look, k.Explain, k.Copy, k.Oldest, k.Newest, k.Find, k.NextHit, k.PreviousHit,
			k.Relative, k.NextTheme, k.Leave,
		}},
		{words.KeysProgram, []key.Binding{
			k.Help, k.Beginner, k.Redraw, k.Mouse, k.Escape, k.Cancel, k.HalfClose, k.Suspend,
		}},
	}
}
