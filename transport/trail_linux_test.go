package transport

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"seqtalk/transport/kernel"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// inOwnNet runs the test again in a network namespace of its own, which whole
// processes have but goroutines do not, and reports whether this is that run.
// There the loopback interface has true segments and loses by the nft rules
// given.
func inOwnNet(t *testing.T, rules ...string) bool {
	t.Helper()
	if os.Getenv("SEQTALK_NET") != t.Name() {
		cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "SEQTALK_NET="+t.Name())
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		out, err := cmd.CombinedOutput()
		switch {
		case err != nil && len(out) == 0:
			t.Skipf("needs a network namespace of its own (root): %v", err)
		case err != nil:
			t.Errorf("%v\n%s", err, out)
		case bytes.Contains(out, []byte("--- SKIP")):
			t.Skipf("%s", out)
		}
		return false
	}
	run := func(name string, arg ...string) {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs %s", name)
		}
		if out, err := exec.Command(name, arg...).CombinedOutput(); err != nil {
			t.Skipf("%s %s: %v: %s", name, strings.Join(arg, " "), err, out)
		}
	}
	run("ip", "link", "set", "lo", "up", "mtu", "1500", "gso_max_segs", "1")
	for _, r := range rules {
		run("nft", "add table inet t; add chain inet t c { type filter hook input priority 0; policy accept; }; add rule inet t c "+r)
	}
	return true
}

const tenPercent = "meta l4proto tcp numgen random mod 100 < 10 drop"

// captured is a kernel stack that sees its segments.
func captured(t *testing.T, o kernel.CaptureOptions) *kernel.Stack {
	t.Helper()
	k := kernel.New()
	stop, err := k.Capture(o)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(stop)
	return k
}

// With a capture each message knows how often its bytes were sent again, as the
// wire shows it, and no mark comes before the truth.
func TestResentCaptured(t *testing.T) {
	if inOwnNet(t, tenPercent) {
		lossy(t, captured(t, kernel.CaptureOptions{Keep: 1 << 16}))
	}
}

// Without one it says a number only where it is sure.
func TestResentCounted(t *testing.T) {
	if inOwnNet(t, tenPercent) {
		lossy(t, kernel.New())
	}
}

// lossy says 300 lines over a network that loses one segment in ten, by one, by
// few and by many, and holds what is told of each against the wire.
func lossy(t *testing.T, k *kernel.Stack) {
	wire := captured(t, kernel.CaptureOptions{Keep: 1 << 16})
	a, b := pair(t, Config{Role: Listener, Stack: wire}, Config{Role: Dialer, Stack: k})
	a.settled(session.Framed)
	b.settled(session.Framed)
	go func() {
		for range a.Events() {
		}
	}()
	told := map[uint64]int{} // by row; -1: it is not known how often
	spans := map[uint64]Fate{}
	acked := 0
	hear := func(ev Event) {
		switch ev := ev.(type) {
		case Resent:
			for row, f := range spans {
				switch {
				case f.First > ev.Last || f.Last < ev.First:
				case ev.N == 0 || told[row] < 0:
					told[row] = -1
				default:
					told[row] += ev.N
				}
			}
		case Delivery:
			for _, f := range ev.Fates {
				switch ev.Mark {
				case Sent:
					spans[f.Row] = f
				case Acked:
					acked++
					if has := a.Status().Legs[0].TCP.RcvNxt; has <= spans[f.Row].Last {
						t.Errorf("row %d is said to be acknowledged up to byte %d, and the peer's stack expects %d", f.Row, spans[f.Row].Last, has)
					}
				case Failed, Unknown:
					t.Errorf("row %d: %v", f.Row, ev.Mark)
				}
			}
		}
	}
	for _, burst := range []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 20, 20, 20, 200} {
		for range burst {
			b.say(strings.Repeat("words ", 1+int(b.rows)%100))
		}
		for deadline := time.After(2 * patience); acked < int(b.rows); {
			select {
			case ev := <-b.Events():
				hear(ev)
			case <-deadline:
				t.Fatalf("%d of %d lines acknowledged", acked, b.rows)
			}
		}
	}
	want := resentOnWire(t, wire, a.Status().Legs[0].Local.Port(), spans)
	sure, unsure := 0, 0
	for row, f := range spans {
		switch n := told[row]; {
		case n < 0:
			unsure++
			if k.Name() == "kernel" && sighted(b) {
				t.Errorf("row %d: seen, and not counted", row)
			}
		case n != want[row] && sighted(b), n > want[row]:
			t.Errorf("row %d (bytes %d to %d) was sent again %d times, told are %d", row, f.First, f.Last, want[row], n)
		case n > 0:
			sure++
		}
	}
	if sure == 0 {
		t.Error("nothing was sent again, as far as is told")
	}
	t.Logf("%d lines: %d known to be sent again, %d not known how often; %d segments in all", b.rows, sure, unsure, b.Status().Legs[0].TCP.Retrans)
}

