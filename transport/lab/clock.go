package lab

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"

	"seqtalk/transport/link"
)

// A netClock is the lab's clock as netstack wants it.
type netClock struct {
	clock link.Clock
	start time.Time
	after func() // called after each call; nil on live clocks
}

func (c *netClock) Now() time.Time { return c.clock.Now() }

func (c *netClock) NowMonotonic() tcpip.MonotonicTime {
	return tcpip.MonotonicTime{}.Add(c.clock.Now().Sub(c.start))
}

func (c *netClock) AfterFunc(d time.Duration, f func()) tcpip.Timer {
	call := f
	if c.after != nil {
		call = func() { f(); c.after() }
	}
	return netTimer{c.clock.AfterFunc(d, call)}
}

type netTimer struct{ link.Timer }

func (t netTimer) Reset(d time.Duration) { t.Timer.Reset(d) }

// A seeded source gives netstack the same chance in each exact run. Its
// processors and our goroutine may ask at once.
type seeded struct {
	mu  sync.Mutex
	pcg *rand.PCG
}

func newSeeded(seed uint64, side int) *seeded {
	return &seeded{pcg: rand.NewPCG(seed, uint64(side)+1)}
}

func (s *seeded) next() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pcg.Uint64()
}

// Int63 makes it a math/rand Source.
func (s *seeded) Int63() int64 { return int64(s.next() >> 1) }

// Seed is part of math/rand's Source; nobody calls it.
func (s *seeded) Seed(seed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pcg.Seed(uint64(seed), 0)
}

// Read makes it an io.Reader.
func (s *seeded) Read(p []byte) (int, error) {
	var word [8]byte
	for rest := p; len(rest) > 0; {
		binary.LittleEndian.PutUint64(word[:], s.next())
		rest = rest[copy(rest, word[:]):]
	}
	return len(p), nil
}
