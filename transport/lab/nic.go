package lab

import (
	"sync"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// A nic is a stack's network interface: what the stack sends goes to out, what
// is injected goes to the stack.
type nic struct {
	out func(packet []byte)

	mu         sync.RWMutex
	dispatcher stack.NetworkDispatcher // mu's; nil before Attach and after the end
}

// WritePackets hands on a copy of each packet, on the sender's goroutine and
// often under its connection's lock. It must not deliver: the answer would come
// back within this call.
func (n *nic) WritePackets(list stack.PacketBufferList) (int, tcpip.Error) {
	for _, p := range list.AsSlice() {
		b := make([]byte, 0, p.Size())
		for _, part := range p.AsSlices() {
			b = append(b, part...)
		}
		n.out(b)
	}
	return list.Len(), nil
}

// inject gives the stack a packet. Anything may be in it.
func (n *nic) inject(b []byte) {
	if len(b) == 0 {
		return
	}
	var proto tcpip.NetworkProtocolNumber
	switch b[0] >> 4 {
	case 4:
		proto = ipv4.ProtocolNumber
	case 6:
		proto = ipv6.ProtocolNumber
	default:
		return
	}
	n.mu.RLock()
	d := n.dispatcher
	n.mu.RUnlock()
	if d == nil {
		return
	}
	p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(b)})
	d.DeliverNetworkPacket(proto, p)
	p.DecRef()
}

// Attach is called with nil when the stack goes.
func (n *nic) Attach(d stack.NetworkDispatcher) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dispatcher = d
}

func (n *nic) IsAttached() bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.dispatcher != nil
}

// Capabilities are none: with checksum offload a corrupted packet would reach the
// program, and sent ones would have no checksum.
func (n *nic) Capabilities() stack.LinkEndpointCapabilities { return 0 }

func (n *nic) MTU() uint32                             { return MTU }
func (n *nic) SetMTU(uint32)                           {}
func (n *nic) MaxHeaderLength() uint16                 { return 0 }
func (n *nic) LinkAddress() tcpip.LinkAddress          { return "" }
func (n *nic) SetLinkAddress(tcpip.LinkAddress)        {}
func (n *nic) Wait()                                   {}
func (n *nic) ARPHardwareType() header.ARPHardwareType { return header.ARPHardwareNone }
func (n *nic) AddHeader(*stack.PacketBuffer)           {}
func (n *nic) ParseHeader(*stack.PacketBuffer) bool    { return true }
func (n *nic) Close()                                  {}
func (n *nic) SetOnCloseAction(func())                 {}
