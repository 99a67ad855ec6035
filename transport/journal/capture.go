package journal

import (
	"encoding/binary"
	"fmt"
	"os"
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

const (
	snapLen    = 65535   // as much of an IP packet is kept
	maxComment = 4 << 10 // bytes of a comment that are kept
	statistics = 56      // bytes of one statistics block
)

// LinkType says how the packets of an interface begin (www.tcpdump.org/linktypes.html).
type LinkType uint16

// The link types that are understood.
const (
	LinkNull     LinkType = 0 // BSD loopback
	LinkEthernet LinkType = 1
	LinkRaw      LinkType = 101 // IP at once
	LinkLoop     LinkType = 108 // OpenBSD loopback
	LinkSLL      LinkType = 113 // Linux, any interface
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkSLL2     LinkType = 276
)

// An Interface is where packets were seen: one side of a link, or all that a
// capture of the kernel sees.
type Interface struct {
	Name, Description string
	Link              LinkType // LinkRaw in what is written here
}

// A Capture is a pcapng file being written. One goroutine at a time may use it.
type Capture struct {
	file    *os.File
	size    int64
	buf     []byte   // of the block being made
	packets int      // written
	seen    []uint64 // packets given, for each interface
	missed  []uint64 // of those, not written
	gap     uint64   // missed since the last that was written
	last    time.Time
	full    bool
	broken  error // why nothing can follow in the file
}

// CreateCapture makes the file at path, which must not exist. Its packets will
// be IP packets (LINKTYPE_RAW) with times in ns.
func CreateCapture(path string, ifaces []Interface) (*Capture, error) {
	if len(ifaces) == 0 || len(ifaces) > MaxInterfaces {
		return nil, fmt.Errorf("a capture has 1 to %d interfaces, not %d", MaxInterfaces, len(ifaces))
	}
	f, err := createNew(path)
	if err != nil {
		return nil, err
	}
	c := &Capture{file: f, seen: make([]uint64, len(ifaces)), missed: make([]uint64, len(ifaces))}
	c.section()
	for _, i := range ifaces {
		c.describe(i)
	}
	if err := c.flush(); err != nil {
		f.Close()
		os.Remove(path) // it is ours, and says nothing yet
		return nil, err
	}
	return c, nil
}

// Packet writes one IP packet as interface iface saw it at that time. origLen
// is its length where ip is only its beginning. The comment, often the fate
// ("lost by loss 10% (packet 17)"), may be empty.
//
// An error is about this packet alone: it is counted, the file stays whole, and
// the next packet written says how many are missing before it. ErrFull is for
// good: it says that the file has MaxFile bytes or MaxPackets packets.
func (c *Capture) Packet(iface int, at time.Time, ip []byte, origLen int, dir segment.Dir, comment string) error {
	if c.file == nil {
		return ErrClosed
	}
	if iface < 0 || iface >= len(c.seen) {
		return fmt.Errorf("the capture has %d interfaces, and none numbered %d", len(c.seen), iface)
	}
	c.seen[iface]++
	c.last = at
	err := c.write(iface, at, ip, origLen, dir, comment)
	if err != nil {
		c.missed[iface]++
		c.gap++
	}
	return err
}

// Missed is how many packets were given to c and are not in its file.
func (c *Capture) Missed() uint64 {
	var n uint64
	for _, m := range c.missed {
		n += m
	}
	return n
}

// Size is the length of the file, in bytes.
func (c *Capture) Size() int64 { return c.size }

// Close writes how many packets are missing, if any are, and lets the file go.
func (c *Capture) Close() error {
	if c.file == nil {
		return ErrClosed
	}
	err := c.broken
	if err == nil && c.Missed() > 0 {
		for i := range c.seen {
			c.count(i)
		}
		err = c.flush()
	}
	if serr := c.file.Sync(); err == nil {
		err = serr
	}
	if cerr := c.file.Close(); err == nil {
		err = cerr
	}
	c.file = nil
	return err
}

func (c *Capture) write(iface int, at time.Time, ip []byte, origLen int, dir segment.Dir, comment string) error {
	if c.broken != nil {
		return c.broken
	}
	if c.full {
		return ErrFull
	}
	c.packet(iface, at, ip, origLen, dir, comment)
	room := MaxFile - int64(len(c.seen)*statistics)
	if c.size+int64(len(c.buf)) > room || c.packets == MaxPackets {
		c.full, c.buf = true, c.buf[:0]
		return ErrFull
	}
	if err := c.flush(); err != nil {
		return err
	}
	c.packets++
	c.gap = 0
	return nil
}

// flush writes what buf holds. What a failed write left of it is cut off, as
// nothing could be read behind half a block.
func (c *Capture) flush() error {
	n, err := c.file.Write(c.buf)
	c.buf = c.buf[:0]
	if err == nil {
		c.size += int64(n)
		return nil
	}
	if n > 0 {
		if cut := c.cut(); cut != nil {
			c.broken = fmt.Errorf("%w, and half a block cannot be taken back: %w", err, cut)
			return c.broken
		}
	}
	return err
}

func (c *Capture) cut() error {
	if err := c.file.Truncate(c.size); err != nil {
		return err
	}
	_, err := c.file.Seek(c.size, 0)
	return err
}

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
