//go:build !portable

package kernel

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// BenchmarkWitness is what following a segment costs, a line and its ACK in turn.
func BenchmarkWitness(b *testing.B) {
	w := witness{flows: map[tuple]*flow{}, most: defaultKeep}
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
// a second, each with its ACK, and tells what share of a core the process and the
// kernel on its behalf took, in turn without a capture and with one of one end,
// which is read as often as the screen does.
func BenchmarkCaptureRate(b *testing.B) {
	const each = 500 * time.Millisecond
	var without, with []float64
	var segments, missed uint64
	for b.Loop() {
		w, _, _ := atRate(b, New(), each)
		s := New()
		stop, err := s.Capture(CaptureOptions{})
		if err != nil {
			b.Skip(err)
		}
		c, n, m := atRate(b, s, each)
		stop()
		without, with = append(without, w), append(with, c)
		segments, missed = segments+n, missed+m
	}
	slices.Sort(without)
	slices.Sort(with)
	half := len(with) / 2
	b.ReportMetric(without[half], "%core-without")
	b.ReportMetric(with[half], "%core-with")
	b.ReportMetric(with[half]-without[half], "%core-capture")
	b.ReportMetric(float64(segments)/(float64(len(with))*each.Seconds()), "segments/s")
	b.ReportMetric(float64(missed), "missed")
	b.ReportMetric(0, "ns/op")
}

// atRate is a run of BenchmarkCaptureRate: the share of a core, how many segments
// were seen, and how many of them in vain.
func atRate(b *testing.B, s *Stack, long time.Duration) (core float64, next, missed uint64) {
	const rate, look = 25_000, 100 * time.Millisecond
	l, e := listen(b, New(), netip.AddrPortFrom(lo4, 0))
	conn, err := s.Dial(l.Addr())
	if err != nil {
		b.Fatal(err)
	}
	d := newEnd(b, conn)
	a := accepted(b, l, e)
	defer l.Close()
	defer done(d, a)
	var p [64]byte
	begun, used := time.Now(), cpuTime()
	looked := begun
	for sent := time.Duration(0); ; sent++ {
		now := time.Now()
		switch {
		case now.Sub(looked) >= look, now.Sub(begun) >= long:
			var m uint64
			_, next, m = s.Segments(next)
			looked, missed = now, missed+m
			if now.Sub(begun) >= long {
				return 100 * float64(cpuTime()-used) / float64(now.Sub(begun)), next, missed
			}
		case now.Sub(begun) < sent*time.Second/rate:
			time.Sleep(time.Millisecond)
		}
		d.TryWrite(p[:], 0)
		a.TryRead(p[:])
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
