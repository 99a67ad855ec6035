package model

import (
	"errors"
	"testing"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// What keeps a conversation from ever coming about ends the program; what
// happens to one that stood does not.
func TestStartupFailureLeaves(t *testing.T) {
	m, p, _ := screen(t)
	if !quits(m.take(transport.Closed{Err: errors.New("connection refused")})) {
		t.Error("it stays, though nobody is there")
	}
	m, p, _ = screen(t)
	meet(m, p, segment.TCP, session.Framed)
	m.Update(transport.Down{At: noon, Proto: segment.TCP, Cause: transport.Lost})
	if m.Update(transport.Closed{Err: errors.New("connection refused")}); m.failed != nil {
		t.Error("it leaves a conversation that can still be read")
	}
}

// Two ends of one login have one name: ours is "me" whatever we are called.
func TestOwnLinesAreMe(t *testing.T) {
	m, p, _ := screen(t)
	m.name = "bob"
	meet(m, p, segment.TCP, session.Framed)
	drive(m, "hi\n")
	m.Update(came("hello"))
	end := m.talk.End()
	mine, theirs := lines{m}.Row(end-2), lines{m}.Row(end-1)
	if mine.Nick.String() != "me" || theirs.Nick.String() != "bob" {
		t.Errorf("ours is said by %s, theirs by %s", mine.Nick, theirs.Nick)
	}
}
