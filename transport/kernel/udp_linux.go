//go:build !portable

package kernel

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// volley is how many datagrams one call sends at most.
const volley = 32

// An outbox is room for what sendmmsg(2) sends at once.
type outbox struct {
	messages [volley]mmsg
	vectors  [volley]unix.Iovec
}

// returnedKept is how many ICMP errors wait for TryReturned; the oldest go first.
const returnedKept = 64

// A packetConn is an unconnected UDP socket; sock.mu guards it all.
type packetConn struct {
	*sock
	at       netip.AddrPort
	fam      int
	rsa      unix.RawSockaddrInet6 // scratch: the kernel's form of an address, either family's
	returned []stack.Returned      // taken from the error queue by the watcher
	outbox   *outbox               // nil until many are sent at once
	drops    uint64                // the last told
	tells    bool                  // whether the kernel tells of drops

	zone     uint32 // the last scope id seen, and its name: interfaces seldom change
	zoneName string
}

// OpenUDP binds a socket that also learns of ICMP errors (IP_RECVERR). IPv6's
// wildcard, and an address port without an address, takes IPv4 too.
func (t *Stack) OpenUDP(at netip.AddrPort) (stack.PacketConn, error) {
	at = normal(at)
	fd, err := bound(unix.SOCK_DGRAM, at, func(fd, fam int) error {
		// Without these it works less well, so they may fail.
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, udpBuffer)
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
		if fam == unix.AF_INET6 {
			unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
		}
		return nil
	})
	if err != nil {
		return nil, fault("listen", "udp", at.String(), err)
	}
	t.look(spot{proto: segment.UDP, local: localAddr(fd)})
	s, err := t.adopt(fd)
	if err != nil {
		return nil, fault("listen", "udp", at.String(), err)
	}
	c := &packetConn{sock: s, at: localAddr(fd), fam: family(at.Addr())}
	s.trouble = c.trouble
	return c, nil
}

func (c *packetConn) Notify(f func())           { c.mu.Lock(); c.f = f; c.mu.Unlock() }
func (c *packetConn) LocalAddr() netip.AddrPort { return c.at }

func (c *packetConn) Close() error {
	return c.close(func(int) { c.drops, c.tells = c.dropped() })
}

// pendingTries is how often a call is made that first reports an error of an
// earlier datagram. The kernel keeps one such error at a time, and another may
// come in between.
const pendingTries = 3

func (c *packetConn) TryReadFrom(p []byte) (stack.Packet, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return stack.Packet{}, stack.ErrClosed
	}
	var no syscall.Errno
	for range pendingTries {
		size := uint32(unsafe.Sizeof(c.rsa))
		var n uintptr
		// MSG_TRUNC: the answer is the datagram's size, whatever fits in p.
		n, _, no = unix.Syscall6(unix.SYS_RECVFROM, uintptr(c.fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			unix.MSG_TRUNC, uintptr(unsafe.Pointer(&c.rsa)), uintptr(unsafe.Pointer(&size)))
		switch no {
		case 0:
			return stack.Packet{From: c.from(), Len: min(int(n), len(p)), Size: int(n)}, nil
		case unix.EAGAIN:
			return stack.Packet{}, c.wouldBlock(readable)
		}
	}
	if pending(no) {
		return stack.Packet{}, c.wouldBlock(readable)
	}
	return stack.Packet{}, fault("read", "udp", c.at.String(), no)
}

func (c *packetConn) TryWriteTo(p []byte, to netip.AddrPort, k uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return stack.ErrClosed
	}
	size, err := c.put(to)
	if err != nil {
		return fault("write", "udp", to.String(), err)
	}
	var no syscall.Errno
	for range pendingTries {
		_, _, no = unix.Syscall6(unix.SYS_SENDTO, uintptr(c.fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			0, uintptr(unsafe.Pointer(&c.rsa)), uintptr(size))
		switch no {
		case 0:
			return nil
		case unix.EAGAIN:
			return c.wouldBlock(writable)
		}
		if !pending(no) {
			break
		}
	}
	return fault("write", "udp", to.String(), no)
}

// TryWriteAll implements stack.Volley.
func (c *packetConn) TryWriteAll(datagrams [][]byte, to netip.AddrPort) (sent int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return 0, stack.ErrClosed
	}
	size, err := c.put(to)
	if err != nil {
		return 0, fault("write", "udp", to.String(), err)
	}
	for tries := 0; sent < len(datagrams); {
		n, no := c.fire(datagrams[sent:], size)
		sent += n
		switch {
		case no == 0:
			tries = 0
		case no == unix.EAGAIN:
			return sent, c.wouldBlock(writable)
		default:
			if tries++; tries == pendingTries || !pending(no) {
				return sent, fault("write", "udp", to.String(), no)
			}
		}
	}
	return sent, nil
}

// fire sends as many as one call does to c.rsa, whose length is size.
func (c *packetConn) fire(datagrams [][]byte, size int) (int, syscall.Errno) {
	if c.outbox == nil {
		c.outbox = new(outbox)
	}
	o, n := c.outbox, min(len(datagrams), volley)
	for i, p := range datagrams[:n] {
		o.vectors[i].Base = unsafe.SliceData(p)
		o.vectors[i].SetLen(len(p))
		h := &o.messages[i].header
		h.Iov, h.Name, h.Namelen = &o.vectors[i], (*byte)(unsafe.Pointer(&c.rsa)), uint32(size)
		h.SetIovlen(1)
	}
	sent, _, no := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(c.fd), uintptr(unsafe.Pointer(&o.messages[0])), uintptr(n), 0, 0, 0)
	clear(o.vectors[:n])
	if no != 0 {
		return 0, no
	}
	return int(sent), 0
}

