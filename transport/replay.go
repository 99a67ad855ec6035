package transport

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// A Replay is a Transport whose conversation took place before: it plays a
// recording, a capture (pcapng or pcap) or a transcript, with a clock of its
// own. Nothing is sent and no socket opened; what the recording does not tell
// is not known.
//
// Its segments come as Passed events, in their place among the others, and
// Segments has none. To go back it starts again: Rewound makes void what was
// told, and all up to the earlier place is told anew.
type Replay struct {
	cue    *cue
	flat   bool
	events chan Event
	ready  chan struct{}
	done   chan struct{} // closed by Close
	wake   chan struct{} // something was asked for
	wg     sync.WaitGroup
	close  sync.Once

	mu      sync.Mutex
	reel    reel      // mu's
	at      int       // mu's: packets passed
	now     time.Time // mu's: the recording's time
	want    int       // mu's: where to go; at: nowhere
	playing bool      // mu's
	speed   float64   // mu's
	since   time.Time // mu's: real time at which now was reached, while playing
	fault   error     // mu's: why no more can be read
	stirred bool      // mu's: something was asked for that Moved has to tell of
}

var _ Transport = (*Replay)(nil)

// ReplayOptions are what a Replay is made with.
type ReplayOptions struct {
	// Flat plays from beginning to end as fast as it is read, and ends there; each
	// packet is followed by Moved.
	Flat bool
}

// Progress is how far a Replay is.
type Progress struct {
	File       string // without its directory
	Transcript bool   // it holds lines, not packets
	Both       bool   // it shows both ends of the conversation
	At, Total  int    // packets passed, and in all; of a transcript: records
	Time       time.Duration
	Length     time.Duration
	Playing    bool
	Speed      float64 // seconds of the recording in one of ours
	Left       int     // packets of other conversations, and frames that bear none
	Fault      error   // why the rest of the file cannot be read; nil: all of it is there
}

// The events of a Replay alone.
type (
	// Said is a line that the end shown has said. Row is the one its Deliveries name.
	Said struct {
		At   time.Time
		Row  uint64
		Text []byte
		More bool
	}
	// Passed are the segments of one packet: one, or two where its end is known too.
	Passed struct {
		At       time.Time
		Segments []segment.Segment
	}
	// Remark is a line of a transcript's own notices.
	Remark struct {
		At   time.Time
		Text Foreign
	}
	// Far is what the other end was told, where the recording shows both.
	Far struct{ Event }
	// Rewound makes void all that was told: what follows begins at the beginning.
	Rewound struct{}
	// Moved ends what was told of one move of the replay.
	Moved struct{ Status Status }
)

func (Said) event()    {}
func (Passed) event()  {}
func (Remark) event()  {}
func (Rewound) event() {}
func (Moved) event()   {}

// The controls of a Replay.
type (
	// Play lets the recording run, or holds it.
	Play struct{ On bool }
	// Pace is how many seconds of the recording pass in one of ours.
	Pace struct{ Speed float64 }
	// Skip goes so many packets on, or back.
	Skip struct{ N int }
	// Seek goes to behind packet At.
	Seek struct{ At int }
)

func (Play) control() {}
func (Pace) control() {}
func (Skip) control() {}
func (Seek) control() {}

// The slowest and the fastest pace.
const (
	slowestPace = 1.0 / 1000
	fastestPace = 1000
)

// errReplay is why nothing can be said in a Replay.
var errReplay = fmt.Errorf("%w: this is a recording", ErrUnsupported)

// OpenReplay opens the recording at path. It reads all of it once, and says if
// there is nothing to be played; what makes only its end unreadable is told in
// Progress.
func OpenReplay(path string, o ReplayOptions) (*Replay, error) {
	c, err := newCue(path)
	if err != nil {
		return nil, err
	}
	r := &Replay{
		cue: c, flat: o.Flat, speed: 1, playing: true,
		events: make(chan Event, eventRoom),
		ready:  make(chan struct{}),
		done:   make(chan struct{}),
		wake:   make(chan struct{}, 1),
	}
	if r.reel, err = c.open(); err != nil {
		return nil, err
	}
	r.now, r.since = c.first, time.Now()
	r.wg.Go(r.loop)
	return r, nil
}

