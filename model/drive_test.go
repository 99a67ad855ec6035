package model

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui"
	"seqtalk/ui/words"
)

// A paper is a Transport that only writes down what it is asked, in order. The
// real one is in the tests of whole screens.
type paper struct {
	asked  []string
	refuse error // what Send answers, when
	room   int   // this many more were taken
	status transport.Status
}

func (p *paper) Send(m transport.Message) error {
	if p.refuse != nil {
		if p.room--; p.room < 0 {
			return p.refuse
		}
	}
	p.asked = append(p.asked, fmt.Sprintf("%d %s", m.Row, m.Text))
	return nil
}

func (p *paper) Do(c transport.Control) error {
	p.asked = append(p.asked, fmt.Sprintf("%T%+v", c, c)[len("transport."):])
	return nil
}

func (p *paper) Ready() <-chan struct{}         { return nil }
func (p *paper) Events() <-chan transport.Event { return nil }
func (p *paper) Status() transport.Status {
	st := p.status
	st.Legs = slices.Clone(st.Legs)
	return st
}

func (p *paper) Close() error                                        { return nil }
func (p *paper) Segments(uint64) ([]segment.Segment, uint64, uint64) { return nil, 0, 0 }

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// screen is a model over paper, at noon, with a clock that the test moves.
func screen(t *testing.T) (*Model, *paper, *time.Time) {
	t.Helper()
	now := noon
	p := &paper{status: transport.Status{Addr: "127.0.0.1:9001", Role: transport.Listener}}
	m := New(Options{
		Transport: p, Protos: []segment.Proto{segment.TCP}, Nick: "me", Command: "seqtalk",
		Environ: []string{"TERM=xterm-256color", "LANG=en_US.UTF-8", "COLORTERM=truecolor"},
		Now:     func() time.Time { return now }, Zone: time.UTC,
	})
	return m, p, &now
}

// meet brings a peer, bob, over proto in wire w.
func meet(m *Model, p *paper, proto segment.Proto, w session.Wire) {
	here, there := netip.MustParseAddrPort("127.0.0.1:9001"), netip.MustParseAddrPort("127.0.0.1:48120")
	p.status.Legs = []transport.Leg{{
		Proto: proto, Stack: "kernel", Up: true, Wire: w, Local: here, Peer: there,
		TCP: segment.Snapshot{State: segment.Established, Source: segment.Relative, Known: segment.HasSnd | segment.HasRcv, SndNxt: 1, SndUna: 1, RcvNxt: 1},
		UDP: transport.PeerKnown,
	}}
	m.Update(transport.Up{At: noon, Proto: proto, Stack: "kernel", Local: here, Peer: there})
	m.Update(transport.Settled{Proto: proto, Wire: w, Nick: "bob"})
}

// came is bob saying text.
func came(text string) transport.Received {
	return transport.Received{Proto: segment.TCP, Messages: []transport.Incoming{{
		Received: session.Received{Text: []byte(text), Wire: session.Framed}, At: noon,
	}}}
}

var keystrokes = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "esc": {Code: tea.KeyEscape},
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
	"home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd}, "pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown},
	"backspace": {Code: tea.KeyBackspace}, "f1": {Code: tea.KeyF1}, "f4": {Code: tea.KeyF4}, "f9": {Code: tea.KeyF9},
	"alt+up":    {Code: tea.KeyUp, Mod: tea.ModAlt},
	"alt+enter": {Code: tea.KeyEnter, Mod: tea.ModAlt}, "shift+up": {Code: tea.KeyUp, Mod: tea.ModShift},
	"ctrl+home": {Code: tea.KeyHome, Mod: tea.ModCtrl}, "ctrl+end": {Code: tea.KeyEnd, Mod: tea.ModCtrl},
}

// drive types keys: letters, "\n" for Enter, and in <> a key by its name, as in
// "hello<left><ctrl+u>". It returns the last command.
func drive(m *Model, keys string) (last tea.Cmd) {
	for keys != "" {
		_, size := utf8.DecodeRuneInString(keys)
		k, rest := keys[:size], keys[size:]
		if end := strings.IndexByte(keys, '>'); k == "<" && end > 0 {
			k, rest = keys[1:end], keys[end+1:]
		}
		last = m.take(keyNamed(k))
		keys = rest
	}
	return last
}

