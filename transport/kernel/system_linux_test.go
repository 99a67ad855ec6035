//go:build !portable

package kernel

import (
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// ownNet moves the test to a network namespace of its own, with a loopback
// interface and the nft rules given for what comes in. The thread ends with
// the test.
func ownNet(t *testing.T, rules ...string) {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("needs a network namespace of its own (root): %v", err)
	}
	run(t, "ip", "link", "set", "lo", "up")
	for _, r := range rules {
		in(t, r)
	}
}

// in adds an nft rule for what comes in.
func in(t *testing.T, rule string) {
	t.Helper()
	run(t, "nft", "add table inet t; add chain inet t c { type filter hook input priority 0; policy accept; }; add rule inet t c "+rule)
}

// run runs a command in the test's namespace.
func run(t *testing.T, name string, arg ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("needs %s", name)
	}
	if out, err := exec.Command(name, arg...).CombinedOutput(); err != nil {
		t.Skipf("%s %s: %v: %s", name, strings.Join(arg, " "), err, out)
	}
}

// eventually waits for what only a Snapshot shows.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// A SYN that is lost is seen waiting and being sent again.
func TestSynSent(t *testing.T) {
	ownNet(t, "tcp flags & (syn|ack) == syn drop")
	s := New()
	l, e := listen(t, s, netip.AddrPortFrom(lo4, 0))
	c, err := s.Dial(l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	d := newEnd(t, c)
	if err := d.Connected(); err != stack.ErrWouldBlock {
		t.Fatal(err)
	}
	got := d.Snapshot()
	if got.State != segment.SynSent || got.SndUna != 0 || got.SndNxt != 1 || got.Has(segment.HasRcv) || !got.Has(segment.HasSnd|segment.HasTimer) ||
		got.TimeLeft <= 0 || got.TimeLeft > time.Second || got.Retrans != 0 {
		t.Errorf("%+v", got)
	}
	eventually(t, "the SYN sent again", func() bool { return d.Snapshot().Backoff == 1 })
	if got := d.Snapshot(); got.Retrans != 1 || got.State != segment.SynSent {
		t.Errorf("%+v", got)
	}
	run(t, "nft", "flush ruleset")
	if err := d.until(t, "connect", d.Connected); err != nil {
		t.Fatal(err)
	}
	a := accepted(t, l, e)
	d.settled("after the lost SYN", segment.Established, 1, 1, 1)
	a.settled("after the lost SYN", segment.Established, 1, 1, 1)
}

func TestUnreachable(t *testing.T) {
	ownNet(t, "tcp dport 7 reject with icmp host-unreachable", "udp dport 7 reject with icmp host-unreachable")
	s := New()
	for to, want := range map[string]string{
		"127.0.0.1:7":     "dial tcp 127.0.0.1:7: no route to host",
		"192.0.2.1:9":     "dial tcp 192.0.2.1:9: network is unreachable",
		"[2001:db8::1]:9": "dial tcp [2001:db8::1]:9: network is unreachable",
	} {
		c, err := s.Dial(netip.MustParseAddrPort(to))
		if err != nil {
			t.Fatal(err)
		}
		d := newEnd(t, c)
		err = d.until(t, "connect", d.Connected)
		if !errors.Is(err, stack.ErrUnreachable) || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	u := udp(t, s, netip.AddrPortFrom(lo4, 0))
	u.TryWriteTo([]byte("lost"), netip.MustParseAddrPort("127.0.0.1:7"), 0)
	if r := u.back(); !errors.Is(r.Err, stack.ErrUnreachable) || string(r.Payload) != "lost" {
		t.Errorf("%+v", r)
	}
	err := u.TryWriteTo([]byte("x"), netip.MustParseAddrPort("192.0.2.1:9"), 0)
	if !errors.Is(err, stack.ErrUnreachable) || err.Error() != "write udp 192.0.2.1:9: network is unreachable" {
		t.Error(err)
	}
}

// back waits for an ICMP error.
func (u *usock) back() (r stack.Returned) {
	u.t.Helper()
	if err := u.until(u.t, "ICMP", func() (err error) { r, err = u.TryReturned(); return }); err != nil {
		u.t.Fatal(err)
	}
	return r
}

// Many datagrams go by one call, each whole, in order; one that does not fit stops
// those behind it and no other, and ICMP errors of earlier ones stop none.
func TestVolley(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		a, b := udp(t, s, any), udp(t, s, any)
		defer done(a, b)
		var all [][]byte
		for i := range 3 * volley {
			all = append(all, []byte(strings.Repeat("x", i)))
		}
		too := 2*volley + 5
		all[too] = make([]byte, 70_000)
		many := a.PacketConn.(stack.Volley)
		n, err := many.TryWriteAll(all, b.LocalAddr())
		if n != too || !errors.Is(err, stack.ErrTooLong) {
			t.Fatalf("%d were sent, and then %v", n, err)
		}
		if n, err := many.TryWriteAll(all[too+1:], b.LocalAddr()); n != len(all)-too-1 || err != nil {
			t.Fatalf("%d were sent, and then %v", n, err)
		}
		for i := range all {
			if i == too {
				continue
			}
			if got := b.get(make([]byte, 200)); got.Size != i || got.From != a.LocalAddr() {
				t.Errorf("datagram %d came as %+v", i, got)
			}
		}
		gone := udp(t, s, any)
		closed := gone.LocalAddr()
		gone.Close()
		for range 2 {
			if n, err := many.TryWriteAll(all[1:11], closed); n != 10 || err != nil {
				t.Fatalf("to nobody: %d were sent, and then %v", n, err)
			}
		}
		for i := range 20 {
			if r := a.back(); r.To != closed || len(r.Payload) != 1+i%10 {
				t.Errorf("%d came back as %+v", i, r)
			}
		}
		if n, err := many.TryWriteAll(nil, b.LocalAddr()); n != 0 || err != nil {
			t.Errorf("of nothing %d were sent, and then %v", n, err)
		}
	})
}

