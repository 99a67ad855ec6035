package safe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"
)

// broken returns the first promise that the Text of raw breaks, or "". It knows
// the promises from Unicode's tables, not from kindOf.
func broken(raw string) string {
	text := String(raw)
	out := text.String()
	if why := danger(out); why != "" {
		return why
	}
	if len(out) > 12*len(raw)+32 {
		return fmt.Sprintf("%d octets became %d", len(raw), len(out))
	}

	again := String(out)
	if again.String() != out {
		return fmt.Sprintf("spelled out twice it is %+q", again)
	}
	if !again.Plain() || again.was != nil {
		return "spelled out, it is still not plain"
	}

	var safe, was strings.Builder
	spans, allPlain := text.Spans(), true
	for i, s := range spans {
		safe.WriteString(s.Safe)
		was.WriteString(s.Raw)
		allPlain = allPlain && !s.Spelled
		switch {
		case s.Safe == "" || s.Raw == "":
			return fmt.Sprintf("span %d of %#v is empty", i, spans)
		case i > 0 && s.Spelled == spans[i-1].Spelled:
			return fmt.Sprintf("spans %d and %d of %#v are of one kind", i-1, i, spans)
		case !s.Spelled && s.Safe != norm.NFC.String(strings.ReplaceAll(s.Raw, "\t", "    ")):
			return fmt.Sprintf("plain span %+q is shown as %+q", s.Raw, s.Safe)
		}
	}
	switch {
	case safe.String() != out:
		return fmt.Sprintf("spans show %+q", safe.String())
	case was.String() != raw:
		return fmt.Sprintf("spans lost something: %+q", was.String())
	case text.Plain() != allPlain:
		return fmt.Sprintf("Plain is %v, spans are %#v", text.Plain(), spans)
	}
	return ""
}

// danger returns what in out must not reach a terminal, or "".
func danger(out string) string {
	switch {
	case !utf8.ValidString(out):
		return "not UTF-8"
	case ansi.Strip(out) != out:
		return "ansi.Strip finds a sequence"
	case !norm.NFC.IsNormalString(out):
		return "not NFC"
	}
	for _, c := range "0123456789#*" { // keycaps are like any emoji
		out = strings.ReplaceAll(out, string(c)+"\uFE0F\u20E3", "😀")
	}
	before, run := rune(-1), 0 // what the next mark would hang on; how many do already
	for i, r := range out {
		switch joiner := r == 0x200C || r == 0x200D; {
		case unicode.In(r, unicode.Cc, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp),
			unicode.In(r, unicode.Cf, unicode.Bidi_Control, unicode.Other_Default_Ignorable_Code_Point) && !joiner,
			unicode.Is(unicode.Variation_Selector, r) && r != 0xFE0E && r != 0xFE0F,
			unicode.Is(unicode.Noncharacter_Code_Point, r),
			r == 0x2800:
			return fmt.Sprintf("%U at %d", r, i)
		case joiner || unicode.Is(unicode.M, r):
			if run++; run > 8 {
				return fmt.Sprintf("%d marks in a row at %d", run, i)
			}
			if before < 0x80 {
				return fmt.Sprintf("%U at %d hangs on %q", r, i, before)
			}
		default:
			before, run = r, 0
		}
	}
	return ""
}

// check fails the test if raw, or raw among other text, breaks a promise.
func check(t *testing.T, raws ...string) {
	t.Helper()
	for _, raw := range raws {
		if why := broken(raw); why != "" {
			t.Fatalf("%+q → %+q: %s", raw, String(raw), why)
		}
	}
}

// codePoint is r in UTF-8, with surrogates written as CESU-8 writes them.
func codePoint(r rune) string {
	if 0xD800 <= r && r <= 0xDFFF {
		return string([]byte{0xED, byte(0x80 | r>>6&0x3F), byte(0x80 | r&0x3F)})
	}
	return string(r)
}

// TestEveryCodePoint tries all 1,114,112: on nothing, nine times over on a
// letter, on a Chinese character and under a mark. That takes seconds. The race
// detector, which finds nothing in code without goroutines, makes it a minute;
// so under it, and with -short, the large uniform blocks are sampled.
func TestEveryCodePoint(t *testing.T) {
	const part = 0x10000
	for from := rune(0); from <= unicode.MaxRune; from += part {
		t.Run(fmt.Sprintf("%U", from), func(t *testing.T) {
			t.Parallel()
			for r := from; r < from+part; r++ {
				uniform := 0x3400 <= r && r < 0xE000 || 0x20000 <= r && r < 0xE0000 || 0xE1000 <= r
				if uniform && (race || testing.Short()) && r%251 != 0 && r&0xFFFE != 0xFFFE {
					continue
				}
				c := codePoint(r)
				check(t, c+"e"+strings.Repeat(c, 9)+"中"+c+"\u0301")
			}
		})
	}
}

// TestEveryBytePair tries all 65,536, alone and between letters.
func TestEveryBytePair(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			pair := string([]byte{byte(a), byte(b)})
			check(t, pair, "x"+pair+"中")
		}
	}
}

// TestJoinedByNFC proves that plain text can be normalised piece by piece: no
// plain character is ever joined by NFC to the one before it.
func TestJoinedByNFC(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if s := codePoint(r); utf8.ValidString(s) && !norm.NFC.PropertiesString(s).BoundaryBefore() && kindOf(r) == plain {
			t.Errorf("%U joins to what is before it, but is plain", r)
		}
	}
}

// TestShortcuts compares the ranges that kindOf passes over with the tables.
func TestShortcuts(t *testing.T) {
	for r := rune(0xA0); r <= unicode.MaxRune; r++ {
		if kindOf(r) == plain && (hides(r) || unicode.In(r, unicode.M, newMarks, jamo)) {
			t.Errorf("%U is plain by a shortcut only", r)
		}
	}
}

// FuzzSafe looks for octets that break a promise.
func FuzzSafe(f *testing.F) {
	for _, h := range hostile {
		f.Add([]byte(h.raw))
	}
	for _, s := range whole {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		check(t, string(raw))
		if Line(raw).String() != String(string(raw)).String() {
			t.Fatalf("Line and String differ on %+q", raw)
		}

		var back []string
		for _, line := range Lines(raw) {
			var b strings.Builder
			for _, s := range line.Spans() {
				b.WriteString(s.Raw)
			}
			back = append(back, b.String())
		}
		if want := strings.Split(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n"); !slices.Equal(back, want) {
			t.Fatalf("Lines(%+q) came from %+q", raw, back)
		}

		nick := Nick(string(raw)).String()
		if why := danger(nick); why != "" || !ValidNick(nick) || ansi.StringWidth(nick) > 24 || ansi.StringWidthWc(nick) > 24 {
			t.Fatalf("Nick(%+q) = %+q, %d cells, %s", raw, nick, ansi.StringWidth(nick), why)
		}
	})
}
