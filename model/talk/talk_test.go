package talk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
	"seqtalk/ui/words"
)

var (
	noon  = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	here  = netip.MustParseAddrPort("127.0.0.1:48120")
	there = netip.MustParseAddrPort("127.0.0.1:9001")
)

func up(p segment.Proto, dialer bool) transport.Up {
	return transport.Up{At: noon, Proto: p, Stack: "kernel", Dialer: dialer, Local: here, Peer: there}
}

func settled(p segment.Proto, w session.Wire, nick string) transport.Settled {
	return transport.Settled{Proto: p, Wire: w, Nick: transport.Foreign(nick)}
}

func came(p segment.Proto, in ...session.Received) transport.Received {
	r := transport.Received{Proto: p}
	for _, m := range in {
		r.Messages = append(r.Messages, transport.Incoming{Received: m, At: noon.Add(time.Second)})
	}
	return r
}

func fates(p segment.Proto, m transport.Mark, f ...transport.Fate) transport.Delivery {
	return transport.Delivery{Proto: p, Mark: m, Fates: f}
}

// show is the history as a screen might draw it, a line a line.
func show(t *Talk) []string {
	var out []string
	for i := t.First(); i < t.End(); i++ {
		l := t.Line(i)
		var b strings.Builder
		switch l.Kind {
		case Note:
			fmt.Fprintf(&b, "-- %s", l.Text)
		default:
			fmt.Fprintf(&b, "%s: %s", l.Nick, l.Text)
		}
		for _, f := range l.Fates {
			if f.Proto == 0 {
				continue
			}
			fmt.Fprintf(&b, " [%s", f.Proto)
			if l.Kind == Mine {
				fmt.Fprintf(&b, " %s", f.Mark)
			}
			if f.ID > 0 {
				fmt.Fprintf(&b, " #%d", f.ID)
			}
			if f.First > 0 {
				fmt.Fprintf(&b, " %d–%d", f.First, f.Last)
			}
			if f.After > 0 {
				fmt.Fprintf(&b, " %v", f.After)
			}
			if f.Receipt > 0 {
				fmt.Fprintf(&b, "/%v", f.Receipt)
			}
			if f.Resent != 0 {
				fmt.Fprintf(&b, " ↻%d", f.Resent)
			}
			if e := f.Err.String(); e != "" {
				fmt.Fprintf(&b, " %s", e)
			}
			b.WriteString("]")
		}
		out = append(out, b.String())
	}
	return out
}

func check(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// say says each text.
func say(t *Talk, texts ...string) {
	for _, s := range texts {
		t.Say(noon, []byte(s), false)
	}
}

func TestConversation(t *testing.T) {
	c := New(Config{})
	say(c, "在的。")
	c.Apply(up(segment.TCP, true))
	c.Apply(settled(segment.TCP, session.Framed, "bob"))
	c.Apply(fates(segment.TCP, transport.Sent, transport.Fate{Row: 1, ID: 1, First: 40, Last: 72, Octets: 33}))
	c.Apply(came(segment.TCP, session.Received{ID: 1, Row: 1, Text: []byte("在吗？"), Octets: 30, First: 40, Last: 69, Wire: session.Framed}))
	c.Apply(fates(segment.TCP, transport.Acked, transport.Fate{Row: 1, ID: 1, After: 200 * time.Microsecond}))
	c.Apply(fates(segment.TCP, transport.Delivered, transport.Fate{Row: 1, ID: 1, After: 900 * time.Microsecond}))
	c.Apply(transport.Renamed{Proto: segment.TCP, Nick: "robert"})
	c.Apply(transport.HalfClosed{At: noon, Proto: segment.TCP})
	c.Apply(transport.Down{At: noon, Proto: segment.TCP, Cause: transport.PeerQuit})
	c.Apply(transport.Closed{})
	check(t, show(c), []string{
		"me: 在的。 [tcp delivered #1 40–72 200µs/900µs]",
		"-- connected: TCP 127.0.0.1:48120 ⇄ 127.0.0.1:9001, you called",
		"-- bob runs seqtalk too; over TCP each line is numbered, and its arrival is confirmed",
		"bob: 在吗？ [tcp #1 40–69]",
		"-- bob is now called robert",
		"-- robert will send nothing more over TCP (FIN); our own FIN answers it once all is sent. /hold on keeps our half open",
		"-- robert left (BYE over TCP)",
	})
	if c.Up() || !c.Ended() {
		t.Errorf("up %v, ended %v after the end", c.Up(), c.Ended())
	}
	if l := c.Line(3); l.ID != 1 || l.Octets != 30 || l.Wire != session.Framed || !l.At.Equal(noon.Add(time.Second)) {
		t.Errorf("the peer's line is %+v", l)
	}
}

// TestMarks walks every pair of marks: the second is shown only where the
// table in follows says so.
func TestMarks(t *testing.T) {
	const table = `
		queued:    sent acked delivered unknown failed
		sent:      queued acked delivered unknown failed
		acked:     queued delivered
		delivered:
		unknown:   queued acked delivered failed
		failed:    queued delivered`
	allowed := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), ":")
		allowed[from] = strings.Fields(to)
	}
	for from := transport.Queued; from <= transport.Failed; from++ {
		for to := transport.Queued; to <= transport.Failed; to++ {
			c := New(Config{})
			say(c, "x")
			c.Apply(fates(segment.TCP, from, transport.Fate{Row: 1}))
			c.Apply(fates(segment.TCP, to, transport.Fate{Row: 1}))
			want := from
			if slices.Contains(allowed[from.String()], to.String()) {
				want = to
			}
			if got := c.Line(0).Fates[0].Mark; got != want {
				t.Errorf("%s then %s shows %s, want %s", from, to, got, want)
			}
		}
	}
}

