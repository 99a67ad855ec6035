package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"seqtalk/transport/segment"
)

// A Packet is one IP packet of a capture.
type Packet struct {
	Number    int // in the file, from 1; frames that bear no IP count too
	Interface int // index into Interfaces
	At        time.Time
	IP        []byte // as much as was kept; valid until the next call of Next
	OrigLen   int    // of the IP packet
	Dir       segment.Dir
	Directed  bool   // the file says which Dir; else it is Out for want of a better
	Comment   string // foreign text, its lines as in the file
	Dropped   uint64 // how many packets are missing before it, as far as the file says
}

// A CaptureReader reads a capture, pcapng or the older pcap, in either byte
// order.
type CaptureReader struct {
	in     *bufio.Reader
	closer io.Closer
	order  binary.ByteOrder
	older  bool  // pcap: no blocks, one interface
	at     int64 // offset of the block being read
	next   int64 // and of what is read next
	buf    []byte
	ifaces []readInterface
	base   int // the first interface of this section
	number int
	skips  int
	err    error // what Next said last, for good
}

// A readInterface is an interface and how it tells the time.
type readInterface struct {
	Interface
	clock   clock
	snapLen uint32
}

// OpenCapture opens the file at path to read it.
func OpenCapture(path string) (*CaptureReader, error) {
	f, _, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	r, err := NewCaptureReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r.closer = f
	return r, nil
}

// NewCaptureReader reads a capture from in, of which it reads at most MaxFile
// bytes.
func NewCaptureReader(in io.Reader) (*CaptureReader, error) {
	r := &CaptureReader{in: bufio.NewReaderSize(in, 32<<10)}
	magic, err := r.in.Peek(4)
	if len(magic) < 4 {
		if err == io.EOF {
			return nil, r.wrong("no capture: it has %d bytes", len(magic))
		}
		return nil, err
	}
	if binary.LittleEndian.Uint32(magic) == blockSection {
		return r, nil
	}
	return r, r.older24([4]byte(magic))
}

// Interfaces are those met so far. They all are, in most files, with the first
// packet.
func (r *CaptureReader) Interfaces() []Interface {
	all := make([]Interface, len(r.ifaces))
	for i := range all {
		all[i] = r.ifaces[i].Interface
	}
	return all
}

// Skipped counts the frames passed over, as they bear no IP or came over a
// link that is not understood.
func (r *CaptureReader) Skipped() int { return r.skips }

// Close lets the file go.
func (r *CaptureReader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// Next returns the next IP packet, and io.EOF after the last. Any other error
// is a *FormatError or the system's, and for good.
func (r *CaptureReader) Next() (Packet, error) {
	for r.err == nil {
		var p Packet
		var ok bool
		if r.older {
			p, ok, r.err = r.record()
		} else {
			p, ok, r.err = r.block()
		}
		if ok {
			return p, nil
		}
	}
	return Packet{}, r.err
}

// wrong says what is the matter with the block at r.at.
func (r *CaptureReader) wrong(why string, args ...any) error {
	return &FormatError{Offset: r.at, Why: fmt.Sprintf(why, args...)}
}

// read returns the next n bytes. What a file announces costs no more memory
// than about twice what it has.
func (r *CaptureReader) read(n int) ([]byte, error) {
	const step = 8 << 10
	if r.next+int64(n) > MaxFile {
		return nil, &FormatError{Offset: r.at, Why: fmt.Sprintf("longer than the %d bytes that are read", MaxFile), Err: ErrFull}
	}
	r.buf = r.buf[:0]
	for len(r.buf) < n {
		had, more := len(r.buf), min(n-len(r.buf), step)
		r.buf = slices.Grow(r.buf, more)[:had+more]
		m, err := io.ReadFull(r.in, r.buf[had:])
		r.next += int64(m)
		switch {
		case err == nil:
		case err == io.EOF && had+m == 0:
			return nil, io.EOF
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
			return nil, &FormatError{Offset: r.at, Why: fmt.Sprintf("%d bytes are announced and %d there", n, had+m), Err: ErrTruncated}
		default:
			return nil, err
		}
	}
	return r.buf, nil
}

// rest is read where the end of the file is no good end.
func (r *CaptureReader) rest(n int) ([]byte, error) {
	b, err := r.read(n)
	if err == io.EOF {
		err = &FormatError{Offset: r.at, Why: fmt.Sprintf("%d bytes are announced and none there", n), Err: ErrTruncated}
	}
	return b, err
}

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

// deliver takes the link's header off frame; ok says whether IP is left.
func (r *CaptureReader) deliver(p Packet, link LinkType, frame []byte) (_ Packet, ok bool, err error) {
	if r.number == MaxPackets {
		return p, false, &FormatError{Offset: r.at, Why: fmt.Sprintf("more than %d packets", MaxPackets), Err: ErrFull}
	}
	r.number++
	p.Number = r.number
	ip, dir, directed := strip(link, frame)
	if ip == nil {
		r.skips++
		return p, false, nil
	}
	p.IP, p.OrigLen = ip, max(p.OrigLen-(len(frame)-len(ip)), len(ip))
	if directed && !p.Directed {
		p.Dir, p.Directed = dir, true
	}
	return p, true, nil
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
