package transport

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"seqtalk/transport/session"
)

// A caller that never says anything does not keep the place from one who does.
func TestMuteCaller(t *testing.T) {
	a := listening(t, Config{})
	mute, err := net.Dial("tcp", a.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	until[Up](a, nil)
	b := start(t, Config{Addr: a.cfg.Addr, Role: Dialer})
	if d := until[Down](a, nil); !errors.Is(d.Err, ErrMute) {
		t.Errorf("down by %v, %v", d.Cause, d.Err)
	}
	talkBothWays(b, a)
	mute.SetReadDeadline(time.Now().Add(patience))
	if _, err := mute.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the mute one reads %v", err)
	}
}

// Who was told something, or said something, keeps it.
func TestQuietCallerStays(t *testing.T) {
	a := listening(t, Config{Wire: session.Auto})
	quiet, err := net.Dial("tcp", a.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer quiet.Close()
	until[Up](a, nil)
	a.fate(a.say("welcome"), Acked)
	b := start(t, Config{Addr: a.cfg.Addr, Role: Dialer})
	if d := until[Down](b, nil); d.Cause != BusyPeer {
		t.Errorf("the second is down by %v", d.Cause)
	}
}
