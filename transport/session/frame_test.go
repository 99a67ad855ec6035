package session

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func unhex(s string) []byte {
	p, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return p
}

// frameOf is a frame as a peer would write it.
func frameOf(k kind, session uint64, body any) []byte {
	return endFrame(appendBody(beginFrame(nil, k, session), body), 0)
}

func TestFrameOctets(t *testing.T) {
	m := New(t0, config(true, false, Framed))
	m.Send(t0, 3, []byte("在"), false)
	m.Send(t0, 4, []byte("x"), true)
	all := outs(m, t0)
	for i, want := range []string{
		"f5 01 00 01 0000001b 85 1ba11ce00000000001 1b0123456789abcdef 13 65616c696365 00",
		"f5 01 00 03 00000011 85 01 03 f4 1b0000018f34069e00 43e59ca8",
		"f5 01 00 03 0000000f 85 02 04 f5 1b0000018f34069e00 4178",
	} {
		if got := all[i].Octets; !bytes.Equal(got, unhex(want)) {
			t.Errorf("frame %d is %x, want %s", i, got, want)
		}
	}
	if o := all[1]; o.ID != 1 || o.Row != 3 || o.Text != 3 || o.Label != "" {
		t.Errorf("out is %+v", o)
	}
	d := New(t0, config(true, true, Framed))
	if got, want := outs(d, t0)[0].Octets,
		unhex("f5 01 00 01 00000027 0123456789abcdef 85 1ba11ce00000000001 1b0123456789abcdef 03 65616c696365 1a00010000"); !bytes.Equal(got, want) {
		t.Errorf("datagram is %x, want %x", got, want)
	}
}

// TestHeaderRefusals: what a header may not say is refused as soon as the
// header is there, on a stream with BYE (mistaken).
func TestHeaderRefusals(t *testing.T) {
	for _, c := range []struct{ octets, want string }{
		{"f5020003 00000001", "frame of version 2, this is version 1"},
		{"f5010103 00000001", "frame in mode 1, only mode 0 is known"},
		{"f5010000 00000001", "frame of unknown type 0"},
		{"f5010008 00000001", "frame of unknown type 8"},
		{"f5010010 00000001", "frame of unknown type 16"},
		{"f501007f 00000001", "frame of unknown type 127"},
		{"f5010003 00010001", "frame of 65537 octets is over the limit of 65536"},
		{"f5010003 ffffffff", "frame of 4294967295 octets is over the limit of 65536"},
		{"f5010080 80000000", "frame of 2147483648 octets is over the limit of 65536"},
		{"f5010001 00000061", "HELLO of 97 octets is over the limit of 96"},
		{"f5010007 00000004", "BYE of 4 octets is over the limit of 3"},
		{"41", "octet 41 where a frame begins with f5"},
		{"f5010002 00000000", "NICK: EOF"},
		{"f5010002 00000002 f600", "NICK: cbor: 1 bytes of extraneous data starting at index 1"},
		{"f5010002 00000001 f6", "NICK: not in deterministic encoding (RFC 8949 §4.2.1)"},
		{"f5010002 00000002 81f6", "NICK: not in deterministic encoding (RFC 8949 §4.2.1)"},
		{"f5010007 00000003 811800", "BYE: not in deterministic encoding (RFC 8949 §4.2.1)"},
		{"f5010003 00000001 85", errText.Error()},
		{"f5010003 00000006 850000f40040", "TEXT with id 0, ids begin at 1"},
		{"f5010003 00000006 850200f40040", "TEXT 2 after TEXT 0"},
		{"f5010004 00000003 810100", errReceipt.Error()},
		{"f5010004 00000004 82004000", errReceipt.Error()},
		{"f5010004 00000205 8200590201" + strings.Repeat("00", 0x200), errReceipt.Error()},
		{"f5010004 00000205 8200590200" + strings.Repeat("00", 0x200), "RECEIPT with gaps on a stream"},
		{"f5010004 00000206 8200590201" + strings.Repeat("00", 0x201), "RECEIPT with a bitmap of 513 octets, 512 are allowed"},
		{"f5010004 00000003 820141", errReceipt.Error()},
		{"f5010003 00000003 851900", errText.Error()}, // a number without its end
		{"f5010003 00000003 851c00", errText.Error()}, // a length that CBOR does not have
		{"f5010004 00000003 820140", "RECEIPT for id 1, 0 were sent"},
		{"f5010004 00000004 82004100", "RECEIPT with gaps on a stream"},
		{"f5010005 00000002 8101", "PING says that 1 texts were sent, 0 came"},
		{"f5010001 00000001 80", "HELLO in conversation"},
	} {
		p := newPair(false, Framed, Framed, 0)
		p.settle(t0)
		p.b.Input(t0, unhex(c.octets))
		got := strings.Join(events(p.b), ", ")
		if got != "failed: "+c.want {
			t.Errorf("%s: %s, want %s", c.octets, got, c.want)
		}
		if got := labels(outs(p.b, t0)); got != "BYE" {
			t.Errorf("%s: then %s, want BYE", c.octets, got)
		}
		if n := p.b.Counters().Malformed; n != 1 {
			t.Errorf("%s: counted %d times", c.octets, n)
		}
		if _, err := p.b.Send(t0, 0, nil, false); !errors.Is(err, ErrEnded) {
			t.Errorf("%s: send after the end: %v", c.octets, err)
		}
		p.b.Input(t0, unhex(c.octets))
		if told := events(p.b); told != nil || p.b.Deadline() != (time.Time{}) {
			t.Errorf("%s: after the end %v, deadline %v", c.octets, told, p.b.Deadline())
		}
	}
}

