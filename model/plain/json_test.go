package plain

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = "testdata/" + name
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// An event is every field that docs/WIRE.md names.
type event struct {
	Event, Side, Proto, State, Local, Peer string
	Dir, Text, Mark, Source, Reason        string
	Flags, Fate, Note                      string
	TextB64                                string `json:"text_b64"`
	ID, Bytes, Seq, Ack, Len, Win          *uint64
	AtMS                                   int64   `json:"at_ms"`
	AfterUS                                int64   `json:"after_us"`
	More, Partial, Dup, Late               any     // of a message true; in a status late is a count
	ISNOut                                 *uint32 `json:"isn_out"`
	ISNIn                                  *uint32 `json:"isn_in"`
	SndUna                                 *uint64 `json:"snd_una"`
	SndNxt                                 *uint64 `json:"snd_nxt"`
	RcvNxt                                 *uint64 `json:"rcv_nxt"`
	RTT                                    *uint64 `json:"rtt_us"`
	Retrans, Sent, Received                *uint64
	Lost, Duplicate                        *uint64
}

// parse reads output as somebody else's program would, and refuses fields that
// are not documented.
func parse(t *testing.T, out string) (events []event) {
	t.Helper()
	for line := range strings.Lines(out) {
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		var e event
		if err := d.Decode(&e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		events = append(events, e)
	}
	return events
}

// still is a transport that stands still: only its Status and Segments are asked.
type still struct {
	transport.Transport
	legs []transport.Leg
	segs []segment.Segment
}

func (s still) Status() transport.Status { return transport.Status{Legs: s.legs} }

func (s still) Segments(since uint64) ([]segment.Segment, uint64, uint64) {
	return s.segs[min(since, uint64(len(s.segs))):], max(since, uint64(len(s.segs))), 0
}

// TestShapes holds the objects to the octet: they are promised to be stable.
func TestShapes(t *testing.T) {
	var (
		noon  = time.UnixMilli(1_773_489_600_000)
		here  = netip.MustParseAddrPort("127.0.0.1:48120")
		there = netip.MustParseAddrPort("127.0.0.1:9001")
		j     = &JSON{}
		b     []byte
	)
	b = j.Event(b, transport.Up{Proto: segment.TCP, Dialer: true, Local: here, Peer: there})
	j.said(transport.Message{Row: 1, Text: []byte("在的。\t\"\\\x1b[31m")}, [2]bool{true, false}, noon)
	j.said(transport.Message{Row: 2, Text: []byte{0xff, 'a'}, More: true}, [2]bool{true, true}, noon)
	for _, ev := range []transport.Event{
		transport.Delivery{Proto: segment.TCP, Mark: transport.Sent, Fates: []transport.Fate{{Row: 1, ID: 1, First: 1, Last: 20, Octets: 20}, {Row: 2, ID: 2}}},
		transport.Delivery{Proto: segment.TCP, Mark: transport.Acked, Fates: []transport.Fate{{Row: 1, ID: 1, After: 204 * time.Microsecond}}},
		transport.Delivery{Proto: segment.TCP, Mark: transport.Delivered, Fates: []transport.Fate{{Row: 1, ID: 1, After: 512 * time.Microsecond}}},
		transport.Delivery{Proto: segment.UDP, Mark: transport.Failed, Fates: []transport.Fate{{Row: 2, Err: errors.New("refused")}}},
		transport.Delivery{Proto: segment.UDP, Mark: transport.Unknown, Fates: []transport.Fate{{Row: 7, ID: 7}}},
		transport.Received{Proto: segment.UDP, Messages: []transport.Incoming{
			{At: noon, Received: session.Received{ID: 9, Text: []byte("a\u202eb\u200d\U000e0041\u2800"), Wire: session.Framed, Dup: true, Late: true}},
			{At: noon, Received: session.Received{Text: []byte{}, Wire: session.Raw, More: true, Partial: true}},
		}},
	} {
		b = j.Event(b, ev)
	}
	b = j.Watch(b, still{
		legs: []transport.Leg{
			{Proto: segment.TCP, Up: true, Local: here, Peer: there, Counters: session.Counters{Sent: 2, Received: 1}, TCP: segment.Snapshot{
				State: segment.Established, Source: segment.Loopback, Known: segment.HasISS | segment.HasIRS | segment.HasSnd | segment.HasRcv | segment.HasRTT | segment.HasRetrans,
				ISS: 3746804057, IRS: 2199831645, SndUna: 88, SndNxt: 88, RcvNxt: 58, SRTT: 204 * time.Microsecond, Retrans: 1}},
			{Proto: segment.UDP, Wire: session.Framed, UDP: transport.PeerKnown, Local: here, Peer: there,
				Counters: session.Counters{Sent: 21, Received: 19, Lost: 2, Duplicate: 1, Late: 3, RTT: time.Millisecond}},
		},
		segs: []segment.Segment{
			{Proto: segment.TCP, Dir: segment.Out, Flags: segment.SYN, Wnd: 65535},
			{Proto: segment.TCP, Dir: segment.In, Flags: segment.SYN | segment.ACK, RelAck: 1, Wnd: 65535},
			{Proto: segment.TCP, Dir: segment.Out, Stage: segment.Sent, Flags: segment.PSH | segment.ACK, RelSeq: 1, RelAck: 1, Len: 33, Wnd: 512, Fate: segment.FateLost},
			{Proto: segment.TCP, Dir: segment.Out, Stage: segment.Died, Flags: segment.PSH | segment.ACK, RelSeq: 1, RelAck: 1, Len: 33, Wnd: 512, Fate: segment.FateLost},
			{Proto: segment.TCP, Dir: segment.Out, Stage: segment.Sent, Flags: segment.PSH | segment.ACK, RelSeq: 1, RelAck: 1, Len: 33, Wnd: 512, Fate: segment.FateOK, Note: "Retransmission"},
			{Proto: segment.UDP, Dir: segment.In, Stage: segment.Arrived, Len: 54, Fate: segment.FateOK},
		},
	}, noon)
	b = j.Watch(b, still{legs: []transport.Leg{{Proto: segment.UDP, Wire: session.Raw, Counters: session.Counters{Sent: 3}}}}, noon.Add(time.Second))
	b = j.Watch(b, still{legs: []transport.Leg{{Proto: segment.UDP, Wire: session.Raw, Counters: session.Counters{Sent: 3}}}}, noon.Add(2*time.Second))
	j.Look(transport.Status{Legs: []transport.Leg{{Proto: segment.UDP, Up: true, UDP: transport.PeerKnown, Counters: session.Counters{Sent: 4}}}})
	b = j.Event(b, transport.Down{Proto: segment.UDP})
	b = j.notice(b, "waiting")
	b = (&JSON{Side: "A"}).end(b, "peer \xff quit")
	golden(t, "shapes.jsonl", string(b))
	parse(t, string(b))
}

// TestString: whatever is written comes back, and nothing in it has power over
// a terminal.
func TestString(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || 0x20000 <= r && r < 0xE0000 && r%257 != 0 { // a few of the planes of Han, and of those without a character
			continue
		}
		s := "a" + string(r)
		b := appendString(nil, s)
		var back string
		if err := json.Unmarshal(b, &back); err != nil || back != s {
			t.Fatalf("U+%04X: %s came back as %q, %v", r, b, back, err)
		}
		if bytes.ContainsRune(b, r) && (r < ' ' || r == 0x7F || !safe.String("中"+string(r)).Plain()) {
			t.Errorf("U+%04X is shown as it is: %q", r, b)
		}
	}
}

