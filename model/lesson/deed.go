package lesson

import (
	"strconv"
	"strings"
	"time"

	"seqtalk/transport/link"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Deed is one line of a lesson's script: "@1.5s A says tcp "hello"".
type Deed struct {
	Line  int
	At    time.Duration
	Words string // as written, without its time
	Who   Side   // A, B, C, or 0: the link
	Verb  string

	TCP, UDP bool          // of opens, says, reads, stops
	Text     []byte        // of says: one message; nil: Count of Size
	Count    int           // of says
	Size     int           // of each
	Every    time.Duration // between two of them
	N        int           // of reads: recv(N); of answers: after so many bytes; of a link's verb: how many packets
	On       bool          // of nagle
	Spec     link.Spec     // of the link's set
	From     link.Direction
}

// C is a third program, on A's machine.
const C Side = 'C'

func (d *Deed) size() int {
	if d.Text != nil {
		return len(d.Text)
	}
	return d.Size
}

// A deedVerb is what somebody can do, and how its words are read.
type deedVerb struct {
	name, takes string
	read        func(d *Deed, arg string) bool
}

func bare(_ *Deed, arg string) bool { return arg == "" }

var programVerbs = []deedVerb{
	{"opens", "tcp, udp, both", func(d *Deed, arg string) bool { return d.protos(arg) }},
	{"connects", "", bare},
	{"says", `tcp|udp|both "TEXT", tcp|udp|both N x SIZE [every TIME]`, (*Deed).readSays},
	{"reads", "N (a recv's bytes), on", (*Deed).readReads},
	{"answers", `SIZE "TEXT" (over TCP, each time it has read so many bytes)`, (*Deed).readAnswers},
	{"stops", "reading", func(_ *Deed, arg string) bool { return arg == "reading" }},
	{"half-closes", "", bare},
	{"closes", "", bare},
	{"resets", "", bare},
	{"exits", "", bare},
	{"nagle", "on, off", func(d *Deed, arg string) bool {
		d.On = arg == "on"
		return d.On || arg == "off"
	}},
}

var linkVerbs = []deedVerb{
	{"drops", "[N] [from B]", (*Deed).readHit},
	{"doubles", "[N] [from B]", (*Deed).readHit},
	{"swaps", "[N] [from B]", (*Deed).readHit},
	{"corrupts", "[N] [from B]", (*Deed).readHit},
	{"cuts", "", bare},
	{"heals", "", bare},
	{"becomes", "SPEC", nil}, // its words have errors of their own
}

// verbsOf is what a verb list says, for an error.
func verbsOf(verbs []deedVerb) string {
	var names []string
	for _, v := range verbs {
		names = append(names, v.name)
	}
	return strings.Join(names, ", ")
}

// parseDeed reads a line. An error is a *Mistake.
func parseDeed(line int, text string) (Deed, error) {
	d := Deed{Line: line}
	when, rest := cutWord(text)
	clock, ok := strings.CutPrefix(when, "@")
	at, err := time.ParseDuration(clock)
	if !ok || err != nil || at < 0 || at > maxLasts {
		return d, mistake(words.DeedTime, line, safe.String(when))
	}
	d.At, d.Words = at, rest
	who, rest := cutWord(rest)
	verb, arg := cutWord(rest)
	verbs := programVerbs
	switch who {
	case "A", "B", "C":
		d.Who = Side(who[0])
	case "link":
		verbs = linkVerbs
	default:
		return d, mistake(words.DeedWho, line, safe.String(who))
	}
	d.Verb = verb
	for _, v := range verbs {
		switch {
		case v.name != verb:
			continue
		case v.read == nil:
			return d, d.readSpec(arg)
		case !v.read(&d, arg):
			return d, d.wrong(v, arg)
		}
		return d, nil
	}
	return d, mistake(words.DeedVerb, line, safe.String(verb), who, verbsOf(verbs))
}

func (d *Deed) wrong(v deedVerb, arg string) error {
	if v.takes == "" {
		return mistake(words.DeedTakesNone, d.Line, safe.String(arg), v.name)
	}
	return mistake(words.DeedBadWord, d.Line, safe.String(arg), v.name, v.takes)
}

func (d *Deed) readSpec(arg string) (err error) {
	if d.Spec, err = link.Parse(arg); err != nil {
		return mistake(words.LessonBadNet, d.Line, safe.String(err.Error()))
	}
	return nil
}

// protos reads which protocols are meant.
func (d *Deed) protos(word string) bool {
	d.TCP = word == "tcp" || word == "both"
	d.UDP = word == "udp" || word == "both"
	return d.TCP || d.UDP
}

// readSays reads `tcp "text"` or `both 50 x 20 B every 100ms`.
func (d *Deed) readSays(arg string) bool {
	proto, what := cutWord(arg)
	if !d.protos(proto) {
		return false
	}
	d.Count = 1
	if strings.HasPrefix(what, `"`) {
		s, err := strconv.Unquote(what)
		d.Text = append([]byte{}, s...)
		return err == nil
	}
	w := strings.Fields(what)
	if len(w) != 4 && (len(w) != 6 || w[4] != "every") || w[1] != "x" {
		return false
	}
	count, err := strconv.Atoi(w[0])
	size, ok := parseSize(w[2] + " " + w[3])
	if err != nil || !ok || count < 1 || count > maxSaid || size < 1 || size > maxSaidBytes {
		return false
	}
	d.Count, d.Size = count, size
	if len(w) == 6 {
		d.Every, err = time.ParseDuration(w[5])
	}
	return err == nil && 0 <= d.Every && d.Every <= maxLasts
}

// parseSize reads "20 B", "64 KiB" or "1 MiB".
func parseSize(s string) (int, bool) {
	number, unit := cutWord(s)
	n, err := strconv.Atoi(number)
	shift, ok := map[string]int{"B": 0, "KiB": 10, "MiB": 20}[unit]
	if err != nil || !ok || n < 0 || n > maxSaidBytes>>shift {
		return 0, false
	}
	return n << shift, true
}

func (d *Deed) readReads(arg string) bool {
	if arg == "on" {
		d.On = true
		return true
	}
	n, err := strconv.Atoi(arg)
	d.N = n
	return err == nil && 1 <= n && n <= maxSaidBytes
}

// readAnswers reads `12 B "ok"`.
func (d *Deed) readAnswers(arg string) bool {
	number, rest := cutWord(arg)
	unit, text := cutWord(rest)
	size, ok := parseSize(number + " " + unit)
	s, err := strconv.Unquote(text)
	d.N, d.TCP, d.Text = size, true, append([]byte{}, s...)
	return ok && size > 0 && err == nil && strings.HasPrefix(text, `"`) && s != ""
}

func (d *Deed) readHit(arg string) bool {
	d.N = 1
	arg, fromB := strings.CutSuffix(" "+arg, " from B")
	if fromB {
		d.From = link.In
	}
	if arg = strings.TrimSpace(arg); arg == "" {
		return true
	}
	n, err := strconv.Atoi(arg)
	d.N = n
	return err == nil && 1 <= n && n <= maxDrop
}
