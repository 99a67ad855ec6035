package lab

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// pour sends n bytes from A to B as fast as the lab goes, over a perfect link in
// real time.
func pour(b *testing.B, l *Lab, n int) {
	at := netip.AddrPortFrom(l.B().IPv4(), 9001)
	ls, err := l.B().Listen(at)
	if err != nil {
		b.Fatal(err)
	}
	left := n
	var in stack.Conn
	buf := make([]byte, 1<<18)
	var wakeB func()
	wakeB, ended := l.B().Drive(func(time.Time) (time.Time, bool) {
		if in == nil {
			if in, err = ls.TryAccept(); err != nil {
				in = nil
				return time.Time{}, false
			}
			in.Notify(wakeB)
		}
		for {
			m, err := in.TryRead(buf)
			if left -= m; left <= 0 {
				return time.Time{}, true
			}
			if err != nil {
				return time.Time{}, false
			}
		}
	})
	ls.Notify(wakeB)
	out, err := l.A().Dial(at)
	if err != nil {
		b.Fatal(err)
	}
	chunk := make([]byte, 1<<16)
	toSend := n
	wakeA, _ := l.A().Drive(func(time.Time) (time.Time, bool) {
		for toSend > 0 {
			m, err := out.TryWrite(chunk[:min(toSend, len(chunk))], 0)
			toSend -= m
			if err != nil {
				return time.Time{}, !errors.Is(err, stack.ErrWouldBlock)
			}
		}
		return time.Time{}, true
	})
	out.Notify(wakeA)
	wakeA()
	<-ended
	in.Close()
	out.Abort()
	ls.Close()
}

// BenchmarkGoodput is what the stacks can do at MTU 1400 in one process, and what
// is left of it when the tap looks: MB/s of payload.
func BenchmarkGoodput(b *testing.B) {
	for name, blind := range map[string]bool{"tapped": false, "blind": true} {
		b.Run(name, func(b *testing.B) {
			l, err := New(Options{Blind: blind})
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			const size = 16 << 20
			b.SetBytes(size)
			for b.Loop() {
				pour(b, l, size)
			}
		})
	}
}

// BenchmarkTap is what looking costs: one packet sent and arrived, link included,
// without a stack.
func BenchmarkTap(b *testing.B) {
	clock := link.NewVirtual(epoch)
	l, err := New(Options{Clock: clock})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	src := netip.AddrPortFrom(l.A().IPv4(), 40000)
	dst := netip.AddrPortFrom(l.B().IPv4(), 9001)
	for _, n := range l.lanes[tcpLane] {
		n.pipe.Close()
		n.pipe = link.NewPipe(clock, link.New(link.Params{}, 0, link.Out), func(link.Packet, link.Fate) {}, n.observe)
	}
	payload := make([]byte, 1320)
	b.ReportAllocs()
	packet := forge(src, dst, segment.ACK, 1, 1, payload)
	for seq := uint32(1); b.Loop(); seq += uint32(len(payload)) {
		binary.BigEndian.PutUint32(packet[24:], seq)
		l.transmit(0, packet)
		clock.Step()
	}
}

// BenchmarkStory is a whole exact run of TestSameSeedSameRun.
func BenchmarkStory(b *testing.B) {
	for b.Loop() {
		story(b, weather+" seed 7", false, 20)
	}
}

// BenchmarkNew is a lab's birth and death; heap is what its two stacks take.
func BenchmarkNew(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	keep, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	defer keep.Close()
	for b.Loop() {
		l, err := New(Options{})
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc), "heap-B/lab")
}
