package stacktest_test

import (
	"net/netip"
	"testing"
	"time"

	"seqtalk/transport/kernel"
	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/stack/stacktest"
)

// TestLabCarrier: the lab's ends have a process each, as far as they know, and
// reach each other over real sockets.
func TestLabCarrier(t *testing.T) {
	for name, outer := range map[string]string{"Over4": "127.0.0.1", "Over6": "::1"} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, v6 bool) stacktest.Pair {
				return carried(t, netip.MustParseAddr(outer), v6)
			})
		})
	}
}

func carried(t *testing.T, outer netip.Addr, v6 bool) stacktest.Pair {
	k := kernel.New()
	spec, err := link.Parse("delay 1ms")
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*lab.Carrier
	at := netip.AddrPortFrom(outer, 0)
	listening, err := k.OpenUDP(at)
	if err != nil {
		t.Fatal(err)
	}
	calling, err := k.OpenUDP(at)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range []lab.CarrierOptions{
		{Socket: calling, Peer: listening.LocalAddr(), Given: true},
		{Socket: listening, Peer: calling.LocalAddr(), Door: lab.NewDoor()},
	} {
		o.Session, o.Spec = 7, spec
		if ends[i], err = lab.NewCarrier(o); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		linked := make(chan struct{})
		told := false
		wake, ended := k.Drive(func(now time.Time) (time.Time, bool) {
			next := ends[i].Step(now)
			if ends[i].Linked() && !told {
				told = true
				close(linked)
			}
			select {
			case <-stop:
				return time.Time{}, true
			default:
				return next, false
			}
		})
		o.Socket.Notify(wake)
		wake()
		t.Cleanup(func() {
			ends[i].Close()
			close(stop)
			wake()
			<-ended
			o.Socket.Close()
		})
		defer func() { <-linked }()
	}
	a, b := ends[0].End(), ends[1].End()
	p := stacktest.Pair{A: a, B: b, AddrA: a.IPv4(), Addr: b.IPv4()}
	if v6 {
		p.AddrA, p.Addr = a.IPv6(), b.IPv6()
	}
	return p
}
