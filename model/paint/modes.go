package paint

import "github.com/charmbracelet/x/ansi"

// steady is the shape of the cursor: a block that does not blink (DECSCUSR).
const steady = 2

// Restore gives a terminal back whatever the program had switched on: mouse,
// focus, paste, synchronised output, clusters, the keyboard's protocols,
// attributes, the cursor and its shape, the title, the alternate screen.
const Restore = "\x1b[?1000;1002;1003;1004;1006l\x1b[?2004l\x1b[?2026l\x1b[?2027l\x1b[<u\x1b[>4m\x1b[0m\x1b]2;\a\x1b[0 q\x1b[?7h\x1b[?25h\x1b[?1049l"

// Abort is Restore where half a sequence may have been written.
const Abort = "\x18" + Restore

// Enter returns what makes the terminal ours: the alternate screen, brackets
// around what is pasted, news of the focus, keys told apart (modifyOtherKeys
// and kitty's protocol; a terminal ignores what it does not know), the window's
// title, and the questions whether it knows synchronised output and grapheme
// clusters. The next frame is painted whole.
func (p *Painter) Enter(title string) []byte {
	p.Redraw()
	p.pen, p.shown, p.cursor, p.mouse = 0, false, nowhere, false
	p.x, p.y = -1, -1
	s := ansi.SetModeAltScreenSaveCursor + ansi.ResetModeTextCursorEnable + ansi.SetCursorStyle(steady) +
		ansi.SetModeBracketedPaste + ansi.SetModeFocusEvent +
		ansi.SetModifyOtherKeys2 + ansi.PushKittyKeyboard(ansi.KittyDisambiguateEscapeCodes) + ansi.RequestKittyKeyboard +
		ansi.SetWindowTitle(title) +
		ansi.RequestModeSynchronizedOutput + ansi.RequestModeUnicodeCore
	if p.method == ansi.GraphemeWidth {
		s += ansi.SetModeUnicodeCore
	}
	return []byte(s)
}

// Leave returns what gives the terminal back, with the cursor on the last row:
// there are terminals without an alternate screen.
func (p *Painter) Leave() []byte {
	p.out = p.out[:0]
	p.move(0, max(len(p.rows)-1, 0))
	return append(p.out, Restore...)
}

// mouse is what gives us the mouse, or gives it back.
func mouse(ours bool) string {
	if ours {
		return ansi.SetModeMouseButtonEvent + ansi.SetModeMouseExtSgr
	}
	return ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseExtSgr
}
