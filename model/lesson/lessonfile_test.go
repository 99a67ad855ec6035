package lesson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seqtalk/ui/words"
)

// file is a lesson that is right; the tests change a line of it.
const file = `title = { en = "t", zh = "题" }
claim = { en = "c", zh = "命" }
watch = { en = "w", zh = "看" }
verdict = { en = "{tcp.delivered} of {tcp.said}", zh = "{tcp.said} 中 {tcp.delivered}" }
lasts = "10s"
net = "delay 5ms"
buffer = 0
on = "lab"
script = '''
@0s B opens both
@0s A connects
@1s A says tcp "hi"
'''
observe = [
  "tcp.delivered == 1",
  "segments: A S, B S., A .",
]
[without]
what = { en = "x", zh = "无" }
breaks = ["tcp.delivered == 1"]
net = "loss 100%"
`

// A mistake is told with its line and its word.
func TestLessonMistakes(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`lasts = "10s"`, `lasts = "10"`, `line 5: "10" is no time for lasts; allowed: more than 0, at most 1h0m0s`},
		{`lasts = "10s"`, `lasts = "2h"`, `line 5: "2h" is no time for lasts; allowed: more than 0, at most 1h0m0s`},
		{`lasts = "10s"`, `last = "10s"`, `line 5: "last" is not known; allowed: ` + lessonKeys},
		{`lasts = "10s"`, `lasts = `, "line 5: no TOML: "},
		{`"delay 5ms"`, `"delay 5 parsecs"`, `line 6: "delay 5 parsecs": "5" has no unit: say 5ms; allowed: 0 to 1h, as in 100ms, 1.5s or 500us`},
		{`buffer = 0`, `buffer = -1`, "line 7: a buffer of -1 bytes; allowed: 0 (the stack's own) to 4194304"},
		{`on = "lab"`, `on = "a b"`, `line 8: "a b" names no stack`},
		{`@0s B opens both`, `0s B opens both`, `line 10: "0s" is not a time; allowed: @0s to @1h, as in @1.5s or @200ms`},
		{`B opens both`, `D opens both`, `line 10: "D" cannot do anything; allowed: A, B, C, link`},
		{`A connects`, `A dials`, `line 11: "dials" is nothing A can do; allowed: opens, connects, says, reads, answers, stops, half-closes, closes, resets, exits, nagle`},
		{`A connects`, `link connects`, `line 11: "connects" is nothing link can do; allowed: drops, doubles, swaps, corrupts, cuts, heals, becomes`},
		{`A connects`, `A connects now`, `line 11: "now" follows connects, which takes nothing`},
		{`says tcp "hi"`, `says sctp "hi"`, `line 12: "sctp \"hi\"" cannot follow says; allowed: tcp|udp|both "TEXT", tcp|udp|both N x SIZE [every TIME]`},
		{`says tcp "hi"`, `says tcp 20000 x 1 MiB`, "line 10: script says 20000 messages of 20971520000 bytes in all; allowed are 20000 messages and 16777216 bytes"},
		{"@0s B opens both\n@0s A connects\n@1s A says tcp \"hi\"\n", "# nothing\n", "line 10: script says nothing"},
		{`tcp.delivered == 1`, `tcp.deliverd == 1`, `line 15: "tcp.deliverd" is no figure; near it: ` + nearestFigures("tcp.x")},
		{`tcp.delivered == 1`, `sctp.delivered == 1`, `line 15: "sctp.delivered" is no figure; near it: A.…, B.…, C.…, icmp.…, isn.…, tcp.…, udp.…`},
		{`tcp.delivered == 1`, `tcp.delivered = 1`, `line 15: "=" is no operator; allowed: == != < <= > >=`},
		{`tcp.delivered == 1`, `tcp.delivered == all`, `line 15: "all" is no value of tcp.delivered; allowed: 0, 1, 2, …`},
		{`tcp.delivered == 1`, `tcp.max == 1`, `line 15: "1" is no value of tcp.max; allowed: 200ms, 1.5s`},
		{`tcp.delivered == 1`, `tcp.intact > yes`, `line 15: ">" cannot be asked of tcp.intact; allowed: == !=`},
		{`tcp.delivered == 1`, `A.tcp.error == bad`, `line 15: "bad" is no value of A.tcp.error; allowed: none, refused, reset, timed-out, unreachable, too-long, closed, in-use, not-connected, no-peer`},
		{`tcp.delivered == 1`, `tcp.delivered == tcp.max`, "line 15: tcp.delivered and tcp.max are of different kinds"},
		{`tcp.delivered == 1`, `everything is well`, `line 15: "everything" is no figure; near it: A.…, B.…, C.…, icmp.…, isn.…, tcp.…, udp.…`},
		{`tcp.delivered == 1`, `well`, `line 15: "well" is neither FIGURE OPERATOR VALUE nor LIST: ITEM, ITEM`},
		{`segments: A S`, `packets: A S`, `line 16: "packets" is no list; allowed: ` + listNames()},
		{`segments: A S`, `segments have: A S`, `line 16: "have" cannot stand after a list; allowed: nothing (it begins so), are, include`},
		{`segments: A S`, `segments: A SYN`, `line 16: "A SYN" is no item of segments; allowed: [A|B] FLAGS [seq=N] [ack=N] [len=N] [lost] [again]`},
		{`segments: A S`, `A.states: OPEN`, `line 16: "OPEN" is no item of A.states; allowed: ` + stateNames},
		{`{tcp.delivered} of`, `{tcp.arrived} of`, `line 4: "tcp.arrived" is no figure; near it: ` + nearestFigures("tcp.x")},
		{`on = "lab"`, "on = \"lab\"\nshow = \"film\"", `line 9: "film" is no screen; allowed: sides, ladder, graphs`},
		{`on = "lab"`, "on = \"lab\"\nslow = 3", `line 9: slow = 3; allowed: 1, 5, 20, 100`},
		{`[without]`, "[[cue]]\nat = \"1s\"\nen = \"a\"\nzh = \"b\"\n[[cue]]\nat = \"11s\"\nen = \"a\"\nzh = \"b\"\n[without]", `line 23: "11s" is no time for a cue; allowed: 0s to 10s`},
		{`[without]`, "[[cue]]\nat = \"1s\"\nen = \"a\"\n[without]", `line 19: "cue.zh" is missing`},
		{`, zh = "命"`, ``, `line 2: "claim.zh" is missing`},
		{`net = "loss 100%"`, ``, "line 18: [without] changes nothing; it needs net, buffer or script"},
		{`["tcp.delivered == 1"]`, `["udp.lost > 0"]`, `line 20: "udp.lost > 0" is not among observe, so it cannot break`},
	} {
		_, err := ParseLesson("x", []byte(strings.Replace(file, c.old, c.new, 1)))
		if m, ok := errors.AsType[*Mistake](err); !ok || !strings.HasPrefix(m.Error(), c.want) || m.In(words.Chinese) == m.Error() {
			t.Errorf("%s:\ngot  %v\nwant %s", c.new, err, c.want)
		}
	}
	if _, err := ParseLesson("x", bytes.Repeat([]byte("#\n"), maxLessonFile)); err == nil {
		t.Error("a file of 128 KiB is no mistake")
	}
}

