package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/words"
)

// exports types /export name and waits for what comes of it.
func exports(t *testing.T, m *Model, name string) string {
	t.Helper()
	if cmd := drive(m, "/export "+name+"\n"); cmd != nil {
		m.Update(cmd())
	}
	got, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(got)
}

// The file has what the ladder shows, row by row, and is the user's alone.
func TestExport(t *testing.T) {
	s := ladderStory(t, words.English)
	dir := t.TempDir()
	all := exports(t, s.Model, filepath.Join(dir, "all.txt"))
	if n := strings.Count(all, "\n"); n != int(s.sight.end)+1 {
		t.Errorf("%d lines for %d packets and a head", n, s.sight.end)
	}
	d := s.ladderPane(200, 60)
	for i, line := range strings.Split(strings.TrimSuffix(all, "\n"), "\n")[1:] {
		if got := strings.TrimSpace(line); got != d.Line(s.look, uint64(i)) {
			t.Errorf("line %d is %q, the ladder has %q", i, got, d.Line(s.look, uint64(i)))
		}
	}
	drive(s.Model, "/filter udp lost\n")
	lost := exports(t, s.Model, filepath.Join(dir, "lost.TXT"))
	for _, line := range strings.Split(strings.TrimSuffix(lost, "\n"), "\n")[1:] {
		if !strings.Contains(line, "UDP") || !strings.Contains(line, "✗ lost by loss 20%") {
			t.Errorf("the filter lets pass %q", line)
		}
	}
	if strings.Count(lost, "\n") < 3 || strings.Count(lost, "\n") >= strings.Count(all, "\n") {
		t.Errorf("filtered:\n%s", lost)
	}
	table := exports(t, s.Model, filepath.Join(dir, "lost.md"))
	rows := strings.Split(strings.TrimSuffix(table, "\n"), "\n")[4:]
	for _, row := range rows {
		if n := strings.Count(row, "|") - strings.Count(row, `\|`); n != 9 {
			t.Errorf("%d bars in %q", n, row)
		}
	}
	if len(rows) != strings.Count(lost, "\n")+1 || !strings.Contains(table, "# seqtalk") || !strings.Contains(table, "delay 80ms loss 20%") {
		t.Errorf("the table is\n%s", table)
	}
	if at, err := os.Stat(filepath.Join(dir, "lost.md")); err != nil || at.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", at, err)
	}
}

// What cannot be written says why, and leaves what there is.
func TestExportRefused(t *testing.T) {
	s := ladderStory(t, words.English)
	dir := t.TempDir()
	there := filepath.Join(dir, "there.txt")
	if err := os.WriteFile(there, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, says string }{
		{there, "exists already"}, {filepath.Join(dir, "no", "such.txt"), "no such file"},
		{filepath.Join(dir, "ladder.pdf"), "takes FILE.txt|.md"}, {dir + "/\x1b[2J.md.", "takes FILE.txt|.md"},
	} {
		exports(t, s.Model, c.name)
		drive(s.Model, "<esc>")
		if got := shown(s.Model); !strings.Contains(got, c.says) {
			t.Errorf("%s: no %q in\n%s", c.name, c.says, got)
		}
	}
	if got, _ := os.ReadFile(there); string(got) != "precious" {
		t.Errorf("the file there was is %q", got)
	}
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	exports(t, m, filepath.Join(dir, "nothing.txt"))
	if got := shown(m); !strings.Contains(got, "the ladder shows no packet") {
		t.Errorf("without packets:\n%s", got)
	}
}
