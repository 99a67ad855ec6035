package talk

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/transport/stack"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Teller puts events into words. It remembers who the peer is, so that the
// words can name it: each event must be told to it once, in order.
type Teller struct {
	Lang    words.Lang
	Leaving bool // this end goes when the peer does: no next one is waited for
	Screen  bool // there are slash commands, by which it can go on
	Held    bool // our half stays open after the peer's FIN: /hold on
	legs    [2]struct {
		up, dialer bool
		count      int  // of connections, this one included
		raw        bool // the peer was taken for raw
		nick       safe.Text
		known      bool // its name, which is on its way, is no news
		unnamed    bool // it is a seqtalk, which is told with its name
	}
}

// Tell is the line ev is worth, and how much it matters; "" if it is worth
// none. What is foreign in it is spelled out.
func (t *Teller) Tell(ev transport.Event) (text string, l Level) {
	switch ev := ev.(type) {
	case transport.Up:
		return t.up(ev)
	case transport.Resumed:
		return t.resumed(ev)
	case transport.Settled:
		return t.settled(ev), Info
	case transport.Down:
		return t.down(ev)
	case transport.HalfClosed:
		if ev.After {
			return t.say(words.TalkHalfBoth, t.name(ev.Proto), proto(ev.Proto)), Info
		}
		return t.say(t.half(), t.name(ev.Proto), proto(ev.Proto)), Info
	case transport.Renamed:
		return t.renamed(ev), Info
	case transport.PeerMoved:
		return t.say(words.TalkMoved, proto(ev.Proto), ev.Now, ev.Was), Warn
	case transport.Notice:
		text := NoteText(t.Lang, ev)
		if ev.More > 0 && text != "" {
			text = words.NoticeMore.In(t.Lang, text, ev.More)
		}
		return text, level(ev.Code)
	case transport.Remark:
		return safe.String(string(ev.Text)).String(), Info
	case transport.Closed:
		if ev.Err != nil {
			return Fatal(t.Lang, ev.Err), Alarm // the last line says what was wrong, and no more
		}
	}
	return "", Info
}

func (t *Teller) say(p words.Phrase, args ...any) string { return words.Tight(p.In(t.Lang, args...)) }

// half is what a FIN of the peer's means for us.
func (t *Teller) half() words.Phrase {
	switch {
	case !t.Screen:
		return words.TalkHalfPipe
	case t.Held:
		return words.TalkHalfHeld
	}
	return words.TalkHalf
}

// name is what the peer over p is called.
func (t *Teller) name(p segment.Proto) string {
	if n := t.legs[leg(p)].nick.String(); n != "" {
		return n
	}
	return t.say(words.TalkPeer)
}

func (t *Teller) up(ev transport.Up) (string, Level) {
	w := &t.legs[leg(ev.Proto)]
	w.up, w.dialer, w.raw, w.nick = true, ev.Dialer, false, safe.Text{}
	w.count++
	l := Info
	var text string
	switch {
	case ev.Proto == segment.TCP && w.count > 1:
		text, l = t.say(words.TalkAnew, w.count, ev.Local, ev.Peer), Divide
	case ev.Proto == segment.UDP:
		text = t.say(words.TalkKnown, ev.Local, ev.Peer)
	case ev.Unsaid:
		text = t.say(words.TalkConnected, proto(ev.Proto), ev.Local, ev.Peer)
	case ev.Dialer:
		text = t.say(words.TalkCalled, proto(ev.Proto), ev.Local, ev.Peer)
	default:
		text = t.say(words.TalkAnswered, proto(ev.Proto), ev.Local, ev.Peer)
	}
	if ev.Stack == "lab" {
		return t.say(words.TalkInLab, text), l
	}
	return text, l
}

// resumed says how the conversation goes on over another connection, and that this
// is not TCP's doing.
func (t *Teller) resumed(ev transport.Resumed) (text string, l Level) {
	name := t.name(ev.Proto)
	switch {
	case ev.Same && ev.Again == 0:
		return t.say(words.TalkGoesOn, name), Info
	case ev.Same:
		return t.say(words.TalkGoesOnAgain, name, ev.Again), Info
	}
	text = t.say(words.TalkOther, name)
	switch {
	case ev.Kept > 0 && t.Screen:
		text += t.say(words.TalkOtherKept, ev.Kept)
	case ev.Again > 0:
		text += t.say(words.TalkOtherAgain, ev.Again)
	}
	return text, Warn
}

