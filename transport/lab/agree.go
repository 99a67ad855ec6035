package lab

import (
	"encoding/binary"
	"math"

	"seqtalk/transport/link"
)

// Settings are what the two ends of a carrier keep in agreement.
type Settings struct {
	Spec  link.Spec // Out is from the dialer to the listener
	Cut   bool      // everything is lost
	Held  bool      // time stands still
	Slow  float64   // how much slower than real time it goes when it is not held
	Steps uint64    // packets let through while it was
}

// A Setting is one of the Settings that change by themselves.
type Setting uint8

// The settings.
const (
	Weather Setting = iota // Spec
	Cutting                // Cut
	Time                   // Held, Slow, Steps
	settings
)

// A stamp says when a setting was last changed, and by whom: the later one wins,
// and of two at once the listener's. So both ends arrive at the same, in whatever
// order they learn of each other's changes.
type stamp struct {
	n    uint64
	side uint8
}

func (s stamp) before(t stamp) bool {
	return s.n < t.n || s.n == t.n && s.side < t.side
}

// maxStamp keeps a peer from counting so high that nothing can follow.
const maxStamp = 1 << 62

type stamps [settings]stamp

// behind reports that one of s is older than t's.
func (s *stamps) behind(t *stamps) bool {
	for i := range s {
		if s[i].before(t[i]) {
			return true
		}
	}
	return false
}

func appendStamps(b []byte, s *stamps) []byte {
	for _, t := range s {
		b = append(binary.AppendUvarint(b, t.n), t.side)
	}
	return b
}

func (r *reader) stamps() (s stamps) {
	for i := range s {
		s[i] = stamp{r.number(), r.octet()}
		r.bad = r.bad || s[i].n > maxStamp || s[i].side > 1
	}
	return s
}

// MaxSlow is the slowest motion there is.
const MaxSlow = 1000

const (
	isCut = 1 << iota
	isHeld
)

func appendSettings(b []byte, session uint64, s *Settings, at *stamps) []byte {
	b = appendStamps(appendHead(b, settingFrame, session), at)
	var flags byte
	if s.Cut {
		flags |= isCut
	}
	if s.Held {
		flags |= isHeld
	}
	b = binary.BigEndian.AppendUint64(append(b, flags), math.Float64bits(s.Slow))
	b = binary.AppendUvarint(b, s.Steps)
	spec := s.Spec.String()
	return append(binary.AppendUvarint(b, uint64(len(spec))), spec...)
}

func readSettings(b []byte) (s Settings, at stamps, ok bool) {
	r := reader{b: b}
	at = r.stamps()
	flags := r.octet()
	var bits uint64
	for range 8 {
		bits = bits<<8 | uint64(r.octet())
	}
	s = Settings{Cut: flags&isCut != 0, Held: flags&isHeld != 0, Slow: math.Float64frombits(bits), Steps: r.number()}
	spec, err := link.Parse(string(r.bytes(link.MaxSpec)))
	s.Spec = spec
	return s, at, !r.bad && len(r.b) == 0 && err == nil && spec.Seeded && s.Slow > 0 && s.Slow <= MaxSlow
}

// take puts what x says of one setting into s.
func (s *Settings) take(which Setting, x *Settings) {
	switch which {
	case Weather:
		s.Spec = x.Spec
	case Cutting:
		s.Cut = x.Cut
	case Time:
		s.Held, s.Slow, s.Steps = x.Held, x.Slow, x.Steps
	}
}

// same reports that s and x do not differ in one setting; another seed alone is the
// same weather to those who look at it.
func (s *Settings) same(which Setting, x *Settings) bool {
	switch which {
	case Weather:
		return s.Spec.Out == x.Spec.Out && s.Spec.In == x.Spec.In
	case Cutting:
		return s.Cut == x.Cut
	}
	return s.Held == x.Held && s.Slow == x.Slow
}
