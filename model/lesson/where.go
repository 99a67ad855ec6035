package lesson

import (
	"bytes"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// where is the lines on which the values of a file stand, by key: of an array,
// those of its values; of a text of several lines, that of its first.
type where map[string][]int

// whereIn looks at a file that was read already, so it is well formed.
func whereIn(src []byte) where {
	w := where{}
	var p unstable.Parser
	p.Reset(src)
	table, many := "", false
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			key, line := w.key(&p, e)
			table, many = key+".", e.Kind == unstable.ArrayTable
			w[key] = append(w[key], line)
		case unstable.KeyValue:
			key, line := w.key(&p, e)
			if key = table + key; many {
				w[key] = append(w[key], w.begin(&p, e.Value(), line))
				continue
			}
			w.note(&p, key, line, e.Value())
		}
	}
	return w
}

// key is a key with its dots, and its line.
func (w where) key(p *unstable.Parser, e *unstable.Node) (key string, line int) {
	var parts []string
	for k := e.Key(); k.Next(); {
		parts = append(parts, string(k.Node().Data))
		line = p.Shape(k.Node().Raw).Start.Line
	}
	return strings.Join(parts, "."), line
}

// note notes where a value stands.
func (w where) note(p *unstable.Parser, key string, line int, v *unstable.Node) {
	switch v.Kind {
	case unstable.Array:
		for it := v.Children(); it.Next(); {
			w[key] = append(w[key], w.begin(p, it.Node(), line))
		}
	case unstable.InlineTable:
		w[key] = []int{line}
		for it := v.Children(); it.Next(); {
			sub, at := w.key(p, it.Node())
			w.note(p, key+"."+sub, at, it.Node().Value())
		}
	default:
		w[key] = []int{w.begin(p, v, line)}
	}
}

// begin is the line of a value's first character: of a text in three quotes
// that begins with a newline, that of the next line.
func (w where) begin(p *unstable.Parser, v *unstable.Node, line int) int {
	if v.Kind != unstable.String {
		return line
	}
	raw := p.Raw(v.Raw)
	line = p.Shape(v.Raw).Start.Line
	for _, q := range []string{`"""`, `'''`} {
		if rest, ok := bytes.CutPrefix(raw, []byte(q)); ok && (bytes.HasPrefix(rest, []byte("\n")) || bytes.HasPrefix(rest, []byte("\r\n"))) {
			return line + 1
		}
	}
	return line
}

// of is the line of a key's nth value; that of the last one known, or 1.
func (w where) of(key string, n int) int {
	lines := w[key]
	switch {
	case n < len(lines):
		return lines[n]
	case len(lines) > 0:
		return lines[len(lines)-1]
	}
	return 1
}