func TestDown(t *testing.T) {
	for _, tc := range []struct {
		name  string
		proto segment.Proto
		cause transport.Cause
		wire  session.Wire
		marks [4]transport.Mark // of queued, sent, acked, delivered
	}{
		{"TCP gone", segment.TCP, transport.Lost, session.Framed, [4]transport.Mark{transport.Queued, transport.Unknown, transport.Acked, transport.Delivered}},
		{"TCP reset", segment.TCP, transport.Reset, session.Line, [4]transport.Mark{transport.Queued, transport.Failed, transport.Acked, transport.Delivered}},
		{"UDP framed", segment.UDP, transport.PeerQuit, session.Framed, [4]transport.Mark{transport.Queued, transport.Unknown, transport.Acked, transport.Delivered}},
		{"UDP raw", segment.UDP, transport.Lost, session.Raw, [4]transport.Mark{transport.Queued, transport.Sent, transport.Acked, transport.Delivered}},
	} {
		c := New(Config{})
		c.Apply(up(tc.proto, true))
		c.Apply(settled(tc.proto, tc.wire, "bob"))
		for m := transport.Queued; m <= transport.Delivered; m++ {
			say(c, m.String())
			f := transport.Fate{Row: uint64(m) + 1}
			c.Apply(fates(tc.proto, transport.Queued, f))
			if m != transport.Queued {
				f.ID, f.Octets = 7, 9
				c.Apply(fates(tc.proto, m, f))
			}
		}
		c.Apply(transport.Down{At: noon, Proto: tc.proto, Cause: tc.cause, Err: errors.New("why")})
		var got [4]transport.Mark
		for i := range got {
			got[i] = c.Line(2 + uint64(i)).Fates[leg(tc.proto)].Mark
		}
		if got != tc.marks {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.marks)
		}
	}
}

// TestSecondDown holds that a line which waited through one connection is
// settled by the end of the next.
func TestSecondDown(t *testing.T) {
	c := New(Config{})
	c.Apply(up(segment.TCP, true))
	say(c, "waits")
	c.Apply(fates(segment.TCP, transport.Queued, transport.Fate{Row: 1}))
	c.Apply(transport.Down{Proto: segment.TCP, Cause: transport.Lost})
	c.Apply(up(segment.TCP, true))
	c.Apply(fates(segment.TCP, transport.Sent, transport.Fate{Row: 1, First: 1, Last: 5, Octets: 5}))
	c.Apply(transport.Down{Proto: segment.TCP, Cause: transport.Lost})
	if got := c.Line(1).Fates[0].Mark; got != transport.Unknown {
		t.Errorf("got %s", got)
	}
}

func TestFailed(t *testing.T) {
	c := New(Config{})
	say(c, "a", "b")
	bad := errors.New("connection refused by \x1b[31m")
	c.Apply(fates(segment.UDP, transport.Failed, transport.Fate{Row: 1, Err: bad}, transport.Fate{Row: 2, Err: bad}))
	c.Apply(fates(segment.UDP, transport.Delivered, transport.Fate{Row: 2, After: time.Millisecond}))
	check(t, show(c), []string{
		"me: a [udp failed connection refused by ␛[31m]",
		"me: b [udp delivered 1ms/1ms]",
	})
}

