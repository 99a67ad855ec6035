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

	texts []byte // texts are copied here, many to an allocation
}

// textRoom is how many octets of text are allocated at once.
const textRoom = 64 << 10

// keep is a copy of p, which lasts until the queue has run empty.
func (q *queue) keep(p []byte) []byte {
	if q.len() == 0 {
		q.texts = q.texts[:0]
	}
	if cap(q.texts)-len(q.texts) < len(p) {
		q.texts = make([]byte, 0, max(len(p), textRoom))
	}
	at := len(q.texts)
	q.texts = append(q.texts, p...)
	return q.texts[at:len(q.texts):len(q.texts)]
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
