package model

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/words"
)

// What keeps a conversation from ever coming about ends the program; what
// happens to one that stood does not.
func TestStartupFailureLeaves(t *testing.T) {
	alone, _, _ := screen(t)
	if !quits(alone.take(transport.Closed{Err: errors.New("connection refused")})) {
		t.Error("it stays, though nobody is there")
	}
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.Update(transport.Down{At: noon, Proto: segment.TCP, Cause: transport.Lost})
	if m.Update(transport.Closed{Err: errors.New("connection refused")}); m.failed != nil {
		t.Error("it leaves a conversation that can still be read")
	}
}

// Two ends of one login have one name: ours is "me" whatever we are called.
func TestOwnLinesAreMe(t *testing.T) {
	m, p, _ := screen(t)
	m.name = "bob"
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "hi\n")
	m.Update(came("hello"))
	end := m.talk.End()
	mine, theirs := lines{m}.Row(end-2), lines{m}.Row(end-1)
	if mine.Nick.String() != "me" || theirs.Nick.String() != "bob" {
		t.Errorf("ours is said by %s, theirs by %s", mine.Nick, theirs.Nick)
	}
}

// A line longer than a datagram is cut, or stays to be shortened.
func TestCutIntoDatagrams(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.UDP, session.Framed)
	long := strings.Repeat("字", 700) // 2100 bytes
	p.refuse = transport.ErrTooLong
	m.editor.reset(long)
	drive(m, "\n")
	if m.dialog == nil || m.editor.text != long {
		t.Fatalf("it is not asked about; the line has %d bytes", len(m.editor.text))
	}
	*now = now.Add(tooSoon)
	if drive(m, "<esc>"); m.dialog != nil || m.editor.text != long {
		t.Error("Esc loses the line")
	}
	drive(m, "\n")
	*now = now.Add(tooSoon)
	p.refuse = nil
	drive(m, "c")
	if len(p.asked) != 2 || !m.editor.empty() {
		t.Errorf("%d datagrams; in the line are %d bytes", len(p.asked), len(m.editor.text))
	}
	for _, s := range p.asked {
		if !utf8.ValidString(s) || len(s) > 1200-textOverhead+2 {
			t.Errorf("a piece of %d bytes", len(s))
		}
	}
}

// Where there is nobody to send to, the line stays and the reason is shown,
// however narrow the screen; who listens is not told to dial.
func TestWhyNothingIsSent(t *testing.T) {
	m, p, _ := screen(t)
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	for err, want := range map[error]string{
		transport.ErrNoPeer: "UDP has no connection", transport.ErrEnded: "waits for the next caller",
		transport.ErrHalfClosed: "What the peer says still comes",
	} {
		p.refuse = err
		m.editor.reset("")
		drive(m, "hello\n\n")
		if s := strings.Join(strings.Fields(shown(m)), " "); m.editor.text != "hello" || !strings.Contains(s, want) || !strings.Contains(s, "the line is kept") {
			t.Errorf("%v shows\n%s", err, shown(m))
		}
	}
	drive(m, "<ctrl+c>/connect\n")
	if got := string(m.talk.Line(m.talk.End() - 1).Text); !strings.Contains(got, "it cannot call, it waits for the next caller") {
		t.Errorf("/connect at a listener shows\n%s", shown(m))
	}
	p.wants(t)
}

// Who dialed dials again.
func TestConnectAgain(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	p.status.Role, p.status.Legs[0].Up = transport.Dialer, false
	m.Update(transport.Down{At: noon, Proto: segment.TCP, Cause: transport.Lost})
	*now = now.Add(time.Second)
	drive(m, "/connect\n")
	p.wants(t, "Connect{}")
}

// The help explains signs and numbers, finds words before parts of words, and
// has an answer for a word that is nowhere.
func TestHelpLegend(t *testing.T) {
	m, _, _ := screen(t)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 200})
	for _, c := range []struct{ line, has, lacks string }{
		{"<f1>", "✓✓", "Nothing here"},
		{"/help ack\n", "the byte expected next", "delete to the left"}, // Backspace
		{"/help cwnd\n", "congestion window", "rtt"},
		{"/help backsp\n", "delete to the left", "congestion"},
		{"/help xrecvz\n", "nearest is", "congestion window"},
		{"/help ✗\n", "failed", "queued"},
	} {
		drive(m, c.line)
		if s := shown(m); m.help == nil || !strings.Contains(s, c.has) || strings.Contains(s, c.lacks) {
			t.Errorf("%s shows\n%s", c.line, s)
		}
		drive(m, "<esc>")
	}
}

// A key that is not the help's own closes it and does what it does, in sight.
func TestHelpGivesWay(t *testing.T) {
	m, _, _ := screen(t)
	drive(m, "<f1>x<f9>")
	if m.help != nil || !m.beginner || m.editor.text != "" {
		t.Errorf("help %v, beginner's bar %v, typed %q", m.help != nil, m.beginner, m.editor.text)
	}
}

// A command of the emulated link says what it needs where there is none.
func TestCommandsOfTheLink(t *testing.T) {
	m, _, _ := screen(t)
	for _, c := range []string{"drop", "net", "metronome"} {
		drive(m, "/"+c+" 2\n")
		if text := string(m.talk.Line(m.talk.End() - 1).Text); !strings.Contains(text, "/"+c+" works on an emulated link") {
			t.Errorf("/%s is answered with %q", c, text)
		}
	}
}

// A command is suggested in the language of the screen, and the completion
// shows which of several was taken.
func TestCommandsOfferedPlainly(t *testing.T) {
	m, _, _ := screen(t)
	for _, typo := range []string{"/foo\n", "/帮\n", "/qiut\n"} {
		drive(m, typo)
		text := string(m.talk.Line(m.talk.End() - 1).Text)
		_, offered, _ := strings.Cut(text, "Did you mean /")
		offered, _, _ = strings.Cut(offered, "?")
		if offered == "" || strings.ContainsFunc(offered, func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Errorf("%q offers %q", typo, offered)
		}
	}
	if drive(m, "/theme <tab><tab>"); !strings.Contains(m.composer().Hint, "auto [dark] light") {
		t.Errorf("the hint is %q", m.composer().Hint)
	}
	drive(m, "<ctrl+u>/<tab>")
	for range 40 {
		drive(m, "<tab>")
		if !strings.Contains(m.composer().Hint, "["+m.editor.text+"]") {
			t.Fatalf("%s was taken; the hint is %q", m.editor.text, m.composer().Hint)
		}
	}
}

// In Chinese the numbers are told in Chinese.
func TestStatsInChinese(t *testing.T) {
	m, p, _ := screen(t)
	m.look.Lang = words.Chinese
	meet(m, p, segment.TCP, session.Framed)
	from := m.talk.End()
	drive(m, "/统计\n")
	if got := string(m.talk.Line(from).Text); got != "TCP，内核协议栈，ESTABLISHED，消息格式：分帧 (framed)" {
		t.Errorf("it says %q", got)
	}
}
