package transport

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// must has the transport do what is asked.
func (e *end) must(c Control) {
	e.t.Helper()
	if err := e.Do(c); err != nil {
		e.t.Fatalf("%T: %v", c, err)
	}
}

// eventually waits for what only a Status shows.
func (e *end) eventually(what string, ok func(Leg) bool) Leg {
	e.t.Helper()
	var l Leg
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if legs := e.Status().Legs; len(legs) > 0 {
			if l = legs[0]; ok(l) {
				return l
			}
		}
	}
	e.t.Fatalf("%s: never; %+v", what, l)
	return l
}

// A reader that stops closes TCP's window: the sender waits, nothing is lost,
// and once it is read again all comes, in order.
func TestPauseTCP(t *testing.T) {
	a, b := pair(t, Config{Role: Listener}, Config{Role: Dialer})
	a.settled(session.Framed)
	b.settled(session.Framed)
	a.must(Pause{On: true})
	text := bytes.Repeat([]byte("z"), 1000)
	sent := 0
	var l Leg
	for l = range statuses(t, b) {
		if l.TCP.Has(segment.HasWnd) && l.TCP.SndWnd < 1000 && l.Queued > 0 && l.TCP.Unsent > 0 {
			break
		}
		for range 64 {
			if b.Send(Message{Row: b.rows + 1, Text: text}) != nil {
				break
			}
			b.rows++
			sent++
		}
	}
	if l.TCP.State != segment.Established {
		t.Errorf("%v while the window is closed", l.TCP.State)
	}
	if s := a.Status().Legs[0]; !s.Paused || s.Silent >= 0 {
		t.Errorf("the paused end says %+v", s)
	}
	a.must(Pause{})
	got := 0
	for got < sent {
		for _, m := range until[Received](a, nil).Messages {
			got++
			if m.Row != uint64(got) {
				t.Fatalf("row %d came as number %d", m.Row, got)
			}
		}
	}
	b.fate(b.rows, Delivered)
	b.eventually("the window opens", func(l Leg) bool { return l.TCP.SndWnd > 1000 && l.TCP.Unsent == 0 })
}

// statuses are the first leg's, one after another until the test has waited
// long enough; events are let go meanwhile.
func statuses(t *testing.T, e *end) func(func(Leg) bool) {
	return func(yield func(Leg) bool) {
		t.Helper()
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
			select {
			case ev := <-e.Events():
				e.seen = append(e.seen, ev)
			case <-tick.C:
				if !yield(e.Status().Legs[0]) {
					return
				}
			}
		}
		t.Fatal("it never came to that")
	}
}

// A reader that stops lets UDP's buffer overflow: the sender learns nothing,
// and what was dropped is counted by the reader's own system.
func TestPauseUDP(t *testing.T) {
	a, b := pair(t, Config{Role: Listener, Protos: overUDP, Wire: session.Raw}, Config{Role: Dialer, Protos: overUDP, Wire: session.Raw})
	until[Up](b, nil)
	b.say("hello")
	a.hears("hello")
	a.must(Pause{On: true})
	text := bytes.Repeat([]byte("z"), 60000)
	sent := uint64(0)
	for a.Status().Legs[0].KernelDrops == 0 {
		if sent > 10000 {
			t.Fatal("10000 datagrams, and the buffer is not full")
		}
		b.rows++
		if err := b.Send(Message{Row: b.rows, Text: text}); err != nil {
			t.Fatal(err)
		}
		sent++
		b.fate(b.rows, Sent)
	}
	if l := b.Status().Legs[0]; l.UDP != PeerKnown {
		t.Errorf("the sender thinks: %v", l.UDP)
	}
	a.must(Pause{})
	got, drops := uint64(0), a.Status().Legs[0].KernelDrops
	for got+drops < sent {
		got += uint64(len(until[Received](a, nil).Messages))
	}
	if l := a.Status().Legs[0]; got == 0 || got+l.KernelDrops != sent {
		t.Errorf("%d came, %d were dropped of %d", got, l.KernelDrops, sent)
	}
}

