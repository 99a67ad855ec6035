package segment

import "time"

// Source says who told a number.
type Source string

// The sources, strongest first.
const (
	Capture  Source = "cap"  // a packet capture (CAP_NET_RAW)
	Loopback Source = "txq"  // our own segments from the error queue, and TCP_SAVED_SYN
	Relative Source = "rel"  // TCP_INFO and SIOCOUTQ: relative numbers only
	Lab      Source = "lab"  // the userspace stack and its tap
	Approx   Source = "~"    // counters of a system that does not tell exactly
	None     Source = "none" // nobody tells
)

// Fields is a set of the fields of a Snapshot that are known.
type Fields uint32

// The fields whose source may be missing.
const (
	HasSnd     Fields = 1 << iota // SndUna, SndNxt
	HasRcv                        // RcvNxt
	HasISS                        // ISS
	HasIRS                        // IRS
	HasRTT                        // SRTT, RTTVar, RTO
	HasCwnd                       // Cwnd, Ssthresh, MSS
	HasWnd                        // SndWnd, RcvWnd
	HasQueue                      // InFlight, Unsent
	HasRetrans                    // Retrans, Backoff
	HasTimer                      // TimeLeft
	HasStrayed                    // Strayed
	HasQuiet                      // Quiet
)

// A Snapshot is what a stack tells of one TCP connection at one moment.
// Sequence numbers are relative to the connection's initial ones (the SYN is
// number 0, the first byte number 1) and do not wrap, so they serve as
// positions in the stream too; the number on the wire is ISS or IRS plus the
// low 32 bits.
type Snapshot struct {
	At     time.Time
	State  State
	Source Source
	Known  Fields

	SndUna uint64 // SND.UNA: the oldest number not acknowledged
	SndNxt uint64 // SND.NXT: the next number to be sent
	RcvNxt uint64 // RCV.NXT: the next number expected
	ISS    uint32 // our initial sequence number
	IRS    uint32 // the peer's

	SRTT, RTTVar, RTO time.Duration // RFC 6298
	Cwnd, Ssthresh    int           // segments of MSS bytes; Ssthresh 0: none yet
	MSS               int           // bytes
	SndWnd, RcvWnd    int           // bytes
	InFlight, Unsent  int           // bytes sent and not acknowledged; written and not sent
	Retrans           int           // segments sent again, all told
	Backoff           int           // times the segment now waiting was sent again
	TimeLeft          time.Duration // of TIME-WAIT, or until a timer fires

	// Strayed is how many segments more were seen to come than the stack took, up
	// to a number that stays: while it does, none died in between, in a firewall.
	Strayed int

	Quiet time.Duration // since the peer's stack last sent anything, if only an ACK

	Out, In *Segment // the last one sent and received, where segments are seen
	History string   // the connection's life in Zeek's letters, where segments are seen
}

// Has reports whether all fields of f are known.
func (s Snapshot) Has(f Fields) bool { return s.Known&f == f }

// AckedBytes is how many bytes of our stream the peer's stack has: the numbers
// below SND.UNA without the SYN's. It counts an acknowledged FIN as a byte.
func (s Snapshot) AckedBytes() uint64 {
	if s.SndUna == 0 {
		return 0
	}
	return s.SndUna - 1
}