// write puts a lesson into a file.
func writeLesson(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.toml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLessonFromFile(t *testing.T) {
	for _, c := range []struct {
		text, want string
		code       int
	}{
		{file, "holds: 1 of 1\n", 0},
		{strings.Replace(file, "loss 100%", "delay 6ms", 1), "without it (x): HOLDS ALL THE SAME, so this lesson proves nothing: tcp.delivered == 1 (1)\n", 1},
		{strings.Replace(file, "delay 5ms", "loss 100%", 1), "DOES NOT HOLD: 0 of 1\n", 1},
		{strings.Replace(file, `"lab"`, `"kernel"`, 1), "skipped: it needs the stack \"kernel\": not there; there are: lab\n", 0},
		{strings.Replace(file, "A connects", "A dials", 1), `x.toml, line 11: "dials" is nothing A can do`, 2},
		{strings.Replace(file, `"hi"`, `"\x1b[2J"`, 1), "holds", 0},
	} {
		out, code := told(t, LessonOptions{Name: writeLesson(t, c.text)})
		if !strings.Contains(out, c.want) || code != c.code {
			t.Errorf("exit %d, want %d and %q:\n%s", code, c.code, c.want, out)
		}
		if strings.Contains(out, "\x1b") {
			t.Errorf("an escape reaches the terminal: %q", out)
		}
	}
	for _, o := range []LessonOptions{{}, {All: true, List: true}, {Name: "nope"}, {Name: "nope.toml"}, {Name: t.TempDir() + "/"}} {
		if out, code := told(t, o); code != 2 || strings.Count(out, "\n") != 1 {
			t.Errorf("%+v: exit %d, %s", o, code, out)
		}
	}
}

// A lesson for which nothing ever comes to rest ends with its time; so does one
// that is interrupted.
func TestLessonEnds(t *testing.T) {
	endless := strings.Replace(strings.Replace(file, "10s", "1h", 1), `@1s A says tcp "hi"`,
		"@1s A says tcp \"hi\"\n@2s link cuts\n@3s A says tcp \"lost\"", 1)
	l, err := ParseLesson("x", []byte(endless))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := l.Check(context.Background(), labOnly, nil); err != nil || v.Kind != Holds {
		t.Errorf("%v, %v", v.Kind, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Check(ctx, labOnly, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	x, err := playOnce(context.Background(), labGround, l.Play, bound{l.Lasts, maxSteps}, nil)
	if err != nil || x.now() > l.Lasts || x.endless {
		t.Errorf("ended at %v, %v", x.now(), err)
	}
	x, err = playOnce(context.Background(), labGround, l.Play, bound{l.Lasts, 20}, nil)
	if err != nil || !x.endless || !strings.HasPrefix(x.stopped().En, "it does not end: stopped after 20 steps at ") {
		t.Errorf("%v, %v", x.stopped(), err)
	}
}

// What the link and the programs can be told to do happens.
func TestDeeds(t *testing.T) {
	const both = "@0s B opens both\n@0s A connects\n@0s A opens udp\n"
	for _, c := range []struct{ script, observe string }{
		{both + `@1s link doubles` + "\n" + `@1s A says both "x"`, "udp.duplicate == 1; tcp.duplicate == 0"},
		{both + `@1s link doubles 2 from B` + "\n" + `@1s A says both "x"` + "\n" + `@2s B says both "y"`, "udp.duplicate == 0; A.udp.reads == 2"},
		{both + `@1s link swaps` + "\n" + `@1s A says both 2 x 9 B`, "udp.late == 1; tcp.late == 0; udp.ordered == no; tcp.ordered == yes"},
		{both + `@1s link corrupts` + "\n" + `@1s A says both "x"`, "udp.delivered == 0; udp.harmed == 1; tcp.delivered == 1; tcp.resent == 1"},
		{both + `@1s link becomes loss 100%` + "\n" + `@1s A says both "x"` + "\n@3s link becomes off", "udp.lost == 1; tcp.delivered == 1; tcp.max > 1s"},
		{both + "@500ms A nagle on\n" + `@1s A says tcp 5 x 9 B every 1ms`, "tcp.delivered == 5; B.tcp.reads == 2"},
		{both + `@1s A says tcp 5 x 9 B every 1ms`, "B.tcp.reads == 5"},
		{both + "@1s B reads 3\n" + `@1s A says both "four"`, `B.tcp.reads are: "fou", "r"; B.udp.reads are: "fou"; B.udp.torn == 1; udp.delivered == 0`},
		{"@0s B opens udp\n" + `@1s B says udp "x"`, "B.udp.error == no-peer"},
		{"@0s B opens tcp\n@0s B opens tcp\n", "B.tcp.error == in-use"},
		{"@0s B opens tcp\n@0s A connects\n@0s C connects\n" + `@1s C says tcp "x"`, "tcp.connections == 2; B.tcp.reads == 0"},
	} {
		text := strings.Replace(file, "@0s B opens both\n@0s A connects\n@1s A says tcp \"hi\"", c.script, 1)
		text, _, _ = strings.Cut(text, "observe")
		text += "observe = ['" + strings.ReplaceAll(c.observe, "; ", "', '") + "']\n"
		l, err := ParseLesson("x", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", c.script, err)
			continue
		}
		v, err := l.Check(context.Background(), labOnly, nil)
		if err != nil || v.Kind != Holds {
			t.Errorf("%s: %v, %+v", c.script, err, v.Seen)
		}
	}
}

// How a list is compared with what is wanted of it.
func TestLists(t *testing.T) {
	for _, c := range []struct {
		got, want, how string
		holds          bool
	}{
		{"1 2 3", "1, 2", "", true},
		{"1 2 3", "2, 3", "", false},
		{"1 2 3", "1, 2", "are", false},
		{"1 2 3", "1, 2, 3", "are", true},
		{"1 2 3", "1, 3", "include", true},
		{"1 2 3", "3, 1", "include", false},
		{"1", "1, 2", "", false},
		{"", "1", "include", false},
	} {
		var got []item
		for _, s := range strings.Fields(c.got) {
			got = append(got, item{text: s})
		}
		var want []func(item) bool
		for _, s := range splitItems(c.want) {
			m, _ := wantText(s)
			want = append(want, m)
		}
		if measured, holds := follow(got, want, c.how); holds != c.holds {
			t.Errorf("%s %s: %s is %v (%s)", c.got, c.how, c.want, holds, measured)
		}
	}
	if got := splitItems(`"a, b", "c\"d, e", f`); !slices.Equal(got, []string{`"a, b"`, `"c\"d, e"`, "f"}) {
		t.Errorf("%q", got)
	}
}

// A lesson's story, as people read it.
func TestStories(t *testing.T) {
	for _, c := range []struct {
		name string
		lang words.Lang
	}{{"handshake", words.English}, {"rst", words.Chinese}} {
		out, _ := told(t, LessonOptions{Name: c.name, Lang: c.lang})
		name := filepath.Join("testdata", "lesson."+c.name+".txt")
		if *update {
			if err := os.WriteFile(name, []byte(out), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(name); err != nil || out != string(want) {
			t.Errorf("%s differs (%v):\n%s", name, err, out)
		}
	}
}

// Every figure is read off an experiment in which nothing was done, and off one
// in which all sorts of things were; and has a meaning in both languages.
func TestEveryFigure(t *testing.T) {
	l, err := ParseLesson("x", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	idle := l.Play
	idle.Deeds = idle.Deeds[:1]
	for _, p := range []Play{idle, l.Play} {
		x, err := playOnce(context.Background(), labGround, p, bound{l.Lasts, maxSteps}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range figureNames() {
			f := figures[name]
			if v := f.value(x).String(); v == "" {
				t.Errorf("%s is %q", name, v)
			}
			if f.what.In(words.English) == "" || f.what.In(words.Chinese) == "" {
				t.Errorf("%s means nothing", name)
			}
		}
	}
}

// inDocument is a figure's name as the table has it: E for an end, P for a
// protocol.
func inDocument(name string) string {
	first, rest, _ := strings.Cut(name, ".")
	_, tcp := figures["tcp."+rest]
	_, udp := figures["udp."+rest]
	switch {
	case first == "A" || first == "B" || first == "C":
		return "E." + rest
	case tcp && udp && (first == "tcp" || first == "udp"):
		return "P." + rest
	}
	return name
}

// docs/LESSONS.md names every figure and every lesson, in both languages.
func TestLessonsDocument(t *testing.T) {
	doc, err := os.ReadFile("../../docs/LESSONS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range figureNames() {
		f := figures[name]
		row := fmt.Sprintf("| `%s` | %s | %s |", inDocument(name), f.what.In(words.English), f.what.In(words.Chinese))
		if !strings.Contains(string(doc), row) {
			t.Errorf("no row %s", row)
		}
	}
	for _, l := range library(t) {
		if strings.Count(string(doc), "`"+l.Name+"`") < 2 {
			t.Errorf("%s is not in both languages", l.Name)
		}
	}
}

// The document's example is a lesson, and holds; its counter-test does not.
func TestDocumentedLesson(t *testing.T) {
	doc, err := os.ReadFile("../../docs/LESSONS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```toml\n")
	example, _, _ := strings.Cut(rest, "```")
	l, err := ParseLesson("example", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	with, err := l.Check(context.Background(), labOnly, nil)
	if err != nil || with.Kind != Holds {
		t.Errorf("%v, %v: %+v", with.Kind, err, with.Seen)
	}
	without, err := l.CheckWithout(context.Background(), labOnly)
	if err != nil || without.Kind != Fails {
		t.Errorf("%v, %v: %+v", without.Kind, err, without.Seen)
	}
}

// The library's order has every file, once.
func TestLibraryOrder(t *testing.T) {
	files, err := embedded.ReadDir("lessons")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains(order, strings.TrimSuffix(f.Name(), ".toml")) {
			t.Errorf("%s is in no order", f.Name())
		}
	}
	if len(files) != len(order) {
		t.Errorf("%d files, %d in order", len(files), len(order))
	}
}

func FuzzParseLesson(f *testing.F) {
	f.Add(file)
	for _, name := range order {
		src, err := embedded.ReadFile("lessons/" + name + ".toml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	f.Add("script = '''\n@0s A says both 3 x 20 B every 1ms\n'''")
	f.Fuzz(func(t *testing.T, src string) {
		l, err := ParseLesson("x", []byte(src))
		if err != nil {
			if _, ok := errors.AsType[*Mistake](err); !ok {
				t.Errorf("%T %v", err, err)
			}
			return
		}
		if len(l.Observe) == 0 || len(l.Play.Deeds) == 0 {
			t.Error("a lesson without anything to do or see")
		}
	})
}
