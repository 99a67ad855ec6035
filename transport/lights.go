package transport

import (
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// Two lights tell how the peer is: its program answers what it is asked, its
// kernel acknowledges bytes. The kernel does so for a stopped program too.

// When a light goes out.
const (
	programSilent = 15 * time.Second // it was asked after 5 s, and twice since
	kernelSilent  = 10 * time.Second // it should have acknowledged what asked it
)

// A Light is what is known of the peer's kernel.
type Light uint8

// The lights of a kernel.
const (
	KernelUnknown Light = iota // nobody tells
	KernelAcks                 // it answered lately, or it holds its window shut
	KernelSilent               // not even an ACK comes
)

// kernelLight is what s says of the peer's kernel.
func kernelLight(s *segment.Snapshot) Light {
	switch {
	case !s.Has(segment.HasQuiet):
		return KernelUnknown
	case s.Has(segment.HasWnd) && s.SndWnd == 0 && s.Quiet < userPatience, s.Quiet < kernelSilent:
		return KernelAcks
	}
	return KernelSilent
}

// userPatience is how far apart the questions whether a window is open may lie.
const userPatience = 2 * time.Minute

// asked reports whether the peer's program has to answer: it speaks frames, so
// that silence is noticed, and we listen.
func (t *tcp) asked() bool {
	return t.phase == tcpUp && !t.peerFIN && !t.paused && t.machine.Wire() == session.Framed
}

// watchSilence tells when the peer's program falls silent that should answer, and
// when it speaks again. It says when to look next.
func (t *tcp) watchSilence(now time.Time) (next time.Time) {
	silent := now.Sub(t.heard)
	switch {
	case !t.asked():
		t.silent = time.Time{}
	case silent < programSilent && !t.silent.IsZero():
		t.c.note(segment.TCP, NotePeerBack, t.heard.Sub(t.silent))
		t.silent = time.Time{}
	case silent >= programSilent && t.silent.IsZero():
		s := t.conn.Snapshot()
		t.silent = t.heard
		t.c.note(segment.TCP, NotePeerSilent, silent, kernelLight(&s))
	}
	if !t.asked() || !t.silent.IsZero() {
		return time.Time{}
	}
	return t.heard.Add(programSilent)
}
