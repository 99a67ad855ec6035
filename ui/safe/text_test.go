package safe

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestSpans(t *testing.T) {
	for _, test := range []struct {
		raw  string
		want []Span
	}{
		{"", nil},
		{"hello", []Span{{"hello", "hello", false}}},
		{"\x1b", []Span{{"␛", "\x1b", true}}},
		{"a\x1b\x1b[b", []Span{{"a", "a", false}, {"␛␛", "\x1b\x1b", true}, {"[b", "[b", false}}},
		{"a\tb", []Span{{"a    b", "a\tb", false}}},
		{"cafe\u0301", []Span{{"café", "cafe\u0301", false}}},
		{"x\u0301y", []Span{{"x", "x", false}, {"‹U+0301›", "\u0301", true}, {"y", "y", false}}},
		{"\u212a\u0302", []Span{{"K", "\u212a", false}, {"‹U+0302›", "\u0302", true}}},
		{"‹U+202E›\u202e", []Span{{"‹U+202E›", "‹U+202E›", false}, {"‹U+202E›", "\u202e", true}}},
		{strings.Repeat("\a", 9), []Span{{"␇×9", "\a\a\a\a\a\a\a\a\a", true}}},
		{"中" + strings.Repeat("\u0301", 10), []Span{
			{"中" + strings.Repeat("\u0301", 8), "中" + strings.Repeat("\u0301", 8), false},
			{"‹+2 marks›", "\u0301\u0301", true}}},
	} {
		if got := String(test.raw).Spans(); !slices.Equal(got, test.want) {
			t.Errorf("%+q:\n got %#v\nwant %#v", test.raw, got, test.want)
		}
	}
}

func TestLines(t *testing.T) {
	for raw, want := range map[string][]string{
		"":                 {""},
		"one":              {"one"},
		"one\n":            {"one", ""},
		"one\ntwo":         {"one", "two"},
		"one\r\ntwo\r\n":   {"one", "two", ""},
		"one\r\r\ntwo\r":   {"one␍", "two␍"},
		"\n\r\n\n":         {"", "", "", ""},
		"a\u0085b\u2028c":  {"a‹U+0085›b‹U+2028›c"},
		"e\n\u0301":        {"e", "‹U+0301›"},
		"\x1b]0;\nmy line": {"␛]0;", "my line"},
	} {
		var got []string
		for _, line := range Lines([]byte(raw)) {
			got = append(got, line.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+q: got %q, want %q", raw, got, want)
		}
	}
}

// TestLineCopies: octets that change later do not change the text.
func TestLineCopies(t *testing.T) {
	buf := []byte("hello\x1b")
	line, lines := Line(buf), Lines(buf)
	copy(buf, "\x1b\x1b\x1b\x1b\x1b\x1b")
	if line.String() != "hello␛" || lines[0].String() != "hello␛" {
		t.Errorf("%+q, %+q", line, lines)
	}
}

func TestZero(t *testing.T) {
	var zero Text
	if zero.String() != "" || zero.Spans() != nil || !zero.Plain() || zero != String("") {
		t.Errorf("%+q, %v", zero, zero.Spans())
	}
}

// TestFmt: no verb prints the raw octets, not even for a Text that fmt can reach
// only by reflection.
func TestFmt(t *testing.T) {
	text := String("a\x1b[31m\u202e\xff")
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{text, &text, []Text{text}, struct{ text Text }{text}} {
			if got := fmt.Sprintf(format, v); danger(got) != "" {
				t.Errorf("%s of %T prints %+q", format, v, got)
			}
		}
	}
}

// TestDoors lists all that is exported. A Text comes from Line, String, Lines
// and Nick; a way round them would be one line too many here.
func TestDoors(t *testing.T) {
	var got []string
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() {
					got = append(got, "func "+d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() {
							got = append(got, "type "+s.Name.Name)
						}
					case *ast.ValueSpec:
						for _, name := range s.Names {
							if name.IsExported() {
								got = append(got, "value "+name.Name)
							}
						}
					}
				}
			}
		}
	}
	slices.Sort(got)
	want := []string{
		"func Line", "func Lines", "func Nick",
		"func Plain", "func Spans", "func String", // methods of Text
		"func String", "func ValidNick",
		"type Span", "type Text",
	}
	if !slices.Equal(got, want) {
		t.Errorf("exported are %q", got)
	}
}

// TestAllocs: plain text costs next to nothing.
func TestAllocs(t *testing.T) {
	ascii := "seq counts bytes, not messages; ack is the next one."
	octets, chinese := []byte(ascii), "在的。序号数的是字节，不是报文。👍🏽"
	var text Text
	for _, test := range []struct {
		name string
		f    func()
		want float64
	}{
		{"String of ASCII", func() { text = String(ascii) }, 0},
		{"Line of ASCII", func() { text = Line(octets) }, 1},
		{"String of Chinese", func() { text = String(chinese) }, 1}, // of x/text: one octet
		{"the safe form", func() { _ = text.String() }, 0},
	} {
		if got := testing.AllocsPerRun(100, test.f); got != test.want {
			t.Errorf("%s: %v allocations, want %v", test.name, got, test.want)
		}
	}
}

func BenchmarkASCII(b *testing.B) { bench(b, "seq counts bytes, not messages; ack is the next one.") }
func BenchmarkChinese(b *testing.B) {
	bench(b, "在的。序号数的是字节，不是报文；确认号是期望的下一个字节。")
}
func BenchmarkEmoji(b *testing.B) {
	bench(b, strings.Repeat("👨\u200d👩\u200d👧\u200d👦 ok 👍🏽", 10))
}
func BenchmarkEscapes(b *testing.B) { bench(b, strings.Repeat("\x1b[31mred\x1b[0m", 1000)) }
func BenchmarkBadUTF8(b *testing.B) { bench(b, strings.Repeat("\xff\xfe", 8192)) }

// BenchmarkWorst is about the slowest that was found, and the longest: on each b a
// mark that NFC makes two of.
func BenchmarkWorst(b *testing.B) { bench(b, strings.Repeat("b\u0344", 16384/3)) }

func bench(b *testing.B, s string) {
	raw := []byte(s)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		Line(raw)
	}
}