// renamed tells of a new name once, over whichever protocol it comes first.
func (t *Teller) renamed(ev transport.Renamed) string {
	w, other := &t.legs[leg(ev.Proto)], &t.legs[1-leg(ev.Proto)]
	p, was := words.TalkRenamed, t.name(ev.Proto)
	if w.nick == (safe.Text{}) {
		p = words.TalkNamed
	}
	w.nick = peerNick(string(ev.Nick))
	switch {
	case w.known:
		w.known = false
		return ""
	case w.unnamed:
		w.unnamed = false
		return t.framed(ev.Proto)
	}
	if other.up && other.nick == w.nick {
		return ""
	}
	return t.say(p, was, t.name(ev.Proto))
}

func (t *Teller) settled(ev transport.Settled) string {
	w := &t.legs[leg(ev.Proto)]
	wasRaw := w.raw
	w.nick, w.raw = peerNick(string(ev.Nick)), ev.Wire == session.Raw
	switch {
	case ev.Wire == session.Framed && w.count > 1 && ev.Proto == segment.TCP:
		w.known = w.nick == (safe.Text{})
		return "" // how it goes on is told
	case ev.Wire == session.Framed && w.nick == (safe.Text{}):
		w.unnamed = true // its HELLO, with the name, is on its way
		return ""
	case ev.Wire == session.Framed:
		return t.framed(ev.Proto)
	case ev.Unanswered:
		return t.say(words.TalkUnanswered, proto(ev.Proto))
	}
	p := [...]words.Phrase{words.TalkRawTCP, words.TalkRawUDP}
	if ev.Wire == session.Line {
		p = [...]words.Phrase{words.TalkLineTCP, words.TalkLineUDP}
	}
	text := t.say(p[leg(ev.Proto)])
	if wasRaw && ev.Wire == session.Line {
		text = t.say(words.TalkNowLine, proto(ev.Proto))
	}
	if ev.SawLine {
		text += t.say(words.TalkSawLine)
	}
	return text
}

// framed says that the peer is a seqtalk.
func (t *Teller) framed(p segment.Proto) string {
	return t.say([...]words.Phrase{words.TalkFramedTCP, words.TalkFramedUDP}[leg(p)], t.name(p))
}

func (t *Teller) down(ev transport.Down) (string, Level) {
	text, l := t.cause(ev)
	if ev.Unsent > 0 {
		text += t.say(words.TalkUnsent, ev.Unsent)
	}
	w := &t.legs[leg(ev.Proto)]
	switch {
	case ev.Again && w.dialer:
		text += t.say(words.TalkRedial)
	case ev.Again && !t.Leaving:
		text += t.say(words.TalkWaitingFor)
	case w.up && !w.dialer && !t.Leaving && ev.Cause != transport.Ended:
		text += t.say(words.TalkWaiting)
	}
	switch failed := ev.Cause == transport.Lost || ev.Cause == transport.Reset || ev.Cause == transport.BusyPeer || ev.Cause == transport.Killed; {
	case ev.Again:
	case t.Screen && (ev.Cause == transport.Refused || failed && w.dialer):
		text += t.say(words.TalkAgain)
	case ev.Cause == transport.Refused:
		text += t.say(words.TalkRetry)
	}
	w.up, w.nick, w.unnamed, w.known = false, safe.Text{}, false, false
	return text, l
}

func (t *Teller) cause(ev transport.Down) (string, Level) {
	p := proto(ev.Proto)
	switch ev.Cause {
	case transport.PeerQuit:
		return t.say(words.TalkQuit, p, t.name(ev.Proto)), Info
	case transport.PeerClosed:
		return t.say(words.TalkFIN, p, t.name(ev.Proto)), Info
	case transport.Ended:
		if !t.legs[leg(ev.Proto)].up && t.Screen {
			return t.say(words.TalkGaveUp, p), Info
		}
		return t.say(words.TalkEnded, p), Info
	case transport.Reset:
		return t.say(words.TalkReset, p, t.name(ev.Proto)), Alarm
	case transport.Aborted:
		return t.say(words.TalkAborted, p), Warn
	case transport.Killed:
		return t.say(words.TalkKilled, p, t.name(ev.Proto)), Alarm
	case transport.Refused:
		return t.say(words.TalkRefused, p, reason(t.Lang, ev.Err)), Alarm
	case transport.BusyPeer:
		return t.say(words.TalkBusy, p), Warn
	case transport.Mistaken:
		return t.say(words.TalkMistaken, p, reason(t.Lang, ev.Err)), Alarm
	}
	if errors.Is(ev.Err, transport.ErrReplaced) {
		return t.say(words.TalkReplaced, p, t.name(ev.Proto)), Warn
	}
	return t.say(words.TalkLost, p, reason(t.Lang, ev.Err)), Alarm
}

