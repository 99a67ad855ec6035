package transport

import (
	"errors"
	"io"
	"time"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A script is the reel of a transcript: it holds what was said and what became
// of it, and no packets.
type script struct {
	file *journal.TranscriptReader
	cue  *cue
	head journal.Record // what comes next; nil: nothing does
	at   time.Time      // of head
	end  *retoldEnd
	told retelling
	legs [2]Leg
	seen [2]bool
}

// scanTranscript counts the records of a transcript.
func (c *cue) scanTranscript() error {
	file, err := journal.OpenTranscript(c.path)
	if err != nil {
		return err
	}
	defer file.Close()
	for {
		rec, at, err := nextRecord(file, c.last)
		switch {
		case err == io.EOF:
			return nil
		case err == nil:
			c.saw(at)
			c.has(protoOf(rec))
		case isFormat(err):
			c.left++
			if c.fault == nil {
				c.fault = err
			}
		default:
			return err
		}
	}
}

func isFormat(err error) bool {
	var f *journal.FormatError
	return errors.As(err, &f)
}

// nextRecord is the next record and when it was written, no earlier than the one
// before.
func nextRecord(file *journal.TranscriptReader, last time.Time) (rec journal.Record, at time.Time, err error) {
	if rec, err = file.Next(); err != nil {
		return nil, last, err
	}
	switch rec := rec.(type) {
	case journal.Message:
		at = rec.At
	case journal.Delivery:
		at = rec.At
	case journal.State:
		at = rec.At
	case journal.Notice:
		at = rec.At
	case journal.Recovered:
		at = rec.At
	case journal.Gap:
		at = rec.At
	case journal.Unsynced:
		at = rec.At
	}
	if at.Before(last) {
		at = last
	}
	return rec, at, nil
}

// protoOf is the protocol a record is about; 0: none.
func protoOf(rec journal.Record) segment.Proto {
	switch rec := rec.(type) {
	case journal.Message:
		return rec.Proto
	case journal.Delivery:
		return rec.Proto
	case journal.State:
		return rec.Proto
	}
	return 0
}

func openScript(c *cue) (reel, error) {
	file, err := journal.OpenTranscript(c.path)
	if err != nil {
		return nil, err
	}
	s := &script{file: file, cue: c}
	s.end = &retoldEnd{r: &s.told}
	for _, p := range c.protos {
		s.leg(p)
	}
	s.fill()
	return s, nil
}

// fill reads the next record that can be read.
func (s *script) fill() {
	for {
		rec, at, err := nextRecord(s.file, s.at)
		if err == nil {
			s.head, s.at = rec, at
			return
		}
		if !isFormat(err) {
			s.head = nil
			return
		}
	}
}

// next implements reel.
func (s *script) next() (moment, error) {
	if s.head == nil {
		return moment{}, io.EOF
	}
	at := s.at
	switch rec := s.head.(type) {
	case journal.Message:
		s.message(at, &rec)
	case journal.Delivery:
		s.delivery(&rec)
	case journal.State:
		s.state(at, &rec)
	case journal.Notice:
		s.end.tell(Remark{At: at, Text: Foreign(rec.Text)})
	case journal.Recovered:
		s.note(at, NoteTorn, rec.TornBytes)
	case journal.Gap:
		s.note(at, NoteGap, rec.Missing)
	case journal.Unsynced:
		s.note(at, NoteUnsynced, rec.Records)
	}
	s.fill()
	return moment{at, s.told.take()}, nil
}

func (s *script) note(at time.Time, c Code, n any) {
	s.end.tell(Notice{At: at, Code: c, Args: []any{n}})
}

// leg is that of p, which must be TCP or UDP.
func (s *script) leg(p segment.Proto) *Leg {
	k := legIndex(p)
	l := &s.legs[k]
	if !s.seen[k] {
		s.seen[k] = true
		*l = Leg{Proto: p, Silent: -1, TCP: segment.Snapshot{Source: segment.None}}
	}
	return l
}

// message tells of a line. One of ours stands there once, whatever it went over:
// its deliveries say that.
func (s *script) message(at time.Time, m *journal.Message) {
	if m.Dir == segment.Out {
		s.end.lines++
		s.end.rows.put(m.Row, &retoldRow{row: s.end.lines})
		s.end.tell(Said{At: at, Row: s.end.lines, Text: m.Text, More: m.More})
		return
	}
	l := s.leg(m.Proto)
	r := session.Received{
		ID: m.ID, Row: m.Row, Text: m.Text, SentAt: m.SentAt, Octets: m.Octets,
		First: m.First, Last: m.Last, Wire: l.Wire, More: m.More, Partial: m.Partial, Dup: m.Dup, Late: m.Late,
	}
	if n := &l.Counters; !m.Dup {
		n.Received++
		if n.Highest = max(n.Highest, m.ID); m.Proto == segment.UDP && m.ID > 0 {
			n.Lost = n.Highest - min(n.Received, n.Highest)
		}
	} else {
		n.Duplicate++
	}
	if m.Late {
		l.Counters.Late++
	}
	s.end.tell(Received{Proto: m.Proto, Messages: []Incoming{{Received: r, At: at}}})
}

func (s *script) sent(p segment.Proto, f Fate) {
	l := s.leg(p)
	l.Counters.Sent = max(l.Counters.Sent, f.ID)
	s.end.tell(Delivery{Proto: p, Mark: Sent, Fates: []Fate{f}})
}

// delivery tells of a line that was said before; of one that the transcript lacks
// it says nothing.
func (s *script) delivery(d *journal.Delivery) {
	known := s.end.rows.get(d.Row)
	if known == nil || d.Proto == 0 {
		return
	}
	f := Fate{Row: known.row, ID: d.ID, First: d.First, Last: d.Last, Octets: d.Octets, After: d.After}
	for m := Sent; m <= Failed; m++ {
		if d.Mark != m.String() {
			continue
		}
		if m == Sent {
			s.sent(d.Proto, f)
			return
		}
		if d.Error != "" {
			f.Err = errors.New(d.Error)
		}
		if m == Delivered {
			n := &s.leg(d.Proto).Counters
			n.Confirmed++
			n.Seen = max(n.Seen, d.ID)
		}
		s.end.tell(Delivery{Proto: d.Proto, Mark: m, Fates: []Fate{f}})
	}
}

// state tells how a conversation stands from now on.
func (s *script) state(at time.Time, st *journal.State) {
	protos := []segment.Proto{st.Proto}
	if st.Proto == 0 {
		protos = []segment.Proto{segment.TCP, segment.UDP}
	}
	for _, p := range protos {
		if st.Proto == 0 && !s.seen[legIndex(p)] {
			continue
		}
		s.stands(at, p, st)
	}
}

func (s *script) stands(at time.Time, p segment.Proto, st *journal.State) {
	l := s.leg(p)
	if st.State != "" {
		l.TCP.State = segment.StateNamed(st.State)
	}
	if st.Local.IsValid() {
		l.Local = st.Local
	}
	if st.Peer.IsValid() {
		l.Peer = st.Peer
	}
	up := st.State == segment.Established.String() || st.State == PeerKnown.String()
	switch {
	case up:
		if l.Up { // the program was killed and began again
			s.end.tell(Down{At: at, Proto: p, Cause: Lost})
		}
		l.Up, l.UDP, l.Wire, l.Nick, l.Counters = true, PeerKnown, session.Auto, "", session.Counters{}
		s.end.tell(Up{At: at, Proto: p, Unsaid: true, Local: l.Local, Peer: l.Peer})
	case l.Up && (st.Cause != "" || st.State == segment.Closed.String() || st.State == NoPeer.String()):
		l.Up, l.UDP = false, NoPeer
		s.end.tell(Down{At: at, Proto: p, Cause: causeNamed(st.Cause)})
	}
	if w, ok := wireNamed(st.Wire); ok && l.Up && (w != l.Wire || st.Nick != string(l.Nick)) {
		l.Wire, l.Nick = w, Foreign(st.Nick)
		s.end.tell(Settled{Proto: p, Wire: w, Nick: l.Nick})
	} else if l.Up && st.Nick != "" && st.Nick != string(l.Nick) {
		l.Nick = Foreign(st.Nick)
		s.end.tell(Renamed{Proto: p, Nick: l.Nick})
	}
}

// causeNamed is the cause of that name; Ended for one that is not known.
func causeNamed(name string) Cause {
	for c := PeerQuit; c <= Aborted; c++ {
		if c.String() == name {
			return c
		}
	}
	return Ended
}

func wireNamed(name string) (session.Wire, bool) {
	for _, w := range []session.Wire{session.Framed, session.Raw, session.Line} {
		if w.String() == name {
			return w, true
		}
	}
	return session.Auto, false
}

func (s *script) peek() time.Time        { return s.at }
func (s *script) due() time.Time         { return time.Time{} }
func (s *script) tick(time.Time) []Event { return nil }
func (s *script) close()                 { s.file.Close() }

// status implements reel: of numbers a transcript has none.
func (s *script) status(now time.Time) Status {
	st := Status{At: now}
	for k := range s.legs {
		if s.seen[k] {
			l := s.legs[k]
			l.TCP.At = now
			st.Legs = append(st.Legs, l)
		}
	}
	return st
}
