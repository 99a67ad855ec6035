package segment

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// Packets as they stood on a wire.
const (
	syn4 = "4500003c000040004006b6c0c0000201c0000202" + // IPv4
		"9c40232900000001" + "00000000a002ffff" + "0000" + "0000" + // TCP
		"020405500402080a0000000100000000" + "01030307"
	udp6 = "600000000009114020010db8000000000000000000000001" + "20010db8000000000000000000000002" +
		"9c402329000900007e"
)

func packet(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseSYN(t *testing.T) {
	s, payload, err := Parse(packet(t, syn4))
	if err != nil || len(payload) != 0 {
		t.Fatalf("%v, payload %x", err, payload)
	}
	if got := s.Src.String() + ">" + s.Dst.String(); got != "192.0.2.1:40000>192.0.2.2:9001" {
		t.Error(got)
	}
	if s.Proto != TCP || s.Flags != SYN || s.Seq != 1 || s.Wnd != 65535 || s.Len != 0 || s.Size != 60 {
		t.Errorf("%+v", s)
	}
	want := Options{MSS: 1360, HasScale: true, Scale: 7, SACKPermitted: true, HasTime: true, TSVal: 1}
	if s.Options != want {
		t.Errorf("options %+v", s.Options)
	}
}

func TestParseUDPOverIPv6(t *testing.T) {
	s, payload, err := Parse(packet(t, udp6))
	if err != nil || string(payload) != "~" || s.Len != 1 || s.Proto != UDP || s.Dst.String() != "[2001:db8::2]:9001" {
		t.Errorf("%+v %q %v", s, payload, err)
	}
}

func TestParseFragments(t *testing.T) {
	b := packet(t, "4500001c0001"+"2000"+"40110000c0000201c0000202"+"9c402329"+"0100"+"0000")
	s, _, err := Parse(b)
	if err != nil || !s.Fragment || s.Src.Port() != 40000 || s.Len != 0x100-8 {
		t.Errorf("the first: %+v, %v", s, err)
	}
	b[6], b[7] = 0, 1
	s, _, err = Parse(b)
	if err != nil || !s.Fragment || s.Src.Port() != 0 || s.Len != 8 {
		t.Errorf("a later one: %+v, %v", s, err)
	}
}

func TestParseSkipsExtensions(t *testing.T) {
	b := packet(t, udp6)
	b[5] += 16
	b[6] = byte(hopByHop)
	extended := append(append([]byte{}, b[:40]...), packet(t, "3c000000000000001100000000000000")...)
	s, payload, err := Parse(append(extended, b[40:]...))
	if err != nil || s.Proto != UDP || string(payload) != "~" {
		t.Errorf("%+v %q %v", s, payload, err)
	}
}

func TestParseSACK(t *testing.T) {
	b := packet(t, syn4)
	copy(b[40:], packet(t, "0101050a00000010000000200000000000000000"))
	s, _, err := Parse(b)
	if err != nil || !reflect.DeepEqual(s.SACK, []Block{{16, 32}}) {
		t.Errorf("%+v %v", s.SACK, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		hex  string
		want error
	}{
		{"", ErrShort},
		{"00", ErrNotIP},
		{"45", ErrShort},
		{syn4[:39], ErrShort},
		{"44" + syn4[2:], ErrShort},                       // header shorter than 20
		{syn4[:18] + "2f" + syn4[20:], ErrForeign},        // GRE
		{syn4[:64] + "40" + syn4[66:], ErrShort},          // data offset 16
		{udp6[:80] + "9c40232900070000", ErrShort},        // UDP length 7
		{udp6[:80] + "9c402329ffff00007e", ErrShort},      // UDP longer than IP
		{udp6[:12] + "2c" + udp6[14:80] + "11", ErrShort}, // fragment header cut off
	} {
		h := c.hex
		if len(h)%2 == 1 {
			h = h[:len(h)-1]
		}
		if _, _, err := Parse(packet(t, h)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.hex, err, c.want)
		}
	}
}

func TestIntact(t *testing.T) {
	b := seal(packet(t, syn4))
	if !Intact(b) {
		t.Fatal("a whole packet is said to be broken")
	}
	for bit := range len(b) * 8 {
		c := append([]byte{}, b...)
		c[bit/8] ^= 1 << (bit % 8)
		if Intact(c) {
			t.Errorf("bit %d is flipped and nobody notices", bit)
		}
	}
	if Intact(b[:50]) {
		t.Error("a packet cut short is said to be whole")
	}
}

// seal puts the checksums into an IPv4 packet with TCP.
func seal(b []byte) []byte {
	put := func(at int, v uint16) { b[at], b[at+1] = byte(v>>8), byte(v) }
	put(10, 0)
	put(10, ^fold(sum(0, b[:20])))
	put(36, 0)
	put(36, ^fold(sum(6+uint64(len(b)-20), b[12:])))
	return b
}

func FuzzParse(f *testing.F) {
	f.Add(packet(f, syn4))
	f.Add(packet(f, udp6))
	f.Add(packet(f, udp6[:12]+"2c"+udp6[14:80]+"1100000000000000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, payload, err := Parse(b)
		if err != nil {
			return
		}
		if s.Len < 0 || s.Size < 0 || len(payload) > len(b) || !s.Fragment && s.Len > s.Size {
			t.Errorf("%+v, %d bytes of payload of %d", s, len(payload), len(b))
		}
		Intact(b)
		var w Follower
		for _, d := range []Dir{Out, In, Out} {
			s.Dir = d
			w.Restarts(&s)
			w.See(&s)
		}
		w.Fill(&Snapshot{})
	})
}
