package model

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/ui"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// taken are Rungs as they were at one moment.
type taken []ui.Rung

// First implements ui.Rungs.
func (t taken) First() uint64 { return 0 }

// End implements ui.Rungs.
func (t taken) End() uint64 { return uint64(len(t)) }

// Rung implements ui.Rungs.
func (t taken) Rung(i uint64) ui.Rung { return t[i] }

// An exported is what became of an export.
type exported struct {
	name string
	rows int
	err  error
}

// export is /export: what the ladder shows, in a new file.
func (m *Model) export(name string) tea.Cmd {
	md := strings.EqualFold(filepath.Ext(name), ".md")
	if !md && !strings.EqualFold(filepath.Ext(name), ".txt") {
		m.badWord(words.CmdExport, name)
		return nil
	}
	m.watch(m.now())
	d := m.ladderPane(0, 0)
	var rows taken
	for i, end := d.Rungs.First(), min(d.Until, d.Rungs.End()); i < end; i++ {
		rows = append(rows, d.Rungs.Rung(i))
	}
	if len(rows) == 0 {
		m.note(talk.Warn, words.ExportNothing)
		return nil
	}
	d.Rungs, d.Until, d.Hidden = rows, ui.None, 0
	look, title := *m.look, m.exportTitle()
	return func() tea.Msg {
		lines := d.Lines(&look)
		if md {
			lines = d.Markdown(&look, title)
		}
		return exported{name, len(rows), writeNew(name, lines)}
	}
}

// exportTitle is what an exported ladder is of.
func (m *Model) exportTitle() string {
	title := "seqtalk  " + m.numbers.last.Addr
	if m.link.on {
		title += "  " + m.linkRow().Spec
	}
	return title
}

// exportedTo tells what became of it.
func (m *Model) exportedTo(e exported) {
	name := safe.String(e.name).String()
	switch {
	case errors.Is(e.err, fs.ErrExist):
		m.note(talk.Warn, words.ExportExists, name)
	case e.err != nil:
		m.note(talk.Warn, words.ExportFailed, safe.String(e.err.Error()).String())
	default:
		m.note(talk.Info, words.ExportDone, e.rows, name)
	}
}

// writeNew writes lines to a file that must not exist yet, for the user alone.
// One that could not be written whole is taken away again.
func writeNew(name string, lines iter.Seq[string]) error {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		name = filepath.Join(home, rest)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = errors.Join(writeLines(f, lines), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

func writeLines(to io.Writer, lines iter.Seq[string]) error {
	w := bufio.NewWriter(to)
	for s := range lines {
		fmt.Fprintln(w, s)
	}
	return w.Flush()
}
