package words

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// No phrase lacks a language, and both languages take the same values: where
// one leaves a value out, or takes it elsewhere, it says which one it means.
func TestEveryPhraseInEveryLanguage(t *testing.T) {
	if len(all) < 300 {
		t.Fatalf("only %d phrases are kept", len(all))
	}
	for _, p := range all {
		if strings.TrimSpace(p.en) != "" && strings.TrimSpace(p.zh) == "" || strings.TrimSpace(p.en) == "" && strings.TrimSpace(p.zh) != "" {
			t.Errorf("%q lacks a language", p)
		}
		en, enNamed := verbs(p.en)
		zh, zhNamed := verbs(p.zh)
		for i, v := range en {
			if w, ok := zh[i]; ok && v != w {
				t.Errorf("%q: value %d is %%%s in one language, %%%s in the other", p, i, v, w)
			}
		}
		if !maps.Equal(en, zh) && !(enNamed && zhNamed) {
			t.Errorf("%q: the languages take other values", p)
		}
	}
}

// Chinese is Chinese: no sentence was left in English. Terms of the field, keys
// and what is typed stay as they are; a sentence of nothing else is none.
func TestChineseIsChinese(t *testing.T) {
	for _, p := range all {
		han := strings.IndexFunc(p.zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
		words := 0
		for _, w := range strings.Fields(verb.ReplaceAllString(p.en, "")) {
			if regexp.MustCompile(`^[a-z]{3,}[.,:;!?]?$`).MatchString(w) {
				words++
			}
		}
		if !han && words >= 2 {
			t.Errorf("%q is English in Chinese: %q", p.en, p.zh)
		}
		if p.en == p.zh && words >= 1 && !term[p.en] {
			t.Errorf("%q is the same in both languages", p.en)
		}
	}
}

// term are words that both languages use.
var term = map[string]bool{"ack": true}

// Chinese punctuation stands in Chinese: no half-width comma or full stop
// between two Chinese characters.
func TestChinesePunctuation(t *testing.T) {
	bad := regexp.MustCompile(`\p{Han}[,;:!?]|[,;!?]\p{Han}|\p{Han}\.(\s|$)`)
	for _, p := range all {
		if s := bad.FindString(quoted.ReplaceAllString(p.zh, "“”")); s != "" {
			t.Errorf("%q in %q", s, p.zh)
		}
	}
}

// quoted is what is to be typed as it stands.
var quoted = regexp.MustCompile(`“[^”]*”`)

// verb is a verb of fmt, with the value it names.
var verb = regexp.MustCompile(`%(\[(\d+)\])?[-+# 0]*\d*(\.\d+)?([a-zA-Z%])`)

// verbs are the verbs in s by the value they take, and whether each names its
// value (or there is none).
func verbs(s string) (found map[int]string, named bool) {
	found, named = map[int]string{}, true
	next := 1
	for _, m := range verb.FindAllStringSubmatch(s, -1) {
		if m[4] == "%" {
			continue
		}
		if m[2] != "" {
			next, _ = strconv.Atoi(m[2])
		} else {
			named = false
		}
		found[next] = m[4]
		next++
	}
	return found, named
}

// String shows p in a failed test.
func (p Phrase) String() string { return fmt.Sprintf("%s / %s", p.en, p.zh) }
