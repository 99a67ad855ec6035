//go:build !portable

package kernel

import (
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"seqtalk/transport/segment"
)

// filter is a program for the kernel: of the packets of every interface it
// keeps the first snap bytes of those from or to a port of spots, and of ICMP
// errors. Of loopback's two copies it keeps the one that is sent, as their
// order is that in which they were sent. A packet is seen from its IP header on.
func filter(spots []spot, loopback int, snap uint32) ([]bpf.RawInstruction, error) {
	p := program{snap: snap}
	p.add(bpf.LoadExtension{Num: bpf.ExtType})
	p.add(bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 3})
	p.add(bpf.LoadExtension{Num: bpf.ExtInterfaceIndex})
	p.add(bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(loopback), SkipTrue: 1})
	p.add(bpf.RetConstant{Val: 0})
	p.add(bpf.LoadExtension{Num: bpf.ExtProto})
	p.where(unix.ETH_P_IP, func(p *program) {
		p.add(bpf.LoadAbsolute{Off: 6, Size: 2}) // a later fragment has no ports
		p.add(bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: 0x1fff, SkipTrue: 1})
		p.add(bpf.RetConstant{Val: 0})
		p.add(bpf.LoadMemShift{Off: 0})
		p.add(bpf.LoadAbsolute{Off: 9, Size: 1})
		for _, proto := range [...]segment.Proto{segment.TCP, segment.UDP} {
			p.where(uint32(proto), func(p *program) {
				p.ports(spots, proto, bpf.LoadIndirect{Off: 0, Size: 2}, bpf.LoadIndirect{Off: 2, Size: 2})
			})
		}
		p.where(uint32(segment.ICMP), func(p *program) {
			p.add(bpf.LoadIndirect{Off: 0, Size: 1})
			p.keep(3, 5, 11, 12) // RFC 792: the errors
		})
	})
	p.where(unix.ETH_P_IPV6, func(p *program) {
		p.add(bpf.LoadAbsolute{Off: 6, Size: 1})
		for _, proto := range [...]segment.Proto{segment.TCP, segment.UDP} {
			p.where(uint32(proto), func(p *program) {
				p.ports(spots, proto, bpf.LoadAbsolute{Off: 40, Size: 2}, bpf.LoadAbsolute{Off: 42, Size: 2})
			})
		}
		p.where(uint32(segment.ICMPv6), func(p *program) {
			p.add(bpf.LoadAbsolute{Off: 40, Size: 1})
			p.keep(1, 2, 3, 4) // RFC 4443: the errors
		})
		const fragment = 44
		p.where(fragment, func(p *program) {
			p.add(bpf.LoadAbsolute{Off: 42, Size: 2})
			p.add(bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: 0xfff8, SkipTrue: 1})
			p.add(bpf.RetConstant{Val: 0})
			p.ports(spots, segment.UDP, bpf.LoadAbsolute{Off: 48, Size: 2}, bpf.LoadAbsolute{Off: 50, Size: 2})
		})
	})
	p.add(bpf.RetConstant{Val: 0})
	return bpf.Assemble(p.code)
}

// A program is instructions in the making.
type program struct {
	code []bpf.Instruction
	snap uint32
}

func (p *program) add(i bpf.Instruction) { p.code = append(p.code, i) }

// where runs what then adds if the register is v, and drops the packet behind
// it; else it goes on.
func (p *program) where(v uint32, then func(*program)) {
	inner := program{snap: p.snap}
	then(&inner)
	inner.add(bpf.RetConstant{Val: 0})
	p.add(bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipTrue: 1})
	p.add(bpf.Jump{Skip: uint32(len(inner.code))})
	p.code = append(p.code, inner.code...)
}

// keep keeps the packet if the register is one of vs.
func (p *program) keep(vs ...uint32) {
	for _, v := range vs {
		p.add(bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: v, SkipTrue: 1})
		p.add(bpf.RetConstant{Val: p.snap})
	}
}

// ports keeps the packet if what one of loads loads is a port of a spot.
func (p *program) ports(spots []spot, proto segment.Proto, loads ...bpf.Instruction) {
	for _, load := range loads {
		p.add(load)
		for _, s := range spots {
			if s.proto == proto {
				p.keep(uint32(s.local.Port()))
			}
		}
	}
}
