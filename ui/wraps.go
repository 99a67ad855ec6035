package ui

import (
	"seqtalk/ui/safe"
)

// Wraps remembers how lines of the history were wrapped: about a thousand of
// those drawn last. It belongs to whoever draws the history; the zero Wraps is
// ready. It must be cleared when a line's text changes under the same index.
type Wraps struct {
	key        wrapKey
	young, old map[uint64]*wrapped
	octets     int // of the young ones

	now  uint64 // counts frames
	seen []item // of the lines looked at in this frame, line i at i%len
}

// An item is a line as it is in one frame, looked up once.
type item struct {
	Row
	frame uint64
	i     uint64
	line  *wrapped
	day   int // 0: no time
	above int // rows of decorations; -1: not counted yet
}

// seenItems is enough for a screen; more lines are looked up again.
const seenItems = 128

// A wrapKey is what all that is remembered has in common.
type wrapKey struct {
	look  Look
	width int
	info  int
}

// Half of what is remembered is younger than these.
const (
	youngLines  = 512
	youngOctets = 4 << 20
)

// Clear forgets everything.
func (c *Wraps) Clear() { *c = Wraps{} }

// get is the wrapped line i, made by wrap if it is not remembered.
func (c *Wraps) get(key wrapKey, i uint64, wrap func() *wrapped) *wrapped {
	if c.key != key || c.young == nil {
		c.key, c.young, c.old, c.octets = key, make(map[uint64]*wrapped), nil, 0
	}
	if w := c.young[i]; w != nil {
		return w
	}
	w := c.old[i]
	if w == nil {
		w = wrap()
	}
	if len(c.young) >= youngLines || c.octets > youngOctets {
		c.old, c.young, c.octets = c.young, make(map[uint64]*wrapped), 0
	}
	c.young[i] = w
	c.octets += w.octets
	return w
}

// A wrapped is a line of the history in rows.
type wrapped struct {
	paras  []para
	rows   []row
	octets int
}

// A para is what stands between two line feeds, spelled out.
type para struct {
	text string
	cuts []int // where it changes between plain and spelled; it starts plain
}

// A row is a part of a paragraph, on the screen. A row beyond the text, for
// what does not fit beside it, has no paragraph: para is len(paras).
type row struct {
	para int
	piece
	at int // where it starts in the whole line, counted as in the paragraphs: its name, whatever the width
}

// wrapLine spells raw out and wraps it in w cells; the last row leaves tail
// cells free at its end.
func wrapLine(m Method, raw []byte, w, tail int) *wrapped {
	out := &wrapped{octets: len(raw) + 64}
	var pieces []piece
	at := 0
	for n, text := range safe.Lines(raw) {
		p := newPara(text)
		pieces = wrap(pieces[:0], m, p.text, p.cuts, w)
		for _, pc := range pieces {
			out.rows = append(out.rows, row{n, pc, at + pc.from})
		}
		out.paras = append(out.paras, p)
		out.octets += len(p.text) + 24*len(pieces)
		at += len(p.text) + 1
	}
	if tail > 0 && out.rows[len(out.rows)-1].cells+tail > w {
		out.rows = append(out.rows, row{para: len(out.paras), at: at})
	}
	return out
}

// newPara takes a line apart.
func newPara(t safe.Text) para {
	p := para{text: t.String()}
	if t.Plain() {
		return p
	}
	at := 0
	for i, s := range t.Spans() {
		if i == 0 && s.Spelled {
			p.cuts = append(p.cuts, 0)
		}
		at += len(s.Safe)
		p.cuts = append(p.cuts, at)
	}
	return p
}
