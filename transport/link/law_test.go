package link

import (
	"math"
	"slices"
	"testing"
	"time"
)

// within checks that k of n are p percent, to four standard deviations of the
// binomial law. The seeds are fixed: it passes always or never.
func within(t *testing.T, what string, k, n int, p float64) {
	t.Helper()
	mean := float64(n) * p / 100
	if dev := 4 * math.Sqrt(mean*(1-p/100)); math.Abs(float64(k)-mean) > dev {
		t.Errorf("%s: %d of %d, want %.0f ± %.0f", what, k, n, mean, dev)
	}
}

func TestChanceLaw(t *testing.T) {
	const n = 50_000
	for seed := range uint64(3) {
		var lost, doubled, corrupt, early int
		for _, f := range fates(t, "delay 1ms loss 10% duplicate 5% corrupt 2% reorder 25%", seed, n, 0) {
			w := weatherOf(f)
			if w.lost {
				lost++
			}
			if w.duplicated {
				doubled++
			}
			if w.corrupted {
				corrupt++
			}
			if w.reordered {
				early++
			}
		}
		within(t, "lost", lost, n, 10)
		within(t, "duplicated", doubled, n-lost, 5)
		within(t, "corrupted", corrupt, n-lost, 2)
		within(t, "reordered", early, n-lost, 25)
	}
}

// One loss says nothing of the next: runs of losses are geometric.
func TestRandomLossHasNoMemory(t *testing.T) {
	all := fates(t, "loss 10%", 1, 100_000, 0)
	var lost, pairs int
	for i, f := range all[1:] {
		if all[i].Lost() {
			lost++
			if f.Lost() {
				pairs++
			}
		}
	}
	within(t, "lost after a loss", pairs, lost, 10)
}

// Gilbert: p/(p+r) of all packets are lost, in bursts of 1/r on the mean, with
// 1/p between them.
func TestGemodelLaw(t *testing.T) {
	for _, c := range []struct {
		spec string
		p, r float64
	}{
		{"loss gemodel 1% 10%", 0.01, 0.10},
		{"loss gemodel 5% 50%", 0.05, 0.50},
		{"loss gemodel 2% 20%", 0.02, 0.20},
	} {
		const n = 100_000
		var lost, bursts int
		var before bool
		for _, f := range fates(t, c.spec, 1, n, 0) {
			if f.Lost() {
				lost++
				if !before {
					bursts++
				}
			}
			before = f.Lost()
		}
		// Losses cluster, so the deviation of their share is wider than the
		// binomial one by √((2-p-r)/(p+r)).
		share, pi := float64(lost)/n, c.p/(c.p+c.r)
		dev := 4 * math.Sqrt(pi*(1-pi)/n*(2-c.p-c.r)/(c.p+c.r))
		if math.Abs(share-pi) > dev {
			t.Errorf("%s: lost %.4f, want %.4f ± %.4f", c.spec, share, pi, dev)
		}
		length, want := float64(lost)/float64(bursts), 1/c.r
		if dev := 4 * want * math.Sqrt((1-c.r)/float64(bursts)); math.Abs(length-want) > dev {
			t.Errorf("%s: bursts of %.3f, want %.3f ± %.3f", c.spec, length, want, dev)
		}
	}
}

func TestGemodelBeginsGood(t *testing.T) {
	if f := fates(t, "loss gemodel 100% 100%", 1, 4, 0); f[0].Lost() || !f[1].Lost() || f[2].Lost() || !f[3].Lost() {
		t.Error("want good, bad, good, bad")
	}
}

// delays draws n delays; the packets are so far apart that none waits for another.
func delays(t *testing.T, spec string, n int) []float64 {
	var all []float64
	for _, f := range fates(t, spec, 1, n, time.Minute) {
		all = append(all, float64(f.At.Sub(f.Depart))/float64(ms))
	}
	slices.Sort(all)
	return all
}

// distanceTo is Kolmogorov's and Smirnov's: the largest distance between the
// sample's distribution and the law, times √n. Of true samples 1 % exceed 1.63.
func distanceTo(law func(float64) float64, sorted []float64) float64 {
	n, worst := float64(len(sorted)), 0.0
	for i, x := range sorted {
		worst = max(worst, float64(i+1)/n-law(x), law(x)-float64(i)/n)
	}
	return worst * math.Sqrt(n)
}

func TestJitterLaws(t *testing.T) {
	uniformLaw := func(x float64) float64 { return max(0, min((x-80)/40, 1)) }
	normalLaw := func(x float64) float64 { return (1 + math.Erf((x-100)/20/math.Sqrt2)) / 2 }
	uniformly := delays(t, "delay 100ms 20ms", 50_000)
	normally := delays(t, "delay 100ms 20ms distribution normal", 50_000)
	if d := distanceTo(uniformLaw, uniformly); d > 1.63 {
		t.Errorf("uniform jitter is %.2f from its law", d)
	}
	if d := distanceTo(normalLaw, normally); d > 1.63 {
		t.Errorf("normal jitter is %.2f from its law", d)
	}
	if d := distanceTo(uniformLaw, normally); d < 10 {
		t.Errorf("normal jitter is only %.2f from the uniform law", d)
	}
	if first, last := uniformly[0], uniformly[len(uniformly)-1]; first < 80 || last > 120 {
		t.Errorf("uniform jitter spans %v … %v ms, want 80 … 120", first, last)
	}
}

func TestJitterEnds(t *testing.T) {
	const top = math.MaxUint64
	for _, c := range []struct {
		law  func(time.Duration, uint64) time.Duration
		r    uint64
		want time.Duration
	}{
		{uniform, 0, -20 * ms}, {uniform, top, 20 * ms}, {uniform, 1 << 63, 0},
		{normal, 0, -80 * ms}, {normal, top, 80 * ms},
	} {
		if got := c.law(20*ms, c.r); got != c.want {
			t.Errorf("%x gives %v, want %v", c.r, got, c.want)
		}
	}
	if got := normal(MaxDelay, top); got != 4*MaxDelay {
		t.Errorf("the widest jitter gives %v, want %v", got, 4*MaxDelay)
	}
}

func TestDelayIsNeverNegative(t *testing.T) {
	if all := delays(t, "delay 1ms 20ms", 1000); all[0] != 0 {
		t.Errorf("shortest delay %v ms, want 0", all[0])
	}
}

func TestEveryBitMayFlip(t *testing.T) {
	seen := map[int]bool{}
	for _, f := range fates(t, "corrupt 100%", 1, 10_000, 0) {
		seen[f.Bit] = true
	}
	if len(seen) != 800 {
		t.Errorf("%d bits of 800 flipped", len(seen))
	}
}
