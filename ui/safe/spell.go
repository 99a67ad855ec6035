package safe

import (
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxHanging = 8 // on one character; living languages and emoji need fewer
	maxRepeat  = 8 // of one spelled character before it is counted instead
)

// plainASCII returns how much of s, from its start, is printable ASCII: of most
// lines all. It looks at eight octets at a time; in each, a high bit is set if
// the octet has one, or if taking 0x20 away or adding 1 gives it one.
func plainASCII(s string) int {
	i := 0
	for ; len(s)-i >= 8; i += 8 {
		x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		const each = 0x0101010101010101
		if (x|(x-each*0x20)|(x+each))&(each*0x80) != 0 {
			break
		}
	}
	for ; i < len(s); i++ {
		if s[i]-' ' > '~'-' ' {
			break
		}
	}
	return i
}

// A speller turns raw text into a Text, from left to right.
//
//	raw   ████████████████░░░░░░░░░░░····
//	      └ in out ──────┘└ plain ──┘i
//	                      from
type speller struct {
	raw     string
	from    int // raw[:from] is in out
	out     []byte
	cuts    []cut
	scratch []byte // lone's alone
}

// spell spells out raw, of which the first n octets are printable ASCII.
func spell(raw string, n int) Text {
	s := speller{raw: raw}
	base := n - 1 // start of the character that a mark would hang on, or -1
	for i := n; i < len(raw); {
		r, size := utf8.DecodeRuneInString(raw[i:])
		switch k := kindOf(r); {
		case r == '\t':
			base, i = -1, s.tab(i)
		case k == spelled || r == utf8.RuneError && size == 1:
			base, i = -1, s.repeated(i)
		case k == hanging:
			base, i = -1, s.hanging(base, i)
		default:
			base, i = i, i+size
		}
	}
	if s.cuts == nil && norm.NFC.IsNormalString(raw) {
		return Text{safe: raw}
	}
	s.plain(len(raw))
	was := raw // moves to the heap; raw need not
	return Text{safe: string(s.out), was: &origin{raw: &was, cuts: s.cuts}}
}

// plain puts raw[from:to] out as it is, in NFC: fonts draw the é of one
// character better than e and an accent. That part is valid UTF-8 and has at
// most maxHanging marks in a row, so NFC adds nothing of its own.
func (s *speller) plain(to int) {
	if s.out == nil {
		s.out = make([]byte, 0, len(s.raw)+len(s.raw)/4+32) // enough for most lines
	}
	if to > s.from {
		s.out = append(s.out, norm.NFC.String(s.raw[s.from:to])...)
		s.cut(to, false)
	}
}

// cut ends a span here, at raw[to]. It widens the last span if that is of the same kind.
func (s *speller) cut(to int, spelled bool) {
	if spelled && len(s.cuts) == 0 {
		s.cuts = append(s.cuts, cut{}) // the odd ones are spelled
	}
	end := cut{len(s.out), to}
	if last := len(s.cuts) - 1; last >= 0 && (last%2 == 1) == spelled {
		s.cuts[last] = end
	} else {
		s.cuts = append(s.cuts, end)
	}
	s.from = to
}

// tab puts out the tab at raw[i], which is plain, and returns where it ends.
func (s *speller) tab(i int) int {
	s.plain(i)
	s.out = append(s.out, "    "...)
	s.cut(i+1, false)
	return i + 1
}

// repeated spells out the character at raw[i] and its repetitions, and returns
// where they end.
func (s *speller) repeated(i int) int {
	s.plain(i)
	r, size := utf8.DecodeRuneInString(s.raw[i:])
	one := s.raw[i : i+size]
	n, end := 1, i+size
	for strings.HasPrefix(s.raw[end:], one) {
		// Equal octets are not enough: of "\xE4\xE4\xB8\xAD" only the first is bad, the rest is 中.
		if _, again := utf8.DecodeRuneInString(s.raw[end:]); again != size {
			break
		}
		n, end = n+1, end+size
	}
	shown := n
	if n > maxRepeat {
		shown = 1
	}
	for range shown {
		if r == utf8.RuneError { // U+FFFD itself is plain
			s.out = append(s.out, "‹"...)
			s.out = appendHex(s.out, rune(one[0]), 2)
			s.out = append(s.out, "›"...)
		} else {
			s.out = appendSpelled(s.out, r)
		}
	}
	if shown < n {
		s.out = append(s.out, "×"...)
		s.out = strconv.AppendInt(s.out, int64(n), 10)
	}
	s.cut(end, true)
	return end
}

