package stacktest_test

import (
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seqtalk/transport/kernel"
	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/stack/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestKernel(t *testing.T) {
	for name, addr := range map[string]string{"IPv4": "127.0.0.1", "IPv6": "::1"} {
		t.Run(name, func(t *testing.T) {
			stacktest.Run(t, func(*testing.T) stacktest.Pair {
				k, at := kernel.New(), netip.MustParseAddr(addr)
				return stacktest.Pair{A: k, B: k, AddrA: at, Addr: at}
			})
		})
	}
}

func TestLabLive(t *testing.T) {
	both(t, func(t *testing.T, v6 bool) stacktest.Pair {
		return pair(t, link.NewReal(), "delay 1ms", v6)
	})
}

func TestLabVirtual(t *testing.T) {
	both(t, func(t *testing.T, v6 bool) stacktest.Pair {
		c := link.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		p := pair(t, c, "delay 20ms", v6)
		p.Step = c.Step
		return p
	})
}

func both(t *testing.T, newPair func(t *testing.T, v6 bool) stacktest.Pair) {
	t.Run("IPv4", func(t *testing.T) {
		stacktest.Run(t, func(t *testing.T) stacktest.Pair { return newPair(t, false) })
	})
	t.Run("IPv6", func(t *testing.T) {
		stacktest.Run(t, func(t *testing.T) stacktest.Pair { return newPair(t, true) })
	})
}

func pair(t *testing.T, c link.Clock, spec string, v6 bool) stacktest.Pair {
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.New(lab.Options{Clock: c, Spec: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p := stacktest.Pair{A: l.A(), B: l.B(), AddrA: l.A().IPv4(), Addr: l.B().IPv4()}
	if v6 {
		p.AddrA, p.Addr = l.A().IPv6(), l.B().IPv6()
	}
	return p
}
