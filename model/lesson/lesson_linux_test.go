package lesson

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// nobody, in the environment, says that the test runs without privilege.
const nobody = "SEQTALK_LESSON_NOBODY"

// Lessons need no privilege.
func TestLessonsWithoutPrivilege(t *testing.T) {
	if os.Getenv(nobody) != "" || os.Getuid() != 0 {
		out, code := told(t, LessonOptions{All: true})
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
