package lab

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/log"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	netstack "gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// An End is one of the lab's two ends: a stack.Stack that sees its segments.
type End struct {
	lab      *Lab
	side     int // 0 A, 1 B
	nic      *nic
	net      *netstack.Stack
	timeWait time.Duration

	mu      sync.RWMutex     // held for writing while the stack goes
	gone    bool             // mu's
	leaving []tcpip.Endpoint // mu's: closed, and perhaps not done yet; of a carrier
}

var _ stack.Stack = (*End)(nil)

// The ends' addresses are those kept for documentation (RFC 5737, RFC 3849), so
// that nobody takes them for real ones.
var addresses = [2][2]netip.Addr{
	{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
	{netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::2")},
}

const nicID = 1

// netstack writes what it finds odd to standard error, where a screen may stand.
// Whatever matters of it is in the segments.
func init() { log.SetTarget(silence{}) }

type silence struct{}

func (silence) Emit(int, log.Level, time.Time, string, ...any) {}

func newEnd(l *Lab, side int, lo Options) (*End, error) {
	e := &End{lab: l, side: side, timeWait: lo.TimeWait}
	e.nic = &nic{out: func(b []byte) { l.transmit(side, b) }}
	o := netstack.Options{
		NetworkProtocols: []netstack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol},
		TransportProtocols: []netstack.TransportProtocolFactory{
			tcp.NewProtocol, udp.NewProtocol, icmp.NewProtocol4, icmp.NewProtocol6,
		},
		HandleLocal: true,
	}
	clock := &netClock{clock: l.clock, start: l.clock.Now()}
	if l.virtual {
		clock.after = e.settle
		rng := newSeeded(l.spec.Seed, side)
		o.RandSource, o.SecureRNG = rng, rng
	}
	o.Clock = clock
	e.net = netstack.New(o)
	if err := errors.Join(e.tune(lo), e.setMaxRTO(l.spec.MaxRTO(MTU)), e.plug()); err != nil {
		e.net.Destroy()
		return nil, err
	}
	return e, nil
}

// tune sets what netstack's defaults get wrong. Its Reno grows too fast and lives
// on timeouts; its RACK takes segments in a slow queue for lost ones.
func (e *End) tune(o Options) error {
	var (
		cc       = tcpip.CongestionControlOption("cubic")
		sack     = tcpip.TCPSACKEnabled(true)
		recovery = tcpip.TCPRecovery(0)
		timeWait = tcpip.TCPTimeWaitTimeoutOption(o.TimeWait)
	)
	err := errors.Join(e.set(&cc), e.set(&sack), e.set(&recovery), e.set(&timeWait))
	if n := o.ReceiveBuffer; err == nil && n > 0 {
		err = e.set(&tcpip.TCPReceiveBufferSizeRangeOption{Min: n, Default: n, Max: n})
	}
	return err
}

func (e *End) setMaxRTO(d time.Duration) error {
	o := tcpip.TCPMaxRTOOption(d)
	return e.set(&o)
}

func (e *End) set(o tcpip.SettableTransportProtocolOption) error {
	return wrap(e.net.SetTransportProtocolOption(tcp.ProtocolNumber, o))
}

// plug gives the stack its interface, addresses and routes.
func (e *End) plug() error {
	if err := e.net.CreateNIC(nicID, e.nic); err != nil {
		return wrap(err)
	}
	for _, a := range addresses[e.side] {
		p := tcpip.ProtocolAddress{
			Protocol:          netProto(a),
			AddressWithPrefix: tcpip.AddrFromSlice(a.AsSlice()).WithPrefix(),
		}
		if err := e.net.AddProtocolAddress(nicID, p, netstack.AddressProperties{}); err != nil {
			return wrap(err)
		}
	}
	e.net.SetRouteTable([]tcpip.Route{
		{Destination: header.IPv4EmptySubnet, NIC: nicID},
		{Destination: header.IPv6EmptySubnet, NIC: nicID},
	})
	return nil
}

// Name is "lab".
func (e *End) Name() string { return "lab" }

// Now is the lab's time.
func (e *End) Now() time.Time { return e.lab.clock.Now() }

// IPv4 is the end's IPv4 address.
func (e *End) IPv4() netip.Addr { return addresses[e.side][0] }

// IPv6 is the end's IPv6 address.
func (e *End) IPv6() netip.Addr { return addresses[e.side][1] }

// Far4 is the other end's IPv4 address.
func (e *End) Far4() netip.Addr { return addresses[1-e.side][0] }

// Far6 is the other end's IPv6 address.
func (e *End) Far6() netip.Addr { return addresses[1-e.side][1] }

// Segments returns what was seen of the wire since the ordinal given, at most what
// is kept; missed counts those that were dropped before. Dir is this end's. Each
// packet is there twice: Sent, then Arrived or Died.
func (e *End) Segments(since uint64) (segs []segment.Segment, next, missed uint64) {
	return e.lab.tap.segments(since, e.side)
}

// Inject puts a packet before this end's stack, as if it had come over the link:
// foreign, broken, anything.
func (e *End) Inject(packet []byte) {
	e.lab.tap.foreign(e.side, packet)
	e.deliver(packet)
}

// deliver is called by the clock.
func (e *End) deliver(packet []byte) {
	e.nic.inject(packet)
	if e.lab.virtual {
		e.settle()
	}
}

// settle waits until the stack has done all it can do now. TCP's segments are
// processed on goroutines of their own; an exact run must not go on before they
// are through with each single packet.
func (e *End) settle() {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if !e.gone {
		e.net.Pause()
		e.net.Resume()
	}
}

// destroy resets all connections and waits for the stack's goroutines.
func (e *End) destroy() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.gone {
		e.gone = true
		e.net.Destroy()
	}
}

func (e *End) isGone() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.gone
}

func (e *End) address(v6 bool) netip.Addr {
	if v6 {
		return e.IPv6()
	}
	return e.IPv4()
}

func netProto(a netip.Addr) tcpip.NetworkProtocolNumber {
	if a.Is4() {
		return ipv4.ProtocolNumber
	}
	return ipv6.ProtocolNumber
}

// full is a as netstack writes it; an unspecified address is left empty.
func full(a netip.AddrPort) tcpip.FullAddress {
	f := tcpip.FullAddress{Port: a.Port()}
	if a.Addr().IsValid() && !a.Addr().IsUnspecified() {
		f.Addr = tcpip.AddrFromSlice(a.Addr().AsSlice())
	}
	return f
}

// addrPort is the reverse of full; empty stands for the unspecified address.
func addrPort(f tcpip.FullAddress, empty netip.Addr) netip.AddrPort {
	a, ok := netip.AddrFromSlice(f.Addr.AsSlice())
	if !ok {
		a = empty
	}
	return netip.AddrPortFrom(a.Unmap(), f.Port)
}
