package lab

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"seqtalk/transport/segment"
)

// What travels between two processes, each frame a datagram:
//
//	HELLO   "seqtalk-lab/1 0123456789abcdef\n"     readable, for whoever is no lab
//	others  F6 'L' 'B'  version  kind  session (8)  body
//
// Numbers in a body are varints. A packet travels behind what its sender knows of
// it; of one that was lost, the headers do.
const (
	helloWord = "seqtalk-lab/1 "
	helloLen  = len(helloWord) + 16 + 1
	headLen   = 13
	version   = 1
)

var magic = [3]byte{0xF6, 'L', 'B'}

// A frameKind says what a frame is.
type frameKind uint8

const (
	noFrame      frameKind = iota // nothing of ours
	hello                         // the dialer asks for a link
	welcome                       // the listener's cookie
	packetFrame                   // an IP packet
	ghostFrame                    // the headers of one that was lost
	reportFrame                   // packets that arrived
	beatFrame                     // still here; which settings are known
	settingFrame                  // the settings of the link
	byeFrame                      // the sender leaves
	busyFrame                     // the listener has a link already
	declineFrame                  // there is no lab here
	whoFrame                      // a frame came of a session nobody here knows
	proofFrame                    // the dialer brings the cookie back, and has its link
	lastFrame
)

// maxGhost is how much of a lost packet travels: the longest headers of IPv6 and
// TCP, and some more that ICMP quotes.
const maxGhost = 120

// maxFrame is the longest frame that is read.
const maxFrame = 4096

// appendHello writes the one readable frame.
func appendHello(b []byte, session uint64) []byte {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], session)
	return append(hex.AppendEncode(append(b, helloWord...), id[:]), '\n')
}

func appendHead(b []byte, k frameKind, session uint64) []byte {
	b = append(b, magic[0], magic[1], magic[2], version, byte(k))
	return binary.BigEndian.AppendUint64(b, session)
}

// open reads what stands before a frame's body.
func open(b []byte) (k frameKind, session uint64, body []byte) {
	if len(b) == helloLen && bytes.HasPrefix(b, []byte(helloWord)) && b[helloLen-1] == '\n' {
		var id [8]byte
		if _, err := hex.Decode(id[:], b[len(helloWord):helloLen-1]); err != nil {
			return noFrame, 0, nil
		}
		k, session = hello, binary.BigEndian.Uint64(id[:])
	} else {
		if len(b) < headLen || [3]byte(b) != magic || b[3] != version {
			return noFrame, 0, nil
		}
		k, session, body = frameKind(b[4]), binary.BigEndian.Uint64(b[5:]), b[headLen:]
	}
	if session == 0 || k <= noFrame || k >= lastFrame || k == hello && body != nil {
		return noFrame, 0, nil
	}
	return k, session, body
}

// A parcel is a packet between two processes.
type parcel struct {
	about segment.Segment // ID, Copy, Notes, Fate, Rule, Key and Messages; the rest is in bytes
	udp   bool            // its lane
	ghost bool            // it was lost
	age   time.Duration   // since it was sent
	bit   int             // that was flipped; -1: none
	bytes []byte          // as it arrives; of a ghost only the beginning
}

const (
	onUDP  = 1 << iota // the lane
	isCopy             // the link made it
	isBent             // a bit was flipped
)

// fates are the words of Segment.Fate as bits, in the order in which words says them.
var fates = [...]string{
	segment.FateReordered, segment.FateCorrupted, segment.FateDuplicated, segment.FateLost, segment.FateOverflowed,
}

// maxMessages is how many messages of a packet are named.
const maxMessages = 8

// maxRule is the longest rule that is read.
const maxRule = 200

