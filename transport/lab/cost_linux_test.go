package lab

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// spent is the processor time this process has used.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPackets is what 10,000 packets a second take of a core: two stacks, the
// link, and the tap, which follows each packet on both sides and keeps it.
func BenchmarkPackets(b *testing.B) {
	l, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	before := spent(b)
	for b.Loop() {
		pour(b, l, 16<<20)
	}
	took := spent(b) - before
	_, seen, _ := l.A().Segments(^uint64(0))
	packets := seen / 2 // each was seen to leave and to arrive
	b.ReportMetric(100*10_000*took.Seconds()/float64(packets), "%core@10k/s")
	b.ReportMetric(float64(packets)/b.Elapsed().Seconds(), "packets/s")
}

// BenchmarkLoopback is what the kernel's TCP does on this machine, to compare
// BenchmarkGoodput with.
func BenchmarkLoopback(b *testing.B) {
	ls, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ls.Close()
	out, err := net.Dial("tcp", ls.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	in, err := ls.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	const size = 16 << 20
	chunk, buf := make([]byte, 1<<16), make([]byte, 1<<18)
	b.SetBytes(size)
	for b.Loop() {
		go func() {
			for range size / len(chunk) {
				out.Write(chunk)
			}
		}()
		for left := size; left > 0; {
			n, err := in.Read(buf[:min(left, len(buf))])
			if err != nil && err != io.EOF {
				b.Fatal(err)
			}
			left -= n
		}
	}
}
