package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"seqtalk/transport/kernel"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
)

// BenchmarkTransports measures what the transports carry, beside what the same
// machine does at the same time without them: Go's plain loopback, a loop of
// sendto, and iperf3 and sockperf where they are installed. cpu-µs is what both ends
// took for a message, or for 1000 bytes: it says more than the rate does where others
// use the machine too.
//
//	go test ./transport -run '^$' -bench Transports -benchtime 2s -benchmem
func BenchmarkTransports(b *testing.B) {
	for _, c := range []struct {
		name string
		run  func(b *testing.B)
	}{
		{"TCP/messages/go_a_write_each", goWrites},
		{"TCP/messages/framed", func(b *testing.B) { carry(b, segment.TCP, session.Framed, 52) }},
		{"TCP/messages/line", func(b *testing.B) { carry(b, segment.TCP, session.Line, 52) }},
		{"TCP/bytes/go_copy", goCopy},
		{"TCP/bytes/framed_1000", func(b *testing.B) { carry(b, segment.TCP, session.Framed, 1000) }},
		{"TCP/bytes/iperf3", iperf},
		{"UDP/sendto_each", sendtos},
		{"UDP/framed", func(b *testing.B) { carry(b, segment.UDP, session.Framed, 52) }},
		{"UDP/sockperf", sockperf},
	} {
		b.Run(c.name, c.run)
	}
}

// ends are two conversations that have met.
func ends(b *testing.B, proto segment.Proto, wire session.Wire) (listener, dialer *Conversation) {
	b.Helper()
	addr := netip.MustParseAddrPort(freeAddr(b))
	open := func(role Role) *Conversation {
		c, err := Open(Config{Stack: kernel.New(), Role: role, Addr: addr.String(), Protos: []segment.Proto{proto}, Wire: wire})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		return c
	}
	listener = open(Listener)
	for ev := range listener.Events() {
		if n, ok := ev.(Notice); ok && n.Code == NoteListening {
			break
		}
	}
	dialer = open(Dialer)
	for ev := range dialer.Events() {
		if _, ok := ev.(Settled); ok {
			break
		}
	}
	return listener, dialer
}

// carry has b.N messages go from Send at one end to Received at the other.
func carry(b *testing.B, proto segment.Proto, wire session.Wire, size int) {
	to, from := ends(b, proto, wire)
	go func() {
		for range from.Events() {
		}
	}()
	text := bytes.Repeat([]byte("x"), size)
	came := make(chan int, 1)
	go func() {
		n := 0
		for ev := range to.Events() {
			if r, ok := ev.(Received); ok {
				for _, m := range r.Messages {
					if len(m.Text) == size {
						n++
					}
				}
				if n == b.N {
					break
				}
			}
			if n > 0 && proto == segment.UDP {
				select {
				case <-came:
				default:
				}
				came <- n
			}
		}
		select {
		case <-came:
		default:
		}
		came <- n
		for range to.Events() {
		}
	}()
	b.ReportAllocs()
	b.ResetTimer()
	used := cpuTime()
	for i := range b.N {
		send(b, from, Message{Row: uint64(i + 1), Text: text})
	}
	n := received(came, b.N)
	b.StopTimer()
	if proto == segment.TCP && n != b.N {
		b.Fatalf("%d of %d came", n, b.N)
	}
	tell(b, n, size, used)
	if lost := b.N - n; lost > 0 {
		b.ReportMetric(100*float64(lost)/float64(b.N), "%lost")
	}
}

// send waits until there is room for m.
func send(b *testing.B, c *Conversation, m Message) {
	for {
		err := c.Send(m)
		if err == nil {
			return
		}
		if err != ErrQueueFull {
			b.Fatal(err)
		}
		<-c.Ready()
	}
}

// received is how many came, when all have or nothing more does.
func received(came <-chan int, want int) (n int) {
	for n < want {
		select {
		case n = <-came:
		case <-time.After(300 * time.Millisecond):
			return n
		}
	}
	return n
}

// tell reports n messages of size bytes; used is what the process had used before.
func tell(b *testing.B, n, size int, used time.Duration) {
	s := b.Elapsed().Seconds()
	b.ReportMetric(float64((cpuTime()-used).Nanoseconds())/1e3/float64(max(n, 1)), "cpu-µs")
	b.ReportMetric(float64(n)/s, "messages/s")
	b.ReportMetric(float64(n)*float64(size)*8/1e9/s, "Gbit/s")
	b.ReportMetric(0, "ns/op")
}

