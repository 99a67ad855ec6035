package model

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A Config is what the user's file says. What it does not mention is zero; a
// flag goes before it.
//
//	nick = "小明"
//	theme = "light"      # auto, dark, light, dark16, light16, mono
//	language = "zh"      # en, zh
//	numbers = "rel"      # rel, abs
//	bell = true          # for new messages while one is elsewhere
//	timestamps = false
//	mouse = false        # true: the wheel scrolls and a click points
type Config struct {
	Nick, Theme, Language   string
	Numbers                 string // "rel": relative only, "abs": as on the wire too
	Bell, Timestamps, Mouse *bool
}

// A setting is one name the file may use: what it may say, and where it goes.
type setting struct {
	allowed words.Phrase
	put     func(c *Config, value any) bool // false: it may not say this
}

// settings are all of them.
var settings = map[string]setting{
	"nick":       {words.ConfigNick, word(func(c *Config) *string { return &c.Nick }, safe.ValidNick)},
	"theme":      {words.ConfigTheme, word(func(c *Config) *string { return &c.Theme }, IsTheme)},
	"language":   {words.ConfigLanguage, word(func(c *Config) *string { return &c.Language }, oneOf("en", "zh"))},
	"numbers":    {words.ConfigNumbers, word(func(c *Config) *string { return &c.Numbers }, oneOf("rel", "abs"))},
	"bell":       {words.ConfigYesNo, yesNo(func(c *Config) **bool { return &c.Bell })},
	"timestamps": {words.ConfigYesNo, yesNo(func(c *Config) **bool { return &c.Timestamps })},
	"mouse":      {words.ConfigYesNo, yesNo(func(c *Config) **bool { return &c.Mouse })},
}

// word is a setting that is a word which ok allows.
func word(at func(*Config) *string, ok func(string) bool) func(*Config, any) bool {
	return func(c *Config, value any) bool {
		s, is := value.(string)
		if is = is && ok(s); is {
			*at(c) = s
		}
		return is
	}
}

// yesNo is a setting that is true or false.
func yesNo(at func(*Config) **bool) func(*Config, any) bool {
	return func(c *Config, value any) bool {
		b, is := value.(bool)
		if is {
			*at(c) = &b
		}
		return is
	}
}

func oneOf(all ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(all, s) }
}

// IsTheme reports that there is a theme called name.
func IsTheme(name string) bool { return slices.Contains(themeNames(), name) }

// ConfigPath is where the file is: in $XDG_CONFIG_HOME or, if that is not set to
// an absolute path, in ~/.config. "" if there is no home.
func ConfigPath() string {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "seqtalk", "config.toml")
}

// configRoom is how long the file may be; no file of settings is longer.
const configRoom = 64 << 10

// ReadConfig reads the file at path; there need not be one. An error says, in
// language l, in which line what is wrong and what is allowed.
func ReadConfig(path string, l words.Lang) (c Config, err error) {
	text, err := os.ReadFile(path)
	switch {
	case path == "", errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission) && hidden(path):
		return c, nil
	case err != nil:
		return c, err
	case len(text) > configRoom:
		return c, errors.New(words.ConfigTooLong.In(l, path, configRoom))
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var all map[string]any
	var bad *toml.DecodeError
	switch err := toml.Unmarshal(text, &all); {
	case errors.As(err, &bad):
		line, _ := bad.Position()
		return c, errors.New(words.ConfigSyntax.In(l, path, line, safe.String(strings.TrimPrefix(bad.Error(), "toml: "))))
	case err != nil:
		return c, fmt.Errorf("%s: %w", path, err)
	}
	for _, k := range keys(text) {
		s, ok := settings[k.name]
		switch {
		case !ok:
			return Config{}, errors.New(words.ConfigUnknown.In(l, path, k.line, safe.String(k.name).String(), settingNames()))
		case !s.put(&c, all[k.name]):
			return Config{}, errors.New(words.ConfigBad.In(l, path, k.line, k.name, s.allowed.In(l)))
		}
	}
	return c, nil
}

// hidden reports whether path lies in a directory that is closed to the user: the
// home of somebody else, left over from su. Whatever stands there is not the
// user's.
func hidden(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrPermission)
}

// A tomlKey is a name at the left margin of a file, and the line it is in.
type tomlKey struct {
	name string
	line int
}

// keys are the names in text, which is TOML, from the top.
func keys(text []byte) []tomlKey {
	var all []tomlKey
	var p unstable.Parser
	for p.Reset(text); p.NextExpression(); {
		var name []string
		offset := -1
		for k := p.Expression().Key(); k.Next(); {
			name = append(name, string(k.Node().Data))
			if offset < 0 {
				offset = int(k.Node().Raw.Offset)
			}
		}
		if offset >= 0 {
			all = append(all, tomlKey{strings.Join(name, "."), 1 + bytes.Count(text[:offset], []byte("\n"))})
		}
	}
	return all
}

// settingNames are all names the file may use.
func settingNames() string {
	return strings.Join(slices.Sorted(maps.Keys(settings)), ", ")
}
