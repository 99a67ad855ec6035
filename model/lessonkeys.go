package model

import (
	"charm.land/bubbles/v2/key"

	"seqtalk/ui/words"
)

// lessonGroups are the keys of a screen of lessons, in language l: nothing is
// typed there.
func (k *KeyMap) lessonGroups(l words.Lang) []keyGroup {
	own := func(shown string, does words.Phrase, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does.In(l)))
	}
	return []keyGroup{
		{words.KeysLesson, []key.Binding{
			own("Enter Space", words.KeyGoOn, "enter", "space"), own("n", words.KeyNextLesson, "n"), own("r", words.KeyAgain, "r"),
			own("m", words.KeyMenu, "m"), own("q Ctrl-C", words.KeyLeaveLesson, "q", "ctrl+c"),
		}},
		{words.KeysSeeing, []key.Binding{k.Hold, k.Step, k.Slow, k.Pane, k.Graphs, k.Acks, k.Absolute, k.Freeze}},
		{words.KeysReading, []key.Binding{k.PageUp, k.PageDown, k.LineUp, k.LineDown, k.Top, k.Bottom}},
		{words.KeysLooking, []key.Binding{k.Look, k.Explain, k.Copy, k.Oldest, k.Newest, k.Relative, k.NextTheme, k.Leave}},
		{words.KeysProgram, []key.Binding{k.Help, k.Beginner, k.Redraw, k.Mouse, k.Escape}},
	}
}
