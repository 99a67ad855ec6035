package transport

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// What a Log keeps, and how often it looks after its file.
const (
	pastLines    = 1000                   // of earlier talks that are shown again
	pastBytes    = 4 << 20                // of their text
	maxOwed      = 1 << 18                // lines of ours whose end is waited for
	syncPause    = 500 * time.Millisecond // from a write to its fsync: at most a second, however busy the machine is
	diskPatience = 2 * time.Second        // of who quits
	retryPause   = 5 * time.Second        // between two tries while the disk takes nothing
)

// A Log is a conversation's transcript. Each record is handed to the system
// before the receipt for what it tells of goes out; a goroutine brings them to
// the disk, so that nobody else waits for it.
type Log struct {
	path string
	past []Past
	news chan struct{} // something was written, or could not be
	stop chan struct{} // closed by Close
	wg   sync.WaitGroup

	closed chan struct{} // closed when the file is

	mu    sync.Mutex
	file  *journal.Transcript // mu's; nil once closed
	err   error               // mu's: of Close
	told  LogState            // mu's: what the conversation was told of it
	wake  func()              // mu's: of the conversation
	wires [2]session.Wire     // mu's: how the lines of each protocol go
	owed  map[uint64]bool     // mu's: rows of ours that nothing is known of yet, and may be
}

// A Past is a line of an earlier talk, as its transcript has it.
type Past struct {
	At   time.Time
	Mine bool
	Nick Foreign // of the peer's lines; "": not known
	Text []byte
}

// LogState is how a transcript stands.
type LogState struct {
	Path     string    // "": none is written
	Err      error     // why nothing is written now; nil: all is well
	Since    time.Time // and since when
	Missing  uint64    // records not written since then
	Lost     uint64    // records ever not written, those Missing included
	Doubtful uint64    // records that the system failed to bring to the disk
}

// OpenLog opens the transcript at path, or makes it, for its owner alone. It is
// written behind what stands there. The last lines of that are the past.
func OpenLog(path string) (*Log, error) {
	past, err := journal.Recent(path, pastLines, pastBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := journal.AppendTranscript(path, time.Now())
	if err != nil {
		return nil, err
	}
	l := &Log{
		path: path, past: linesOf(past), file: file, owed: map[uint64]bool{},
		news: make(chan struct{}, 1), stop: make(chan struct{}), closed: make(chan struct{}), told: LogState{Path: path},
	}
	l.wg.Go(l.tend)
	return l, nil
}

// linesOf are the lines among records. A copy that UDP brought is none, nor is
// what came over the other protocol before.
func linesOf(records []journal.Record) (past []Past) {
	type line struct {
		instance, row uint64
		text          string
	}
	var nicks [2]Foreign
	over := map[line]segment.Proto{}
	for _, r := range records {
		switch r := r.(type) {
		case journal.State:
			if r.Proto != 0 {
				nicks[legIndex(r.Proto)] = Foreign(r.Nick)
			}
		case journal.Message:
			if r.Dup {
				continue
			}
			k := line{r.Instance, r.Row, string(r.Text)}
			if first := over[k]; first != 0 && first != r.Proto && r.Row > 0 {
				continue
			}
			over[k] = r.Proto
			p := Past{At: r.At, Mine: r.Dir == segment.Out, Text: r.Text}
			if !p.Mine {
				p.Nick = nicks[legIndex(r.Proto)]
			}
			past = append(past, p)
		}
	}
	return past
}

// Path is where it is written.
func (l *Log) Path() string { return l.path }

// Past is what stood in the file when it was opened, the oldest first.
func (l *Log) Past() []Past { return l.past }

// State is how it stands.
func (l *Log) State() LogState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state()
}

func (l *Log) state() LogState {
	if l.file == nil {
		return LogState{}
	}
	t := l.file.Trouble()
	return LogState{Path: l.path, Err: t.Err, Since: t.Since, Missing: t.Missing, Lost: t.Lost, Doubtful: t.Doubtful}
}

// Close brings everything to the disk and lets go of the file. Its error is the
// first of what is not there. A disk that does not answer is not waited for longer
// than diskPatience: what was written is with the system then.
func (l *Log) Close() error {
	l.mu.Lock()
	select {
	case <-l.stop:
	default:
		close(l.stop)
		go l.close()
	}
	l.mu.Unlock()
	patience := time.NewTimer(diskPatience)
	defer patience.Stop()
	select {
	case <-l.closed:
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.err
	case <-patience.C:
		return fmt.Errorf("%s: the disk has not confirmed the last records yet", l.path)
	}
}

