// Package plain is a conversation without a screen: lines in, lines out, for
// pipes, scripts and screen readers; or one JSON object a line, as
// docs/WIRE.md lists them. It draws nothing and asks nothing.
//
// Piped stdin is literal: no line of it is a command, and none is changed. So
// is what goes to a pipe; what goes to a terminal is spelled out (package safe).
package plain

import (
	"context"
	"errors"
	"io"
	"time"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/words"
)

// DefaultWait is how long the peer may be silent after our end of input.
const DefaultWait = 5 * time.Second

// Options is what Run needs beside a transport.
type Options struct {
	In       io.Reader
	Out, Err io.Writer
	InTTY    bool // In is a terminal: q ends, /quit and /say work
	OutTTY   bool // Out is a terminal: what goes there is spelled out
	JSON     bool
	Side     string        // in JSON: which end this is, where both are in one process
	Wait     time.Duration // -w; 0: DefaultWait; < 0: for ever
	Retry    bool          // a peer that was lost is waited for as long as it takes
	Lang     words.Lang
}

// The exit codes of Run.
const (
	OK     = 0
	Failed = 1 // no connection came about, or a line did not arrive as far as is known
)

// An ExitCoder is a cause of a context's end that knows the exit code it means:
// a signal.
type ExitCoder interface{ ExitCode() int }

// Run carries the conversation of tr until it is over, closes tr and returns
// the exit code. A cancelled ctx ends it early, with the code of the context's
// cause if that is an ExitCoder, else Failed.
//
// In is read by a goroutine that Run cannot stop: it ends with the next read.
func Run(ctx context.Context, tr transport.Transport, o Options) int {
	if o.Wait == 0 {
		o.Wait = DefaultWait
	}
	r := &run{o: o, tr: tr, out: newOutlet(o.Out), errs: newOutlet(o.Err), teller: talk.Teller{Lang: o.Lang}, row: 1, limit: maxPiece}
	if o.JSON {
		r.json = &JSON{Side: o.Side}
	}
	stop := make(chan struct{})
	defer close(stop)
	r.input = read(o.In, stop)
	r.loop(ctx)
	return r.end(ctx)
}

// run is one Run. All of it is the one goroutine's that called Run.
type run struct {
	o      Options
	tr     transport.Transport
	out    *outlet
	errs   *outlet // notices, where they are not JSON
	unsaid int     // notices there was no room for
	within bool    // the last line on a terminal goes on
	json   *JSON   // nil: text
	teller talk.Teller
	legs   [2]leg
	early  early // over both protocols, what UDP brought first

	input   <-chan []piece // nil once it has ended
	waiting []piece        // read, not taken by Send
	row     uint64         // the next line's
	limit   int            // bytes a piece may have
	typed   time.Time      // when input last came, or ended
	blocked bool           // Send refused: wait until Ready, or a while
	held    bool           // our half stays open after the peer's FIN

	met    bool // there was a peer
	halved bool // all is sent and that was said
	heard  time.Time
	lost   time.Time // when the connection was lost that may be made again; zero: it was not, or it was
	over   bool
	broken bool   // it ended otherwise than it should
	reason string // for JSON's end
	looked time.Time
}

// leg is one protocol's part.
type leg struct {
	up, dialer bool
	wire       session.Wire
	since      time.Time // Up
	finSeen    time.Time // the peer's FIN was seen while we hold our half open
	accepted   int       // lines Send took while this leg was up
	sent       int
	framed     int // of those sent, how many await a receipt
	acked      int
	delivered  int
	failed     int
	fin        bool // the peer ended its half
}

// legOf is the place of p in run.legs.
func legOf(p segment.Proto) int {
	if p == segment.UDP {
		return 1
	}
	return 0
}

// How long things wait.
const (
	answerWait = 320 * time.Millisecond  // for a dialer to learn whether the peer is a seqtalk: a little more than session waits
	greetWait  = 1020 * time.Millisecond // the same at a listener
	retryPause = 20 * time.Millisecond   // when Send refused and nothing says when it will not
	quiet      = 500 * time.Millisecond  // UDP: without an answer, before BYE
	holdLook   = 250 * time.Millisecond  // between two looks whether the peer has sent FIN
	jsonTick   = 100 * time.Millisecond
)

