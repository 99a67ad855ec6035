package segment

import (
	"slices"
	"time"
)

// A Follower follows one TCP connection as one end sees it: each segment as it
// is sent (Out) or arrives (In), in that order. It keeps numbers, no segments;
// the zero Follower has seen nothing. A new connection needs a new Follower,
// see Restarts.
type Follower struct {
	// Exact says that the segments that come In bear the note their sender knew
	// (one of Resent, or none), so that nothing has to be guessed.
	Exact bool

	halves  [2]half // by Dir: what that side sends
	dialed  Dir     // who sent the first SYN
	history []byte
	reset   bool

	began     time.Time     // when the last SYN was seen
	overtaken time.Duration // within which a segment below the highest is out of order
}

// A half is what is known of one side: of what it sends, and what it
// acknowledges. Positions are relative and do not wrap.
type half struct {
	seen    bool   // any segment of it
	known   bool   // isn is from its SYN
	isn     uint32 // the number of position 0
	next    uint64 // behind the highest it sent
	fin     bool
	advance time.Time // when next last grew

	acked   uint64 // the highest it acknowledges of the other side
	ackAt   time.Time
	wnd     int // the window it offers, scaled
	options Options

	dups      int    // duplicate ACKs it has sent since acked grew
	sacked    uint64 // behind the highest it has SACKed
	recover   uint64 // after a timeout: what was sent by then
	resent    int    // segments it sent again
	backoff   int    // of the oldest one, since the other side's acked grew
	keepAlive bool
	letters   [256]bool
}

// fastWindow is how soon after an ACK a fast retransmission leaves: Wireshark's
// number.
const fastWindow = 20 * time.Millisecond

// reorderWindow is how long after a later segment one that was overtaken comes, if
// the handshake was not seen; else it is the handshake's round trip. Wireshark's
// rule, for where the sender's word is not to be had.
const reorderWindow = 3 * time.Millisecond

// Restarts reports whether s begins another connection between the same ports.
func (f *Follower) Restarts(s *Segment) bool {
	if s.Flags&SYN == 0 {
		return false
	}
	h := &f.halves[s.Dir]
	if !h.seen || h.known && h.isn == s.Seq {
		return false
	}
	return s.Dir == Out || f.Over()
}

// Over reports that the connection has ended: a RST, or both FINs.
func (f *Follower) Over() bool {
	return f.reset || f.halves[Out].fin && f.halves[In].fin
}

// See takes the next segment and fills what only the connection can tell:
// RelSeq, RelAck, SACK, Wnd, Notes, Note, Dups.
func (f *Follower) See(s *Segment) {
	h, peer := &f.halves[s.Dir], &f.halves[1-s.Dir]
	f.begin(s, h, peer)
	s.RelSeq, s.RelAck = h.position(s.Seq, h.next), 0
	if s.Flags&ACK != 0 && peer.seen {
		s.RelAck = peer.position(s.Ack, peer.next)
		peer.relative(s)
	}
	s.Known = h.known && (peer.known || s.Flags&ACK == 0)
	if s.Flags&SYN == 0 && h.options.HasScale && peer.options.HasScale {
		s.Wnd <<= h.options.Scale
	}
	given := s.Notes
	s.Notes, s.Dups = 0, 0
	f.judge(s, h, peer, given)
	s.Note = s.Notes.String()
	f.remember(s, h)
	h.update(s, peer)
	f.reset = f.reset || s.Flags&RST != 0
}

// begin learns where a side begins to count.
func (f *Follower) begin(s *Segment, h, peer *half) {
	if s.Flags&SYN != 0 && !h.known {
		h.seen, h.known, h.isn, h.options = true, true, s.Seq, s.Options
		if s.Flags&ACK == 0 && !peer.seen {
			f.dialed = s.Dir
		}
	}
	if s.Flags&(SYN|ACK) == SYN && s.Dir == f.dialed {
		f.began = s.At
	}
	if f.overtaken == 0 && s.Flags&SYN == 0 {
		f.overtaken = reorderWindow
		if h.known && peer.known && s.Dir == f.dialed {
			f.overtaken = s.At.Sub(f.began)
		}
	}
	if !h.seen && s.Flags&RST == 0 {
		h.seen, h.isn = true, s.Seq-1 // joined under way: what comes first is position 1
		h.next = 1
	}
	if s.Flags&(ACK|RST) == ACK && !peer.seen {
		peer.seen, peer.isn, peer.next = true, s.Ack-1, 1
	}
}

