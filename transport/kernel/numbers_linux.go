//go:build !portable

package kernel

import (
	"math"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// numbers is what a conn knows of its sequence numbers. The formulas count the
// SYN as number 0 and are exact; see snapshot.
type numbers struct {
	last    segment.Snapshot // what was told last
	cookie  uint64           // of the socket, by which sock_diag knows it after Close
	gone    bool             // nothing is left of the connection
	waiting bool             // for the peer's window, which takes TCP_USER_TIMEOUT off
	learned learned
}

// begin is called once, on a socket that is to connect or was accepted.
func (c *conn) begin() {
	c.cookie, _ = unix.GetsockoptUint64(c.fd, unix.SOL_SOCKET, unix.SO_COOKIE)
	c.trouble = c.failed
	c.last.Source = segment.Relative
	if !c.dialed {
		c.learned.savedSYN(c.fd)
	}
}

// failed empties the error queue, where the echo of a segment may stand, and
// tells whether there is an error beyond it.
func (c *conn) failed() interest {
	flush(c.fd)
	poll := [1]unix.PollFd{{Fd: int32(c.fd)}}
	if n, err := unix.Poll(poll[:], 0); n == 0 && err == nil {
		return 0
	}
	return readable | writable
}

// leave is called just before the descriptor is closed.
func (c *conn) leave(abort bool) {
	c.snapshot()
	c.gone = abort || !c.up
}

// tcpStates are the states of <net/tcp_states.h>, from 1. NEW_SYN_RECV (12)
// is a connection whose handshake is under way.
var tcpStates = [...]segment.State{
	segment.Unknown, segment.Established, segment.SynSent, segment.SynReceived, segment.FinWait1, segment.FinWait2,
	segment.TimeWait, segment.Closed, segment.CloseWait, segment.LastAck, segment.Listen, segment.Closing, segment.SynReceived,
}

func tcpState(n uint8) segment.State {
	if int(n) < len(tcpStates) {
		return tcpStates[n]
	}
	return segment.Unknown
}

// tcpInfo reads TCP_INFO. got is how much of it the kernel filled: what lies
// beyond is unknown, not zero.
func tcpInfo(fd int) (ti unix.TCPInfo, got uint32, err error) {
	n := uint32(unsafe.Sizeof(ti))
	_, _, no := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.IPPROTO_TCP, unix.TCP_INFO,
		uintptr(unsafe.Pointer(&ti)), uintptr(unsafe.Pointer(&n)), 0)
	if no != 0 {
		return ti, 0, no
	}
	return ti, n, nil
}

// The lengths of TCP_INFO that hold the fields used here.
const (
	upToRetrans       = uint32(unsafe.Offsetof(unix.TCPInfo{}.Total_retrans) + 4)
	upToBytesReceived = uint32(unsafe.Offsetof(unix.TCPInfo{}.Bytes_received) + 8)
	upToSegsIn        = uint32(unsafe.Offsetof(unix.TCPInfo{}.Segs_in) + 4)
	upToNotsent       = uint32(unsafe.Offsetof(unix.TCPInfo{}.Notsent_bytes) + 4)
	upToRcvWnd        = uint32(unsafe.Offsetof(unix.TCPInfo{}.Rcv_wnd) + 4)
)

// consistentTries bounds how often the numbers are read anew because they
// moved while they were being read.
const consistentTries = 32

