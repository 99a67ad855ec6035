package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"seqtalk/transport/segment"
)

// A sketch is a capture made by hand, in either byte order.
type sketch struct {
	order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}
	b []byte
}

func (s *sketch) block(kind uint32, words ...any) *sketch {
	var body []byte
	for _, w := range words {
		switch w := w.(type) {
		case int:
			body = s.order.AppendUint32(body, uint32(w))
		case uint16:
			body = s.order.AppendUint16(body, w)
		case []byte:
			body = append(body, w...)
			body = append(body, make([]byte, -len(w)&3)...)
		}
	}
	n := uint32(len(body) + 12)
	s.b = s.order.AppendUint32(s.b, kind)
	s.b = s.order.AppendUint32(s.b, n)
	s.b = append(s.b, body...)
	s.b = s.order.AppendUint32(s.b, n)
	return s
}

func (s *sketch) section() *sketch {
	return s.block(blockSection, byteOrderMagic, uint16(1), uint16(0), -1, -1)
}

func (s *sketch) iface(link LinkType, options ...any) *sketch {
	return s.block(blockInterface, append([]any{uint16(link), uint16(0), 0}, options...)...)
}

func (s *sketch) packet(iface, hi, lo int, frame []byte, options ...any) *sketch {
	return s.block(blockPacket, append([]any{iface, hi, lo, len(frame), len(frame), frame}, options...)...)
}

func little() *sketch { return &sketch{order: binary.LittleEndian} }
func big() *sketch    { return &sketch{order: binary.BigEndian} }

// older is a pcap file with one packet at 1.000002000 or 1.000000002.
func (s *sketch) older(magic uint32, link LinkType, frame []byte) *sketch {
	for _, v := range []uint32{magic, 0x00020004, 0, 0, 65535, uint32(link), 1, 2, uint32(len(frame)), uint32(len(frame))} {
		s.b = s.order.AppendUint32(s.b, v)
	}
	s.b = append(s.b, frame...)
	return s
}

func TestReadsBothByteOrders(t *testing.T) {
	ip := packet(1, "hello")
	for _, s := range []*sketch{little(), big()} {
		s.section().iface(LinkRaw, uint16(optName), uint16(2), []byte("lo"))
		s.packet(0, 0, 1_500_000, ip,
			uint16(optComment), uint16(5), []byte("first"), uint16(optComment), uint16(6), []byte("second"),
			uint16(optFlags), uint16(4), flagOutbound, uint16(optDropCount), uint16(8), s.order.AppendUint64(nil, 7), 0)
		s.block(0xbad, 1, 2, 3)           // not known: passed over
		s.block(blockSimple, len(ip), ip) // no time, no options
		s.section().iface(LinkIPv4)       // a second section numbers anew
		s.block(blockObsolete, uint16(0), uint16(3), 0, 2_000_000, len(ip), len(ip), ip)
		got, r, err := readAll(iotest.HalfReader(bytes.NewReader(s.b)))
		want := []Packet{
			{Number: 1, At: time.Unix(1, 5e8).UTC(), IP: ip, OrigLen: len(ip), Directed: true, Comment: "first\nsecond", Dropped: 7},
			{Number: 2, At: time.Unix(0, 0).UTC(), IP: ip, OrigLen: len(ip)},
			{Number: 3, Interface: 1, At: time.Unix(2, 0).UTC(), IP: ip, OrigLen: len(ip), Dropped: 3},
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %+v %v, want %+v", s.order, got, err, want)
		}
		if i := r.Interfaces(); len(i) != 2 || i[0] != (Interface{"lo", "", LinkRaw}) || i[1].Link != LinkIPv4 {
			t.Errorf("interfaces %v", i)
		}
	}
}

func TestReadsPcap(t *testing.T) {
	ip := packet(1, "hello")
	for _, c := range []struct {
		magic uint32
		s     *sketch
		ns    int64
	}{{magicMicro, little(), 2000}, {magicMicro, big(), 2000}, {magicNano, little(), 2}, {magicNano, big(), 2}} {
		got, _, err := readAll(bytes.NewReader(c.s.older(c.magic, LinkRaw, ip).b))
		want := []Packet{{Number: 1, At: time.Unix(1, c.ns).UTC(), IP: ip, OrigLen: len(ip)}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v %v, want %+v", got, err, want)
		}
	}
}

