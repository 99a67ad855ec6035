package link

import (
	"fmt"
	"strings"
	"time"
)

// An ID names a packet of a link.
type ID struct {
	Dir Direction
	N   uint64 // its ordinal in this direction, from 1
}

func (id ID) String() string { return fmt.Sprintf("%v %d", id.Dir, id.N) }

// A Cause is a kind of rule. The values are stable: two ends may tell them each other.
type Cause uint8

const (
	None      Cause = 0
	Queue     Cause = 1 // limit: the queue was full
	InFlight  Cause = 2 // MaxInFlight packets were under way
	Cut       Cause = 3
	Drop      Cause = 4 // /drop
	Loss      Cause = 5 // loss P
	Burst     Cause = 6 // loss gemodel p r
	Swap      Cause = 7 // /swap
	Reorder   Cause = 8
	Corrupt   Cause = 9  // by a knob or by /corrupt
	Duplicate Cause = 10 // by a knob or by /dup
	Closed    Cause = 11 // the pipe was closed
)

// A Rule is what decided about a packet; the zero Rule decided nothing.
type Rule struct {
	Cause Cause
	Words string // as the user would say it: "loss 10%", "queue full (limit 100)", "/drop"
}

func (r Rule) String() string { return r.Words }

// A Fate is what becomes of one packet. It is known when the packet is sent.
type Fate struct {
	ID     ID
	Class  Class
	K      uint64    // what it was keyed by: the message, or its ordinal among the rest
	Depart time.Time // when the serializer was done with it; zero if it overflowed
	At     time.Time // when it arrives; zero if lost. Under /swap: at the latest
	Copies int       // that arrive, all of them At: 0 lost, 1, 2 duplicated
	Bit    int       // the bit that is flipped if CorruptedBy says so; 0 is the first on the wire

	LostBy, ReorderedBy, CorruptedBy, DuplicatedBy Rule // zero: it was not
}

// Lost reports that no copy arrives.
func (f Fate) Lost() bool { return f.Copies == 0 }

// Overflowed reports that it was lost because there was no room for it.
func (f Fate) Overflowed() bool {
	return f.LostBy.Cause == Queue || f.LostBy.Cause == InFlight
}

// String is "ok" or what happened to it, and why: "lost by loss 10%",
// "corrupted by /corrupt, duplicated by duplicate 1%".
func (f Fate) String() string {
	var parts []string
	for _, p := range []struct {
		verb string
		rule Rule
	}{
		{"lost", f.LostBy}, {"reordered", f.ReorderedBy},
		{"corrupted", f.CorruptedBy}, {"duplicated", f.DuplicatedBy},
	} {
		if p.rule.Cause != None {
			parts = append(parts, p.verb+" by "+p.rule.Words)
		}
	}
	if parts == nil {
		return "ok"
	}
	return strings.Join(parts, ", ")
}

// Bytes returns b as it arrives: b itself, or a copy with one bit flipped.
func (f Fate) Bytes(b []byte) []byte {
	if f.CorruptedBy.Cause == None || f.Bit >= len(b)*8 {
		return b
	}
	c := append([]byte(nil), b...)
	c[f.Bit/8] ^= 0x80 >> (f.Bit % 8)
	return c
}

// rules are the words of the knobs as they are set, made once so that a Fate
// costs no memory.
type rules struct {
	full, loss, burst, reorder, corrupt, duplicate Rule
}

func rulesOf(p Params) rules {
	return rules{
		full:      Rule{Queue, fmt.Sprintf("queue full (limit %d)", p.limit())},
		loss:      Rule{Loss, "loss " + p.Loss.String()},
		burst:     Rule{Burst, "loss " + p.Burst.String()},
		reorder:   Rule{Reorder, "reorder " + p.Reorder.String()},
		corrupt:   Rule{Corrupt, "corrupt " + p.Corrupt.String()},
		duplicate: Rule{Duplicate, "duplicate " + p.Duplicate.String()},
	}
}
