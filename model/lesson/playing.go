package lesson

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/words"
)

// stageSegments is how many segments of a play are kept.
const stageSegments = 60_000

// mostRead is how many reads of a program are told of.
const mostRead = 12

// A playing is a lesson that a Stage plays. It belongs to who has the Stage's
// lock.
type playing struct {
	stage  *Stage
	lesson *Lesson
	x      *experiment // nil: it is played by itself in real time, and not over
	stop   context.CancelFunc
	begun  time.Time // of one in real time; zero: it is not
	pace   pace
	spec   link.Spec
	story  story // for its words

	tcp, udp bool            // the lesson uses
	ends     time.Duration   // when the script's last line, and its last cue, are due
	said     map[string]bool // what A said: the beginning, and how long it is
	read     int             // reads told of
	cue      Both
	cues     int
	waits    bool
	doing    string
	segs     []segment.Segment
	missed   uint64
	out      []transport.Event
	verdict  *Verdict
	proves   string
	legs     [2][2]legState      // A, B: TCP, UDP
	snaps    [2]segment.Snapshot // A's and B's, of one in real time
}

// A legState is what a Status says of a program's protocol beside its snapshot.
type legState struct {
	up, dialer  bool
	local, peer netip.AddrPort
	unreachable bool
	sent        uint64
	came        uint64
}

// newPlaying sets l up, and waits.
func newPlaying(s *Stage, l *Lesson) *playing {
	p := &playing{
		stage: s, lesson: l, spec: l.Play.Spec, waits: true, stop: func() {},
		pace:  pace{factor: float64(l.Slow), at: time.Now(), was: time.Unix(0, 0).UTC()},
		story: story{lang: s.lang}, said: map[string]bool{},
	}
	if l.live() {
		p.pace.factor = 1
	}
	p.tcp, p.udp = over(l.Play.Deeds)
	for _, d := range l.Play.Deeds {
		p.ends = max(p.ends, d.At+time.Duration(max(d.Count-1, 0))*d.Every)
	}
	for _, c := range l.Play.Cues {
		p.ends = max(p.ends, c.At)
	}
	p.out = append(p.out, Opened{})
	if !l.live() {
		var why error
		if p.x, why = p.build(); why != nil {
			p.verdict = &Verdict{Lesson: l, Why: l.cannot(why)}
			p.waits = false
		}
	}
	p.out = append(p.out, Turned{Scene: p.scene()})
	return p
}

// build makes the experiment.
func (p *playing) build() (*experiment, error) {
	l := p.lesson
	build, ok := p.stage.stacks[l.On]
	if !ok {
		return nil, errors.New(words.LessonNoStack.In(p.stage.lang, p.stage.stacks.names()))
	}
	return newExperiment(build, l.Play, bound{l.Lasts, maxSteps}, p.happened)
}

func (p *playing) live() bool { return p.lesson.live() }

// perform begins a lesson that is played in real time, by itself.
func (p *playing) perform() {
	s := p.stage
	ctx, stop := context.WithCancel(context.Background())
	p.stop, p.begun = stop, time.Now()
	hear := func(h Happening) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.play == p {
			p.happened(h)
			s.ring()
		}
	}
	s.wg.Go(func() {
		defer stop()
		build, ok := s.stacks[p.lesson.On]
		var x *experiment
		err := error(mistake(words.LessonNoStack, s.stacks.names()))
		if ok {
			x, err = playOnce(ctx, build, p.lesson.Play, bound{p.lesson.Lasts, maxSteps}, hear)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			p.publish(Verdict{Lesson: p.lesson, Why: p.lesson.cannot(err)}, "")
			return
		}
		v := p.lesson.verdict(x)
		p.publish(v, "")
		p.publish(v, s.proves(ctx, p.lesson))
	})
}

// publish says what came of what was played in real time.
func (p *playing) publish(v Verdict, proves string) {
	s := p.stage
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play != p {
		return
	}
	p.verdict, p.proves, p.cue = &v, proves, Both{}
	p.out = append(p.out, Turned{Scene: p.scene()})
	s.ring()
}

// end takes down what is played.
func (p *playing) end() {
	p.stop()
	if p.x != nil && !p.x.ended {
		p.x.hear = func(Happening) {}
		p.x.close()
	}
}

// stands reports that nothing happens until somebody says so, or ever.
func (p *playing) stands() bool { return p.waits || p.verdict != nil || p.x == nil }

