package lesson

import (
	"net/netip"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
	"seqtalk/ui/words"
)

// A Ground is what a lesson is played on: two ends, each with a stack of its
// own, and the link between them.
type Ground struct {
	A, B         stack.Stack
	AddrA, AddrB netip.Addr
	Port         uint16  // where programs listen; 0: 9001
	Link         Weather // nil: none of ours lies between them, and time is real
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
	Clock         link.Clock // virtual; a ground without a link keeps real time
	Spec          link.Spec
	ReceiveBuffer int // of a TCP connection; 0: the stack's choice
	// Observe is told of each packet as it leaves, arrives or dies, Dir as A sees
	// it. It is called under locks of the stacks.
	Observe func(segment.Segment, []byte)
}

// Build makes a Ground. Lessons are played on the lab's stacks, or on the
// system's own; whoever wires the program gives them, since this package knows
// neither. An error says what would be needed.
type Build func(GroundOptions) (Ground, error)

// OnlyLinux is why a lesson about Linux's stack cannot be played on os.
func OnlyLinux(os string) error { return mistake(words.LessonLinux, os) }
