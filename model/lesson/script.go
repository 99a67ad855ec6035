package lesson

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"seqtalk/transport"
	"seqtalk/transport/link"
	"seqtalk/ui/words"
)

// The limits of a script.
const (
	maxScriptLine  = 4 << 10
	maxScriptSteps = 1000
	maxScriptTime  = 24 * time.Hour
	maxDrop        = 1000
)

// A Step is one command of a script and when it is done, in the lab's time.
type Step struct {
	Line    int
	At      time.Duration
	When    string // as written: "@1.5s"
	Words   string // and what follows it
	Control transport.Control
	For     time.Duration // of a hold: of real time
}

// ofTime reports whether s is about time itself.
func (s *Step) ofTime() bool {
	switch s.Control.(type) {
	case transport.HoldTime, transport.Slow:
		return true
	}
	return false
}

// do asks p for it: B, who receives, to stop reading; else A.
func (s *Step) do(p *transport.Pair) error {
	end := p.A
	if _, reading := s.Control.(transport.Pause); reading {
		end = p.B
	}
	err := end.Do(s.Control)
	if errors.Is(err, transport.ErrEnded) {
		return nil // what it was to change is over
	}
	if s.For > 0 && err == nil {
		time.AfterFunc(s.For, func() { p.Do(transport.HoldTime{}) })
	}
	return err
}

// A verb is a command of a script: what follows it, and what it asks for.
type verb struct {
	name, takes string
	read        func(arg string) (transport.Control, time.Duration, bool)
}

func plainVerb(name string, c transport.Control) verb {
	return verb{name, "", func(arg string) (transport.Control, time.Duration, bool) { return c, 0, arg == "" }}
}

// verbs are all commands but /net, whose words have errors of their own.
var verbs = []verb{
	{"/drop", "[1-1000]", readDrop},
	plainVerb("/dup", transport.Duplicate{}),
	plainVerb("/swap", transport.Swap{}),
	plainVerb("/corrupt", transport.Corrupt{}),
	plainVerb("/cut", transport.Cut{}),
	plainVerb("/heal", transport.Heal{}),
	plainVerb("/pause", transport.Pause{On: true}),
	plainVerb("/resume", transport.Pause{}),
	{"/nagle", "on, off", readNagle},
	plainVerb("/rst", transport.Abort{}),
	{"/slow", "0.01-1000", readSlow},
	{"/freeze", "1ms-1h", readFreeze},
}

// verbNames is what a script may say.
func verbNames() string {
	names := []string{"/net SPEC"}
	for _, v := range verbs {
		names = append(names, strings.TrimSpace(v.name+" "+strings.ReplaceAll(v.takes, ", ", "|")))
	}
	return strings.Join(names, ", ")
}

func readDrop(arg string) (transport.Control, time.Duration, bool) {
	if arg == "" {
		return transport.Drop{N: 1}, 0, true
	}
	n, err := strconv.Atoi(arg)
	return transport.Drop{N: n}, 0, err == nil && 1 <= n && n <= maxDrop
}

func readNagle(arg string) (transport.Control, time.Duration, bool) {
	return transport.Nagle{On: arg == "on"}, 0, arg == "on" || arg == "off"
}

func readSlow(arg string) (transport.Control, time.Duration, bool) {
	f, err := strconv.ParseFloat(arg, 64)
	return transport.Slow{Factor: f}, 0, err == nil && 0.01 <= f && f <= transport.MaxSlow
}

func readFreeze(arg string) (transport.Control, time.Duration, bool) {
	d, err := time.ParseDuration(arg)
	return transport.HoldTime{On: true}, d, err == nil && time.Millisecond <= d && d <= time.Hour
}

// ParseScript reads commands, one a line: "@1.5s /drop 2". Empty lines, and
// those that begin with #, say nothing. An error is a *Mistake, or r's. The
// steps come in the order of their times.
func ParseScript(r io.Reader) ([]Step, error) {
	var steps []Step
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, maxScriptLine), maxScriptLine)
	line := 0
	for in.Scan() {
		line++
		text := strings.TrimSpace(in.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		s, err := parseStep(line, text)
		if err != nil {
			return nil, err
		}
		if steps = append(steps, s); len(steps) > maxScriptSteps {
			return nil, mistake(words.ScriptTooMany, line, maxScriptSteps)
		}
	}
	if in.Err() == bufio.ErrTooLong {
		return nil, mistake(words.ScriptTooLong, line+1, maxScriptLine)
	}
	if in.Err() != nil {
		return nil, in.Err()
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return steps, resumed(steps)
}

// resumed is nil if B reads at the end: a run whose messages B never takes would
// have none.
func resumed(steps []Step) error {
	var paused *Step
	for i, s := range steps {
		if p, ok := s.Control.(transport.Pause); ok && p.On {
			paused = &steps[i]
		} else if ok {
			paused = nil
		}
	}
	if paused != nil {
		return mistake(words.ScriptPaused, paused.Line)
	}
	return nil
}

func parseStep(line int, text string) (Step, error) {
	s := Step{Line: line}
	when, rest := cutWord(text)
	clock, ok := strings.CutPrefix(when, "@")
	at, err := time.ParseDuration(clock)
	if !ok || err != nil || at < 0 || at > maxScriptTime {
		return s, mistake(words.ScriptBadTime, line, when)
	}
	name, arg := cutWord(rest)
	s.At, s.When, s.Words = at, when, strings.TrimSpace(name+" "+arg)
	if name == "" {
		return s, mistake(words.ScriptNothing, line, when, verbNames())
	}
	if strings.EqualFold(name, "/net") {
		spec, err := link.Parse(arg)
		if err != nil {
			return s, mistake(words.ScriptBadNet, line, err)
		}
		s.Control = transport.Net{Spec: spec}
		return s, nil
	}
	for _, v := range verbs {
		if !strings.EqualFold(name, v.name) {
			continue
		}
		c, d, ok := v.read(arg)
		switch {
		case !ok && v.takes == "":
			return s, mistake(words.ScriptTakesNone, line, arg, v.name)
		case !ok:
			return s, mistake(words.ScriptBadWord, line, arg, v.name, v.takes)
		}
		s.Control, s.For = c, d
		return s, nil
	}
	return s, mistake(words.ScriptUnknown, line, name, verbNames())
}

// cutWord is the first word of s, and what follows it.
func cutWord(s string) (word, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}
