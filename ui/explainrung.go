package ui

import (
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A teller explains one arrow with the numbers of it that are drawn.
type teller struct {
	rungs
	r   *Rung
	all []Explanation
}

// Explain says what the arrow means: what it is for, and then what befell it.
func (r *Rung) Explain(l *Look, absolute bool) Explanation {
	t := teller{rungs: rungs{l: l, Ladder: Ladder{Absolute: absolute}}, r: r}
	if r.Proto == "" {
		t.say(words.TopicArrowRemark)
	} else {
		t.purpose()
		t.lot()
	}
	e := t.all[0]
	e.Then = t.all[1:]
	e.Title = t.title()
	return e
}

// title is the arrow in a line.
func (t *teller) title() string {
	r := t.r
	at := string(seconds(nil, r.At, 3)) + " s"
	if r.Proto == "" {
		return at
	}
	from, to := portText(r.Left), portText(r.Right)
	if r.In {
		from, to = to, from
	}
	return r.Proto + " " + at + "  " + from + " " + t.l.Glyphs.Sent + " " + to + "  " + t.label(r, 2)
}

// say adds a topic.
func (t *teller) say(topic words.Topic, args ...any) {
	t.all = append(t.all, Explain(t.l, topic, args...))
}

// seq and ack are numbers of the arrow, n further on.
func (t *teller) seq(n uint64) string {
	return string(t.number(nil, t.r, t.r.Seq+n, t.r.AbsSeq+uint32(n)))
}

func (t *teller) ack(n int) string {
	return string(t.number(nil, t.r, t.r.Ack+uint64(n), t.r.AbsAck+uint32(n)))
}

// what is what it carries: "bytes 1–33", or the number it costs.
func (t *teller) what() string {
	r := t.r
	if r.Len == 0 {
		return "seq " + t.seq(0)
	}
	return words.LadderBytes.In(t.l.Lang) + t.seq(0) + t.l.Glyphs.To + t.seq(uint64(r.Len)-1)
}

// purpose says what the packet is for.
func (t *teller) purpose() {
	r := t.r
	switch {
	case r.Proto == "ICMP":
		t.say(words.TopicArrowICMP, safe.String(r.ICMP).String())
	case r.Part:
		t.say(words.TopicArrowPart, r.Len)
	case r.Proto == "UDP" && r.Control != "":
		t.say(words.TopicArrowControl, safe.String(r.Control).String(), r.Len)
	case r.Proto == "UDP" && r.ID > 0:
		t.say(words.TopicArrowMessage, r.Len, r.ID)
	case r.Proto == "UDP":
		t.say(words.TopicArrowDatagram, r.Len)
	default:
		t.segment()
	}
}

// segment says what a TCP segment is for; of several things the rarest first.
func (t *teller) segment() {
	r := t.r
	n := len(t.all)
	switch {
	case r.flag('R'):
		t.say(words.TopicArrowRst, t.seq(0))
	case r.flag('S') && r.flag('.'):
		t.say(words.TopicArrowSynAck, t.seq(0), r.AbsSeq, t.ack(0))
	case r.flag('S'):
		t.say(words.TopicArrowSyn, t.seq(0), r.AbsSeq)
	}
	if r.flag('F') {
		t.say(words.TopicArrowFin, t.seq(uint64(r.Len)+1))
	}
	t.remarks()
	if r.Again() {
		t.again()
	}
	if r.Len > 0 && r.Control != "" && len(r.Texts) == 0 {
		t.say(words.TopicArrowControl, safe.String(r.Control).String(), r.Len)
	}
	if r.Len > 0 && r.Remarks&(keepAlive|zeroProbe) == 0 {
		t.say(words.TopicArrowData, t.seq(0), t.seq(uint64(r.Len)-1), r.Len, t.seq(uint64(r.Len)), t.ack(0))
	}
	if len(t.all) > n {
		return
	}
	if r.Ack <= 1 {
		t.say(words.TopicArrowFirstAck, t.ack(0), r.Wnd)
	} else {
		t.say(words.TopicArrowAck, t.ack(0), t.ack(-1), r.Wnd)
	}
}

// remarks explains those of Wireshark's remarks that are no retransmission.
func (t *teller) remarks() {
	r := t.r
	if r.Remarks&dupAck != 0 {
		t.say(words.TopicArrowDup, t.ack(0), max(r.Dups, 1))
	}
	if len(r.Blocks) > 0 && r.Blocks[0].First > r.Ack {
		t.say(words.TopicArrowSACK, string(t.gap(r)), string(t.blocks(nil, r)))
	}
	for _, c := range []struct {
		is   Remarks
		t    words.Topic
		args []any
	}{
		{zeroWindow, words.TopicArrowShut, []any{r.Wnd}},
		{windowUpdate, words.TopicArrowUpdate, []any{r.Wnd, t.ack(0)}},
		{windowFull, words.TopicArrowFull, nil},
		{zeroProbe, words.TopicArrowProbe, []any{t.what()}},
		{keepAlive, words.TopicArrowAlive, []any{t.seq(0)}},
		{outOfOrder, words.TopicArrowDisorder, nil},
		{beforeMissing, words.TopicArrowBefore, nil},
	} {
		if r.Remarks&c.is != 0 {
			t.say(c.t, c.args...)
		}
	}
}

// again says why its bytes are sent again.
func (t *teller) again() {
	r := t.r
	switch {
	case r.Remarks&SpuriousRetransmission != 0 && r.Resent > 0:
		t.say(words.TopicArrowSpurious, t.what(), r.Resent)
	case r.Remarks&FastRetransmission != 0 && r.Resent > 0:
		t.say(words.TopicArrowFast, t.what(), r.Resent)
	case r.RTO > 0 && r.Resent > 0:
		t.say(words.TopicArrowRTO, t.what(), r.Resent, Span(r.RTO))
	case r.Resent > 0:
		t.say(words.TopicArrowAgain, t.what(), r.Resent)
	default:
		t.say(words.TopicArrowAgainSome, t.what())
	}
}

// lot says what befell it.
func (t *teller) lot() {
	r := t.r
	if r.Remarks&badChecksum != 0 {
		t.say(words.TopicArrowSpoilt)
	}
	rule := words.TopicArrowDiedWaits.Title.In(t.l.Lang)
	if long, _ := t.rule(r); r.Rule != "" {
		rule = long
	}
	switch r.Way {
	case Died:
		t.died(rule)
	case Came:
		if r.Trip > 0 {
			t.say(words.TopicArrowCame, Span(r.Trip))
		}
	case Held:
		t.say(words.TopicArrowHeld)
	case OnWay:
		t.say(words.TopicArrowOnWay)
	default:
		t.say(words.TopicArrowUnseen)
	}
	if r.Rule != "" && r.Way != Died {
		t.say(words.TopicArrowRule, rule)
	}
	if r.With > 0 {
		t.say(words.TopicArrowWith, r.With)
	}
}

// died says what comes of its death.
func (t *teller) died(rule string) {
	r := t.r
	switch {
	case r.Proto != "TCP":
		t.say(words.TopicArrowDiedUDP, rule)
	case !r.owed():
		t.say(words.TopicArrowDiedAck, rule, t.ack(0))
	case r.Mended > 0:
		t.say(words.TopicArrowDiedMended, rule, t.what(), Span(r.Mended))
	case r.Over:
		t.say(words.TopicArrowDiedOver, rule, t.what())
	default:
		t.say(words.TopicArrowDiedWaits, rule, t.what())
	}
}

// owed reports that TCP sends r again if it does not arrive.
func (r *Rung) owed() bool {
	return r.Proto == "TCP" && (r.Len > 0 || r.flag('S') || r.flag('F')) && r.Remarks&(keepAlive|zeroProbe) == 0
}

// mending says, of bytes that died, what TCP does about it.
func (r *Rung) mending(l *Look) (long, short string) {
	switch {
	case r.Way != Died || !r.owed():
		return "", ""
	case r.Mended > 0:
		return words.LadderMended.In(l.Lang, Span(r.Mended)), l.Glyphs.Resent + " " + Span(r.Mended)
	case r.Over:
		return words.LadderNever.In(l.Lang), ""
	}
	return words.LadderWillAgain.In(l.Lang), l.Glyphs.Resent + "…"
}