// Send implements Transport: what was said was said.
func (r *Replay) Send(Message) error { return errReplay }

// Ready implements Transport; it is never signalled.
func (r *Replay) Ready() <-chan struct{} { return r.ready }

// Events implements Transport.
func (r *Replay) Events() <-chan Event { return r.events }

// Segments implements Transport: they come as Passed.
func (r *Replay) Segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	return nil, since, 0
}

// Status implements Transport.
func (r *Replay) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status()
}

// status is Status, under the lock. While it plays, time passes between two
// packets too.
func (r *Replay) status() Status {
	now := r.now
	if r.playing && !r.flat && r.at < r.cue.total {
		now = now.Add(r.elapsed())
	}
	if now.After(r.cue.last) {
		now = r.cue.last
	}
	s := r.reel.status(now)
	s.Addr = r.cue.name
	s.Replay = &Progress{
		File: r.cue.name, Transcript: r.cue.transcript, Both: r.cue.cast.pair,
		At: r.at, Total: r.cue.total, Time: now.Sub(r.cue.first), Length: r.cue.last.Sub(r.cue.first),
		Playing: r.playing && (r.at < r.cue.total || r.want < r.at), Speed: r.speed, Left: r.cue.left, Fault: r.cue.fault,
	}
	if r.fault != nil {
		s.Replay.Fault = r.fault
	}
	return s
}

// elapsed is how much of the recording has passed since now was reached.
func (r *Replay) elapsed() time.Duration {
	d := time.Duration(float64(time.Since(r.since)) * r.speed)
	return min(max(d, 0), r.cue.last.Sub(r.now))
}

// Do implements Transport. It returns at once; Moved follows.
func (r *Replay) Do(c Control) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch c := c.(type) {
	case Play:
		r.settleTime()
		r.playing = c.On
		if c.On && r.want >= r.cue.total {
			r.want = 0 // from the beginning
		}
	case Pace:
		r.settleTime()
		r.speed = min(max(c.Speed, slowestPace), fastestPace)
	case Skip:
		r.seek(r.want + c.N)
	case Seek:
		r.seek(c.At)
	default:
		return errReplay
	}
	r.stirred = true
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return nil
}

// settleTime makes now what it is, so that it goes on from there.
func (r *Replay) settleTime() {
	if r.playing {
		r.now = r.now.Add(r.elapsed())
	}
	r.since = time.Now()
}

// seek asks to be behind packet n, and to stay there.
func (r *Replay) seek(n int) {
	r.playing = false
	r.want = min(max(n, 0), r.cue.total)
}

// Close implements Transport.
func (r *Replay) Close() error {
	r.close.Do(func() {
		close(r.done)
		r.wg.Wait()
		r.reel.close()
	})
	return nil
}

// loop plays until it is closed or, flat, until the end. It alone sends events.
func (r *Replay) loop() {
	defer close(r.events)
	for {
		evs, wait, over := r.step()
		for _, ev := range evs {
			if !r.tell(ev) {
				return
			}
		}
		switch {
		case over:
			r.tell(Closed{Err: r.fault})
			return
		case len(evs) > 0:
		case !r.pause(wait):
			return
		}
	}
}

// tell hands ev over; false: nobody wants it any more.
func (r *Replay) tell(ev Event) bool {
	select {
	case r.events <- ev:
		return true
	case <-r.done:
		return false
	}
}

// pause waits until something is asked for, or, if d is not negative, so long.
func (r *Replay) pause(d time.Duration) bool {
	var due <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		due = t.C
	}
	select {
	case <-r.wake:
	case <-due:
	case <-r.done:
		return false
	}
	return true
}

// step does the next thing there is to do: a packet further, or back to the
// beginning. wait is how long there is nothing; over says that nothing follows.
func (r *Replay) step() (evs []Event, wait time.Duration, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.flat && (r.at >= r.cue.total || r.fault != nil):
		return nil, 0, true
	case r.flat:
		return append(r.further(), Moved{r.status()}), 0, false
	case r.want < r.at:
		return r.rewind(), 0, false
	case r.want > r.at:
		evs = r.further()
		if r.want <= r.at {
			r.since = time.Now()
			evs = append(evs, Moved{r.status()})
			r.stirred = false
		}
		return evs, 0, false
	case r.stirred:
		r.stirred = false
		return []Event{Moved{r.status()}}, 0, false
	case !r.playing || r.at >= r.cue.total:
		return nil, -1, false
	}
	return r.run()
}