func TestResent(t *testing.T) {
	c := New(Config{})
	c.Apply(up(segment.TCP, true))
	say(c, "one", "two", "three", "four")
	c.Apply(fates(segment.TCP, transport.Sent,
		transport.Fate{Row: 1, First: 1, Last: 3, Octets: 3},
		transport.Fate{Row: 2, First: 4, Last: 6, Octets: 3},
		transport.Fate{Row: 3, First: 7, Last: 11, Octets: 5}))
	c.Resent(3, 4, true)
	c.Resent(4, 4, true)
	c.Resent(9, 9, false)
	c.Resent(9, 9, true)
	c.Resent(12, 20, true)
	check(t, show(c)[1:], []string{
		"me: one [tcp sent 1–3 ↻1]",
		"me: two [tcp sent 4–6 ↻2]",
		"me: three [tcp sent 7–11 ↻-1]",
		"me: four",
	})
	c.Apply(transport.Down{Proto: segment.TCP, Cause: transport.Lost})
	c.Apply(up(segment.TCP, true))
	c.Apply(fates(segment.TCP, transport.Sent, transport.Fate{Row: 4, First: 1, Last: 4, Octets: 4}))
	c.Resent(1, 4, true)
	if got := c.Line(1).Fates[0].Resent; got != 1 {
		t.Errorf("a line of the connection before has ↻%d now", got)
	}
	if got := c.Line(4).Fates[0].Resent; got != 1 {
		t.Errorf("the line sent again has ↻%d", got)
	}
}

// TestBoth: a line that comes over both protocols stands once, with how it
// came over each; one that came over one only leaves the other empty.
func TestBoth(t *testing.T) {
	c := New(Config{})
	for _, p := range protos {
		c.Apply(up(p, false))
		c.Apply(settled(p, session.Framed, "bob"))
	}
	from := c.End()
	in := func(row, id uint64, text string) session.Received {
		return session.Received{Row: row, ID: id, Text: []byte(text), Octets: 9, Wire: session.Framed}
	}
	tcp := func(r session.Received) session.Received { r.First, r.Last = r.ID*10, r.ID*10+8; return r }
	c.Apply(came(segment.UDP, in(1, 1, "m1"), in(3, 3, "m3")))
	late := came(segment.TCP, tcp(in(1, 1, "m1")), tcp(in(2, 2, "m2")), tcp(in(3, 3, "not m3")))
	late.Messages[0].At = noon.Add(1200 * time.Millisecond)
	c.Apply(late)
	dup := in(1, 1, "m1")
	dup.Dup = true
	c.Apply(came(segment.UDP, dup))
	check(t, show(c)[from:], []string{
		"bob: m1 [tcp #1 10–18 200ms] [udp #1]",
		"bob: m3 [udp #3]",
		"bob: m2 [tcp #2 20–28]",
		"bob: not m3 [tcp #3 30–38]",
		"bob: m1 [udp #1]",
	})
	if l := c.Line(from + 4); !l.Dup {
		t.Error("the duplicate is not marked")
	}
}

func TestUnsay(t *testing.T) {
	c := New(Config{})
	say(c, "one")
	c.Unsay(1)
	say(c, "two", "three")
	c.Unsay(2)
	c.Unsay(1)
	c.Unsay(7)
	if m := c.Say(noon, []byte("four"), true); m.Row != 1 || !m.More || string(m.Text) != "four" {
		t.Errorf("Say gave %+v", m)
	}
	check(t, show(c), []string{"me: four"})
	c.Note(noon, Info, "a note")
	c.Unsay(1)
	check(t, show(c), []string{"me: four", "-- a note"})
}

func TestHowLinesCame(t *testing.T) {
	c := New(Config{})
	c.Apply(up(segment.UDP, false))
	c.Apply(came(segment.UDP,
		session.Received{Text: []byte("a"), Wire: session.Line, Partial: true},
		session.Received{Text: nil, Wire: session.Raw, More: true},
		session.Received{Text: []byte("c"), Wire: session.Framed, Late: true, ID: 1 << 60, Octets: 1 << 20, First: 1 << 50, Last: 1<<50 + 7}))
	type how struct {
		w                   session.Wire
		partial, more, late bool
		id, first, last     uint64
		octets              int
	}
	want := []how{
		{w: session.Line, partial: true},
		{w: session.Raw, more: true},
		{w: session.Framed, late: true, id: 1 << 60, octets: 1 << 20, first: 1 << 50, last: 1<<50 + 7},
	}
	for i, w := range want {
		l := c.Line(1 + uint64(i))
		if got := (how{l.Wire, l.Partial, l.More, l.Late, l.ID, l.Fates[1].First, l.Fates[1].Last, l.Octets}); got != w {
			t.Errorf("line %d: got %+v, want %+v", i, got, w)
		}
	}
}

