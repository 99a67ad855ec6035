package talk

import (
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/words"
)

// A line that was lost with its connection waits again, and has the numbers of the
// one it went over in the end.
func TestSentAgain(t *testing.T) {
	c := New(Config{})
	tcp := segment.TCP
	c.Apply(up(tcp, true))
	c.Apply(settled(tcp, session.Framed, "bob"))
	for i := uint64(1); i <= 3; i++ {
		say(c, "hi")
		c.Apply(fates(tcp, transport.Sent, transport.Fate{Row: i, ID: i, First: 100 * i, Last: 100*i + 9, Octets: 10}))
	}
	c.Apply(fates(tcp, transport.Delivered, transport.Fate{Row: 1, ID: 1}))
	c.Apply(fates(tcp, transport.Acked, transport.Fate{Row: 2, ID: 2}))
	c.Apply(fates(tcp, transport.Queued, transport.Fate{Row: 2, ID: 2}, transport.Fate{Row: 3, ID: 3}))
	c.Apply(transport.Down{Proto: tcp, Cause: transport.Reset, Unsent: 2, Again: true})
	mine := func(n uint64) (f Fate) {
		for i := c.First(); i < c.End(); i++ {
			if l := c.Line(i); l.Kind == Mine && l.Row == n {
				f = l.Fates[0]
			}
		}
		return f
	}
	if mine(1).Mark != transport.Delivered || mine(2).Mark != transport.Queued || mine(3).Mark != transport.Queued || mine(3).First != 0 {
		t.Errorf("%+v, %+v, %+v", mine(1), mine(2), mine(3))
	}
	c.Apply(up(tcp, true))
	c.Apply(settled(tcp, session.Framed, "bob"))
	c.Apply(transport.Resumed{Proto: tcp, Same: true, Again: 2})
	c.Apply(fates(tcp, transport.Sent, transport.Fate{Row: 2, ID: 2, First: 50, Last: 59, Octets: 10}))
	c.Apply(fates(tcp, transport.Delivered, transport.Fate{Row: 2, ID: 2, After: time.Millisecond}))
	if f := mine(2); f.First != 50 || f.Mark != transport.Delivered || f.Receipt != time.Millisecond {
		t.Errorf("sent again it is %+v", f)
	}
	c.Resent(50, 50, true)
	if mine(2).Resent != 1 || mine(1).Resent != 0 {
		t.Errorf("byte 50 of the second connection was sent again, and the lines say %d, %d", mine(1).Resent, mine(2).Resent)
	}
}

// What is owed is what never left, and what was sent in frames over TCP and not
// confirmed; what came over one protocol has come.
func TestOwed(t *testing.T) {
	c := New(Config{})
	tcp := segment.TCP
	c.Apply(up(tcp, true))
	c.Apply(up(segment.UDP, true))
	c.Apply(settled(tcp, session.Framed, "bob"))
	c.Apply(settled(segment.UDP, session.Framed, "bob"))
	for range 6 {
		say(c, "hi")
	}
	row := func(n uint64) transport.Fate { return transport.Fate{Row: n, ID: n, First: n, Last: n, Octets: 1} }
	c.Apply(fates(tcp, transport.Sent, row(1), row(2), row(3), row(4)))
	c.Apply(fates(tcp, transport.Delivered, row(1)))
	c.Apply(fates(tcp, transport.Acked, row(2)))
	c.Apply(fates(tcp, transport.Queued, row(3)))
	c.Apply(fates(segment.UDP, transport.Delivered, row(4), row(6)))
	if unsent, unconfirmed := c.Owed(); unsent != 2 || unconfirmed != 1 {
		t.Errorf("%d unsent, %d unconfirmed", unsent, unconfirmed)
	}
}

// The second connection is drawn as one; who sends again is said, and to whom.
func TestTellAgain(t *testing.T) {
	tcp := segment.TCP
	lost := transport.Down{Proto: tcp, Cause: transport.Killed, Unsent: 2, Again: true}
	for _, c := range []struct {
		dialer bool
		ev     transport.Resumed
		want   [2][]string
	}{
		{true, transport.Resumed{Proto: tcp, Same: true, Again: 2}, [2][]string{
			{"its program said no goodbye", "not sent yet: 2; it will be dialed again", "TCP connection no. 2", "sent again: 2. That is seqtalk's doing"},
			{"程序却没有道别", "稍后重新拨号", "第 2 个 TCP 连接", "重新发送的有 2 行。这是 seqtalk 做的，不是 TCP"},
		}},
		{false, transport.Resumed{Proto: tcp, Kept: 2}, [2][]string{
			{"waiting for it to call again", "another program than before", "nobody confirmed: 2", "/resend"},
			{"等它重新呼叫", "不是原来的程序", "没有得到确认的有 2 行", "/resend"},
		}},
		{true, transport.Resumed{Proto: tcp, Again: 2}, [2][]string{
			{"perhaps for the second time: 2"}, {"有 2 行，也许对方已经收到过"},
		}},
	} {
		for _, l := range []words.Lang{words.English, words.Chinese} {
			teller := Teller{Lang: l, Screen: true}
			var all strings.Builder
			for _, ev := range []transport.Event{
				up(tcp, c.dialer), settled(tcp, session.Framed, "bob"), lost,
				up(tcp, c.dialer), settled(tcp, session.Framed, ""), transport.Renamed{Proto: tcp, Nick: "bob"}, c.ev,
			} {
				text, level := teller.Tell(ev)
				all.WriteString(text + "\n")
				if strings.Contains(text, "2 个 TCP") && level != Divide {
					t.Errorf("%q is of level %d", text, level)
				}
			}
			for _, want := range c.want[l] {
				if !strings.Contains(all.String(), want) {
					t.Errorf("%q is missing in\n%s", want, &all)
				}
			}
			if strings.Count(all.String(), "seqtalk too") > 1 || strings.Contains(all.String(), "calls itself") {
				t.Errorf("old news is told again:\n%s", &all)
			}
		}
	}
}
