package segment

// State is where a TCP connection stands, by the names of RFC 9293 §3.3.2.
type State uint8

// The states of RFC 9293 §3.3.2. Unknown is not among them: it is said when
// nobody could tell.
const (
	Unknown State = iota
	Closed
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
)

var stateNames = [...]string{
	"?", "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED",
	"FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// String is the state's name as RFC 9293 writes it.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return stateNames[Unknown]
}

// StateNamed is the state of that name; Unknown if there is none.
func StateNamed(name string) State {
	for s, n := range stateNames {
		if n == name {
			return State(s)
		}
	}
	return Unknown
}

// Synchronized reports whether both ends have agreed on their first sequence
// numbers (RFC 9293 §3.3.2), so that seq and ack mean something.
func (s State) Synchronized() bool { return s >= Established }
