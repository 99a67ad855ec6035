package lesson

import (
	"fmt"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"seqtalk/ui/words"
)

// A row of the table: what it is called, its figure for each protocol, and what
// it means.
type row struct {
	name, why words.Phrase
	tcp, udp  string
}

// table writes both outcomes beside each other.
func (t *teller) table(r *Result) {
	rows := t.rows(r)
	name, figure := 0, 8
	for _, w := range rows {
		name = max(name, width(w.name.In(t.lang)))
		figure = max(figure, width(w.tcp), width(w.udp))
	}
	line := func(first, tcp, udp, why string) {
		s := pad(first, name) + "  " + padLeft(tcp, figure) + "  " + padLeft(udp, figure) + "   " + why
		fmt.Fprintln(t.out, strings.TrimRight(s, " "))
	}
	line("", "TCP", "UDP", "")
	for _, w := range rows {
		line(w.name.In(t.lang), w.tcp, w.udp, w.why.In(t.lang))
	}
}

func (t *teller) rows(r *Result) []row {
	tcp, udp := &r.TCP, &r.UDP
	none := words.CellNone.In(t.lang)
	both := func(name, why words.Phrase, f func(o *Outcome) string) row {
		return row{name, why, f(tcp), f(udp)}
	}
	figure := func(f func(o *Outcome) int) func(*Outcome) string {
		return func(o *Outcome) string { return fmt.Sprint(f(o)) }
	}
	latency := func(f func(o *Outcome) time.Duration) func(*Outcome) string {
		return func(o *Outcome) string {
			if o.Delivered == 0 {
				return "-"
			}
			return short(f(o))
		}
	}
	return []row{
		both(words.RowDelivered, words.WhyDelivered, func(o *Outcome) string {
			return words.CellOf.In(t.lang, o.Delivered, len(o.Journeys))
		}),
		both(words.RowLost, words.WhyLost, figure(func(o *Outcome) int { return o.Lost })),
		both(words.RowDuplicate, words.WhyDuplicate, figure(func(o *Outcome) int { return o.Duplicate })),
		both(words.RowLate, words.WhyLate, figure(func(o *Outcome) int { return o.Late })),
		both(words.RowOrder, words.WhyOrder, t.order),
		both(words.RowP50, words.WhyP50, latency(func(o *Outcome) time.Duration { return o.P50 })),
		both(words.RowP90, words.WhyP90, latency(func(o *Outcome) time.Duration { return o.P90 })),
		both(words.RowP99, words.WhyP99, latency(func(o *Outcome) time.Duration { return o.P99 })),
		both(words.RowMax, words.WhyMax, latency(func(o *Outcome) time.Duration { return o.Max })),
		{words.RowResent, words.WhyResent, fmt.Sprint(tcp.Resent), none},
		{words.RowWaits, words.WhyWaits, fmt.Sprint(tcp.Waits), none},
		{words.RowWaitMax, words.WhyWaitMax, short(tcp.WaitMax), none},
		{words.RowHandshake, words.WhyHandshake, t.handshake(tcp), none},
		both(words.RowPackets, words.WhyPackets, figure(func(o *Outcome) int { return o.Packets })),
		both(words.RowBytes, words.WhyBytes, figure(func(o *Outcome) int { return o.WireBytes })),
		both(words.RowPerByte, words.WhyPerByte, func(o *Outcome) string {
			if per, ok := o.PerByte(); ok {
				return fmt.Sprintf("%.2f", per)
			}
			return "-"
		}),
	}
}

func (t *teller) order(o *Outcome) string {
	switch {
	case o.Delivered == 0:
		return "-"
	case o.InOrder():
		return words.CellKept.In(t.lang)
	}
	return words.CellBroken.In(t.lang)
}

func (t *teller) handshake(o *Outcome) string {
	if !o.Connected {
		return words.CellFailed.In(t.lang)
	}
	return short(o.Handshake)
}

// width is how many cells s takes on a terminal.
func width(s string) int { return uniseg.StringWidth(s) }

func pad(s string, w int) string { return s + strings.Repeat(" ", max(w-width(s), 0)) }

func padLeft(s string, w int) string { return strings.Repeat(" ", max(w-width(s), 0)) + s }
