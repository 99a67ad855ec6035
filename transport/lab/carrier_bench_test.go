package lab_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"seqtalk/transport/stack"
)

// BenchmarkCarrierThroughput pours bytes through two stacks and two sockets, over a
// perfect link, and over two with a rate and a queue of 20 ms: of those it says
// which share of the rate is payload.
func BenchmarkCarrierThroughput(b *testing.B) {
	for _, c := range []struct {
		spec string
		mbit float64
		size int
	}{
		{"off", 0, 16 << 20},
		{"rate 10mbit delay 5ms limit 36", 10, 2 << 20},
		{"rate 100mbit delay 5ms limit 180", 100, 16 << 20},
	} {
		b.Run(c.spec, func(b *testing.B) {
			near, far := posts(b, c.spec, nil)
			out, in := connect(b, near, far)
			b.SetBytes(int64(c.size))
			for b.Loop() {
				convey(near, far, out, in, c.size)
			}
			b.ReportMetric(float64(out.Snapshot().Retrans), "retransmissions")
			if c.mbit > 0 {
				b.ReportMetric(float64(b.N)*float64(c.size)*8e-4/(b.Elapsed().Seconds()*c.mbit), "%rate")
			}
		})
	}
}

// convey sends n bytes and waits until they have been read.
func convey(near, far *post, out, in stack.Conn, n int) {
	chunk, buf := make([]byte, 1<<16), make([]byte, 1<<18)
	left, toSend := n, n
	wake, ended := far.carrier.End().Drive(func(now time.Time) (time.Time, bool) {
		for left > 0 {
			m, err := in.TryRead(buf)
			if left -= m; err != nil {
				break
			}
		}
		return now.Add(time.Millisecond), left <= 0
	})
	wake()
	more, _ := near.carrier.End().Drive(func(now time.Time) (time.Time, bool) {
		for toSend > 0 {
			m, err := out.TryWrite(chunk[:min(toSend, len(chunk))], 0)
			if toSend -= m; err != nil {
				break
			}
		}
		return now.Add(time.Millisecond), toSend == 0
	})
	more()
	<-ended
}

// BenchmarkCarrierRTT is the round trip of one byte through the lab.
func BenchmarkCarrierRTT(b *testing.B) {
	for _, udp := range []bool{false, true} {
		b.Run(map[bool]string{false: "TCP", true: "UDP"}[udp], func(b *testing.B) {
			near, far := posts(b, "off", nil)
			ping := pinger(b, near, far, udp)
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				ping()
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/median")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
		})
	}
}

// pinger returns what sends a byte and waits for it to come back.
func pinger(b *testing.B, near, far *post, udp bool) func() {
	bell := make(chan struct{}, 1)
	ring := func() {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
	buf, one := make([]byte, 64), []byte("x")
	wait := func(try func() error) {
		for errors.Is(try(), stack.ErrWouldBlock) {
			<-bell
		}
	}
	if !udp {
		out, in := connect(b, near, far)
		out.Notify(ring)
		echo(far, in, func() {
			if n, _ := in.TryRead(make([]byte, 64)); n > 0 {
				in.TryWrite(one, 0)
			}
		})
		return func() {
			out.TryWrite(one, 0)
			wait(func() error { _, err := out.TryRead(buf); return err })
		}
	}
	at := netip.AddrPortFrom(far.carrier.End().IPv4(), 9001)
	in, err := far.carrier.End().OpenUDP(at)
	if err != nil {
		b.Fatal(err)
	}
	out, err := near.carrier.End().OpenUDP(netip.AddrPortFrom(near.carrier.End().IPv4(), 0))
	if err != nil {
		b.Fatal(err)
	}
	out.Notify(ring)
	echo(far, in, func() {
		if p, err := in.TryReadFrom(make([]byte, 64)); err == nil {
			in.TryWriteTo(one, p.From, 0)
		}
	})
	return func() {
		out.TryWriteTo(one, at, 0)
		wait(func() error { _, err := out.TryReadFrom(buf); return err })
	}
}

// echo calls answer, on a goroutine of its own, when n may have something.
func echo(p *post, n stack.Notifier, answer func()) {
	wake, _ := p.carrier.End().Drive(func(time.Time) (time.Time, bool) {
		select {
		case <-p.stop:
			return time.Time{}, true
		default:
			answer()
			return time.Time{}, false
		}
	})
	n.Notify(wake)
	p.t.Cleanup(func() { p.kill(); wake() })
}
