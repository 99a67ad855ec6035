package lesson

import (
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
)

// A route is one protocol's part of a comparison.
type route struct {
	proto     segment.Proto
	journeys  []Journey // by id - 1
	stream    stream    // TCP's
	pieces    []byte    // of a line that is not whole yet
	connected bool
	up        time.Duration // when there was a peer, since the run began
	down      bool
	lostAfter time.Duration
	aborted   bool

	delivered, duplicate, late int
	highest                    uint64
	acked, refused             int

	packets, resent int
	bytes           int
	datagrams       int  // whole ones that reached B's stack, each one message
	fragments       bool // there were others
	read            int  // messages B's program took
}

func newRoute(p segment.Proto, count, size int) route {
	r := route{proto: p, journeys: make([]Journey, count)}
	for i := range r.journeys {
		r.journeys[i].ID = uint64(i) + 1
	}
	r.stream = newStream(size+1, r.journeys)
	return r
}

func (r *route) journey(id uint64) *Journey { return &r.journeys[id-1] }

// saw takes a packet; Dir is as A sees it.
func (r *route) saw(s *segment.Segment) {
	if s.Stage == segment.Sent {
		r.packets++
		r.bytes += s.Size
		if s.Notes.Has(segment.Resent) {
			r.resent++
		}
	}
	if s.Dir != segment.Out {
		return
	}
	switch {
	case r.proto == segment.TCP && s.Len > 0 && s.Stage == segment.Sent:
		r.stream.left(s)
	case r.proto == segment.TCP && s.Len > 0 && s.Stage == segment.Arrived && !s.Notes.Has(segment.BadChecksum):
		r.stream.came(s)
	case r.proto == segment.UDP && s.Proto == segment.UDP:
		r.sawDatagram(s)
	}
}

func (r *route) sawDatagram(s *segment.Segment) {
	switch {
	case s.Fragment:
		r.fragments = true
	case s.Stage == segment.Arrived && !s.Notes.Has(segment.BadChecksum):
		r.datagrams++
	}
	if s.Stage == segment.Sent && s.Key != 0 {
		r.journey(s.Key).hit(s)
	}
}

// arrived notes that B's program has message id.
func (r *route) arrived(id uint64, at, after time.Duration) Arrival {
	j := r.journey(id)
	j.Arrivals++
	r.read++
	a := Arrival{Proto: r.proto, ID: id, After: after, Waited: j.Waited}
	switch {
	case j.Arrivals > 1:
		a.Dup, a.Waited = true, 0
		r.duplicate++
		return a
	case id < r.highest:
		a.Late, j.Late = true, true
		r.late++
	}
	r.highest = max(r.highest, id)
	r.delivered++
	j.Arrived, j.After = at, after
	return a
}

// fates counts what A was told.
func (r *route) fates(d transport.Delivery) {
	switch d.Mark {
	case transport.Acked:
		r.acked += len(d.Fates)
	case transport.Failed:
		r.refused += len(d.Fates)
	}
}

// settled reports, of TCP, that each message is with B and known to be, or
// will never be.
func (r *route) settled() bool {
	return r.down || r.acked+r.refused >= len(r.journeys) && r.delivered >= r.acked
}

// allRead reports, of UDP, that B's program has taken what reached its stack,
// but for those the receive buffer dropped.
func (r *route) allRead(dropped int) bool {
	return r.fragments || r.read+dropped >= r.datagrams
}
