package journal

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"seqtalk/transport/segment"
)

// An object is a JSON object of one level, being written. A member whose value
// says nothing (0, "", false) is left out.
type object struct{ b []byte }

// appendRecord appends r as a line of a transcript.
func appendRecord(b []byte, r Record) []byte {
	o := object{append(b, '{')}
	r.fields(&o)
	return append(o.b, '}', '\n')
}

func (o *object) head(kind string, at time.Time, proto segment.Proto) {
	o.b = append(append(append(o.b, `"type":"`...), kind...), '"')
	o.name("at_ms")
	o.b = strconv.AppendInt(o.b, clampMilli(at.UnixMilli()), 10)
	if proto != 0 {
		o.text("proto", proto.String())
	}
}

func (o *object) name(n string) {
	o.b = append(append(append(o.b, `,"`...), n...), `":`...)
}

func (o *object) number(name string, v uint64) {
	if v != 0 {
		o.name(name)
		o.b = strconv.AppendUint(o.b, v, 10)
	}
}

// hex writes v as a string: readers that hold numbers as floating point would
// round it.
func (o *object) hex(name string, v uint64) {
	if v != 0 {
		o.text(name, strconv.FormatUint(v, 16))
	}
}

func (o *object) flag(name string, v bool) {
	if v {
		o.name(name)
		o.b = append(o.b, "true"...)
	}
}

func (o *object) address(name string, v netip.AddrPort) {
	if v.IsValid() {
		o.text(name, v.String())
	}
}

func (o *object) text(name, v string) {
	if v != "" {
		o.name(name)
		o.b = appendString(o.b, v)
	}
}

// content writes v even if it is empty. Bytes that are no UTF-8 go as base64,
// so that none is changed.
func (o *object) content(name string, v []byte) {
	if utf8.Valid(v) {
		o.name(name)
		o.b = appendString(o.b, v)
		return
	}
	o.name(name + "_b64")
	o.b = append(o.b, '"')
	o.b = base64.StdEncoding.AppendEncode(o.b, v)
	o.b = append(o.b, '"')
}

// appendString appends s as a JSON string that does nothing to a terminal and
// hides nothing from a reader. A byte that is no UTF-8 becomes U+FFFD.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && s[i] >= ' ' && s[i] < 0x7f && s[i] != '"' && s[i] != '\\' {
			i++
		}
		b = append(b, s[start:i]...)
		if i < len(s) {
			r, n := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
			b = appendRune(b, r)
			i += n
		}
	}
	return append(b, '"')
}

func appendRune(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	if !escaped(r) {
		return utf8.AppendRune(b, r)
	}
	if r > 0xffff { // as two UTF-16 halves (RFC 8259 §7)
		r -= 0x10000
		return appendHex(appendHex(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return appendHex(b, r)
}

// appendHex appends \uXXXX.
func appendHex(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// escaped tells which characters are not written as themselves: controls (C0,
// DEL, C1), what steers the direction of text, what has no width (tags and
// variation selectors among it), the line ends U+2028 and U+2029, private use
// and noncharacters.
func escaped(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' '
	case r >= 0xac00 && r <= 0xd7a3 || r >= 0x4e00 && r <= 0x9fff || r >= 0x3040 && r <= 0x30ff:
		return false // most of the text that is not ASCII; none of it is below
	case r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
