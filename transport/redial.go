package transport

import (
	"errors"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A TCP connection that is lost stays lost. What goes on is the conversation,
// over another connection: whoever dialed dials again, whoever listened goes on
// listening, and what nobody has confirmed is said again (session.Past).

// How long a dialer waits before it dials again, ± a quarter; twice as long each
// time, up to the most.
const (
	redialFirst = 500 * time.Millisecond
	redialMost  = 10 * time.Second
)

// maxBegin is how much a caller may say before it is known who it is.
const maxBegin = 256 << 10

var (
	// ErrReplaced is why a connection is lost whose peer has made a new one.
	ErrReplaced = errors.New("the peer lost this connection and made another")
	// ErrNothingKept is the answer to Again where there is nothing to be sent again.
	ErrNothingKept = errors.New("nothing is kept for a peer that was lost")
)

// redial is where a dialer stands whose connection was lost.
type redial struct {
	on    bool      // since a loss, until the peer is known to be there again
	tries int       // since the peer was there
	at    time.Time // of the next try; zero: none is waited for
	back  bool      // the peer is there again, unless it turns us away
	never bool      // the way there is gone
}

// left is how long it is until the next try.
func (r *redial) left(now time.Time) time.Duration {
	if r.at.IsZero() {
		return 0
	}
	return max(r.at.Sub(now), 1)
}

// expects implements leg.
func (t *tcp) expects() bool {
	return t.phase == tcpWaiting || t.phase == tcpConnecting && t.redial.on
}

// lossy reports whether a conversation that ended so was lost, rather than ended.
func (c Cause) lossy() bool {
	return c == Reset || c == Lost || c == Killed || c == Aborted
}

// keep puts aside what the connection leaves that is now lost, so that the next
// one can go on with it. It reports whether what was not sent yet is among that.
func (t *tcp) keep(cause Cause) bool {
	past := t.machine.Past()
	t.giveBack(t.machine.TakeBack())
	if past == nil || !cause.lossy() && cause != BusyPeer {
		return false
	}
	if old := t.c.past; old != nil && old.Session() != past.Session() {
		if past.Blank() {
			return true // somebody came, said nothing and went
		}
		t.markAll(old, Unknown)
	}
	t.c.past = past
	t.waitsAgain(past)
	return true
}

// waitsAgain marks what of p was sent as what waits to be sent once more.
func (t *tcp) waitsAgain(p *session.Past) {
	ahead := map[uint64]bool{}
	for _, x := range t.out.ahead {
		ahead[x.id] = true
	}
	for _, x := range p.Sent() {
		if !ahead[x.ID] {
			t.c.mark(segment.TCP, Queued, Fate{Row: x.Row, ID: x.ID})
		}
	}
}

// giveBack puts messages before all others that wait.
func (t *tcp) giveBack(texts []session.Text) {
	if len(texts) == 0 {
		return
	}
	var back []Message
	for _, x := range texts {
		back = append(back, Message{Row: x.Row, Text: x.Text, More: x.More})
	}
	t.c.afresh = append(back, t.c.afresh...)
}

// markAll marks what p holds.
func (t *tcp) markAll(p *session.Past, m Mark) {
	for _, row := range p.Rows() {
		t.c.mark(segment.TCP, m, Fate{Row: row})
	}
}

// waiting is how many messages wait for this connection, or the next.
func (t *tcp) waiting() int { return len(t.c.afresh) + t.own.len() }

// unsent is how many have to be handed to a stack yet.
func (t *tcp) unsent() int {
	n := t.waiting()
	if t.c.past != nil && t.phase != tcpUp && t.phase != tcpEnding {
		n += t.c.past.Len()
	}
	return n
}

// nextMessage takes the first of those that wait.
func (t *tcp) nextMessage() Message {
	if len(t.c.afresh) == 0 {
		return t.own.pop()
	}
	m := t.c.afresh[0]
	if t.c.afresh = t.c.afresh[1:]; len(t.c.afresh) == 0 {
		t.c.afresh = nil
	}
	return m
}

// mayFeed reports whether the machine can take a message.
func (t *tcp) mayFeed() bool {
	return !t.machine.Waiting() && !t.machine.Unsettled() && !t.machine.Full()
}

// mayGoOn reports whether the conversation that is lost may go on: by dialing
// again, or when whoever dialed does.
func (t *tcp) mayGoOn(cause Cause) bool {
	known := t.c.past != nil && t.c.past.Instance() != 0
	switch {
	case !t.c.closing.IsZero(), t.halved, t.ending, t.redial.never:
		return false
	case t.listener != nil:
		return cause.lossy() && known
	case !t.c.cfg.Redial, cause == Aborted:
		return false
	case cause == BusyPeer:
		return t.redial.on
	case !cause.lossy():
		return false
	case known, t.redial.on:
		return true
	case t.c.cfg.Retry:
		t.c.note(segment.TCP, NoteRawAgain)
		return true
	}
	return false
}

// redialIn waits before the next try.
func (t *tcp) redialIn(now time.Time) {
	pause := redialMost
	if t.redial.tries < 5 {
		pause = min(redialFirst<<t.redial.tries, redialMost)
	}
	jitter := time.Duration(t.c.random.Int64N(int64(pause)/2)) - pause/4
	t.redial.on, t.redial.at = true, now.Add(pause+jitter)
	t.redial.tries++
	t.phase = tcpWaiting
	t.c.wake()
}

// waitRedial dials again when it is time to.
func (t *tcp) waitRedial(now time.Time) (next time.Time) {
	if t.phase != tcpWaiting {
		return time.Time{}
	}
	if now.Before(t.redial.at) {
		return t.redial.at
	}
	t.redial.at = time.Time{}
	t.conn, t.next, t.phase = nil, 0, tcpConnecting
	return time.Time{}
}

// stopRedial gives up dialing; what is kept can still go on by Connect.
func (t *tcp) stopRedial(now time.Time) {
	t.letGo()
	t.phase, t.redial = tcpOver, redial{}
	t.c.emit(Down{At: now, Proto: segment.TCP, Cause: Ended, Unsent: t.unsent()})
}

// giveUp ends the waiting for another connection, if there is such waiting.
func (t *tcp) giveUp(now time.Time) error {
	if !t.expects() {
		return ErrEnded
	}
	t.stopRedial(now)
	return nil
}

// continued is what is done once it is known who is at the other end of a new
// connection.
func (t *tcp) continued(now time.Time, ev session.Continued) {
	past := t.c.past
	t.redial.back = true
	if past == nil {
		return
	}
	told := Resumed{At: now, Proto: segment.TCP, Same: ev.Resumed, Again: ev.Again}
	switch other := !ev.Resumed && past.Instance() != 0; {
	case ev.Resumed:
		t.c.past = nil
	case other && t.listener != nil && !t.c.cfg.Again:
		told.Kept = past.Len()
		t.markAll(past, Unknown)
	default:
		told.Again = past.Len()
		t.c.past = nil
		t.giveBack(past.Texts())
	}
	if past.Instance() != 0 {
		t.c.emit(told)
	}
}

// sendAgain sends what was kept for a lost peer to the one there is.
func (t *tcp) sendAgain() error {
	past := t.c.past
	if past == nil || past.Len() == 0 || t.phase != tcpUp {
		return ErrNothingKept
	}
	t.c.past = nil
	t.markAll(past, Queued)
	t.c.tellFates()
	t.giveBack(past.Texts())
	return nil
}

// resumes reports whether k is the peer, over a new connection: it knows the
// session, and the old connection is lost, though nothing told us.
func (t *tcp) resumes(k *caller) bool {
	p := k.machine.Peer()
	if k.told || p.Instance == 0 || t.phase != tcpUp || t.ending {
		return false
	}
	ours := t.machine.Peer()
	return p.Instance == ours.Instance && p.Session == ours.Session
}