// cpuTime is what the process has used.
func cpuTime() time.Duration {
	var r unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// loopback is a TCP connection to somebody who reads all and tells when it was n
// bytes.
func loopback(b *testing.B, n int64) (c net.Conn, all <-chan struct{}) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer l.Close()
		if p, err := l.Accept(); err == nil {
			defer p.Close()
			buf := make([]byte, 128<<10)
			for n > 0 {
				k, err := p.Read(buf)
				if n -= int64(k); err != nil {
					return
				}
			}
		}
	}()
	if c, err = net.Dial("tcp", l.Addr().String()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c, done
}

// goWrites is one Write for each message of 64 octets.
func goWrites(b *testing.B) {
	const size = 64
	c, all := loopback(b, int64(b.N)*size)
	p := make([]byte, size)
	b.ResetTimer()
	used := cpuTime()
	for range b.N {
		if _, err := c.Write(p); err != nil {
			b.Fatal(err)
		}
	}
	<-all
	tell(b, b.N, size, used)
}

// goCopy is b.N times 1000 octets in writes of 128 KiB.
func goCopy(b *testing.B) {
	const size = 1000
	c, all := loopback(b, int64(b.N)*size)
	b.ResetTimer()
	used := cpuTime()
	if _, err := io.CopyBuffer(struct{ io.Writer }{c}, io.LimitReader(zeros{}, int64(b.N)*size), make([]byte, 128<<10)); err != nil {
		b.Fatal(err)
	}
	<-all
	tell(b, b.N, size, used)
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// sendtos is one sendto and one recvfrom for each datagram of 64 octets, without
// anything around them.
func sendtos(b *testing.B) {
	const size = 64
	s := kernel.New()
	open := func() stack.PacketConn {
		p, err := s.OpenUDP(netip.MustParseAddrPort("127.0.0.1:0"))
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	in, out := open(), open()
	defer out.Close()
	ready := make(chan struct{}, 1)
	signal := func() {
		select {
		case ready <- struct{}{}:
		default:
		}
	}
	in.Notify(signal)
	came := make(chan int, 1)
	go func() {
		n, buf := 0, make([]byte, 2048)
		for begun := time.Now(); n < b.N && time.Since(begun) < time.Minute; {
			switch _, err := in.TryReadFrom(buf); err {
			case nil:
				n++
			case stack.ErrWouldBlock:
				<-ready
			default:
				came <- n
				return
			}
		}
		came <- n
	}()
	p := make([]byte, size)
	b.ResetTimer()
	used := cpuTime()
	for range b.N {
		for out.TryWriteTo(p, in.LocalAddr(), 0) == stack.ErrWouldBlock {
			runtime.Gosched()
		}
	}
	b.StopTimer()
	time.AfterFunc(200*time.Millisecond, func() { in.Close(); signal() })
	n := <-came
	tell(b, n, size, used)
	b.ReportMetric(100*float64(b.N-n)/float64(b.N), "%lost")
}

// peer is a program that measures, run for two seconds; it is skipped where it is
// not installed.
func peer(b *testing.B, server []string, client ...string) []byte {
	if _, err := exec.LookPath(client[0]); err != nil {
		b.Skipf("no %s", client[0])
	}
	cmd := exec.Command(server[0], server[1:]...)
	if err := cmd.Start(); err != nil {
		b.Skip(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	var out []byte
	var err error
	for range 20 { // it takes a moment until the server is there
		if out, err = exec.Command(client[0], client[1:]...).Output(); err == nil {
			return out
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Skipf("%s: %v", client[0], err)
	return nil
}

// iperf is iperf3's throughput over one TCP connection.
func iperf(b *testing.B) {
	port := fmt.Sprint(netip.MustParseAddrPort(freeAddr(b)).Port())
	out := peer(b, []string{"iperf3", "-s", "-B", "127.0.0.1", "-p", port}, "iperf3", "-c", "127.0.0.1", "-p", port, "-t", "2", "-J")
	var r struct {
		End struct {
			Received struct {
				Bits float64 `json:"bits_per_second"`
			} `json:"sum_received"`
		}
	}
	if err := json.Unmarshal(out, &r); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(r.End.Received.Bits/1e9, "Gbit/s")
	b.ReportMetric(0, "ns/op")
}

// sockperf is sockperf's rate of datagrams of 64 octets, as sent.
func sockperf(b *testing.B) {
	port := fmt.Sprint(netip.MustParseAddrPort(freeAddr(b)).Port())
	out := peer(b, []string{"sockperf", "server", "-i", "127.0.0.1", "-p", port}, "sockperf", "throughput", "-i", "127.0.0.1", "-p", port, "-m", "64", "-t", "2")
	m := regexp.MustCompile(`Message Rate is (\d+)`).FindSubmatch(out)
	if m == nil {
		b.Fatalf("%s", out)
	}
	n, _ := strconv.ParseFloat(string(m[1]), 64)
	b.ReportMetric(n, "messages/s")
	b.ReportMetric(0, "ns/op")
}