// TestJSON runs two ends and reads what they tell.
func TestJSON(t *testing.T) {
	l := start(t, t.Context(), open(t, transport.Config{Role: transport.Listener}), Options{JSON: true})
	d := start(t, t.Context(), open(t, transport.Config{Role: transport.Dialer, Addr: addr(t, l.tr)}), Options{JSON: true, In: strings.NewReader("一\n\xff\n")})
	d.ends(t, OK)
	l.ends(t, OK)
	brief := func(events []event) (got []string) {
		for _, e := range events {
			switch e.Event {
			case "state":
				got = append(got, e.Proto+" "+e.State)
			case "message":
				got = append(got, fmt.Sprintf("%s %s #%d %q %s %d", e.Proto, e.Dir, *e.ID, e.Text, e.TextB64, *e.Bytes))
			case "delivery":
				if e.Mark != "acked" { // it may come before the receipt or after
					got = append(got, fmt.Sprintf("%s #%d %s", e.Proto, *e.ID, e.Mark))
				}
			case "end":
				got = append(got, "end: "+e.Reason)
			}
		}
		return got
	}
	said := parse(t, d.out.String())
	b64 := base64.StdEncoding.EncodeToString([]byte{0xff})
	for about, want := range map[string][]string{ // the receipt for one may come before the other is sent
		"#1":          {`tcp out #1 "一"  3`, "tcp #1 sent", "tcp #1 delivered"},
		"#2":          {`tcp out #2 "" ` + b64 + ` 1`, "tcp #2 sent", "tcp #2 delivered"},
		"ESTABLISHED": {"tcp ESTABLISHED"},
		"end":         {"end: peer closed"},
	} {
		got := slices.DeleteFunc(brief(said), func(s string) bool { return !strings.Contains(s, about) })
		if !slices.Equal(got, want) {
			t.Errorf("of %s the dialer told\n%s\nwant\n%s\nof\n%s", about, strings.Join(got, "\n"), strings.Join(want, "\n"), d.out)
		}
	}
	heard := brief(parse(t, l.out.String()))
	for _, want := range []string{"tcp LISTEN", "tcp ESTABLISHED", `tcp in #1 "一"  3`, `tcp in #2 "" ` + b64 + ` 1`, "end: peer closed"} {
		if !slices.Contains(heard, want) {
			t.Errorf("the listener did not tell %s, but\n%s", want, l.out)
		}
	}
	if i, j := slices.Index(heard, "tcp LISTEN"), slices.Index(heard, "tcp ESTABLISHED"); i > j {
		t.Errorf("LISTEN is told after ESTABLISHED\n%s", l.out)
	}
	if d.errs.String() != "" || !regexp.MustCompile(`"event":"notice"`).MatchString(d.out.String()) {
		t.Errorf("notices are not in the JSON; on Err is\n%s", d.errs)
	}
	i := slices.IndexFunc(said, func(e event) bool { return e.Event == "status" && e.SndUna != nil && *e.Sent == 2 })
	if i < 0 {
		t.Errorf("the numbers were not told\n%s", d.out)
	}
}

