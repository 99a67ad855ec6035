package lesson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// The defaults of seqtalk compare without a screen.
const (
	DefaultCount    = 20
	DefaultInterval = 100 * time.Millisecond
	DefaultSize     = 32
	DefaultNet      = "delay 50ms loss 10%"
)

// CompareOptions are the flags of seqtalk compare, as typed.
type CompareOptions struct {
	Count    int
	Interval time.Duration
	Size     int
	Net      string // "": DefaultNet
	Seed     string // "": the one in Net, or one of the link's choice
	Virtual  bool
	JSON     bool
	Lang     words.Lang
	Record   func(s segment.Segment, packet []byte) // see CompareConfig
}

// The exit codes of RunCompare.
const (
	exitOK    = 0 // it ran, whatever came of it
	exitBroke = 1 // it was interrupted, or nobody took the output
	exitUsage = 2 // it could not begin: what was asked for cannot be
)

// RunCompare compares TCP and UDP and writes what happens to out: lines and a
// table, or JSON. in holds the script, read to its end first; nil: none. What
// is wrong goes to errw, in one line. It returns the exit code; an interrupt's
// is its own, if the cause of ctx's end knows one.
func RunCompare(ctx context.Context, in io.Reader, out, errw io.Writer, o CompareOptions) int {
	cfg, err := o.config(ctx, in)
	if err == nil {
		err = cfg.Check()
	}
	switch {
	case ctx.Err() != nil:
		return interrupted(ctx)
	case err != nil:
		return Complain(errw, o.Lang, err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w := &writer{to: out, stop: stop}
	p := newPrinter(&w.buf, o, cfg)
	cfg.Tell = func(h Happening) {
		p.happened(h)
		if w.buf.Len() >= flushAbove {
			w.flush()
		}
	}
	cfg.Idle = w.flush
	w.flush()
	r, err := Compare(ctx, cfg)
	if err != nil {
		return Complain(errw, o.Lang, err)
	}
	p.finish(&r)
	w.flush()
	if r.Interrupted || w.broken {
		return interrupted(ctx)
	}
	return exitOK
}

// interrupted is the exit code that the cause of ctx's end knows, if it does.
func interrupted(ctx context.Context) int {
	if code, ok := errors.AsType[interface {
		error
		ExitCode() int
	}](context.Cause(ctx)); ok {
		return code.ExitCode()
	}
	return exitBroke
}

// Complain writes what was wrong in one line, and returns the exit code.
func Complain(errw io.Writer, l words.Lang, err error) int {
	text := err.Error()
	if m, ok := errors.AsType[*Mistake](err); ok {
		text = m.In(l)
	}
	fmt.Fprintln(errw, "seqtalk:", text)
	return exitUsage
}

// config reads the flags and the script.
func (o *CompareOptions) config(ctx context.Context, in io.Reader) (CompareConfig, error) {
	c := CompareConfig{Count: o.Count, Interval: o.Interval, Size: o.Size, Virtual: o.Virtual, Record: o.Record}
	net := o.Net
	if net == "" {
		net = DefaultNet
	}
	var err error
	if c.Spec, err = link.Parse(net); err != nil {
		return c, mistake(words.CompareBadNet, err)
	}
	if o.Seed != "" {
		seed, err := strconv.ParseUint(o.Seed, 10, 64)
		switch {
		case err != nil:
			return c, mistake(words.CompareBadSeed, o.Seed)
		case c.Spec.Seeded && c.Spec.Seed != seed:
			return c, mistake(words.CompareTwoSeeds, seed, c.Spec.Seed)
		}
		c.Spec.Seed, c.Spec.Seeded = seed, true
	}
	c.Spec = seeded(c.Spec, o.Virtual)
	if in != nil {
		c.Script, err = readScript(ctx, in)
	}
	return c, err
}

// seeded is s with a seed, so that it can be named: live one of chance, in
// virtual time always the same.
func seeded(s link.Spec, virtual bool) link.Spec {
	if !s.Seeded && !virtual {
		s.Seed = uint64(rand.Uint32())
	}
	s.Seeded = true
	return s
}

// readScript is ParseScript, until ctx ends: nobody may ever close in.
func readScript(ctx context.Context, in io.Reader) ([]Step, error) {
	type script struct {
		steps []Step
		err   error
	}
	read := make(chan script, 1)
	go func() {
		steps, err := ParseScript(in)
		read <- script{steps, err}
	}()
	select {
	case s := <-read:
		return s.steps, s.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// flushAbove is how much output is collected while there is more to come.
const flushAbove = 64 << 10

// writer collects output, and ends the run when nobody takes it.
type writer struct {
	to     io.Writer
	buf    bytes.Buffer
	stop   context.CancelCauseFunc
	broken bool
}

func (w *writer) flush() {
	if w.buf.Len() == 0 {
		return
	}
	if !w.broken {
		if _, err := w.to.Write(w.buf.Bytes()); err != nil {
			w.broken = true
			w.stop(err)
		}
	}
	w.buf.Reset()
}

// A printer writes a run: its head, what happens, and what came of it.
type printer struct {
	teller
	json *encoder // nil: for people
	cfg  CompareConfig
}

func newPrinter(out *bytes.Buffer, o CompareOptions, cfg CompareConfig) *printer {
	p := &printer{teller: teller{out: out, lang: o.Lang}, cfg: cfg}
	head := []string{
		words.CompareHead.In(o.Lang, cfg.Count, cfg.Size, cfg.Interval),
		words.CompareLink.In(o.Lang, cfg.Spec),
	}
	if cfg.Virtual {
		head = append(head, words.CompareVirtual.In(o.Lang))
	}
	if o.JSON {
		p.json = &encoder{out}
		p.json.notice(strings.Join(head, " "))
		return p
	}
	fmt.Fprintf(out, "%s\n\n", strings.Join(head, "\n"))
	return p
}

func (p *printer) happened(h Happening) {
	if p.json != nil {
		p.json.happened(h)
		return
	}
	p.teller.happened(h)
}

// finish writes the table, and what is to be said of it.
func (p *printer) finish(r *Result) {
	var notes []string
	if r.Interrupted {
		notes = append(notes, words.CompareStop.In(p.lang))
	}
	for _, s := range r.Unreached {
		notes = append(notes, words.CompareUnread.In(p.lang, s.When, safe.String(s.Words)))
	}
	if p.json != nil {
		p.finishJSON(r, notes)
		return
	}
	p.release()
	if p.told == 0 && !r.Interrupted {
		p.say(words.CompareNoFates)
	}
	for _, n := range notes {
		fmt.Fprintln(p.out, n)
	}
	fmt.Fprintln(p.out)
	p.table(r)
	fmt.Fprintln(p.out)
	p.sentences(r)
	if !p.cfg.Virtual {
		p.say(words.SayLive, r.Spec.Seed)
	}
}

func (p *printer) finishJSON(r *Result, notes []string) {
	if !p.cfg.Virtual {
		notes = append(notes, words.SayLive.In(p.lang, r.Spec.Seed))
	}
	for _, n := range notes {
		p.json.notice(n)
	}
	p.json.result(&r.TCP)
	p.json.result(&r.UDP)
	reason := "done"
	if r.Interrupted {
		reason = "interrupted"
	}
	p.json.end(reason)
}
