package talk

import (
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// The times of the ACK and of the receipt are two, and of each it is known
// whether it is a bound.
func TestTimes(t *testing.T) {
	c := New(Config{})
	c.Apply(up(segment.TCP, true))
	c.Apply(settled(segment.TCP, session.Framed, ""))
	for i, exact := range []bool{true, false} {
		row := uint64(i + 1)
		say(c, "hi")
		c.Apply(fates(segment.TCP, transport.Sent, transport.Fate{Row: row, ID: row, First: row, Last: row, Octets: 1}))
		c.Apply(fates(segment.TCP, transport.Acked, transport.Fate{Row: row, After: time.Millisecond, Exact: exact}))
		if f := c.Line(c.End() - 1).Fates[0]; f.After != time.Millisecond || f.Exact != exact || f.Wire != session.Framed {
			t.Errorf("acknowledged: %+v", f)
		}
		c.Apply(fates(segment.TCP, transport.Delivered, transport.Fate{Row: row, After: 3 * time.Millisecond}))
		if f := c.Line(c.End() - 1).Fates[0]; f.After != time.Millisecond || f.Exact != exact || f.Receipt != 3*time.Millisecond {
			t.Errorf("delivered: %+v", f)
		}
	}
}

// What the transport says was sent again is counted at its lines.
func TestResentEvent(t *testing.T) {
	c := New(Config{})
	c.Apply(up(segment.TCP, true))
	for row := uint64(1); row <= 3; row++ {
		say(c, "four")
		c.Apply(fates(segment.TCP, transport.Sent, transport.Fate{Row: row, First: 4*row - 3, Last: 4 * row, Octets: 4}))
	}
	c.Apply(transport.Resent{Proto: segment.TCP, First: 4, Last: 5, N: 2})
	c.Apply(transport.Resent{Proto: segment.TCP, First: 9, Last: 12})
	var got [3]int
	for i := range got {
		got[i] = c.Line(c.End() - 3 + uint64(i)).Fates[0].Resent
	}
	if want := [3]int{2, 2, -1}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
