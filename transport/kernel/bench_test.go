package kernel

import (
	"io"
	"net"
	"net/netip"
	"testing"

	"seqtalk/transport/stack"
)

// BenchmarkRoundTrip sends 64 bytes there and back, stepping on Notify, and
// does the same with package net.
func BenchmarkRoundTrip(b *testing.B) {
	b.Run("kernel", func(b *testing.B) {
		d, a := pair(b, New(), netip.AddrPortFrom(lo4, 0))
		var p, q [64]byte
		over := make(chan struct{})
		go func() {
			defer close(over)
			for {
				n, err := a.TryRead(q[:])
				switch {
				case err == stack.ErrWouldBlock:
					<-a.edge
				case err != nil:
					return
				default:
					a.TryWrite(q[:n], 0)
				}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			d.TryWrite(p[:], 0)
			for got := 0; got < len(p); {
				n, err := d.TryRead(p[got:])
				if err == stack.ErrWouldBlock {
					<-d.edge
				}
				got += n
			}
		}
		b.StopTimer()
		d.Close()
		<-over
	})
	b.Run("net", func(b *testing.B) {
		d, a := netPair(b)
		go io.Copy(struct{ io.Writer }{a}, struct{ io.Reader }{a})
		var p [64]byte
		b.ReportAllocs()
		for b.Loop() {
			d.Write(p[:])
			io.ReadFull(d, p[:])
		}
	})
}

// BenchmarkThroughput moves a stream in writes of 128 KiB.
func BenchmarkThroughput(b *testing.B) {
	const size = 128 << 10
	b.Run("kernel", func(b *testing.B) {
		d, a := pair(b, New(), netip.AddrPortFrom(lo4, 0))
		over := make(chan struct{})
		go func() {
			defer close(over)
			q := make([]byte, size)
			for {
				if _, err := a.TryRead(q); err == stack.ErrWouldBlock {
					<-a.edge
				} else if err != nil {
					return
				}
			}
		}()
		p := make([]byte, size)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for sent := 0; sent < size; {
				n, err := d.TryWrite(p[sent:], 0)
				if err == stack.ErrWouldBlock {
					<-d.edge
				}
				sent += n
			}
		}
		b.StopTimer()
		d.Close()
		<-over
	})
	b.Run("net", func(b *testing.B) {
		d, a := netPair(b)
		over := make(chan struct{})
		go func() {
			defer close(over)
			q := make([]byte, size)
			for {
				if _, err := a.Read(q); err != nil {
					return
				}
			}
		}()
		p := make([]byte, size)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			d.Write(p)
		}
		b.StopTimer()
		d.Close()
		<-over
	})
}

func netPair(b *testing.B) (d, a net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	if d, err = net.Dial("tcp", l.Addr().String()); err != nil {
		b.Fatal(err)
	}
	if a, err = l.Accept(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { done(d, a) })
	return d, a
}

func BenchmarkSnapshot(b *testing.B) {
	d, _ := pair(b, New(), netip.AddrPortFrom(lo4, 0))
	b.ReportAllocs()
	for b.Loop() {
		d.Snapshot()
	}
}

func BenchmarkDatagram(b *testing.B) {
	s := New()
	x, y := udp(b, s, netip.AddrPortFrom(lo4, 0)), udp(b, s, netip.AddrPortFrom(lo4, 0))
	var p [64]byte
	to := y.LocalAddr()
	b.ReportAllocs()
	for b.Loop() {
		x.TryWriteTo(p[:], to, 0)
		if _, err := y.TryReadFrom(p[:]); err != nil {
			b.Fatal(err)
		}
	}
}