// NoteText is a notice in words, what is foreign in it spelled out.
func NoteText(l words.Lang, n transport.Notice) string {
	a := args{l, n.Args}
	switch n.Code {
	case transport.NoteListening:
		return words.NoticeListening.In(l, a.text(0), strings.ReplaceAll(a.text(1), " and ", words.ProtocolAnd.In(l)), call(a))
	case transport.NoteDialing:
		return words.NoticeDialing.In(l, a.text(0))
	case transport.NoteNoUDP:
		return words.NoticeNoUDP.In(l, a.text(0))
	case transport.NoteOtherProto:
		return words.NoticeOtherProto.In(l, a.text(0), a.text(1))
	case transport.NoteHeldBy:
		return words.NoticeHeldBy.In(l, a.text(0), a.text(1))
	case transport.NoteRetry:
		return words.NoticeRetry.In(l, a.text(0), a.text(1))
	case transport.NoteStranger:
		return words.NoticeStranger.In(l, a.text(0), a.number(1))
	case transport.NoteTurnedAway:
		return words.NoticeTurnedAway.In(l, a.text(0))
	case transport.NoteForeign:
		return words.NoticeForeign.In(l, a.text(0))
	case transport.NoteICMP:
		return words.NoticeICMP.In(l, at(l, a.text(0), a.text(1)))
	case transport.NoteTruncated:
		return words.NoticeTruncated.In(l, a.number(0), a.number(1))
	case transport.NoteMalformed:
		return words.NoticeMalformed.In(l, a.text(0))
	case transport.NoteLocked:
		return words.NoticeLocked.In(l, a.text(0))
	case transport.NotePlaintext:
		return words.NoticePlaintext.In(l, a.text(0))
	case transport.NotePeerSilent:
		return silence(l, a)
	case transport.NoteRawAgain:
		return words.NoticeRawAgain.In(l)
	case transport.NotePeerBack:
		return words.NoticeBack.In(l, a.text(0))
	}
	if text := logText(n.Code, a); text != "" {
		return text
	}
	return labText(n.Code, a)
}

// logText is a notice of what a transcript lacks.
func logText(code transport.Code, a args) string {
	switch code {
	case transport.NoteTorn:
		return words.NoticeTorn.In(a.lang, a.number(0))
	case transport.NoteGap:
		return words.NoticeGap.In(a.lang, a.number(0))
	case transport.NoteUnsynced:
		return words.NoticeUnsynced.In(a.lang, a.number(0))
	}
	return ""
}

// level is how much a notice matters.
func level(c transport.Code) Level {
	switch c {
	case transport.NoteHeldBy, transport.NoteLogTrouble, transport.NoteLogDoubtful:
		return Alarm
	case transport.NoteListening, transport.NoteDialing, transport.NoteLocked, transport.NoteInLab, transport.NotePlugged,
		transport.NotePeerBack:
		return Info
	}
	return Warn
}

// args are a notice's values, each asked for by its place.
type args struct {
	lang   words.Lang
	values []any
}

func (a args) value(i int) any {
	if i < len(a.values) {
		return a.values[i]
	}
	return "?"
}

// text is value i as people read it.
func (a args) text(i int) string {
	switch v := a.value(i).(type) {
	case error:
		return reason(a.lang, v)
	case segment.Proto:
		return proto(v)
	case time.Duration:
		return brief(v)
	case stack.Holder:
		return holder(a.lang, v)
	default:
		return safe.String(fmt.Sprint(v)).String()
	}
}

// silence says that the peer's program does not answer, and what of its kernel.
func silence(l words.Lang, a args) string {
	text := words.NoticeSilent.In(l, a.text(0))
	switch a.value(1) {
	case transport.KernelAcks:
		text += words.NoticeStopped.In(l)
	case transport.KernelSilent:
		text += words.NoticeCut.In(l)
	}
	return text
}

// number is value i where a count is expected.
func (a args) number(i int) any {
	switch v := a.value(i).(type) {
	case int, int64, uint32, uint64:
		return v
	}
	return 0
}

// call is the command that calls the listener of NoteListening.
func call(a args) string {
	command := "seqtalk dial "
	if a.text(1) == "UDP" {
		command += "-u "
	}
	if strings.Contains(a.text(1), "lab") {
		command += "--lab "
	}
	at, ok := a.value(0).(netip.AddrPort)
	if ok && at.Addr().IsUnspecified() {
		return fmt.Sprintf("%s%s:%d", command, words.NoticeThisHost.In(a.lang), at.Port())
	}
	return command + a.text(0)
}

// holder says who is in the way at an address.
func holder(l words.Lang, h stack.Holder) string {
	switch h.State {
	case segment.TimeWait:
		return words.NoticeHeldWait.In(l, brief(h.Left))
	case segment.Listen:
		return words.NoticeHeldListen.In(l)
	}
	return words.NoticeHeldState.In(l, h.State)
}

// proto is a protocol as a sentence names it.
func proto(p segment.Proto) string { return strings.ToUpper(p.String()) }

// brief is a duration with as many digits as matter to a person.
func brief(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}