// TestBombs: bodies that promise more than they hold cost nothing.
func TestBombs(t *testing.T) {
	bombs := []string{
		"9bffffffffffffffff", "9a7fffffff", "5bffffffffffffffff", "bbffffffffffffffff",
		strings.Repeat("81", 60), strings.Repeat("c1", 60), "9f", "5f", "7f", "c249010000000000000000",
		"851bffffffffffffffff", "825affffffff", "82005bffffffffffffffff", "fb7ff8000000000000", "f97e00", "a10000",
		"8200" + "7affffffff", "81" + "7b7fffffffffffffff",
	}
	for _, b := range bombs {
		body := unhex(b)
		var h helloBody
		var n nickBody
		var r receiptBody
		var x textBody
		var g pingBody
		var y byeBody
		for _, v := range []any{&h, &n, &r, &g, &y} {
			if n := testing.AllocsPerRun(10, func() {
				if readBody(hello, body, v) == nil {
					t.Errorf("%s was read as %T", b, v)
				}
			}); n > 12 {
				t.Errorf("%s into %T: %v allocations", b, v, n)
			}
		}
		if readText(body, &x) == nil {
			t.Errorf("%s was read as a TEXT", b)
		}
	}
}

// TestAnnouncedLength: a length costs no memory before its octets come.
func TestAnnouncedLength(t *testing.T) {
	p := newPair(false, Framed, Framed, 0)
	p.settle(t0)
	p.b.in.rx = nil
	p.b.Input(t0, unhex("f5010003 00010000 85"))
	if n := cap(p.b.in.rx); n > chunk {
		t.Errorf("65,536 announced octets took %d", n)
	}
	for range 1<<16 - 1 {
		p.b.Input(t0, []byte{0})
		if n := cap(p.b.in.rx); n > 2*(len(p.b.in.rx)+chunk) {
			t.Fatalf("%d octets of a frame take %d", len(p.b.in.rx), n)
		}
	}
	if got := strings.Join(events(p.b), ", "); got != "failed: "+errText.Error() {
		t.Error(got)
	}
}

// TestDatagramFrames: a datagram is one whole frame of a session, or nothing.
func TestDatagramFrames(t *testing.T) {
	for octets, want := range map[string]string{
		"":                                    "datagram of 0 octets is shorter than its header",
		"f501000700000000 00000000000000":     "datagram of 15 octets is shorter than its header",
		"f501000700000007 0000000000000001":   "BYE of 7 octets has no room for its session",
		"f501000700000008 000000000000000100": "BYE of 8 octets in a datagram with room for 9",
		"f50100070000000c 000000000000000100": "BYE of 4 octets is over the limit of 3",
		"f501000700000008 0000000000000001":   "",
	} {
		_, _, _, err := datagram(unhex(octets))
		if err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s: %v, want %s", octets, err, want)
		}
	}
	b := helloBody{Instance: 1, Session: 1, Nick: strings.Repeat("n", maxNick)}
	if _, err := readHello(appendBody(nil, &b)); err != nil {
		t.Error(err)
	}
	b.Nick += "n"
	if _, err := readHello(appendBody(nil, &b)); err == nil || err.Error() != "HELLO with a name of 65 octets, 64 are allowed" {
		t.Error(err)
	}
}

