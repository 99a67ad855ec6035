package segment

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// a line is one segment of a story: "out 1.2 S 100 0 0 8000": direction, seconds,
// flags, absolute seq, absolute ack, length, window; SACK blocks may follow.
func follow(t *testing.T, f *Follower, lines ...string) (notes []string) {
	t.Helper()
	for _, l := range lines {
		var (
			dir, flags  string
			at          float64
			s           Segment
			first, next uint64
		)
		n, err := fmt.Sscan(l, &dir, &at, &flags, &s.Seq, &s.Ack, &s.Len, &s.Wnd, &first, &next)
		if n < 7 {
			t.Fatalf("%q: %v", l, err)
		}
		if n == 9 {
			s.SACK = []Block{{first, next}}
		}
		for i, c := range "FSRP.U" {
			if strings.ContainsRune(flags, c) {
				s.Flags |= 1 << i
			}
		}
		if dir == "in" {
			s.Dir = In
		}
		s.At = time.Unix(0, 0).Add(time.Duration(at * float64(time.Second)))
		s.Src = netip.AddrPort{}
		f.See(&s)
		note := s.Note
		if s.Dups > 0 {
			note += fmt.Sprint(" #", s.Dups)
		}
		notes = append(notes, fmt.Sprintf("%d/%d %s", s.RelSeq, s.RelAck, note))
	}
	return notes
}

func check(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range got {
		if w := want[i]; strings.TrimSpace(got[i]) != w {
			t.Errorf("segment %d is %q, want %q", i, got[i], w)
		}
	}
}

var handshake = []string{
	"out 0 S 4294967295 0 0 8000",
	"in 0.1 S. 500 0 0 8000",
	"out 0.1 . 0 501 0 8000",
}

func TestFollowWraps(t *testing.T) {
	var f Follower
	got := follow(t, &f, append(handshake,
		"out 0.2 P. 0 501 10 8000",
		"in 0.3 . 501 10 0 8000")...)
	check(t, got, "0/0", "0/1", "1/1", "1/1", "1/11")
	var n Snapshot
	f.Fill(&n)
	if n.SndUna != 11 || n.SndNxt != 11 || n.RcvNxt != 1 || n.ISS != 4294967295 || n.IRS != 500 || n.History != "ShADa" {
		t.Errorf("%+v", n)
	}
}

func TestFollowRetransmissions(t *testing.T) {
	var f Follower
	got := follow(t, &f, append(handshake,
		"out 0.2 P. 0 501 10 8000",
		"out 0.5 P. 0 501 10 8000",
		"in 0.6 . 501 10 0 8000",
		"out 0.7 P. 0 501 10 8000",
		"out 1 P. 10 501 10 8000",
		"out 1 P. 20 501 10 8000",
		"out 1 P. 30 501 10 8000",
		"in 1.1 . 501 10 0 8000 20 30",
		"in 1.1 . 501 10 0 8000 20 40",
		"in 1.1 . 501 10 0 8000",
		"out 1.1 P. 10 501 10 8000",
		"out 1.4 P. 10 501 10 8000")...)
	check(t, got, "0/0", "0/1", "1/1", "1/1",
		"1/1 Retransmission", "1/11", "1/1 Spurious Retransmission",
		"11/1", "21/1", "31/1",
		"1/11 Dup ACK #1", "1/11 Dup ACK #2", "1/11 Dup ACK #3",
		"11/1 Fast Retransmission", "11/1 Retransmission")
	var n Snapshot
	f.Fill(&n)
	if n.Retrans != 4 || n.Backoff != 2 {
		t.Errorf("%d retransmissions, backoff %d", n.Retrans, n.Backoff)
	}
}

func TestFollowArrivals(t *testing.T) {
	arrivals := append(handshake,
		"in 0.2 P. 501 0 10 8000",
		"in 0.3 P. 521 0 10 8000",
		"in 0.301 P. 511 0 10 8000",
		"in 0.4 P. 541 0 10 8000",
		"in 0.9 P. 531 0 10 8000",
		"out 0.9 . 0 551 0 8000",
		"in 1 P. 541 0 10 8000")
	var f Follower
	check(t, follow(t, &f, arrivals...), "0/0", "0/1", "1/1", "1/1",
		"21/1 Previous segment not captured", "11/1 Out-Of-Order",
		"41/1 Previous segment not captured", "31/1 Retransmission", "1/51",
		"41/1 Spurious Retransmission")
	exact := Follower{Exact: true}
	check(t, follow(t, &exact, arrivals...), "0/0", "0/1", "1/1", "1/1",
		"21/1 Previous segment not captured", "11/1 Out-Of-Order",
		"41/1 Previous segment not captured", "31/1 Out-Of-Order", "1/51", "41/1")
}

func TestFollowWindows(t *testing.T) {
	var f Follower
	got := follow(t, &f, append(handshake,
		"out 0.2 P. 0 501 8000 8000",
		"in 0.3 . 501 8000 0 0",
		"out 0.5 . 7999 501 1 8000",
		"in 0.6 . 501 8000 0 0",
		"in 0.7 . 501 8000 0 4000",
		"out 9 . 7999 501 0 8000",
		"in 9.1 . 501 8000 0 4000")...)
	check(t, got, "0/0", "0/1", "1/1", "1/1 Window Full", "1/8001 Zero Window",
		"8000/1 Zero Window Probe", "1/8001 Zero Window", "1/8001 Window Update",
		"8000/1 Keep-Alive", "1/8001")
}

func TestFollowJoinsUnderWay(t *testing.T) {
	var f Follower
	got := follow(t, &f,
		"out 0 P. 70000 9000 10 100",
		"in 0 P. 9000 70010 5 100",
		"in 0 F. 9005 70010 0 100",
		"out 0 R 70010 0 0 0")
	check(t, got, "1/1", "1/11", "6/11", "11/0")
	var n Snapshot
	f.Fill(&n)
	if n.Has(HasISS) || n.Has(HasIRS) || !f.Over() {
		t.Errorf("%+v, over %v", n, f.Over())
	}
}

func TestFollowRestarts(t *testing.T) {
	var f Follower
	follow(t, &f, handshake...)
	again := &Segment{Dir: Out, Flags: SYN, Seq: 4294967295}
	other := &Segment{Dir: Out, Flags: SYN, Seq: 77}
	foreign := &Segment{Dir: In, Flags: SYN, Seq: 77}
	if f.Restarts(again) || !f.Restarts(other) || f.Restarts(foreign) {
		t.Error("a SYN sent again restarts, or a new one does not, or a forged one does")
	}
	follow(t, &f, "in 1 R. 501 0 0 0")
	if !f.Restarts(foreign) {
		t.Error("after a RST a new SYN does not restart")
	}
}