func TestReadsEveryLink(t *testing.T) {
	v4 := packet(1, "x")
	v6 := append([]byte{0x60, 0, 0, 0, 0, 0, 59, 1}, make([]byte, 32)...)
	head := func(n int, at int, kind ...byte) []byte {
		return slices.Replace(make([]byte, n), at, at+len(kind), kind...)
	}
	sll := func(packetType byte) []byte { h := head(16, 14, 8, 0); h[1] = packetType; return h }
	sll2 := func(packetType byte) []byte { h := head(20, 0, 0x86, 0xdd); h[10] = packetType; return h }
	for _, c := range []struct {
		name     string
		link     LinkType
		head, ip []byte
		dir      string
	}{
		{"raw", LinkRaw, nil, v4, ""},
		{"raw, IPv6", LinkRaw, nil, v6, ""},
		{"raw, neither", LinkRaw, nil, []byte{0x50, 1}, "none"},
		{"raw, empty", LinkRaw, nil, nil, "none"},
		{"null", LinkNull, []byte{2, 0, 0, 0}, v4, ""},
		{"null, macOS", LinkNull, []byte{30, 0, 0, 0}, v6, ""},
		{"null, big-endian", LinkNull, []byte{0, 0, 0, 24}, v6, ""},
		{"loop", LinkLoop, []byte{0, 0, 0, 2}, v4, ""},
		{"ethernet", LinkEthernet, head(14, 12, 8, 0), v4, ""},
		{"ethernet, IPv6", LinkEthernet, head(14, 12, 0x86, 0xdd), v6, ""},
		{"ethernet, VLAN", LinkEthernet, head(18, 12, 0x81, 0, 0, 5, 8, 0), v4, ""},
		{"ethernet, two VLANs", LinkEthernet, head(22, 12, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0), v4, ""},
		{"ethernet, VLAN cut off", LinkEthernet, head(15, 12, 0x81, 0), nil, "none"},
		{"ethernet, ARP", LinkEthernet, head(14, 12, 8, 6), v4, "none"},
		{"ethernet, cut off", LinkEthernet, head(13, 12, 8), nil, "none"},
		{"any", LinkSLL, sll(0), v4, "in"},
		{"any, sent", LinkSLL, sll(4), v4, "out"},
		{"any 2", LinkSLL2, sll2(0), v6, "in"},
		{"any 2, sent", LinkSLL2, sll2(4), v6, "out"},
		{"USB", 189, nil, v4, "none"},
	} {
		s := little().section().iface(c.link)
		got, r, err := readAll(bytes.NewReader(s.packet(0, 0, 0, append(c.head, c.ip...)).b))
		switch {
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.dir == "none":
			if len(got) != 0 || r.Skipped() != 1 {
				t.Errorf("%s: got %v, %d skipped", c.name, got, r.Skipped())
			}
		case len(got) != 1 || !bytes.Equal(got[0].IP, c.ip) || got[0].OrigLen != len(c.ip):
			t.Errorf("%s: got %+v", c.name, got)
		case got[0].Directed != (c.dir != "") || c.dir != "" && got[0].Dir.String() != c.dir:
			t.Errorf("%s: direction %v, %v", c.name, got[0].Dir, got[0].Directed)
		}
	}
}

func TestReadsEveryClock(t *testing.T) {
	u64 := func(v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v) }
	const last = "9999-12-31T23:59:59Z"
	for _, c := range []struct {
		resolution byte
		offset     int64
		stamp      uint64
		want       string
	}{
		{6, 0, 1_500_000, "1970-01-01T00:00:01.5Z"},
		{9, 0, 1_500_000_001, "1970-01-01T00:00:01.500000001Z"},
		{0, 0, 7, "1970-01-01T00:00:07Z"},
		{19, 0, 5_000_000_000_000_000_000, "1970-01-01T00:00:00.5Z"},
		{0x80 | 32, 0, 3 << 31, "1970-01-01T00:00:01.5Z"},
		{0x80 | 63, 0, 3 << 62, "1970-01-01T00:00:01.5Z"},
		{9, 60, 1, "1970-01-01T00:01:00.000000001Z"},
		{9, -60, 0, "1970-01-01T00:00:00Z"},
		{0, 0, math.MaxUint64, last},
		{0, math.MaxInt64, math.MaxUint64, last},
		{0, math.MinInt64, math.MaxUint64, "1970-01-01T00:00:00Z"},
	} {
		s := little().section().iface(LinkRaw, uint16(optResolution), uint16(1), []byte{c.resolution},
			uint16(optTimeOffset), uint16(8), u64(uint64(c.offset)))
		s.packet(0, int(c.stamp>>32), int(uint32(c.stamp)), packet(1, ""))
		got, _, err := readAll(bytes.NewReader(s.b))
		if err != nil || got[0].At.Format(time.RFC3339Nano) != c.want {
			t.Errorf("%+v: got %v %v", c, got, err)
		}
	}
}

