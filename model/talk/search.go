package talk

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// searchBytes is how much text one call of Search looks through at most: about
// a millisecond's worth.
const searchBytes = 256 << 10

// Search looks for the next line whose text holds q, whatever the case: from
// line from on, or, back, before it. A call looks through 256 KiB of text at
// most. If it found nothing (!ok), i is where the next call goes on; there is
// nothing left when i is End or, back, First. The empty q is found nowhere.
func (t *Talk) Search(q string, from uint64, back bool) (i uint64, ok bool) {
	left := searchBytes
	first, end := t.history.first, t.history.end
	i = min(max(from, first), end)
	switch {
	case q == "" && back:
		return first, false
	case q == "":
		return end, false
	}
	n := newNeedle(q)
	for left > 0 && (back && i > first || !back && i < end) {
		at := i
		if back {
			at--
		}
		text := t.Line(at).Text
		if n.in(text) {
			return at, true
		}
		left -= len(text) + 64
		if i++; back {
			i = at
		}
	}
	return i, false
}

// A needle is what is looked for, in its folded form.
type needle struct {
	runes []rune
	first [][]byte // the forms its first character can have: one or two, else nil
}

// newNeedle makes a needle of q, which is not empty.
func newNeedle(q string) needle {
	n := needle{}
	for _, r := range q {
		n.runes = append(n.runes, fold(r))
	}
	forms := [][]byte{[]byte(string(n.runes[0]))}
	for r := unicode.SimpleFold(n.runes[0]); r != n.runes[0]; r = unicode.SimpleFold(r) {
		forms = append(forms, []byte(string(r)))
	}
	if len(forms) <= 2 && n.runes[0] != utf8.RuneError { // which stands for octets that are not UTF-8, too
		n.first = forms
	}
	return n
}

// in reports whether text holds n.
func (n needle) in(text []byte) bool {
	for len(text) > 0 {
		if n.first != nil {
			i := n.skip(text)
			if i < 0 {
				return false
			}
			text = text[i:]
		}
		if n.starts(text) {
			return true
		}
		_, size := utf8.DecodeRune(text)
		text = text[size:]
	}
	return false
}

// skip is where the first character can stand.
func (n needle) skip(text []byte) int {
	i := bytes.Index(text, n.first[0])
	if len(n.first) == 1 {
		return i
	}
	if i >= 0 {
		text = text[:i]
	}
	if j := bytes.Index(text, n.first[1]); j >= 0 {
		return j
	}
	return i
}

// starts reports whether text begins with n.
func (n needle) starts(text []byte) bool {
	for _, want := range n.runes {
		r, size := utf8.DecodeRune(text)
		if size == 0 || fold(r) != want {
			return false
		}
		text = text[size:]
	}
	return true
}

// fold is the same for all cases of r.
func fold(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf:
		return r
	}
	least := r
	for s := unicode.SimpleFold(r); s != r; s = unicode.SimpleFold(s) {
		least = min(least, s)
	}
	if 'A' <= least && least <= 'Z' {
		return least + 'a' - 'A'
	}
	return least
}
