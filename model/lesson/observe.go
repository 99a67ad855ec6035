package lesson

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// An Observation is something that must be seen for a claim to hold: a figure
// compared, or a list of what happened.
//
//	tcp.delivered == 50
//	udp.lost > 0
//	tcp.first > udp.first
//	segments: A S, B S., A .
//	B.udp.reads are: "你", "好"
type Observation struct {
	Text string // as written
	see  func(x *experiment) (measured string, holds bool)
}

// Seen is an observation and what was measured.
type Seen struct {
	Text, Measured string
	Holds          bool
}

// check looks at what happened.
func (o *Observation) check(x *experiment) Seen {
	measured, holds := o.see(x)
	return Seen{safe.String(o.Text).String(), measured, holds}
}

// parseObservation reads one line. An error is a *Mistake.
func parseObservation(line int, text string) (Observation, error) {
	o := Observation{Text: text}
	var err error
	if subject, items, ok := cutList(text); ok {
		o.see, err = parseList(line, subject, items)
	} else {
		o.see, err = parseComparison(line, text)
	}
	return o, err
}

// operators compare two numbers.
var operators = map[string]func(a, b float64) bool{
	"==": func(a, b float64) bool { return a == b },
	"!=": func(a, b float64) bool { return a != b },
	"<":  func(a, b float64) bool { return a < b },
	"<=": func(a, b float64) bool { return a <= b },
	">":  func(a, b float64) bool { return a > b },
	">=": func(a, b float64) bool { return a >= b },
}

type seeFunc = func(x *experiment) (string, bool)

func parseComparison(line int, text string) (seeFunc, error) {
	w := strings.Fields(text)
	if len(w) != 3 {
		return nil, mistake(words.ObserveShape, line, safe.String(text))
	}
	left, ok := figures[w[0]]
	if !ok {
		return nil, mistake(words.LessonNoFigure, line, safe.String(w[0]), nearestFigures(w[0]))
	}
	compare, ok := operators[w[1]]
	if !ok {
		return nil, mistake(words.ObserveOperator, line, safe.String(w[1]))
	}
	if (left.kind == word || left.kind == truth) && w[1] != "==" && w[1] != "!=" {
		return nil, mistake(words.ObserveOnlyEqual, line, w[1], w[0])
	}
	if right, ok := figures[w[2]]; ok {
		return compareFigures(line, left, right, compare, w)
	}
	want, ok := parseValue(left.kind, w[2])
	if !ok {
		return nil, mistake(words.ObserveValue, line, safe.String(w[2]), w[0], kindAllows(left.kind))
	}
	return func(x *experiment) (string, bool) {
		got := left.value(x)
		return got.String(), got.known && compare(got.number(want), want.n)
	}, nil
}

// number is what is compared: of words 0 if they are the same.
func (v value) number(with value) float64 {
	switch {
	case v.kind != word:
		return v.n
	case v.word == with.word:
		return with.n
	}
	return with.n + 1
}

func compareFigures(line int, left, right figure, compare func(a, b float64) bool, w []string) (seeFunc, error) {
	if left.kind != right.kind {
		return nil, mistake(words.ObserveKinds, line, w[0], w[2])
	}
	return func(x *experiment) (string, bool) {
		a, b := left.value(x), right.value(x)
		return fmt.Sprintf("%v, %v", a, b), a.known && b.known && compare(a.number(b), b.n)
	}, nil
}

// parseValue reads what a figure of kind k can be compared with.
func parseValue(k kind, s string) (value, bool) {
	v := value{kind: k, known: true}
	var err error
	switch k {
	case period:
		var d time.Duration
		d, err = time.ParseDuration(s)
		v.n = float64(d)
	case truth:
		if s == "yes" {
			v.n = 1
		}
		return v, s == "yes" || s == "no"
	case word:
		v.word = s
		return v, slices.Contains(allErrorWords(), s)
	case ratio:
		v.n, err = strconv.ParseFloat(s, 64)
	default:
		var n int
		n, err = strconv.Atoi(s)
		v.n = float64(n)
	}
	return v, err == nil
}