// TestChanged: whatever changes a line changes its number, and nothing else does.
func TestChanged(t *testing.T) {
	c := New(Config{})
	c.Apply(up(segment.TCP, true))
	c.Apply(settled(segment.TCP, session.Framed, "bob"))
	c.Apply(settled(segment.UDP, session.Framed, "bob"))
	say(c, "x")
	seen := map[uint32]string{}
	step := func(name string, ev transport.Event) {
		before := c.Line(3)
		if ev != nil {
			c.Apply(ev)
		}
		n, same := c.Changed(3), c.Line(3).Fates == before.Fates && ev != nil
		if was, ok := seen[n]; ok != same {
			t.Errorf("%s: number %x, seen at %q; looks the same: %v", name, n, was, same)
		}
		seen[n] = name
	}
	step("said", nil)
	f := transport.Fate{Row: 1, ID: 1, First: 1, Last: 9, Octets: 9}
	step("queued", fates(segment.TCP, transport.Queued, transport.Fate{Row: 1}))
	step("sent", fates(segment.TCP, transport.Sent, f))
	step("sent again", fates(segment.TCP, transport.Sent, f))
	step("over UDP too", fates(segment.UDP, transport.Sent, transport.Fate{Row: 1, ID: 1, Octets: 9}))
	step("unknown", fates(segment.UDP, transport.Unknown, transport.Fate{Row: 1, ID: 1}))
	was := c.Changed(3)
	c.Resent(1, 1, true)
	if c.Changed(3) == was {
		t.Error("resent: the same number")
	}
	f.After = time.Millisecond
	step("acked", fates(segment.TCP, transport.Acked, f))
	step("delivered", fates(segment.TCP, transport.Delivered, f))
	step("delivered", fates(segment.UDP, transport.Delivered, f))
	step("too late to matter", fates(segment.UDP, transport.Failed, f))
}

// TestEviction compares a small history with a slice that simply keeps all,
// through everything that adds and takes away.
func TestEviction(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, most := range []Config{{MaxLines: 1}, {MaxLines: 700}, {MaxLines: 5000}, {MaxLines: 1 << 20, MaxBytes: 1 << 20}} {
		c := New(most)
		type kept struct {
			text string
			row  uint64
			mark transport.Mark
		}
		var all []kept
		rows := map[uint64]int{}
		for step := range 30_000 {
			text := strings.Repeat("x", rng.IntN(60)) + fmt.Sprint(step)
			if rng.IntN(400) == 0 {
				text = strings.Repeat("long", 1+rng.IntN(40_000))
			}
			switch rng.IntN(5) {
			case 0, 1:
				m := c.Say(noon, []byte(text), false)
				rows[m.Row] = len(all)
				all = append(all, kept{text: text, row: m.Row})
				if rng.IntN(8) == 0 && m.Row > 1 {
					c.Unsay(m.Row)
					all = all[:len(all)-1]
				}
			case 2:
				c.Apply(came(segment.UDP, session.Received{Text: []byte(text), ID: 1 << 40, Octets: 77}))
				all = append(all, kept{text: text})
			case 3:
				c.Note(noon, Warn, text)
				all = append(all, kept{text: text})
			case 4:
				if len(all) == 0 {
					continue
				}
				if back := len(all) - 1 - rng.IntN(min(len(all), 900)); all[back].row > 0 && all[back].mark == transport.Queued {
					all[back].mark = transport.Sent
					c.Apply(fates(segment.UDP, transport.Sent, transport.Fate{Row: all[back].row, ID: 5, Octets: 3}))
				}
			}
			if step == 20_000 {
				c.Clear()
			}
			if c.End() != uint64(len(all)) {
				t.Fatalf("%+v: end %d after %d lines", most, c.End(), len(all))
			}
			if n := c.End() - c.First(); n > uint64(c.most.lines) {
				t.Fatalf("%+v: keeps %d lines", most, n)
			}
			if held := c.history.held + c.rows.held; held > c.most.bytes && c.End()-c.First() > 1 {
				t.Fatalf("%+v: holds %d octets", most, held)
			}
			if c.First() == c.End() || step%7 != 0 {
				continue
			}
			for _, i := range []uint64{c.First(), c.First() + rng.Uint64N(c.End()-c.First()), c.End() - 1} {
				l, w := c.Line(i), all[i]
				if string(l.Text) != w.text || l.Row != w.row || l.Fates[1].Mark != w.mark {
					t.Fatalf("%+v: line %d is %.20q row %d %s, want %.20q row %d %s", most, i, l.Text, l.Row, l.Fates[1].Mark, w.text, w.row, w.mark)
				}
			}
		}
		if len(c.history.blocks) > int(c.End()-c.First())/blockLen+2 {
			t.Errorf("%d blocks for %d lines", len(c.history.blocks), c.End()-c.First())
		}
	}
}

