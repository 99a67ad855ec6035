package link

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestPipeDelays(t *testing.T) {
	r := newRide(t, "delay 40ms", 1)
	r.messages(3, 10*ms)
	r.finish()
	if want := []string{"1@40ms", "2@50ms", "3@60ms"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
}

func TestPipeNeverDeliversWithinSend(t *testing.T) {
	r := newRide(t, "off", 1)
	r.pipe.Send(message(1))
	if len(r.seen) != 0 {
		t.Error("delivered within Send")
	}
	r.finish()
	if want := []string{"1@0s"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
}

func TestPipeTellsEverything(t *testing.T) {
	r := newRide(t, "delay 10ms rate 800kbit limit 2", 1)
	r.pipe.Do(func(l *Link) { l.DropNext(1); l.DuplicateNext() })
	for k := range uint64(3) {
		r.pipe.Send(message(k + 1))
	}
	r.finish()
	want := []string{
		"0s out 1 sent: lost by /drop",
		"0s out 1 lost: lost by /drop",
		"0s out 2 sent: duplicated by /dup",
		"0s out 3 sent: lost by queue full (limit 2)",
		"0s out 3 overflowed: lost by queue full (limit 2)",
		"12ms out 2 arrived: duplicated by /dup",
		"12ms out 2 arrived: duplicated by /dup",
	}
	if !slices.Equal(r.told, want) {
		t.Errorf("got %q, want %q", r.told, want)
	}
}

func TestPipeSwap(t *testing.T) {
	r := newRide(t, "delay 40ms", 1)
	r.pipe.Do((*Link).SwapNext)
	r.messages(3, 10*ms)
	r.finish()
	if want := []string{"2@50ms", "1@50ms", "3@60ms"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
}

func TestPipeSwapWaitsForOneThatArrives(t *testing.T) {
	r := newRide(t, "delay 40ms", 1)
	r.pipe.Do((*Link).SwapNext)
	r.messages(1, 0)
	r.clock.AfterFunc(5*ms, func() { r.pipe.Send(ack()) })
	r.clock.AfterFunc(10*ms, func() { r.pipe.Do(func(l *Link) { l.DropNext(1) }); r.pipe.Send(message(2)) })
	r.clock.AfterFunc(20*ms, func() { r.pipe.Send(message(3)) })
	r.finish()
	if want := []string{"1@45ms", "3@60ms", "1@60ms"}; !slices.Equal(r.seen, want) { // the first is the ACK, rest 1
		t.Errorf("got %v, want %v", r.seen, want)
	}
}

// A swapped packet does not arrive sooner because the one that overtakes is quick.
func TestPipeSwapKeepsItsDelay(t *testing.T) {
	r := newRide(t, "delay 40ms", 1)
	r.pipe.Do(func(l *Link) { l.SwapNext(); l.DuplicateNext() })
	r.pipe.Send(message(1))
	r.pipe.Do(func(l *Link) { l.Set(Params{Delay: 40 * ms, Reorder: 100}, 1) })
	r.pipe.Send(message(2))
	r.finish()
	if want := []string{"2@0s", "1@40ms", "1@40ms"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
}

func TestPipeSwapGoesOnAlone(t *testing.T) {
	r := newRide(t, "delay 40ms", 1)
	r.pipe.Do((*Link).SwapNext)
	r.messages(1, 0)
	r.finish()
	if want := []string{"1@1.04s"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
	r.messages(2, 0)
	r.finish()
	if want := []string{"1@1.04s", "1@1.08s", "2@1.08s"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
}

func TestPipeHold(t *testing.T) {
	r := newRide(t, "delay 40ms", 1)
	r.pipe.Hold()
	r.messages(4, 10*ms)
	r.clock.Run(at(100 * ms))
	if r.seen != nil || r.pipe.Held() != 4 || r.pipe.InFlight() != 4 {
		t.Errorf("seen %v, held %d, in flight %d", r.seen, r.pipe.Held(), r.pipe.InFlight())
	}
	if !r.pipe.Release() {
		t.Error("nothing to release")
	}
	r.clock.Run(at(110 * ms))
	r.pipe.Resume()
	r.messages(1, 0) // message 1 again
	r.finish()
	if want := []string{"1@100ms", "2@110ms", "3@110ms", "4@110ms", "1@150ms"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
	if r.pipe.Release() || r.pipe.InFlight() != 0 {
		t.Error("something is left")
	}
}

func TestPipeCorruptsACopy(t *testing.T) {
	r := newRide(t, "corrupt 100%", 1)
	p := message(1)
	f := r.pipe.Send(p)
	r.finish()
	if !bytes.Equal(p.Bytes, make([]byte, 100)) {
		t.Error("the sender's bytes were changed")
	}
	if want := f.Bytes(p.Bytes); bytes.Equal(want, p.Bytes) || !bytes.Equal(r.got[0], want) {
		t.Errorf("arrived as % x, want % x", r.got[0], want)
	}
}

func TestPipeBoundsWhatIsUnderWay(t *testing.T) {
	r := newRide(t, "delay 1s", 1)
	for range MaxInFlight {
		if f := r.pipe.Send(ack()); f.Lost() {
			t.Fatal(f)
		}
	}
	f := r.pipe.Send(ack())
	if want := "lost by 65536 packets under way"; f.String() != want || !f.Overflowed() || f.ID.N != MaxInFlight+1 {
		t.Errorf("%v: %v, want %s", f.ID, f, want)
	}
}

func TestPipeClose(t *testing.T) {
	r := newRide(t, "delay 40ms", 1)
	r.messages(3, 10*ms)
	r.clock.Run(at(45 * ms))
	r.pipe.Close()
	if f := r.pipe.Send(message(9)); f.String() != "lost by closed" {
		t.Error(f)
	}
	r.finish()
	if want := []string{"1@40ms"}; !slices.Equal(r.seen, want) {
		t.Errorf("got %v, want %v", r.seen, want)
	}
}

func TestPipeRunsAreTheSame(t *testing.T) {
	run := func() []string {
		r := newRide(t, stormy+" rate 1mbit limit 20", 42)
		r.messages(500, ms)
		r.finish()
		return r.told
	}
	first := run()
	for range 5 {
		if !slices.Equal(run(), first) {
			t.Fatal("two runs of one seed differ")
		}
	}
}

func TestPipeFromManyGoroutines(t *testing.T) {
	clock := NewReal()
	var seen, told int
	done := make(chan struct{})
	const n = 8 * 500
	p := NewPipe(clock, New(Params{Delay: ms}, 1, Out), func(Packet, Fate) {
		if seen++; seen == n {
			close(done)
		}
	}, func(Event) { told++ })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				p.Send(ack())
			}
		})
	}
	wg.Wait()
	<-done
	p.Do(func(*Link) {
		if told != 2*n {
			t.Errorf("%d events, want %d", told, 2*n)
		}
	})
}

func BenchmarkPipe(b *testing.B) {
	clock := NewVirtual(start)
	p := NewPipe(clock, New(Params{Delay: time.Millisecond}, 1, Out), func(Packet, Fate) {}, nil)
	pk := message(0)
	b.ReportAllocs()
	for b.Loop() {
		pk.K++
		p.Send(pk)
		clock.Step()
	}
}

func ExampleSpec_TC() {
	s, _ := Parse("very-bad")
	fmt.Println(s.TC())
	// Output: tc qdisc add dev lo root netem delay 500ms loss 10% rate 1mbit
}