func keyNamed(k string) tea.KeyPressMsg {
	if k == "\n" {
		k = "enter"
	}
	if msg, ok := keystrokes[k]; ok {
		return msg
	}
	if letter, ok := strings.CutPrefix(k, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}
	}
	if letter, ok := strings.CutPrefix(k, "alt+"); ok {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModAlt}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

// quits reports that cmd ends the program.
func quits(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	_, ok := cmd().(tea.QuitMsg)
	return ok
}

// wants compares what the transport was asked since the last time.
func (p *paper) wants(t *testing.T, want ...string) {
	t.Helper()
	if got := fmt.Sprintf("%q", p.asked); got != fmt.Sprintf("%q", want) {
		t.Errorf("asked %s, want %q", got, want)
	}
	p.asked = nil
}

// shown is the screen as plain text.
func shown(m *Model) string {
	rows, _ := m.draw()
	return ui.Strip(strings.Join(rows, "\n"))
}

func TestTypingAndSending(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "hello\n你好，世界\n//me\n\n")
	p.wants(t, "1 hello", "2 你好，世界", "3 /me")
	drive(m, "one<alt+enter>two<ctrl+j>three\n")
	p.wants(t, "4 one\ntwo\nthree")
	drive(m, "world<ctrl+a>hello <ctrl+e>!<left><left><ctrl+k><ctrl+w><ctrl+y>x\n")
	p.wants(t, "5 hello world!x")
}

func TestInputHistory(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "one\ntwo\ndraft<up><up><up>")
	if m.editor.text != "one" {
		t.Errorf("three times up: %q", m.editor.text)
	}
	drive(m, "<down><down>")
	if m.editor.text != "draft" {
		t.Errorf("down again: %q", m.editor.text)
	}
	drive(m, "<ctrl+u>a<alt+enter>b<up>")
	if got := edited(&m.editor); got != "a|\nb" {
		t.Errorf("up in two rows: %q", got)
	}
}

// Ctrl-C clears, twice it leaves; on an empty line it asks first.
// What was typed before is remembered up to a number of lines.
func TestRecallIsBounded(t *testing.T) {
	var r recall
	for i := range 600 {
		r.add(fmt.Sprint(i))
	}
	if len(r.lines) != 500 || r.lines[499] != "599" {
		t.Errorf("%d lines are remembered, the last %q", len(r.lines), r.lines[len(r.lines)-1])
	}
}

func TestLeaving(t *testing.T) {
	m, _, now := screen(t)
	if drive(m, "text<ctrl+c>") != nil || m.editor.text != "" {
		t.Error("the first Ctrl-C does not clear the line")
	}
	if !quits(drive(m, "<ctrl+c>")) {
		t.Error("the second does not leave")
	}
	*now = now.Add(2 * twice)
	if drive(m, "<ctrl+c>") != nil || m.dialog == nil {
		t.Error("on an empty line it does not ask")
	}
	if drive(m, "<esc>") != nil || m.dialog != nil {
		t.Error("Esc does not stay")
	}
	if !quits(drive(m, "<ctrl+c><ctrl+c>")) {
		t.Error("again it does not leave")
	}
	drive(m, "<esc><up>")
	if m.editor.text != "text" {
		t.Errorf("the cleared line is lost: %q", m.editor.text)
	}
}

func TestLoneLetter(t *testing.T) {
	for _, c := range []struct {
		wire   session.Wire
		dialer bool
		asked  []string
		leaves bool
	}{
		{session.Framed, false, []string{"End{}"}, false},
		{session.Framed, true, []string{"End{}"}, true},
		{session.Raw, true, []string{"1 q", "End{}"}, true},
		{session.Line, false, []string{"1 q", "End{}"}, false},
	} {
		m, p, _ := screen(t)
		meet(m, p, segment.TCP, c.wire)
		p.status.Legs[0].Dialer = c.dialer
		drive(m, "q\n")
		p.wants(t, c.asked...)
		_, cmd := m.Update(transport.Down{At: noon, Proto: segment.TCP, Cause: transport.Ended})
		if m.leaving != c.leaves || quits(cmd) != c.leaves {
			t.Errorf("%v, dialer %v: leaves %v", c.wire, c.dialer, m.leaving)
		}
	}
}

// The letter as text: by /say, from a paste, with something beside it.
func TestLetterAsText(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "/say q\n")
	m.take(tea.PasteMsg{Content: "q"})
	drive(m, "\nqq\n")
	p.wants(t, "1 q", "2 q", "3 qq")
	m2, _, _ := screen(t)
	drive(m2, "q\n")
	if m2.dialog == nil {
		t.Error("with nobody there, q does not ask whether to leave")
	}
}

