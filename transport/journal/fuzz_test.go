package journal

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"
	"testing/iotest"
)

// FuzzCapture: whatever the octets, reading costs no more than four times
// their memory, an error says where, and what was read is read again from what
// is written of it.
func FuzzCapture(f *testing.F) {
	ip := packet(1, "seed")
	f.Add(little().section().iface(LinkRaw).packet(0, 0, 1, ip, uint16(optComment), uint16(2), []byte("hi"), 0).b)
	f.Add(big().section().iface(LinkEthernet, uint16(optResolution), uint16(1), []byte{0x8a}).packet(0, 1, 2, ip).b)
	f.Add(little().section().iface(LinkNull).block(blockSimple, len(ip), ip).section().iface(LinkSLL2).b)
	f.Add(big().section().iface(LinkRaw).block(blockObsolete, uint16(0), uint16(3), 0, 2, len(ip), len(ip), ip).b)
	f.Add(little().older(magicMicro, LinkSLL, ip).b)
	f.Add(big().older(magicNano, LinkRaw, ip).b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var got []Packet
		var r *CaptureReader
		var err error
		cost := allocated(func() { r, err = drain(b) })
		if max := uint64(4*len(b) + 64<<10); cost > max && again(b) > max { // another goroutine may have allocated too
			t.Errorf("%d bytes took %d", len(b), cost)
		}
		got, _, _ = readAll(bytes.NewReader(b))
		slow, _, serr := readAll(iotest.OneByteReader(bytes.NewReader(b)))
		if !reflect.DeepEqual(got, slow) || (err == nil) != (serr == nil) {
			t.Errorf("read whole: %v %v; byte by byte: %v %v", got, err, slow, serr)
		}
		var wrong *FormatError
		if err != nil && (!errors.As(err, &wrong) || wrong.Offset > int64(len(b))) {
			t.Errorf("got %v", err)
		}
		if err == nil || len(got) > 0 {
			rewrite(t, got, r)
		}
	})
}

// drain reads b and keeps nothing.
func drain(b []byte) (*CaptureReader, error) {
	r, err := NewCaptureReader(bytes.NewReader(b))
	for err == nil {
		_, err = r.Next()
	}
	var wrong *FormatError
	if errors.As(err, &wrong) {
		return r, err
	}
	return r, nil
}

func again(b []byte) uint64 { return allocated(func() { drain(b) }) }

// rewrite writes what was read, and compares what is read of that.
func rewrite(t *testing.T, packets []Packet, r *CaptureReader) {
	ifaces := r.Interfaces()
	if len(ifaces) == 0 {
		return
	}
	path := temp(t, "again.pcapng")
	c, err := CreateCapture(path, ifaces)
	must(t, err)
	for _, p := range packets {
		must(t, c.Packet(p.Interface, p.At, p.IP, p.OrigLen, p.Dir, p.Comment))
	}
	must(t, c.file.Close())
	c.file = nil
	got, _ := read(t, path)
	if len(got) != len(packets) {
		t.Fatalf("%d packets became %d", len(packets), len(got))
	}
	for i, p := range packets {
		p.IP = p.IP[:min(len(p.IP), snapLen)]
		g := got[i]
		if g.Interface != p.Interface || !bytes.Equal(g.IP, p.IP) || g.OrigLen != p.OrigLen || g.Dir != p.Dir {
			t.Errorf("%+v became %+v", p, g)
		}
		if clampNano(p.At) != uint64(g.At.UnixNano()) {
			t.Errorf("%v became %v", p.At, g.At)
		}
	}
}

// FuzzTranscript: whatever the octets, every record that is read is read again
// from what is written of it, each fault says where, and reading from the end
// finds the same messages.
func FuzzTranscript(f *testing.F) {
	f.Add([]byte(lines))
	f.Add([]byte(lines[:200]))
	f.Add([]byte("\n\n{}\n" + lines[len(lines)-60:]))
	f.Add([]byte(opening + "\n" + `{"type":"recovered","torn_bytes":9}` + "\n"))
	f.Add([]byte(`{"type":"message","dir":"in","text":"\ud83d\ude80\u202e\ud800"}` + "\n"))
	f.Add([]byte(`{"type":"state","peer":"[fe80::1%25eth0]:9","local":"[::ffff:1.2.3.4]:1"}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, faults := readLines(bytes.NewReader(b))
		for _, err := range faults {
			var wrong *FormatError
			if !errors.As(err, &wrong) || wrong.Offset > int64(len(b)) || wrong.Line < 1 {
				t.Errorf("got %v", err)
			}
		}
		var again []byte
		var messages []Message
		for _, r := range got {
			again = appendRecord(again, r)
			if m, ok := r.(Message); ok {
				messages = append(messages, m)
			}
		}
		if back, faults := readLines(bytes.NewReader(again)); !reflect.DeepEqual(back, got) || faults != nil {
			t.Errorf("%+v became %+v, %v", got, back, faults)
		}
		for line := range bytes.Lines(again) {
			if !harmless(string(bytes.TrimSuffix(line, []byte("\n")))) {
				t.Errorf("%q", line)
			}
		}
		last, err := tail(bytes.NewReader(b), int64(len(b)), 3)
		if want := messages[max(0, len(messages)-3):]; err != nil || !slices.EqualFunc(last, want, equal) {
			t.Errorf("from the end %+v %v, want %+v", last, err, want)
		}
	})
}

func equal(a, b Message) bool { return reflect.DeepEqual(a, b) }