// next is when something is to come. If nothing is, the lesson is over.
func (p *playing) next() (time.Time, bool) {
	if p.x == nil || p.verdict != nil {
		return p.pace.was, false
	}
	at, ok := p.x.next()
	if !ok {
		p.judge()
	}
	return at, ok
}

func (p *playing) step() {
	p.x.step()
	p.pace.ends = p.x.now() > p.ends
}

// judge says what came of it.
func (p *playing) judge() {
	p.x.close()
	v := p.lesson.verdict(p.x)
	p.verdict, p.proves = &v, p.stage.proves(context.Background(), p.lesson)
	p.cue = Both{}
	p.out = append(p.out, Turned{Scene: p.scene()})
}

// through goes on until a packet has arrived or died, and holds time there.
func (p *playing) through(now time.Time) error {
	p.waits, p.pace.held = false, true
	before := len(p.segs)
	for {
		at, ok := p.next()
		if !ok {
			return transport.ErrUnsupported
		}
		p.pace.at, p.pace.was = now, at
		p.step()
		for ; before < len(p.segs); before++ {
			if p.segs[before].Stage != segment.Sent {
				return nil
			}
		}
		if p.waits {
			return nil
		}
	}
}

// now is the lesson's time at real.
func (p *playing) now(real time.Time) time.Time {
	if !p.begun.IsZero() && p.verdict == nil {
		p.pace.was = time.Unix(0, 0).UTC().Add(real.Sub(p.begun))
	}
	if p.stands() {
		return p.pace.was
	}
	next, ok := p.x.clock.Next()
	if !ok {
		return p.pace.was
	}
	return p.pace.time(real, next)
}

func (p *playing) scene() Scene {
	return Scene{
		Lesson: p.lesson, At: p.now(time.Now()).Sub(time.Unix(0, 0)), Doing: p.doing,
		Cue: p.cue.In(p.stage.lang), Cues: p.cues, Of: len(p.lesson.Play.Cues),
		Waits: p.waits, Held: p.pace.held, Slow: p.pace.factor, Verdict: p.verdict, Proves: p.proves,
	}
}

// happened makes events of what the experiment tells.
func (p *playing) happened(h Happening) {
	at := time.Unix(0, 0).UTC().Add(h.At)
	emit := func(ev transport.Event) { p.out = append(p.out, ev) }
	fate := func(proto segment.Proto, m transport.Mark, f transport.Fate) {
		if h.Side == A {
			emit(transport.Delivery{Proto: proto, Mark: m, Fates: []transport.Fate{f}})
		}
	}
	switch w := h.What.(type) {
	case passed:
		p.see(segment.Segment(w))
		return
	case Cue:
		p.cue, p.waits = w.Text, !p.live()
		p.cues++
		emit(Turned{Scene: p.scene()})
		return
	case spoken:
		if h.Side == A {
			p.said[beginning(w.text, len(w.text))] = true
			emit(Uttered{At: at, Row: w.row, Text: w.text, TCP: w.tcp, UDP: w.udp})
		}
	case handed:
		p.leg(h.Side, w.proto).sent++
		fate(w.proto, transport.Sent, transport.Fate{Row: w.row, First: w.first, Last: w.last, Octets: w.size})
	case acked:
		fate(segment.TCP, transport.Acked, transport.Fate{Row: w.row, After: w.after, Exact: true})
	case missed:
		fate(w.proto, transport.Failed, transport.Fate{Row: w.row, Err: w.err})
	case landed:
		p.landed(h.Side, at, w)
	case linked:
		g := p.leg(h.Side, w.proto)
		g.up, g.dialer, g.local, g.peer, g.unreachable = w.peer.IsValid(), w.dialer, w.local, w.peer, false
		if h.Side == A && g.up {
			emit(transport.Up{At: at, Proto: w.proto, Stack: p.lesson.On, Dialer: w.dialer, Local: w.local, Peer: w.peer})
		}
	case parted:
		p.leg(h.Side, segment.TCP).up = false
		if h.Side == A {
			emit(transport.Down{At: at, Proto: segment.TCP, Cause: transport.Ended})
		}
	case segment.Snapshot:
		if h.Side != C {
			p.snaps[h.Side-A] = w
		}
		return
	case trouble:
		if w.proto == segment.UDP {
			p.leg(h.Side, segment.UDP).unreachable = w.word == "refused"
		}
	}
	p.remark(h)
}

// landed tells that a message of who is with the other program.
func (p *playing) landed(who Side, at time.Time, w landed) {
	switch who {
	case A:
		p.leg(B, w.proto).came++
		p.out = append(p.out, Read{Received: received(w.proto, at, w)})
	case B:
		p.leg(A, w.proto).came++
		p.out = append(p.out, received(w.proto, at, w))
	}
}