func TestRefusedLineIsKept(t *testing.T) {
	m, p, _ := screen(t)
	for _, err := range []error{transport.ErrNoPeer, transport.ErrQueueFull, transport.ErrEnded, transport.ErrHalfClosed, fmt.Errorf("%w: 1201 bytes", transport.ErrTooLong), errors.New("x\x1b[2J")} {
		p.refuse = err
		m.editor.reset("")
		drive(m, "keep me\n")
		if m.editor.text != "keep me" || m.hint == "" {
			t.Errorf("%v: line %q, hint %q", err, m.editor.text, m.hint)
		}
		for i := m.talk.First(); i < m.talk.End(); i++ {
			if m.talk.Line(i).Kind == talk.Mine {
				t.Errorf("%v: it stands in the conversation", err)
			}
		}
		if strings.Contains(shown(m), "\x1b") {
			t.Errorf("%v is interpreted", err)
		}
	}
	m.editor.reset("")
	drive(m, "/say keep me too\n")
	if m.editor.text != "/say keep me too" {
		t.Errorf("a command's text is lost: %q", m.editor.text)
	}
}

func TestPaste(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.take(tea.PasteMsg{Content: "one\r\ntwo\n"})
	if p.wants(t); m.dialog != nil || m.editor.text != "one\ntwo\n" {
		t.Errorf("two lines: %q", m.editor.text)
	}
	drive(m, "<ctrl+c>")
	for _, c := range []struct {
		key, line string
		asked     []string
	}{
		{"a", "", []string{"1 /one", "2 q", "3 three"}},
		{"o", "", []string{"4 /one\nq\n\nthree"}},
		{"e", "/one\nq\n\nthree", nil},
		{"<esc>", "/one\nq\n\nthree", nil},
		{"<ctrl+c>", "/one\nq\n\nthree", nil},
	} {
		m.take(tea.PasteMsg{Content: "/one\nq\n\nthree"})
		if m.dialog == nil {
			t.Fatal("four lines do not ask")
		}
		if drive(m, c.key); m.dialog == nil {
			t.Errorf("%s was typed before anybody could read the question, and answers it", c.key)
		}
		*now = now.Add(tooSoon)
		drive(m, c.key)
		p.wants(t, c.asked...)
		if m.editor.text != c.line {
			t.Errorf("%s leaves %q", c.key, m.editor.text)
		}
	}
}

// Lines that find the queue full wait for room, and go before what is typed.
func TestPasteIntoAFullQueue(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	p.refuse, p.room = transport.ErrQueueFull, 2
	m.take(tea.PasteMsg{Content: "1\n2\n3\n4"})
	*now = now.Add(tooSoon)
	drive(m, "atyped\n")
	p.wants(t, "1 1", "2 2")
	if !strings.Contains(shown(m), "3 queued") {
		t.Errorf("the lines that wait are not shown:\n%s", shown(m))
	}
	p.room = 1
	m.take(room{})
	p.wants(t, "3 3")
	p.room = 9
	m.take(room{})
	p.wants(t, "4 4", "5 typed")
	p.room = 1
	m.take(tea.PasteMsg{Content: "5\n6\n7"})
	*now = now.Add(tooSoon)
	drive(m, "a")
	p.refuse, p.room = transport.ErrEnded, 0
	m.take(room{})
	if m.editor.text != "6\n7" || m.pending != nil {
		t.Errorf("what the end refused is lost: %q", m.editor.text)
	}
}

func TestPasteLongerThanADatagram(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.UDP, session.Framed)
	m.take(tea.PasteMsg{Content: strings.Repeat("x", 1200)})
	*now = now.Add(tooSoon)
	if m.dialog == nil || drive(m, "o") != nil || m.dialog == nil {
		t.Error("as one message it would be too long, but that is offered")
	}
	if drive(m, "a"); m.dialog == nil || !strings.Contains(m.hint, "c e Esc") {
		t.Errorf("its one line is too long, but that is offered; hint %q", m.hint)
	}
	drive(m, "e")
	if !strings.Contains(shown(m), "too long for one datagram") {
		t.Error("the count does not warn")
	}
}

