package segment

import "strings"

// Notes is a set of remarks on a segment, by the names Wireshark gives them.
type Notes uint16

// The remarks.
const (
	Retransmission         Notes = 1 << iota
	FastRetransmission           // after duplicate ACKs, before the timer (RFC 5681 §3.2)
	SpuriousRetransmission       // of what had been acknowledged
	OutOfOrder                   // fills a gap and is no retransmission
	PreviousMissing              // segments before it have not been seen
	DupAck                       // acknowledges what was acknowledged, and asks again
	ZeroWindow                   // its sender can take no more
	WindowUpdate                 // says nothing but a new window
	WindowFull                   // fills the receiver's window to the brim
	ZeroWindowProbe              // asks whether a closed window is open again
	KeepAlive                    // asks whether anybody is there
	BadChecksum                  // will be thrown away by its receiver
)

var noteNames = [...]string{
	"Retransmission", "Fast Retransmission", "Spurious Retransmission", "Out-Of-Order",
	"Previous segment not captured", "Dup ACK", "Zero Window", "Window Update",
	"Window Full", "Zero Window Probe", "Keep-Alive", "Bad checksum",
}

// String is the remarks in words, with commas between.
func (n Notes) String() string {
	if n == 0 {
		return ""
	}
	var words []string
	for i, w := range noteNames {
		if n&(1<<i) != 0 {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// Has reports whether one of x is among n.
func (n Notes) Has(x Notes) bool { return n&x != 0 }

// Resent are the remarks of which each means that bytes were sent again.
const Resent = Retransmission | FastRetransmission | SpuriousRetransmission
