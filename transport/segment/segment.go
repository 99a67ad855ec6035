// Package segment holds one TCP segment or UDP datagram as a value, and what a
// stack tells of a connection: its State and a Snapshot of its numbers. Parse
// reads a packet; a Follower tells what each segment of a connection is: a
// retransmission, a duplicate ACK. It opens no socket and keeps no segments.
package segment

import (
	"net/netip"
	"time"
)

// Flags are the control bits of RFC 9293 §3.1, as on the wire.
type Flags uint8

// The control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// String writes f as tcpdump does: "S.", "P.", "F.", "R", ".".
func (f Flags) String() string {
	b := make([]byte, 0, 8)
	for _, l := range [...]struct {
		bit    Flags
		letter byte
	}{{SYN, 'S'}, {FIN, 'F'}, {RST, 'R'}, {PSH, 'P'}, {URG, 'U'}, {ECE, 'E'}, {CWR, 'W'}, {ACK, '.'}} {
		if f&l.bit != 0 {
			b = append(b, l.letter)
		}
	}
	if len(b) == 0 {
		return "none"
	}
	return string(b)
}

// Proto is TCP or UDP, by its number in the IP header; or ICMP, which brings
// word of datagrams that did not get there.
type Proto uint8

// The protocols.
const (
	ICMP   Proto = 1
	TCP    Proto = 6
	UDP    Proto = 17
	ICMPv6 Proto = 58
)

// String is "tcp", "udp" or "icmp".
func (p Proto) String() string {
	switch p {
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case ICMP, ICMPv6:
		return "icmp"
	}
	return "?"
}

// Dir is a direction, seen from this end.
type Dir uint8

// The directions.
const (
	Out Dir = iota
	In
)

// String is "out" or "in".
func (d Dir) String() string {
	if d == In {
		return "in"
	}
	return "out"
}

// Stage says at which point of a packet's way it was seen.
type Stage uint8

// The stages. Where nothing is said, a segment was sent if it goes Out and has
// arrived if it comes In.
const (
	Unstaged Stage = iota
	Sent           // as it left its sender
	Arrived        // as it came to its receiver
	Died           // on the way: lost, or its queue was full
)

// String is "sent", "arrived" or "died".
func (s Stage) String() string { return [...]string{"", "sent", "arrived", "died"}[s] }

// The words of Segment.Fate. More than one may be said, with a comma between.
const (
	FateOK         = "ok"
	FateLost       = "lost"
	FateOverflowed = "overflowed"
	FateCorrupted  = "corrupted"
	FateDuplicated = "duplicated"
	FateReordered  = "reordered"
)

// A Segment is one TCP segment or UDP datagram that was seen, or an ICMP
// message. Where both ends of a link are seen, a packet is seen twice: Sent,
// then Arrived (each copy of it) or Died; these share Proto, Dir and ID.
type Segment struct {
	Ordinal  uint64 // of what was seen, from 1
	At       time.Time
	Proto    Proto
	Dir      Dir
	Src, Dst netip.AddrPort

	Flags Flags
	Seq   uint32 // absolute
	Ack   uint32 // absolute; means something only with ACK
	Len   int    // payload bytes
	Wnd   int    // bytes, scaled

	Fate string // "ok", "lost", "duplicated", …; empty: not known
	Note string // Wireshark's expert words, "Retransmission": Notes as text

	ID    uint64 // the packet's ordinal on its link; 0: not known
	Stage Stage
	Delay time.Duration // of an Arrived one, what its link took; 0: not known
	Copy  int           // 0 the packet itself, 1 the copy the link made
	Rule  string        // what decided Fate, "lost by loss 10%"; empty: nothing did

	Known  bool    // RelSeq and RelAck are counted from the initial numbers; else from the first seen
	RelSeq uint64  // relative: the SYN is number 0. Does not wrap
	RelAck uint64  // relative; means something only with ACK
	SACK   []Block // relative once a Follower has seen the segment
	Notes  Notes
	Dups   int // with DupAck: the how manieth in a row

	// Key is the ordinal of the message that decided the packet's fate, 0 if none
	// did. Messages are all whose bytes it bears; those beside Key that begin in it
	// shared Key's fate.
	Key      uint64
	Messages []uint64

	Size       int  // of the IP packet, bytes
	Fragment   bool // of an IP packet; a later one has no ports
	Type, Code byte // of ICMP
	Options    Options

	// Octets are the transport's header and what follows it, as they were seen and
	// as far as they were kept (KeptOctets); nil: they were not. Nobody changes them.
	Octets []byte
}

// A Block is a run of sequence numbers: First is in it, Next is not.
type Block struct{ First, Next uint64 }

// Options are the TCP options of a segment.
type Options struct {
	MSS           int // 0: none
	HasScale      bool
	Scale         uint8 // window scale
	SACKPermitted bool
	HasTime       bool
	TSVal, TSEcr  uint32 // RFC 7323 timestamps
}

// Span is how many sequence numbers s takes: its bytes, and one each for SYN
// and FIN.
func (s *Segment) Span() int {
	n := s.Len
	if s.Flags&SYN != 0 {
		n++
	}
	if s.Flags&FIN != 0 {
		n++
	}
	return n
}
