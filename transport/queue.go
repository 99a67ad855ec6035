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
	m.Text = append([]byte(nil), m.Text...)
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
