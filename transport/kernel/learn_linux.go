//go:build !portable

package kernel

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// learned is what is known of the initial sequence numbers. TCP_INFO does not
// tell them, but an ordinary process can still learn them: the acceptor reads
// the peer's SYN (TCP_SAVED_SYN), and either has a segment of its own echoed,
// headers and all, to the error queue (SO_TIMESTAMPING without
// SOF_TIMESTAMPING_OPT_TSONLY; sysctl net.core.tstamp_allow_data, on by
// default).
type learned struct {
	iss, irs uint32
	known    segment.Fields // HasISS, HasIRS
	tries    int
}

const (
	learnTries = 8        // writes after which relative numbers must do
	learnMax   = 16 << 10 // bytes of a write worth copying to the error queue
)

// fill puts what is known into s.
func (l *learned) fill(s *segment.Snapshot) {
	s.Known |= l.known
	s.ISS, s.IRS = l.iss, l.irs
	if l.known != 0 {
		s.Source = segment.Loopback
	}
}

// savedSYN takes IRS from the SYN that the listener kept.
func (l *learned) savedSYN(fd int) {
	var p [256]byte
	n := uint32(len(p))
	_, _, no := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.IPPROTO_TCP, unix.TCP_SAVED_SYN,
		uintptr(unsafe.Pointer(&p)), uintptr(unsafe.Pointer(&n)), 0)
	if no != 0 {
		return
	}
	if h, ok := parseIP(p[:min(int(n), len(p))]); ok {
		l.irs = h.seq
		l.known |= segment.HasIRS
	}
}

// send writes p. While a number is missing and nothing is under way, it has
// the segment echoed, reads the echo, which is there when the write returns,
// and turns the echo off again: events that keep coming would be charged to
// the receive buffer.
func (c *conn) send(p []byte) (int, error) {
	l := &c.learned
	if l.tries == learnTries || len(p) > learnMax || l.known == segment.HasISS|segment.HasIRS {
		return unix.Write(c.fd, p)
	}
	l.tries++
	before, got, err := tcpInfo(c.fd)
	outq, errq := unix.IoctlGetInt(c.fd, unix.SIOCOUTQ)
	if err != nil || errq != nil || got < upToNotsent || outq != 0 || len(p) > int(before.Snd_mss) {
		return unix.Write(c.fd, p)
	}
	flush(c.fd)
	unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, unix.SOF_TIMESTAMPING_SOFTWARE|unix.SOF_TIMESTAMPING_TX_SCHED)
	n, err := unix.Write(c.fd, p)
	unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, 0)
	if err != nil {
		return n, err
	}
	h, ok := c.echo(n)
	if !ok {
		return n, nil
	}
	rel := uint32(before.Bytes_acked) // of the first byte of p: nothing was under way
	if !c.dialed {
		rel++
	}
	l.iss = h.seq - rel
	l.known |= segment.HasISS
	if after, _, err := tcpInfo(c.fd); err == nil && after.Bytes_received == before.Bytes_received {
		l.irs = h.ack - 1 - uint32(before.Bytes_received)
		l.known |= segment.HasIRS
	}
	return n, nil
}

// echo reads the error queue until it is empty and finds the segment that
// holds the n bytes just written and no more.
func (c *conn) echo(n int) (tcpHeader, bool) {
	var p [learnMax + 256]byte
	var oob [512]byte
	var found tcpHeader
	ok := false
	for {
		size, oobn, _, _, err := unix.Recvmsg(c.fd, p[:], oob[:], unix.MSG_ERRQUEUE)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return found, ok
		}
		if ee, have := extendedErr(oob[:oobn]); !have || ee.Origin != unix.SO_EE_ORIGIN_TIMESTAMPING {
			continue
		}
		// Ethernet and loopback have a link header of 14 octets, a tun device
		// none, with a VLAN tag it is 18.
		for _, link := range [...]int{14, 0, 4, 18} {
			if size < link {
				continue
			}
			h, parsed := parseIP(p[link:size])
			if parsed && h.len == n && h.src == c.local.Port() && h.dst == c.remote.Port() {
				found, ok = h, true
				break
			}
		}
	}
}

// flush empties the error queue of fd.
func flush(fd int) {
	var p [1]byte
	for {
		if _, _, _, _, err := unix.Recvmsg(fd, p[:], nil, unix.MSG_ERRQUEUE); err != nil && err != unix.EINTR {
			return
		}
	}
}

// tcpHeader is what is read of a header of RFC 9293 §3.1.
type tcpHeader struct {
	src, dst uint16
	seq, ack uint32
	len      int // of the payload
}

// parseIP finds the TCP header in an IP packet without extension headers.
func parseIP(p []byte) (h tcpHeader, ok bool) {
	if len(p) < 20 {
		return h, false
	}
	var t []byte // from the TCP header on
	switch p[0] >> 4 {
	case 4:
		if ihl := int(p[0]&15) * 4; p[9] == unix.IPPROTO_TCP && ihl >= 20 && len(p) >= ihl {
			t = p[ihl:]
		}
	case 6:
		if len(p) >= 40 && p[6] == unix.IPPROTO_TCP {
			t = p[40:]
		}
	}
	if len(t) < 20 {
		return h, false
	}
	off := int(t[12]>>4) * 4
	if off < 20 || off > len(t) {
		return h, false
	}
	be := binary.BigEndian
	return tcpHeader{src: be.Uint16(t), dst: be.Uint16(t[2:]), seq: be.Uint32(t[4:]), ack: be.Uint32(t[8:]), len: len(t) - off}, true
}
