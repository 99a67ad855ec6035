// Package screen is a terminal without a person: a real pty, with a program
// behind it and a virtual screen before it. Tests look at it, and the pictures
// of the documentation are drawn from it. The program itself does not use it.
package screen

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// patience bounds every wait; nothing is expected to take it.
const patience = 15 * time.Second

// A Screen shows what a program has drawn so far.
type Screen struct {
	cmd     *exec.Cmd
	pty     *os.File
	exited  chan struct{} // closed when the program has ended
	drawn   chan struct{} // closed when all it wrote is on the screen
	answers sync.WaitGroup

	mu      sync.Mutex
	em      *vt.Emulator  // mu's
	written int           // mu's: bytes the program wrote
	changed chan struct{} // mu's: closed and renewed when something is drawn
}

// Start runs a program on a screen of w×h cells. env is added to the
// environment.
func Start(w, h int, env []string, name string, args ...string) (*Screen, error) {
	s := &Screen{
		cmd: exec.Command(name, args...), exited: make(chan struct{}), drawn: make(chan struct{}),
		em: vt.NewEmulator(w, h), changed: make(chan struct{}),
	}
	s.cmd.Env = append(append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "LC_ALL=C.UTF-8"), env...)
	f, err := pty.StartWithSize(s.cmd, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)})
	if err != nil {
		return nil, err
	}
	s.pty = f
	go s.draw()
	s.answers.Go(func() { io.Copy(f, s.em) }) // what the terminal answers
	go func() {
		s.cmd.Wait()
		close(s.exited)
	}()
	return s, nil
}

func (s *Screen) draw() {
	defer close(s.drawn)
	for buf := make([]byte, 64<<10); ; {
		n, err := s.pty.Read(buf)
		s.mu.Lock()
		s.em.Write(buf[:n])
		s.written += n
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Type sends text as keys; "\r" is Enter, "\x1b" begins a sequence.
func (s *Screen) Type(text string) { io.WriteString(s.pty, text) }

// Text is the screen's rows, without trailing blanks.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := strings.Split(s.em.String(), "\n")
	for i, r := range rows {
		rows[i] = strings.TrimRight(r, " \r")
	}
	return strings.Join(rows, "\n")
}

// Written counts the bytes the program has written to the terminal.
func (s *Screen) Written() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written
}

// Cursor is the cell the cursor stands in.
func (s *Screen) Cursor() (x, y int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.em.CursorPosition()
	return p.X, p.Y
}

// Alt reports whether the alternate screen is shown.
func (s *Screen) Alt() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.em.IsAltScreen()
}

// Resize makes the screen w×h cells.
func (s *Screen) Resize(w, h int) {
	s.mu.Lock()
	s.em.Resize(w, h)
	s.mu.Unlock()
	pty.Setsize(s.pty, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)})
}

// Until waits for the screen to be as ok wants it.
func (s *Screen) Until(ok func(text string) bool) error {
	late := time.After(patience)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if ok(s.Text()) {
			return nil
		}
		select {
		case <-changed:
		case <-s.exited:
			<-s.drawn
			if ok(s.Text()) {
				return nil
			}
			return fmt.Errorf("the program ended (%v); the screen:\n%s", s.cmd.ProcessState, s.Text())
		case <-late:
			return fmt.Errorf("not within %v; the screen:\n%s", patience, s.Text())
		}
	}
}

// Shows waits for the text to be on the screen.
func (s *Screen) Shows(text string) error {
	err := s.Until(func(screen string) bool { return strings.Contains(screen, text) })
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	return nil
}

// Signal sends a signal to the program.
func (s *Screen) Signal(sig os.Signal) error { return s.cmd.Process.Signal(sig) }

// Pid is the program's process id.
func (s *Screen) Pid() int { return s.cmd.Process.Pid }

// Exit waits for the program to end and returns its exit code.
func (s *Screen) Exit() (int, error) {
	select {
	case <-s.exited:
		select {
		case <-s.drawn:
		case <-time.After(time.Second): // somebody else holds the terminal
		}
		return s.cmd.ProcessState.ExitCode(), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("still running after %v; the screen:\n%s", patience, s.Text())
	}
}

// Close ends the program and lets go of the terminal.
func (s *Screen) Close() {
	s.cmd.Process.Kill()
	<-s.exited
	<-s.drawn
	s.em.InputPipe().(io.Closer).Close() // Emulator.Close and Read race
	s.answers.Wait()
	s.pty.Close()
}
