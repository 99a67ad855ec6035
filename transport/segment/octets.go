package segment

// KeptOctets is how much of a packet, from the transport's header on, goes with
// its Segment: the header, which is never longer than 60, and what follows it.
const KeptOctets = 256

// Kept is the transport's header of an IP packet and what follows it, as far as
// it is kept. It is a part of packet.
func Kept(packet []byte) []byte {
	p, err := parseIP(packet)
	if err != nil || p.later {
		return nil
	}
	return p.body[:min(len(p.body), KeptOctets)]
}

// shelfBoard is how many places are made at a time.
const shelfBoard = 64

// A Shelf keeps the octets of the segments in a ring, at the places these have,
// so that a packet costs no memory of its own.
type Shelf struct {
	boards []*[shelfBoard][KeptOctets]byte
}

// Put keeps what is Kept of packet at a place, over what was there. The answer
// stays until the place is used again.
func (h *Shelf) Put(place int, packet []byte) []byte {
	for len(h.boards) <= place/shelfBoard {
		h.boards = append(h.boards, new([shelfBoard][KeptOctets]byte))
	}
	at := &h.boards[place/shelfBoard][place%shelfBoard]
	n := copy(at[:], Kept(packet))
	return at[:n:n]
}

// Own gives segs, copies of what is in a ring, octets that stay.
func Own(segs []Segment) {
	n := 0
	for i := range segs {
		n += len(segs[i].Octets)
	}
	all := make([]byte, 0, n)
	for i := range segs {
		if o := segs[i].Octets; o != nil {
			from := len(all)
			all = append(all, o...)
			segs[i].Octets = all[from:len(all):len(all)]
		}
	}
}

// Header is the header among what was kept of s; nil where that is not known.
func (s *Segment) Header() []byte {
	head, _ := s.parts()
	return head
}

// Payload is what was kept of what s carries; it may be cut short.
func (s *Segment) Payload() []byte {
	_, rest := s.parts()
	return rest
}

func (s *Segment) parts() (head, rest []byte) {
	n := 8
	if s.Proto == TCP && len(s.Octets) > 12 {
		n = int(s.Octets[12]>>4) * 4
	}
	if n < 8 || n > len(s.Octets) {
		return nil, nil
	}
	return s.Octets[:n], s.Octets[n:]
}
