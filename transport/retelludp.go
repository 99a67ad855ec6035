package transport

import (
	"errors"
	"net/netip"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A retoldUDP is what one end did over UDP: one peer at a time.
type retoldUDP struct {
	heardOf
	end         *retoldEnd
	local, peer netip.AddrPort
	dialer      bool
	up, over    bool
	refused     bool
	stack       string
}

// see takes the next datagram.
func (u *retoldUDP) see(v *sighting) {
	r := u.end.r
	r.recall(v)
	switch {
	case v.bent:
		v.bend()
		r.passed(v)
		return
	case v.s.Src.Port() == 0: // a later fragment
		r.passed(v)
		return
	}
	name := nameOf(&v.s)
	mine := u.meets(name, v)
	if v.s.Dir == segment.In {
		r.passed(v)
		if mine {
			u.came(v)
		}
		return
	}
	if mine {
		u.utter(v)
	}
	r.remember(v)
	r.passed(v)
	if mine && u.over {
		u.lose(v.at, Ended)
	}
}

// meets reports whether v is of the conversation, which it may begin.
func (u *retoldUDP) meets(name connName, v *sighting) bool {
	_, _, calls := session.Calls(v.payload)
	_, kind := session.PeekSession(v.payload)
	switch {
	case u.up && name.remote == u.peer:
		return true
	case u.up && v.s.Dir == segment.In && !u.dialer && u.wire != session.Framed && kind == session.KindText:
		u.end.tell(PeerMoved{Proto: segment.UDP, Now: name.remote, Was: u.peer})
		u.peer = name.remote
		return true
	case u.up, u.over && !calls && kind != session.KindText, u.over && v.s.Dir == segment.Out && !calls:
		return false
	}
	u.heardOf = newHeardOf(v.at, true)
	u.local, u.peer, u.dialer = name.local, name.remote, v.s.Dir == segment.Out
	u.up, u.over, u.refused = true, false, false
	switch {
	case v.lab:
		u.stack = "lab"
	case u.end.r.cue.cast.own:
		u.stack = "kernel"
	}
	u.end.tell(Up{At: v.at, Proto: segment.UDP, Stack: u.stack, Dialer: u.dialer, Local: u.local, Peer: u.peer})
	return true
}

// utter tells of what this end says with v.
func (u *retoldUDP) utter(v *sighting) {
	for _, what := range v.utters {
		m, ok := what.Event.(session.Received)
		if !ok {
			if bye := u.own(u.end, segment.UDP, what.Event); bye != nil {
				u.over = true
			}
			continue
		}
		f := u.said(u.end, v.at, segment.UDP, &m)
		if v.lab {
			v.s.Key, v.s.Messages = f.Row, []uint64{f.Row}
		}
	}
}

// came takes what a datagram brought.
func (u *retoldUDP) came(v *sighting) {
	u.heard, u.refused = v.at, false
	if v.cut() {
		return
	}
	u.ear.Input(v.payload)
	if bye := u.answers(u.end, v.at, segment.UDP, v.s.Messages); bye != nil {
		cause := PeerQuit
		if bye.Reason == session.Busy {
			cause = BusyPeer
		}
		u.lose(v.at, cause)
	}
}

// returned takes an ICMP message.
func (u *retoldUDP) returned(v *sighting) {
	about, _, err := segment.Parse(v.payload)
	if err != nil || v.s.Dir != segment.In || !u.up || about.Dst != u.peer || about.Src != u.local {
		return
	}
	if !u.refused {
		u.end.tell(Notice{At: v.at, Proto: segment.UDP, Code: NoteICMP, Args: []any{errUnreachable, u.peer}})
	}
	u.refused = true
}

var errUnreachable = errors.New("nobody is at that port")

// lose ends the conversation with the peer.
func (u *retoldUDP) lose(at time.Time, cause Cause) {
	u.up, u.over = false, true
	u.end.tell(Down{At: at, Proto: segment.UDP, Cause: cause})
}

// due is when something happens without a packet.
func (u *retoldUDP) due() time.Time {
	if !u.up {
		return time.Time{}
	}
	return u.heardOf.due()
}

// tick does it.
func (u *retoldUDP) tick(now time.Time) {
	if u.up {
		u.ledger.Tick(now)
		u.fates(u.end, segment.UDP)
	}
}

// status is what is known of the peer.
func (u *retoldUDP) status(now time.Time) Leg {
	l := Leg{Proto: segment.UDP, Stack: u.stack, Up: u.up, Dialer: u.dialer, Local: u.local, Silent: -1}
	if u.ear == nil {
		return l
	}
	l.Wire, l.Nick, l.Counters, l.Unconfirmed = u.wire, Foreign(u.nick), u.counters(), u.ledger.Unconfirmed()
	l.Peer, l.Silent = u.peer, u.silent(now)
	switch {
	case u.refused:
		l.UDP = Unreachable
	case u.up:
		l.UDP = PeerKnown
	}
	return l
}
