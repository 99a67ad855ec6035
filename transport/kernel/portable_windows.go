package kernel

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"seqtalk/transport/segment"
)

// claim has nobody else bind the address: SO_REUSEADDR would let another
// program take it over.
func claim(network, address string, rc syscall.RawConn) error {
	const exclusiveAddrUse = ^windows.SO_REUSEADDR // SO_EXCLUSIVEADDRUSE of <winsock2.h>
	var err error
	if e := rc.Control(func(fd uintptr) {
		err = windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, exclusiveAddrUse, 1)
	}); e != nil {
		return e
	}
	return err
}

// tcpInfo is TCP_INFO_v0 of <mstcpip.h>, of Windows 10 1703 and later.
type tcpInfo struct {
	State             uint32
	Mss               uint32
	ConnectionTimeMs  uint64
	TimestampsEnabled uint8
	RttUs             uint32
	MinRttUs          uint32
	BytesInFlight     uint32
	Cwnd              uint32
	SndWnd            uint32
	RcvWnd            uint32
	RcvBuf            uint32
	BytesOut          uint64
	BytesIn           uint64
	BytesReordered    uint32
	BytesRetrans      uint32
	FastRetrans       uint32
	DupAcksIn         uint32
	TimeoutEpisodes   uint32
	SynRetrans        uint8
}

const sioTCPInfo = 0xD8000027 // SIO_TCP_INFO

// tcpStates are TCPSTATE of <mstcpip.h>.
var tcpStates = [...]segment.State{
	segment.Closed, segment.Listen, segment.SynSent, segment.SynReceived, segment.Established, segment.FinWait1,
	segment.FinWait2, segment.CloseWait, segment.Closing, segment.LastAck, segment.TimeWait,
}

// counted is what the system counted last.
type counted struct{ segment.Snapshot }

// count reads the counters; numbers made of them are approximate, as it is not
// documented whether BytesOut counts retransmissions.
func (c *conn) count() {
	rc, err := c.nc.SyscallConn()
	if err != nil {
		return
	}
	var ti tcpInfo
	rc.Control(func(fd uintptr) {
		var version, n uint32
		err = windows.WSAIoctl(windows.Handle(fd), sioTCPInfo, (*byte)(unsafe.Pointer(&version)), uint32(unsafe.Sizeof(version)),
			(*byte)(unsafe.Pointer(&ti)), uint32(unsafe.Sizeof(ti)), &n, nil, 0)
	})
	if err != nil {
		return
	}
	s := segment.Snapshot{
		Source: segment.Approx,
		Known:  segment.HasSnd | segment.HasRcv | segment.HasWnd,
		SndNxt: 1 + ti.BytesOut,
		SndUna: 1 + ti.BytesOut - min(uint64(ti.BytesInFlight), ti.BytesOut),
		RcvNxt: 1 + ti.BytesIn,
		MSS:    int(ti.Mss),
		SndWnd: int(ti.SndWnd),
		RcvWnd: int(ti.RcvWnd),
	}
	if int(ti.State) < len(tcpStates) {
		s.State = tcpStates[ti.State]
	}
	c.counted = counted{s}
}
