package lesson

import (
	"embed"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

//go:embed lessons/*.toml
var embedded embed.FS

// order is the lessons as a course goes through them: the words of the field
// first.
var order = []string{
	"handshake", "seqack", "ackflag", "connect", "reliable", "once", "order", "duplex", "fin", "rst",
	"rto", "fast", "flow", "slower", "slowstart", "length", "stream", "restart", "stranger", "file", "chat",
	"refused", "timewait", "nagle",
}

// Library is all lessons that come with the program, in their order.
func Library() ([]*Lesson, error) {
	var all []*Lesson
	for _, name := range order {
		l, err := fromLibrary(name)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

func fromLibrary(name string) (*Lesson, error) {
	src, err := embedded.ReadFile("lessons/" + name + ".toml")
	if err != nil {
		return nil, err
	}
	l, err := ParseLesson(name, src)
	if err != nil {
		return nil, inFile(name, err)
	}
	return l, nil
}

// Find is the lesson of a name, or of a file: a name with a slash, or one that
// ends in .toml.
func Find(name string) (*Lesson, error) {
	if slices.Contains(order, name) {
		return fromLibrary(name)
	}
	if !strings.ContainsAny(name, `/\`) && !strings.HasSuffix(name, ".toml") {
		return nil, mistake(words.LessonUnknown, safe.String(name), strings.Join(order, ", "))
	}
	src, err := readLessonFile(name)
	if err != nil {
		return nil, errors.New(safe.String(err.Error()).String())
	}
	l, err := ParseLesson(name, src)
	if err != nil {
		return nil, inFile(name, err)
	}
	return l, nil
}

// readLessonFile reads no more than a lesson file may have, and a byte.
func readLessonFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxLessonFile+1))
}
