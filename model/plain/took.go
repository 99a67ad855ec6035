package plain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// took is what an event does.
func (r *run) took(ev transport.Event, ok bool) {
	if !ok {
		r.over = true
		return
	}
	switch ev := ev.(type) {
	case transport.Received:
		r.heard = time.Now()
		r.print(ev)
		r.look()
	case transport.Delivery:
		r.count(ev)
		r.look()
	case transport.Up:
		r.met, r.lost, r.heard = true, time.Time{}, time.Now()
		l := &r.legs[legOf(ev.Proto)]
		l.up, l.dialer, l.wire, l.fin = true, ev.Dialer, r.wire(ev.Proto), false
		l.since, l.finSeen = time.Now(), time.Time{}
	case transport.Settled:
		r.legs[legOf(ev.Proto)].wire = ev.Wire
	case transport.HalfClosed:
		l := &r.legs[legOf(ev.Proto)]
		l.fin, l.finSeen = true, time.Now()
	case transport.Down:
		r.down(ev)
	case transport.Closed:
		r.over, r.reason = true, "closed"
		if ev.Err != nil {
			r.broken, r.reason = true, ev.Err.Error()
		}
	}
	if r.json != nil {
		r.out.buf = r.json.Event(r.out.buf, ev)
	}
	if text, _ := r.teller.Tell(ev); text != "" {
		r.tell(text)
	}
}

// wire is how the transport speaks to its peer from the start.
func (r *run) wire(p segment.Proto) session.Wire {
	for _, l := range r.tr.Status().Legs {
		if l.Proto == p {
			return l.Wire
		}
	}
	return session.Auto
}

// tell says something that is no message: a line on Err, or in JSON a notice.
// What of it is foreign has been spelled out.
func (r *run) tell(text string) {
	if r.json != nil {
		r.out.buf = r.json.notice(r.out.buf, text)
		return
	}
	if r.errs.full() {
		r.unsaid++ // nobody reads what we say, which must not stop us
		return
	}
	if r.unsaid > 0 {
		r.errs.buf = fmt.Appendf(r.errs.buf, "seqtalk: %s\n", words.PlainUnsaid.In(r.o.Lang, r.unsaid))
		r.unsaid = 0
	}
	r.errs.buf = fmt.Appendf(r.errs.buf, "seqtalk: %s\n", text)
}

// print writes the messages of ev to Out.
func (r *run) print(ev transport.Received) {
	if r.json != nil {
		return // Event does it
	}
	for i := range ev.Messages {
		switch in := &ev.Messages[i]; {
		case r.twice(ev.Proto, in):
		case r.o.OutTTY:
			r.out.buf = appendSafe(r.out.buf, in, r.within)
			r.within = in.More || in.Partial
		default:
			r.out.buf = appendLiteral(r.out.buf, in)
		}
	}
}

// twice reports whether in is what comes, or came, over the other protocol
// too. While TCP is there it brings everything, once and in order; what UDP
// brought before is remembered.
func (r *run) twice(p segment.Proto, in *transport.Incoming) bool {
	if in.Row == 0 || in.Wire != session.Framed {
		return false
	}
	if p == segment.UDP {
		if r.legs[0].up && r.legs[0].wire == session.Framed || in.Row <= r.early.over {
			return true
		}
		r.early.put(in.Row)
		return false
	}
	r.early.over = max(r.early.over, in.Row)
	return r.early.take(in.Row)
}

// maxEarly is how many rows are remembered: more than can be on their way
// while the handshakes of both protocols end.
const maxEarly = 4096

// early are the rows that were printed before TCP was there.
type early struct {
	rows map[uint64]bool
	ring [maxEarly]uint64
	n    int // puts

	over uint64 // the last row that came over TCP, which may end before UDP brings the same
}

func (e *early) put(row uint64) {
	if e.rows == nil {
		e.rows = map[uint64]bool{}
	}
	if e.n >= maxEarly {
		delete(e.rows, e.ring[e.n%maxEarly])
	}
	e.ring[e.n%maxEarly] = row
	e.rows[row] = true
	e.n++
}

func (e *early) take(row uint64) bool {
	was := e.rows[row]
	delete(e.rows, row)
	return was
}

