package transport

import (
	"syscall"
	"testing"
	"time"

	"seqtalk/transport/segment"
)

// BenchmarkIdlePair is what two ends take of a core that are connected over TCP
// and UDP and say nothing. Each round is a second.
func BenchmarkIdlePair(b *testing.B) {
	p, err := NewPair(PairConfig{})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	up := make(chan struct{})
	go func() {
		for ev := range p.A.Events() {
			if u, ok := ev.(Up); ok && u.Proto == segment.TCP {
				close(up)
			}
		}
	}()
	go func() {
		for range p.B.Events() {
		}
	}()
	<-up
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := spent()
	for b.Loop() {
		time.Sleep(time.Second)
	}
	b.ReportMetric(100*(spent()-before).Seconds()/b.Elapsed().Seconds(), "%core")
}