func TestCommands(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	for _, c := range []struct {
		line  string
		asked []string
		shows string
	}{
		{"/nick 小明", []string{"Rename{Nick:小明}"}, "you are 小明 now"},
		{"/nick a b", nil, "a name is letters"},
		{"/me waves", []string{"1 * 小明 waves"}, "* 小明 waves"},
		{"/lock on", []string{"Lock{On:true}"}, "locked"},
		{"/lock", []string{"Lock{On:false}"}, "not locked"},
		{"/accept", []string{"Accept{}"}, ""},
		{"/hold", []string{"Hold{On:true}"}, "stays open"},
		{"/connect", nil, "stands already"},
		{"/disconnect", []string{"End{}"}, ""},
		{"/theme light", nil, "theme: light"},
		{"/theme pink", nil, "takes auto|dark|light|dark16|light16|mono"},
		{"/timestamp off", nil, "times are hidden"},
		{"/bell on", nil, "the bell rings"},
		{"/stats", nil, "TCP over the kernel's stack, ESTABLISHED"},
		{"/say", nil, "/say needs TEXT"},
		{"/半关闭", []string{"HalfClose{}"}, ""},
		{"/serch x", nil, "Did you mean /search?"},
		{"/\x1b[2J", nil, "␛[2J"},
		{"/search waves", nil, "waves"},
	} {
		drive(m, "<esc>"+c.line+"\n")
		p.wants(t, c.asked...)
		if s := shown(m); !strings.Contains(s, c.shows) {
			t.Errorf("%s does not show %q:\n%s", c.line, c.shows, s)
		}
	}
	if !quits(drive(m, "<esc>/quit\n")) || !quits(drive(m, "/q\n")) {
		t.Error("/quit does not leave")
	}
	drive(m, "/clear\n")
	if m.talk.First() != m.talk.End() {
		t.Error("/clear keeps lines")
	}
}

func TestCompletion(t *testing.T) {
	m, _, _ := screen(t)
	for _, c := range []struct{ typed, want string }{
		{"/cl<tab>", "/clear "}, {"/h<tab>", "/help"}, {"/h<tab><tab>", "/hold"},
		{"/帮<tab>", "/帮助 "}, {"hello<tab>", "hello"}, {"/xyz<tab>", "/xyz"},
		{"/theme l<tab>", "/theme light"}, {"/theme l<tab><tab>", "/theme light16"}, {"/theme <tab>", "/theme auto"},
		{"/主题 m<tab>", "/主题 mono "}, {"/lock o<tab><tab>", "/lock off"}, {"/help the<tab>", "/help theme "},
		{"/nick <tab>", "/nick "}, {"/say o<tab>", "/say o"}, {"/nosuch o<tab>", "/nosuch o"},
	} {
		m.editor.reset("")
		drive(m, c.typed)
		if m.editor.text != c.want {
			t.Errorf("%s becomes %q, want %q", c.typed, m.editor.text, c.want)
		}
	}
	m.editor.reset("")
	if drive(m, "/ni"); !strings.Contains(shown(m), "/nick") {
		t.Error("what can be completed is not shown")
	}
}

func TestHelpListsAllKeys(t *testing.T) {
	for _, l := range []words.Lang{words.English, words.Chinese} {
		m, _, _ := screen(t)
		m.look.Lang, m.keys = l, newKeyMap(l)
		m.take(tea.WindowSizeMsg{Width: 120, Height: 200})
		s := ""
		for drive(m, "<f1>"); m.help != nil; m.help = nil {
			s = shown(m)
		}
		for _, g := range m.keys.groups() {
			for _, b := range g.keys {
				if in := strings.Contains(s, b.Help().Desc); in != b.Enabled() || in && !strings.Contains(s, b.Help().Key) {
					t.Errorf("%v is in the help: %v", b.Help(), in)
				}
			}
		}
	}
}

// A key means one thing: no keystroke is bound twice, but for Ctrl-D.
func TestKeysAreBoundOnce(t *testing.T) {
	k := newKeyMap(words.English)
	bound := map[string]string{}
	for _, g := range k.groups() {
		for _, b := range g.keys {
			for _, s := range b.Keys() {
				if other := bound[s]; other != "" {
					t.Errorf("%s means both %q and %q", s, other, b.Help().Desc)
				}
				bound[s] = b.Help().Desc
			}
		}
	}
}

