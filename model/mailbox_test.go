package model

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"seqtalk/transport"
)

// note is an event of one message's worth, told apart by n.
func note(n int) transport.Event { return transport.Notice{Args: []any{n}} }

func order(evs []transport.Event) []int {
	var ns []int
	for _, ev := range evs {
		ns = append(ns, ev.(transport.Notice).Args[0].(int))
	}
	return ns
}

func TestMailboxKeepsOrder(t *testing.T) {
	b := newMailbox()
	for i := range 5 {
		b.put(note(i))
	}
	if got, want := order(b.take(3)), []int{0, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("first %v, want %v", got, want)
	}
	b.put(note(5))
	if got, want := order(b.take(16384)), []int{3, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("then %v, want %v", got, want)
	}
	b.settle()
	if b.weight != 0 || b.pending {
		t.Errorf("empty mailbox weighs %d, pending %v", b.weight, b.pending)
	}
}

// A batch larger than the bound is still taken, whole and alone.
func TestMailboxTakesAHugeBatch(t *testing.T) {
	b := newMailbox()
	b.put(transport.Received{Messages: make([]transport.Incoming, 16384+1)})
	if n := len(b.take(16384)); n != 1 {
		t.Errorf("took %d events, want 1", n)
	}
}

func TestFullMailboxStopsThePump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := make(chan transport.Event)
		b := newMailbox()
		go b.pump(events)
		for i := range 16384 + 1 { // the last is in the pump's hands
			events <- note(i)
		}
		synctest.Wait()
		select {
		case events <- note(-1):
			t.Fatal("the pump reads on with a full mailbox")
		default:
		}
		if n := len(b.take(16384)); n != 16384 {
			t.Errorf("took %d, want %d", n, 16384)
		}
		synctest.Wait()
		events <- note(-2) // it reads again
		b.shut()
		synctest.Wait()
	})
}

// A quickly drained mailbox is told at once, so often; then each 16 ms.
func TestWakesArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMailbox()
		start := time.Now()
		var at []time.Duration
		go b.courier(func(tea.Msg) {
			at = append(at, time.Since(start))
			b.take(16384)
			b.put(note(0)) // a flood: there is always something more
			b.settle()
		})
		b.put(note(0))
		time.Sleep(50 * time.Millisecond)
		b.shut()
		synctest.Wait()
		want := append(make([]time.Duration, wakeBurst), wakeGap, 2*wakeGap, 3*wakeGap)
		if !slices.Equal(at, want) {
			t.Errorf("wakes at %v, want %v", at, want)
		}
	})
}

// One message each 5 ms is never held up.
func TestWakesOfAChatAreNotPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMailbox()
		woken := make(chan time.Time, 1)
		go b.courier(func(tea.Msg) { b.take(16384); b.settle(); woken <- time.Now() })
		for range 100 {
			put := time.Now()
			b.put(note(0))
			if d := (<-woken).Sub(put); d != 0 {
				t.Fatalf("a wake came %v late", d)
			}
			time.Sleep(5 * time.Millisecond)
		}
		b.shut()
		synctest.Wait()
	})
}

// While the event loop is busy there is one wake on its way, whatever comes.
func TestNeverTwoWakesPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMailbox()
		wakes := 0
		go b.courier(func(tea.Msg) { wakes++ })
		for i := range 100 {
			b.put(note(i))
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if wakes != 1 {
			t.Errorf("%d wakes for a loop that takes nothing, want 1", wakes)
		}
		b.shut()
		synctest.Wait()
	})
}
