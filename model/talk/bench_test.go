package talk

import (
	"runtime"
	"testing"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

var line52 = []byte("a line of fifty-two octets, as in the measurements..")

const million = 1_000_000

// heap is what is in use after a collection.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func fill(n uint64) *Talk {
	c := New(Config{MaxLines: million, MaxBytes: 1 << 30})
	ev := transport.Received{Proto: segment.TCP, Messages: make([]transport.Incoming, 1)}
	for i := range n {
		ev.Messages[0] = transport.Incoming{At: noon, Received: session.Received{
			ID: i, Row: i, Text: line52, Octets: 76, First: i*76 + 1, Last: i*76 + 76, Wire: session.Framed}}
		c.Apply(ev)
	}
	return c
}

// BenchmarkReceive appends a million messages; octets/msg is what stays in the
// heap, the 52 of the text included.
func BenchmarkReceive(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		before := heap()
		c := fill(million)
		b.ReportMetric(float64(heap()-before)/million, "octets/msg")
		runtime.KeepAlive(c)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/million, "ns/msg")
}

// BenchmarkSay appends a million lines of ours and takes each to ✓✓ over TCP.
func BenchmarkSay(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		before := heap()
		c := New(Config{MaxLines: million, MaxBytes: 1 << 30})
		ev := transport.Delivery{Proto: segment.TCP, Fates: make([]transport.Fate, 1)}
		for i := range uint64(million) {
			m := c.Say(noon, line52, false)
			ev.Fates[0] = transport.Fate{Row: m.Row, ID: m.Row, First: i*76 + 1, Last: i*76 + 76, Octets: 76, After: 200_000}
			for _, mark := range []transport.Mark{transport.Sent, transport.Acked, transport.Delivered} {
				ev.Mark = mark
				c.Apply(ev)
			}
		}
		b.ReportMetric(float64(heap()-before)/million, "octets/msg")
		runtime.KeepAlive(c)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/million, "ns/msg")
}

// BenchmarkLine reads lines here and there: as quick among a million as among
// a thousand.
func BenchmarkLine(b *testing.B) {
	for name, n := range map[string]uint64{"1k": 1000, "1M": million} {
		b.Run(name, func(b *testing.B) {
			c := fill(n)
			b.ReportAllocs()
			i := uint64(0)
			for b.Loop() {
				i = (i + 7919) % n
				if l := c.Line(i); l.ID != i {
					b.Fatal(l)
				}
			}
		})
	}
}

// BenchmarkSearch looks through a million lines for what is in none.
func BenchmarkSearch(b *testing.B) {
	c := fill(million)
	for _, q := range []string{"nowhere", "zzz", "中文"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				calls := 0
				for i := c.First(); i < c.End(); calls++ {
					i, _ = c.Search(q, i, false)
				}
				b.ReportMetric(float64(calls), "calls")
			}
		})
	}
}
