package model

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"seqtalk/transport"
	"seqtalk/ui/words"
)

// What a transport says when it refuses has words in each language: every
// detail without a value in its source is looked up.
func TestRefusalsHaveWords(t *testing.T) {
	files, err := filepath.Glob("../transport/*.go")
	if err != nil {
		t.Fatal(err)
	}
	detail := regexp.MustCompile(`Errorf\("%w: ([^%"]+)", ErrUnsupported\)`)
	seen := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil || strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, d := range detail.FindAllSubmatch(text, -1) {
			seen++
			if _, ok := words.Refusal(words.Chinese, string(d[1])); !ok {
				t.Errorf("%s: %q has no words", f, d[1])
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d refusals were found", seen)
	}
}

func TestWhy(t *testing.T) {
	m, _, _ := screen(t)
	m.look.Lang = words.Chinese
	for _, c := range []struct {
		err  error
		want string
	}{
		{transport.ErrUnsupported, "这里没有这个功能"},
		{fmt.Errorf("%w: TCP has no such thing", transport.ErrUnsupported), "TCP 没有这个概念"},
		{fmt.Errorf("%w: the conversation", transport.ErrEnded), "对话已结束"},
		{fmt.Errorf("x\x1b[2J"), "程序报告：x␛[2J"},
	} {
		if got := m.why(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