func TestNicks(t *testing.T) {
	c := New(Config{Lang: words.Chinese})
	say(c, "一")
	if got := c.Line(0).Nick.String(); got != "我" {
		t.Errorf("our line is said under %q", got)
	}
	c.SetLang(words.English)
	say(c, "two")
	c.Apply(up(segment.TCP, true))
	c.Apply(settled(segment.TCP, session.Framed, "\x1b]0;evil\a"))
	c.Apply(came(segment.TCP, session.Received{Text: []byte("hi")}))
	var got []string
	for i := range c.End() {
		got = append(got, c.Line(i).Nick.String())
	}
	want := []string{"me", "me", "", "", c.PeerNick().String()}
	if !slices.Equal(got, want) || !strings.HasPrefix(want[4], "peer-") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSearch(t *testing.T) {
	c := New(Config{MaxLines: 1 << 20})
	for i := range 100_000 {
		say(c, fmt.Sprintf("line %d of many, with some text to look through", i))
	}
	say(c, "Grüße, KELVIN ſ 中文")
	find := func(q string, from uint64, back bool) (uint64, int) {
		calls := 0
		for {
			calls++
			i, ok := c.Search(q, from, back)
			if ok || i == c.First() && back || i == c.End() && !back {
				if !ok {
					i = 1 << 32
				}
				return i, calls
			}
			from = i
		}
	}
	for _, tc := range []struct {
		q     string
		from  uint64
		back  bool
		want  uint64
		calls int
	}{
		{"LINE 77 ", 0, false, 77, 1},
		{"line 77 ", 77, true, 1 << 32, 1},
		{"line 77 ", 78, true, 77, 1},
		{"grÜSSe", 0, false, 1 << 32, 44},
		{"GRÜßE", 0, false, 100_000, 44},
		{"kelvin S", c.End(), true, 100_000, 1},
		{"中文", 0, false, 100_000, 44},
		{"", 0, false, 1 << 32, 1},
	} {
		if i, calls := find(tc.q, tc.from, tc.back); i != tc.want || calls != tc.calls {
			t.Errorf("%q from %d: line %d after %d calls, want %d after %d", tc.q, tc.from, i, calls, tc.want, tc.calls)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, d := range []time.Duration{0, time.Microsecond, 204 * time.Millisecond, 35 * time.Minute, 3 * time.Hour, 20 * 24 * time.Hour} {
		if got := pack(d).duration(); got != d {
			t.Errorf("%v became %v", d, got)
		}
	}
	if got := pack(time.Nanosecond).duration(); got != time.Microsecond {
		t.Errorf("1ns became %v", got)
	}
}

func TestNotices(t *testing.T) {
	refused := fmt.Errorf("dial tcp %v: %w", there, stack.ErrRefused)
	for _, tc := range []struct {
		code   transport.Code
		args   []any
		en, zh string
	}{
		{transport.NoteListening, []any{there, "TCP and UDP"},
			"waiting at 127.0.0.1:9001 (TCP and UDP); the other side runs: seqtalk dial 127.0.0.1:9001",
			"正在 127.0.0.1:9001 等待（TCP 和 UDP）；另一端运行：seqtalk dial 127.0.0.1:9001"},
		{transport.NoteListening, []any{netip.MustParseAddrPort("[::]:9001"), "UDP"},
			"waiting at [::]:9001 (UDP); the other side runs: seqtalk dial -u THIS-HOST:9001",
			"正在 [::]:9001 等待（UDP）；另一端运行：seqtalk dial -u 本机地址:9001"},
		{transport.NoteOtherProto, []any{segment.TCP, segment.UDP},
			"you asked for TCP, the peer came over UDP: going on with the peer's",
			"你要的是 TCP，对方用的是 UDP：按对方的继续"},
		{transport.NoteHeldBy, []any{there, stack.Holder{State: segment.TimeWait, Left: 41700 * time.Millisecond}},
			"127.0.0.1:9001 is held by TIME-WAIT, 42s left: the last connection there ended only just now",
			"127.0.0.1:9001 被占用：TIME-WAIT，还剩 42s：那里的上一个连接刚刚结束"},
		{transport.NoteRetry, []any{refused, 500 * time.Millisecond},
			"dial tcp 127.0.0.1:9001: connection refused; the next try in 500ms",
			"连接被拒绝（127.0.0.1:9001）；500ms 后再试"},
		{transport.NoteICMP, []any{refused, there},
			"ICMP from the network: dial tcp 127.0.0.1:9001: connection refused", "网络返回 ICMP：连接被拒绝（127.0.0.1:9001）"},
		{transport.NoteICMP, []any{stack.ErrUnreachable, there},
			"ICMP from the network: unreachable (127.0.0.1:9001)", "网络返回 ICMP：网络无法到达（127.0.0.1:9001）"},
		{transport.NoteStranger, []any{there, uint64(7)},
			"a stranger writes from 127.0.0.1:9001 (datagrams so far: 7); nothing is answered",
			"陌生地址 127.0.0.1:9001 在发数据（至今 7 个数据报）；不予回应"},
		{transport.NoteForeign, []any{transport.Foreign("TLS\x1b")},
			"what comes looks like TLS␛, another protocol: shown as it is, as text",
			"收到的内容像是 TLS␛，另一种协议：按文本原样显示"},
		{transport.NoteTruncated, []any{476, 1500},
			"a datagram of 1500 bytes did not fit: 476 bytes thrown away",
			"一个 1500 字节的数据报放不下：丢弃了 476 字节"},
		{transport.NotePeerSilent, []any{15 * time.Second}, "the peer's program has not answered for 15s", "对方程序已有 15s 没有应答"},
		{transport.NotePeerSilent, []any{15 * time.Second, transport.KernelAcks},
			"the peer's program has not answered for 15s; its kernel still acknowledges what we send: the computer is there, the program is stopped or stuck",
			"对方程序已有 15s 没有应答；它的内核仍在确认我方发出的字节：主机还在，程序停住或卡住了"},
		{transport.NotePeerSilent, []any{15 * time.Second, transport.KernelSilent},
			"the peer's program has not answered for 15s; no ACK comes either: the way there is cut, or the computer is gone",
			"对方程序已有 15s 没有应答；连 ACK 也没有：线路断了，或者那台主机不在了"},
		{transport.NotePeerBack, []any{20 * time.Second}, "the peer's program answers again, after 20s", "对方程序又有应答了，中间隔了 20s"},
	} {
		n := transport.Notice{Code: tc.code, Args: tc.args}
		if got := NoteText(words.English, n); got != tc.en {
			t.Errorf("got  %s\nwant %s", got, tc.en)
		}
		if got := NoteText(words.Chinese, n); got != tc.zh {
			t.Errorf("got  %s\nwant %s", got, tc.zh)
		}
	}
}

// TestEveryCode: each notice has words, whatever its values are.
func TestEveryCode(t *testing.T) {
	other := NoteText(words.English, transport.Notice{Code: 255})
	for c := transport.NoteListening; c <= transport.NotePeerBack; c++ {
		for _, l := range []words.Lang{words.English, words.Chinese} {
			text := NoteText(l, transport.Notice{Code: c})
			if strings.Contains(text, "%!") || strings.HasPrefix(text, strings.TrimSuffix(other, "255")) {
				t.Errorf("code %d: %q", c, text)
			}
		}
	}
}

func TestTell(t *testing.T) {
	for _, tc := range []struct {
		events []transport.Event
		en, zh string
	}{
		{[]transport.Event{up(segment.TCP, false)},
			"connected: TCP 127.0.0.1:48120 ⇄ 127.0.0.1:9001, the peer called",
			"已连接：TCP 127.0.0.1:48120 ⇄ 127.0.0.1:9001，由对方发起"},
		{[]transport.Event{up(segment.UDP, false)},
			"UDP 127.0.0.1:48120 ⇄ 127.0.0.1:9001: somebody to send to is known; UDP itself makes no connection",
			"UDP 127.0.0.1:48120 ⇄ 127.0.0.1:9001：已知道往哪里发；UDP 本身不建立连接"},
		{[]transport.Event{transport.Settled{Proto: segment.TCP, Wire: session.Line, SawLine: true}},
			"over TCP the peer is no seqtalk but a plain-text program (line): every line goes out as text and a line feed; that it arrived can be seen, not that it was read; it saw one line of greeting from us (with --wire raw or line it would not)",
			"TCP 上的对方不是 seqtalk，而是纯文本程序（line）：每行按文本加换行符发出；能看到字节到达，看不到程序是否读取；它看到了我们的一行问候语（用 --wire raw 或 line 就不会发）"},
		{[]transport.Event{up(segment.TCP, false), transport.Down{Proto: segment.TCP, Cause: transport.PeerClosed, Unsent: 2}},
			"the peer closed the TCP connection (FIN); lines not sent yet: 2; waiting for the next one",
			"对方关闭了 TCP 连接（FIN）；还没发出的有 2 行；继续等待下一个"},
		{[]transport.Event{transport.Down{Proto: segment.TCP, Cause: transport.Refused, Err: stack.ErrRefused}},
			"TCP: nobody is there: connection refused; start the other side first, or use --retry",
			"TCP：那边没有程序：连接被拒绝；请先启动另一端，或者用 --retry"},
		{[]transport.Event{up(segment.TCP, true), transport.HalfClosed{Proto: segment.TCP}},
			"the peer will send nothing more over TCP (FIN); our own FIN answers it once all is sent",
			"对方不会再通过 TCP 发送任何内容（FIN）；我方发完后用自己的 FIN 回应"},
		{[]transport.Event{transport.Settled{Proto: segment.UDP, Wire: session.Raw, Unanswered: true}},
			"no answer over UDP yet, so nothing is known of the peer: lines go out as plain text",
			"UDP 上还没有应答，对方的情况未知：先按纯文本发出"},
		{[]transport.Event{transport.Settled{Proto: segment.TCP, Wire: session.Raw, Unanswered: true}, transport.Settled{Proto: segment.TCP, Wire: session.Line}},
			"over TCP the peer is a plain-text program that ends its lines: from now on line, a line feed behind each of ours",
			"TCP 上的对方是纯文本程序，每行以换行符结尾：从现在起按 line，我方每行也加换行符"},
		{[]transport.Event{up(segment.TCP, true), transport.Renamed{Proto: segment.TCP, Nick: "ann"}},
			"the peer calls itself ann", "对方自称 ann"},
		{[]transport.Event{up(segment.TCP, true), up(segment.UDP, true), transport.Renamed{Proto: segment.TCP, Nick: "ann"}, transport.Renamed{Proto: segment.UDP, Nick: "ann"}},
			"", ""}, // it was told once
		{[]transport.Event{transport.Closed{Err: fmt.Errorf("dial tcp %v: %w", there, stack.ErrRefused)}},
			"dial tcp 127.0.0.1:9001: connection refused; is anybody listening there? --retry goes on trying",
			"连接被拒绝（127.0.0.1:9001）；那边有程序在监听吗？加 --retry 会不断重试"},
		{[]transport.Event{transport.Closed{Err: &net.DNSError{Err: "no such host", Name: "nosuch.example", IsNotFound: true}}},
			"lookup nosuch.example: no such host; check the name, or give the IP address",
			"找不到这个主机名（nosuch.example）；请检查主机名，或直接写 IP 地址"},
		{[]transport.Event{transport.Closed{Err: &transport.HeldError{Addr: there, Holder: stack.Holder{State: segment.Listen}, Known: true, Err: stack.ErrInUse}}},
			"127.0.0.1:9001: another program listens there; call it (seqtalk dial 127.0.0.1:9001), or use another port",
			"127.0.0.1:9001：另一个程序在那里监听；可以呼叫它（seqtalk dial 127.0.0.1:9001），或换一个端口"},
		{[]transport.Event{transport.Closed{Err: &transport.HeldError{Addr: there, UDP: true, Err: stack.ErrInUse}}},
			"127.0.0.1:9001: the UDP port is taken by another program; to talk to it: seqtalk dial -u 127.0.0.1:9001",
			"127.0.0.1:9001：UDP 端口已被另一个程序占用；要与它对话，请运行 seqtalk dial -u 127.0.0.1:9001"},
		{[]transport.Event{transport.Closed{Err: &transport.LabError{Addr: there, Err: stack.ErrTimeout}}},
			"127.0.0.1:9001: nobody there answers for the lab (timed out); run the same command in the other terminal, or seqtalk alone",
			"127.0.0.1:9001：那边没有程序提供实验环境（超时，没有应答）；请在另一个终端运行同样的命令，或只运行 seqtalk"},
		{[]transport.Event{transport.Closed{Err: &transport.LabError{Addr: there, Err: transport.ErrLabDeclined}}},
			"the other end has no lab: start both with --lab, or neither (127.0.0.1:9001)",
			"对方没有实验环境；请两边都加 --lab，或都不加（127.0.0.1:9001）"},
		{[]transport.Event{transport.PeerMoved{Proto: segment.UDP, Now: there, Was: here}},
			"UDP datagrams now come from 127.0.0.1:9001, was 127.0.0.1:48120",
			"UDP 数据报现在来自 127.0.0.1:9001，之前是 127.0.0.1:48120"},
		{[]transport.Event{transport.Closed{Err: errors.New("no such host\r")}}, "no such host␍", "no such host␍"},
		{[]transport.Event{transport.Closed{}}, "", ""},
		{[]transport.Event{came(segment.TCP)}, "", ""},
	} {
		for l, want := range map[words.Lang]string{words.English: tc.en, words.Chinese: tc.zh} {
			teller := Teller{Lang: l}
			var got string
			for _, ev := range tc.events {
				got, _ = teller.Tell(ev)
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
	}
}

// TestTellOnScreen: where there are commands, the notes name the one that helps,
// and what a FIN means depends on whether our half is held open.
func TestTellOnScreen(t *testing.T) {
	teller := Teller{Screen: true}
	for _, tc := range []struct {
		ev   transport.Event
		held bool
		want string
	}{
		{up(segment.TCP, true), false, "connected: TCP 127.0.0.1:48120 ⇄ 127.0.0.1:9001, you called"},
		{transport.HalfClosed{Proto: segment.TCP}, false, "the peer will send nothing more over TCP (FIN); our own FIN answers it once all is sent. /hold on keeps our half open"},
		{transport.HalfClosed{Proto: segment.TCP}, true, "the FIN of the peer has come over TCP: nothing more will come from there. Our half stays open; whether anybody reads what we send, nobody can tell"},
		{transport.HalfClosed{Proto: segment.TCP, After: true}, false, "the peer has ended too (FIN over TCP): both halves are closed"},
		{transport.Down{Proto: segment.TCP, Cause: transport.Reset}, false, "the peer broke the TCP connection off (RST): bytes not acknowledged yet may never have arrived; /connect tries again"},
		{transport.Down{Proto: segment.TCP, Cause: transport.Refused, Err: stack.ErrRefused}, false, "TCP: nobody is there: connection refused; /connect tries again"},
	} {
		teller.Held = tc.held
		if got, _ := teller.Tell(tc.ev); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

// TestMemory holds what a message may cost beside its text.
func TestMemory(t *testing.T) {
	for name, fill := range map[string]func(c *Talk, i uint64){
		"of the peer's": func(c *Talk, i uint64) {
			c.Apply(came(segment.TCP, session.Received{ID: i, Row: i, Text: line52, Octets: 76, First: i * 76, Last: i*76 + 75, Wire: session.Framed}))
		},
		"of ours, over both": func(c *Talk, i uint64) {
			m := c.Say(noon, line52, false)
			for _, p := range protos {
				c.Apply(fates(p, transport.Sent, transport.Fate{Row: m.Row, ID: i, Octets: 76, First: i * 76, Last: i*76 + 75}))
			}
		},
	} {
		const n = 100_000
		c := New(Config{MaxLines: n})
		for i := range uint64(n) {
			fill(c, i+1)
		}
		each := float64(c.history.held+c.rows.held)/n - float64(len(line52))
		t.Logf("a message %s takes %.1f octets beside its text", name, each)
		if most := map[string]float64{"of the peer's": 32, "of ours, over both": 100}[name]; each > most {
			t.Errorf("a message %s takes %.1f octets beside its text, more than %v", name, each, most)
		}
	}
}

// Unless asked for otherwise, a conversation keeps 100,000 lines and 64 MiB.
func TestUsualLimits(t *testing.T) {
	lines, text := New(Config{}), New(Config{})
	for range 100_500 {
		lines.Note(noon, Info, "")
	}
	if n := lines.End() - lines.First(); n != 100_000 {
		t.Errorf("%d lines are kept", n)
	}
	mebi := strings.Repeat("x", 1<<20)
	for range 70 {
		text.Note(noon, Info, mebi)
	}
	if n := text.End() - text.First(); n > 64 || n < 60 {
		t.Errorf("%d MiB are kept", n)
	}
}

// Lines that wait for their second arrival are forgotten, the oldest first.
func TestPairsAreBounded(t *testing.T) {
	var p pairs
	for row := range uint64(5000) {
		p.put(row, row)
	}
	if len(p.lines) != 4096 || len(p.queue) != 4096 {
		t.Errorf("%d lines wait", len(p.lines))
	}
}
