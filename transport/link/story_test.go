package link

import (
	"fmt"
	"testing"
	"time"
)

// start is when every test begins.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

// message is the first transmission of message k, 100 bytes long.
func message(k uint64) Packet {
	return Packet{Bytes: make([]byte, 100), Class: Message, K: k}
}

// ack is a packet that bears nothing.
func ack() Packet { return Packet{Bytes: make([]byte, 40)} }

func mustParse(t testing.TB, spec string) Spec {
	t.Helper()
	s, err := Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fates sends messages 0 … n-1, one each gap, and returns their fates.
func fates(t testing.TB, spec string, seed uint64, n int, gap time.Duration) []Fate {
	t.Helper()
	l := New(mustParse(t, spec).Out, seed, Out)
	var all []Fate
	for k := range n {
		all = append(all, l.Fate(at(time.Duration(k)*gap), message(uint64(k))))
	}
	return all
}

// A ride is a pipe in virtual time and what was seen of it.
type ride struct {
	clock *Virtual
	pipe  *Pipe
	seen  []string // arrivals, "k@time"
	told  []string // events
	got   [][]byte
}

func newRide(t testing.TB, spec string, seed uint64) *ride {
	t.Helper()
	r := &ride{clock: NewVirtual(start)}
	deliver := func(p Packet, f Fate) {
		r.seen = append(r.seen, fmt.Sprintf("%d@%v", f.K, r.clock.Now().Sub(start)))
		r.got = append(r.got, p.Bytes)
	}
	observe := func(e Event) {
		r.told = append(r.told, fmt.Sprintf("%v %v", e.Time.Sub(start), e))
	}
	r.pipe = NewPipe(r.clock, New(mustParse(t, spec).Out, seed, Out), deliver, observe)
	return r
}

// messages sends messages 1 … n, one each gap, beginning now.
func (r *ride) messages(n int, gap time.Duration) {
	for k := range n {
		r.clock.AfterFunc(time.Duration(k)*gap, func() { r.pipe.Send(message(uint64(k + 1))) })
	}
}

// finish steps until nothing is to come.
func (r *ride) finish() {
	for r.clock.Step() {
	}
}
