package lab

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// A Caller is somebody who asked for a link.
type Caller struct {
	From    netip.AddrPort
	Session uint64
}

// A Service is what a listener can do for who asks for a link.
type Service uint8

// The services.
const (
	NoLab Service = iota // there is no lab here
	Taken                // there is one, and somebody has it
	Free                 // there is one for whoever calls
)

// A Door is where callers are answered, without a word kept of them: a source
// address can be forged, so a caller gets a cookie (as in RFC 4987 §3.6), and a
// link only once it has brought that back.
//
// Callers are answered at most answersASecond times a second in all, so that
// nobody can have us write to a third as fast as it writes to us.
type Door struct {
	secret [32]byte

	mu    sync.Mutex
	began time.Time // mu's: of the second that is counted
	n     int       // mu's: answers in it
}

const answersASecond = 20

// mayAnswer counts an answer at now, unless there were enough.
func (d *Door) mayAnswer(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if since := now.Sub(d.began); since < 0 || since >= time.Second {
		d.began, d.n = now, 0
	}
	d.n++
	return d.n <= answersASecond
}

// NewDoor makes a door with a secret of its own.
func NewDoor() *Door {
	d := new(Door)
	rand.Read(d.secret[:])
	return d
}

const cookieLen = 8

func (d *Door) cookie(c Caller) []byte {
	h := hmac.New(sha256.New, d.secret[:])
	text, _ := c.From.MarshalBinary() // never fails
	h.Write(binary.BigEndian.AppendUint64(text, c.Session))
	return h.Sum(nil)[:cookieLen]
}

// Calls reports whether a datagram asks for a link, and proves whom it is from.
func (d *Door) Calls(datagram []byte, from netip.AddrPort) (session uint64, ok bool) {
	k, session, body := open(datagram)
	return session, k == proofFrame && hmac.Equal(body, d.cookie(Caller{from, session}))
}

// Reply looks at a datagram that belongs to no link here, nor has one made. ours
// reports whether it is a lab's; reply is what to answer, nil for nothing: the
// cookie, why a call is refused, or that the session is not known, so that its
// dialer calls again. It is never longer than what it answers.
func (d *Door) Reply(now time.Time, datagram []byte, from netip.AddrPort, can Service) (reply []byte, ours bool) {
	k, session, _ := open(datagram)
	switch {
	case k == hello && can == NoLab:
		reply = appendHead(nil, declineFrame, session)
	case k == hello && can == Taken:
		reply = appendHead(nil, busyFrame, session)
	case k == hello:
		reply = append(appendHead(nil, welcome, session), d.cookie(Caller{from, session})...)
	case (k == packetFrame || k == beatFrame) && can == Free:
		reply = appendHead(nil, whoFrame, session)
	}
	if reply != nil && !d.mayAnswer(now) {
		reply = nil
	}
	return reply, k != noFrame
}
