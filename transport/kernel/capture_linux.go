//go:build !portable

package kernel

import (
	"net"
	"net/netip"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// How a capture works.
const (
	captureBuffer = 8 << 20              // octets asked for; the system may grant less
	captureBatch  = 64                   // packets read by one call
	capturePause  = 4 * time.Millisecond // between two calls while packets come: what came meanwhile is read at once
	headersOnly   = 192                  // octets of a packet that hold all its headers
	wholePacket   = 65535 + 128          // nothing is longer, GSO or not
)

// A capture reads packets of every interface from a packet socket (AF_PACKET,
// CAP_NET_RAW), and only those of the addresses it was told of.
type capture struct {
	options CaptureOptions
	sock    *sock         // tells of the first packet after a silence
	came    chan struct{} // signalled by sock
	lo      int           // the loopback interface
	ending  chan struct{} // closed by close
	done    chan struct{} // closed when loop has ended

	mu      sync.Mutex
	fd      int // sock's; -1 once closed
	witness witness

	reading sync.Mutex // taken before mu; guards what follows
	inbox   inbox
	told    []told // to be shown to who observes
}

// told is a segment, and which packet of the inbox it is.
type told struct {
	s segment.Segment
	i int
}

// beginCapture opens the packet socket. Without a protocol it receives nothing until
// it is bound, so that the filter is in place first.
func (t *watch) beginCapture(o CaptureOptions) (*capture, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fault("capture", "packet", "any", err)
	}
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	c := &capture{options: o, fd: fd, came: make(chan struct{}, 1), ending: make(chan struct{}), done: make(chan struct{})}
	c.witness = witness{flows: map[tuple]*flow{}, most: o.Keep}
	c.inbox.init(c.snap())
	if err := c.bind(); err != nil {
		unix.Close(fd)
		return nil, fault("capture", "packet", "any", err)
	}
	if c.sock, err = t.adopt(fd); err != nil {
		return nil, fault("capture", "packet", "any", err)
	}
	c.sock.f = func() {
		select {
		case c.came <- struct{}{}:
		default:
		}
	}
	go c.loop()
	return c, nil
}

func (c *capture) snap() int {
	if c.options.Observe != nil {
		return wholePacket
	}
	return headersOnly
}

func (c *capture) bind() error {
	var err error
	if c.lo, err = loopback(c.fd); err != nil {
		return err
	}
	if err := c.attach(); err != nil {
		return err
	}
	// More room is better, and less will do.
	if unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, captureBuffer) != nil {
		unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, captureBuffer)
	}
	unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS_NEW, 1)
	const everything = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // in network order; what is sent is seen only so
	return unix.Bind(c.fd, &unix.SockaddrLinklayer{Protocol: everything})
}

// loopback is the index of the loopback interface. Its name is asked for first:
// to have all interfaces listed takes a tenth of a start.
func loopback(fd int) (int, error) {
	if lo, err := unix.NewIfreq("lo"); err == nil && unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, lo) == nil &&
		lo.Uint16()&unix.IFF_LOOPBACK != 0 && unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, lo) == nil {
		return int(lo.Uint32()), nil
	}
	all, err := net.Interfaces()
	if err != nil {
		return 0, err
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			return i.Index, nil
		}
	}
	return 0, nil
}

// attach gives the kernel the filter for the spots as they are now.
func (c *capture) attach() error {
	code, err := filter(c.witness.spots, c.lo, uint32(c.snap()))
	if err != nil {
		return err
	}
	f := make([]unix.SockFilter, len(code))
	for i, in := range code {
		f[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return unix.SetsockoptSockFprog(c.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]})
}

// look has the packets of p seen from now on.
func (c *capture) look(p spot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return
	}
	c.witness.look(p)
	c.attach() // it did before, with one port fewer
}

// loop reads what comes, in batches. It is woken by the first packet after a
// silence and by none while more come: who wakes for each packet of a busy
// connection does little else.
func (c *capture) loop() {
	defer close(c.done)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-c.ending:
			return
		case <-c.came:
		case <-pause.C:
		}
		if c.take() {
			pause.Reset(capturePause)
		} else {
			c.wait()
		}
	}
}

// wait has the next packet told.
func (c *capture) wait() {
	c.sock.mu.Lock()
	defer c.sock.mu.Unlock()
	if c.sock.fd >= 0 {
		c.sock.wouldBlock(readable)
	}
}

