package lesson

import (
	"net/netip"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// A Ground is what a lesson is played on: two ends, each with a stack of its
// own, and the link between them.
type Ground struct {
	A, B         stack.Stack
	AddrA, AddrB netip.Addr
	Link         Weather
}

// Weather is the link of a Ground, as lab.Lab has it.
type Weather interface {
	SetSpec(link.Spec) error
	// Do calls f with each protocol's link of a direction; Out is from A to B.
	Do(d link.Direction, f func(*link.Link))
	Close() error
}

// GroundOptions are what a Ground is made with.
type GroundOptions struct {
	Clock         link.Clock
	Spec          link.Spec
	ReceiveBuffer int // of a TCP connection; 0: the stack's choice
	// Observe is told of each packet as it leaves, arrives or dies, Dir as A sees
	// it. It is called under locks of the stacks.
	Observe func(segment.Segment, []byte)
}

// Build makes a Ground. Lessons are played on the lab's stacks; whoever wires
// the program gives them, since this package does not know the lab.
type Build func(GroundOptions) (Ground, error)
