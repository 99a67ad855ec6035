package transport

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// What waits is bounded, in messages and in bytes; one message there always is
// room for.
func TestQueueIsBounded(t *testing.T) {
	for size, most := range map[int]int{0: 16384, 1000: 1 << 20 / 1000, 2 << 20: 1} {
		var q queue
		n := 0
		for ; n < 20_000 && q.push(Message{Text: make([]byte, size)}) == nil; n++ {
		}
		if n != most {
			t.Errorf("%d messages of %d bytes were taken, want %d", n, size, most)
		}
	}
}

// What the consumer has not taken yet is bounded in bytes too.
func TestHeldBytesAreBounded(t *testing.T) {
	c := &Conversation{}
	for range 16 {
		if !c.room() {
			t.Fatal("there is no room for a mebibyte")
		}
		c.emit(Received{Proto: segment.TCP, Messages: []Incoming{{Received: session.Received{Text: make([]byte, 1<<16)}}}})
	}
	if c.room() {
		t.Error("there is room for more than a mebibyte")
	}
}

// Of many who call while there is a peer four are spoken to, the others are
// counted and let go of at once; and no more than 16 are taken before others get their turn.
func TestCallersAreFew(t *testing.T) {
	a := listening(t, Config{})
	framedPeer(t, a)
	until[Settled](a, nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	for range 40 {
		k, err := net.Dial("tcp", a.cfg.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer k.Close()
	}
	l, now := a.legs[0].(*tcp), a.now()
	if next := l.accept(now); !next.Equal(now) {
		t.Error("all of them are taken at once")
	}
	for range 4 {
		l.accept(now)
	}
	if n := len(l.callers); n != 4 {
		t.Errorf("%d callers are spoken to", n)
	}
	if g := &a.gaps.notices[NoteTurnedAway]; g.told.IsZero() || g.n != 35 {
		t.Errorf("of 36 who were turned away %d are counted", g.n+1)
	}
}

// What waits over UDP for the peer's first answer is bounded.
func TestHeldIsBounded(t *testing.T) {
	c := newChat(t)
	c.listener.mu.Lock()
	c.listener.legs[0].(*udp).paused = true // it answers nobody
	c.listener.mu.Unlock()
	c.dialer.mu.Lock()
	u := c.dialer.legs[0].(*udp)
	u.lose(c.clock.Now(), Ended, nil)
	u.over = false
	u.call(c.clock.Now())
	c.dialer.mu.Unlock()
	n := 0
	for ; n < 1000; n++ {
		if err := c.dialer.Send(Message{Row: uint64(n + 2), Text: []byte("x")}); err != nil {
			if !errors.Is(err, ErrQueueFull) {
				t.Error(err)
			}
			break
		}
	}
	if n != 256 {
		t.Errorf("%d texts wait for an answer", n)
	}
}

// A peer over UDP loses its place after 15 s of silence, and not before.
func TestSilentPeer(t *testing.T) {
	for d, replaced := range map[time.Duration]bool{14 * time.Second: false, 16 * time.Second: true} {
		c := newChat(t)
		c.listener.mu.Lock()
		u := c.listener.legs[0].(*udp)
		u.heard = c.clock.Now().Add(-d)
		c.listener.mu.Unlock()
		c.call(0xbad, 0xbad)
		if got := c.peer().Instance == 0xbad; got != replaced {
			t.Errorf("after %v of silence the place is another's: %v", d, got)
		}
	}
}

// Strangers over UDP are counted, and told of once in 10 s.
func TestStrangersAreToldOfSeldom(t *testing.T) {
	c := newChat(t)
	c.notices = nil
	for range 25 { // over 12.5 s
		c.listener.mu.Lock()
		u := c.listener.legs[0].(*udp)
		from := u.peer
		u.turnAway(c.clock.Now(), from, []byte("x"))
		c.listener.mu.Unlock()
		c.run(500 * time.Millisecond)
	}
	told := 0
	for _, n := range c.notices {
		if n.Code == NoteStranger {
			told++
		}
	}
	if told != 2 {
		t.Errorf("told %d times", told)
	}
}

// What a transcript gives back of earlier talks is bounded, in lines and in
// bytes, and so is what a Log remembers of lines that nobody confirms.
func TestPastIsBounded(t *testing.T) {
	for size, most := range map[int]int{3: 1000, 100_000: 4 << 20 / 100_000} {
		path := filepath.Join(t.TempDir(), "talk.jsonl")
		w, err := journal.AppendTranscript(path, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		for i := range map[int]int{3: 1500, 100_000: 60}[size] {
			m := journal.Message{Proto: segment.TCP, Dir: segment.In, ID: uint64(i + 1), Text: fmt.Appendf(nil, "%0*d", size, i)}
			if err := w.Append(time.Unix(0, 0), m); err != nil {
				t.Fatal(err)
			}
		}
		w.Close(time.Unix(0, 0))
		l, err := OpenLog(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(l.Past()); n != most && size == 3 || n > most {
			t.Errorf("%d lines of %d bytes, want %d", n, size, most)
		}
		if size == 3 {
			for row := range uint64(1<<18 + 10) {
				l.owe(row)
			}
			if n := len(l.owed); n != 1<<18 {
				t.Errorf("%d lines are waited for", n)
			}
			clear(l.owed)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}
