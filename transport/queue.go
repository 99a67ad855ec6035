package transport

// What may wait to be handed to a protocol.
const (
	maxQueued      = 16384   // messages
	maxQueuedBytes = 1 << 20 // of text
)

// queue holds messages that wait for a connection or for the window.
type queue struct {
	messages []Message
	head     int
	bytes    int
	full     bool // a Send was refused since there was room

	shelves []shelf // what the texts stand in, oldest first
	spare   []byte  // an empty one
}

// A shelf holds the texts of messages that came one after the other.
type shelf struct {
	texts    []byte
	messages int // that wait still
}

// shelfRoom is how many octets of text a shelf has room for, longer ones apart.
const shelfRoom = 64 << 10

// keep is a copy of p, which lasts until the next push after its message was popped.
func (q *queue) keep(p []byte) []byte {
	last := len(q.shelves) - 1
	if last < 0 || cap(q.shelves[last].texts)-len(q.shelves[last].texts) < len(p) {
		room := q.spare
		if q.spare = nil; cap(room) < len(p) {
			room = make([]byte, 0, max(len(p), shelfRoom))
		}
		q.shelves = append(q.shelves, shelf{texts: room})
		last++
	}
	s := &q.shelves[last]
	s.messages++
	at := len(s.texts)
	s.texts = append(s.texts, p...)
	return s.texts[at:len(s.texts):len(s.texts)]
}

// leave notes that the oldest message was popped.
func (q *queue) leave() {
	s := &q.shelves[0]
	if s.messages--; s.messages > 0 {
		return
	}
	if cap(s.texts) == shelfRoom {
		q.spare = s.texts[:0]
	}
	n := copy(q.shelves, q.shelves[1:])
	q.shelves[n] = shelf{}
	q.shelves = q.shelves[:n]
}

func (q *queue) len() int { return len(q.messages) - q.head }

// check says whether there is room for m: one message there always is in an
// empty queue.
func (q *queue) check(m Message) error {
	if q.len() >= maxQueued || q.len() > 0 && q.bytes+len(m.Text) > maxQueuedBytes {
		q.full = true
		return ErrQueueFull
	}
	return nil
}

// push takes a copy of m, unless there is no room for it.
func (q *queue) push(m Message) error {
	if err := q.check(m); err != nil {
		return err
	}
	m.Text = q.keep(m.Text)
	q.messages = append(q.messages, m)
	q.bytes += len(m.Text)
	return nil
}

func (q *queue) pop() Message {
	m := q.messages[q.head]
	q.messages[q.head] = Message{}
	q.head++
	q.bytes -= len(m.Text)
	q.leave()
	if q.head == len(q.messages) {
		q.messages, q.head = q.messages[:0], 0
	} else if q.head >= 4096 {
		q.messages = append(q.messages[:0], q.messages[q.head:]...)
		q.head = 0
	}
	return m
}

// relieved reports, once, that a queue which refused a message has room again.
func (q *queue) relieved() bool {
	if !q.full || q.len() > maxQueued/2 || q.bytes > maxQueuedBytes/2 {
		return false
	}
	q.full = false
	return true
}