func kindAllows(k kind) string {
	switch k {
	case period:
		return "200ms, 1.5s"
	case truth:
		return "yes, no"
	case word:
		return strings.Join(allErrorWords(), ", ")
	case ratio:
		return "2, 1.5"
	}
	return "0, 1, 2, …"
}

func allErrorWords() []string {
	all := []string{none}
	for _, e := range errorWords {
		all = append(all, e.word)
	}
	return all
}

// cutList divides "segments include: S, S." before its colon, if that is a
// list: a colon in a quoted text is none.
func cutList(text string) (subject, items string, ok bool) {
	subject, items, ok = strings.Cut(text, ":")
	if strings.ContainsRune(subject, '"') {
		return "", "", false
	}
	return strings.TrimSpace(subject), strings.TrimSpace(items), ok
}

// A listing is a subject of observations that is a list of what happened.
type listing struct {
	items func(x *experiment) []item
	want  func(s string) (match func(item) bool, ok bool)
	takes string
}

// An item is something that happened, and how it is written.
type item struct {
	text string
	of   any
}

// lists are the subjects, by name.
var lists = func() map[string]listing {
	all := map[string]listing{
		"segments": {segmentItems, wantSegment, "[A|B] FLAGS [seq=N] [ack=N] [len=N] [lost] [again]"},
		"rounds":   {roundItems, wantText, "N"},
	}
	for _, who := range []Side{A, B, C} {
		name := string(rune(who))
		all[name+".states"] = listing{stateItems(who), wantState, stateNames}
		all[name+".tcp.reads"] = listing{readItems(who, 0), wantRead, `"TEXT", N B`}
		all[name+".udp.reads"] = listing{readItems(who, 1), wantRead, `"TEXT", N B`}
	}
	return all
}()