func TestRefusesWithOffset(t *testing.T) {
	head := func() *sketch { return little().section() }
	n := int64(len(head().b))
	raw := func() *sketch { return head().iface(LinkRaw) }
	m := int64(len(raw().b))
	bend := func(s *sketch, at int64, v ...byte) *sketch { copy(s.b[at:], v); return s }
	many := head()
	for range MaxInterfaces + 1 {
		many.iface(LinkRaw)
	}
	for _, c := range []struct {
		name string
		s    *sketch
		at   int64
		why  string
	}{
		{"empty", little(), 0, "0 bytes"},
		{"text", &sketch{b: []byte("hello")}, 0, "neither pcapng nor pcap"},
		{"magic", bend(head(), 8, 1, 2, 3, 4), 0, "byte-order magic 01020304"},
		{"version", bend(head(), 12, 2), 0, "version 2.0"},
		{"short section", little().block(blockSection, byteOrderMagic), 0, "needs 16"},
		{"4 GiB block", bend(head().iface(LinkRaw), n+4, 0xfc, 0xff, 0xff, 0xff), n, "says it has 4294967292 bytes"},
		{"tiny block", bend(raw(), n+4, 8, 0), n, "says it has 8 bytes"},
		{"odd block", bend(raw(), n+4, 21), n, "in fours"},
		{"two lengths", bend(raw(), m-4, 24), n, "says at its end that it has 24"},
		{"short interface", head().block(blockInterface, 0), n, "needs 8"},
		{"resolution", head().iface(LinkRaw, uint16(optResolution), uint16(1), []byte{20}), n, "resolution of 0x14"},
		{"resolution 2", head().iface(LinkRaw, uint16(optResolution), uint16(1), []byte{0xc0}), n, "resolution of 0xc0"},
		{"option", head().iface(LinkRaw, uint16(optName), uint16(5), []byte("abcd")), n, "option 2 says it has 5 bytes; 4 are left"},
		{"interfaces", many, n + 20*MaxInterfaces, "more than 64 interfaces"},
		{"no interface", head().packet(0, 0, 0, packet(1, "")), n, "interface 0; 0 are described"},
		{"other interface", raw().packet(-1, 0, 0, packet(1, "")), m, "interface 4294967295; 1 are described"},
		{"simple without", head().block(blockSimple, 0), n, "interface 0; 0 are"},
		{"simple empty", raw().block(blockSimple), m, "needs 4"},
		{"short packet", raw().block(blockPacket, 0, 0, 0, 0), m, "needs 20"},
		{"packet too long", raw().block(blockPacket, 0, 0, 0, 9, 9, packet(1, "")[:8]), m, "9 bytes in a block with room for 8"},
		{"4 GiB packet", raw().block(blockPacket, 0, 0, 0, -1, -1), m, "a packet of 4294967295 bytes"},
		{"pcap 4 GiB", bend(little().older(magicMicro, LinkRaw, packet(1, "")), 32, 0xff, 0xff, 0xff, 0xff), 24, "at most 262144"},
		{"pcap cut", &sketch{b: little().older(magicMicro, LinkRaw, nil).b[:20]}, 0, "24 bytes are announced and 20 there"},
	} {
		_, _, err := readAll(bytes.NewReader(c.s.b))
		var wrong *FormatError
		if !errors.As(err, &wrong) || wrong.Offset != c.at || !strings.Contains(wrong.Error(), c.why) {
			t.Errorf("%s: got %v, want byte %d: …%s…", c.name, err, c.at, c.why)
		}
	}
}

