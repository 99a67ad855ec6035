package transport

import (
	"errors"
	"testing"

	"seqtalk/transport/stack"
)

// UDP goes on when the listener was killed and started again: the dialer
// notices by ICMP, or by silence, and begins a new session with the next line.
func TestUDPListenerRestarted(t *testing.T) {
	a, b := pair(t, Config{Protos: overUDP}, Config{Protos: overUDP})
	talkBothWays(b, a)
	a.kill()
	row := b.say("is anybody there?")
	b.fate(row, Failed)
	a = start(t, Config{Addr: b.cfg.Addr, Role: Listener, Protos: overUDP})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	b.say("again")
	if d := until[Down](b, nil); !errors.Is(d.Err, stack.ErrRefused) {
		t.Errorf("it went down for %v", d.Err)
	}
	a.hears("again")
	a.say("here I am")
	b.hears("here I am")
}

// kill ends a conversation without a word, as kill -9 does.
func (e *end) kill() {
	e.mu.Lock()
	for _, l := range e.legs {
		l.close()
	}
	e.legs = nil
	e.mu.Unlock()
	e.Close()
}

// A frame of a session that nobody here knows makes no peer.
func TestUDPLeftoverFrame(t *testing.T) {
	a, b := pair(t, Config{Protos: overUDP}, Config{Protos: overUDP})
	talkBothWays(b, a)
	a.kill()
	a = start(t, Config{Addr: b.cfg.Addr, Role: Listener, Protos: overUDP})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	b.say("from an old session")
	until(a, func(n Notice) bool { return n.Code == NoteStranger })
	if a.Status().Legs[0].Up {
		t.Error("it made a peer")
	}
}

// A dialer that was killed and started again has another port. The listener
// asks the old one, hears by ICMP that nobody is there, and takes the new one.
func TestUDPDialerRestarted(t *testing.T) {
	a, b := pair(t, Config{Role: Listener, Protos: overUDP}, Config{Role: Dialer, Protos: overUDP})
	talkBothWays(b, a)
	b.kill()
	b = start(t, Config{Addr: a.cfg.Addr, Role: Dialer, Protos: overUDP})
	talkBothWays(b, a)
}