func TestClampedTimes(t *testing.T) {
	for _, c := range []struct{ sent, want int64 }{
		{0, 0}, {-1, 0}, {math.MinInt64, 0}, {1, 1},
		{lastMilli, lastMilli}, {lastMilli + 1, lastMilli}, {math.MaxInt64, lastMilli},
	} {
		p := newPair(false, Framed, Framed, 0)
		p.settle(t0)
		p.b.Input(t0, frameOf(text, 0, &textBody{ID: 1, SentAt: c.sent}))
		e, _ := p.b.NextEvent()
		if r, ok := e.(Received); !ok || r.SentAt != c.want {
			t.Errorf("sent at %d ms: %+v, want %d", c.sent, e, c.want)
		}
	}
	if y := time.UnixMilli(lastMilli).UTC(); y.Year() != 9999 || y.Add(time.Millisecond).Year() != 10000 {
		t.Errorf("the last ms is in %v", y)
	}
}

// FuzzText: the reader and the writer of TEXT agree with fxamacker's in every octet.
func FuzzText(f *testing.F) {
	for _, b := range []textBody{
		{ID: 1}, {ID: 23, Row: 24, More: true, SentAt: 255, Text: []byte("x")},
		{ID: 256, Row: math.MaxUint16, SentAt: -1}, {ID: math.MaxUint64, Row: 1 << 32, SentAt: math.MinInt64},
		{ID: 1, SentAt: math.MaxInt64, Text: bytes.Repeat([]byte("a"), 300)},
	} {
		f.Add(appendText(nil, &b))
	}
	f.Add(unhex("85 1801 00 f4 00 40"))
	f.Add(unhex("85 f6 00 f4 00 40"))
	f.Add(unhex("85 01 00 f4 f9 3c00 40"))
	f.Add(unhex("85 01 00 f4 00 80"))
	f.Add(unhex("85 01 00 f4 00 60"))
	f.Add(unhex("85 01 00 f4 1b8000000000000000 40"))
	f.Fuzz(func(t *testing.T, p []byte) {
		var mine, theirs textBody
		err := readBody(text, p, &theirs)
		if err == nil && theirs.ID == 0 {
			err = errText
		}
		if got := readText(p, &mine); (got == nil) != (err == nil) {
			t.Fatalf("%x: %v, fxamacker %v", p, got, err)
		}
		if err != nil {
			return
		}
		if mine.ID != theirs.ID || mine.Row != theirs.Row || mine.More != theirs.More ||
			mine.SentAt != theirs.SentAt || !bytes.Equal(mine.Text, theirs.Text) {
			t.Fatalf("%x: %+v, fxamacker %+v", p, mine, theirs)
		}
		if got := appendText(nil, &mine); !bytes.Equal(got, p) || len(p) != textOverhead(&mine, len(mine.Text))+len(mine.Text) {
			t.Fatalf("%x written as %x, overhead %d", p, got, textOverhead(&mine, len(mine.Text)))
		}
	})
}

// FuzzReceipt does the same for RECEIPT.
func FuzzReceipt(f *testing.F) {
	for _, b := range []receiptBody{{}, {Upto: 24, Bitmap: []byte{2}}, {Upto: math.MaxUint64, Bitmap: make([]byte, 300)}} {
		f.Add(appendReceipt(nil, &b))
	}
	f.Add(unhex("82 00 60"))
	f.Add(unhex("82 f6 f6"))
	f.Add(unhex("83 00 40 00"))
	f.Add(unhex("82 20 40"))
	f.Fuzz(func(t *testing.T, p []byte) {
		var mine, theirs receiptBody
		err := readBody(receipt, p, &theirs)
		if err == nil && len(theirs.Bitmap) > maxBitmap {
			err = errReceipt
		}
		if got := readReceipt(p, &mine); (got == nil) != (err == nil) {
			t.Fatalf("%x: %v, fxamacker %v", p, got, err)
		}
		if err != nil {
			return
		}
		if mine.Upto != theirs.Upto || !bytes.Equal(mine.Bitmap, theirs.Bitmap) {
			t.Fatalf("%x: %+v, fxamacker %+v", p, mine, theirs)
		}
		if got := appendReceipt(nil, &mine); !bytes.Equal(got, p) {
			t.Fatalf("%x written as %x", p, got)
		}
		if high, ok := mine.highest(); ok && mine.contiguous() && high < mine.Upto {
			t.Fatalf("%x: highest %d", p, high)
		}
	})
}
