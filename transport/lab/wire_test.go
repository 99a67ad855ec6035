package lab

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

func TestFrames(t *testing.T) {
	p := parcel{
		about: segment.Segment{
			ID: 300, Copy: 1, Notes: segment.Retransmission, Fate: "reordered, duplicated",
			Rule: "reordered by reorder 25%, duplicated by /dup", Key: 7, Messages: []uint64{7, 8},
		},
		udp: true, age: 1234 * time.Microsecond, bit: 77, bytes: []byte("E, a packet"),
	}
	k, session, body := open(appendParcel(nil, 5, &p))
	if got, ok := readParcel(body, false); k != packetFrame || session != 5 || !ok || !reflect.DeepEqual(got, p) {
		t.Errorf("%v %d: %+v, want %+v", k, session, got, p)
	}
	came := []arrival{{false, 0, 1}, {true, 1, 1 << 40}}
	k, _, body = open(appendReport(nil, 5, came))
	if got, ok := readReport(body); k != reportFrame || !ok || !reflect.DeepEqual(got, came) {
		t.Errorf("%v: %v, want %v", k, got, came)
	}
	k, session, _ = open(appendHello(nil, 0xabc))
	if k != hello || session != 0xabc {
		t.Errorf("a HELLO is %v of session %x", k, session)
	}
	spec, err := link.Parse("out delay 10ms in loss 5% seed 9")
	if err != nil {
		t.Fatal(err)
	}
	s, at := Settings{Spec: spec, Cut: true, Held: true, Slow: 2.5, Steps: 3}, stamps{{1, 0}, {500, 1}, {3, 1}}
	k, _, body = open(appendSettings(nil, 5, &s, &at))
	if got, gotAt, ok := readSettings(body); k != settingFrame || !ok || got != s || gotAt != at {
		t.Errorf("%v: %+v %v, want %+v %v", k, got, gotAt, s, at)
	}
}

// TestFrameFits: the longest packet and what is known of it fit into a datagram of
// an ordinary network, over IPv6 too.
func TestFrameFits(t *testing.T) {
	p := parcel{
		about: segment.Segment{ID: 1 << 34, Copy: 1, Notes: 1<<12 - 1, Key: 1 << 20, Messages: []uint64{1 << 13, 1 << 13, 1 << 13, 1 << 13}},
		age:   time.Hour, bit: 8*MTU - 1, bytes: make([]byte, MTU),
	}
	if n := len(appendParcel(nil, 5, &p)); n > 1500-48 {
		t.Errorf("%d bytes", n)
	}
}

// FuzzFrame: whatever comes is read or refused, and what is read can be written.
func FuzzFrame(f *testing.F) {
	spec, err := link.Parse("loss 20% seed 1")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(appendHello(nil, 5))
	f.Add(appendHead(nil, byeFrame, 5))
	f.Add(appendParcel(nil, 5, &parcel{about: segment.Segment{ID: 1, Fate: segment.FateOK}, bit: -1, bytes: []byte("E")}))
	f.Add(appendReport(nil, 5, []arrival{{true, 0, 2}}))
	f.Add(appendStamps(appendHead(nil, beatFrame, 5), &stamps{}))
	f.Add(appendSettings(nil, 5, &Settings{Spec: spec, Slow: 1}, &stamps{}))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, session, body := open(b)
		if k == noFrame {
			return
		}
		var again []byte
		switch k {
		case packetFrame, ghostFrame:
			p, ok := readParcel(body, k == ghostFrame)
			if !ok {
				return
			}
			again = appendParcel(nil, session, &p)
			_, _, body = open(again)
			if q, ok := readParcel(body, k == ghostFrame); !ok || !reflect.DeepEqual(p, q) {
				t.Errorf("%+v became %+v", p, q)
			}
		case reportFrame:
			if came, ok := readReport(body); ok && len(came) > maxReport {
				t.Errorf("%d arrivals", len(came))
			}
		case settingFrame:
			if s, at, ok := readSettings(body); ok {
				_, _, body = open(appendSettings(nil, session, &s, &at))
				if q, qat, ok := readSettings(body); !ok || q != s || qat != at {
					t.Errorf("%+v became %+v", s, q)
				}
			}
		case hello:
			if !bytes.Equal(appendHello(nil, session), bytes.ToLower(b)) {
				t.Errorf("%q is a HELLO of session %x", b, session)
			}
		}
	})
}

// FuzzCarried: whatever a peer sends that knows the session, the stack and the tap
// bear it.
func FuzzCarried(f *testing.F) {
	real := make([]byte, 60)
	real[0], real[3], real[9] = 0x45, 60, byte(segment.TCP)
	copy(real[12:], addresses[0][0].AsSlice())
	copy(real[16:], addresses[1][0].AsSlice())
	real[32] = 5 << 4
	for _, ghost := range []bool{false, true} {
		p := parcel{about: segment.Segment{ID: 1}, bit: 9, ghost: ghost, bytes: real}
		f.Add(appendParcel(nil, 5, &p)[headLen:], ghost)
	}
	c := &Carrier{session: 5, side: 1, live: link.NewReal()}
	var err error
	if c.lab, err = build(Options{Clock: c.live}, c); err != nil {
		f.Fatal(err)
	}
	c.end = c.lab.ends[1]
	f.Cleanup(func() { c.lab.up.Store(false); c.lab.Close() })
	f.Fuzz(func(t *testing.T, body []byte, ghost bool) {
		if p, ok := readParcel(body, ghost); ok {
			c.receive(&p)
		}
		if came, ok := readReport(body); ok {
			c.arrived(came)
		}
		c.reports = c.reports[:0]
	})
}
