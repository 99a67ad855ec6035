package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
)

// What Parse cannot read. A later fragment is no error: it has no ports.
var (
	ErrShort   = errors.New("shorter than its headers say")
	ErrNotIP   = errors.New("neither IPv4 nor IPv6")
	ErrForeign = errors.New("neither TCP, UDP nor ICMP")
)

// Parse reads an IP packet that bears TCP, UDP or ICMP. b may be cut short
// behind the headers, as in a capture: Len and Size are what the headers say.
// Seq, Ack and Wnd are as on the wire; a Follower makes them relative.
// payload is what of the transport's payload is in b, and part of it.
func Parse(b []byte) (s Segment, payload []byte, err error) {
	p, err := parseIP(b)
	if err != nil {
		return s, nil, err
	}
	s = Segment{Proto: p.proto, Size: p.size, Fragment: p.fragment}
	s.Src, s.Dst = netip.AddrPortFrom(p.src, 0), netip.AddrPortFrom(p.dst, 0)
	if p.later {
		s.Len = p.rest
		return s, p.body, nil
	}
	payload, err = s.transport(p)
	return s, payload, err
}

// parseIP reads what stands before the transport's header.
func parseIP(b []byte) (ipPacket, error) {
	switch {
	case len(b) == 0:
		return ipPacket{}, ErrShort
	case b[0]>>4 == 4:
		return parseIPv4(b)
	case b[0]>>4 == 6:
		return parseIPv6(b)
	}
	return ipPacket{}, ErrNotIP
}

// An ipPacket is an IP packet without its header.
type ipPacket struct {
	src, dst netip.Addr
	proto    Proto
	size     int    // of the packet
	rest     int    // bytes behind the IP header
	body     []byte // those of them that are there
	fragment bool
	later    bool // a fragment that does not begin with the transport's header
}

// parseIPv4 reads the header of RFC 791 §3.1.
func parseIPv4(b []byte) (p ipPacket, err error) {
	if len(b) < 20 {
		return p, ErrShort
	}
	head, size := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if head < 20 || size < head || len(b) < head {
		return p, ErrShort
	}
	field := binary.BigEndian.Uint16(b[6:])
	p = ipPacket{
		src: netip.AddrFrom4([4]byte(b[12:])), dst: netip.AddrFrom4([4]byte(b[16:])),
		proto: Proto(b[9]), size: size, rest: size - head, body: b[head:min(size, len(b))],
		fragment: field&0x3fff != 0, later: field&0x1fff != 0,
	}
	return p, nil
}

// parseIPv6 reads the header of RFC 8200 §3 and the extensions before the
// transport's header.
func parseIPv6(b []byte) (p ipPacket, err error) {
	const head = 40
	if len(b) < head {
		return p, ErrShort
	}
	rest := int(binary.BigEndian.Uint16(b[4:]))
	p = ipPacket{
		src: netip.AddrFrom16([16]byte(b[8:])), dst: netip.AddrFrom16([16]byte(b[24:])),
		proto: Proto(b[6]), size: head + rest, rest: rest, body: b[head:min(head+rest, len(b))],
	}
	return p, p.skipExtensions()
}

// The extension headers of RFC 8200 §4.1 that can be skipped.
const (
	hopByHop    Proto = 0
	routing     Proto = 43
	fragmented  Proto = 44
	destination Proto = 60
)

func (p *ipPacket) skipExtensions() error {
	for !p.later {
		n := 8
		switch p.proto {
		case hopByHop, routing, destination:
			if len(p.body) < 8 {
				return ErrShort
			}
			n = 8 + 8*int(p.body[1])
		case fragmented:
			if len(p.body) < 8 {
				return ErrShort
			}
			field := binary.BigEndian.Uint16(p.body[2:])
			p.fragment = p.fragment || field&0xfff9 != 0
			p.later = field&0xfff8 != 0
		default:
			return nil
		}
		if len(p.body) < n || p.rest < n {
			return ErrShort
		}
		p.proto, p.body, p.rest = Proto(p.body[0]), p.body[n:], p.rest-n
	}
	return nil
}

// transport reads the header behind p's.
func (s *Segment) transport(p ipPacket) ([]byte, error) {
	switch p.proto {
	case TCP:
		return s.parseTCP(p)
	case UDP:
		return s.parseUDP(p)
	case ICMP, ICMPv6:
		if len(p.body) < 8 || p.rest < 8 {
			return nil, ErrShort
		}
		s.Type, s.Code, s.Len = p.body[0], p.body[1], p.rest-8
		return p.body[8:], nil
	}
	return nil, fmt.Errorf("%w: protocol %d", ErrForeign, p.proto)
}

