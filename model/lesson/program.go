package lesson

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"io"
	"net/netip"
	"time"
	"unicode/utf8"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// lessonPort is where programs listen.
const lessonPort = 9001

// A program is a small socket program, as a course on networks writes them: it
// does what the script says and reads what comes. Its stack calls step, and
// nobody else calls its sockets.
type program struct {
	x     *experiment
	name  Side
	stack stack.Stack
	local netip.Addr
	port  uint16
	far   netip.AddrPort // where the other machine's program listens
	wake  func()
	gone  <-chan struct{} // closed when step is called no more
	todo  []Deed          // what is to be done in the next step

	door     stack.Listener
	conn     stack.Conn
	linked   bool // conn is connected
	over     bool // conn can bring and take nothing more
	eof      bool // it brings nothing more
	out, in  *half
	queue    []piece // to be written
	finish   string  // what follows when the queue is empty: half-closes, closes
	delaying bool    // Nagle

	sock stack.PacketConn
	peer netip.AddrPort // who wrote last

	answer Deed // said each time so many bytes were read; none: it never answers
	unsaid int  // bytes read since

	paused bool
	chunk  int // of a recv; 0: all there is
	buf    []byte
	tail   []byte // of the TCP bytes read: a character's beginning

	seen endSeen
	last segment.Snapshot // of conn, as it was when last asked
}

// A piece is a message, or what is left of one, that TCP is to take.
type piece struct {
	b []byte
	k uint64 // 0: its beginning was taken
}

// An endSeen is what was seen of a program and its connection.
type endSeen struct {
	states           []segment.State
	since            []time.Duration
	tcpErr, udpErr   string
	reads            [2][]recv // TCP, UDP: the first of them
	readCount        [2]int
	torn             int // datagrams of which recv took a part
	split            int // reads of TCP that ended inside a character
	senders          map[netip.AddrPort]bool
	dropped          int
	cwndFirst, cwnd  int
	ssthresh, flight int
	left             time.Duration // of TIME-WAIT, when it began
}

// The limits of what is kept of reads.
const (
	maxReads     = 64
	maxReadBytes = 256
)

const readRoom = 64 << 10

func newProgram(x *experiment, name Side, s stack.Stack, local, far netip.Addr) *program {
	port := cmp.Or(x.ground.Port, lessonPort)
	p := &program{x: x, name: name, stack: s, local: local, port: port, far: netip.AddrPortFrom(far, port)}
	p.buf = make([]byte, readRoom)
	p.seen.senders = map[netip.AddrPort]bool{}
	p.seen.tcpErr, p.seen.udpErr = none, none
	p.wake, p.gone = s.Drive(p.step)
	return p
}

// none is the error word where there was no error.
const none = "none"

var errorWords = []struct {
	err  error
	word string
}{
	{stack.ErrRefused, "refused"}, {stack.ErrReset, "reset"}, {stack.ErrTimeout, "timed-out"},
	{stack.ErrUnreachable, "unreachable"}, {stack.ErrTooLong, "too-long"}, {stack.ErrClosed, "closed"},
	{stack.ErrInUse, "in-use"}, {errNoConnection, "not-connected"}, {errNoPeer, "no-peer"},
}

var (
	errNoConnection = errors.New("not connected")
	errNoPeer       = errors.New("nobody to write to")
	errBroken       = errors.New("broken off (RST)")
)

func wordOf(err error) string {
	for _, e := range errorWords {
		if errors.Is(err, e.err) {
			return e.word
		}
	}
	return "failed"
}

// trouble notes the first error over a protocol; later ones follow from it.
func (p *program) trouble(proto segment.Proto, err error) {
	word := wordOf(err)
	to := &p.seen.tcpErr
	if proto == segment.UDP {
		to = &p.seen.udpErr
	}
	if *to == none {
		*to = word
		p.x.tell(p.name, trouble{proto, word})
	}
}

