package transport

import (
	"testing"
)

// A datagram that says it comes from the listener's own address makes no peer.
func TestUDPOwnAddress(t *testing.T) {
	a := start(t, Config{Addr: freeAddr(t), Role: Listener, Protos: overUDP})
	until(a, func(n Notice) bool { return n.Code == NoteListening })
	a.mu.Lock()
	u := a.legs[0].(*udp)
	u.input(a.now(), u.socket.LocalAddr(), []byte("hi"))
	a.mu.Unlock()
	if a.Status().Legs[0].Up {
		t.Error("it is its own peer")
	}
}