// loop runs until the conversation is over.
func (r *run) loop(ctx context.Context) {
	var tick <-chan time.Time
	if r.json != nil {
		t := time.NewTicker(jsonTick)
		defer t.Stop()
		tick = t.C
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for !r.over {
		now := time.Now()
		r.act(now)
		if r.over {
			return
		}
		timer.Reset(r.next(now))
		events, ready := r.tr.Events(), r.tr.Ready()
		if r.out.full() {
			events = nil // whoever does not read what came stops the network, not our memory
		}
		var give chan<- []byte
		if r.out.full() || len(events) == 0 {
			give = r.out.ready()
		}
		select {
		case ev, ok := <-events:
			r.took(ev, ok)
		case pieces, ok := <-r.wanted():
			r.read(pieces, ok)
		case give <- r.out.buf:
			r.out.given()
		case r.errs.ready() <- r.errs.buf:
			r.errs.given()
		case <-ready:
			r.blocked = false
		case <-timer.C:
			r.blocked = false
		case now := <-tick:
			r.watch(now)
		case <-r.out.failed:
			r.over, r.broken, r.reason = true, true, "output closed"
		case <-ctx.Done():
			r.over, r.reason = true, "interrupted"
		}
	}
}

// wanted is the input, as long as there is room for more of it.
func (r *run) wanted() <-chan []piece {
	most := 1
	if r.o.InTTY {
		most = 1000 // a person may always type q
	}
	if len(r.waiting) >= most || r.out.full() {
		return nil
	}
	return r.input
}

// read takes what came from the input.
func (r *run) read(pieces []piece, ok bool) {
	r.typed = time.Now()
	if !ok {
		r.input = nil
		return
	}
	if !r.o.InTTY {
		r.waiting = pieces // it was empty
		return
	}
	for _, p := range pieces {
		if !r.command(p) {
			r.waiting = append(r.waiting, p)
		}
	}
}

// command does what a person asks for, and reports whether p was no text.
func (r *run) command(p piece) bool {
	switch text := string(p.text(false)); {
	case text == "q" || text == "Q":
		r.leave(p)
	case text == "/quit":
		r.over, r.reason = true, "quit"
	case len(text) > 5 && text[:5] == "/say ":
		r.waiting = append(r.waiting, piece{octets: p.octets[5:], newline: p.newline})
	case len(text) > 1 && text[:2] == "//":
		r.waiting = append(r.waiting, piece{octets: p.octets[1:], newline: p.newline})
	case len(text) > 0 && text[0] == '/':
		r.tell(words.PlainUnknown.In(r.o.Lang))
	default:
		return false
	}
	return true
}

// leave ends the conversation, as the letter q asks; raw programs are sent the
// letter, since it is their goodbye too.
func (r *run) leave(p piece) {
	if !r.up() {
		r.over, r.reason = true, "quit"
		return
	}
	for _, l := range r.legs {
		if l.up && l.wire != session.Framed {
			r.waiting = append(r.waiting, p)
			r.send(time.Now())
			break
		}
	}
	r.tr.Do(transport.End{})
}

// up reports whether there is a peer.
func (r *run) up() bool { return r.legs[0].up || r.legs[1].up }

// act does what can be done now.
func (r *run) act(now time.Time) {
	r.hold()
	if r.open(now) && !r.blocked {
		r.send(now)
	}
	r.watchFIN(now)
	if r.up() && r.drained() && !r.halved && r.mayHalve(now) {
		r.halved, r.heard = true, now
		r.tr.Do(transport.HalfClose{})
	}
	if r.halved && r.o.Wait > 0 && now.Sub(r.heard) >= r.o.Wait {
		r.over, r.reason = true, "no answer"
	}
	if at := r.lostUntil(); !at.IsZero() && !now.Before(at) {
		r.over, r.broken = true, true
	}
}

// lostUntil is until when a lost peer is waited for; zero: none is, or for ever.
func (r *run) lostUntil() time.Time {
	if r.lost.IsZero() || r.o.Wait < 0 || r.o.Retry || r.o.InTTY {
		return time.Time{}
	}
	return r.lost.Add(r.o.Wait)
}

// drained reports whether the input has ended and all of it is with the transport.
func (r *run) drained() bool { return r.input == nil && len(r.waiting) == 0 }

// mayHalve reports whether it is time to say that nothing more will come from
// us. A listener that had nothing to say only listens, and ends when its peer
// does. In framed TCP it is known first that all has arrived. UDP, which knows
// no half-close, leaves a while for an answer first.
func (r *run) mayHalve(now time.Time) bool {
	for k := range r.legs {
		l := &r.legs[k]
		switch {
		case !l.up:
		case !l.dialer && l.accepted == 0:
			return false
		case k == 0 && l.owed() && (r.o.Wait < 0 || now.Before(r.heard.Add(r.o.Wait))):
			return false
		case k == 1 && now.Before(r.quietAt()):
			return false
		}
	}
	return true
}

// quietAt is when UDP has been quiet for long enough.
func (r *run) quietAt() time.Time {
	last := r.legs[1].since
	for _, t := range []time.Time{r.typed, r.heard} {
		if t.After(last) {
			last = t
		}
	}
	return last.Add(quiet)
}

// open reports whether lines may go: there is a peer, and it is known how it
// is spoken to, as far as it can be known without speaking.
func (r *run) open(now time.Time) bool {
	for _, l := range r.legs {
		if l.up && !r.o.InTTY && l.wire == session.Auto && now.Before(l.knownAt()) {
			return false
		}
	}
	return r.up()
}

// knownAt is when a peer that did not say how it speaks is taken not to.
func (l *leg) knownAt() time.Time {
	if l.dialer {
		return l.since.Add(answerWait)
	}
	return l.since.Add(greetWait)
}

// next is how long there is nothing to do, if nothing happens.
func (r *run) next(now time.Time) time.Duration {
	var next time.Time
	at := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	if r.blocked {
		at(now.Add(retryPause))
	}
	for k := range r.legs {
		l := &r.legs[k]
		if !l.up {
			continue
		}
		if len(r.waiting) > 0 && l.wire == session.Auto && !r.open(now) {
			at(l.knownAt())
		}
		if k == 1 && r.drained() && !r.halved {
			at(r.quietAt())
		}
		if k == 0 && r.drained() && !r.halved && r.o.Wait > 0 && l.owed() {
			at(r.heard.Add(r.o.Wait))
		}
		if k == 0 && r.held {
			at(now.Add(holdLook))
		}
	}
	if r.halved && r.o.Wait > 0 {
		at(r.heard.Add(r.o.Wait))
	}
	if t := r.lostUntil(); !t.IsZero() {
		at(t)
	}
	if next.IsZero() {
		return time.Hour
	}
	return max(next.Sub(now), time.Millisecond)
}

// send hands over what waits, as far as the transport takes it.
func (r *run) send(now time.Time) {
	for len(r.waiting) > 0 {
		p := r.waiting[0]
		if n := len(p.octets); n > r.limit {
			head, tail := p.cut(r.limit)
			r.waiting = append([]piece{head, tail}, r.waiting[1:]...)
			continue
		}
		m := transport.Message{Row: r.row, Text: p.text(r.keepsNewline()), More: p.more || !p.newline && r.exact()}
		err := r.tr.Send(m)
		switch {
		case err == nil:
			r.sent(m, now)
			r.waiting[0] = piece{}
			r.waiting = r.waiting[1:]
		case errors.Is(err, transport.ErrPeerMoved) && r.o.InTTY:
			r.tell(words.PlainMoved.In(r.o.Lang))
			r.waiting = r.waiting[1:]
		case errors.Is(err, transport.ErrPeerMoved): // a pipe talks to whoever wrote last
		case errors.Is(err, transport.ErrTooLong) && r.limit > leastPiece:
			r.limit = max(min(r.limit, len(p.octets))/2, leastPiece)
		case errors.Is(err, transport.ErrQueueFull), errors.Is(err, transport.ErrNoPeer), errors.Is(err, transport.ErrEnded):
			r.blocked = true
			return
		default:
			r.tell(err.Error())
			r.over, r.broken, r.reason = true, true, err.Error()
			return
		}
	}
}

// keepsNewline reports whether lines go out with their newline: from a pipe to
// a raw peer, who is to get every byte.
func (r *run) keepsNewline() bool {
	if r.o.InTTY {
		return false
	}
	for _, l := range r.legs {
		if l.up && (l.wire == session.Framed || l.wire == session.Line) {
			return false
		}
	}
	return true
}

// exact reports that what a pipe ends with goes out as no whole line, so that a
// seqtalk at the other end adds no newline that was not there.
func (r *run) exact() bool {
	if r.o.InTTY {
		return false
	}
	for _, l := range r.legs {
		if l.up && l.wire != session.Framed {
			return false
		}
	}
	return true
}

// sent notes that the transport took m.
func (r *run) sent(m transport.Message, now time.Time) {
	r.row++
	var over [2]bool
	for k := range r.legs {
		if over[k] = r.legs[k].up; over[k] {
			r.legs[k].accepted++
		}
	}
	if r.json != nil {
		r.json.said(m, over, now)
	}
}