func (p *program) step(time.Time) (next time.Time, done bool) {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	if p.x.ended {
		return time.Time{}, true
	}
	todo := p.todo
	p.todo = nil
	for _, d := range todo {
		p.do(&d)
	}
	p.accept()
	p.tcp()
	p.udp()
	return time.Time{}, false
}

// do does what the script says.
func (p *program) do(d *Deed) {
	switch d.Verb {
	case "opens":
		p.open(d)
	case "connects":
		p.connect()
	case "says":
		p.say(d)
	case "reads":
		p.chunk = d.N
		p.paused = p.paused && !d.On
	case "answers":
		p.answer, p.unsaid = *d, 0
	case "stops":
		p.paused = true
	case "half-closes", "closes":
		p.finish = d.Verb
	case "resets":
		p.reset()
	case "exits":
		p.exit()
	case "nagle":
		p.delaying = d.On
		if p.linked && !p.over {
			p.conn.SetNoDelay(!d.On)
		}
	}
}

// at is the address to open: B's port is the known one, as is a listener's.
func (p *program) at(known bool) netip.AddrPort {
	if known || p.name == B {
		return netip.AddrPortFrom(p.local, p.port)
	}
	return netip.AddrPortFrom(p.local, 0)
}

func (p *program) open(d *Deed) {
	if d.TCP {
		door, err := p.stack.Listen(p.at(true))
		if err != nil {
			p.trouble(segment.TCP, err)
		} else {
			p.door = door
			door.Notify(p.wake)
		}
	}
	if d.UDP {
		sock, err := p.stack.OpenUDP(p.at(false))
		if err != nil {
			p.trouble(segment.UDP, err)
			return
		}
		p.sock, p.peer = sock, netip.AddrPort{}
		if p.name != B {
			p.peer = p.far
		}
		p.x.known[sock.LocalAddr()] = p.name
		p.x.tell(p.name, linked{segment.UDP, p.peer.IsValid(), sock.LocalAddr(), p.peer})
		sock.Notify(p.wake)
	}
}

func (p *program) connect() {
	c, err := p.stack.Dial(p.far)
	if err != nil {
		p.trouble(segment.TCP, err)
		return
	}
	w := p.x.wire(c.LocalAddr(), p.name)
	p.take(c, w.fromDialer, w.fromListener)
}

// take makes c the program's connection.
func (p *program) take(c stack.Conn, out, in *half) {
	p.conn, p.out, p.in = c, out, in
	p.linked, p.over, p.eof, p.finish, p.queue, p.tail = false, false, false, "", nil, nil
	c.Notify(p.wake)
}

func (p *program) accept() {
	if p.door == nil || p.conn != nil && !p.over {
		return
	}
	c, err := p.door.TryAccept()
	if err != nil {
		return
	}
	w := p.x.wire(c.RemoteAddr(), 0)
	w.fromListener.passage = p.x.passage(segment.TCP, p.name)
	p.take(c, w.fromListener, w.fromDialer)
}

// say hands a message to each protocol meant.
func (p *program) say(d *Deed) {
	p.x.rows[p.name]++
	row := p.x.rows[p.name]
	text := p.x.text(d, row)
	p.x.tell(p.name, spoken{row, text, d.TCP, d.UDP})
	if d.TCP {
		p.sayTCP(row, text)
	}
	if d.UDP {
		p.sayUDP(row, text)
	}
}

func (p *program) sayTCP(row uint64, text []byte) {
	pass := p.x.passage(segment.TCP, p.name)
	id, f := pass.say(p.x.now(), row, text)
	if p.conn == nil || p.over || p.finish != "" {
		pass.refused++
		p.trouble(segment.TCP, errNoConnection)
		p.x.tell(p.name, missed{segment.TCP, row, errNoConnection})
		return
	}
	p.out.add(id, f)
	p.queue = append(p.queue, piece{text, p.key(row)})
}

// key is what the link knows a message by: C's are none of the experiment's.
func (p *program) key(row uint64) uint64 {
	if p.name == C {
		return 0
	}
	return row
}