// A file that ends anywhere gives what came before, and says that it ends.
func TestReadsUnfinished(t *testing.T) {
	whole := little().section().iface(LinkRaw)
	ends := []int{len(whole.b)}
	for range 3 {
		whole.packet(0, 0, 0, packet(1, "abc"))
		ends = append(ends, len(whole.b))
	}
	for n := ends[0]; n <= len(whole.b); n++ {
		got, _, err := readAll(bytes.NewReader(whole.b[:n]))
		i, clean := slices.BinarySearch(ends, n)
		if !clean {
			i--
		}
		if len(got) != i || errors.Is(err, ErrTruncated) == clean || (err == nil) != clean {
			t.Errorf("cut at %d: %d packets, %v", n, len(got), err)
		}
	}
	for n := range ends[0] {
		if got, _, _ := readAll(bytes.NewReader(whole.b[:n])); len(got) != 0 {
			t.Errorf("cut at %d: %d packets", n, len(got))
		}
	}
}

// Small files that announce much cost what they are, not what they announce.
func TestBombsCostLittle(t *testing.T) {
	raw := func() *sketch { return little().section().iface(LinkRaw) }
	announce := func(s *sketch, at int, n uint32) []byte {
		binary.LittleEndian.PutUint32(s.b[at:], n)
		return s.b
	}
	options := raw()
	options.packet(0, 0, 0, packet(1, ""), slices.Repeat([]any{uint16(optComment), uint16(0)}, 20000)...)
	for name, b := range map[string][]byte{
		"block of 4 GiB":     announce(raw(), len(little().section().b)+4, 0xfffffffc),
		"block of 256 KiB":   announce(raw(), len(little().section().b)+4, MaxBlock),
		"packet of 4 GiB":    raw().block(blockPacket, 0, 0, 0, -1, -1).b,
		"pcap of 4 GiB":      announce(little().older(magicMicro, LinkRaw, packet(1, "")), 32, 0xffffffff),
		"pcap of 256 KiB":    announce(little().older(magicMicro, LinkRaw, packet(1, "")), 32, MaxBlock),
		"twenty thousand":    options.b,
		"section of 256 KiB": announce(little().section(), 4, MaxBlock),
	} {
		if got := allocated(func() { readAll(bytes.NewReader(b)) }); got > uint64(4*len(b)+64<<10) {
			t.Errorf("%s: %d bytes of input took %d bytes of memory", name, len(b), got)
		}
	}
}

// A megabyte of interfaces is no more than MaxInterfaces of them.
func TestManyInterfacesCostLittle(t *testing.T) {
	s := little().section()
	for len(s.b) < 1<<20 {
		s.iface(LinkRaw)
	}
	if got := allocated(func() { readAll(bytes.NewReader(s.b)) }); got > 256<<10 {
		t.Errorf("took %d bytes of memory", got)
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// endless repeats a block for ever.
type endless struct{ block, left []byte }

func (e *endless) Read(p []byte) (int, error) {
	if len(e.left) == 0 {
		e.left = e.block
	}
	n := copy(p, e.left)
	e.left = e.left[n:]
	return n, nil
}

func TestReadsNoMoreThanItMay(t *testing.T) {
	head := little().section().iface(LinkRaw).b
	small := little().packet(0, 0, 0, packet(1, "")).b
	large := little().block(0xbad, make([]byte, MaxBlock-12)).b
	for _, c := range []struct {
		block []byte
		want  int
		why   string
	}{{small, MaxPackets, "more than 1000000 packets"}, {large, 0, "longer than the 268435456 bytes"}} {
		r, err := NewCaptureReader(io.MultiReader(bytes.NewReader(head), &endless{block: c.block}))
		must(t, err)
		n := 0
		for err == nil {
			if _, err = r.Next(); err == nil {
				n++
			}
		}
		if n != c.want || !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%d packets, then %v", n, err)
		}
	}
}

func TestNextRepeatsItsError(t *testing.T) {
	r, err := NewCaptureReader(io.MultiReader(bytes.NewReader(little().section().b), iotest.ErrReader(io.ErrClosedPipe)))
	must(t, err)
	for range 2 {
		if _, err := r.Next(); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("got %v", err)
		}
	}
}

func TestDirectionOfOurOwn(t *testing.T) {
	for _, d := range []segment.Dir{segment.In, segment.Out} {
		path := temp(t, "d")
		c := create(t, path, sides)
		must(t, c.Packet(0, noon, packet(1, ""), 0, d, ""))
		must(t, c.Close())
		if got, _ := read(t, path); got[0].Dir != d || !got[0].Directed {
			t.Errorf("%v came back as %v", d, got[0].Dir)
		}
	}
}