// RST: this end knows that it did it, the other one that it was done.
func TestAbort(t *testing.T) {
	a, b := pair(t, Config{Role: Listener}, Config{Role: Dialer})
	a.settled(session.Framed)
	b.settled(session.Framed)
	b.must(Abort{})
	if d := until[Down](b, nil); d.Cause != Aborted || d.Err == nil {
		t.Errorf("%+v", d)
	}
	if d := until[Down](a, nil); d.Cause != Reset {
		t.Errorf("%+v", d)
	}
	a.eventually("listens again", func(l Leg) bool { return l.TCP.State == segment.Listen })
	b.eventually("is closed", func(l Leg) bool { return l.TCP.State == segment.Closed })
	if err := b.Do(Abort{}); !errors.Is(err, ErrEnded) {
		t.Errorf("twice: %v", err)
	}
	b.must(Connect{})
	until[Up](a, nil)
}

// Reads of a few bytes: TCP hands out the stream in pieces, UDP cuts each
// datagram and throws the rest away.
func TestReadSize(t *testing.T) {
	t.Run("TCP", func(t *testing.T) {
		a, b := pair(t, Config{Role: Listener, Wire: session.Raw}, Config{Role: Dialer, Wire: session.Raw})
		until[Up](a, nil)
		a.must(ReadSize{N: 4})
		b.say("0123456789")
		a.hears("0123", "4567", "89")
		a.must(ReadSize{})
		b.say("0123456789")
		a.hears("0123456789")
	})
	t.Run("UDP", func(t *testing.T) {
		a, b := pair(t, Config{Role: Listener, Protos: overUDP, Wire: session.Raw}, Config{Role: Dialer, Protos: overUDP, Wire: session.Raw})
		until[Up](b, nil)
		a.must(ReadSize{N: 4})
		b.say("0123456789")
		n := until(a, func(n Notice) bool { return n.Code == NoteTruncated })
		if n.Args[0] != 6 || n.Args[1] != 10 {
			t.Errorf("%+v", n.Args)
		}
		a.hears("0123")
	})
}

// What UDP cannot do it says; over both protocols it is enough that TCP can.
func TestControlsOfBoth(t *testing.T) {
	a, b := pair(t, Config{Role: Listener, Protos: overBoth}, Config{Role: Dialer, Protos: overBoth})
	for range 2 {
		until[Up](a, nil)
		until[Up](b, nil)
	}
	b.must(Nagle{On: true})
	b.must(Pause{On: true})
	for _, l := range b.Status().Legs {
		if !l.Paused {
			t.Errorf("%v reads", l.Proto)
		}
	}
	b.must(Abort{})
	u := start(t, Config{Addr: freeAddr(t), Role: Dialer, Protos: overUDP})
	until[Up](u, nil)
	for _, c := range []Control{Nagle{}, Abort{}} {
		if err := u.Do(c); !errors.Is(err, ErrUnsupported) {
			t.Errorf("UDP, %T: %v", c, err)
		}
	}
}

// Both say more than all buffers hold while both read: no read fails, nothing is
// lost, and what the error queue told of the numbers stays true.
func TestFullBothWays(t *testing.T) {
	a, b := pair(t, Config{Role: Listener}, Config{Role: Dialer})
	a.settled(session.Framed)
	b.settled(session.Framed)
	const lines = 6000
	text := bytes.Repeat([]byte("z"), 2000)
	var wg sync.WaitGroup
	for _, e := range []*end{a, b} {
		wg.Go(func() {
			for row := uint64(1); row <= lines; {
				switch err := e.Send(Message{Row: row, Text: text}); {
				case err == nil:
					row++
				case errors.Is(err, ErrQueueFull):
					<-e.Ready()
				default:
					t.Errorf("row %d: %v", row, err)
					return
				}
			}
		})
		wg.Go(func() {
			for got := 0; got < lines; {
				switch ev := (<-e.Events()).(type) {
				case Received:
					got += len(ev.Messages)
				case Down:
					t.Errorf("after %d lines: %+v", got, ev)
					return
				}
			}
		})
	}
	wg.Wait()
	as, bs := a.Status().Legs[0].TCP, b.Status().Legs[0].TCP
	if as.Has(segment.HasISS) && bs.Has(segment.HasIRS) && as.ISS != bs.IRS {
		t.Errorf("ISS %d, the peer's IRS %d", as.ISS, bs.IRS)
	}
}