// hanging deals with the marks and joiners at raw[i], which hang on the
// character at raw[base] or, if base is -1, on nothing. It returns where they
// end. Up to maxHanging of them are put out, the others are counted.
func (s *speller) hanging(base, i int) int {
	hung := 0
	if base >= 0 {
		hung = countHanging(s.raw[base:i])
	}
	keep, end, extra := i, i, 0
	for end < len(s.raw) {
		r, size := utf8.DecodeRuneInString(s.raw[end:])
		if kindOf(r) != hanging {
			break
		}
		hung += countHanging(s.raw[end : end+size])
		end += size
		if hung <= maxHanging {
			keep = end
		} else {
			extra++
		}
	}
	if lone := s.lone(base, i, keep); len(lone) > 0 {
		s.plain(i)
		for len(lone) > 0 {
			r, size := utf8.DecodeRune(lone)
			s.out = appendSpelled(s.out, r)
			lone = lone[size:]
		}
		s.cut(keep, true)
	}
	if extra > 0 {
		s.plain(keep)
		s.out = append(s.out, "‹+"...)
		s.out = strconv.AppendInt(s.out, int64(extra), 10)
		s.out = append(s.out, " marks›"...)
		s.cut(end, true)
	}
	return end
}

// lone returns, in NFC, the marks raw[i:keep] if they cannot be drawn where they
// are, else nothing. They cannot
//
//   - on nothing: they would hang on what we drew before this text;
//   - on ASCII, if NFC did not join them: terminals and renderers lose marks
//     there, and a joiner there serves only to hide. Keycaps are excepted.
func (s *speller) lone(base, i, keep int) []byte {
	if base < 0 {
		s.scratch = norm.NFC.AppendString(s.scratch[:0], s.raw[i:keep])
		return s.scratch
	}
	s.scratch = norm.NFC.AppendString(s.scratch[:0], s.raw[base:keep])
	if s.scratch[0] >= utf8.RuneSelf || keycap(s.raw[base:keep]) {
		return nil
	}
	return s.scratch[1:]
}

// countHanging counts what hangs in the character one and on it once it is taken
// apart, so that é counts as its accent does: the same before NFC and after.
func countHanging(one string) int {
	r, _ := utf8.DecodeRuneInString(one)
	if 0xAC00 <= r && r <= 0xD7A3 { // a Hangul syllable: one vowel, perhaps a final (Unicode 3.12)
		if (r-0xAC00)%28 == 0 {
			return 1
		}
		return 2
	}
	parts := norm.NFD.PropertiesString(one).Decomposition()
	if parts == nil {
		parts = []byte(one)
	}
	n := 0
	for len(parts) > 0 {
		r, size := utf8.DecodeRune(parts)
		if kindOf(r) == hanging {
			n++
		}
		parts = parts[size:]
	}
	return n
}

// keycap reports whether s is an ASCII character drawn as an emoji key, 0️⃣ to 9️⃣, #️⃣
// or *️⃣ (UTS #51, emoji keycap sequence). Renderers know these.
func keycap(s string) bool {
	return s[1:] == "\uFE0F\u20E3" && strings.Contains("0123456789#*", s[:1])
}

// appendSpelled appends the spelled form of r.
func appendSpelled(dst []byte, r rune) []byte {
	switch {
	case r < ' ':
		return utf8.AppendRune(dst, '␀'+r) // U+2400 to U+241F: control pictures
	case r == 0x7F:
		return append(dst, "␡"...)
	}
	dst = append(dst, "‹U+"...)
	dst = appendHex(dst, r, max(4, (bits.Len32(uint32(r))+3)/4))
	return append(dst, "›"...)
}

// appendHex appends the last n hexadecimal digits of v.
func appendHex(dst []byte, v rune, n int) []byte {
	for n > 0 {
		n--
		dst = append(dst, "0123456789ABCDEF"[v>>(4*n)&15])
	}
	return dst
}
