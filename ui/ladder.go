package ui

import (
	"strings"
	"time"
)

// A Ladder draws packets between two time lines, newest below, each as an
// arrow: what it carries stands in it, the text of the message beside it. What
// a frame costs does not depend on how many packets there are.
//
//	1.203  :48120 │─── [P.] bytes 1–33  ack 1 ────────►│ :9001   在的。
//	1.310  :48120 │─── [P.] bytes 34–87  ack 1 ──✗     │ :9001   lost by loss 10% (packet 17)
//	1.518  :48120 │═══ [P.] bytes 34–87  ack 1 ═══════►│ :9001   Retransmission ↻1 (RTO 208 ms)
type Ladder struct {
	Rungs       Rungs
	W, H        int
	Left, Right string // who is there, foreign: it is spelled out; "": me, the peer
	Selected    uint64 // in look mode; None: no packet
	Absolute    bool   // numbers as on the wire; else relative
	Both        bool   // packets of two protocols: each says which
	Cache       *Drawn // the caller's; nil: nothing is remembered
	Until       uint64 // frozen: packets from here on are counted, not drawn; None: it is not

	// What is said in the head.
	NoAcks bool   // pure ACKs are kept back
	Filter string // what is looked for; "": nothing
	Hidden uint64 // packets kept back by these two
	Missed uint64 // packets that were not seen in time
	EndKey string // what to press to get to the end
}

// Rungs are the packets that are to be drawn, [First, End): a Sieve, or a
// ring as it is. What is known of a packet may grow under its index.
type Rungs interface {
	First() uint64
	End() uint64
	Rung(i uint64) Rung
}

// A Rung is one packet: sent, and then arrived or died. One without a Proto is
// a remark, Texts its words.
type Rung struct {
	At          time.Duration // since the ladder's beginning: when it left or, of one from another program, came
	Trip        time.Duration // until it arrived; 0: not known
	Proto       string        // "TCP", "UDP", "ICMP"
	In          bool          // from the right to the left
	Left, Right uint16        // ports; 0: none
	Way         Way

	Flags          string // of TCP, as tcpdump has them: "P."
	Seq, Ack       uint64 // relative; Ack means something only with ACK
	AbsSeq, AbsAck uint32
	Rough          bool // Seq and Ack are counted from the first seen, not from the SYN: drawn with a ~
	Len            int  // bytes of payload
	Wnd            int  // bytes, scaled
	Blocks         []Block
	Options        []string // "mss 1360"
	Size           int      // of the IP packet; 0: not known

	Resent  int           // of TCP: its bytes are sent for the Resent'th time again; -1: again, nobody knows how often
	RTO     time.Duration // that ran out before; 0: another reason, or not known
	Dups    int           // the how manieth duplicate ACK in a row
	Remarks Remarks
	Rule    string        // what the link did and why: "lost by loss 10%"
	Packet  uint64        // its ordinal on the link; 0: not known
	With    uint64        // the message whose fate it shared; 0: none
	Mended  time.Duration // died: its bytes were sent again so much later; 0: not yet
	Over    bool          // died: its connection ended before that

	ID      uint64   // of UDP: the number seqtalk gave the message; 0: none
	Numbers []uint64 // of the messages it carries, as both ends count them
	Texts   [][]byte // messages it carries, as said; foreign: they are spelled out
	Torn    [2]bool  // the first began before it; the last goes on after it
	Control string   // "RECEIPT": what it carries instead of a message
	ICMP    string   // "port unreachable"
	Part    bool     // a fragment of an IP packet
}

// A Block is a run of bytes that arrived beyond a gap (SACK): First is in it, Next is not.
type Block struct{ First, Next uint64 }

// Way says how far a packet got.
type Way uint8

// The ways.
const (
	Unseen Way = iota // nobody sees whether it arrives
	OnWay
	Held // kept on the link until it is let go
	Came
	Died
)

// Remarks is a set of Wireshark's remarks on a segment, as package segment counts them.
type Remarks uint16

// The remarks that change how an arrow is drawn.
const (
	Retransmission Remarks = 1 << iota
	FastRetransmission
	SpuriousRetransmission

	outOfOrder
	beforeMissing
	dupAck
	zeroWindow
	windowUpdate
	windowFull
	zeroProbe
	keepAlive
	badChecksum
)

const resent = Retransmission | FastRetransmission | SpuriousRetransmission

// PureAck reports that r says nothing but which byte is expected.
func (r *Rung) PureAck() bool {
	return r.Proto == "TCP" && r.Flags == "." && r.Len == 0 && r.Remarks&^dupAck == 0 && len(r.Blocks) == 0
}

// Again reports that r's bytes had been sent before.
func (r *Rung) Again() bool { return r.Resent != 0 || r.Remarks&resent != 0 }

// Matches reports that r has q in it, whatever the case: in its protocol, its
// flags, its fate, its text.
func (r *Rung) Matches(l *Look, q string) bool {
	if q == "" {
		return true
	}
	d := rungs{l: l, Ladder: Ladder{W: 200, H: 1}}
	long, _ := d.note(r)
	for _, s := range []string{r.Proto, d.label(r, 0), long, r.Control} {
		if contains(s, q) {
			return true
		}
	}
	for _, t := range r.Texts {
		if contains(string(t), q) {
			return true
		}
	}
	return false
}

// contains is strings.Contains, whatever the case.
func contains(s, q string) bool {
	for i := range s {
		if foldPrefix(s[i:], q) > 0 {
			return true
		}
	}
	return false
}

// ScrollBy moves v down by n rungs, or up by -n. A view that comes to the end
// follows it from then on.
func (d Ladder) ScrollBy(v View, n int) View {
	if f := d.frame(nil); f != nil {
		return f.scroll(v, n)
	}
	return v
}

// PageUp moves v up by a screen less two rungs.
func (d Ladder) PageUp(v View) View { return d.ScrollBy(v, -max(d.H-3, 1)) }

// PageDown moves v down by a screen less two rungs.
func (d Ladder) PageDown(v View) View { return d.ScrollBy(v, max(d.H-3, 1)) }

// Top is the oldest rung.
func (d Ladder) Top() View {
	if f := d.frame(nil); f != nil {
		return f.view(f.first)
	}
	return Latest
}

// Show moves v as little as needed for rung i to be seen.
func (d Ladder) Show(v View, i uint64) View {
	if f := d.frame(nil); f != nil {
		return f.show(v, i)
	}
	return v
}

// At is the rung drawn on row y of the pane, None if there is none.
func (d Ladder) At(v View, y int) uint64 {
	if f := d.frame(nil); f != nil {
		return f.at(v, y)
	}
	return None
}

// flag reports that r has the flag tcpdump writes as c.
func (r *Rung) flag(c byte) bool { return strings.IndexByte(r.Flags, c) >= 0 }
