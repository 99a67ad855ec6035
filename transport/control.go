package transport

import (
	"errors"
	"fmt"
	"time"
)

// The controls that make things happen over any stack, without privilege.
type (
	// Pause stops reading, or goes on with it: over TCP the window closes and
	// the peer waits, over UDP the receive buffer overflows and nobody is told.
	Pause struct{ On bool }
	// Abort breaks the TCP connection off with RST. Down follows.
	Abort struct{}
	// Nagle turns Nagle's algorithm on (RFC 9293 §3.7.4); it is off at first.
	Nagle struct{ On bool }
	// ReadSize makes each read ask for at most N bytes, as recv(N) does; 0: as
	// many as there are. Over UDP the rest of a longer datagram is lost.
	ReadSize struct{ N int }
)

func (Pause) control()    {}
func (Abort) control()    {}
func (Nagle) control()    {}
func (ReadSize) control() {}

// MaxReadSize is the most that a ReadSize can ask for.
const MaxReadSize = readSize

// errAborted is why a message failed that was not acknowledged when this end
// sent RST.
var errAborted = errors.New("this end broke the connection off (RST)")

// limit is p as far as a read may fill it.
func (r ReadSize) limit(p []byte) []byte {
	if r.N <= 0 {
		return p
	}
	return p[:min(r.N, len(p))]
}

// steer does what can be asked of a TCP connection while it lives.
func (t *tcp) steer(now time.Time, c Control) error {
	switch c := c.(type) {
	case Pause:
		t.paused = c.On
	case ReadSize:
		t.chunk = c
	case Nagle:
		t.nagle = c.On
		if t.phase == tcpUp {
			return t.conn.SetNoDelay(!c.On)
		}
	case Abort:
		if t.phase != tcpUp && t.phase != tcpEnding {
			return ErrEnded
		}
		t.conn.Abort()
		t.down(now, Aborted, errAborted)
	default:
		return fmt.Errorf("%w: TCP has no such thing", ErrUnsupported)
	}
	return nil
}

// steer does what can be asked of a UDP socket.
func (u *udp) steer(c Control) error {
	switch c := c.(type) {
	case Pause:
		u.paused = c.On
	case ReadSize:
		u.chunk = c
	default:
		return fmt.Errorf("%w: UDP has no such thing", ErrUnsupported)
	}
	return nil
}
