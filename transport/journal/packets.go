package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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
