package journal

import (
	"encoding/binary"
	"math/bits"
	"time"

	"seqtalk/transport/segment"
)

// The types of Ethernet, and the packet type of Linux, that matter here.
const (
	typeIPv4 = 0x0800
	typeIPv6 = 0x86dd
	typeVLAN = 0x8100
	typeQinQ = 0x88a8

	sllOutgoing = 4
)

// strip takes the link's header off frame and returns the IP packet, nil if
// there is none. Linux's "any" interface says which way a packet went, too.
func strip(link LinkType, frame []byte) (ip []byte, dir segment.Dir, directed bool) {
	switch link {
	case LinkRaw, LinkIPv4, LinkIPv6:
		ip = versioned(frame)
	case LinkNull, LinkLoop:
		ip = versioned(cut(frame, 4)) // the family's number differs from system to system
	case LinkEthernet:
		ip = typed(frame, 12, 14)
	case LinkSLL:
		ip = typed(frame, 14, 16)
		if ip != nil {
			dir, directed = way(frame[1]), true
		}
	case LinkSLL2:
		ip = typed(frame, 0, 20)
		if ip != nil {
			dir, directed = way(frame[10]), true
		}
	}
	return ip, dir, directed
}

func way(packetType byte) segment.Dir {
	if packetType == sllOutgoing {
		return segment.Out
	}
	return segment.In
}

// cut is b without its first n bytes; nil if it has no more.
func cut(b []byte, n int) []byte {
	if len(b) <= n {
		return nil
	}
	return b[n:]
}

// versioned is b if it begins as an IP packet does.
func versioned(b []byte) []byte {
	if len(b) > 0 && (b[0]>>4 == 4 || b[0]>>4 == 6) {
		return b
	}
	return nil
}

// typed is what follows a header of n bytes with the Ethernet type at place at,
// and up to two VLAN tags behind it.
func typed(b []byte, at, n int) []byte {
	if len(b) <= n {
		return nil
	}
	kind, b := binary.BigEndian.Uint16(b[at:]), b[n:]
	for range 2 {
		if kind == typeVLAN || kind == typeQinQ {
			if len(b) < 4 {
				return nil
			}
			kind, b = binary.BigEndian.Uint16(b[2:]), b[4:]
		}
	}
	if kind != typeIPv4 && kind != typeIPv6 {
		return nil
	}
	return versioned(b)
}

// A clock makes times of an interface's time stamps: so many units in a second,
// and whole seconds to add.
type clock struct {
	unit   uint64
	offset int64
}

// resolve reads if_tsresol: a negative power of 10, or of 2 if its highest bit
// is set. It reports whether a 64-bit stamp can have that unit.
func (c *clock) resolve(v byte) bool {
	exponent := v & 0x7f
	if v&0x80 != 0 {
		c.unit = 1 << min(exponent, 63)
		return exponent <= 63
	}
	c.unit = 1
	for range min(exponent, 19) {
		c.unit *= 10
	}
	return exponent <= 19
}

// time is stamp as a time within 1970–9999.
func (c *clock) time(stamp uint64) time.Time {
	hi, lo := bits.Mul64(stamp%c.unit, 1_000_000_000)
	ns, _ := bits.Div64(hi, lo, c.unit)
	seconds := int64(min(stamp/c.unit, lastSecond))
	offset := min(max(c.offset, -lastSecond), lastSecond)
	seconds = min(max(seconds+offset, 0), lastSecond)
	return time.Unix(seconds, int64(ns)).UTC()
}