// remark tells in words what is worth it.
func (p *playing) remark(h Happening) {
	if _, ok := h.What.(segment.Segment); ok {
		return
	}
	if _, ok := h.What.(segment.State); ok {
		return // the status bar says it
	}
	if r, ok := h.What.(recv); ok && !p.odd(h.Side, r) {
		return
	}
	text, _, ok := p.story.tells(h)
	if !ok {
		return
	}
	if d, ok := h.What.(Deed); ok {
		p.doing = fmt.Sprintf("%.3f s  %s", h.At.Seconds(), text)
		if d.Verb == "becomes" {
			p.spec = d.Spec
		}
		p.out = append(p.out, Turned{Scene: p.scene()})
	}
	_, warn := h.What.(trouble)
	p.out = append(p.out, Remark{Text: fmt.Sprintf("%.3f s  %s", h.At.Seconds(), text), Warn: warn})
}

// beginning names a message by its beginning and its length.
func beginning(text []byte, size int) string {
	return fmt.Sprint(size, " ", string(text[:min(len(text), maxReadBytes)]))
}

// odd reports that a read of who is worth a remark: B was not handed one message
// of A's, as it was said.
func (p *playing) odd(who Side, r recv) bool {
	if who != B || p.read == mostRead || p.said[beginning(r.text, r.size)] && !r.torn {
		return false
	}
	p.read++
	return true
}

// see keeps a segment.
func (p *playing) see(s segment.Segment) {
	if len(p.segs) == stageSegments {
		p.missed += stageSegments / 2
		p.segs = append(p.segs[:0], p.segs[stageSegments/2:]...)
	}
	p.segs = append(p.segs, s)
}

func (p *playing) segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	end := p.missed + uint64(len(p.segs))
	if since >= end {
		return nil, since, 0
	}
	if since < p.missed {
		since, missed = p.missed, p.missed-since
	}
	return append(segs, p.segs[since-p.missed:]...), end, missed
}

func (p *playing) leg(who Side, proto segment.Proto) *legState {
	i, k := 0, 0
	if who != A {
		i = 1
	}
	if proto == segment.UDP {
		k = 1
	}
	return &p.legs[i][k]
}

// status is what a Transport at who would say.
func (p *playing) status(who Side) transport.Status {
	st := transport.Status{At: p.now(time.Now()), Role: transport.Dialer}
	if who == B {
		st.Role = transport.Listener
	}
	if p.tcp {
		st.Legs = append(st.Legs, p.tcpLeg(who))
	}
	if p.udp {
		st.Legs = append(st.Legs, p.udpLeg(who))
	}
	return st
}

func (p *playing) tcpLeg(who Side) transport.Leg {
	g := p.leg(who, segment.TCP)
	l := transport.Leg{
		Proto: segment.TCP, Stack: p.lesson.On, Up: g.up, Dialer: g.dialer, Local: g.local, Peer: g.peer,
		Wire: session.Raw, Silent: -1, TCP: segment.Snapshot{State: segment.Closed, Source: segment.Lab},
	}
	if p.x == nil {
		if l.TCP = p.snaps[who-A]; l.TCP.Source == "" {
			l.TCP.Source = segment.None
		}
		return l
	}
	pr := p.x.programs[who]
	l.Paused = pr.paused
	switch {
	case pr.conn != nil && !p.x.ended:
		l.TCP, l.Local, l.Peer = pr.conn.Snapshot(), pr.conn.LocalAddr(), pr.conn.RemoteAddr()
	case pr.conn != nil:
		l.TCP = pr.last
	case pr.door != nil:
		l.TCP.State = segment.Listen
	}
	return l
}

func (p *playing) udpLeg(who Side) transport.Leg {
	g := p.leg(who, segment.UDP)
	l := transport.Leg{
		Proto: segment.UDP, Stack: p.lesson.On, Up: g.up, Local: g.local, Peer: g.peer, Wire: session.Raw, Silent: -1,
	}
	switch {
	case g.unreachable:
		l.UDP = transport.Unreachable
	case g.up:
		l.UDP = transport.PeerKnown
	}
	l.Counters.Sent, l.Counters.Received = g.sent, g.came
	if p.x == nil {
		return l
	}
	pr := p.x.programs[who]
	l.Paused = pr.paused
	pass := p.x.passage(segment.UDP, A)
	if who == B {
		l.Counters.Duplicate, l.Counters.Late = uint64(pass.duplicate), uint64(pass.late)
	}
	return l
}
