package talk

import (
	"fmt"

	"seqtalk/transport"
	"seqtalk/ui/words"
)

// labText is a notice of the lab between two terminals, or of the transcript.
func labText(c transport.Code, a args) string {
	switch c {
	case transport.NoteInLab:
		return words.NoticeInLab.In(a.lang, a.text(0), a.text(1))
	case transport.NoteNoLab:
		return words.NoticeNoLab.In(a.lang)
	case transport.NoteLabDeclined:
		return words.NoticeLabDeclined.In(a.lang, a.text(0))
	case transport.NoteUnplugged:
		return words.NoticeUnplugged.In(a.lang)
	case transport.NotePlugged:
		return words.NoticePlugged.In(a.lang)
	case transport.NotePeerNet:
		return words.NoticePeerNet.In(a.lang, a.text(0))
	case transport.NotePeerCut:
		if a.value(0) == true {
			return words.NoticePeerCut.In(a.lang)
		}
		return words.NoticePeerHealed.In(a.lang)
	case transport.NotePeerTime:
		return timeText(a)
	case transport.NoteLogTrouble:
		return words.NoticeLogTrouble.In(a.lang, a.text(0), a.text(1))
	case transport.NoteLogGap:
		return words.NoticeLogGap.In(a.lang, a.number(0))
	case transport.NoteLogDoubtful:
		return words.NoticeLogDoubtful.In(a.lang, a.number(0))
	}
	return words.NoticeOther.In(a.lang, c)
}

// timeText is what the peer has done to time: held, slow.
func timeText(a args) string {
	slow, _ := a.value(1).(float64)
	switch {
	case a.value(0) == true:
		return words.NoticePeerHeld.In(a.lang)
	case slow == 1:
		return words.NoticePeerReal.In(a.lang)
	}
	return words.NoticePeerTime.In(a.lang, fmt.Sprintf("%g", slow))
}