func listNames() string {
	var names []string
	for n := range lists {
		names = append(names, n)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// parseList reads "SUBJECT [are|include]: ITEM, ITEM".
func parseList(line int, subject, items string) (seeFunc, error) {
	name, how := cutWord(subject)
	l, ok := lists[name]
	if !ok {
		return nil, mistake(words.ObserveNoList, line, safe.String(name), listNames())
	}
	if how != "" && how != "are" && how != "include" {
		return nil, mistake(words.ObserveHow, line, safe.String(how))
	}
	var want []func(item) bool
	for _, s := range splitItems(items) {
		m, ok := l.want(s)
		if !ok {
			return nil, mistake(words.ObserveItem, line, safe.String(s), name, l.takes)
		}
		want = append(want, m)
	}
	return func(x *experiment) (string, bool) { return follow(l.items(x), want, how) }, nil
}

// splitItems divides at commas that stand in no quotes.
func splitItems(s string) (items []string) {
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			items = append(items, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	return append(items, strings.TrimSpace(s[min(from, len(s)):]))
}

// maxShown is how many items of a list are written down.
const maxShown = 12

// follow compares what happened with what is wanted: "" from the beginning on,
// are all of it, include in this order with others between.
func follow(got []item, want []func(item) bool, how string) (measured string, holds bool) {
	var at []item
	i := 0
	for _, g := range got {
		if i < len(want) && want[i](g) {
			i++
			at = append(at, g)
			continue
		}
		if how != "include" {
			break
		}
	}
	holds = i == len(want) && (how != "are" || len(got) == len(want))
	if !holds || how != "include" {
		at = got
		if how == "" && len(at) > len(want) {
			at = at[:len(want)]
		}
	}
	return write(at), holds
}

func write(items []item) string {
	var parts []string
	for i, it := range items {
		if i == maxShown {
			parts = append(parts, fmt.Sprintf("… (%d)", len(items)))
			break
		}
		parts = append(parts, it.text)
	}
	if parts == nil {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func segmentItems(x *experiment) (items []item) {
	for i := range x.segments {
		if s := &x.segments[i]; s.Proto == segment.TCP {
			items = append(items, item{segmentText(s), s})
		}
	}
	return items
}

// segmentText writes a segment as an observation names it.
func segmentText(s *segment.Segment) string {
	text := fmt.Sprintf("%c %s seq=%d", sender(s), s.Flags, s.RelSeq)
	if s.Flags&segment.ACK != 0 {
		text += fmt.Sprintf(" ack=%d", s.RelAck)
	}
	if s.Len > 0 {
		text += fmt.Sprintf(" len=%d", s.Len)
	}
	if s.Notes.Has(segment.Resent) {
		text += " again"
	}
	if harmful(s.Fate) {
		text += " lost"
	}
	return text
}

// sender is who sent s, whose Dir is A's.
func sender(s *segment.Segment) Side {
	if s.Dir == segment.Out {
		return A
	}
	return B
}

// wantSegment reads "[A|B] FLAGS [seq=N] …": what is not said may be anything.
func wantSegment(text string) (func(item) bool, bool) {
	w := strings.Fields(text)
	var from Side
	if len(w) > 0 && (w[0] == "A" || w[0] == "B") {
		from, w = Side(w[0][0]), w[1:]
	}
	if len(w) == 0 || strings.Trim(w[0], "SFRPUEW.") != "" {
		return nil, false
	}
	flags := w[0]
	var tests []func(s *segment.Segment) bool
	for _, c := range w[1:] {
		t, ok := wantOf(c)
		if !ok {
			return nil, false
		}
		tests = append(tests, t)
	}
	return func(it item) bool {
		s := it.of.(*segment.Segment)
		if from != 0 && sender(s) != from || s.Flags.String() != flags {
			return false
		}
		for _, t := range tests {
			if !t(s) {
				return false
			}
		}
		return true
	}, true
}

// wantOf reads a condition on a segment.
func wantOf(c string) (func(s *segment.Segment) bool, bool) {
	switch c {
	case "lost":
		return func(s *segment.Segment) bool { return harmful(s.Fate) }, true
	case "again":
		return func(s *segment.Segment) bool { return s.Notes.Has(segment.Resent) }, true
	}
	key, number, ok := strings.Cut(c, "=")
	n, err := strconv.ParseUint(number, 10, 64)
	if !ok || err != nil {
		return nil, false
	}
	switch key {
	case "seq":
		return func(s *segment.Segment) bool { return s.RelSeq == n }, true
	case "ack":
		return func(s *segment.Segment) bool { return s.Flags&segment.ACK != 0 && s.RelAck == n }, true
	case "len":
		return func(s *segment.Segment) bool { return uint64(s.Len) == n }, true
	}
	return nil, false
}

func wantText(s string) (func(item) bool, bool) {
	_, err := strconv.Atoi(s)
	return func(it item) bool { return it.text == s }, err == nil
}

func roundItems(x *experiment) (items []item) {
	for _, n := range x.counts.rounds {
		items = append(items, item{text: strconv.Itoa(n)})
	}
	return items
}

// stateNames are what a connection can be in.
var stateNames = func() string {
	var names []string
	for s := segment.Closed; s <= segment.TimeWait; s++ {
		names = append(names, s.String())
	}
	return strings.Join(names, ", ")
}()

func stateItems(who Side) func(x *experiment) []item {
	return func(x *experiment) (items []item) {
		for _, s := range x.programs[who].seen.states {
			items = append(items, item{text: s.String()})
		}
		return items
	}
}

func wantState(s string) (func(item) bool, bool) {
	return func(it item) bool { return it.text == s }, slices.Contains(strings.Split(stateNames, ", "), s)
}

func readItems(who Side, proto int) func(x *experiment) []item {
	return func(x *experiment) (items []item) {
		for _, r := range x.programs[who].seen.reads[proto] {
			items = append(items, item{quote(r), r})
		}
		return items
	}
}

// quote writes bytes that were read: foreign, so spelled out; a long text by
// its size.
func quote(r recv) string {
	if r.size > 40 {
		return fmt.Sprintf("%d B", r.size)
	}
	return safe.String(strconv.Quote(string(r.text))).String()
}

// wantRead reads "TEXT" in quotes, or how many bytes.
func wantRead(text string) (func(item) bool, bool) {
	if strings.HasPrefix(text, `"`) {
		s, err := strconv.Unquote(text)
		return func(it item) bool { r := it.of.(recv); return r.size == len(s) && string(r.text) == s }, err == nil
	}
	n, ok := parseSize(text)
	return func(it item) bool { return it.of.(recv).size == n }, ok
}
