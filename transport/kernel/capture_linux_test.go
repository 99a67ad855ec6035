//go:build !portable

package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// captured is a stack that sees its segments.
func captured(t testing.TB, o CaptureOptions) *Stack {
	t.Helper()
	s := New()
	stop, err := s.Capture(o)
	if errors.Is(err, stack.ErrPermission) {
		t.Skipf("needs CAP_NET_RAW: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s
}

// ladder is what was seen so far, a line a segment, ports by who they belong to.
func ladder(s *Stack, port uint16) (lines []string) {
	segs, _, _ := s.Segments(0)
	for _, g := range segs {
		who := "D"
		if g.Src.Port() == port {
			who = "A"
		}
		line := fmt.Sprintf("%s %s", g.Dir, who)
		switch g.Proto {
		case segment.TCP:
			line += fmt.Sprintf(" [%s] seq %d", g.Flags, g.RelSeq)
			if g.Flags&segment.ACK != 0 {
				line += fmt.Sprintf(" ack %d", g.RelAck)
			}
		case segment.ICMP, segment.ICMPv6:
			line = fmt.Sprintf("%s icmp %d/%d", g.Dir, g.Type, g.Code)
		}
		lines = append(lines, fmt.Sprintf("%s len %d", line, g.Len))
	}
	return lines
}

// Each end sees every segment both ways, once, from the first SYN on.
func TestCapture(t *testing.T) {
	for name, a := range map[string]netip.Addr{"IPv4": lo4, "IPv6": lo6} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := captured(t, CaptureOptions{}), captured(t, CaptureOptions{})
			l, e := listen(t, theirs, netip.AddrPortFrom(a, 0))
			conn, err := ours.Dial(l.Addr())
			if err != nil {
				t.Fatal(err)
			}
			d := newEnd(t, conn)
			if err := d.until(t, "connect", d.Connected); err != nil {
				t.Fatal(err)
			}
			acc := accepted(t, l, e)
			d.put([]byte("hello"))
			acc.get(5)
			acc.CloseWrite()
			d.fails()
			d.CloseWrite()
			acc.fails()
			want := []string{
				"out D [S] seq 0 len 0",
				"in A [S.] seq 0 ack 1 len 0",
				"out D [.] seq 1 ack 1 len 0",
				"out D [P.] seq 1 ack 1 len 5",
				"in A [.] seq 1 ack 6 len 0",
				"in A [F.] seq 1 ack 6 len 0",
			}
			port := l.Addr().Port()
			has := func(s *Stack, dirs *strings.Replacer) func() bool {
				return func() bool {
					got := strings.Join(ladder(s, port), "\n")
					for _, w := range want {
						if strings.Count(got, dirs.Replace(w)) != 1 {
							return false
						}
					}
					return true
				}
			}
			eventually(t, "what the dialer saw", has(ours, strings.NewReplacer()))
			eventually(t, "what the acceptor saw", has(theirs, strings.NewReplacer("out", "in", "in", "out")))
			if h := d.Snapshot().History; h != "ShADafAF" && h != "ShADafF" && h != "ShADafFA" {
				t.Errorf("the connection's life is %q:\n%s", h, strings.Join(ladder(ours, port), "\n"))
			}
			for _, s := range []*Stack{ours, theirs} {
				if segs, next, missed := s.Segments(0); missed != 0 || next != uint64(len(segs)) {
					t.Errorf("%d segments up to %d, %d missed", len(segs), next, missed)
				}
			}
		})
	}
}

