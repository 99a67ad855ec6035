package transport

import (
	"time"

	"seqtalk/transport/segment"
)

// How often the consumer hears of what a peer or a stranger can make happen as
// often as it likes.
const (
	noticeGap = 10 * time.Second // between two notices of a kind
	nameGap   = time.Second      // between two new names of a peer
)

// provoked reports whether notices of this kind are a peer's, a stranger's or a
// failing disk's to cause.
func (c Code) provoked() bool {
	switch c {
	case NoteOtherProto, NoteTurnedAway, NoteForeign, NoteICMP, NoteTruncated, NoteMalformed, NoteLabDeclined, NoteLogTrouble, NoteLogGap, NoteLogDoubtful:
		return true
	}
	return false
}

// gaps are what the consumer is not told yet, so as not to be told too often, by
// the time of people, which is never held. All of it is the conversation's lock's.
type gaps struct {
	notices [NoteLogDoubtful + 1]struct {
		told time.Time // zero: never
		last Notice
		n    int // since then
	}
	names [2]struct {
		told time.Time
		nick Foreign
		owed bool
	}
}

// note is emit for a Notice, or counts it.
func (c *Conversation) note(p segment.Proto, code Code, args ...any) {
	n := Notice{At: c.now(), Proto: p, Code: code, Args: args}
	if !code.provoked() {
		c.emit(n)
		return
	}
	g, now := &c.gaps.notices[code], c.cfg.Stack.Now()
	if !g.told.IsZero() && now.Sub(g.told) < noticeGap {
		g.last = n
		g.n++
		return
	}
	g.told = now
	c.emit(n)
}

// rename tells that the peer over p has another name now, or will soon.
func (c *Conversation) rename(p segment.Proto, nick Foreign) {
	g := &c.gaps.names[legIndex(p)]
	g.nick, g.owed = nick, true
	c.tellNames(c.cfg.Stack.Now())
}

// forget drops the name that a peer over p had before ev, which tells its own.
func (g *gaps) forget(ev Event) {
	switch ev := ev.(type) {
	case Up:
		g.names[legIndex(ev.Proto)].owed = false
	case Down:
		g.names[legIndex(ev.Proto)].owed = false
	case Settled:
		g.names[legIndex(ev.Proto)].owed = false
	}
}

// tellGaps tells what was held back and may be told now, and says when there
// is more to tell.
func (c *Conversation) tellGaps(now time.Time) (next time.Time) {
	next = c.tellNames(now)
	for i := range c.gaps.notices {
		g := &c.gaps.notices[i]
		if g.n == 0 {
			continue
		}
		if at := g.told.Add(noticeGap); now.Before(at) {
			next = earliest(next, at)
			continue
		}
		g.last.More = g.n - 1
		c.emit(g.last)
		g.told, g.n = now, 0
	}
	return next
}

func (c *Conversation) tellNames(now time.Time) (next time.Time) {
	for i, p := range [...]segment.Proto{segment.TCP, segment.UDP} {
		g := &c.gaps.names[i]
		if !g.owed {
			continue
		}
		if at := g.told.Add(nameGap); now.Before(at) {
			next = earliest(next, at)
			continue
		}
		g.told, g.owed = now, false
		c.emit(Renamed{Proto: p, Nick: g.nick})
	}
	return next
}

// legIndex is the place of p in what is kept for each protocol.
func legIndex(p segment.Proto) int {
	if p == segment.UDP {
		return 1
	}
	return 0
}
