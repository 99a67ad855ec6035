package plain

import (
	"context"
	"slices"
	"time"

	"seqtalk/model/talk"
	"seqtalk/transport"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// Replay prints what a recording tells, from its beginning to its end and as fast
// as it is read: what Run would have printed while it took place. It closes tr
// and returns the exit code, Failed if the recording could not be read to its end.
func Replay(ctx context.Context, tr transport.Transport, o Options) int {
	p := &player{run: &run{o: o, tr: tr, out: newOutlet(o.Out), errs: newOutlet(o.Err), teller: talk.Teller{Lang: o.Lang, Leaving: true}}}
	if o.JSON {
		p.json = &JSON{}
		if at := tr.Status().Replay; at != nil && at.Both {
			p.json.Side, p.far = "A", &JSON{Side: "B"}
		}
	}
	p.play(ctx)
	tr.Close()
	if p.json != nil {
		p.out.buf = p.json.end(p.out.buf, p.reason)
	}
	p.out.close(p.patience(ctx))
	short, cancel := context.WithTimeout(context.Background(), errsPatience)
	defer cancel()
	p.errs.close(short.Done())
	return p.code(ctx)
}

// A player prints a recording.
type player struct {
	*run
	far *JSON // for the other end, where the recording shows both
}

// play takes events until there are no more.
func (p *player) play(ctx context.Context) {
	for {
		events := p.tr.Events()
		if p.out.full() {
			events = nil
		}
		var give chan<- []byte
		if p.out.full() || len(events) == 0 {
			give = p.out.ready()
		}
		select {
		case ev, ok := <-events:
			if !ok {
				return
			}
			p.took(ev)
		case give <- p.out.buf:
			p.out.given()
		case p.errs.ready() <- p.errs.buf:
			p.errs.given()
		case <-p.out.failed:
			p.broken, p.reason = true, "output closed"
			return
		case <-ctx.Done():
			p.broken, p.reason = true, "interrupted"
			return
		}
	}
}

// took prints what an event is worth.
func (p *player) took(ev transport.Event) {
	switch ev := ev.(type) {
	case transport.Far:
		p.tookFar(ev.Event)
		return
	case transport.Said:
		if p.json != nil {
			p.json.said(transport.Message{Row: ev.Row, Text: ev.Text, More: ev.More}, [2]bool{true, true}, ev.At)
		}
	case transport.Received:
		p.print(ev)
	case transport.Passed:
		p.passed(ev)
	case transport.Up:
		p.legs[legOf(ev.Proto)] = leg{up: true, dialer: ev.Dialer}
	case transport.Settled:
		p.legs[legOf(ev.Proto)].wire = ev.Wire
	case transport.Down:
		p.legs[legOf(ev.Proto)].up = false
	case transport.Moved:
		p.moved(&ev.Status)
		return
	case transport.Closed:
		p.reason = "end of the recording"
	}
	if p.json != nil {
		p.out.buf = p.json.Event(p.out.buf, ev)
	}
	if text, _ := p.teller.Tell(ev); text != "" {
		p.tell(text)
	}
}

// tookFar prints what the other end was told: it is who heard what this one said.
func (p *player) tookFar(ev transport.Event) {
	switch ev := ev.(type) {
	case transport.Said:
		if p.far != nil {
			p.far.said(transport.Message{Row: ev.Row, Text: ev.Text, More: ev.More}, [2]bool{true, true}, ev.At)
		}
	case transport.Received:
		p.print(ev)
	}
	if p.far != nil {
		p.out.buf = p.far.Event(p.out.buf, ev)
	}
}

// passed prints a packet as the other end saw it.
func (p *player) passed(ev transport.Passed) {
	if p.far == nil {
		return
	}
	segs := slices.Clone(ev.Segments[:1])
	for i := range segs {
		segs[i].Dir = 1 - segs[i].Dir
	}
	p.out.buf = p.far.Event(p.out.buf, transport.Passed{At: ev.At, Segments: segs})
}

// moved prints what changed without an event.
func (p *player) moved(s *transport.Status) {
	at := s.Replay
	if at.Fault != nil && at.At == at.Total && !p.broken {
		p.broken = true
		p.tell(words.ReplayFault.In(p.o.Lang, safe.String(at.Fault.Error())))
	}
	if p.json == nil {
		return
	}
	now := s.At
	if at.At == at.Total {
		now = time.Time{}
	}
	p.out.buf = p.json.looked(p.out.buf, *s, nil, now)
	if p.far != nil {
		s.Legs = s.Far
		p.out.buf = p.far.looked(p.out.buf, *s, nil, now)
	}
}

// code is the exit code.
func (p *player) code(ctx context.Context) int {
	if ctx.Err() != nil || p.broken {
		return p.run.code(ctx)
	}
	return OK
}