// TestBounded: what is remembered for JSON does not grow with what was said.
func TestBounded(t *testing.T) {
	j := &JSON{}
	var b []byte
	for row := range uint64(100_000) {
		j.said(transport.Message{Row: row + 1, Text: []byte("x")}, [2]bool{true, row%2 == 0}, time.Time{})
		f := []transport.Fate{{Row: row + 1, ID: row + 1}}
		b = j.Event(b[:0], transport.Delivery{Proto: segment.TCP, Mark: transport.Sent, Fates: f})
		if row%2 == 0 {
			b = j.Event(b, transport.Delivery{Proto: segment.UDP, Mark: transport.Failed, Fates: f})
		}
	}
	if len(j.texts) > 0 {
		t.Errorf("%d texts are kept", len(j.texts))
	}
	j.said(transport.Message{Row: 100_001}, [2]bool{false, true}, time.Time{})
	j.Event(b, transport.Down{Proto: segment.UDP})
	if len(j.texts) > 0 {
		t.Errorf("%d texts are kept after Down", len(j.texts))
	}
}

func BenchmarkJSON(b *testing.B) {
	j := &JSON{}
	ev := transport.Received{Proto: segment.TCP, Messages: []transport.Incoming{{Received: session.Received{ID: 1, Text: []byte("a line of fifty-two octets, as in the measurements..")}}}}
	var out []byte
	for b.Loop() {
		out = j.Event(out[:0], ev)
	}
}
