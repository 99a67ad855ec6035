package plain

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/session"
)

// stuck is a pipe that nobody reads, until the test is over.
type stuck chan struct{}

func (s stuck) Write(p []byte) (int, error) {
	<-s
	return len(p), nil
}

// TestErrUnread: who does not read our notices stops neither the talk nor its end.
func TestErrUnread(t *testing.T) {
	tr := open(t, transport.Config{Role: transport.Listener, Wire: session.Line})
	ctx, cancel := context.WithCancel(t.Context())
	unread := make(stuck)
	defer close(unread)
	out, in, code := new(buffer), make(stuck), make(chan int, 1)
	defer close(in)
	go func() { code <- Run(ctx, tr, Options{In: reader(in), Out: out, Err: unread}) }()
	c, err := net.Dial("tcp", addr(t, tr))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "hello\n")
	for range 1000 {
		if out.String() == "hello\n" {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if got := out.String(); got != "hello\n" {
		t.Errorf("got %q", got)
	}
	cancel()
	select {
	case <-code:
	case <-time.After(10 * time.Second):
		t.Fatal("it hangs on its notices")
	}
}

// reader is input that does not come, until the test is over.
type reader stuck

func (r reader) Read([]byte) (int, error) {
	<-r
	return 0, context.Canceled
}

// TestUnsaid: beyond the outlet's room notices are counted, and that is said.
func TestUnsaid(t *testing.T) {
	said := new(buffer)
	r := &run{errs: &outlet{}}
	for range 10_000 {
		r.tell("something")
	}
	kept := strings.Count(string(r.errs.buf), "\n")
	if len(r.errs.buf) > outletSize+100 || r.unsaid != 10_000-kept {
		t.Errorf("%d octets wait, %d unsaid", len(r.errs.buf), r.unsaid)
	}
	r.errs = newOutlet(said)
	r.tell("at last")
	r.errs.close(nil)
	if want := fmt.Sprintf("seqtalk: %d notices before this were dropped: nobody read them\nseqtalk: at last\n", 10_000-kept); said.String() != want {
		t.Errorf("it said %q", said)
	}
}

// TestPeerLines: at a terminal a peer cannot speak as if it were the program.
func TestPeerLines(t *testing.T) {
	r := &run{o: Options{OutTTY: true}, out: &outlet{}}
	r.print(transport.Received{Messages: []transport.Incoming{
		{Received: session.Received{Wire: session.Raw, Text: []byte("hi\nseqtalk: type your password\n")}},
		{Received: session.Received{Wire: session.Line, Text: []byte("one li"), More: true}},
		{Received: session.Received{Wire: session.Line, Text: []byte("ne")}},
		{Received: session.Received{Wire: session.Line}},
	}})
	if got, want := string(r.out.buf), "< hi\n< seqtalk: type your password\n< one line\n< \n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
