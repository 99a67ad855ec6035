//go:build unix

package journal

import (
	"bufio"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// Killed at any moment, a writer has lost nothing that it said was written.
func TestKilledWriters(t *testing.T) {
	const kills = 20
	path := temp(t, "talk.jsonl")
	chance := rand.New(rand.NewPCG(1, 2))
	var acked []uint64
	for range kills {
		acked = append(acked, killAfter(t, path, 1+chance.IntN(800))...)
	}
	must(t, open(t, path).Close(noon)) // repairs what the last one left
	records, faults := readLines(strings.NewReader(content(t, path)))
	have, torn := map[uint64]bool{}, 0
	for _, r := range records {
		switch r := r.(type) {
		case Message:
			if have[r.ID] || len(r.Text) != len("wörter ")*int(r.ID%300) {
				t.Errorf("message %d is there twice, or otherwise", r.ID)
			}
			have[r.ID] = true
		case Recovered:
			torn++
		}
	}
	for _, id := range acked {
		if !have[id] {
			t.Errorf("message %d is not there", id)
		}
	}
	if len(faults) > 0 || torn > kills {
		t.Errorf("%d torn, faults %v", torn, faults)
	}
	t.Logf("%d kills, %d records acknowledged, %d there, %d torn", kills, len(acked), len(have), torn)
}

// killAfter runs a writer, kills it once it has acknowledged n records, and
// returns all it acknowledged.
func killAfter(t *testing.T, path string, n int) (acked []uint64) {
	t.Helper()
	cmd := child(t, "writer", path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		id, err := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
		must(t, err)
		acked = append(acked, id)
		if len(acked) == n {
			must(t, cmd.Process.Kill())
		}
	}
	cmd.Wait()
	if len(acked) < n {
		t.Fatalf("the writer ended by itself after %d records", len(acked))
	}
	return acked
}