// close is Close without an end to its patience. Nobody else waits for the disk
// meanwhile.
func (l *Log) close() {
	defer close(l.closed)
	l.wg.Wait()
	l.mu.Lock()
	s, due := l.file.StartSync()
	l.mu.Unlock()
	var err error
	if due {
		err = s.Run()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if due {
		err = l.file.EndSync(time.Now(), s, err)
	}
	lost := l.file.Trouble().Lost
	if cerr := l.file.Close(time.Now()); err == nil {
		err = cerr
	}
	if err == nil && lost > 0 {
		err = fmt.Errorf("%s: %d records could not be written; where they are missing the file says so", l.path, lost)
	}
	l.err, l.file = err, nil
}

// tend looks after the file until Close: it syncs what was written, and tries
// again after trouble.
func (l *Log) tend() {
	for {
		select {
		case <-l.stop:
			return
		case <-l.news:
		}
		for wait := syncPause; wait > 0; wait = l.care() {
			t := time.NewTimer(wait)
			select {
			case <-l.stop:
				t.Stop()
				return
			case <-t.C:
			}
		}
	}
}

// care syncs and tries again. It says when to come again; 0: when there is news.
func (l *Log) care() (wait time.Duration) {
	l.mu.Lock()
	if l.file.Trouble().Err != nil {
		l.file.Retry(time.Now()) // its Trouble says whether it could
	}
	s, due := l.file.StartSync()
	l.mu.Unlock()
	var err error
	if due {
		err = s.Run()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if due {
		l.file.EndSync(time.Now(), s, err)
	}
	l.changed()
	switch _, due := l.file.Due(); {
	case due:
		return syncPause
	case l.file.Trouble().Err != nil:
		return retryPause
	}
	return 0
}

// changed wakes the conversation if there is something to tell it.
func (l *Log) changed() {
	s := l.state()
	if (s.Err == nil) != (l.told.Err == nil) || s.Lost != l.told.Lost || s.Doubtful != l.told.Doubtful {
		if l.wake != nil {
			l.wake()
		}
	}
}

// untold is how it stands, and how it stood when this was last asked.
func (l *Log) untold() (now, before LogState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, before = l.state(), l.told
	l.told = now
	return now, before
}

// attach has wake called when there is something to tell.
func (l *Log) attach(wake func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake = wake
}

// write writes r. What cannot be written is counted, and the file will say so.
func (l *Log) write(now time.Time, r journal.Record) {
	if l.file == nil {
		return
	}
	l.file.Append(now, r) // its Trouble says what failed
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// said writes a line of ours, as accepted; over: the protocols it will go over.
func (l *Log) said(now time.Time, instance uint64, m Message, over []leg) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := journal.Message{At: now, Dir: segment.Out, Row: m.Row, Instance: instance, Text: m.Text, More: m.More}
	if len(over) == 1 {
		r.Proto = over[0].proto()
	}
	l.owe(m.Row)
	l.write(now, r)
}

// owe notes that nothing is known yet of a line of ours.
func (l *Log) owe(row uint64) {
	if len(l.owed) < maxOwed {
		l.owed[row] = true
	}
}

// hears writes what the conversation tells of, as far as it belongs here.
func (l *Log) hears(now time.Time, ev Event, instance uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch ev := ev.(type) {
	case Received:
		for i := range ev.Messages {
			l.write(now, arrival(ev.Proto, instance, &ev.Messages[i]))
		}
	case Delivery:
		for _, f := range ev.Fates {
			l.fate(now, ev.Proto, ev.Mark, f)
		}
	case Up:
		l.wires[legIndex(ev.Proto)] = session.Auto
		state := segment.Established.String()
		if ev.Proto == segment.UDP {
			state = PeerKnown.String()
		}
		l.write(now, journal.State{At: ev.At, Proto: ev.Proto, State: state, Local: ev.Local, Peer: ev.Peer})
	case Settled:
		l.wires[legIndex(ev.Proto)] = ev.Wire
		l.write(now, journal.State{At: now, Proto: ev.Proto, Wire: ev.Wire.String(), Nick: string(ev.Nick), Instance: instance})
	case Renamed:
		l.write(now, journal.State{At: now, Proto: ev.Proto, Nick: string(ev.Nick), Instance: instance})
	case Down:
		state := segment.Closed.String()
		if ev.Proto == segment.UDP {
			state = NoPeer.String()
		}
		l.write(now, journal.State{At: ev.At, Proto: ev.Proto, State: state, Cause: ev.Cause.String()})
	}
}

func arrival(p segment.Proto, instance uint64, in *Incoming) journal.Message {
	return journal.Message{
		At: in.At, Proto: p, Dir: segment.In, ID: in.ID, Row: in.Row, Instance: instance, Text: in.Text,
		Octets: in.Octets, First: in.First, Last: in.Last, SentAt: in.SentAt,
		More: in.More, Partial: in.Partial, Dup: in.Dup, Late: in.Late,
	}
}

// fate writes how far a line of ours got.
func (l *Log) fate(now time.Time, p segment.Proto, m Mark, f Fate) {
	if m > Acked || m == Sent && l.wires[legIndex(p)] != session.Framed {
		delete(l.owed, f.Row)
	}
	d := journal.Delivery{
		At: now, Proto: p, ID: f.ID, Row: f.Row, Mark: m.String(), After: f.After,
		Octets: f.Octets, First: f.First, Last: f.Last,
	}
	if f.Err != nil {
		d.Error = f.Err.Error()
	}
	l.write(now, d)
}

// ends writes which lines of ours nothing is known of, now that nothing will be.
func (l *Log) ends(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, row := range slices.Sorted(maps.Keys(l.owed)) {
		l.write(now, journal.Delivery{At: now, Row: row, Mark: "undelivered"})
	}
	clear(l.owed)
}

// A LogTo asks that from now on the transcript goes to a Log, which is the
// conversation's to close, and closes the one before; nil: none is written.
type LogTo struct{ Log *Log }

func (LogTo) control() {}

// logTo does what a LogTo asks for. It must not be called from where nobody may
// wait: the file before is brought to the disk.
func (c *Conversation) logTo(l *Log) error {
	c.mu.Lock()
	if !c.closing.IsZero() || c.closed {
		c.mu.Unlock()
		if l != nil {
			l.Close()
		}
		return ErrClosed
	}
	was := c.log
	c.log = l
	if l != nil {
		l.attach(c.wake)
		for _, leg := range c.legs {
			l.meets(c.now(), leg, leg.status(c.now()))
		}
	}
	c.mu.Unlock()
	if was == nil {
		return nil
	}
	return was.Close()
}

// meets writes who is there already.
func (l *Log) meets(now time.Time, g leg, s Leg) {
	if !s.Up {
		return
	}
	l.hears(now, Up{At: now, Proto: s.Proto, Local: s.Local, Peer: s.Peer}, 0)
	if s.Wire != session.Auto {
		l.hears(now, Settled{Proto: s.Proto, Wire: s.Wire, Nick: s.Nick}, g.about().Instance)
	}
}

// keep has the transcript take down ev before anybody else hears of it.
func (c *Conversation) keep(ev Event) {
	if c.log == nil {
		return
	}
	var instance uint64
	switch ev := ev.(type) {
	case Received:
		instance = c.instanceOver(ev.Proto)
	case Settled:
		instance = c.instanceOver(ev.Proto)
	case Renamed:
		instance = c.instanceOver(ev.Proto)
	}
	c.log.hears(c.now(), ev, instance)
}

// instanceOver is the peer's over p, 0 if it is not known.
func (c *Conversation) instanceOver(p segment.Proto) uint64 {
	for _, l := range c.legs {
		if l.proto() == p {
			return l.about().Instance
		}
	}
	return 0
}

// tellLog tells what became of the transcript since it was last looked at.
func (c *Conversation) tellLog() {
	if c.log == nil {
		return
	}
	s, was := c.log.untold()
	switch {
	case s.Err != nil && was.Err == nil:
		c.note(0, NoteLogTrouble, s.Err, s.Path)
	case s.Err == nil && s.Lost > was.Lost, s.Err == nil && was.Err != nil:
		c.note(0, NoteLogGap, s.Lost)
	}
	if s.Doubtful > was.Doubtful {
		c.note(0, NoteLogDoubtful, s.Doubtful)
	}
}
