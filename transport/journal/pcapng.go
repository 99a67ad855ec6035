package journal

import (
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"

	"seqtalk/transport/segment"
)

// The blocks of pcapng (draft-ietf-opsawg-pcapng §4), and options of them.
//
//	| type | length |  body …  | options … | length |    all in 32-bit words
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockObsolete   = 2 // the packet block before Enhanced Packet
	blockSimple     = 3
	blockStatistics = 5
	blockPacket     = 6

	byteOrderMagic = 0x1a2b3c4d

	optEnd         = 0
	optComment     = 1
	optApplication = 4 // of a section

	optName        = 2 // of an interface
	optDescription = 3
	optResolution  = 9
	optTimeOffset  = 14

	optFlags     = 2 // of a packet
	optDropCount = 4

	optReceived = 4 // of statistics
	optDropped  = 5

	flagInbound  = 1
	flagOutbound = 2
	flagWay      = 3 // the bits of the two
)

// section begins the file (§4.1): little-endian, of unknown length.
func (c *Capture) section() {
	at := c.begin(blockSection)
	c.u32(byteOrderMagic)
	c.u32(1) // version 1.0
	c.u32(0xffffffff)
	c.u32(0xffffffff)
	c.text(optApplication, "seqtalk")
	c.end(at)
}

// describe writes an interface (§4.2).
func (c *Capture) describe(i Interface) {
	at := c.begin(blockInterface)
	c.u32(uint32(LinkRaw))
	c.u32(snapLen)
	if i.Name != "" {
		c.text(optName, i.Name)
	}
	if i.Description != "" {
		c.text(optDescription, i.Description)
	}
	c.option(optResolution, []byte{9}) // 10⁻⁹ s
	c.end(at)
}

// packet writes an enhanced packet (§4.3).
func (c *Capture) packet(iface int, at time.Time, ip []byte, origLen int, dir segment.Dir, comment string) {
	origLen = max(origLen, len(ip))
	ip = ip[:min(len(ip), snapLen)]
	start := c.begin(blockPacket)
	c.u32(uint32(iface))
	c.time(at)
	c.u32(uint32(len(ip)))
	c.u32(uint32(min(int64(origLen), 1<<32-1)))
	c.padded(ip)
	if comment != "" {
		c.text(optComment, comment)
	}
	way := byte(flagOutbound)
	if dir == segment.In {
		way = flagInbound
	}
	c.option(optFlags, []byte{way, 0, 0, 0})
	if c.gap > 0 {
		c.option(optDropCount, binary.LittleEndian.AppendUint64(nil, c.gap))
	}
	c.end(start)
}

// count writes an interface's statistics (§4.6).
func (c *Capture) count(iface int) {
	at := c.begin(blockStatistics)
	c.u32(uint32(iface))
	c.time(c.last)
	c.option(optReceived, binary.LittleEndian.AppendUint64(nil, c.seen[iface]))
	c.option(optDropped, binary.LittleEndian.AppendUint64(nil, c.missed[iface]))
	c.end(at)
}

// begin starts a block; end, given what begin returned, ends it.
func (c *Capture) begin(kind uint32) int {
	at := len(c.buf)
	c.u32(kind)
	c.u32(0)
	return at
}

func (c *Capture) end(at int) {
	c.u32(optEnd)
	n := uint32(len(c.buf) - at + 4)
	c.u32(n)
	binary.LittleEndian.PutUint32(c.buf[at+4:], n)
}

func (c *Capture) u32(v uint32) { c.buf = binary.LittleEndian.AppendUint32(c.buf, v) }

// time is in units of if_tsresol, its upper half first.
func (c *Capture) time(at time.Time) {
	ns := clampNano(at)
	c.u32(uint32(ns >> 32))
	c.u32(uint32(ns))
}

func (c *Capture) padded(b []byte) {
	c.buf = append(c.buf, b...)
	c.buf = append(c.buf, 0, 0, 0)[:len(c.buf)+-len(b)&3]
}

func (c *Capture) option(code uint16, v []byte) {
	c.u32(uint32(code) | uint32(len(v))<<16)
	c.padded(v)
}

// text writes s as an option, which must be UTF-8, cut between two characters
// where it is too long.
func (c *Capture) text(code uint16, s string) {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	if len(s) > maxComment {
		n := maxComment
		for !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	c.option(code, []byte(s))
}
