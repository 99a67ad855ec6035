package lab

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// The figures of docs/LAB.md that are a function of the seed. They say so:
//
//	go test -run 'TestFigure|TestIntegrityUnderLoss' -v ./transport/lab

// mss is what a full segment of netstack's bears at MTU: it keeps room for all the
// options there may be.
const mss = MTU - 20 - 60

// A freight is a load of bytes that was carried from A to B.
type freight struct {
	whole       bool // it arrived as it was sent
	took        time.Duration
	lost, again int // packets from A that died; segments it sent again
}

// ship carries size bytes over the link.
func ship(t *testing.T, spec string, size int, maxRTO time.Duration) (f freight) {
	t.Helper()
	b := newBenchOf(t, Options{Spec: specOf(t, spec), Keep: 1, Observe: func(s segment.Segment, _ []byte) {
		if s.Stage == segment.Died && s.Dir == segment.Out {
			f.lost++
		}
	}})
	defer b.lab.Close()
	if maxRTO > 0 {
		for _, e := range b.lab.ends {
			if err := e.setMaxRTO(maxRTO); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := b.connect(b.lab.B().IPv4())
	data := noise(b.lab.Spec().Seed, size)
	got, took := b.carry(p, data)
	f.whole, f.took, f.again = sha256.Sum256(got) == sha256.Sum256(data), took, p.a.Snapshot().Retrans
	if !f.whole {
		t.Errorf("%s: %d bytes came of %d, or others", spec, len(got), size)
	}
	return f
}

func specOf(t *testing.T, spec string) link.Spec {
	t.Helper()
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFigureGoodput holds the settings to what they were chosen for: an ordinary
// link, with a queue of two bandwidth-delay products, is filled, and little is sent
// again that was not lost.
func TestFigureGoodput(t *testing.T) {
	for _, c := range []struct{ mbit, size int }{{10, 8 << 20}, {100, 96 << 20}} {
		if raced {
			c.size /= 16
		}
		queue := 2 * c.mbit * 1e6 / 8 / 50 / MTU // of 20 ms
		f := ship(t, fmt.Sprintf("delay 10ms rate %dmbit limit %d", c.mbit, queue), c.size, 0)
		share := float64(c.size) * 8 / f.took.Seconds() / float64(c.mbit*1e6)
		t.Logf("%d Mbit/s, 20 ms, queue %d packets: goodput %.1f %%; %d overflowed, %d sent again", c.mbit, queue, 100*share, f.lost, f.again)
		if share < 0.95 && !raced {
			t.Errorf("goodput %.1f %% of %d Mbit/s", 100*share, c.mbit)
		}
		if f.again > 2*f.lost+2 {
			t.Errorf("%d overflowed, and %d were sent again", f.lost, f.again)
		}
	}
}

// TestFigureMathis compares what loss leaves of TCP's rate with MSS/RTT · √(3/2p)
// (Mathis et al., 1997).
func TestFigureMathis(t *testing.T) {
	const loss, rtt, size, runs = 0.01, 40 * time.Millisecond, 8 << 20, 10
	bound := 8 * mss / rtt.Seconds() * math.Sqrt(3/(2*loss))
	var took time.Duration
	n := seeds(runs)
	for seed := range n {
		took += ship(t, fmt.Sprintf("delay 20ms loss 1%% seed %d", seed), size, 0).took
	}
	rate := float64(n) * size * 8 / took.Seconds()
	t.Logf("loss 1 %%, 40 ms: %.2f Mbit/s, %.2f of the bound", rate/1e6, rate/bound)
	if (rate < 0.9*bound || rate > 1.1*bound) && !raced {
		t.Errorf("%.2f Mbit/s is %.2f of the bound", rate/1e6, rate/bound)
	}
}

// TestFigureMaxRTO: with 30 % lost both ways it is the timer that decides, and its
// ceiling how long somebody waits. The times scatter: of 50 seeds the median is
// anything from half to twice that of all.
func TestFigureMaxRTO(t *testing.T) {
	for _, ceiling := range []time.Duration{3 * time.Second, time.Second} {
		var times []time.Duration
		for seed := range seeds(200) {
			times = append(times, ship(t, fmt.Sprintf("delay 20ms loss 30%% seed %d", seed), 64<<10, ceiling).took)
		}
		slices.Sort(times)
		median := times[len(times)/2]
		t.Logf("loss 30 %%, MaxRTO %v: 64 KiB in %.1f s (median of %d), %.1f s (longest)", ceiling, median.Seconds(), len(times), times[len(times)-1].Seconds())
		if ceiling == time.Second && median > 6100*time.Millisecond && !raced {
			t.Errorf("the median is %v", median)
		}
	}
}