func appendParcel(b []byte, session uint64, p *parcel) []byte {
	k := packetFrame
	if p.ghost {
		k = ghostFrame
	}
	b = appendHead(b, k, session)
	var flags byte
	if p.udp {
		flags |= onUDP
	}
	if p.about.Copy > 0 {
		flags |= isCopy
	}
	if p.bit >= 0 {
		flags |= isBent
	}
	b = append(b, flags, fateBits(p.about.Fate))
	b = binary.AppendUvarint(b, p.about.ID)
	b = binary.AppendUvarint(b, uint64(max(p.age, 0)/time.Microsecond))
	b = binary.AppendUvarint(b, uint64(p.about.Notes))
	if p.bit >= 0 {
		b = binary.AppendUvarint(b, uint64(p.bit))
	}
	b = binary.AppendUvarint(b, p.about.Key)
	named := p.about.Messages[:min(len(p.about.Messages), maxMessages)]
	b = binary.AppendUvarint(b, uint64(len(named)))
	for _, m := range named {
		b = binary.AppendUvarint(b, m)
	}
	rule := p.about.Rule[:min(len(p.about.Rule), maxRule)]
	b = binary.AppendUvarint(b, uint64(len(rule)))
	b = append(b, rule...)
	return append(b, p.bytes...)
}

func fateBits(fate string) (bits byte) {
	for i, w := range fates {
		if strings.Contains(fate, w) {
			bits |= 1 << i
		}
	}
	return bits
}

func fateWords(bits byte) string {
	if bits == 0 {
		return segment.FateOK
	}
	var words string
	for i, w := range fates {
		if bits&(1<<i) == 0 {
			continue
		}
		if words != "" {
			words += ", "
		}
		words += w
	}
	return words
}

// readParcel reads the body of a packet's or a ghost's frame. The bytes are b's.
func readParcel(b []byte, ghost bool) (p parcel, ok bool) {
	r := reader{b: b}
	flags, fate := r.octet(), r.octet()
	p = parcel{udp: flags&onUDP != 0, ghost: ghost, bit: -1}
	p.about.ID = r.number()
	p.age = time.Duration(min(r.number(), uint64(time.Hour/time.Microsecond))) * time.Microsecond
	p.about.Notes = segment.Notes(r.number())
	if flags&isCopy != 0 {
		p.about.Copy = 1
	}
	if flags&isBent != 0 {
		p.bit = int(min(r.number(), 8*MTU))
	}
	p.about.Key = r.number()
	n := r.number()
	if n > maxMessages {
		return p, false
	}
	for range n {
		p.about.Messages = append(p.about.Messages, r.number())
	}
	rule := r.bytes(maxRule)
	p.about.Fate, p.about.Rule = fateWords(fate), printableRule(rule)
	p.bytes = r.b
	if r.bad || fate >= 1<<len(fates) || p.about.ID == 0 || len(p.bytes) == 0 || len(p.bytes) > MTU {
		return p, false
	}
	return p, true
}

// printableRule keeps a rule that is in our own words, which are all ASCII.
func printableRule(b []byte) string {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return string(b)
}

// An arrival is a packet that came, by its ordinal on its lane.
type arrival struct {
	udp  bool
	copy int
	id   uint64
}

// maxReport is how many arrivals one frame tells of.
const maxReport = 100

func appendReport(b []byte, session uint64, came []arrival) []byte {
	b = appendHead(b, reportFrame, session)
	for _, a := range came {
		var flags byte
		if a.udp {
			flags |= onUDP
		}
		if a.copy > 0 {
			flags |= isCopy
		}
		b = binary.AppendUvarint(append(b, flags), a.id)
	}
	return b
}

func readReport(b []byte) (came []arrival, ok bool) {
	r := reader{b: b}
	for len(r.b) > 0 && len(came) < maxReport {
		flags := r.octet()
		a := arrival{udp: flags&onUDP != 0, id: r.number()}
		if flags&isCopy != 0 {
			a.copy = 1
		}
		came = append(came, a)
	}
	return came, !r.bad && len(r.b) == 0
}

// A reader takes numbers off the front of b. Once something was missing it is bad,
// and gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) octet() byte {
	if r.bad || len(r.b) == 0 {
		r.bad = true
		return 0
	}
	o := r.b[0]
	r.b = r.b[1:]
	return o
}

func (r *reader) number() uint64 {
	if r.bad {
		return 0
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// bytes reads a length and as many bytes.
func (r *reader) bytes(most int) []byte {
	n := r.number()
	if r.bad || n > uint64(most) || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}
