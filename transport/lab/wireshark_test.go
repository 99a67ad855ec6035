package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// expert are Wireshark's fields, in the order of the bits of segment.Notes.
var expert = []string{
	"retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order",
	"lost_segment", "duplicate_ack", "zero_window", "window_update", "window_full",
	"zero_window_probe", "keep_alive",
}

// TestWireshark shows a run to tshark, as a capture at A's end, and compares what
// it remarks on each segment with what we do.
func TestWireshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("no tshark here")
	}
	for _, c := range []struct {
		spec string
		side int
	}{
		{"delay 20ms", 0},
		{"delay 20ms loss 5% seed 1", 1},
		{"delay 20ms 10ms loss 10% seed 2", 0},
		{"delay 20ms 10ms loss 10% seed 2", 1},
		{"delay 20ms reorder 10% seed 3", 1},
	} {
		t.Run(fmt.Sprintf("%s at %d", c.spec, c.side), func(t *testing.T) {
			segs, file := captured(t, c.spec, c.side)
			compare(t, tshark, segs, file)
		})
	}
}

// captured is what end side sees of a conversation, and a pcap file of it.
func captured(t *testing.T, spec string, side int) (segs []segment.Segment, file string) {
	s, err := link.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	var pcap bytes.Buffer
	le := binary.LittleEndian
	header := make([]byte, 24) // nanoseconds, raw IP
	le.PutUint32(header, 0xa1b23c4d)
	le.PutUint16(header[4:], 2)
	le.PutUint16(header[6:], 4)
	le.PutUint32(header[16:], 65535)
	le.PutUint32(header[20:], 101)
	pcap.Write(header)
	var f segment.Follower // one that sees no more than a capture does
	b := newBenchOf(t, Options{Spec: s, ReceiveBuffer: 1 << 15, Observe: func(s segment.Segment, p []byte) {
		out := int(s.Dir) == side
		if out && s.Stage != segment.Sent || !out && s.Stage != segment.Arrived {
			return
		}
		raw, _, err := segment.Parse(p)
		if err != nil {
			t.Error(err)
		}
		raw.At, raw.Stage = s.At, s.Stage
		if !out {
			raw.Dir = segment.In
		}
		f.See(&raw)
		raw.Dir = s.Dir
		segs = append(segs, raw)
		record := make([]byte, 16)
		at := s.At.Sub(epoch)
		le.PutUint32(record, uint32(at/time.Second))
		le.PutUint32(record[4:], uint32(at%time.Second))
		le.PutUint32(record[8:], uint32(len(p)))
		le.PutUint32(record[12:], uint32(len(p)))
		pcap.Write(record)
		pcap.Write(p)
	}})
	p := b.connect(b.lab.B().IPv4())
	for k := range uint64(20) {
		b.write(p.a, fmt.Sprintf("message %d", k+1), k+1)
		b.run(100 * time.Millisecond)
		b.write(p.b, "answer", k+1)
	}
	for range 3 {
		b.write(p.a, strings.Repeat("x", 12000), 30)
		b.run(3 * time.Second)
		b.read(p.b)
		b.run(3 * time.Second)
		b.read(p.b)
	}
	p.a.CloseWrite()
	b.run(time.Second)
	p.b.CloseWrite()
	b.run(time.Second)
	file = filepath.Join(t.TempDir(), "run.pcap")
	if err := os.WriteFile(file, pcap.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return segs, file
}

func compare(t *testing.T, tshark string, segs []segment.Segment, file string) {
	args := []string{"-r", file, "-T", "fields", "-E", "separator=|", "-e", "tcp.seq", "-e", "tcp.ack", "-e", "tcp.window_size", "-e", "tcp.len"}
	for _, e := range expert {
		args = append(args, "-e", "tcp.analysis."+e)
	}
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(segs) {
		t.Fatalf("tshark sees %d packets, we %d", len(lines), len(segs))
	}
	for i, l := range lines {
		s := &segs[i]
		f := strings.Split(l, "|")
		ours := fmt.Sprintf("%d,%d,%d,%d", s.RelSeq, s.RelAck, s.Wnd, s.Len)
		if theirs := strings.Join(f[:4], ","); ours != theirs {
			t.Errorf("segment %d: seq, ack, win, len are %s, tshark says %s", i+1, ours, theirs)
		}
		var notes segment.Notes
		for bit, v := range f[4:] {
			if v != "" {
				notes |= 1 << bit
			}
		}
		if notes = likeOurs(notes, s, other(segs[:i], s)); notes != s.Notes {
			t.Errorf("segment %d: we say %q, tshark %q: %s", i+1, s.Notes, notes, strings.TrimSpace(rung(s)))
		}
	}
}

// likeOurs takes from Wireshark's remarks what we leave out: that a fast or
// spurious retransmission is a retransmission, that an ACK is a duplicate though
// nothing waits for one; and adds that one with a new window and SACK is.
func likeOurs(n segment.Notes, s *segment.Segment, sent uint64) segment.Notes {
	if n.Has(segment.FastRetransmission | segment.SpuriousRetransmission) {
		n &^= segment.Retransmission
	}
	if len(s.SACK) == 0 && s.RelAck == sent {
		n &^= segment.DupAck
	}
	if len(s.SACK) > 0 && n.Has(segment.WindowUpdate) {
		n |= segment.DupAck
	}
	return n
}

// other is the position up to which the side that s goes to had sent.
func other(before []segment.Segment, s *segment.Segment) (sent uint64) {
	for i := range before {
		if b := &before[i]; b.Dir != s.Dir {
			sent = max(sent, b.RelSeq+uint64(b.Span()))
		}
	}
	return sent
}
