package screen

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A Tmux is a program in a pane of a tmux server of its own: a terminal that
// somebody else wrote, to judge by.
type Tmux struct {
	dir     string
	control *exec.Cmd // tmux -C: it tells of everything the pane draws
	orders  io.WriteCloser
	news    chan struct{} // has an element when something was drawn since it was empty
	written atomic.Int64
	gone    chan struct{} // closed when the server has ended
}

// StartTmux runs a program in a pane of w×h cells; env is added to the
// environment. The error is exec.ErrNotFound where there is no tmux.
func StartTmux(w, h int, env []string, name string, args ...string) (*Tmux, error) {
	if _, err := exec.LookPath("tmux"); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "seqtalk-tmux")
	if err != nil {
		return nil, err
	}
	t := &Tmux{dir: dir, news: make(chan struct{}, 1), gone: make(chan struct{})}
	call := append([]string{"-C", "-u", "-f", "/dev/null", "-S", t.socket(), "new-session", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h), "env"}, env...)
	t.control = exec.Command("tmux", append(append(call, name), args...)...)
	t.control.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8", "TMUX=")
	if t.orders, err = t.control.StdinPipe(); err != nil {
		return nil, err
	}
	said, err := t.control.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := t.control.Start(); err != nil {
		return nil, err
	}
	go t.listen(said)
	t.Resize(w, h)
	return t, nil
}

func (t *Tmux) socket() string { return filepath.Join(t.dir, "socket") }

// listen takes what the server tells; an answer to an order counts as news too.
func (t *Tmux) listen(said io.Reader) {
	defer close(t.gone)
	for r := bufio.NewReader(said); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if strings.HasPrefix(line, "%output ") {
			t.written.Add(int64(len(line)))
		}
		select {
		case t.news <- struct{}{}:
		default:
		}
	}
}

func (t *Tmux) ask(args ...string) string {
	out, _ := exec.Command("tmux", append([]string{"-u", "-S", t.socket()}, args...)...).Output()
	return string(out)
}

// Type sends text as keys.
func (t *Tmux) Type(text string) { t.ask("send-keys", "-l", "--", text) }

// Key presses a key by tmux's name for it: Enter, C-l, F4, PageUp.
func (t *Tmux) Key(names ...string) { t.ask(append([]string{"send-keys"}, names...)...) }

// Text is the pane's rows, without trailing blanks.
func (t *Tmux) Text() string {
	rows := strings.Split(strings.TrimSuffix(t.ask("capture-pane", "-p"), "\n"), "\n")
	for i, r := range rows {
		rows[i] = strings.TrimRight(r, " ")
	}
	return strings.Join(rows, "\n")
}

// Written counts the bytes of what the program has drawn, as tmux tells of it.
func (t *Tmux) Written() int { return int(t.written.Load()) }

// Cursor is the cell the cursor stands in.
func (t *Tmux) Cursor() (x, y int) {
	fmt.Sscan(t.ask("display-message", "-p", "#{cursor_x} #{cursor_y}"), &x, &y)
	return x, y
}

// Resize makes the pane w×h cells.
func (t *Tmux) Resize(w, h int) { fmt.Fprintf(t.orders, "refresh-client -C %dx%d\n", w, h) }

// Until waits for the pane to be as ok wants it.
func (t *Tmux) Until(ok func(text string) bool) error {
	for late := time.After(patience); ; {
		if ok(t.Text()) {
			return nil
		}
		select {
		case <-t.news:
		case <-t.gone:
			return fmt.Errorf("the program ended")
		case <-late:
			return fmt.Errorf("not within %v; the screen:\n%s", patience, t.Text())
		}
	}
}

// Shows waits for the text to be in the pane.
func (t *Tmux) Shows(text string) error {
	err := t.Until(func(screen string) bool { return strings.Contains(screen, text) })
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	return nil
}

// Close ends the server and the program in it.
func (t *Tmux) Close() {
	t.ask("kill-server")
	t.orders.Close()
	<-t.gone
	t.control.Wait()
	os.RemoveAll(t.dir)
}
