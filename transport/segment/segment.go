// Package segment holds one TCP segment or UDP datagram as a value, and what a
// stack tells of a connection: its State and a Snapshot of its numbers. It
// opens no socket and keeps no history.
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

// Proto is TCP or UDP, by its number in the IP header.
type Proto uint8

// The protocols.
const (
	TCP Proto = 6
	UDP Proto = 17
)

// String is "tcp" or "udp".
func (p Proto) String() string {
	switch p {
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
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

// A Segment is one TCP segment or UDP datagram that was seen.
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

	Fate string // "ok", "lost", "dup", …; empty: not known
	Note string // Wireshark's expert words, "Retransmission"
}
