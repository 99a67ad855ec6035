// Pictures draws the pictures of the documentation: it builds seqtalk, runs
// two of them in terminals of their own, types, and writes what is on their
// screens as SVG beside itself.
//
//	go run ./docs/pictures
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"seqtalk/model/screen"
)

// A scene is two programs and what is typed into them, in turn.
type scene struct {
	name   string
	w, h   int
	flags  []string
	names  [2]string
	script []line
	keys   string // pressed in the second at the end
	until  string // what its screen then shows
	alone  bool   // nobody calls
	sheet  screen.Sheet
	typed  []string // in one program that has both ends: what is typed, before keys
}

// A line is typed by one of the two; the other has it when it shows.
type line struct {
	who  int
	text string
}

var english = []line{
	{1, "在吗？"}, {0, "在的。"}, {1, "seq counts bytes, not messages"},
	{0, "and ack is the next byte expected"}, {1, "so 汉字 costs six of them"},
}

var chinese = []line{
	{1, "在吗？"}, {0, "在的。"}, {1, "seq 数的是字节，不是消息"},
	{0, "ack 是期望收到的下一个字节的序号"}, {1, "所以“汉字”占 6 个字节"},
}

func scenes() []scene {
	port := 9101
	addr := func() string { port++; return fmt.Sprintf("127.0.0.1:%d", port) }
	var all []scene
	for _, l := range []struct {
		lang   string
		names  [2]string
		script []line
		help   string
	}{
		{"en", [2]string{"alice", "bob"}, english, "Enter"},
		{"zh", [2]string{"小红", "小明"}, chinese, "Enter"},
	} {
		flags := []string{"--lang", l.lang}
		for _, size := range [][2]int{{80, 24}, {120, 36}, {200, 60}} {
			all = append(all, scene{
				name: fmt.Sprintf("tcp-%s-%dx%d", l.lang, size[0], size[1]), w: size[0], h: size[1],
				flags: append([]string{addr()}, flags...), names: l.names, script: l.script,
			})
			all = append(all, light(scene{
				name: all[len(all)-1].name, w: size[0], h: size[1],
				flags: append([]string{addr()}, flags...), names: l.names, script: l.script,
			}))
		}
		all = append(all,
			scene{name: "udp-" + l.lang, w: 80, h: 24, flags: append([]string{"-u", addr()}, flags...), names: l.names, script: l.script},
			scene{name: "help-" + l.lang, w: 80, h: 24, flags: append([]string{addr()}, flags...), names: l.names, script: l.script[:2], keys: "\x1bOP", until: l.help},
			compare(l.lang, "compare", 80, 24, "", "5/5"),
			compare(l.lang, "compare", 120, 36, "", "5/5"),
			compare(l.lang, "compare", 200, 60, "", "5/5"),
			compare(l.lang, "ladder", 120, 36, "\x1bOQ", "RTO"),
			compare(l.lang, "graphs", 120, 36, "\x1bOR", "cwnd"),
			light(compare(l.lang, "compare", 120, 36, "", "5/5")),
			scene{name: "waiting-" + l.lang, w: 80, h: 24, flags: append([]string{addr()}, flags...), names: l.names, alone: true, until: "LISTEN"},
		)
	}
	for i := range all {
		if all[i].sheet == (screen.Sheet{}) {
			all[i].sheet = screen.Dark
		}
	}
	return all
}

// light is the same scene in the light theme.
func light(s scene) scene {
	s.name += "-light"
	s.flags = append(slices.Clone(s.flags), "--theme", "light")
	s.sheet = screen.Light
	return s
}

// compare is seqtalk compare over a link that fails.
func compare(lang, name string, w, h int, keys, until string) scene {
	typed := map[string][]string{
		"en": {"在吗？", "seq counts bytes", "not messages", "and ack is", "the next byte expected"},
		"zh": {"在吗？", "seq 数的是字节", "不是消息", "ack 是", "期望收到的下一个字节"},
	}
	return scene{
		name: fmt.Sprintf("%s-%s-%dx%d", name, lang, w, h), w: w, h: h,
		flags: []string{"compare", "--lang", lang, "--net", "loss 20% delay 80ms", "--seed", "1"},
		typed: typed[lang], keys: keys, until: until,
	}
}

// playAlone runs a scene of one program.
func playAlone(program string, s scene) ([]byte, error) {
	sc, err := screen.Start(s.w, s.h, []string{"TZ=UTC"}, program, s.flags...)
	if err != nil {
		return nil, err
	}
	defer sc.Close()
	if err := sc.Shows("ESTABLISHED"); err != nil {
		return nil, err
	}
	for _, text := range s.typed {
		sc.Type(text + "\r")
		time.Sleep(300 * time.Millisecond) // as people type
	}
	if err := sc.Shows("5/5"); err != nil {
		return nil, err
	}
	sc.Type(s.keys)
	if err := sc.Shows(s.until); err != nil {
		return nil, err
	}
	time.Sleep(time.Second) // the last packets
	return sc.SVG(s.sheet), nil
}

// play runs a scene and returns the picture of the second screen.
func play(program string, s scene) ([]byte, error) {
	if s.typed != nil {
		return playAlone(program, s)
	}
	var screens [2]*screen.Screen
	for i, name := range s.names {
		sc, err := screen.Start(s.w, s.h, []string{"TZ=UTC"}, program, append(s.flags, "--nick", name)...)
		if err != nil {
			return nil, err
		}
		defer sc.Close()
		screens[i] = sc
		if err := sc.Shows("F1"); err != nil {
			return nil, err
		}
		if s.alone {
			if err := sc.Shows(s.until); err != nil {
				return nil, err
			}
			rest(sc)
			return sc.SVG(s.sheet), nil
		}
	}
	for _, l := range s.script {
		screens[l.who].Type(l.text + "\r")
		if err := screens[1-l.who].Shows(l.text); err != nil {
			return nil, err
		}
	}
	mine := 0
	for _, l := range s.script {
		mine += l.who
	}
	if err := screens[1].Until(func(text string) bool { return strings.Count(text, "✓✓") == mine }); err != nil {
		return nil, err
	}
	if s.keys != "" {
		screens[1].Type(s.keys)
		if err := screens[1].Shows(s.until); err != nil {
			return nil, err
		}
	}
	rest(screens[1])
	return screens[1].SVG(s.sheet), nil
}

// rest waits until nothing more is drawn: the numbers follow the words.
func rest(s *screen.Screen) {
	for before := -1; before != s.Written(); time.Sleep(700 * time.Millisecond) {
		before = s.Written()
	}
}

func run() error {
	root, err := exec.Command("go", "list", "-f", "{{.Module.Dir}}", "seqtalk").Output()
	if err != nil {
		return err
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "docs", "pictures")
	tmp, err := os.MkdirTemp("", "seqtalk")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	program := filepath.Join(tmp, "seqtalk")
	if out, err := exec.Command("go", "build", "-o", program, "seqtalk").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	for _, s := range scenes() {
		if len(os.Args) > 1 && !strings.Contains(s.name, os.Args[1]) {
			continue
		}
		svg, err := play(program, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.name+".svg"), svg, 0o644); err != nil {
			return err
		}
		fmt.Println(s.name)
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}
