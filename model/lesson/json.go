package lesson

import (
	"bytes"
	"encoding/json"
	"math"
	"net/netip"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/ui/safe"
)

// What a line of JSON holds, in the shapes of docs/WIRE.md. A field without a
// source is left out.
type (
	about struct {
		Event string `json:"event"`
		Side  string `json:"side,omitempty"`
		Proto string `json:"proto,omitempty"`
	}
	stateLine struct {
		about
		State string `json:"state"`
		Local string `json:"local,omitempty"`
		Peer  string `json:"peer,omitempty"`
	}
	messageLine struct {
		about
		Dir   string `json:"dir"`
		ID    uint64 `json:"id"`
		Text  string `json:"text"`
		Bytes int    `json:"bytes"`
		AtMS  int64  `json:"at_ms"`
		Dup   bool   `json:"dup,omitempty"`
		Late  bool   `json:"late,omitempty"`
	}
	deliveryLine struct {
		about
		ID      uint64 `json:"id"`
		Mark    string `json:"mark"`
		AfterUS *int64 `json:"after_us,omitempty"`
	}
	segmentLine struct {
		about
		Dir   string  `json:"dir"`
		Flags string  `json:"flags,omitempty"`
		Seq   *uint64 `json:"seq,omitempty"`
		Ack   *uint64 `json:"ack,omitempty"`
		Len   int     `json:"len"`
		Win   *int    `json:"win,omitempty"`
		ID    uint64  `json:"packet,omitempty"`
		Fate  string  `json:"fate,omitempty"`
		Note  string  `json:"note,omitempty"`
	}
	noticeLine struct {
		about
		Text string `json:"text"`
	}
	endLine struct {
		about
		Reason string `json:"reason"`
	}
	resultLine struct {
		about
		Count       int      `json:"count"`
		Delivered   int      `json:"delivered"`
		Lost        int      `json:"lost"`
		Duplicate   int      `json:"duplicate"`
		Late        int      `json:"late"`
		Order       string   `json:"order"`
		P50US       *int64   `json:"p50_us,omitempty"`
		P90US       *int64   `json:"p90_us,omitempty"`
		P99US       *int64   `json:"p99_us,omitempty"`
		MaxUS       *int64   `json:"max_us,omitempty"`
		Dropped     int      `json:"dropped,omitempty"` // by B's full receive buffer
		Retrans     *int     `json:"retrans,omitempty"`
		Waits       *int     `json:"waits,omitempty"`
		WaitMaxUS   *int64   `json:"wait_max_us,omitempty"`
		HandshakeUS *int64   `json:"handshake_us,omitempty"`
		Packets     int      `json:"packets"`
		WireBytes   int      `json:"wire_bytes"`
		TextBytes   int      `json:"text_bytes"`
		WirePerText *float64 `json:"wire_per_text,omitempty"`
		LostIDs     []uint64 `json:"lost_ids,omitempty"`
		MergedIDs   []uint64 `json:"merged_ids,omitempty"`
	}
)

// encoder writes what happens as lines of JSON.
type encoder struct{ out *bytes.Buffer }

func (e *encoder) line(v any) {
	j := json.NewEncoder(e.out)
	j.SetEscapeHTML(false)
	if err := j.Encode(v); err != nil {
		panic(err) // these types can all be encoded
	}
}

func subject(event string, s Side, p segment.Proto) about {
	a := about{Event: event, Side: string(rune(s))}
	if p != 0 {
		a.Proto = p.String()
	}
	return a
}

// happened writes the line that h is worth, if it is worth one.
func (e *encoder) happened(h Happening) {
	switch w := h.What.(type) {
	case transport.Up:
		state := segment.Established.String()
		if w.Proto == segment.UDP {
			state = transport.PeerKnown.String()
		}
		e.line(stateLine{subject("state", h.Side, w.Proto), state, address(w.Local), address(w.Peer)})
	case transport.Down:
		if w.Proto == segment.TCP {
			e.line(stateLine{about: subject("state", h.Side, w.Proto), State: segment.Closed.String()})
		}
	case transport.Delivery:
		for _, f := range w.Fates {
			e.delivery(h.Side, w, f)
		}
	case Said:
		e.line(messageLine{
			about: subject("message", h.Side, w.Proto), Dir: "out", ID: w.ID, Text: string(w.Text),
			Bytes: len(w.Text), AtMS: w.At.UnixMilli(),
		})
	case Arrival:
		e.line(messageLine{
			about: subject("message", h.Side, w.Proto), Dir: "in", ID: w.ID, Text: string(w.Text),
			Bytes: len(w.Text), AtMS: w.At.UnixMilli(), Dup: w.Dup, Late: w.Late,
		})
	case segment.Segment:
		e.segment(h.Side, &w)
	case Step:
		e.notice(w.When + " " + safe.String(w.Words).String())
	}
}

func address(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func (e *encoder) delivery(side Side, d transport.Delivery, f transport.Fate) {
	l := deliveryLine{about: subject("delivery", side, d.Proto), ID: f.Row, Mark: d.Mark.String()}
	if d.Mark == transport.Acked {
		l.AfterUS = ref(f.After.Microseconds())
	}
	e.line(l)
}

func (e *encoder) segment(side Side, s *segment.Segment) {
	l := segmentLine{about: subject("segment", side, s.Proto), Dir: s.Dir.String(), Len: s.Len, ID: s.ID, Fate: s.Fate, Note: s.Note}
	if s.Proto == segment.TCP {
		l.Flags, l.Seq, l.Win = s.Flags.String(), ref(s.RelSeq), ref(s.Wnd)
		if s.Flags&segment.ACK != 0 {
			l.Ack = ref(s.RelAck)
		}
	}
	e.line(l)
}

func (e *encoder) notice(text string) { e.line(noticeLine{subject("notice", A, 0), text}) }

func (e *encoder) end(reason string) { e.line(endLine{subject("end", A, 0), reason}) }

// result writes the table: a line for each protocol.
func (e *encoder) result(o *Outcome) {
	l := resultLine{
		about: subject("result", B, o.Proto), Count: len(o.Journeys),
		Delivered: o.Delivered, Lost: o.Lost, Duplicate: o.Duplicate, Late: o.Late, Order: "kept",
		Dropped: o.Dropped, Packets: o.Packets, WireBytes: o.WireBytes, TextBytes: o.TextBytes,
		LostIDs: o.Missing(), MergedIDs: o.Merged(),
	}
	if !o.InOrder() {
		l.Order = "broken"
	}
	if o.Delivered > 0 {
		l.P50US, l.P90US = ref(o.P50.Microseconds()), ref(o.P90.Microseconds())
		l.P99US, l.MaxUS = ref(o.P99.Microseconds()), ref(o.Max.Microseconds())
	}
	if per, ok := o.PerByte(); ok {
		l.WirePerText = ref(math.Round(per*1000) / 1000)
	}
	if o.Proto == segment.TCP {
		l.Retrans, l.Waits, l.WaitMaxUS = &o.Resent, &o.Waits, ref(o.WaitMax.Microseconds())
		if o.Connected {
			l.HandshakeUS = ref(o.Handshake.Microseconds())
		}
	}
	e.line(l)
}

func ref[T any](v T) *T { return &v }
