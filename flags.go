package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"seqtalk/ui/safe"
)

// A value is a flag's value, with our own words for what cannot be one.
type value[T any] struct {
	to    *T
	flag  string // "--wait"
	kind  string // as the help names it
	means string // what is allowed, after the colon
	read  func(string) (T, error)
}

// A badValue says which flag was given what, and what is allowed.
type badValue struct{ flag, given, means string }

func (e badValue) Error() string { return fmt.Sprintf("%s %q: %s", e.flag, e.given, e.means) }

// Set implements the flag library's Value, as do String and Type.
func (v value[T]) Set(s string) error {
	t, err := v.read(s)
	if err != nil {
		return badValue{v.flag, s, v.means}
	}
	*v.to = t
	return nil
}

func (v value[T]) String() string {
	if v.to == nil {
		return ""
	}
	return fmt.Sprint(*v.to)
}

// Type implements the flag library's Value.
func (v value[T]) Type() string { return v.kind }

// seconds is a time: a number of seconds, or one with its unit.
func seconds(to *time.Duration, flag string, def time.Duration) value[time.Duration] {
	*to = def
	return value[time.Duration]{to, flag, "SECS", "write seconds, as 5 or 0.5, or a time with its unit, as 500ms or 1m", readSeconds}
}

func readSeconds(s string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		s = strconv.FormatFloat(n, 'f', -1, 64) + "s"
	}
	return time.ParseDuration(s)
}

// number is a count.
func number(to *int, flag string, def int) value[int] {
	*to = def
	return value[int]{to, flag, "N", "a whole number is meant", strconv.Atoi}
}

// seed is what chance begins with.
func seed(to *uint64, flag string) value[uint64] {
	return value[uint64]{to, flag, "N", "a number from 0 to 18446744073709551615 is meant",
		func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }}
}

// mistake is what the flag library says, in our words where we have some.
func mistake(err error) error {
	if bad := (badValue{}); errors.As(err, &bad) {
		return usageError{bad}
	}
	return usageError{err}
}

// plainHelp reports that the help goes where no colours are wanted.
func plainHelp(args []string) bool {
	asked := func(a string) bool { return a == "-h" || a == "--help" || a == "help" }
	return slices.ContainsFunc(args, asked) && !term.IsTerminal(os.Stdout.Fd())
}

// means is a flag's text. The plain help takes the name of the flag's value
// from its back quotes; the coloured one would show them.
func means(text string) string {
	if plainHelp(os.Args[1:]) {
		return text
	}
	return strings.ReplaceAll(text, "`", "")
}

// address holds that the words after a command are one address at most.
func address(_ *cobra.Command, args []string) error {
	typed := strings.Join(args, " ")
	switch {
	case len(args) > 2:
		return fmt.Errorf("%q is more than an address; write HOST:PORT, as in 127.0.0.1:9001", typed)
	case len(args) == 2 && strings.Trim(args[1], "0123456789") != "":
		return fmt.Errorf("%q: %q is not a port; a port is a number from 1 to 65535, as in 127.0.0.1 9001", typed, args[1])
	}
	return nil
}

// addressOrCommand is address, but for a word that looks more like a command's
// name than like a host's: nobody means to look it up.
func addressOrCommand(root *cobra.Command, args []string) error {
	if len(args) > 0 && !strings.ContainsAny(args[0], ".:[]0123456789") {
		if near := root.SuggestionsFor(args[0]); len(near) > 0 {
			return fmt.Errorf("unknown command %q; did you mean %s?", args[0], strings.Join(near, " or "))
		}
	}
	return address(root, args)
}

// nick is the name to go by: the one given, or the login name.
func nick(flag string) string {
	if flag != "" {
		return flag
	}
	names := []string{os.Getenv("USER"), os.Getenv("USERNAME")}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username[strings.LastIndexByte(u.Username, '\\')+1:]) // DOMAIN\name on Windows
	}
	for _, n := range names {
		if safe.ValidNick(n) {
			return n
		}
	}
	return "me"
}
