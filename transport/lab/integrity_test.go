package lab

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// seeds is how many weathers a test goes through.
func seeds(n uint64) uint64 {
	if raced {
		return n / 10
	}
	return n
}

func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	newSeeded(seed, 9).Read(b)
	return b
}

// carry sends data from A to B, then FIN, and returns what B read and how long it
// took until the last of it was there.
func (b *bench) carry(p pair, data []byte) (got []byte, took time.Duration) {
	b.t.Helper()
	began := b.clock.Now()
	last := began
	buf := make([]byte, 1<<16)
	for closed := false; ; {
		for len(data) > 0 {
			n, err := p.a.TryWrite(data, 0)
			if errors.Is(err, stack.ErrWouldBlock) {
				break
			}
			if err != nil {
				b.t.Fatalf("write: %v", err)
			}
			data = data[n:]
		}
		if len(data) == 0 && !closed {
			closed = true
			p.a.CloseWrite()
		}
		for {
			n, err := p.b.TryRead(buf)
			got = append(got, buf[:n]...)
			if n > 0 {
				last = b.clock.Now()
			}
			if errors.Is(err, io.EOF) {
				return got, last.Sub(began)
			}
			if errors.Is(err, stack.ErrWouldBlock) {
				break
			}
			if err != nil {
				b.t.Fatalf("read after %d bytes: %v", len(got), err)
			}
		}
		if !b.clock.Step() {
			b.t.Fatalf("it hangs after %d bytes", len(got))
		}
	}
}

func TestIntegrityUnderLoss(t *testing.T) {
	for _, loss := range []int{0, 1, 5, 10, 30} {
		var times []time.Duration
		for seed := range seeds(50) {
			data := noise(seed, 64<<10)
			b := newBench(t, fmt.Sprintf("delay 20ms loss %d%% seed %d", loss, seed))
			got, took := b.carry(b.connect(b.lab.B().address(seed%2 == 1)), data)
			if sha256.Sum256(got) != sha256.Sum256(data) {
				t.Errorf("loss %d%%, seed %d: %d bytes came of %d, or others", loss, seed, len(got), len(data))
			}
			times = append(times, took)
			b.lab.Close()
		}
		slices.Sort(times)
		t.Logf("loss %2d%%: 64 KiB in %v (median), %v (longest)", loss, times[len(times)/2], times[len(times)-1])
	}
}

// TestIntegrityUnderAnything: whatever the link does, TCP's bytes stay whole.
func TestIntegrityUnderAnything(t *testing.T) {
	for seed := range seeds(100) {
		r := rand.New(rand.NewPCG(seed, 0))
		spec := fmt.Sprintf("delay %dms %dms loss %d%% duplicate %d%% corrupt %d%% reorder %d%% rate %dkbit limit %d seed %d",
			1+r.IntN(200), r.IntN(50), r.IntN(16), r.IntN(21), r.IntN(11), r.IntN(21), 64<<r.IntN(8), 10+r.IntN(100), seed)
		data := noise(seed, 32<<10)
		b := newBench(t, spec)
		got, _ := b.carry(b.connect(b.lab.B().address(seed%2 == 1)), data)
		if !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes came of %d, or others", spec, len(got), len(data))
		}
		b.lab.Close()
	}
}

