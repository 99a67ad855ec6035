package session

import (
	"encoding/binary"
	"fmt"
)

// A frame, in octets; numbers are big-endian:
//
//	 0    1        2     3     4               8
//	+----+--------+-----+-----+---------------+----------------------+
//	| F5 | version| mode| type| length        | length octets        |
//	+----+--------+-----+-----+---------------+----------------------+
//
// In a datagram the first eight octets of the length are the session, and the
// frame is the whole datagram. The rest is one CBOR array (body.go). F5 is never part of
// valid UTF-8 (RFC 3629 §1), so that no text looks like a frame. Mode 1 is
// kept for encryption.
const (
	magic      = 0xF5
	version    = 1
	modePlain  = 0
	sessionLen = 8
)

// kind is the type of a frame.
type kind uint8

// The types. 16 to 31 are kept for files; who does not know a type from 128 on skips it.
const (
	hello kind = 1 + iota
	nick
	text
	receipt
	ping
	pong
	bye
	half      kind = 128 // skipped by who does not know it, as all from here on
	skippable kind = 128
)

// String is the name a frame has in the ladder.
func (k kind) String() string {
	switch k {
	case hello:
		return "HELLO"
	case nick:
		return "NICK"
	case text:
		return "TEXT"
	case receipt:
		return "RECEIPT"
	case ping:
		return "PING"
	case pong:
		return "PONG"
	case bye:
		return "BYE"
	case half:
		return "HALF"
	}
	return fmt.Sprintf("type %d", uint8(k))
}

// longest is how many octets the body of a frame of type k may have.
func (k kind) longest() int {
	switch k {
	case hello:
		return maxHello
	case nick:
		return 1 + 2 + maxNick
	case receipt:
		return 1 + 9 + 3 + maxBitmap
	case ping, pong:
		return 1 + 9
	case bye:
		return 1 + 2
	}
	return maxLength
}

// header reads the beginning of a frame from p, of which at least headerLen
// octets have come. overhead is what stands between header and body: nothing
// on a stream, the session in a datagram.
func header(p []byte, overhead int) (k kind, length int, err error) {
	switch {
	case p[0] != magic:
		return 0, 0, fmt.Errorf("octet %02x where a frame begins with f5", p[0])
	case p[1] != version:
		return 0, 0, fmt.Errorf("frame of version %d, this is version %d", p[1], version)
	case p[2] != modePlain:
		return 0, 0, fmt.Errorf("frame in mode %d, only mode 0 is known", p[2])
	}
	k = kind(p[3])
	if k == 0 || k > bye && k < skippable {
		return 0, 0, fmt.Errorf("frame of unknown type %d", uint8(k))
	}
	n := binary.BigEndian.Uint32(p[4:])
	if n > maxLength {
		return 0, 0, fmt.Errorf("frame of %d octets is over the limit of %d", n, maxLength)
	}
	body := int(n) - overhead
	if body < 0 {
		return 0, 0, fmt.Errorf("%v of %d octets has no room for its session", k, n)
	}
	if body > k.longest() {
		return 0, 0, fmt.Errorf("%v of %d octets is over the limit of %d", k, body, k.longest())
	}
	return k, int(n), nil
}

// datagram splits a datagram that is one whole frame.
func datagram(p []byte) (k kind, session uint64, body []byte, err error) {
	if len(p) < headerLen+sessionLen {
		return 0, 0, nil, fmt.Errorf("datagram of %d octets is shorter than its header", len(p))
	}
	k, n, err := header(p, sessionLen)
	if err != nil {
		return 0, 0, nil, err
	}
	if n != len(p)-headerLen {
		return 0, 0, nil, fmt.Errorf("%v of %d octets in a datagram with room for %d", k, n, len(p)-headerLen)
	}
	return k, binary.BigEndian.Uint64(p[headerLen:]), p[headerLen+sessionLen:], nil
}

// beginFrame appends a header whose length endFrame fills in, and, unless the
// session is 0, the session.
func beginFrame(p []byte, k kind, session uint64) []byte {
	p = append(p, magic, version, modePlain, byte(k), 0, 0, 0, 0)
	if session != 0 {
		p = binary.BigEndian.AppendUint64(p, session)
	}
	return p
}

// endFrame fills in the length of the frame that begins at p[at].
func endFrame(p []byte, at int) []byte {
	binary.BigEndian.PutUint32(p[at+4:], uint32(len(p)-at-headerLen))
	return p
}
