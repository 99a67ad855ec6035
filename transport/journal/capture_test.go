package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/segment"
)

var sides = []Interface{{Name: "A", Description: "sender's side"}, {Name: "B"}}

// packet is an IPv4 packet with a TCP segment.
func packet(seq uint32, text string) []byte {
	b := make([]byte, 40+len(text))
	b[0], b[8], b[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	copy(b[12:], netip.MustParseAddr("10.0.0.1").AsSlice())
	copy(b[16:], netip.MustParseAddr("10.0.0.2").AsSlice())
	binary.BigEndian.PutUint16(b[20:], 48120)
	binary.BigEndian.PutUint16(b[22:], 9001)
	binary.BigEndian.PutUint32(b[24:], seq)
	b[32], b[33] = 5<<4, 0x18
	copy(b[40:], text)
	return b
}

func create(t *testing.T, path string, ifaces []Interface) *Capture {
	t.Helper()
	c, err := CreateCapture(path, ifaces)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// readAll reads a capture to its end; the error is the one that ended it, nil
// for io.EOF.
func readAll(in io.Reader) (all []Packet, r *CaptureReader, err error) {
	r, err = NewCaptureReader(in)
	for err == nil {
		var p Packet
		if p, err = r.Next(); err == nil {
			p.IP = bytes.Clone(p.IP)
			all = append(all, p)
		}
	}
	if err == io.EOF {
		err = nil
	}
	return all, r, err
}

func read(t *testing.T, path string) ([]Packet, *CaptureReader) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	all, r, err := readAll(bytes.NewReader(b))
	must(t, err)
	return all, r
}

func TestCaptureOctets(t *testing.T) {
	path := temp(t, "small.pcapng")
	c := create(t, path, sides[:1])
	must(t, c.Packet(0, time.Unix(1, 2), []byte{0x45, 1, 2, 3, 4}, 60, segment.In, "lost"))
	must(t, c.Close())
	want := strings.Join(strings.Fields(`
		0a0d0d0a 2c000000 4d3c2b1a 01000000 ffffffff ffffffff
		0400 0700 7365717461 6c6b 00 00000000 2c000000
		01000000 3c000000 6500 0000 ffff0000
		0200 0100 41 000000
		0300 0d00 73656e64657227732073696465 000000
		0900 0100 09 000000 00000000 3c000000
		06000000 3c000000 00000000 00000000 02ca9a3b 05000000 3c000000 4501020304 000000
		0100 0400 6c6f7374 0200 0400 01000000 00000000 3c000000`), "")
	got, err := os.ReadFile(path)
	must(t, err)
	if hex.EncodeToString(got) != want {
		t.Errorf("got\n%x, want\n%s", got, want)
	}
}

func TestCaptureReadsBack(t *testing.T) {
	path := temp(t, "both.pcapng")
	c := create(t, path, sides)
	want := []Packet{
		{Number: 1, At: noon.Add(1), IP: packet(1, "你好"), OrigLen: 46, Dir: segment.Out, Directed: true},
		{Number: 2, Interface: 1, At: noon.Add(2), IP: packet(7, "x")[:41], OrigLen: 41, Dir: segment.In, Directed: true,
			Comment: "lost by loss 10% (packet 17)"},
		{Number: 3, At: noon, IP: packet(8, "header only")[:40], OrigLen: 51, Dir: segment.Out, Directed: true, Comment: "丢失"},
	}
	for _, p := range want {
		must(t, c.Packet(p.Interface, p.At, p.IP, p.OrigLen, p.Dir, p.Comment))
	}
	must(t, c.Close())
	got, r := read(t, path)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	ifaces := []Interface{{"A", "sender's side", LinkRaw}, {"B", "", LinkRaw}}
	if !reflect.DeepEqual(r.Interfaces(), ifaces) || r.Skipped() != 0 {
		t.Errorf("interfaces %v, skipped %d", r.Interfaces(), r.Skipped())
	}
}

func TestCaptureOpensByName(t *testing.T) {
	path := temp(t, "a/b/c.pcapng")
	c := create(t, path, sides)
	must(t, c.Packet(0, noon, packet(1, "a"), 0, segment.Out, ""))
	must(t, c.Close())
	r, err := OpenCapture(path)
	must(t, err)
	p, err := r.Next()
	must(t, err)
	if s, payload, err := segment.Parse(p.IP); err != nil || s.Seq != 1 || string(payload) != "a" {
		t.Errorf("got %+v %q %v", s, payload, err)
	}
	must(t, r.Close())
}

func TestCaptureStopsWhenFull(t *testing.T) {
	path := temp(t, "full.pcapng")
	c := create(t, path, sides)
	small := c.size
	room := int64(MaxFile - 2*statistics)
	if err := c.file.Truncate(room - 100); err != nil {
		t.Fatal(err)
	}
	_, err := c.file.Seek(0, io.SeekEnd)
	must(t, err)
	c.size = room - 100
	must(t, c.Packet(0, noon, packet(1, ""), 0, segment.Out, "")) // 88 bytes
	for range 2 {
		if err := c.Packet(1, noon, packet(2, ""), 0, segment.Out, ""); !errors.Is(err, ErrFull) {
			t.Errorf("got %v, want ErrFull", err)
		}
	}
	if c.Missed() != 2 {
		t.Errorf("missed %d, want 2", c.Missed())
	}
	must(t, c.Close())
	f, size, err := openRegular(path)
	must(t, err)
	defer f.Close()
	end := make([]byte, size-(room-100))
	_, err = f.ReadAt(end, room-100)
	must(t, err)
	all, _, err := readAll(io.MultiReader(io.NewSectionReader(f, 0, small), bytes.NewReader(end)))
	if len(all) != 1 || err != nil {
		t.Errorf("read %d packets, %v", len(all), err)
	}
	dropped := []byte{optDropped, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0}
	if !bytes.Contains(end, dropped) {
		t.Error("the file does not say how many packets are missing")
	}
}

func TestCaptureRefuses(t *testing.T) {
	for _, n := range []int{0, MaxInterfaces + 1} {
		if _, err := CreateCapture(temp(t, "n"), make([]Interface, n)); err == nil {
			t.Errorf("%d interfaces were taken", n)
		}
	}
	c := create(t, temp(t, "c"), sides)
	for _, i := range []int{-1, 2} {
		if err := c.Packet(i, noon, packet(1, ""), 0, segment.Out, ""); err == nil {
			t.Errorf("interface %d was taken", i)
		}
	}
	must(t, c.Close())
	if err := c.Packet(0, noon, packet(1, ""), 0, segment.Out, ""); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// What cannot be said is bent so far that it can: times before 1970 and after
// 2262, packets longer than IP has them, comments without end.
func TestCaptureBends(t *testing.T) {
	path := temp(t, "bent")
	c := create(t, path, sides)
	long := make([]byte, 70000)
	long[0] = 0x45
	comment := strings.Repeat("漢", 3000) + "\xff"
	must(t, c.Packet(0, time.Unix(-5, 0), long, 0, segment.Out, comment))
	must(t, c.Packet(0, time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC), long[:20], 1<<40, segment.Out, "a\xffb"))
	must(t, c.Close())
	got, _ := read(t, path)
	if p := got[0]; !p.At.Equal(time.Unix(0, 0)) || len(p.IP) != 65535 || p.OrigLen != 70000 || p.Comment != comment[:4095] {
		t.Errorf("got %v, %d of %d bytes, %d of comment", p.At, len(p.IP), p.OrigLen, len(p.Comment))
	}
	if p := got[1]; p.At.Year() != 2262 || p.OrigLen != 1<<32-1 || p.Comment != "a\ufffdb" {
		t.Errorf("got %v, %d bytes, %q", p.At, p.OrigLen, p.Comment)
	}
}