func (s *Segment) ports(b []byte) {
	s.Src = netip.AddrPortFrom(s.Src.Addr(), binary.BigEndian.Uint16(b))
	s.Dst = netip.AddrPortFrom(s.Dst.Addr(), binary.BigEndian.Uint16(b[2:]))
}

// parseUDP reads the header of RFC 768.
func (s *Segment) parseUDP(p ipPacket) ([]byte, error) {
	if len(p.body) < 8 {
		return nil, ErrShort
	}
	n := int(binary.BigEndian.Uint16(p.body[4:]))
	if n < 8 || n > p.rest && !p.fragment {
		return nil, ErrShort
	}
	s.ports(p.body)
	s.Len = n - 8
	return p.body[8:min(n, len(p.body))], nil
}

// parseTCP reads the header of RFC 9293 §3.1.
func (s *Segment) parseTCP(p ipPacket) ([]byte, error) {
	b := p.body
	if len(b) < 20 {
		return nil, ErrShort
	}
	head := int(b[12]>>4) * 4
	if head < 20 || head > len(b) || head > p.rest {
		return nil, ErrShort
	}
	s.ports(b)
	s.Seq, s.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	s.Flags, s.Wnd = Flags(b[13]), int(binary.BigEndian.Uint16(b[14:]))
	s.Len = p.rest - head
	s.options(b[20:head])
	return b[head:], nil
}

// The kinds of TCP options (RFC 9293 §3.2, RFC 7323, RFC 2018).
const (
	optEnd           = 0
	optNop           = 1
	optMSS           = 2
	optScale         = 3
	optSACKPermitted = 4
	optSACK          = 5
	optTimestamps    = 8
)

// options reads the options that are known, and stops at one that is cut off.
func (s *Segment) options(b []byte) {
	for len(b) > 0 && b[0] != optEnd {
		if b[0] == optNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return
		}
		s.option(b[0], b[2:b[1]])
		b = b[b[1]:]
	}
}

func (s *Segment) option(kind byte, v []byte) {
	o := &s.Options
	switch {
	case kind == optMSS && len(v) == 2:
		o.MSS = int(binary.BigEndian.Uint16(v))
	case kind == optScale && len(v) == 1:
		o.HasScale, o.Scale = true, min(v[0], 14) // RFC 7323 §2.3
	case kind == optSACKPermitted:
		o.SACKPermitted = true
	case kind == optTimestamps && len(v) == 8:
		o.HasTime = true
		o.TSVal, o.TSEcr = binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:])
	case kind == optSACK && len(v)%8 == 0 && len(v) > 0:
		s.SACK = make([]Block, 0, len(v)/8)
		for ; len(v) > 0; v = v[8:] {
			s.SACK = append(s.SACK, Block{
				First: uint64(binary.BigEndian.Uint32(v)),
				Next:  uint64(binary.BigEndian.Uint32(v[4:])),
			})
		}
	}
}

// Intact reports whether the checksums of an IP packet hold: the header's
// (IPv4) and the transport's. A fragment's transport cannot be checked.
func Intact(b []byte) bool {
	s, _, err := Parse(b)
	if err != nil || s.Size > len(b) {
		return false
	}
	var p ipPacket
	if b[0]>>4 == 4 {
		p, _ = parseIPv4(b)
		if fold(sum(0, b[:int(b[0]&15)*4])) != 0xffff {
			return false
		}
	} else {
		p, _ = parseIPv6(b)
	}
	return p.fragment || p.intact()
}

// intact checks the transport's checksum (RFC 9293 §3.1, RFC 768, RFC 4443).
func (p *ipPacket) intact() bool {
	if p.proto == UDP && p.src.Is4() && binary.BigEndian.Uint16(p.body[6:]) == 0 {
		return true // the sender made none
	}
	body := p.body
	if p.proto == UDP {
		body = body[:binary.BigEndian.Uint16(body[4:])]
	}
	var acc uint64
	if p.proto != ICMP {
		acc = sum(sum(0, p.src.AsSlice()), p.dst.AsSlice())
		acc += uint64(p.proto) + uint64(len(body))
	}
	return fold(sum(acc, body)) == 0xffff
}

// sum adds b to acc in 16-bit words (RFC 1071).
func sum(acc uint64, b []byte) uint64 {
	for ; len(b) >= 2; b = b[2:] {
		acc += uint64(b[0])<<8 | uint64(b[1])
	}
	if len(b) == 1 {
		acc += uint64(b[0]) << 8
	}
	return acc
}

// fold ends a sum: the carries are added to the low 16 bits.
func fold(acc uint64) uint16 {
	for acc > 0xffff {
		acc = acc>>16 + acc&0xffff
	}
	return uint16(acc)
}
