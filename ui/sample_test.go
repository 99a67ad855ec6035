package ui

import (
	"fmt"
	"testing"
	"time"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// lines are Items that are simply there.
type lines []Row

func (l lines) First() uint64    { return 0 }
func (l lines) End() uint64      { return uint64(len(l)) }
func (l lines) Row(i uint64) Row { return l[i] }

var noon = time.Date(2026, 11, 22, 10, 31, 0, 0, time.UTC)

// looks are the ways the panes are drawn in the tests.
func testLook(lang words.Lang) *Look {
	l := NewLook(lang)
	l.Zone = time.UTC
	return l
}

// talkSample is a conversation with a bit of everything.
func talkSample() lines {
	tcp := func(m Mark, resent int, after time.Duration, first, last uint64) [2]Fate {
		return [2]Fate{{Proto: "TCP", Mark: m, Resent: resent, After: after, First: first, Last: last}}
	}
	bob := safe.Nick("bob")
	return lines{
		{Kind: Note, At: noon.Add(-10 * time.Hour).Add(-31 * time.Minute).Add(-time.Minute), Text: []byte("waiting on 127.0.0.1:9001 for TCP and UDP")},
		{Kind: Note, At: noon, Text: []byte("connected: TCP, 127.0.0.1:48120 ⇄ 127.0.0.1:9001")},
		{Kind: Theirs, At: noon, Nick: bob, Text: []byte("在吗？"), Fates: tcp(0, 0, 0, 1, 33)},
		{Kind: Mine, At: noon, Text: []byte("在的。"), Fates: tcp(Delivered, 0, 200*time.Microsecond, 1, 33)},
		{Kind: Mine, At: noon.Add(time.Minute), Text: []byte("seq counts bytes, not messages"), Fates: tcp(Delivered, 1, 208*time.Millisecond, 34, 87)},
		{Kind: Theirs, At: noon.Add(time.Minute), Nick: bob, Text: []byte("很长的中文没有空格，标点不能在行首。所以换行要按照 UAX #14 的规则来做，而不是按照空格；这样句号、逗号和右引号”就都留在上一行的末尾。"), Fates: tcp(0, 0, 0, 34, 260)},
		{Kind: Theirs, At: noon.Add(2 * time.Minute), Nick: bob, Text: []byte("see https://www.rfc-editor.org/rfc/rfc9293.html#section-3.4.1-and-a-very-long-anchor-that-goes-on"), Fates: tcp(0, 0, 0, 261, 380)},
		{Kind: Theirs, At: noon.Add(2 * time.Minute), Nick: safe.Nick("小明"), Text: []byte("\x1b[31mred\x1b[0m a\u202Eb \xff and abc\rX"), Fates: tcp(0, 0, 0, 381, 420)},
		{Kind: Note, Level: Warn, At: noon.Add(2 * time.Minute), Text: []byte("127.0.0.1:9001 can be reached from other machines, and nothing here is encrypted")},
		{Kind: Mine, At: noon.Add(3 * time.Minute), Text: []byte("two\nlines"), Fates: tcp(Acked, 0, 20*time.Millisecond, 88, 120)},
		{Kind: Mine, At: noon.Add(3 * time.Minute), Text: []byte("👍🏽 👨‍👩‍👧‍👦 e\u0301 ❤️ 1️⃣"), Fates: tcp(Sent, 0, 0, 121, 180)},
		{Kind: Mine, At: noon.Add(3 * time.Minute), Text: []byte("and this one is on its way"), Fates: tcp(Queued, 0, 0, 0, 0)},
		{Kind: Note, Level: Alarm, At: noon.Add(4 * time.Minute), Text: []byte("the connection was reset")},
		{Kind: Mine, At: noon.Add(4 * time.Minute), Text: []byte("are you still there?"), Fates: tcp(Failed, 0, 0, 0, 0)},
		{Kind: Theirs, At: noon.Add(5 * time.Minute), Nick: bob, Text: []byte("and ack is the last byte + 1"), Fates: tcp(0, 0, 0, 421, 470)},
		{Kind: Theirs, At: noon.Add(5 * time.Minute), Nick: bob, Text: []byte("够清楚了"), Fates: tcp(0, 0, 0, 471, 500)},
	}
}

// checkRows fails unless rows are h rows of w cells without a hostile octet.
func checkRows(t *testing.T, what string, l *Look, rows []string, w, h int) {
	t.Helper()
	if len(rows) != max(h, 0) {
		t.Fatalf("%s %d×%d: %d rows", what, w, h, len(rows))
	}
	for y, s := range rows {
		if n := l.Method.StringWidth(s); n != max(w, 0) {
			t.Fatalf("%s %d×%d: row %d has %d cells: %q", what, w, h, y, n, s)
		}
	}
}

func sizes(yield func(w, h int) bool) {
	for w := 0; w <= 130; w += 1 + w/9 {
		for h := 0; h <= 40; h += 1 + h/4 {
			if !yield(w, h) {
				return
			}
		}
	}
	for _, s := range [][2]int{{500, 300}, {1, 300}, {500, 1}, {200, 60}} {
		if !yield(s[0], s[1]) {
			return
		}
	}
}

func TestHistoryIsAsWideAsAsked(t *testing.T) {
	for _, m := range []Method{WcWidth, GraphemeWidth} {
		for _, lang := range []words.Lang{words.English, words.Chinese} {
			l := testLook(lang)
			l.Method = m
			items := talkSample()
			for w, h := range sizes {
				hist := History{Items: items, W: w, H: h, Seen: 14, Selected: 5, Find: "B", Bar: w%2 == 0, Both: w%3 == 0, EndKey: "Ctrl-End"}
				for _, v := range []View{Latest, {}, {Item: 5, At: 30}, {Item: 7, At: -1}} {
					checkRows(t, fmt.Sprint("history ", v), l, hist.Draw(l, v), w, h)
				}
			}
		}
	}
}
