package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seqtalk/transport/segment"
)

func BenchmarkTranscriptAppend(b *testing.B) {
	dir := b.TempDir()
	w, err := AppendTranscript(filepath.Join(dir, "talk.jsonl"), noon)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { w.Close(noon) }()
	m := said("seq counts bytes, not messages")
	for b.Loop() {
		if w.Append(noon, m) != nil { // full: go on with another
			w.Close(noon)
			os.Remove(filepath.Join(dir, "talk.jsonl"))
			w, _ = AppendTranscript(filepath.Join(dir, "talk.jsonl"), noon)
		}
	}
}

func BenchmarkTranscriptSync(b *testing.B) {
	w, err := AppendTranscript(filepath.Join(b.TempDir(), "talk.jsonl"), noon)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close(noon)
	for b.Loop() {
		w.Append(noon, said("x"))
		w.Sync(noon)
	}
}

func BenchmarkEscape(b *testing.B) {
	for name, text := range map[string]string{
		"ascii": "seq counts bytes, not messages. ", "chinese": "序号数的是字节而不是消息。", "hostile": "\x1b]0;\u202e\U000e0041",
	} {
		text = strings.Repeat(text, 1000)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var buf []byte
			for b.Loop() {
				buf = appendString(buf[:0], text)
			}
		})
	}
}

func BenchmarkTranscriptRead(b *testing.B) {
	in := bytes.Repeat([]byte(lines), 1000)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		readLines(bytes.NewReader(in))
	}
	b.ReportMetric(float64(b.N*9000)/b.Elapsed().Seconds(), "records/s")
}

// The last 4,096 messages of a file with 100,000.
func BenchmarkTail(b *testing.B) {
	path := filepath.Join(b.TempDir(), "talk.jsonl")
	if err := os.WriteFile(path, bytes.Repeat(appendRecord(nil, said("seq counts bytes")), 100_000), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if m, err := Tail(path, 4096); len(m) != 4096 || err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCapturePacket(b *testing.B) {
	c, err := CreateCapture(filepath.Join(b.TempDir(), "c"), sides)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	ip := packet(1, strings.Repeat("x", 100))
	for b.Loop() {
		if c.packets == MaxPackets-1 {
			c.cutTo(b)
		}
		if err := c.Packet(0, noon, ip, 0, segment.Out, "lost by loss 10% (packet 17)"); err != nil {
			b.Fatal(err)
		}
	}
}

// cutTo empties c, so that a benchmark can go on.
func (c *Capture) cutTo(b *testing.B) {
	c.size, c.packets = 0, 0
	if err := c.cut(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkCaptureRead(b *testing.B) {
	s := little().section().iface(LinkRaw)
	for range 10_000 {
		s.packet(0, 0, 1, packet(1, strings.Repeat("x", 100)), uint16(optComment), uint16(2), []byte("ok"), 0)
	}
	b.SetBytes(int64(len(s.b)))
	for b.Loop() {
		drain(s.b)
	}
	b.ReportMetric(float64(b.N*10_000)/b.Elapsed().Seconds(), "packets/s")
}
