//go:build !portable

package kernel

import (
	"time"

	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// numbers are approximate: TCP_CONNECTION_INFO counts bytes, retransmitted
// ones apart, and not sequence numbers.
type numbers struct {
	last segment.Snapshot
}

func (c *conn) begin() { c.last.Source = segment.Approx }

// leave is called just before the descriptor is closed.
func (c *conn) leave(bool) { c.snapshot() }

func (c *conn) send(p []byte) (int, error) { return unix.Write(c.fd, p) }

// tcpStates are the states of XNU's <netinet/tcp_fsm.h>.
var tcpStates = [...]segment.State{
	segment.Closed, segment.Listen, segment.SynSent, segment.SynReceived, segment.Established, segment.CloseWait,
	segment.FinWait1, segment.Closing, segment.LastAck, segment.FinWait2, segment.TimeWait,
}

// snapshot tells what XNU does, with the SYN as number 0. Nothing is told of a
// closed descriptor.
func (c *conn) snapshot() segment.Snapshot {
	now := time.Now()
	if c.fd < 0 || c.err != nil && !c.up {
		c.last.At, c.last.State = now, segment.Closed
		return c.last
	}
	ti, err := unix.GetsockoptTCPConnectionInfo(c.fd, unix.IPPROTO_TCP, unix.TCP_CONNECTION_INFO)
	if err != nil {
		c.last.At, c.last.Source, c.last.Known = now, segment.None, 0
		return c.last
	}
	s := segment.Snapshot{
		At: now, Source: segment.Approx, Known: segment.HasRetrans,
		Retrans: int(ti.Txretransmitpackets),
	}
	if int(ti.State) < len(tcpStates) {
		s.State = tcpStates[ti.State]
	}
	if s.State.Synchronized() {
		// Snd_sbbytes is what waits in the send buffer, sent or not; Txbytes
		// counts retransmissions too.
		sent := ti.Txbytes - min(ti.Txretransmitbytes, ti.Txbytes)
		s.Known |= segment.HasSnd | segment.HasRcv | segment.HasCwnd | segment.HasWnd
		s.SndNxt = 1 + sent
		s.SndUna = s.SndNxt - min(uint64(ti.Snd_sbbytes), sent)
		s.RcvNxt = 1 + ti.Rxbytes
		s.MSS = int(ti.Maxseg)
		s.Cwnd = int(ti.Snd_cwnd) / max(s.MSS, 1)
		if ti.Snd_ssthresh < 1<<30 {
			s.Ssthresh = int(ti.Snd_ssthresh) / max(s.MSS, 1)
		}
		s.SndWnd, s.RcvWnd = int(ti.Snd_wnd), int(ti.Rcv_wnd)
		if ti.Srtt > 0 {
			s.Known |= segment.HasRTT
			s.SRTT, s.RTTVar, s.RTO = milli(ti.Srtt), milli(ti.Rttvar), milli(ti.Rto)
		}
	}
	c.last = s
	return s
}

func milli(ms uint32) time.Duration { return time.Duration(ms) * time.Millisecond }
