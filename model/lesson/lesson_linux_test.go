package lesson

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"seqtalk/transport"
	"seqtalk/transport/kernel"
	"seqtalk/ui/words"
)

// nobody, in the environment, says that the test runs without privilege.
const nobody = "SEQTALK_LESSON_NOBODY"

// kernelGround is what main plays lessons on that ask for the system's own stack.
func kernelGround(GroundOptions) (Ground, error) {
	k := kernel.New()
	b := netip.AddrFrom4([4]byte{127, byte(1 + rand.IntN(250)), byte(rand.IntN(250)), byte(2 + rand.IntN(250))})
	return Ground{A: k, B: k, AddrA: netip.MustParseAddr("127.0.0.1"), AddrB: b, Port: uint16(10_000 + rand.IntN(20_000))}, nil
}

var everyStack = Stacks{DefaultStack: labGround, KernelStack: kernelGround}

// What is claimed of the system's own stack holds there, and does not with the
// phenomenon switched off.
func TestKernelLessons(t *testing.T) {
	for _, l := range library(t) {
		if !l.live() {
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			v, err := l.Check(t.Context(), everyStack, nil)
			if err != nil || v.Kind != Holds {
				t.Errorf("%v %v: %+v", err, v.Kind, v.Seen)
			}
			if v, err = l.CheckWithout(t.Context(), everyStack); err != nil || v.Kind != Fails {
				t.Errorf("without: %v %v: %+v", err, v.Kind, v.Seen)
			}
			if measured, ok := v.broken(); !ok {
				t.Errorf("holds all the same: %s", measured)
			}
		})
	}
}

// On a stage such a lesson is played by itself, and can be left at any time.
func TestKernelLessonOnStage(t *testing.T) {
	l, err := Find("refused")
	if err != nil {
		t.Fatal(err)
	}
	s := NewStage(everyStack, words.English)
	defer s.Close()
	s.Load(l)
	g := &gallery{t: t, stage: s}
	g.until(func(s Scene) bool { return s.Waits })
	if err := s.Do(transport.HoldTime{On: true}); !errors.Is(err, transport.ErrUnsupported) {
		t.Errorf("time is held: %v", err)
	}
	s.Next()
	if sc := g.until(func(s Scene) bool { return s.Verdict != nil && s.Proves != "" }); sc.Verdict.Kind != Holds || !strings.Contains(sc.Proves, "as it must not") {
		t.Errorf("%+v", sc)
	}
	s.Load(l)
	g.until(func(s Scene) bool { return s.Waits && s.Verdict == nil })
	s.Next()
}

// What cannot be had there is not counted as held.
func TestKernelHasNoLink(t *testing.T) {
	for _, change := range [][2]string{{`net = "delay 5ms"`, `net = "delay 5ms"`}, {`@1s A says tcp "hi"`, `@1s link drops 1`}} {
		text := strings.Replace(file, `"lab"`, `"kernel"`, 1)
		if change[0] != change[1] {
			text = strings.Replace(strings.Replace(text, change[0], change[1], 1), `net = "delay 5ms"`, "", 1)
		}
		l, err := ParseLesson("x", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		v, err := l.Check(t.Context(), everyStack, nil)
		if err != nil || v.Kind != Skipped || !strings.Contains(v.Why.En, "no link of ours") || !strings.Contains(v.Why.Zh, "没有我们的链路") {
			t.Errorf("%v %v %v", err, v.Kind, v.Why)
		}
	}
	v, err := (&Lesson{On: KernelStack}).Check(t.Context(), Stacks{KernelStack: func(GroundOptions) (Ground, error) { return Ground{}, OnlyLinux("plan9") }}, nil)
	if err != nil || v.Kind != Skipped || !strings.Contains(v.Why.En, "this is plan9") {
		t.Errorf("%v %v %v", err, v.Kind, v.Why)
	}
}

// Lessons need no privilege.
func TestLessonsWithoutPrivilege(t *testing.T) {
	if os.Getenv(nobody) != "" || os.Getuid() != 0 {
		var b, e bytes.Buffer
		code := RunLesson(t.Context(), &b, &e, LessonOptions{All: true, Stacks: everyStack})
		out := b.String() + e.String()
		if want := words.LessonSum.In(words.English, len(order), len(order), 0, 0); !strings.Contains(out, want) {
			t.Errorf("not %s", want)
		}
		if code != 0 {
			t.Errorf("as uid %d: exit %d\n%s", os.Getuid(), code, out)
		}
		return
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestLessonsWithoutPrivilege$", "-test.v")
	cmd.Env = append(os.Environ(), nobody+"=1")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "--- PASS: TestLessonsWithoutPrivilege") && err == nil {
		return
	}
	if pathErr, ok := err.(*os.PathError); ok {
		t.Skipf("no process of uid 65534 can be started here: %v", pathErr)
	}
	t.Errorf("%v\n%s", err, out)
}