// position is that of number n, near to ref.
func (h *half) position(n uint32, ref uint64) uint64 {
	if !h.seen {
		return 0
	}
	p := int64(ref) + int64(int32(n-(h.isn+uint32(ref))))
	return uint64(max(p, 0))
}

// relative makes the SACK blocks relative; they speak of what h has sent.
func (h *half) relative(s *Segment) {
	s.SACK = slices.Clone(s.SACK)
	for i, b := range s.SACK {
		s.SACK[i] = Block{h.position(uint32(b.First), h.next), h.position(uint32(b.Next), h.next)}
	}
}

// judge says what s is, before it changes anything.
func (f *Follower) judge(s *Segment, h, peer *half, given Notes) {
	if s.Flags&RST != 0 {
		return
	}
	switch end := s.RelSeq + uint64(s.Span()); {
	case s.Flags&SYN == 0 && s.Len <= 1 && h.probes(s, peer):
		s.Notes |= KeepAlive
		if peer.wnd == 0 {
			s.Notes = ZeroWindowProbe
		}
	case s.Span() > 0 && s.RelSeq < h.next:
		s.Notes |= f.again(s, h, peer, given, end)
	case s.RelSeq > h.next:
		s.Notes |= PreviousMissing
	}
	if s.Dir == In && f.Exact {
		s.Notes |= given & Resent
	}
	if s.Flags&SYN != 0 {
		return
	}
	if s.Wnd == 0 && s.Flags&ACK != 0 {
		s.Notes |= ZeroWindow
	}
	if s.Len > 0 && s.RelSeq+uint64(s.Len) == peer.acked+uint64(peer.wnd) && s.Notes&(ZeroWindowProbe|KeepAlive) == 0 {
		s.Notes |= WindowFull
	}
	f.judgeAck(s, h, peer)
}

// probes reports that s asks for an ACK by repeating the last number that was
// acknowledged (RFC 9293 §3.8.4), with a byte or without.
func (h *half) probes(s *Segment, peer *half) bool {
	return s.Flags&FIN == 0 && h.next > 1 && s.RelSeq+1 == peer.acked && s.RelSeq+1 == h.next ||
		s.Len == 1 && s.Flags&FIN == 0 && peer.wnd == 0 && peer.acked > 1 && s.RelSeq+1 == peer.acked
}

// again says what a segment is that lies, at least in part, below what was sent.
func (f *Follower) again(s *Segment, h, peer *half, given Notes, end uint64) Notes {
	if s.Dir == In && f.Exact {
		if given.Has(Resent) || s.Copy > 0 || end <= peer.acked {
			return 0 // what its sender knew is enough, or the link made a copy
		}
		return OutOfOrder
	}
	switch {
	case end <= peer.acked:
		return SpuriousRetransmission
	case h.fast(s, peer):
		return FastRetransmission
	case s.Dir == In && end != h.next && s.At.Sub(h.advance) < f.overtaken:
		return OutOfOrder
	}
	return Retransmission
}

// fast reports that an ACK asked for s, not a timer: three of them were
// duplicates, or they told of what lies behind it (RFC 5681 §3.2, RFC 6675).
func (h *half) fast(s *Segment, peer *half) bool {
	return s.RelSeq >= h.recover && s.At.Sub(peer.ackAt) <= fastWindow &&
		(peer.dups >= 2 && s.RelSeq == peer.acked || s.Dir == Out && peer.sacked > s.RelSeq)
}

// judgeAck says what s is as an acknowledgement that bears nothing else. It is a
// duplicate only if there is something to wait for (RFC 5681 §2); Wireshark says so
// of others, too.
func (f *Follower) judgeAck(s *Segment, h, peer *half) {
	if s.Span() > 0 || s.Flags&ACK == 0 || h.acked == 0 || s.RelAck != h.acked || s.RelSeq != h.next {
		return
	}
	if len(s.SACK) > 0 || s.Wnd == h.wnd && s.RelAck < peer.next && !peer.keepAlive {
		s.Notes |= DupAck
		s.Dups = h.dups + 1
	}
	if s.Wnd > h.wnd {
		s.Notes |= WindowUpdate
	}
}