var _ stack.Volley = (*packetConn)(nil)

// pending reports whether no may be the error of an earlier datagram, which
// the error queue tells of.
func pending(no syscall.Errno) bool {
	switch no {
	case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.EHOSTDOWN, unix.EPROTO, unix.EACCES, unix.EMSGSIZE,
		unix.ENOPROTOOPT, unix.EOPNOTSUPP, unix.ENONET, unix.EINTR:
		return true
	}
	return false
}

// put writes to into rsa, for a socket of this family, and tells its length.
func (c *packetConn) put(to netip.AddrPort) (int, error) {
	if c.fam == unix.AF_INET {
		if !to.Addr().Unmap().Is4() {
			return 0, unix.EAFNOSUPPORT
		}
		rsa := (*unix.RawSockaddrInet4)(unsafe.Pointer(&c.rsa))
		*rsa = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().Unmap().As4()}
		binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&rsa.Port))[:], to.Port())
		return unix.SizeofSockaddrInet4, nil
	}
	if !to.Addr().IsValid() {
		return 0, unix.EINVAL
	}
	zone := c.zone
	if name := to.Addr().Zone(); name != c.zoneName {
		id, err := zoneID(name)
		if err != nil {
			return 0, err
		}
		zone = id
		if id != 0 {
			c.zone, c.zoneName = id, name
		}
	}
	c.rsa = unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: to.Addr().As16(), Scope_id: zone}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&c.rsa.Port))[:], to.Port())
	return unix.SizeofSockaddrInet6, nil
}

// from is the address the kernel has put into rsa.
func (c *packetConn) from() netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&c.rsa.Port))[:])
	if c.fam == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(&c.rsa)).Addr), port)
	}
	if zone := c.rsa.Scope_id; zone != 0 {
		if zone != c.zone {
			ap := addrPort(c.rsa.Addr, port, zone)
			c.zone, c.zoneName = zone, ap.Addr().Zone()
		}
		return netip.AddrPortFrom(netip.AddrFrom16(c.rsa.Addr).WithZone(c.zoneName), port)
	}
	return addrPort(c.rsa.Addr, port, 0)
}

func (c *packetConn) TryReturned() (stack.Returned, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.returned) == 0 {
		if c.fd < 0 {
			return stack.Returned{}, stack.ErrClosed
		}
		c.collect()
	}
	if len(c.returned) == 0 {
		return stack.Returned{}, c.wouldBlock(failing)
	}
	r := c.returned[0]
	c.returned = c.returned[1:]
	return r, nil
}

// trouble empties the error queue and clears the pending error, so that the
// socket can be watched for datagrams.
func (c *packetConn) trouble() interest {
	c.collect()
	unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if len(c.returned) > 0 {
		return failing
	}
	return 0
}

// collect moves the error queue into returned.
func (c *packetConn) collect() {
	var p [2048]byte
	var oob [512]byte
	for {
		n, oobn, _, sa, err := unix.Recvmsg(c.fd, p[:], oob[:], unix.MSG_ERRQUEUE)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return
		}
		ee, ok := extendedErr(oob[:oobn])
		if !ok || ee.Origin != unix.SO_EE_ORIGIN_ICMP && ee.Origin != unix.SO_EE_ORIGIN_ICMP6 {
			continue // what this machine refused, TryWriteTo has said
		}
		to := fromSockaddr(sa)
		if len(c.returned) == returnedKept {
			c.returned = c.returned[1:]
		}
		c.returned = append(c.returned, stack.Returned{
			To:      to,
			Err:     fault("write", "udp", to.String(), syscall.Errno(ee.Errno)),
			Payload: append([]byte(nil), p[:n]...),
		})
	}
}

// extendedErr finds what the error queue says of an entry: struct
// sock_extended_err in <linux/errqueue.h>.
func extendedErr(oob []byte) (ee unix.SockExtendedErr, ok bool) {
	for len(oob) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return ee, false
		}
		oob = rest
		v4 := h.Level == unix.SOL_IP && h.Type == unix.IP_RECVERR
		v6 := h.Level == unix.SOL_IPV6 && h.Type == unix.IPV6_RECVERR
		if (v4 || v6) && len(data) >= int(unsafe.Sizeof(ee)) {
			copy(unsafe.Slice((*byte)(unsafe.Pointer(&ee)), unsafe.Sizeof(ee)), data)
			return ee, true
		}
	}
	return ee, false
}

func (c *packetConn) Drops() (uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return c.drops, c.tells
	}
	return c.dropped()
}

// dropped reads SK_MEMINFO_DROPS, at once what SO_RXQ_OVFL tells only with the
// next datagram.
func (c *packetConn) dropped() (uint64, bool) {
	var mem [9]uint32
	n := uint32(unsafe.Sizeof(mem))
	_, _, no := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(c.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&mem)), uintptr(unsafe.Pointer(&n)), 0)
	return uint64(mem[8]), no == 0 && n >= uint32(unsafe.Sizeof(mem))
}
