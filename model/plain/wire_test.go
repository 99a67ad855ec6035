package plain

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/session"
)

// TestWire holds the examples of docs/WIRE.md to what the program does.
// go test ./model/plain -update writes them anew.
func TestWire(t *testing.T) {
	const name = "../../docs/WIRE.md"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	shapes, err := os.ReadFile("testdata/shapes.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	got := string(page)
	for mark, block := range map[string]string{
		"stream":    exchange(false),
		"datagrams": exchange(true),
		"text":      octets(textFrame()),
		"shapes":    string(shapes),
	} {
		begin, end := "<!-- "+mark+" -->\n```\n", "```\n<!-- end -->"
		head, rest, ok := strings.Cut(got, begin)
		_, tail, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("no block %q", mark)
		}
		got = head + begin + block + end + tail
	}
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got != string(page) && !*update {
		t.Errorf("%s is not what the program does; go test ./model/plain -run Wire -update, and look at the difference", name)
	}
}

// noon is when the example was said.
var noon = time.UnixMilli(1_773_489_600_000).UTC()

// couple is a dialer and a listener of the example.
func couple(datagram bool) (d, l *session.Machine) {
	d = session.New(noon, session.Config{Datagram: datagram, Dialer: true, Instance: 0xa11ce, Session: 0x5e550001, Protocols: session.OverTCP | session.OverUDP, Nick: "ann"})
	l = session.New(noon, session.Config{Datagram: datagram, Instance: 0xb0b, Secret: 0x5ec2e7, Protocols: session.OverTCP | session.OverUDP, Nick: "bob"})
	return d, l
}

// exchange is a whole short conversation in hex, a frame a line.
func exchange(datagram bool) string {
	var b strings.Builder
	d, l := couple(datagram)
	pump := func() {
		for again := true; again; {
			again = false
			for _, way := range []struct {
				from, to *session.Machine
				arrow    string
			}{{d, l, "dialer →"}, {l, d, "       ←"}} {
				for {
					out, ok := way.from.NextOut(noon)
					if !ok {
						break
					}
					again = true
					fmt.Fprintf(&b, "%-9s %-8s %s\n", way.arrow, label(out), divided(out.Octets, datagram))
					way.to.Input(noon, out.Octets)
				}
			}
		}
	}
	pump()
	d.Send(noon, 1, []byte("在吗？"), false)
	pump()
	d.Bye(noon, session.Quit)
	pump()
	return b.String()
}

func label(o session.Out) string {
	if o.Label == "" {
		return "TEXT"
	}
	return o.Label
}

// divided is a frame in hex, its header, session and body apart; the greeting
// as the text it is.
func divided(p []byte, datagram bool) string {
	if p[0] != 0xF5 {
		return fmt.Sprintf("%q", p)
	}
	if datagram {
		return fmt.Sprintf("% x | % x | % x", p[:8], p[8:16], p[16:])
	}
	return fmt.Sprintf("% x | % x", p[:8], p[8:])
}

// textFrame is the TEXT of the stream's example.
func textFrame() []byte {
	d, l := couple(false)
	out, _ := d.NextOut(noon)
	l.Input(noon, out.Octets)
	out, _ = l.NextOut(noon)
	d.Input(noon, out.Octets)
	d.NextOut(noon)
	d.Send(noon, 1, []byte("在吗？"), false)
	out, _ = d.NextOut(noon)
	return out.Octets
}

// octets explains a TEXT frame, part by part.
func octets(p []byte) string {
	var b strings.Builder
	at := 0
	for _, part := range []struct {
		n    int
		what string
	}{
		{1, "magic: never part of valid UTF-8"},
		{1, "version 1"},
		{1, "mode 0: not encrypted"},
		{1, "type 3: TEXT"},
		{4, "length of what follows: 23"},
		{1, "CBOR: an array of 5"},
		{1, "id 1: the first message that went over this connection in a frame"},
		{1, "row 1: the first line of the sender's conversation"},
		{1, "more: false"},
		{9, "sent at, Unix ms: 1773489600000"},
		{1, "CBOR: 9 octets"},
		{9, "在吗？"},
	} {
		fmt.Fprintf(&b, "%3d  %-26s  %s\n", at, fmt.Sprintf("% x", p[at:at+part.n]), part.what)
		at += part.n
	}
	if at != len(p) {
		fmt.Fprintf(&b, "and %d octets more\n", len(p)-at)
	}
	return b.String()
}