// update takes s into account.
func (h *half) update(s *Segment, peer *half) {
	if s.Flags&RST != 0 {
		return
	}
	h.keepAlive = s.Notes.Has(KeepAlive | ZeroWindowProbe)
	if end := s.RelSeq + uint64(s.Span()); end > h.next {
		h.next, h.advance = end, s.At
	}
	h.fin = h.fin || s.Flags&FIN != 0
	if s.Notes.Has(Resent) {
		h.resent++
		if s.RelSeq <= peer.acked && !s.Notes.Has(SpuriousRetransmission) {
			h.backoff++
		}
	}
	if s.Notes.Has(Retransmission) && s.RelSeq >= h.recover {
		h.recover = h.next
	}
	if s.Flags&ACK != 0 {
		h.acknowledge(s, peer)
	}
}

func (h *half) acknowledge(s *Segment, peer *half) {
	h.wnd, h.ackAt = s.Wnd, s.At
	for _, b := range s.SACK {
		h.sacked = max(h.sacked, b.Next)
	}
	switch {
	case s.RelAck > h.acked:
		h.acked, h.dups, peer.backoff = s.RelAck, 0, 0
	case s.Notes.Has(DupAck):
		h.dups++
	}
}

// remember adds to the connection's history, as Zeek writes it: S SYN, h
// SYN-ACK, A ACK, D data, T sent again, W zero window, F FIN, R RST; capital if
// it is from the side that dialed. Each letter but the first ones' order is told
// once; h and S are fixed by who sends them.
func (f *Follower) remember(s *Segment, h *half) {
	switch {
	case s.Flags&SYN != 0 && s.Flags&ACK != 0:
		f.letter('h', s.Dir, h)
	case s.Flags&SYN != 0:
		f.letter('s', s.Dir, h)
	}
	if s.Notes.Has(Resent) {
		f.letter('t', s.Dir, h)
	} else if s.Len > 0 && !s.Notes.Has(KeepAlive|ZeroWindowProbe) {
		f.letter('d', s.Dir, h)
	}
	if s.Flags&(SYN|FIN|RST) == 0 && s.Len == 0 {
		f.letter('a', s.Dir, h)
	}
	if s.Notes.Has(ZeroWindow) {
		f.letter('w', s.Dir, h)
	}
	if s.Flags&FIN != 0 {
		f.letter('f', s.Dir, h)
	}
	if s.Flags&RST != 0 {
		f.letter('r', s.Dir, h)
	}
}

func (f *Follower) letter(l byte, d Dir, h *half) {
	if h.letters[l] {
		return
	}
	h.letters[l] = true
	if d == f.dialed {
		l -= 'a' - 'A'
	}
	f.history = append(f.history, l)
}

// Fill puts what the segments told into a snapshot of the connection.
func (f *Follower) Fill(n *Snapshot) {
	out, in := &f.halves[Out], &f.halves[In]
	n.History = string(f.history)
	if out.known {
		n.Known |= HasISS
		n.ISS = out.isn
	}
	if in.known {
		n.Known |= HasIRS
		n.IRS = in.isn
	}
	n.Known |= HasSnd | HasRcv | HasRetrans | HasWnd
	n.SndUna, n.SndNxt, n.RcvNxt = min(in.acked, out.next), out.next, out.acked
	n.SndWnd, n.RcvWnd = in.wnd, out.wnd
	n.Retrans, n.Backoff = out.resent, out.backoff
	n.MSS = min(out.options.MSS, in.options.MSS)
	if n.MSS == 0 {
		n.MSS = max(out.options.MSS, in.options.MSS)
	}
}

// Next is the position behind the highest that side d has sent.
func (f *Follower) Next(d Dir) uint64 { return f.halves[d].next }

// Acked is the highest position that side d has acknowledged.
func (f *Follower) Acked(d Dir) uint64 { return f.halves[d].acked }