// appendLiteral appends a message as it was said, and a newline where it is a
// line: not in raw, which has none of its own, and not behind a part of a line.
func appendLiteral(b []byte, in *transport.Incoming) []byte {
	b = append(b, in.Text...)
	switch {
	case in.Wire == session.Raw, in.More, in.Partial:
		return b
	case in.Wire == session.Framed && bytes.HasSuffix(in.Text, []byte{'\n'}):
		return b // it was meant for a raw peer, who turned out to be us
	}
	return append(b, '\n')
}

// appendSafe appends a message spelled out, on lines of its own, each marked as
// the peer's, so that none looks like a notice. within says that the first of
// them goes on with one that was begun.
func appendSafe(b []byte, in *transport.Incoming, within bool) []byte {
	for i, t := range safe.Lines(bytes.TrimSuffix(in.Text, []byte{'\n'})) {
		if i > 0 {
			b = append(b, '\n')
		}
		if i > 0 || !within {
			b = append(b, "< "...)
		}
		b = append(b, t.String()...)
	}
	if in.More || in.Partial {
		return b
	}
	return append(b, '\n')
}

// count keeps what the exit code depends on.
func (r *run) count(ev transport.Delivery) {
	r.heard = time.Now() // it is still getting somewhere
	l := &r.legs[legOf(ev.Proto)]
	switch ev.Mark {
	case transport.Sent:
		l.sent += len(ev.Fates)
		if l.wire == session.Framed {
			l.framed += len(ev.Fates)
		}
	case transport.Queued: // the connection was lost before it was confirmed: it is sent again
		l.sent -= len(ev.Fates)
		if l.wire == session.Framed {
			l.framed -= len(ev.Fates)
		}
		l.acked = min(l.acked, l.delivered)
	case transport.Acked:
		l.acked += len(ev.Fates)
	case transport.Delivered:
		l.delivered += len(ev.Fates)
	case transport.Failed:
		l.failed += len(ev.Fates)
	}
}

// down goes on waiting at a listener that has something to say yet, or a
// person at it; else the conversation is over.
func (r *run) down(ev transport.Down) {
	if errors.Is(ev.Err, transport.ErrMute) {
		return // another has the place already
	}
	l := &r.legs[legOf(ev.Proto)]
	dialer := l.dialer || !l.up // who never got through dialed
	l.up, l.wire, l.fin = false, session.Auto, l.fin || ev.Cause == transport.PeerClosed
	r.reason = ev.Cause.String()
	if r.up() {
		return // over the other protocol it goes on
	}
	r.halved, r.limit, r.early = false, maxPiece, early{}
	if ev.Again {
		r.lost = time.Now()
		return
	}
	r.lost = time.Time{}
	switch ev.Cause {
	case transport.BusyPeer, transport.Mistaken, transport.Refused:
		r.broken = true
	case transport.Reset, transport.Lost, transport.Killed:
		r.broken = !r.drained()
	}
	r.over = dialer || r.drained()
	r.teller.Leaving = r.over
}

// hold keeps our half open after the peer's FIN while a pipe has more to say,
// or it is not known yet whether what it said arrived: by itself the transport
// answers FIN as soon as its own queue is empty.
func (r *run) hold() {
	want := !r.o.InTTY && (r.input != nil || len(r.waiting) > 0 || r.legs[0].owed())
	if want == r.held {
		return
	}
	for _, l := range r.tr.Status().Legs {
		if l.Proto == segment.TCP && r.tr.Do(transport.Hold{On: want}) != nil {
			return // it is asked again
		}
		r.held = want // or there is no TCP, and nothing to hold
	}
}

// owed reports whether lines are on their way of which it is not known that
// they arrived: by a receipt or, since none can come after the peer's FIN, by
// the ACK of its stack.
func (l *leg) owed() bool {
	return l.up && l.wire == session.Framed && l.delivered < l.accepted && !(l.fin && l.acked >= l.accepted)
}