func sighted(e *end) bool { return e.Status().Legs[0].TCP.Source == segment.Capture }

// resentOnWire counts, from the bare sequence numbers, how often bytes of each
// row came again to the port.
func resentOnWire(t *testing.T, wire *kernel.Stack, port uint16, spans map[uint64]Fate) map[uint64]int {
	segs, _, missed := wire.Segments(0)
	if missed > 0 {
		t.Fatalf("%d segments were missed", missed)
	}
	var isn uint32
	next := uint64(1)
	count := map[uint64]int{}
	for i := range segs {
		s := &segs[i]
		if s.Dst.Port() != port {
			continue
		}
		if s.Flags&segment.SYN != 0 {
			isn = s.Seq
			continue
		}
		first := uint64(s.Seq - isn)
		last := first + uint64(s.Len) - 1
		if s.Len > 0 && first < next {
			for row, f := range spans {
				if f.First <= last && f.Last >= first {
					count[row]++
				}
			}
		}
		next = max(next, last+1)
	}
	return count
}

// An ACK that was seen bears its own time, unless it is not sure that it was the
// one; one that was found out, that of the look, never an earlier one. Either is
// told soon.
func TestAckTimes(t *testing.T) {
	for _, seen := range []bool{true, false} {
		k := kernel.New()
		if seen {
			k = captured(t, kernel.CaptureOptions{})
		}
		wire := captured(t, kernel.CaptureOptions{})
		a, b := pair(t, Config{Role: Listener, Stack: wire}, Config{Role: Dialer, Stack: k})
		a.settled(session.Framed)
		b.settled(session.Framed)
		var late []time.Duration
		exact := 0
		for range 20 {
			before := time.Now()
			row := b.say("how long?")
			sent, f := b.fate(row, Sent), b.fate(row, Acked)
			told := time.Now()
			if f.Exact {
				exact++
			}
			var left, at time.Time // of the segment that bears its end, and of the first that acknowledges it
			segs, _, _ := wire.Segments(0)
			for _, s := range segs {
				if s.Dir == segment.In && s.RelSeq <= sent.Last && s.RelSeq+uint64(s.Len) > sent.Last {
					left = s.At
				}
				if s.Dir == segment.Out && s.Flags&segment.ACK != 0 && s.RelAck > sent.Last && at.IsZero() {
					at = s.At
				}
			}
			// It was handed over after before, and before it left.
			least, most := at.Sub(left), at.Sub(before)
			if left.IsZero() || at.IsZero() || f.After < least {
				t.Errorf("seen %v: acknowledged after %v; it left at %v, and its ACK came at %v", seen, f.After, left, at)
			}
			if f.Exact && f.After > most {
				t.Errorf("acknowledged after %v, on the wire after no more than %v", f.After, most)
			}
			late = append(late, told.Sub(at))
			b.fate(row, Delivered)
		}
		if seen && exact < 15 || !seen && exact > 0 { // a segment that comes during a look may leave it unsure
			t.Errorf("seen %v: %d of 20 are exact", seen, exact)
		}
		slices.Sort(late)
		t.Logf("seen %v: told %v after the ACK in the middle, %v at most", seen, late[len(late)/2], late[len(late)-1])
		if late[len(late)/2] > 50*time.Millisecond {
			t.Errorf("told %v after the ACK", late)
		}
	}
}