// Datagrams are seen too, fragments once, and the ICMP error that one caused.
func TestCaptureUDP(t *testing.T) {
	for name, a := range map[string]netip.Addr{"IPv4": lo4, "IPv6": lo6} {
		t.Run(name, func(t *testing.T) {
			ownNet(t)
			run(t, "ip", "link", "set", "lo", "mtu", "1500")
			s := captured(t, CaptureOptions{})
			u := udp(t, s, netip.AddrPortFrom(a, 0))
			to := netip.AddrPortFrom(a, 9001)
			for _, n := range []int{3, 4000} {
				if err := u.TryWriteTo(make([]byte, n), to, 0); err != nil {
					t.Fatal(err)
				}
			}
			u.back()
			want := "out D len 3\nin icmp 3/3"
			if a.Is6() {
				want = "out D len 3\nin icmp 1/4"
			}
			got := strings.Join(ladder(s, 9001), "\n")
			if !strings.HasPrefix(got, want) || strings.Count(got, "out D len 4000") != 1 {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// Packets of others are not looked at.
func TestCaptureOnlyOurs(t *testing.T) {
	s := captured(t, CaptureOptions{})
	d, _ := pair(t, s, netip.AddrPortFrom(lo4, 0))
	before, _, _ := s.Segments(0)
	od, oa := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	od.put([]byte("private"))
	oa.get(7)
	d.put([]byte("x"))
	var after []segment.Segment
	eventually(t, "our own", func() bool {
		after, _, _ = s.Segments(uint64(len(before)))
		return len(after) >= 2
	})
	for _, g := range after {
		if g.Src != d.LocalAddr() && g.Dst != d.LocalAddr() {
			t.Errorf("%v to %v was seen", g.Src, g.Dst)
		}
	}
}

// Who observes gets each packet whole; what the ring has no room for is missed
// and counted.
func TestCaptureObserves(t *testing.T) {
	type packet struct {
		s segment.Segment
		p []byte
	}
	seen := make(chan packet, 1000)
	s := captured(t, CaptureOptions{Keep: 4, Observe: func(s segment.Segment, p []byte) {
		seen <- packet{s, append([]byte(nil), p...)}
	}})
	d, a := pair(t, s, netip.AddrPortFrom(lo4, 0))
	text := strings.Repeat("whole ", 5000)
	d.put([]byte(text))
	a.get(len(text))
	var got strings.Builder
	octets := map[uint64]string{} // of the packets seen, by their ordinals
	for got.Len() < len(text) {
		select {
		case p := <-seen:
			g, payload, err := segment.Parse(p.p)
			if err != nil || g.Size != len(p.p) || g.Seq != p.s.Seq {
				t.Fatalf("%d bytes of a packet of %d: %v", len(p.p), g.Size, err)
			}
			octets[p.s.Ordinal] = string(segment.Kept(p.p))
			if g.Src == d.LocalAddr() {
				got.Write(payload)
			}
		case <-time.After(patience):
			t.Fatalf("%d bytes of %d", got.Len(), len(text))
		}
	}
	if got.String() != text {
		t.Error("the bytes seen are not those sent")
	}
	segs, _, _ := s.Segments(0)
	for _, g := range segs {
		if want, ok := octets[g.Ordinal]; ok && string(g.Octets) != want {
			t.Errorf("kept %x of %x", g.Octets, want)
		}
	}
	eventually(t, "a full ring", func() bool {
		segs, next, missed := s.Segments(0)
		return len(segs) == 4 && missed == next-4 && segs[3].Ordinal == next
	})
}

// What is seen as one segment and is many on a wire is called so.
func TestCaptureOffload(t *testing.T) {
	ownNet(t)
	run(t, "ip", "link", "set", "lo", "mtu", "1500")
	s := captured(t, CaptureOptions{})
	d, a := pair(t, s, netip.AddrPortFrom(lo4, 0))
	d.put(make([]byte, 100_000))
	a.get(100_000)
	const mss = 1448 // 1500 without the headers of IP and TCP, and its timestamps
	many := 0
	segs, _, _ := s.Segments(0)
	for _, g := range segs {
		want := ""
		if g.Len > mss {
			many++
			want = fmt.Sprintf("GSO: %d segments of %d bytes", (g.Len+mss-1)/mss, mss)
		}
		if !strings.HasSuffix(g.Note, want) || want == "" && strings.Contains(g.Note, "GSO") {
			t.Errorf("%d bytes: note %q", g.Len, g.Note)
		}
	}
	if many == 0 {
		t.Errorf("none of %d segments", len(segs))
	}
}

// Without the capability all else works, and the bar says where its numbers are
// from.
func TestCaptureDenied(t *testing.T) {
	if os.Getenv("SEQTALK_DENIED") == "" && os.Getuid() == 0 {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestCaptureDenied$", "-test.v")
		cmd.Env, cmd.Dir = append(os.Environ(), "SEQTALK_DENIED=1"), "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestCaptureDenied") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	s := New()
	if stop, err := s.Capture(CaptureOptions{}); err == nil {
		stop()
		t.Skip("this user may capture")
	} else if !errors.Is(err, stack.ErrPermission) {
		t.Fatal(err)
	}
	d, a := pair(t, s, netip.AddrPortFrom(lo4, 0))
	d.put([]byte("x"))
	a.get(1)
	if segs, next, missed := s.Segments(7); len(segs) != 0 || next != 7 || missed != 0 {
		t.Errorf("%d segments, %d, %d", len(segs), next, missed)
	}
	if got := d.Snapshot(); got.Source == segment.Capture || got.Out != nil {
		t.Errorf("%+v", got)
	}
}

// Over IPv4, IPv6, with and without a port of ours, as fragments: the filter
// takes what it should and no more. The extensions that only the kernel knows
// are cut off before it is run here.
func TestFilter(t *testing.T) {
	const at = 4 // instructions up to the first that looks at the protocol
	spots := []spot{{proto: segment.TCP, local: netip.MustParseAddrPort("0.0.0.0:9001")}, {proto: segment.UDP, local: netip.MustParseAddrPort("[::]:53")}}
	for range maxSpots { // it must fit, whatever there is to look at
		spots = append(spots, spot{proto: segment.TCP, local: netip.MustParseAddrPort("0.0.0.0:7")})
	}
	raw, err := filter(spots, 1, headersOnly)
	if err != nil || len(raw) > 4096 {
		t.Fatalf("%d instructions, %v", len(raw), err)
	}
	code, ok := bpf.Disassemble(raw)
	if !ok {
		t.Fatal("not all is known")
	}
	v4 := func(proto byte, fragment uint16, src, dst uint16) []byte {
		return append([]byte{0x45, 0, 0, 40, 0, 0, byte(fragment >> 8), byte(fragment), 64, proto, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1},
			byte(src>>8), byte(src), byte(dst>>8), byte(dst), 0, 0, 0, 0)
	}
	v6 := func(next byte, payload ...byte) []byte {
		return append(append([]byte{0x60, 0, 0, 0, 0, 8, next, 64}, make([]byte, 32)...), payload...)
	}
	for _, c := range []struct {
		name string
		p    []byte
		want bool
	}{
		{"TCP to it", v4(6, 0, 40000, 9001), true},
		{"TCP from it", v4(6, 0, 9001, 40000), true},
		{"TCP of others", v4(6, 0, 80, 40000), false},
		{"UDP to TCP's port", v4(17, 0, 40000, 9001), false},
		{"UDP", v4(17, 0, 40000, 53), true},
		{"first fragment", v4(17, 0x2000, 40000, 53), true},
		{"later fragment", v4(17, 0x2001, 40000, 53), false},
		{"unreachable", v4(1, 0, 3<<8|3, 0), true},
		{"ping", v4(1, 0, 8<<8, 0), false},
		{"IPv6 TCP", v6(6, 0x9c, 0x40, 0x23, 0x29), true},
		{"IPv6 TCP of others", v6(6, 0x9c, 0x40, 0, 80), false},
		{"IPv6 fragment", v6(44, 17, 0, 0, 1, 0, 0, 0, 0, 0x9c, 0x40, 0, 53), true},
		{"IPv6 later fragment", v6(44, 17, 0, 0, 9, 0, 0, 0, 0, 0x9c, 0x40, 0, 53), false},
		{"ICMPv6 error", v6(58, 1, 4, 0, 0), true},
		{"neighbours", v6(58, 135, 0, 0, 0), false},
	} {
		proto := uint32(unix.ETH_P_IP)
		if c.p[0]>>4 == 6 {
			proto = unix.ETH_P_IPV6
		}
		run := append([]bpf.Instruction{bpf.LoadConstant{Dst: bpf.RegA, Val: proto}}, code[at+2:]...)
		vm, err := bpf.NewVM(run)
		if err != nil {
			t.Fatal(err)
		}
		n, err := vm.Run(c.p)
		if err != nil || (n > 0) != c.want {
			t.Errorf("%s: %d bytes kept, %v", c.name, n, err)
		}
	}
}

// Of what shows at two interfaces the first counts, until it falls silent.
func TestLane(t *testing.T) {
	var l lane
	noon := time.Unix(0, 0)
	for i, c := range []struct {
		iface int
		after time.Duration
		want  bool
	}{{3, 0, true}, {4, 0, false}, {3, laneSwitch, true}, {4, laneSwitch + 1, false}, {4, 2 * laneSwitch, true}, {3, 2*laneSwitch + 1, false}} {
		if got := l.takes(c.iface, noon.Add(c.after)); got != c.want {
			t.Errorf("packet %d: %v", i, got)
		}
	}
}

// What others send cannot make a witness panic, nor grow.
func FuzzWitness(f *testing.F) {
	f.Add([]byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0x23, 0x29, 0x23, 0x2a, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x18, 0, 0, 0, 0, 0, 0}, true)
	f.Fuzz(func(t *testing.T, p []byte, outgoing bool) {
		w := witness{flows: map[tuple]*flow{}, most: 2}
		w.look(spot{proto: segment.TCP, local: netip.MustParseAddrPort("127.0.0.1:9001")})
		for range 3 {
			w.see(p, sighting{at: time.Unix(1, 0), iface: 1, loopback: true, outgoing: outgoing})
		}
		w.since(0)
	})
}
