package link

import (
	"fmt"
	"strconv"
)

// knobs are the words that set something, in the order of the SPEC.
var knobs = []struct {
	name string
	read func(*parser) (func(*Params), *ParseError)
}{
	{"delay", (*parser).delay},
	{"distribution", (*parser).distribution},
	{"loss", (*parser).loss},
	{"duplicate", percentOf(func(p *Params) *Percent { return &p.Duplicate })},
	{"corrupt", percentOf(func(p *Params) *Percent { return &p.Corrupt })},
	{"reorder", percentOf(func(p *Params) *Percent { return &p.Reorder })},
	{"gap", numberOf(maxLimit, func(p *Params) *int { return &p.Gap })},
	{"rate", (*parser).rate},
	{"limit", numberOf(maxLimit, func(p *Params) *int { return &p.Limit })},
}

func (p *parser) delay() (func(*Params), *ParseError) {
	t, err := take(p, "a time after delay", parseTime, timeAllowed)
	if err != nil || !p.startsValue() {
		return func(q *Params) { q.Delay, q.Jitter, q.Distribution = t, 0, Uniform }, err
	}
	j, err := take(p, "a time", parseTime, timeAllowed)
	return func(q *Params) {
		q.Delay, q.Jitter = t, j
		if j == 0 {
			q.Distribution = Uniform
		}
	}, err
}

func (p *parser) distribution() (func(*Params), *ParseError) {
	d, err := take(p, "a distribution", func(w string) (Distribution, string) {
		switch w {
		case "uniform":
			return Uniform, ""
		case "normal":
			return Normal, ""
		}
		return 0, "is no distribution of this link"
	}, "uniform", "normal")
	return func(q *Params) { q.Distribution = d }, err
}

func (p *parser) loss() (func(*Params), *ParseError) {
	model := "random"
	if p.next < len(p.words) && !startsNumber(p.words[p.next].text) {
		model = p.words[p.next].text
		if model != "random" && model != "gemodel" {
			return nil, p.wrong(p.words[p.next], "is not a percentage, nor a model of loss",
				percentAllowed, "random P", "gemodel P R")
		}
		p.next++
	}
	a, err := take(p, "a percentage after loss", parsePercent, percentAllowed)
	if err != nil || model == "random" {
		return func(q *Params) { q.Loss, q.Burst = a, Gemodel{} }, err
	}
	b, err := take(p, "the second percentage of gemodel P R", parsePercent, percentAllowed)
	return func(q *Params) { q.Loss, q.Burst = 0, Gemodel{a, b} }, err
}

func (p *parser) rate() (func(*Params), *ParseError) {
	r, err := take(p, "a rate after rate", parseRate, rateAllowed)
	return func(q *Params) { q.Rate = r }, err
}

func (p *parser) readSeed(w word) *ParseError {
	if p.seeded {
		return p.wrong(w, "was already said")
	}
	n, err := take(p, "a number after seed", func(w string) (uint64, string) {
		n, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			return 0, "is not a seed"
		}
		return n, ""
	}, "0 to 18446744073709551615")
	p.seed, p.seeded = n, true
	return err
}

func percentOf(field func(*Params) *Percent) func(*parser) (func(*Params), *ParseError) {
	return func(p *parser) (func(*Params), *ParseError) {
		v, err := take(p, "a percentage", parsePercent, percentAllowed)
		return func(q *Params) { *field(q) = v }, err
	}
}

func numberOf(most int, field func(*Params) *int) func(*parser) (func(*Params), *ParseError) {
	return func(p *parser) (func(*Params), *ParseError) {
		n, err := take(p, "a number", func(w string) (int, string) {
			n, err := strconv.Atoi(w)
			if err != nil || n < 1 || n > most || w[0] == '+' {
				return 0, "is no such number"
			}
			return n, ""
		}, fmt.Sprintf("1 to %d packets", most))
		return func(q *Params) { *field(q) = n }, err
	}
}