// snapshot tells the numbers, all of struct tcp_info but for SIOCOUTQ:
//
//	SND.UNA = tcpi_bytes_acked, + 1 if we accepted (it counts the ACK of our SYN if we dialed, of our FIN always)
//	RCV.NXT = tcpi_bytes_received + 1 (it counts the peer's FIN, not its SYN)
//	SND.NXT = SND.UNA + SIOCOUTQ - tcpi_notsent_bytes
//
// The last needs two reads that agree, as each is another system call.
func (c *conn) snapshot() segment.Snapshot {
	now := time.Now()
	if c.fd < 0 {
		return c.afterlife(now)
	}
	if c.err != nil && !c.up {
		c.gone = true
		return c.afterlife(now)
	}
	ti, got, err := tcpInfo(c.fd)
	if err != nil || got < upToRetrans {
		c.last.At, c.last.Source, c.last.Known = now, segment.None, 0
		return c.last
	}
	s := segment.Snapshot{At: now, State: tcpState(ti.State), Source: segment.Relative, Known: segment.HasRetrans | segment.HasCwnd}
	var outq int
	exact := false
	if s.State != segment.SynSent && got >= upToNotsent {
		for range consistentTries {
			outq, err = unix.IoctlGetInt(c.fd, unix.SIOCOUTQ)
			if err != nil {
				break
			}
			was := ti
			if ti, got, err = tcpInfo(c.fd); err != nil {
				break
			}
			if was.Bytes_acked == ti.Bytes_acked && was.Notsent_bytes == ti.Notsent_bytes && was.State == ti.State {
				exact = true
				break
			}
		}
		s.State = tcpState(ti.State)
	}

	s.Retrans, s.Backoff = int(ti.Total_retrans), int(ti.Retransmits)
	s.Cwnd, s.MSS = int(ti.Snd_cwnd), int(ti.Snd_mss)
	if ti.Snd_ssthresh < math.MaxInt32 { // TCP_INFINITE_SSTHRESH
		s.Ssthresh = int(ti.Snd_ssthresh)
	}
	if ti.Rtt > 0 {
		s.Known |= segment.HasRTT
		s.SRTT, s.RTTVar, s.RTO = micro(ti.Rtt), micro(ti.Rttvar), micro(ti.Rto)
	}
	switch {
	case s.State == segment.SynSent:
		s.Known |= segment.HasSnd
		s.SndNxt = 1 // the SYN, which SIOCOUTQ does not count
		if d, ok := c.diag(); ok && d.timer {
			s.Known |= segment.HasTimer
			s.TimeLeft = d.left
		}
	case got >= upToBytesReceived:
		s.Known |= segment.HasRcv
		s.RcvNxt = ti.Bytes_received + 1
		if exact {
			s.Known |= segment.HasSnd | segment.HasQueue
			s.SndUna = ti.Bytes_acked
			if !c.dialed {
				s.SndUna++
			}
			s.SndNxt = s.SndUna + uint64(max(outq-int(ti.Notsent_bytes), 0))
			s.InFlight, s.Unsent = int(s.SndNxt-s.SndUna), int(ti.Notsent_bytes)
		} else if c.last.Has(segment.HasSnd | segment.HasQueue) {
			s.Known |= segment.HasSnd | segment.HasQueue
			s.SndUna, s.SndNxt, s.InFlight, s.Unsent = c.last.SndUna, c.last.SndNxt, c.last.InFlight, c.last.Unsent
		}
		if got >= upToRcvWnd {
			s.Known |= segment.HasWnd
			s.SndWnd, s.RcvWnd = int(ti.Snd_wnd), int(ti.Rcv_wnd)
		}
		c.patience(&ti, got)
	}
	if s.State.Synchronized() {
		s.Known |= segment.HasQuiet
		s.Quiet = time.Duration(min(ti.Last_ack_recv, ti.Last_data_recv)) * time.Millisecond
	}
	if got >= upToSegsIn {
		s.Known |= segment.HasStrayed
		s.Strayed = -int(ti.Segs_in)
	}
	c.learned.fill(&s)
	if s.State == segment.Closed {
		s.SndUna, s.SndNxt, s.RcvNxt = max(s.SndUna, c.last.SndUna), max(s.SndNxt, c.last.SndNxt), max(s.RcvNxt, c.last.RcvNxt)
		c.last = s
		return c.afterlife(now) // the descriptor says CLOSE in TIME-WAIT too
	}
	c.last = s
	return s
}

// afterlife is what was told last, with the state by sock_diag, which knows
// of FIN-WAIT-2, LAST-ACK and TIME-WAIT when the descriptor does not.
func (c *conn) afterlife(now time.Time) segment.Snapshot {
	c.last.At, c.last.TimeLeft = now, 0
	c.last.Known &^= segment.HasTimer
	if !c.gone {
		d, ok := c.diag()
		if ok && d.state >= segment.FinWait1 { // the states of a connection both have let go of
			c.follow(d.state)
			if d.timer {
				c.last.Known |= segment.HasTimer
				c.last.TimeLeft = d.left
			}
			return c.last
		}
		c.gone = true
	}
	c.last.State = segment.Closed
	return c.last
}

// follow takes the state of a closed descriptor's connection, and what it
// implies: in FIN-WAIT-2 and TIME-WAIT our FIN, and so all before it, is
// acknowledged, and CLOSING and TIME-WAIT come with the peer's FIN.
func (c *conn) follow(now segment.State) {
	s := &c.last
	if now == segment.FinWait2 || now == segment.TimeWait {
		s.SndNxt += uint64(s.Unsent)
		s.SndUna, s.InFlight, s.Unsent = s.SndNxt, 0, 0
	}
	if (s.State == segment.FinWait1 || s.State == segment.FinWait2) && (now == segment.Closing || now == segment.TimeWait) {
		s.RcvNxt++
	}
	s.State = now
}

// patience takes TCP_USER_TIMEOUT off while the peer's window is closed and
// sets it again after. The kernel would count the time that a stopped reader
// keeps its window shut, though it answers every probe, and give it up.
func (c *conn) patience(ti *unix.TCPInfo, got uint32) {
	waiting := got >= upToNotsent && ti.Unacked == 0 && ti.Notsent_bytes > 0 ||
		got >= upToRcvWnd && ti.Snd_wnd == 0
	if waiting == c.waiting {
		return
	}
	c.waiting = waiting
	if waiting {
		setUserTimeout(c.fd, 0)
	} else {
		setUserTimeout(c.fd, userTimeout)
	}
}

func micro(us uint32) time.Duration { return time.Duration(us) * time.Microsecond }
