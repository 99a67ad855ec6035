package journal

import (
	"fmt"
	"os"
	"time"

	"seqtalk/transport/segment"
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