// run goes on by as much as is due.
func (r *Replay) run() (evs []Event, wait time.Duration, over bool) {
	next := r.reel.peek()
	if due := r.reel.due(); !due.IsZero() && due.Before(next) {
		next = due
	}
	now := r.now.Add(r.elapsed())
	if left := next.Sub(now); left > 0 {
		return nil, time.Duration(float64(left)/r.speed) + time.Microsecond, false
	}
	if r.reel.peek().After(next) {
		evs = r.reel.tick(next)
	} else {
		evs = r.further()
		r.want = r.at
	}
	if behind := now.Sub(next); behind > 0 { // the time that has passed is not lost
		r.since = time.Now().Add(-time.Duration(float64(behind) / r.speed))
	} else {
		r.since = time.Now()
	}
	r.now = next
	return append(evs, Moved{r.status()}), 0, false
}

// further passes one packet.
func (r *Replay) further() []Event {
	m, err := r.reel.next()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			r.fault = err
		} else if r.at < r.cue.total {
			r.fault = errors.New("the file became shorter while it was read")
		}
		r.at, r.want = r.cue.total, r.cue.total
		return nil
	}
	r.at++
	r.now = m.at
	return m.events
}

// rewind goes back to the beginning.
func (r *Replay) rewind() []Event {
	reel, err := r.cue.open()
	if err != nil {
		r.fault = err
		r.want = r.at
		return []Event{Moved{r.status()}}
	}
	r.reel.close()
	r.reel, r.at, r.now, r.since, r.fault = reel, 0, r.cue.first, time.Now(), nil
	r.stirred = r.want == 0
	return []Event{Rewound{}}
}

// A reel is a recording on its way from the beginning to the end.
type reel interface {
	// next is what the next packet brings; io.EOF after the last.
	next() (moment, error)
	// peek is when that will be; of no meaning after the last.
	peek() time.Time
	// due is when something happens without a packet, zero: nothing does; tick
	// tells of it.
	due() time.Time
	tick(now time.Time) []Event
	// status is where everything stands.
	status(now time.Time) Status
	close()
}

// A moment is one packet, or one record, and what is told of it.
type moment struct {
	at     time.Time
	events []Event
}

// A cue is what a first look at a whole recording has found.
type cue struct {
	path, name  string
	transcript  bool
	cast        cast
	protos      []segment.Proto // TCP before UDP
	total       int
	left        int
	first, last time.Time
	fault       error
}

// newCue looks at the recording at path.
func newCue(path string) (*cue, error) {
	c := &cue{path: path, name: filepath.Base(path)}
	script, err := journal.IsTranscript(path)
	if err != nil {
		return nil, err
	}
	if c.transcript = script; script {
		err = c.scanTranscript()
	} else {
		err = c.scanCapture()
	}
	if err != nil {
		return nil, err
	}
	if c.total == 0 {
		what := "no packet of TCP or UDP over IP is in it"
		if script {
			what = "no record is in it"
		}
		if c.fault != nil {
			return nil, fmt.Errorf("%s: %s; %w", c.name, what, c.fault)
		}
		return nil, fmt.Errorf("%s: %s", c.name, what)
	}
	return c, nil
}

// has notes that the recording tells of p.
func (c *cue) has(p segment.Proto) {
	if (p == segment.TCP || p == segment.UDP) && !slices.Contains(c.protos, p) {
		c.protos = append(c.protos, p)
		slices.Sort(c.protos)
	}
}

func (c *cue) open() (reel, error) {
	if c.transcript {
		return openScript(c)
	}
	return openFilmed(c)
}

// saw counts a packet of the conversation, or a record.
func (c *cue) saw(at time.Time) {
	if c.total == 0 {
		c.first = at
	}
	c.total++
	c.last = at
}
