// Seqtalk is a messenger for two terminals over TCP or UDP.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
)

type received string

type screen struct {
	input  textarea.Model
	lines  []string
	send   func(string) error
	header string
	height int
}

func (s screen) Init() tea.Cmd { return nil }

func (s screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.input.SetWidth(msg.Width)
		s.height = msg.Height
	case received:
		s.lines = append(s.lines, "peer  "+string(msg))
		return s, nil
	case tea.KeyPressMsg:
		switch msg.String() {
		case "ctrl+c":
			return s, tea.Quit
		case "enter":
			text := s.input.Value()
			if err := s.send(text); err != nil {
				s.lines = append(s.lines, err.Error())
				return s, nil
			}
			s.lines = append(s.lines, "me    "+text)
			s.input.Reset()
			return s, nil
		}
	}
	var cmd tea.Cmd
	s.input, cmd = s.input.Update(msg)
	return s, cmd
}

func (s screen) View() tea.View {
	room := max(s.height-2, 0)
	rows := append(make([]string, max(room-len(s.lines), 0)), s.lines[max(len(s.lines)-room, 0):]...)
	v := tea.NewView(strings.Join(append(rows, s.input.View(), s.header), "\n"))
	v.AltScreen = true
	if c := s.input.Cursor(); c != nil {
		c.Y += room
		v.Cursor = c
	}
	return v
}

// printable keeps what a terminal only draws.
func printable(b []byte) string {
	return string(bytes.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return '.'
		}
		return r
	}, b))
}

func connect(udp bool, addr string) (net.Conn, net.PacketConn, error) {
	if udp {
		if pc, err := net.ListenPacket("udp", addr); err == nil {
			return nil, pc, nil
		}
		c, err := net.Dial("udp", addr)
		return c, nil, err
	}
	if l, err := net.Listen("tcp", addr); err == nil {
		fmt.Fprintln(os.Stderr, "waiting on", addr)
		c, err := l.Accept()
		return c, nil, err
	}
	c, err := net.Dial("tcp", addr)
	return c, nil, err
}

func run() error {
	udp := flag.Bool("u", false, "UDP instead of TCP")
	flag.Parse()
	addr := "127.0.0.1:9001"
	if flag.NArg() > 0 {
		addr = flag.Arg(0)
	}
	conn, packets, err := connect(*udp, addr)
	if err != nil {
		return err
	}
	s := screen{input: textarea.New(), header: addr, height: 24}
	s.input.SetHeight(1)
	s.input.ShowLineNumbers = false
	s.input.SetVirtualCursor(false)
	s.input.Focus()
	var p *tea.Program
	var peer net.Addr
	s.send = func(text string) error {
		if packets == nil {
			_, err := conn.Write([]byte(text + "\n"))
			return err
		}
		if peer == nil {
			return fmt.Errorf("nobody has written yet")
		}
		_, err := packets.WriteTo([]byte(text+"\n"), peer)
		return err
	}
	p = tea.NewProgram(s, tea.WithFPS(120))
	go func() {
		buf := make([]byte, 65536)
		for {
			var n int
			var err error
			if packets != nil {
				n, peer, err = packets.ReadFrom(buf)
			} else {
				n, err = conn.Read(buf)
			}
			if err != nil {
				p.Send(received("(" + err.Error() + ")"))
				return
			}
			for line := range bytes.Lines(buf[:n]) {
				p.Send(received(printable(bytes.TrimSuffix(line, []byte("\n")))))
			}
		}
	}()
	_, err = p.Run()
	return err
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "seqtalk:", err)
		os.Exit(1)
	}
}