func TestHalfClose(t *testing.T) {
	m, p, _ := screen(t)
	drive(m, "<ctrl+d>")
	if m.dialog == nil {
		t.Error("with nobody there, Ctrl-D does not ask whether to leave")
	}
	drive(m, "<esc>")
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "ab<left><ctrl+d>")
	if m.editor.text != "a" {
		t.Error("in a line, Ctrl-D does not delete")
	}
	drive(m, "<backspace><ctrl+d>")
	p.wants(t, "HalfClose{}")
}

func TestSearch(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	for i := range 100 {
		m.Update(came(fmt.Sprintf("line %d 序号", i)))
	}
	drive(m, "<ctrl+r>line 1")
	if s := shown(m); !strings.Contains(s, "line 19 ") {
		t.Errorf("the newest line 1… is not shown:\n%s", s)
	}
	drive(m, "<ctrl+r><ctrl+r>")
	if got := string(m.talk.Line(m.search.hit).Text); got != "line 17 序号" {
		t.Errorf("twice older: %q", got)
	}
	drive(m, "<ctrl+s>")
	if got := string(m.talk.Line(m.search.hit).Text); got != "line 18 序号" {
		t.Errorf("once newer: %q", got)
	}
	drive(m, "x")
	if !strings.Contains(shown(m), "not found") {
		t.Error("nothing found is not said")
	}
	if drive(m, "<esc>"); !m.view.Follow || m.search != nil {
		t.Error("Esc does not return to the end")
	}
}

// New lines never move what is being read, and are counted.
func TestUnread(t *testing.T) {
	m, p, _ := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	for i := range 100 {
		m.Update(came(fmt.Sprint("line ", i)))
	}
	drive(m, "<pgup>")
	top := strings.SplitN(shown(m), "\n", 2)[0]
	m.Update(came("news"))
	m.Update(came("more news"))
	s := shown(m)
	if strings.SplitN(s, "\n", 2)[0] != top || !strings.Contains(s, "2 new below") {
		t.Errorf("after two lines:\n%s", s)
	}
	drive(m, "<alt+u>")
	if s := shown(m); !strings.Contains(s, "2 new") || !strings.Contains(s, "more news") {
		t.Errorf("the unread lines are not shown:\n%s", s)
	}
	if drive(m, "<esc>"); m.seen != m.talk.End() {
		t.Error("Esc does not make all seen")
	}
}

// The bell rings for the peer's lines, while the user is elsewhere.
func TestBell(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "/bell on\n")
	rings := func() bool { return m.take(came("psst")) != nil }
	if rings() {
		t.Error("it rings while the user is here")
	}
	m.take(tea.BlurMsg{})
	if !rings() || rings() {
		t.Error("elsewhere it does not ring once")
	}
	*now = now.Add(time.Second)
	if !rings() {
		t.Error("a second later it does not ring")
	}
}

// Numbers are read by the clock, and redrawn only then.
func TestNumbersAreReadOnATick(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	before := shown(m)
	p.status.Legs[0].TCP.SndNxt = 500
	if shown(m) != before {
		t.Error("the bar changed without a tick")
	}
	*now = now.Add(oftenGap)
	m.Update(tick(m.numbers.serial - 1))
	if shown(m) != before {
		t.Error("a tick that was replaced reads all the same")
	}
	m.Update(tick(m.numbers.serial))
	if shown(m) == before {
		t.Error("a tick reads nothing")
	}
}

// While nothing changes there are fewer ticks.
func TestIdleTicksSeldom(t *testing.T) {
	m, _, now := screen(t)
	m.numbers.changed = *now
	var gaps []time.Duration
	for range 20 {
		was := *now
		m.numbers.schedule(*now)
		*now = m.numbers.due
		gaps = append(gaps, now.Sub(was))
		m.ticked(tick(m.numbers.serial))
	}
	if gaps[0] != oftenGap || !slices.Contains(gaps, seldomGap) || gaps[19] != idleGap {
		t.Errorf("gaps %v", gaps)
	}
}

// After a burst of lines, and no sooner than it is over, memory is given back, once.
func TestTidy(t *testing.T) {
	m, p, now := screen(t)
	meet(m, p, segment.TCP, session.Framed)
	for range manyLines {
		m.Update(came("a line"))
	}
	if m.tidy() != nil {
		t.Error("while lines come")
	}
	*now = now.Add(over)
	if m.tidy() == nil {
		t.Error("not when they have come")
	}
	if m.tidy() != nil {
		t.Error("twice")
	}
}
