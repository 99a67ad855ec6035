//go:build !portable

package kernel

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// BenchmarkWitness is what following a segment costs, a line and its ACK in turn.
func BenchmarkWitness(b *testing.B) {
	w := witness{flows: map[tuple]*flow{}, segs: make([]segment.Segment, defaultKeep)}
	w.look(spot{proto: segment.TCP, local: netip.MustParseAddrPort("127.0.0.1:9001")})
	line := []byte{0x45, 0, 0, 104, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0x23, 0x29, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0}
	ack := []byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0x9c, 0x40, 0x23, 0x29, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0}
	seq := uint32(1)
	b.ReportAllocs()
	for b.Loop() {
		binary.BigEndian.PutUint32(line[24:], seq)
		seq += 64
		binary.BigEndian.PutUint32(ack[28:], seq)
		w.see(line, sighting{iface: 1, loopback: true})
		w.see(ack, sighting{iface: 1, loopback: true})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2, "ns/segment")
}

// BenchmarkCaptureRate has lines of 64 bytes cross loopback at a rate of 25,000
// a second, each with its ACK, and tells what share of a core the process took,
// with a capture of one end and without, and how many segments were dropped.
func BenchmarkCaptureRate(b *testing.B) {
	const rate = 25_000
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("capture=%v", with), func(b *testing.B) {
			s := New()
			if with {
				s = captured(b, CaptureOptions{Keep: 1 << 19})
			}
			l, e := listen(b, New(), netip.AddrPortFrom(lo4, 0))
			conn, err := s.Dial(l.Addr())
			if err != nil {
				b.Fatal(err)
			}
			d := newEnd(b, conn)
			a := accepted(b, l, e)
			var p [64]byte
			sent := 0
			begun, used := time.Now(), cpuTime()
			for b.Loop() {
				if time.Since(begun) < time.Duration(sent)*time.Second/rate {
					time.Sleep(time.Millisecond)
				}
				d.TryWrite(p[:], 0)
				a.TryRead(p[:])
				sent++
			}
			wall := time.Since(begun)
			b.ReportMetric(100*float64(cpuTime()-used)/float64(wall), "%core")
			if segs, next, _ := s.Segments(0); with {
				b.ReportMetric(float64(next)/wall.Seconds(), "segments/s")
				b.ReportMetric(float64(next-uint64(len(segs))), "missed")
			}
		})
	}
}

// cpuTime is what the process has used.
func cpuTime() time.Duration {
	var r unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkSnapshotCaptured is BenchmarkSnapshot beside a capture.
func BenchmarkSnapshotCaptured(b *testing.B) {
	d, _ := pair(b, captured(b, CaptureOptions{}), netip.AddrPortFrom(lo4, 0))
	b.ReportAllocs()
	for b.Loop() {
		d.Snapshot()
	}
}
