package ui

import "sort"

// A Sieve keeps back rungs of a ladder. It looks at each but once and at the
// newest, of which more may become known, again when Stamp has changed. It
// belongs to whoever draws; it must be made anew when Keep would answer
// differently.
type Sieve struct {
	Of    Rungs
	Keep  func(r *Rung) bool
	Loose uint64        // how many of the newest may still change
	Stamp func() uint64 // grows with every change; nil: nothing changes

	next   uint64 // looked at up to here
	stamp  uint64 // of the last look
	gone   uint64 // kept once, no longer there
	kept   []uint64
	hidden uint64
}

// update looks at what is new or may have changed, and forgets what is no
// longer there.
func (s *Sieve) update() {
	first, end := s.Of.First(), s.Of.End()
	if s.Stamp != nil && s.Stamp() != s.stamp {
		s.stamp = s.Stamp()
		s.reconsider(max(end, s.Loose) - s.Loose)
	}
	for s.next = max(s.next, first); s.next < end; s.next++ {
		if r := s.Of.Rung(s.next); s.Keep(&r) {
			s.kept = append(s.kept, s.next)
		} else {
			s.hidden++
		}
	}
	n := 0
	for n < len(s.kept) && s.kept[n] < first {
		n++
	}
	s.gone += uint64(n)
	s.kept = s.kept[n:]
}

// reconsider forgets what was decided of the rungs from from on.
func (s *Sieve) reconsider(from uint64) {
	if from = max(from, s.Of.First()); from >= s.next {
		return
	}
	i := sort.Search(len(s.kept), func(i int) bool { return s.kept[i] >= from })
	s.hidden -= s.next - from - uint64(len(s.kept)-i)
	s.kept, s.next = s.kept[:i], from
}

// First is the oldest rung kept.
func (s *Sieve) First() uint64 { s.update(); return s.gone }

// End is behind the newest.
func (s *Sieve) End() uint64 { s.update(); return s.gone + uint64(len(s.kept)) }

// Rung is the i'th one kept.
func (s *Sieve) Rung(i uint64) Rung { return s.Of.Rung(s.Was(i)) }

// Was is the index in Of of the i'th one kept.
func (s *Sieve) Was(i uint64) uint64 { return s.kept[i-s.gone] }

// Find is the first one kept whose index in Of is was or more; End, if there is
// none.
func (s *Sieve) Find(was uint64) uint64 {
	s.update()
	return s.gone + uint64(sort.Search(len(s.kept), func(i int) bool { return s.kept[i] >= was }))
}

// Hidden is how many were kept back so far.
func (s *Sieve) Hidden() uint64 { return s.hidden }
