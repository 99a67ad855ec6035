//go:build !portable

package kernel

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"seqtalk/transport/segment"
)

// settled waits for what the kernel does by itself (an ACK on its way) to
// bring e to the state and numbers wanted, and fails if it never does.
func (e *end) settled(what string, state segment.State, una, nxt, rcv uint64) {
	e.t.Helper()
	var s segment.Snapshot
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		s = e.Snapshot()
		if s.State == state && s.SndUna == una && s.SndNxt == nxt && s.RcvNxt == rcv {
			if !s.Has(segment.HasSnd | segment.HasRcv | segment.HasQueue | segment.HasRetrans) {
				e.t.Errorf("%s: only %b known", what, s.Known)
			}
			return
		}
	}
	e.t.Errorf("%s: %v una %d nxt %d rcv %d, want %v %d %d %d", what, s.State, s.SndUna, s.SndNxt, s.RcvNxt, state, una, nxt, rcv)
}

// The events of a connection's life, each with the numbers both ends hold
// after it, as a capture shows them.
func TestNumbers(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		d, a := pair(t, s, any)
		defer done(d, a)
		const E, F2, CW = segment.Established, segment.FinWait2, segment.CloseWait

		d.settled("established, D", E, 1, 1, 1)
		a.settled("established, A", E, 1, 1, 1)

		d.put(make([]byte, 10))
		d.settled("D wrote 10, D", E, 11, 11, 1)
		a.settled("D wrote 10 and A has not read, A", E, 1, 1, 11)

		a.put(make([]byte, 7))
		d.settled("A wrote 7, D", E, 11, 11, 8)
		a.settled("A wrote 7, A", E, 8, 8, 11)

		d.put(make([]byte, 200000))
		a.get(200010)
		d.settled("D wrote 200000, D", E, 200011, 200011, 8)
		a.settled("D wrote 200000, A", E, 8, 8, 200011)

		d.CloseWrite()
		d.settled("D CloseWrite, D", F2, 200012, 200012, 8)
		a.settled("D CloseWrite, A", CW, 8, 8, 200012)

		a.put(make([]byte, 5))
		d.settled("A wrote 5 in CLOSE-WAIT, D", F2, 200012, 200012, 13)
		a.settled("A wrote 5 in CLOSE-WAIT, A", CW, 13, 13, 200012)

		a.CloseWrite()
		d.settled("A CloseWrite, D", segment.TimeWait, 200012, 200012, 14)
		a.settled("A CloseWrite, A", segment.Closed, 14, 14, 200012)
		if s := d.Snapshot(); !s.Has(segment.HasTimer) || s.TimeLeft < 50*time.Second || s.TimeLeft > 60*time.Second {
			t.Errorf("TIME-WAIT has %v left", s.TimeLeft)
		}
	})
}

// A FIN behind bytes that cannot be sent is not counted as sent.
func TestZeroWindow(t *testing.T) {
	d, a := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	defer done(d, a)
	written := fill(t, d)
	d.CloseWrite()
	var s segment.Snapshot
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if s = d.Snapshot(); s.InFlight == 0 && s.Unsent > 0 {
			break
		}
	}
	if s.State != segment.FinWait1 || s.SndUna != s.SndNxt || s.SndNxt+uint64(s.Unsent) != uint64(written)+2 {
		t.Errorf("%v una %d nxt %d unsent %d of %d written and a FIN", s.State, s.SndUna, s.SndNxt, s.Unsent, written)
	}
	if rcv := a.Snapshot().RcvNxt; rcv != s.SndUna {
		t.Errorf("SND.UNA %d, the peer's RCV.NXT %d", s.SndUna, rcv)
	}
	if got := a.get(written); len(got) != written {
		t.Errorf("%d bytes came of %d", len(got), written)
	}
}

// fill writes until the peer's receive buffer and our send buffer are full.
func fill(t *testing.T, d *end) (written int) {
	t.Helper()
	p := bytes.Repeat([]byte{'x'}, 64<<10)
	for {
		n, err := d.TryWrite(p, 0)
		if written += n; err == nil {
			continue
		}
		// Full; but the kernel may still be moving bytes to the other side.
		select {
		case <-d.edge:
		case <-time.After(300 * time.Millisecond):
			return written
		}
	}
}

func TestSnapshotFields(t *testing.T) {
	d, a := pair(t, New(), netip.AddrPortFrom(lo4, 0))
	defer done(d, a)
	d.put([]byte("x"))
	d.settled("one byte", segment.Established, 2, 2, 1)
	s := d.Snapshot()
	if !s.Has(segment.HasRTT|segment.HasCwnd|segment.HasWnd|segment.HasRetrans) || s.SRTT <= 0 || s.RTO < 200*time.Millisecond ||
		s.Cwnd < 10 || s.Ssthresh != 0 || s.MSS < 536 || s.SndWnd <= 0 || s.RcvWnd <= 0 || s.Retrans != 0 || s.Backoff != 0 {
		t.Errorf("%+v", s)
	}
}

// Both ends learn both initial numbers, without privilege, from one write in
// each direction; what they learned agrees.
func TestInitialNumbers(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		d, a := pair(t, s, any)
		defer done(d, a)
		before := a.Snapshot()
		d.put([]byte("hello"))
		a.get(5)
		a.put([]byte("hi"))
		d.get(2)
		ds, as := d.Snapshot(), a.Snapshot()
		if !ds.Has(segment.HasISS|segment.HasIRS) || !as.Has(segment.HasISS|segment.HasIRS) {
			t.Skipf("this kernel echoes no headers (net.core.tstamp_allow_data): D %b, A %b", ds.Known, as.Known)
		}
		if ds.ISS != as.IRS || as.ISS != ds.IRS {
			t.Errorf("D ISS %d IRS %d, A ISS %d IRS %d", ds.ISS, ds.IRS, as.ISS, as.IRS)
		}
		if ds.Source != segment.Loopback || as.Source != segment.Loopback {
			t.Errorf("sources %q and %q", ds.Source, as.Source)
		}
		if !before.Has(segment.HasIRS) || before.IRS != ds.ISS {
			t.Errorf("from the SYN alone IRS %d, ISS is %d", before.IRS, ds.ISS)
		}
	})
}

func TestLifeAfterClose(t *testing.T) {
	loopbacks(t, func(t *testing.T, s *Stack, any netip.AddrPort) {
		d, a := pair(t, s, any)
		defer done(d, a)
		d.put([]byte("bye"))
		a.get(3)
		d.Close()
		d.settled("closed first", segment.FinWait2, 5, 5, 1)
		if err := d.Connected(); err == nil {
			t.Error("a closed connection is connected")
		}
		a.Close()
		d.settled("both closed", segment.TimeWait, 5, 5, 2)
		first := d.Snapshot().TimeLeft
		for deadline := time.Now().Add(patience); d.Snapshot().TimeLeft >= first; {
			if time.Now().After(deadline) {
				t.Fatalf("TIME-WAIT stays at %v", first)
			}
		}
		a.settled("closed last", segment.Closed, 2, 2, 5)
	})
}
