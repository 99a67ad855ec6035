package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seqtalk/ui/words"
)

// written is a file with text in it.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig(t *testing.T) {
	c, err := ReadConfig(written(t, "\ufeff# mine\nnick = \"小明\"\ntheme = \"light\"\nlanguage = 'zh'\nnumbers = \"rel\"\nbell = true\ntimestamps = false\nmouse = false\n"), words.English)
	if err != nil {
		t.Fatal(err)
	}
	if c.Nick != "小明" || c.Theme != "light" || c.Language != "zh" || c.Numbers != "rel" || !*c.Bell || *c.Timestamps || *c.Mouse {
		t.Errorf("read %+v", c)
	}
	for _, path := range []string{"", filepath.Join(t.TempDir(), "none"), written(t, "")} {
		if c, err := ReadConfig(path, words.English); err != nil || c != (Config{}) {
			t.Errorf("%q: %+v, %v", path, c, err)
		}
	}
}

// Each mistake is named with its line and with what is allowed.
func TestConfigMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"nick = \"a\"\ncolour = \"red\"\n", ":2: there is no setting \"colour\"; allowed are bell, language, mouse, nick, numbers, theme, timestamps"},
		{"\n\n[window]\nwidth = 3\n", ":3: there is no setting \"window\"; allowed are bell,"},
		{"\ntheme = \"pink\"\n", ":2: theme: allowed are auto, dark, light, dark16, light16 and mono"},
		{"theme = 3\n", ":1: theme: allowed are auto,"},
		{"bell = \"yes\"\n", ":1: bell: allowed are true and false"},
		{"mouse = 1\n", ":1: mouse: allowed are true and false"},
		{"language = \"fr\"\n", ":1: language: allowed are en and zh"},
		{"numbers = \"hex\"\n", ":1: numbers: allowed are rel and abs"},
		{"nick = \"a b\"\n", ":1: nick: a name is letters"},
		{"nick = \"a\"\nnick = \"b\"\n", ":2: this is not TOML: "},
		{"bell = true\ntheme = light\n", ":2: this is not TOML: "},
		{"\x1b[2J = 1\n", ":1: this is not TOML: "},
		{"\"\\u001b[2J\" = 1\n", ":1: there is no setting \"␛[2J\""},
		{"# " + strings.Repeat("x", configRoom), ": longer than 65536 bytes"},
	} {
		path := written(t, c.text)
		_, err := ReadConfig(path, words.English)
		if err == nil || !strings.HasPrefix(err.Error(), path+c.want) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %v, want …%s", c.text, err, c.want)
		}
	}
	_, err := ReadConfig(written(t, "\n\nbell = 1"), words.Chinese)
	if err == nil || !strings.HasSuffix(err.Error(), ":3：bell：可用的有 true 和 false") {
		t.Errorf("in Chinese: %v", err)
	}
}

func TestConfigPath(t *testing.T) {
	t.Setenv("HOME", "/home/ming")
	for _, c := range []struct{ xdg, want string }{
		{"", "/home/ming/.config/seqtalk/config.toml"},
		{"relative", "/home/ming/.config/seqtalk/config.toml"},
		{"/etc/ming", "/etc/ming/seqtalk/config.toml"},
	} {
		t.Setenv("XDG_CONFIG_HOME", c.xdg)
		if got := ConfigPath(); got != c.want {
			t.Errorf("XDG_CONFIG_HOME %q: %s", c.xdg, got)
		}
	}
}
