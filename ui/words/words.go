// Package words holds what the program says to people, in each of its
// languages. Whoever shows a phrase takes it from here; a test holds that none
// lacks a language.
package words

import (
	"fmt"
	"strings"
	"unicode"
)

// Lang is a language of the interface.
type Lang uint8

// The languages.
const (
	English Lang = iota
	Chinese
)

// FromEnv is the language a POSIX locale names ("zh_CN.UTF-8"); English for
// all that is not Chinese.
func FromEnv(locale string) Lang {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return Chinese
	}
	return English
}

// A Phrase is one thing said, in each language, with fmt verbs for its values.
// Both languages take the same values; Chinese may reorder them (%[2]s).
type Phrase struct{ en, zh string }

var all []Phrase // every phrase, for the test

// phrase makes one and keeps it for the test; each area of the program has its
// own file of them here.
func phrase(en, zh string) Phrase {
	p := Phrase{en, zh}
	all = append(all, p)
	return p
}

// In says p in l.
func (p Phrase) In(l Lang, args ...any) string {
	s := p.en
	if l == Chinese {
		s = p.zh
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// Tight is s without the spaces between two Chinese characters, where a value
// in Chinese took the place of one in Latin letters.
func Tight(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if r == ' ' && i > 0 && i+1 < len(runes) && han(runes[i-1]) && han(runes[i+1]) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// han reports whether r is of Chinese writing, its punctuation included.
func han(r rune) bool {
	return unicode.Is(unicode.Han, r) || 0x3000 <= r && r <= 0x303F || 0xFF00 <= r && r <= 0xFFEF
}
