package safe

import (
	"strings"
	"testing"
)

func TestNick(t *testing.T) {
	for raw, want := range map[string]string{
		"bob":                      "bob",
		"A.b_c-9":                  "A.b_c-9",
		strings.Repeat("a", 24):    strings.Repeat("a", 24),
		"小明":                       "小明",
		"李_雷2":                     "李_雷2",
		strings.Repeat("明", 12):    strings.Repeat("明", 12),
		"Александровский":          "Александровский",
		"Zoë":                      "Zoë",
		"김철수":                      "김철수",
		"peer-1234":                "peer-1234",
		"":                         "peer-1cd9", // FNV-1a of nothing, 811c9dc5, folded
		strings.Repeat("a", 25):    "peer-",
		strings.Repeat("明", 13):    "peer-",
		"a b":                      "peer-",
		"me:":                      "peer-",
		"小\u3000明":                 "peer-",
		"x\a\x1b]52;c;eA==\a":      "peer-",
		"bob\n10:00 me":            "peer-",
		"Zoe\u0308":                "peer-", // not NFC
		"\u212a":                   "peer-", // a Kelvin sign: in NFC a K
		"\u202ebob":                "peer-",
		"bo\u200bb":                "peer-",
		"bo\u200db":                "peer-",
		"\u3164":                   "peer-", // a letter that is a blank
		"\uffa0":                   "peer-",
		"가\u1161":                  "peer-", // a letter that is drawn on the one before
		"नमस्ते":                   "peer-", // needs marks
		"bob😀":                     "peer-",
		"①":                        "peer-", // a number, not a digit
		"\xff":                     "peer-",
		"\ufffd":                   "peer-",
		"\ue000":                   "peer-",
		strings.Repeat("x", 1<<20): "peer-",
	} {
		got := Nick(raw).String()
		if got != want && !(want == "peer-" && strings.HasPrefix(got, want) && len(got) == len("peer-XXXX")) {
			t.Errorf("%.40q is called %q, want %q", raw, got, want)
		}
		if ValidNick(raw) != (got == raw) {
			t.Errorf("%.40q is called %q, but ValidNick is %v", raw, got, ValidNick(raw))
		}
	}
	if again := Nick("\xff"); again == Nick("\xfe") || again != Nick("\xff") {
		t.Error("a nick made from raw does not depend on raw alone")
	}
}
