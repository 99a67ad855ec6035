package lesson

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"seqtalk/transport"
	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// A sighting is a packet at one side, as the JSON and the capture tell it.
type sighting struct {
	side, proto, dir string
	len              int
	fate             string // what befell it: the words of segment.Fate
}

// TestCaptureTellsTheSame: the JSON, the capture and the table tell one story,
// whoever reads the capture.
func TestCaptureTellsTheSame(t *testing.T) {
	for name, o := range map[string]CompareOptions{
		"virtual": {Virtual: true, Net: "delay 20ms 5ms loss 15% duplicate 5% corrupt 3% limit 5", Count: 60, Seed: "4"},
		"live":    {Net: "delay 5ms loss 15% duplicate 5%", Count: 40, Seed: "4"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "compare.pcapng")
			file, err := transport.RecordPair(path)
			if err != nil {
				t.Fatal(err)
			}
			o.JSON, o.Size, o.Interval, o.Record = true, 32, DefaultInterval/10, file.Pair
			code, out, errs := run(t, "@60ms /drop 2\n", o)
			if err := file.Close(); code != 0 || err != nil {
				t.Fatal(code, errs, err)
			}
			told, results := fromJSON(t, out)
			if seen := fromCapture(t, path); !slices.Equal(seen, told) {
				t.Errorf("the capture has %d packets, the JSON %d, or others", len(seen), len(told))
			}
			for proto, r := range results {
				if n := many(told, func(s sighting) bool { return s.proto == proto && s.dir == "out" }); n != r.Packets {
					t.Errorf("%s: %d packets were told, %d are in the table", proto, n, r.Packets)
				}
			}
			tsharkAgrees(t, path, o.Virtual, told, results["tcp"].Retrans)
		})
	}
}

func many(all []sighting, is func(sighting) bool) (n int) {
	for _, s := range all {
		if is(s) {
			n++
		}
	}
	return n
}

type tableLine struct{ Packets, Retrans int }

// fromJSON are the segment events, and what the table says.
func fromJSON(t *testing.T, out string) (all []sighting, results map[string]tableLine) {
	results = map[string]tableLine{}
	for line := range strings.Lines(out) {
		var v struct {
			Event, Side, Proto, Dir, Fate string
			Len                           int
			tableLine
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err, line)
		}
		switch v.Event {
		case "segment":
			all = append(all, sighting{v.Side, v.Proto, v.Dir, v.Len, v.Fate})
		case "result":
			results[v.Proto] = v.tableLine
		}
	}
	return all, results
}

// fromCapture is what our own reader finds.
func fromCapture(t *testing.T, path string) (all []sighting) {
	r, err := journal.OpenCapture(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		p, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := segment.Parse(p.IP)
		if err != nil && !strings.Contains(p.Comment, segment.FateCorrupted) {
			t.Fatal(err)
		}
		all = append(all, sighting{r.Interfaces()[p.Interface].Name, s.Proto.String(), p.Dir.String(), s.Len, befell(p.Comment)})
	}
}

// befell is the fate that a comment tells.
func befell(comment string) string {
	if strings.HasPrefix(comment, "dropped by you: /drop") {
		return segment.FateLost
	}
	var words []string
	for part := range strings.SplitSeq(comment, ", ") {
		word, _, _ := strings.Cut(part, " ")
		if word != "duplicate" && word != "delayed" {
			words = append(words, word)
		}
	}
	if strings.Contains(comment, "queue full") {
		return segment.FateOverflowed
	}
	return strings.Join(words, ", ")
}

// tsharkAgrees has Wireshark's own program read the capture, a side at a time: what
// it finds retransmitted is what was told so. Of a live run it may think, by the
// time between two segments, that one was overtaken; what a side sends is not.
func tsharkAgrees(t *testing.T, path string, exact bool, told []sighting, retrans int) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	tshark := func(args ...string) []string {
		out, err := exec.Command("tshark", args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
	}
	again := 0
	for _, side := range []string{"A", "B"} {
		one := filepath.Join(t.TempDir(), side+".pcapng")
		tshark("-r", path, "-Y", fmt.Sprintf("frame.interface_name == %q", side), "-w", one)
		lines := tshark("-r", one, "-T", "fields", "-E", "separator=|", "-e", "frame.comment", "-e", "frame.packet_flags_direction", "-e", "tcp.analysis.retransmission", "-e", "tcp.analysis.out_of_order")
		if n := many(told, func(s sighting) bool { return s.side == side }); len(lines) != n {
			t.Errorf("side %s: tshark sees %d packets, %d were told", side, len(lines), n)
		}
		lost := 0
		for _, l := range lines {
			f := strings.Split(l, "|")
			way, _ := strconv.ParseUint(f[1], 0, 32)
			if way == 2 && (f[2] != "" || !exact && f[3] != "") {
				again++
			}
			if what := befell(f[0]); what == segment.FateLost || what == segment.FateOverflowed {
				lost++
			}
		}
		if n := many(told, func(s sighting) bool {
			return s.side == side && (s.fate == segment.FateLost || s.fate == segment.FateOverflowed)
		}); lost != n {
			t.Errorf("side %s: tshark reads of %d losses, %d were told", side, lost, n)
		}
	}
	if again != retrans {
		t.Errorf("tshark finds %d retransmissions, the table has %d", again, retrans)
	}
	if many(told, func(s sighting) bool { return s.fate == segment.FateLost }) == 0 || retrans == 0 {
		t.Error("nothing was lost, or nothing sent again")
	}
}