// take reads all that has come. It reports whether that was anything.
func (c *capture) take() (any bool) {
	c.reading.Lock()
	defer c.reading.Unlock()
	for n := captureBatch; n == captureBatch; {
		n = c.batch()
		any = any || n > 0
		for _, t := range c.told {
			p, _ := c.inbox.packet(t.i)
			c.options.Observe(t.s, p)
		}
		c.told = c.told[:0]
	}
	return any
}

// batch reads and follows up to a batch, and says how many packets it was.
func (c *capture) batch() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return 0
	}
	n := c.inbox.receive(c.fd)
	for i := range n {
		p, g := c.inbox.packet(i)
		g.loopback = g.iface == c.lo
		if s := c.witness.see(p, g); s != nil && c.options.Observe != nil {
			c.told = append(c.told, told{*s, i})
			c.told[len(c.told)-1].s.Octets = nil // the packet goes with it
		}
	}
	if n > 0 {
		c.witness.missed(dropped(c.fd))
	}
	return n
}

// now brings what is known up to date, unless somebody observes: that may take
// its time, which is the capture's own and not that of who asks.
func (c *capture) now() {
	if c.options.Observe == nil {
		c.take()
	}
}

func (c *capture) segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.witness.since(since)
}

func (c *capture) fill(local, remote netip.AddrPort, n *segment.Snapshot) {
	c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.witness.fill(local, remote, n)
}

// close reads what is left and ends the capture. What was seen can still be
// asked for.
func (c *capture) close() {
	c.take()
	c.mu.Lock()
	c.fd = -1
	c.mu.Unlock()
	close(c.ending)
	<-c.done
	c.sock.close(nil)
}

// dropped is how many packets found the buffer full since it was last asked.
func dropped(fd int) uint64 {
	var s unix.TpacketStats
	n := uint32(unsafe.Sizeof(s))
	_, _, no := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS,
		uintptr(unsafe.Pointer(&s)), uintptr(unsafe.Pointer(&n)), 0)
	if no != 0 {
		return 0
	}
	return uint64(s.Drops)
}

// An inbox is room for a batch of packets, as recvmmsg(2) fills it.
type inbox struct {
	messages [captureBatch]mmsg
	vectors  [captureBatch]unix.Iovec
	from     [captureBatch]unix.RawSockaddrLinklayer
	control  [captureBatch][64]byte
	octets   []byte
	each     int
}

// mmsg is struct mmsghdr of <sys/socket.h>.
type mmsg struct {
	header unix.Msghdr
	n      uint32
}

func (b *inbox) init(each int) {
	b.each = each
	b.octets = make([]byte, captureBatch*each)
	for i := range b.messages {
		b.vectors[i].Base = &b.octets[i*each]
		b.vectors[i].SetLen(each)
		h := &b.messages[i].header
		h.Iov = &b.vectors[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&b.from[i]))
		h.Control = &b.control[i][0]
	}
}

// receive reads up to a batch, and says how many there were.
func (b *inbox) receive(fd int) int {
	for i := range b.messages {
		h := &b.messages[i].header
		h.Namelen = unix.SizeofSockaddrLinklayer
		h.SetControllen(len(b.control[i]))
	}
	n, _, no := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.messages[0])), captureBatch, unix.MSG_DONTWAIT, 0, 0)
	if no != 0 {
		return 0
	}
	return int(n)
}

// packet is number i of those received.
func (b *inbox) packet(i int) ([]byte, sighting) {
	m := &b.messages[i]
	return b.octets[i*b.each:][:m.n], sighting{
		at:       stamp(b.control[i][:m.header.Controllen]),
		iface:    int(b.from[i].Ifindex),
		outgoing: b.from[i].Pkttype == unix.PACKET_OUTGOING,
	}
}

// stamp is when the kernel saw a packet.
func stamp(control []byte) time.Time {
	for len(control) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(control)
		if err != nil {
			break
		}
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SO_TIMESTAMPNS_NEW && len(data) >= 16 {
			ts := (*[2]int64)(unsafe.Pointer(unsafe.SliceData(data)))
			return time.Unix(ts[0], ts[1])
		}
		control = rest
	}
	return time.Now()
}
