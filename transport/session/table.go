package session

// state is how far a framed conversation is.
type state uint8

const (
	opening state = iota // no HELLO of the peer's, and no greeting in a datagram
	open
	left  // we said BYE
	ended // the peer said BYE, or made no sense
)

func (s state) String() string {
	return [...]string{"before a HELLO", "in conversation", "after our BYE", "after the end"}[s]
}

// action is what is done with a frame.
type action uint8

const (
	refuse action = iota // on a stream the end; a datagram is dropped and counted
	take
	skip   // of a type we do not know and need not; counted
	ignore // it comes too late to matter; counted
)

// row is the place of a type in the table.
func (k kind) row() int {
	if k >= skippable {
		return int(bye) // HALF too, where it counts for anything
	}
	return int(k) - 1
}

// table says what a frame of each type does in each state. What is not in it
// is refused.
var table = [2][4][bye + 1]action{
	{ // stream
		//       HELLO   NICK    TEXT    RECEIPT PING    PONG    BYE     128…
		opening: {take},
		open:    {refuse, take, take, take, take, take, take, skip},
		left:    {ignore, ignore, ignore, ignore, ignore, ignore, take, ignore},
		ended:   {ignore, ignore, ignore, ignore, ignore, ignore, ignore, ignore},
	},
	{ // datagram: a HELLO may come again, and a BYE may be the answer to one
		opening: {take, refuse, refuse, refuse, refuse, refuse, take, refuse},
		open:    {take, take, take, take, take, take, take, skip},
		left:    {ignore, ignore, ignore, ignore, ignore, ignore, take, ignore},
		ended:   {ignore, ignore, ignore, ignore, ignore, ignore, ignore, ignore},
	},
}

// action looks k up.
func (m *Machine) action(k kind) action {
	t := &table[0]
	if m.c.Datagram {
		t = &table[1]
	}
	return t[m.state][k.row()]
}
