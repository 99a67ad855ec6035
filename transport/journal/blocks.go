package journal

import (
	"encoding/binary"
	"io"
	"math"
	"time"

	"seqtalk/transport/segment"
)

// block reads a block. It is a packet, or nothing to tell of.
func (r *CaptureReader) block() (p Packet, ok bool, err error) {
	r.at = r.next
	head, err := r.read(8)
	if err != nil {
		return p, false, err
	}
	lead := [8]byte(head)
	kind := binary.LittleEndian.Uint32(lead[:]) // of a section the same either way
	if kind == blockSection {
		if err := r.byteOrder(); err != nil {
			return p, false, err
		}
	}
	kind = r.order.Uint32(lead[:])
	n := int64(r.order.Uint32(lead[4:]))
	if n < 12 || n%4 != 0 || n > MaxBlock {
		return p, false, r.wrong("a block of type %#x says it has %d bytes; blocks have 12 to %d, in fours", kind, n, MaxBlock)
	}
	body, err := r.rest(int(n) - 8)
	if err != nil {
		return p, false, err
	}
	if again := r.order.Uint32(body[n-12:]); int64(again) != n {
		return p, false, r.wrong("a block of %d bytes says at its end that it has %d", n, again)
	}
	return r.take(kind, body[:n-12])
}

// byteOrder looks ahead to the magic number of a section.
func (r *CaptureReader) byteOrder() error {
	magic, err := r.in.Peek(4)
	switch {
	case len(magic) < 4 && err == io.EOF:
		return &FormatError{Offset: r.at, Why: "a section begins and ends at once", Err: ErrTruncated}
	case len(magic) < 4:
		return err
	case binary.LittleEndian.Uint32(magic) == byteOrderMagic:
		r.order = binary.LittleEndian
	case binary.BigEndian.Uint32(magic) == byteOrderMagic:
		r.order = binary.BigEndian
	default:
		return r.wrong("a section with the byte-order magic %x", magic)
	}
	return nil
}

// take reads the body of a block. Those that are not known are passed over, as
// §3.1 of the draft asks.
func (r *CaptureReader) take(kind uint32, b []byte) (p Packet, ok bool, err error) {
	switch kind {
	case blockSection:
		err = r.section(b)
	case blockInterface:
		err = r.iface(b)
	case blockPacket, blockObsolete:
		return r.packet(kind, b)
	case blockSimple:
		return r.simple(b)
	}
	return p, false, err
}

func (r *CaptureReader) section(b []byte) error {
	if len(b) < 16 {
		return r.wrong("a section header of %d bytes; it needs 16", len(b))
	}
	if major := r.order.Uint16(b[4:]); major != 1 {
		return r.wrong("pcapng of version %d.%d; 1 is understood", major, r.order.Uint16(b[6:]))
	}
	r.base = len(r.ifaces)
	return nil
}

func (r *CaptureReader) iface(b []byte) error {
	if len(b) < 8 {
		return r.wrong("an interface description of %d bytes; it needs 8", len(b))
	}
	if len(r.ifaces) == MaxInterfaces {
		return r.wrong("more than %d interfaces", MaxInterfaces)
	}
	i := readInterface{clock: clock{unit: 1_000_000}, snapLen: r.order.Uint32(b[4:])}
	i.Link = LinkType(r.order.Uint16(b))
	err := r.options(b[8:], func(code uint16, v []byte) error {
		switch {
		case code == optName:
			i.Name = string(v)
		case code == optDescription:
			i.Description = string(v)
		case code == optTimeOffset && len(v) == 8:
			i.clock.offset = int64(r.order.Uint64(v))
		case code == optResolution && len(v) == 1:
			if !i.clock.resolve(v[0]) {
				return r.wrong("a time resolution of %#x", v[0])
			}
		}
		return nil
	})
	r.ifaces = append(r.ifaces, i)
	return err
}

// packet reads an enhanced packet block (§4.3), or its forerunner (§A).
func (r *CaptureReader) packet(kind uint32, b []byte) (p Packet, ok bool, err error) {
	if len(b) < 20 {
		return p, false, r.wrong("a packet block of %d bytes; it needs 20", len(b))
	}
	id := int64(r.order.Uint32(b))
	if kind == blockObsolete {
		id = int64(r.order.Uint16(b))
		if n := r.order.Uint16(b[2:]); n != math.MaxUint16 { // else not known
			p.Dropped = uint64(n)
		}
	}
	kept := int64(r.order.Uint32(b[12:]))
	if kept > int64(len(b)-20) {
		return p, false, r.wrong("a packet of %d bytes in a block with room for %d", kept, len(b)-20)
	}
	i, err := r.lookUp(id)
	if err != nil {
		return p, false, err
	}
	p.Interface, p.OrigLen = r.base+int(id), int(r.order.Uint32(b[16:]))
	p.At = i.clock.time(uint64(r.order.Uint32(b[4:]))<<32 | uint64(r.order.Uint32(b[8:])))
	frame := b[20 : 20+kept]
	if err := r.describe(&p, b[min(20+(kept+3)&^3, int64(len(b))):]); err != nil {
		return p, false, err
	}
	return r.deliver(p, i.Link, frame)
}

// describe reads the options of a packet.
func (r *CaptureReader) describe(p *Packet, b []byte) error {
	return r.options(b, func(code uint16, v []byte) error {
		switch {
		case code == optComment && p.Comment != "":
			p.Comment += "\n" + string(v)
		case code == optComment:
			p.Comment = string(v)
		case code == optDropCount && len(v) == 8:
			p.Dropped = r.order.Uint64(v)
		case code == optFlags && len(v) == 4:
			switch r.order.Uint32(v) & flagWay {
			case flagInbound:
				p.Dir, p.Directed = segment.In, true
			case flagOutbound:
				p.Dir, p.Directed = segment.Out, true
			}
		}
		return nil
	})
}

// simple reads a simple packet block (§4.4), which has no time.
func (r *CaptureReader) simple(b []byte) (p Packet, ok bool, err error) {
	if len(b) < 4 {
		return p, false, r.wrong("a simple packet block of %d bytes; it needs 4", len(b))
	}
	i, err := r.lookUp(0)
	if err != nil {
		return p, false, err
	}
	orig := r.order.Uint32(b)
	kept := int64(min(orig, uint32(len(b)-4)))
	if i.snapLen > 0 {
		kept = min(kept, int64(i.snapLen))
	}
	p.Interface, p.OrigLen, p.At = r.base, int(orig), time.Unix(0, 0).UTC()
	return r.deliver(p, i.Link, b[4:4+kept])
}

func (r *CaptureReader) lookUp(id int64) (*readInterface, error) {
	if id >= int64(len(r.ifaces)-r.base) {
		return nil, r.wrong("a packet of interface %d; %d are described before it", id, len(r.ifaces)-r.base)
	}
	return &r.ifaces[r.base+int(id)], nil
}

// options calls f for each option in b (§3.5).
func (r *CaptureReader) options(b []byte, f func(code uint16, v []byte) error) error {
	for len(b) >= 4 {
		code, n := r.order.Uint16(b), int(r.order.Uint16(b[2:]))
		if code == optEnd {
			return nil
		}
		if n > len(b)-4 {
			return r.wrong("option %d says it has %d bytes; %d are left in its block", code, n, len(b)-4)
		}
		if err := f(code, b[4:4+n]); err != nil {
			return err
		}
		b = b[min(4+(n+3)&^3, len(b)):]
	}
	return nil
}