// watchFIN ends our half too when the peer's has ended and the pipe has been
// silent for -w since: it may never end, and others want to call.
func (r *run) watchFIN(now time.Time) {
	l := &r.legs[0]
	if !r.held || !l.up || now.Sub(r.looked) < holdLook {
		return
	}
	r.looked = now
	for _, s := range r.tr.Status().Legs {
		if s.Proto != segment.TCP || s.TCP.State != segment.CloseWait {
			continue
		}
		if !l.fin {
			l.fin, l.finSeen = true, now
		}
		since := l.finSeen
		if r.typed.After(since) {
			since = r.typed
		}
		if r.o.Wait > 0 && now.Sub(since) >= r.o.Wait && len(r.waiting) == 0 {
			r.tr.Do(transport.HalfClose{})
		}
	}
}

// watch tells, in JSON, what changed without an event.
func (r *run) watch(now time.Time) {
	r.out.buf = r.json.Watch(r.out.buf, r.tr, now)
}

// look looks at the numbers before what changed them is over, in JSON; not
// after each event of many.
func (r *run) look() {
	if r.json != nil && len(r.tr.Events()) == 0 {
		r.json.Look(r.tr.Status())
	}
}

// end closes the transport, takes what it still has to tell, and returns the
// exit code.
func (r *run) end(ctx context.Context) int {
	r.teller.Leaving = true
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		r.tr.Close()
	}()
	reason, broken := r.reason, r.broken
	for ev := range r.tr.Events() {
		r.took(ev, true)
	}
	<-closed
	r.tellOwed()
	r.reason, r.broken = reason, broken // what ended it, not what followed from that
	if r.json != nil {
		r.out.buf = r.json.Watch(r.out.buf, r.tr, time.Time{})
		r.out.buf = r.json.end(r.out.buf, r.reason)
	}
	r.out.close(r.patience(ctx))
	short, cancel := context.WithTimeout(context.Background(), errsPatience)
	defer cancel()
	r.errs.close(short.Done())
	return r.code(ctx)
}

// tellOwed says how many lines did not go, or went and were not confirmed.
func (r *run) tellOwed() {
	unsent, unconfirmed := len(r.waiting), 0
	for k := range r.legs {
		l := &r.legs[k]
		if l.arrived() && l.accepted == int(r.row-1) {
			unconfirmed = 0
			break // it is enough that they came one way
		}
		if k == 0 {
			unsent += max(l.accepted-l.sent, 0)
			if !(l.fin && l.acked >= l.sent) {
				unconfirmed = max(l.framed-l.delivered, 0)
			}
		}
	}
	if unsent > 0 {
		r.tell(words.LastUnsent.In(r.o.Lang, unsent))
	}
	if unconfirmed > 0 {
		r.tell(words.LastUnconfirmed.In(r.o.Lang, unconfirmed))
	}
}

// errsPatience is how long the end waits for a reader of our notices.
const errsPatience = 500 * time.Millisecond

// patience is closed a moment after ctx has ended: whoever sent a signal does
// not want to wait for a reader of our output that does not read.
func (r *run) patience(ctx context.Context) <-chan struct{} {
	stop := make(chan struct{})
	context.AfterFunc(ctx, func() {
		time.AfterFunc(300*time.Millisecond, func() { close(stop) })
	})
	return stop
}

// code is the exit code.
func (r *run) code(ctx context.Context) int {
	if ctx.Err() != nil {
		if c, ok := context.Cause(ctx).(ExitCoder); ok {
			return c.ExitCode()
		}
		return Failed
	}
	select {
	case <-r.out.failed:
		return Failed
	default:
	}
	if !r.met || r.broken || len(r.waiting) > 0 || !r.arrived() {
		return Failed
	}
	return OK
}

// arrived reports whether all lines arrived, as far as anybody can know. Of
// lines that went over both protocols it is enough that one brought them all.
func (r *run) arrived() bool {
	all := true
	for _, l := range r.legs {
		if l.arrived() && l.accepted == int(r.row-1) {
			return true
		}
		all = all && l.arrived()
	}
	return all
}

// arrived reports whether the lines of this leg are with the peer's seqtalk, or,
// where the peer is none, were sent and did not come back. After its FIN the
// peer can send no receipts, and the ACK is all there is.
func (l *leg) arrived() bool {
	return l.failed == 0 && l.sent >= l.accepted && (l.delivered >= l.framed || l.fin && l.acked >= l.sent)
}