// On an ephemeral port a dial may meet itself; that is nobody, and leaves
// nothing behind.
func TestSelfConnect(t *testing.T) {
	ownNet(t)
	run(t, "sysctl", "-w", "net.ipv4.ip_local_port_range=9001 9001")
	s := New()
	at := netip.AddrPortFrom(lo4, 9001)
	c, err := s.Dial(at)
	if err != nil {
		t.Fatal(err)
	}
	d := newEnd(t, c)
	err = d.until(t, "connect", d.Connected)
	if !errors.Is(err, stack.ErrRefused) || err.Error() != "dial tcp 127.0.0.1:9001: connection refused" {
		t.Fatalf("connected to itself: %v", err)
	}
	d.Close()
	l, err := s.Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// A link-local address keeps its zone.
func TestZone(t *testing.T) {
	ownNet(t)
	run(t, "ip", "addr", "add", "fe80::1/64", "dev", "lo", "nodad")
	s := New()
	at := netip.MustParseAddrPort("[fe80::1%lo]:9001")
	if _, ok := s.Holder(at); ok {
		t.Error("held by nobody")
	}
	l, e := listen(t, s, at)
	if h, ok := s.Holder(at); !ok || h.State != segment.Listen {
		t.Errorf("a listener: %+v %v", h, ok)
	}
	var d *end
	eventually(t, "the kernel's own route to the address", func() bool {
		c, err := s.Dial(at)
		if err != nil {
			t.Fatal(err)
		}
		d = newEnd(t, c)
		err = d.until(t, "connect", d.Connected)
		if err != nil && !errors.Is(err, stack.ErrUnreachable) {
			t.Fatal(err)
		}
		return err == nil
	})
	a := accepted(t, l, e)
	if a.LocalAddr() != at || l.Addr() != at || a.RemoteAddr() != d.LocalAddr() || d.LocalAddr().Addr().Zone() != "lo" {
		t.Errorf("acceptor %v→%v, dialer %v→%v", a.LocalAddr(), a.RemoteAddr(), d.LocalAddr(), d.RemoteAddr())
	}
	d.Close()
	d.settled("closed first", segment.FinWait2, 2, 2, 1)

	u := udp(t, s, at)
	for range 2 {
		if err := u.TryWriteTo([]byte("x"), at, 0); err != nil {
			t.Fatal(err)
		}
		if got := u.get(make([]byte, 1)); got.From != at {
			t.Errorf("from %v", got.From)
		}
	}
}

// With loss the numbers of the two ends stay in order at every moment, and
// come to the same.
func TestNumbersUnderLoss(t *testing.T) {
	ownNet(t, "numgen random mod 100 < 10 drop")
	run(t, "ip", "link", "set", "lo", "mtu", "1500", "gso_max_segs", "1")
	d, a := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	const size = 1 << 20
	p := make([]byte, 32<<10)
	sent, got, looks := 0, 0, 0
	for deadline := time.Now().Add(3 * patience); got < size; looks++ {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d bytes came", got, size)
		}
		if sent < size {
			n, err := d.TryWrite(p[:min(len(p), size-sent)], 0)
			if err != nil && err != stack.ErrWouldBlock {
				t.Fatal(err)
			}
			sent += n
		}
		una := d.Snapshot()
		rcv := a.Snapshot()
		nxt := d.Snapshot()
		if una.SndUna > rcv.RcvNxt || rcv.RcvNxt > nxt.SndNxt || nxt.SndNxt+uint64(nxt.Unsent) != uint64(sent)+1 {
			t.Fatalf("SND.UNA %d RCV.NXT %d SND.NXT %d unsent %d of %d written", una.SndUna, rcv.RcvNxt, nxt.SndNxt, nxt.Unsent, sent)
		}
		if una.Has(segment.HasISS) && rcv.Has(segment.HasIRS) && una.ISS != rcv.IRS {
			t.Fatalf("ISS %d, the peer's IRS %d", una.ISS, rcv.IRS)
		}
		n, err := a.TryRead(p)
		if err != nil && err != stack.ErrWouldBlock {
			t.Fatal(err)
		}
		got += n
		if n == 0 && sent == size {
			select {
			case <-a.edge:
			case <-d.edge:
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	d.settled("all of it", segment.Established, size+1, size+1, 1)
	a.settled("all of it", segment.Established, 1, 1, size+1)
	if d.Snapshot().Retrans == 0 {
		t.Errorf("nothing was sent again in %d looks", looks)
	}
}

// An ordinary user learns the initial numbers as root does, and where the
// system echoes no headers is shown relative ones without delay.
func TestWithoutPrivilege(t *testing.T) {
	if mode := os.Getenv("SEQTALK_UNPRIVILEGED"); mode != "" {
		unprivileged(t, mode)
		return
	}
	if os.Getuid() != 0 {
		unprivileged(t, "1")
		return
	}
	for _, allow := range []string{"1", "0"} {
		t.Run("tstamp_allow_data="+allow, func(t *testing.T) {
			ownNet(t)
			run(t, "sysctl", "-w", "net.core.tstamp_allow_data="+allow)
			cmd := exec.Command("/proc/self/exe", "-test.run=^TestWithoutPrivilege$", "-test.v")
			cmd.Env = append(os.Environ(), "SEQTALK_UNPRIVILEGED="+allow)
			cmd.Dir = "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestWithoutPrivilege") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func unprivileged(t *testing.T, allow string) {
	d, a := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	defer done(d, a)
	for range 2 {
		d.put([]byte("hello"))
		a.get(5)
		a.put([]byte("hi"))
		d.get(2)
	}
	ds, as := d.Snapshot(), a.Snapshot()
	if ds.SndNxt != 11 || as.SndNxt != 5 || ds.RcvNxt != 5 || as.RcvNxt != 11 {
		t.Errorf("D %+v, A %+v", ds, as)
	}
	const both = segment.HasISS | segment.HasIRS
	if allow == "1" {
		if !ds.Has(both) || !as.Has(both) || ds.ISS != as.IRS || as.ISS != ds.IRS || ds.Source != segment.Loopback {
			t.Errorf("D %+v, A %+v", ds, as)
		}
		return
	}
	if ds.Known&both != 0 || ds.Source != segment.Relative || as.Known&both != segment.HasIRS {
		t.Errorf("D %+v, A %+v", ds, as)
	}
}

// Events in the error queue, made here without end, neither break the wait of
// a connection whose send buffer is full nor make it spin.
func TestErrorQueueUnderFullBuffers(t *testing.T) {
	d, a := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	defer done(d, a)
	var asked atomic.Int64
	for _, e := range []*end{d, a} {
		c := e.Conn.(*conn)
		c.mu.Lock()
		c.trouble = func() interest { asked.Add(1); return c.failed() }
		err := unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, unix.SOF_TIMESTAMPING_SOFTWARE|unix.SOF_TIMESTAMPING_TX_SCHED|unix.SOF_TIMESTAMPING_TX_ACK)
		c.mu.Unlock()
		if err != nil {
			t.Skipf("SO_TIMESTAMPING: %v", err)
		}
	}
	a.TryRead(make([]byte, 1))
	written := fill(t, d)
	if _, err := d.TryRead(make([]byte, 1)); err != stack.ErrWouldBlock {
		t.Fatal(err)
	}
	// Full, and watched in both directions, with events pending.
	select {
	case <-d.edge:
		if _, err := d.TryWrite([]byte("x"), 0); err == nil {
			written++
		}
	case <-time.After(200 * time.Millisecond):
	}
	a.put([]byte("y"))
	d.get(1)
	a.get(written)
	d.put([]byte("z"))
	a.get(1)
	if n := asked.Load(); n > 2000 {
		t.Errorf("the watcher was called for errors %d times", n)
	}
}

// An ICMP error says which datagram it was and is no error of another one's.
func TestICMP(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		gone := udp(t, s, any)
		closed := gone.LocalAddr()
		gone.Close()
		for _, at := range []netip.AddrPort{any, {}} {
			u := udp(t, s, at)
			if _, err := u.TryReturned(); err != stack.ErrWouldBlock {
				t.Fatal(err)
			}
			for _, text := range []string{"msg-1", "msg-2", ""} {
				if err := u.TryWriteTo([]byte(text), closed, 0); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := u.TryReadFrom(make([]byte, 1)); err != stack.ErrWouldBlock {
				t.Fatal(err)
			}
			for _, text := range []string{"msg-1", "msg-2", ""} {
				r := u.back()
				if r.To != closed || string(r.Payload) != text || !errors.Is(r.Err, stack.ErrRefused) ||
					r.Err.Error() != "write udp "+closed.String()+": connection refused" {
					t.Errorf("%q came back as %+v", text, r)
				}
			}
			self := netip.AddrPortFrom(any.Addr(), u.LocalAddr().Port())
			if err := u.TryWriteTo([]byte("still here"), self, 0); err != nil {
				t.Error(err)
			}
			u.get(make([]byte, 10))
			u.Close()
		}
	})
}

// ICMP errors that nobody asks about neither wake the reader nor grow without
// bound.
func TestICMPUnasked(t *testing.T) {
	s := New()
	gone := udp(t, s, netip.AddrPortFrom(lo4, 0))
	closed := gone.LocalAddr()
	gone.Close()
	u := udp(t, s, netip.AddrPortFrom(lo4, 0))
	c := u.PacketConn.(*packetConn)
	for range 10 * returnedKept {
		u.TryReadFrom(make([]byte, 1))
		if err := u.TryWriteTo([]byte("x"), closed, 0); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-u.edge:
		t.Error("the reader was woken for nothing")
	case <-time.After(50 * time.Millisecond):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.returned); n > returnedKept {
		t.Errorf("%d errors are kept", n)
	}
}

// Every datagram was read or is counted as dropped.
func TestDrops(t *testing.T) {
	s := New()
	a, b := udp(t, s, netip.AddrPortFrom(lo4, 0)), udp(t, s, netip.AddrPortFrom(lo4, 0))
	defer done(a, b)
	unix.SetsockoptInt(b.PacketConn.(*packetConn).fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096)
	const sent = 200
	for range sent {
		if err := a.TryWriteTo(make([]byte, 500), b.LocalAddr(), 0); err != nil {
			t.Fatal(err)
		}
	}
	read := uint64(0)
	for {
		if _, err := b.TryReadFrom(nil); err != nil {
			break
		}
		read++
	}
	n, ok := b.Drops()
	if !ok || n == 0 || n+read != sent {
		t.Errorf("%d dropped (%v) and %d read of %d", n, ok, read, sent)
	}
	b.Close()
	if after, ok := b.Drops(); after != n || !ok {
		t.Errorf("after Close %d dropped, before %d", after, n)
	}
}

// The port of a connection that lingers in TIME-WAIT can be claimed at once,
// and who holds a port is named.
func TestHolder(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		l, e := listen(t, s, any)
		at := l.Addr()
		if h, ok := s.Holder(at); !ok || h.State != segment.Listen {
			t.Errorf("a listener: %+v %v", h, ok)
		}
		wild := netip.AddrPortFrom(netip.IPv6Unspecified(), at.Port())
		if h, ok := s.Holder(wild); !ok || h.State != segment.Listen {
			t.Errorf("a listener, by the wildcard: %+v %v", h, ok)
		}
		if any.Addr() == lo4 {
			if _, ok := s.Holder(netip.AddrPortFrom(lo6, at.Port())); ok {
				t.Error("an IPv4 listener holds IPv6")
			}
		}
		c, err := s.Dial(at)
		if err != nil {
			t.Fatal(err)
		}
		d := newEnd(t, c)
		a := accepted(t, l, e)
		if err := d.until(t, "connect", d.Connected); err != nil {
			t.Fatal(err)
		}
		l.Close()
		again, err := s.Listen(at) // while the connection lives
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
		if h, ok := s.Holder(at); ok {
			t.Errorf("nobody: %+v", h)
		}
		a.Close()
		d.fails()
		d.Close()
		a.settled("closed first", segment.TimeWait, 2, 2, 2)
		h, ok := s.Holder(at)
		if !ok || h.State != segment.TimeWait || h.Left <= 50*time.Second || h.Left > 60*time.Second {
			t.Errorf("TIME-WAIT: %+v %v", h, ok)
		}
		again, err = s.Listen(at)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Listen(at); !errors.Is(err, stack.ErrInUse) {
			t.Errorf("two listeners: %v", err)
		}
		again.Close()
	})
}

func TestHolderWildcard(t *testing.T) {
	s := New()
	l, _ := listen(t, s, netip.AddrPort{})
	for _, a := range []netip.Addr{lo4, lo6, netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		if h, ok := s.Holder(netip.AddrPortFrom(a, l.Addr().Port())); !ok || h.State != segment.Listen {
			t.Errorf("%v: %+v %v", a, h, ok)
		}
	}
}

// A peer that keeps its window shut is not given up for it.
func TestPatience(t *testing.T) {
	d, a := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	defer done(d, a)
	timeout := func() int {
		n, err := unix.GetsockoptInt(d.Conn.(*conn).fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := timeout(); got != int(userTimeout.Milliseconds()) {
		t.Errorf("at first %d ms", got)
	}
	written := fill(t, d)
	eventually(t, "off while the window is shut", func() bool { d.Snapshot(); return timeout() == 0 })
	a.get(written)
	eventually(t, "on again", func() bool { d.Snapshot(); return timeout() == int(userTimeout.Milliseconds()) })
}

// Who is idle costs nothing. What had come before may still be told, once.
func TestIdle(t *testing.T) {
	d, a := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	defer done(d, a)
	var before, after unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &before)
	wakes := 0
	for quiet := time.After(300 * time.Millisecond); quiet != nil; {
		d.TryRead(make([]byte, 1))
		a.TryRead(make([]byte, 1))
		select {
		case <-d.edge:
			wakes++
		case <-a.edge:
			wakes++
		case <-quiet:
			quiet = nil
		}
	}
	unix.Getrusage(unix.RUSAGE_SELF, &after)
	if wakes > 1 {
		t.Errorf("woken %d times for nothing", wakes)
	}
	if cpu := time.Duration(after.Utime.Nano() - before.Utime.Nano() + after.Stime.Nano() - before.Stime.Nano()); cpu > 100*time.Millisecond {
		t.Errorf("%v of processor time while idle", cpu)
	}
}

func TestParseIP(t *testing.T) {
	tcp := []byte{0x23, 0x29, 0x23, 0x2a, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x18, 0, 0, 0, 0, 0, 0, 'h', 'i'}
	want := tcpHeader{src: 9001, dst: 9002, seq: 0x01020304, ack: 0x05060708, len: 2}
	v4 := append([]byte{0x45, 0, 0, 42, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1}, tcp...)
	v6 := append(append([]byte{0x60, 0, 0, 0, 0, 22, 6, 64}, make([]byte, 32)...), tcp...)
	for _, p := range [][]byte{v4, v6} {
		if h, ok := parseIP(p); !ok || h != want {
			t.Errorf("%+v %v", h, ok)
		}
		for n := range len(p) - 2 {
			if h, ok := parseIP(p[:n]); ok {
				t.Errorf("%d bytes of %d: %+v", n, len(p), h)
			}
		}
	}
}

// Whatever the kernel, or another, sends is read without a panic.
func FuzzParse(f *testing.F) {
	f.Add([]byte{0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1})
	f.Add(make([]byte, 72+8))
	f.Fuzz(func(t *testing.T, p []byte) {
		parseIP(p)
		parseDiag(p)
		extendedErr(p)
	})
}