// TestDatagramsAndTheLog: what UDP misses is what the link says it took.
func TestDatagramsAndTheLog(t *testing.T) {
	const n = 2000
	for seed := range seeds(20) {
		b := newBench(t, fmt.Sprintf("delay 5ms 3ms loss 10%% duplicate 5%% corrupt 3%% reorder 10%% seed %d", seed))
		at := netip.AddrPortFrom(b.lab.B().address(seed%2 == 1), 9001)
		from, errA := b.lab.A().OpenUDP(netip.AddrPortFrom(b.lab.A().address(seed%2 == 1), 0))
		to, errB := b.lab.B().OpenUDP(at)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		var got []string
		buf := make([]byte, 100)
		for k := uint64(1); k <= n; k++ {
			if err := from.TryWriteTo(fmt.Appendf(nil, "message %d", k), at, k); err != nil {
				t.Fatal(err)
			}
			b.run(time.Millisecond)
			for p, err := to.TryReadFrom(buf); err == nil; p, err = to.TryReadFrom(buf) {
				got = append(got, string(buf[:p.Len]))
			}
		}
		b.run(time.Second)
		for p, err := to.TryReadFrom(buf); err == nil; p, err = to.TryReadFrom(buf) {
			got = append(got, string(buf[:p.Len]))
		}
		var want []string
		segs, _, _ := b.lab.B().Segments(0)
		for _, s := range segs {
			if s.Dir == segment.In && s.Stage == segment.Arrived && !s.Notes.Has(segment.BadChecksum) {
				want = append(want, fmt.Sprintf("message %d", s.Messages[0]))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: %d read, %d arrived whole by the log, or others", seed, len(got), len(want))
		}
		for _, n := range b.lab.lanes[udpLane] {
			if len(n.flying) > 0 {
				t.Errorf("seed %d: %d packets have arrived and are not forgotten", seed, len(n.flying))
			}
		}
		b.lab.Close()
	}
}

// TestSameWeather: message k meets the same fate over TCP as over UDP, whatever
// else TCP sends.
func TestSameWeather(t *testing.T) {
	b := newBench(t, "delay 20ms loss 20% duplicate 10% seed 3")
	at := netip.AddrPortFrom(b.lab.B().IPv4(), 9001)
	p := b.connect(at.Addr())
	u, err := b.lab.A().OpenUDP(netip.AddrPortFrom(b.lab.A().IPv4(), 0))
	if err != nil {
		t.Fatal(err)
	}
	for k := uint64(1); k <= 200; k++ {
		b.write(p.a, fmt.Sprintf("message %d", k), k)
		if err := u.TryWriteTo(fmt.Appendf(nil, "message %d", k), at, k); err != nil {
			t.Fatal(err)
		}
		b.run(500 * time.Millisecond)
	}
	fates := map[segment.Proto]map[uint64]string{segment.TCP: {}, segment.UDP: {}}
	segs, _, _ := b.lab.A().Segments(0)
	lost := 0
	for _, s := range segs {
		if s.Stage == segment.Sent && s.Dir == segment.Out && s.Key != 0 {
			fates[s.Proto][s.Key] = s.Fate
			if s.Proto == segment.UDP && s.Fate == segment.FateLost {
				lost++
			}
		}
	}
	if len(fates[segment.UDP]) != 200 || lost < 20 || lost > 60 {
		t.Errorf("%d datagrams, %d lost", len(fates[segment.UDP]), lost)
	}
	same := 0
	for k, f := range fates[segment.TCP] {
		if f != fates[segment.UDP][k] {
			t.Errorf("message %d: %s over TCP, %s over UDP", k, f, fates[segment.UDP][k])
		}
		same++
	}
	if same < 100 {
		t.Errorf("only %d messages had a segment of their own", same)
	}
}

// TestDirections: out is from A to B.
func TestDirections(t *testing.T) {
	b := newBench(t, "out delay 30ms loss 100% in delay 5ms")
	at := netip.AddrPortFrom(b.lab.A().IPv4(), 9001)
	there, errA := b.lab.A().OpenUDP(at)
	back, errB := b.lab.B().OpenUDP(netip.AddrPortFrom(b.lab.B().IPv4(), 9001))
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	there.TryWriteTo([]byte("lost"), back.LocalAddr(), 1)
	back.TryWriteTo([]byte("found"), at, 1)
	b.run(5 * time.Millisecond)
	buf := make([]byte, 10)
	if p, err := there.TryReadFrom(buf); err != nil || string(buf[:p.Len]) != "found" {
		t.Errorf("A reads %q, %v", buf[:p.Len], err)
	}
	b.run(time.Second)
	if _, err := back.TryReadFrom(buf); !errors.Is(err, stack.ErrWouldBlock) {
		t.Errorf("B reads: %v", err)
	}
	s, err := link.Parse("delay 1ms")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.lab.SetSpec(s); err != nil {
		t.Fatal(err)
	}
	there.TryWriteTo([]byte("now"), back.LocalAddr(), 2)
	b.run(time.Millisecond)
	if p, err := back.TryReadFrom(buf); err != nil || string(buf[:p.Len]) != "now" {
		t.Errorf("after SetSpec B reads %q, %v", buf[:p.Len], err)
	}
}
