//go:build !portable

package kernel

import (
	"encoding/binary"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// sock_diag(7): the kernel's list of sockets, closed ones in TIME-WAIT too,
// open to everybody.

// diagID is struct inet_diag_sockid of <linux/inet_diag.h>; ports and
// addresses are in network order.
type diagID struct {
	sport, dport [2]byte
	src, dst     [16]byte
	ifindex      uint32
	cookie       [2]uint32
}

// diagReq is struct inet_diag_req_v2 behind its netlink header.
type diagReq struct {
	unix.NlMsghdr
	family, protocol, ext, pad uint8
	states                     uint32 // 1 << state of each asked for
	id                         diagID
}

// diagMsg is struct inet_diag_msg.
type diagMsg struct {
	family, state, timer, retrans uint8
	id                            diagID
	expires                       uint32 // ms, until the timer fires
	rqueue, wqueue, uid, inode    uint32
}

// diagSocket is what an answer says.
type diagSocket struct {
	state segment.State
	addr  netip.Addr // local
	left  time.Duration
	timer bool // whether a timer runs, and left is known
	only6 bool // IPV6_V6ONLY, of a listener
}

const (
	sockDiagByFamily = 20 // SOCK_DIAG_BY_FAMILY
	diagSKV6Only     = 11 // INET_DIAG_SKV6ONLY
	tcpTimeWait      = 6
	tcpListen        = 10
	noCookie         = 1<<32 - 1 // INET_DIAG_NOCOOKIE
)

// diagRequest is a request about local, and remote too unless it is invalid.
func diagRequest(local, remote netip.AddrPort, fam uint8) diagReq {
	r := diagReq{family: fam, protocol: unix.IPPROTO_TCP, states: 1<<32 - 1}
	r.Len, r.Type, r.Flags = uint32(unsafe.Sizeof(r)), sockDiagByFamily, unix.NLM_F_REQUEST
	r.id.cookie = [2]uint32{noCookie, noCookie}
	binary.BigEndian.PutUint16(r.id.sport[:], local.Port())
	binary.BigEndian.PutUint16(r.id.dport[:], remote.Port())
	if remote.IsValid() {
		copy(r.id.src[:], local.Addr().AsSlice())
		copy(r.id.dst[:], remote.Addr().AsSlice())
		r.id.ifindex, _ = zoneID(local.Addr().Zone()) // without, a link-local socket is not found
	}
	return r
}

// diag asks for this connection's socket. After it is closed and gone the
// kernel would answer with the listener of its port, or with another
// connection between the same ports: the cookie tells them apart.
func (c *conn) diag() (found diagSocket, ok bool) {
	r := diagRequest(c.local, c.remote, uint8(family(c.local.Addr())))
	if c.cookie != 0 {
		r.id.cookie = [2]uint32{uint32(c.cookie), uint32(c.cookie >> 32)}
	}
	err := r.ask(func(d diagSocket) { found, ok = d, true })
	return found, ok && err == nil && found.state != segment.Listen
}

// Holder looks for a listener on at or on a wildcard that covers it, and else
// for what waits there in TIME-WAIT, longest first.
func (t *Stack) Holder(at netip.AddrPort) (h stack.Holder, ok bool) {
	at = normal(at)
	for _, fam := range [...]uint8{unix.AF_INET, unix.AF_INET6} {
		r := diagRequest(at, netip.AddrPort{}, fam)
		r.Flags |= unix.NLM_F_DUMP
		r.states = 1<<tcpListen | 1<<tcpTimeWait
		r.ask(func(d diagSocket) {
			if !collide(at.Addr().WithZone(""), d) {
				return
			}
			switch {
			case d.state == segment.Listen:
				h, ok = stack.Holder{State: segment.Listen}, true
			case d.state == segment.TimeWait && h.State != segment.Listen && d.left >= h.Left:
				h, ok = stack.Holder{State: segment.TimeWait, Left: d.left}, true
			}
		})
	}
	return h, ok
}

var _ stack.Surveyor = (*Stack)(nil)

// collide reports whether d's local address is, or covers, or is covered by a.
func collide(a netip.Addr, d diagSocket) bool {
	switch {
	case a == d.addr:
		return true
	case a.IsUnspecified():
		return a.Is6() || d.addr.Is4() || d.addr.IsUnspecified() && !d.only6
	case d.addr.IsUnspecified():
		return d.addr.Is4() == a.Is4() || d.addr.Is6() && !d.only6
	}
	return false
}

// ask sends r and hands each answer to found.
func (r *diagReq) ask(found func(diagSocket)) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Sendto(fd, unsafe.Slice((*byte)(unsafe.Pointer(r)), unsafe.Sizeof(*r)), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	var p [32 << 10]byte
	for {
		// A request to the kernel is answered before sendto returns, and what
		// of a dump is left is made as it is read.
		n, _, err := unix.Recvfrom(fd, p[:], unix.MSG_DONTWAIT)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		for b := p[:n]; len(b) >= unix.SizeofNlMsghdr; {
			h := *(*unix.NlMsghdr)(unsafe.Pointer(&b[0]))
			if h.Len < unix.SizeofNlMsghdr || int(h.Len) > len(b) {
				return unix.EBADMSG
			}
			body := b[unix.SizeofNlMsghdr:h.Len]
			switch h.Type {
			case unix.NLMSG_DONE:
				return nil
			case unix.NLMSG_ERROR:
				if len(body) >= 4 {
					if no := int32(binary.NativeEndian.Uint32(body)); no != 0 {
						return unix.Errno(-no)
					}
				}
				return nil
			case sockDiagByFamily:
				if d, ok := parseDiag(body); ok {
					found(d)
				}
				if r.Flags&unix.NLM_F_DUMP == 0 {
					return nil
				}
			}
			b = b[min(nlAlign(int(h.Len)), len(b)):]
		}
	}
}

// parseDiag reads a struct inet_diag_msg and the attributes behind it.
func parseDiag(b []byte) (d diagSocket, ok bool) {
	const size = int(unsafe.Sizeof(diagMsg{}))
	if len(b) < size {
		return d, false
	}
	var m diagMsg
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&m)), size), b)
	d = diagSocket{state: tcpState(m.state), timer: m.timer != 0, left: time.Duration(m.expires) * time.Millisecond}
	if m.family == unix.AF_INET {
		d.addr = netip.AddrFrom4([4]byte(m.id.src[:4]))
	} else {
		d.addr = netip.AddrFrom16(m.id.src).Unmap()
	}
	for b = b[size:]; len(b) >= unix.SizeofRtAttr; {
		n, typ := int(binary.NativeEndian.Uint16(b)), binary.NativeEndian.Uint16(b[2:])
		if n < unix.SizeofRtAttr || n > len(b) {
			break
		}
		if typ == diagSKV6Only && n > unix.SizeofRtAttr {
			d.only6 = b[unix.SizeofRtAttr] != 0
		}
		b = b[min(nlAlign(n), len(b)):]
	}
	return d, true
}

func nlAlign(n int) int { return (n + 3) &^ 3 }