func (p *program) sayUDP(row uint64, text []byte) {
	pass := p.x.passage(segment.UDP, p.name)
	id, f := pass.say(p.x.now(), row, text)
	var err error
	switch {
	case p.sock == nil:
		err = errNoConnection
	case !p.peer.IsValid():
		err = errNoPeer
	default:
		err = p.sock.TryWriteTo(text, p.peer, p.key(row))
	}
	if err != nil {
		pass.refused++
		p.trouble(segment.UDP, err)
		p.x.tell(p.name, missed{segment.UDP, row, err})
		return
	}
	f.taken, f.sent = true, p.x.now()
	p.x.tell(p.name, handed{proto: segment.UDP, row: row, size: len(text)})
	sum := sha256.Sum256(text)
	pass.byText[sum] = append(pass.byText[sum], id)
}

func (p *program) reset() {
	if p.conn != nil && !p.over {
		p.conn.Abort()
		p.part(nil)
	}
}

// part notes that the connection is over for the program: with an error, or
// broken off by itself, what is not acknowledged may never arrive.
func (p *program) part(err error) {
	p.over, p.queue = true, nil
	for i := p.out.acked; i < len(p.out.flights); i++ {
		p.x.tell(p.name, missed{segment.TCP, p.out.flights[i].row, cmp.Or(err, errBroken)})
	}
	p.x.tell(p.name, parted{err})
}

// exit is what the system does for a program that ends: it closes everything.
func (p *program) exit() {
	if p.conn != nil {
		p.conn.Close()
		p.over = true
	}
	if p.door != nil {
		p.door.Close()
		p.door = nil
	}
	if p.sock != nil {
		p.countDrops()
		p.sock.Close()
		p.sock = nil
	}
}

func (p *program) countDrops() {
	if p.sock != nil {
		n, _ := p.sock.Drops()
		p.seen.dropped += int(n)
	}
}

// tcp moves the connection on: connected, read, written, finished.
func (p *program) tcp() {
	if p.conn == nil || p.over {
		return
	}
	if !p.linked {
		switch err := p.conn.Connected(); {
		case errors.Is(err, stack.ErrWouldBlock):
			return
		case err != nil:
			p.fail(err)
			return
		}
		p.linked = true
		p.x.tell(p.name, linked{segment.TCP, p.name != B, p.conn.LocalAddr(), p.conn.RemoteAddr()})
		if p.delaying {
			p.conn.SetNoDelay(false)
		}
	}
	p.readTCP()
	p.write()
	if len(p.queue) == 0 && !p.over {
		p.end()
	}
}

// fail notes that the connection broke; what waits will not be sent.
func (p *program) fail(err error) {
	p.trouble(segment.TCP, err)
	p.part(err)
}

func (p *program) readTCP() {
	for !p.paused && !p.over {
		b := p.buf
		if p.chunk > 0 {
			b = p.buf[:min(p.chunk, len(p.buf))]
		}
		n, err := p.conn.TryRead(b)
		switch {
		case errors.Is(err, stack.ErrWouldBlock):
			return
		case errors.Is(err, io.EOF):
			if !p.eof {
				p.x.tell(p.name, finished{})
			}
			p.eof = true // asked again all the same: a RST may follow
			return
		case err != nil:
			p.fail(err)
			return
		}
		p.read(segment.TCP, b[:n], false)
		p.in.came(b[:n], p.x.now())
		p.characters(b[:n])
		p.answers(n)
	}
}

// answers says what the script has B or A answer to n more bytes.
func (p *program) answers(n int) {
	if p.answer.N == 0 {
		return
	}
	for p.unsaid += n; p.unsaid >= p.answer.N; p.unsaid -= p.answer.N {
		p.say(&p.answer)
	}
}

