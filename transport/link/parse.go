package link

import (
	"fmt"
	"strings"
	"unicode"
)

// MaxSpec is the longest SPEC that is read, in bytes.
const MaxSpec = 1000

// Parse reads a SPEC, in netem's words:
//
//	SPEC    = { PRESET | WORD | out | in | both }   (case does not matter)
//	WORD    = delay T [J] | distribution uniform|normal
//	        | loss [random] P | loss gemodel P R | duplicate P | corrupt P
//	        | reorder P [gap N] | rate R | limit N | seed N
//
// Words are for both directions until out or in, and from there for that one; what
// is said for one direction goes over what was said for both, and any word over a
// preset, which therefore comes first. Times, rates and percentages have units.
// The error is a *ParseError.
func Parse(spec string) (Spec, error) {
	p := &parser{spec: spec, words: fields(spec)}
	p.halves[Out].said = map[string]said{}
	p.halves[In].said = map[string]said{}
	if err := p.parse(); err != nil {
		return Spec{}, err
	}
	return Spec{p.halves[Out].Params, p.halves[In].Params, p.seed, p.seeded}, nil
}

type parser struct {
	spec   string
	words  []word
	next   int // index of the next word
	scope  []Direction
	halves [2]half // by Direction
	seed   uint64
	seeded bool
}

// A word of the SPEC and where it begins.
type word struct {
	text string // lower case
	at   int
	end  int
}

// A half is one direction as far as it has been read.
type half struct {
	Params
	preset bool
	said   map[string]said // by knob
}

type said struct {
	at  word
	own bool // for this direction alone
}

var scopes = map[string][]Direction{"both": {Out, In}, "out": {Out}, "in": {In}}

// allowedWords is what may begin a part of a SPEC; presets by name.
func allowedWords() []string {
	var names []string
	for _, k := range knobs {
		names = append(names, k.name)
	}
	names = append(names, "seed", "out", "in", "both")
	for _, p := range presets {
		names = append(names, p.Name)
	}
	return names
}

func (p *parser) parse() error {
	p.scope = scopes["both"]
	if len(p.spec) > MaxSpec {
		return &ParseError{Spec: p.spec[:20] + "…", Problem: fmt.Sprintf("is longer than %d bytes", MaxSpec)}
	}
	if len(p.words) == 0 {
		return p.missing("says nothing", allowedWords()...)
	}
	for p.next < len(p.words) {
		if err := p.part(); err != nil {
			return err
		}
	}
	if err := p.check(); err != nil {
		return err
	}
	return nil
}

// part reads one word and what belongs to it.
func (p *parser) part() *ParseError {
	w := p.words[p.next]
	p.next++
	if s, ok := scopes[w.text]; ok {
		p.scope = s
		if p.next == len(p.words) {
			return p.missing(fmt.Sprintf("ends after %q", w.text), allowedWords()...)
		}
		return nil
	}
	if w.text == "seed" {
		return p.readSeed(w)
	}
	if preset, ok := findPreset(w.text); ok {
		return p.usePreset(w, preset)
	}
	for _, k := range knobs {
		if k.name != w.text {
			continue
		}
		set, err := k.read(p)
		if err != nil {
			return err
		}
		return p.set(w, set)
	}
	return p.unknown(w)
}

func (p *parser) unknown(w word) *ParseError {
	problem := "is not known"
	if startsNumber(w.text) {
		problem = "belongs to no word"
		if strings.HasSuffix(w.text, "%") && p.next > 1 {
			problem = "would be a correlation, which this link does not have (for bursts: loss gemodel P R)"
		}
	}
	e := p.wrong(w, problem, allowedWords()...)
	e.Nearest = nearest(w.text, e.Allowed)
	return e
}

func (p *parser) usePreset(w word, preset Preset) *ParseError {
	for _, d := range p.scope {
		h := &p.halves[d]
		if h.preset || len(h.said) > 0 {
			return p.wrong(w, "is a preset, which comes first and alone; words after it change it")
		}
		h.Params, h.preset = preset.Spec.Params(d), true
	}
	return nil
}

// set applies a knob to the directions in scope.
func (p *parser) set(w word, set func(*Params)) *ParseError {
	own := len(p.scope) == 1
	for _, d := range p.scope {
		h := &p.halves[d]
		if before, ok := h.said[w.text]; ok && (before.own || !own) {
			return p.wrong(w, fmt.Sprintf("was already said for %v", d))
		}
		h.said[w.text] = said{w, own}
		set(&h.Params)
	}
	return nil
}

// check looks for words that need another one.
func (p *parser) check() *ParseError {
	for d := range p.halves {
		h := &p.halves[d]
		missing := func(knob, need string) *ParseError {
			return p.wrong(h.said[knob].at, fmt.Sprintf("needs %s for %v", need, Direction(d)))
		}
		switch {
		case h.said["distribution"].at.text != "" && h.Jitter == 0:
			return missing("distribution", "a jitter (delay T J)")
		case h.Reorder > 0 && h.Delay == 0:
			return missing("reorder", "a delay (the others must be behind it)")
		case h.Gap > 0 && h.Reorder == 0:
			return missing("gap", "reorder P")
		}
	}
	return nil
}

// startsValue reports that the next word can only be a value: a number that is
// not the name of a preset, nor a percentage where a time could stand.
func (p *parser) startsValue() bool {
	if p.next == len(p.words) {
		return false
	}
	w := p.words[p.next].text
	_, preset := findPreset(w)
	return startsNumber(w) && !preset && !strings.HasSuffix(w, "%")
}

// take reads the next word with read, which returns what is wrong with it.
func take[T any](p *parser, what string, read func(string) (T, string), allowed ...string) (v T, _ *ParseError) {
	if p.next == len(p.words) {
		return v, p.missing("ends where "+what+" should stand", allowed...)
	}
	w := p.words[p.next]
	v, wrong := read(w.text)
	if wrong != "" {
		return v, p.wrong(w, wrong, allowed...)
	}
	p.next++
	return v, nil
}

func (p *parser) wrong(w word, problem string, allowed ...string) *ParseError {
	return &ParseError{Spec: p.spec, Word: p.spec[w.at:w.end], Offset: w.at, Problem: problem, Allowed: allowed}
}

func (p *parser) missing(problem string, allowed ...string) *ParseError {
	return &ParseError{Spec: p.spec, Offset: len(p.spec), Problem: problem, Allowed: allowed}
}

// fields is strings.Fields with offsets, in lower case.
func fields(s string) (words []word) {
	begin := -1
	for i, r := range s + " " {
		switch space := unicode.IsSpace(r); {
		case space && begin >= 0:
			words = append(words, word{strings.ToLower(s[begin:i]), begin, i})
			begin = -1
		case !space && begin < 0:
			begin = i
		}
	}
	return words
}
