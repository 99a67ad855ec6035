package journal

import (
	"encoding/binary"
	"time"
)

// The older pcap format, which tcpdump writes: a header of 24 bytes, then for
// each packet 16 bytes (seconds, fraction, bytes kept, bytes there were) and
// the bytes.
const (
	magicMicro = 0xa1b2c3d4
	magicNano  = 0xa1b23c4d
)

// older24 reads the header of a pcap file that begins with magic.
func (r *CaptureReader) older24(magic [4]byte) error {
	i := readInterface{clock: clock{unit: 1_000_000}}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(magic[:]) {
		case magicNano:
			i.clock.unit = 1_000_000_000
			r.order = order
		case magicMicro:
			r.order = order
		}
	}
	if r.order == nil {
		return r.wrong("no capture: it begins with %x, as neither pcapng nor pcap does", magic)
	}
	head, err := r.rest(24)
	if err != nil {
		return err
	}
	i.Link = LinkType(r.order.Uint32(head[20:])) // its upper bits are about the frame check sequence
	r.older, r.ifaces = true, []readInterface{i}
	return nil
}

// record reads a packet of a pcap file.
func (r *CaptureReader) record() (p Packet, ok bool, err error) {
	r.at = r.next
	head, err := r.read(16)
	if err != nil {
		return p, false, err
	}
	seconds, fraction := r.order.Uint32(head), r.order.Uint32(head[4:])
	kept := r.order.Uint32(head[8:])
	p.OrigLen = int(r.order.Uint32(head[12:]))
	if kept > MaxBlock {
		return p, false, r.wrong("a packet of %d bytes; at most %d are read", kept, MaxBlock)
	}
	frame, err := r.rest(int(kept))
	if err != nil {
		return p, false, err
	}
	i := &r.ifaces[0]
	p.At = time.Unix(int64(seconds), int64(fraction)*int64(1_000_000_000/i.clock.unit)).UTC()
	return r.deliver(p, i.Link, frame)
}
