package lesson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Recording writes down what is said and done in a comparison, to be played
// again as a lesson. It belongs to one goroutine.
type Recording struct {
	spec  link.Spec
	began time.Time
	last  time.Duration
	lines []string
	full  bool // something did not fit into a lesson
}

// NewRecording begins at began, over a link as spec says.
func NewRecording(began time.Time, spec link.Spec) *Recording {
	spec.Seeded = true
	return &Recording{spec: spec, began: began}
}

// Clone is r as it is now.
func (r *Recording) Clone() *Recording {
	c := *r
	c.lines = slices.Clone(r.lines)
	return &c
}

// Say notes a line that A said over both protocols.
func (r *Recording) Say(at time.Time, text []byte) {
	quoted := strings.ReplaceAll(strconv.Quote(string(text)), "'", `\x27`) // the script stands in three of them
	r.add(at, "A says both "+quoted)
}

// Do notes what was asked of the link or an end, if a script can say it.
func (r *Recording) Do(at time.Time, c transport.Control) {
	if does := deedOf(c); does != "" {
		r.add(at, does)
	}
}

// deedOf is c as a script says it; "": it is about time, or the screen.
func deedOf(c transport.Control) string {
	switch c := c.(type) {
	case transport.Drop:
		return fmt.Sprint("link drops ", c.N)
	case transport.Duplicate:
		return "link doubles"
	case transport.Swap:
		return "link swaps"
	case transport.Corrupt:
		return "link corrupts"
	case transport.Cut:
		return "link cuts"
	case transport.Heal:
		return "link heals"
	case transport.Net:
		return "link becomes " + c.Spec.String()
	case transport.Pause:
		if c.On {
			return "B stops reading"
		}
		return "B reads on"
	case transport.ReadSize:
		if c.N > 0 {
			return fmt.Sprint("B reads ", c.N)
		}
	case transport.Nagle:
		if c.On {
			return "A nagle on"
		}
		return "A nagle off"
	case transport.HalfClose:
		return "A half-closes"
	case transport.Abort:
		return "A resets"
	case transport.End:
		return "A closes"
	case transport.Connect:
		return "A connects"
	}
	return ""
}

// recordedTail is how long a recorded lesson goes on behind its last line, for
// what is under way then.
const recordedTail = time.Minute

// add appends a line, unless a lesson has no room for it.
func (r *Recording) add(at time.Time, does string) {
	d := at.Sub(r.began).Round(time.Millisecond)
	if r.full = r.full || len(r.lines)+4 > maxDeeds || d+recordedTail > maxLasts; r.full {
		return
	}
	r.last = d
	r.lines = append(r.lines, fmt.Sprintf("@%-8s %s", d, does))
}

// Lesson is the recording as a lesson file: its observations are what comes of
// it when it is played on the lab. An error is a *Mistake, or that of the stack.
func (r *Recording) Lesson(ctx context.Context, on Stacks) ([]byte, error) {
	switch {
	case len(r.lines) == 0:
		return nil, mistake(words.RecordNothing)
	case r.full:
		return nil, mistake(words.RecordFull, maxDeeds-3, maxLasts-recordedTail)
	}
	l, err := ParseLesson("recorded", r.file([]string{"tcp.said >= 0"}))
	if err != nil {
		return nil, err
	}
	build, ok := on[DefaultStack]
	if !ok {
		return nil, mistake(words.LessonNoStack, on.names())
	}
	x, err := playOnce(ctx, build, l.Play, bound{l.Lasts, maxSteps}, nil)
	if err != nil {
		return nil, err
	}
	var seen []string
	for _, name := range []string{"tcp.delivered", "tcp.resent", "tcp.waited", "udp.delivered", "udp.lost", "udp.duplicate", "udp.late"} {
		seen = append(seen, name+" == "+figures[name].value(x).String())
	}
	return r.file(seen), nil
}

// file is the lesson with these observations.
func (r *Recording) file(observe []string) []byte {
	var b bytes.Buffer
	put := func(key string, p words.Phrase) {
		for _, l := range []words.Lang{words.English, words.Chinese} {
			fmt.Fprintf(&b, "%s.%s = %q\n", key, [...]string{"en", "zh"}[l], p.In(l))
		}
	}
	put("title", words.RecordTitle)
	put("claim", words.RecordClaim)
	put("watch", words.RecordWatch)
	put("verdict", words.RecordVerdict)
	fmt.Fprintf(&b, "\nnet = %q\nlasts = %q\nslow = 1\nscript = '''\n", r.spec.String(), r.last+recordedTail)
	for _, first := range []string{"B opens both", "A connects", "A opens udp"} {
		fmt.Fprintf(&b, "@%-8s %s\n", "0s", first)
	}
	for _, line := range r.lines {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprint(&b, "'''\nobserve = [\n")
	for _, o := range observe {
		fmt.Fprintf(&b, "  %q,\n", o)
	}
	fmt.Fprint(&b, "]\n\n[[cue]]\nat = \"0s\"\n")
	fmt.Fprintf(&b, "en = %q\nzh = %q\n", words.RecordCue.In(words.English), words.RecordCue.In(words.Chinese))
	return b.Bytes()
}

// Why is err as people read it.
func Why(l words.Lang, err error) string {
	if m, ok := errors.AsType[*Mistake](err); ok {
		return m.In(l)
	}
	return safe.String(err.Error()).String()
}
