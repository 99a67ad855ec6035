package journal

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"seqtalk/transport/segment"
)

func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(tool(t, name), args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, stderr.String())
	}
	return string(out)
}

// ladder writes a short conversation with its fates, one packet missing.
func ladder(t *testing.T) string {
	t.Helper()
	path := temp(t, "ladder.pcapng")
	c := create(t, path, sides)
	text := "你好, wire"
	must(t, c.Packet(0, noon.Add(1), packet(100, text), 0, segment.Out, "ok"))
	must(t, c.Packet(1, noon.Add(2), packet(100, text), 0, segment.In, ""))
	c.full = true
	if c.Packet(0, noon, packet(1, ""), 0, segment.Out, "") == nil {
		t.Fatal("the packet that is to be missing was written")
	}
	c.full = false
	must(t, c.Packet(0, noon.Add(3), packet(112, "abc")[:40], 43, segment.Out, "lost by loss 10% (packet 17)\n丢失"))
	must(t, c.Close())
	return path
}

func TestTsharkAgrees(t *testing.T) {
	path := ladder(t)
	fields := []string{"-r", path, "-T", "fields", "-E", "separator=|"}
	for _, f := range []string{"frame.number", "frame.time_epoch", "frame.interface_name", "frame.packet_flags_direction",
		"frame.len", "frame.cap_len", "ip.src", "tcp.srcport", "tcp.seq_raw", "tcp.len", "frame.drop_count", "frame.comment"} {
		fields = append(fields, "-e", f)
	}
	want := strings.Join([]string{
		"1|1772366400.123000001|A|0x00000002|52|52|10.0.0.1|48120|100|12||ok",
		"2|1772366400.123000002|B|0x00000001|52|52|10.0.0.1|48120|100|12||",
		"3|1772366400.123000003|A|0x00000002|43|40|10.0.0.1|48120|112|3|1|lost by loss 10% (packet 17)\\n丢失\n",
	}, "\n")
	if got := output(t, "tshark", fields...); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What other programs make of a capture is read as they mean it.
func TestReadsWhatOthersWrite(t *testing.T) {
	path := ladder(t)
	want, _ := read(t, path)
	for _, format := range []string{"pcap", "nsecpcap", "pcapng"} {
		out := temp(t, format)
		output(t, "editcap", "-F", format, path, out)
		got, r := read(t, out)
		if len(got) != len(want) || r.Skipped() != 0 {
			t.Fatalf("%s: %d packets", format, len(got))
		}
		for i, p := range got {
			w := want[i]
			if format == "pcap" {
				w.At = w.At.Truncate(time.Microsecond)
			}
			if !p.At.Equal(w.At) || !bytes.Equal(p.IP, w.IP) || p.OrigLen != w.OrigLen {
				t.Errorf("%s: got %+v, want %+v", format, p, w)
			}
			if format == "pcapng" && (p.Comment != w.Comment || p.Dir != w.Dir || p.Dropped != w.Dropped || p.Interface != w.Interface) {
				t.Errorf("%s: got %+v, want %+v", format, p, w)
			}
		}
	}
}

// A capture of the machine's own loopback, over each link type it offers,
// yields the datagrams that were sent.
func TestReadsLiveCaptures(t *testing.T) {
	tool(t, "dumpcap")
	for _, c := range []struct {
		iface, link string
		want        LinkType
	}{{"lo", "EN10MB", LinkEthernet}, {"any", "LINUX_SLL", LinkSLL}, {"any", "LINUX_SLL2", LinkSLL2}} {
		t.Run(c.link, func(t *testing.T) { live(t, c.iface, c.link, c.want) })
	}
}

func live(t *testing.T, iface, link string, want LinkType) {
	path := temp(t, "live.pcapng")
	conn, port := datagrams(t)
	cmd := exec.Command("dumpcap", "-q", "-i", iface, "-y", link, "-f", fmt.Sprintf("udp port %d", port), "-c", "2", "-a", "duration:10", "-w", path)
	stderr, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	said := make([]byte, 0, 4096)
	for !bytes.Contains(said, []byte("File: ")) { // said once it captures
		n, err := stderr.Read(said[len(said):cap(said)])
		said = said[:len(said)+n]
		if err != nil {
			cmd.Wait()
			t.Skipf("dumpcap cannot capture here: %s", said)
		}
	}
	for range 2 {
		_, err := conn.Write([]byte("heard"))
		must(t, err)
	}
	must(t, cmd.Wait())
	got, r := read(t, path)
	if len(got) != 2 || r.Interfaces()[0].Link != want {
		t.Fatalf("%d packets over %v", len(got), r.Interfaces())
	}
	for _, p := range got {
		s, payload, err := segment.Parse(p.IP)
		if err != nil || s.Proto != segment.UDP || string(payload) != "heard" || time.Since(p.At).Abs() > time.Minute {
			t.Errorf("got %+v %q %v", s, payload, err)
		}
	}
}

// datagrams is a socket connected to another, and its port.
func datagrams(t *testing.T) (*net.UDPConn, int) {
	t.Helper()
	here := net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	l, err := net.ListenUDP("udp4", &here)
	must(t, err)
	t.Cleanup(func() { l.Close() })
	conn, err := net.DialUDP("udp4", nil, l.LocalAddr().(*net.UDPAddr))
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn, l.LocalAddr().(*net.UDPAddr).Port
}