// characters looks whether a read ended inside a character.
func (p *program) characters(b []byte) {
	p.tail = append(p.tail, b...)
	for len(p.tail) > 0 && utf8.FullRune(p.tail) {
		_, n := utf8.DecodeRune(p.tail)
		p.tail = p.tail[n:]
	}
	if len(p.tail) > 0 {
		p.seen.split++
	}
}

func (p *program) write() {
	for len(p.queue) > 0 {
		m := &p.queue[0]
		if len(m.b) > 0 {
			n, err := p.conn.TryWrite(m.b, m.k)
			switch {
			case errors.Is(err, stack.ErrWouldBlock):
				return
			case err != nil:
				p.fail(err)
				return
			}
			for _, h := range p.out.took(m.b[:n], p.x.now()) {
				p.x.tell(p.name, h)
			}
			m.b, m.k = m.b[n:], 0
		}
		if len(m.b) == 0 {
			p.queue = p.queue[1:]
		}
	}
}

// end does what was to follow the last message.
func (p *program) end() {
	switch p.finish {
	case "half-closes":
		p.conn.CloseWrite()
		p.finish = "half-closed"
	case "closes":
		p.conn.Close()
		p.over = true
	}
}

// read notes what one recv brought.
func (p *program) read(proto segment.Proto, b []byte, torn bool) {
	i := 0
	if proto == segment.UDP {
		i = 1
	}
	p.seen.readCount[i]++
	r := recv{proto, append([]byte{}, b[:min(len(b), maxReadBytes)]...), len(b), torn}
	if len(p.seen.reads[i]) < maxReads {
		p.seen.reads[i] = append(p.seen.reads[i], r)
	}
	p.x.tell(p.name, r)
}

func (p *program) udp() {
	if p.sock == nil {
		return
	}
	for r, err := p.sock.TryReturned(); err == nil; r, err = p.sock.TryReturned() {
		p.trouble(segment.UDP, r.Err)
		if f := p.x.passage(segment.UDP, p.name).returned(r.Payload); f != nil {
			p.x.tell(p.name, missed{segment.UDP, f.row, r.Err})
		}
	}
	for !p.paused {
		b := p.buf
		if p.chunk > 0 {
			b = p.buf[:min(p.chunk, len(p.buf))]
		}
		m, err := p.sock.TryReadFrom(b)
		if err != nil {
			if !errors.Is(err, stack.ErrWouldBlock) {
				p.trouble(segment.UDP, err)
			}
			return
		}
		torn := m.Size > m.Len
		if torn {
			p.seen.torn++
		}
		if p.name == B {
			p.peer = m.From
		}
		p.seen.senders[m.From] = true
		p.read(segment.UDP, b[:m.Len], torn)
		if from, ok := p.x.known[m.From]; ok && !torn {
			p.x.passage(segment.UDP, from).datagram(b[:m.Len], p.x.now())
		}
	}
}

// look takes a sample of the connection.
func (p *program) look() {
	if p.conn == nil {
		return
	}
	s := p.conn.Snapshot()
	p.last = s
	if p.x.real != nil {
		p.x.tell(p.name, s) // nobody else may ask for it
	}
	e := &p.seen
	if n := len(e.states); n == 0 || e.states[n-1] != s.State {
		e.states, e.since = append(e.states, s.State), append(e.since, p.x.now())
		p.x.tell(p.name, s.State)
	}
	if s.State == segment.TimeWait {
		e.left = max(e.left, s.TimeLeft)
	}
	if s.Has(segment.HasCwnd) {
		if e.cwndFirst == 0 {
			e.cwndFirst = s.Cwnd
		}
		e.cwnd = max(e.cwnd, s.Cwnd)
		if s.Ssthresh > 0 && (e.ssthresh == 0 || s.Ssthresh < e.ssthresh) {
			e.ssthresh = s.Ssthresh
		}
	}
	e.flight = max(e.flight, s.InFlight)
	if s.Has(segment.HasSnd) {
		for _, a := range p.out.confirm(s.SndUna, p.x.now()) {
			p.x.tell(p.name, a)
		}
	}
}
