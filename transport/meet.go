package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
)

// meetPause is how long a meeting waits, ± a quarter, before it claims the
// address again; without the jitter two that started in the same instant could
// go on missing each other.
const meetPause = 50 * time.Millisecond

// coexist says that a wildcard and a specific address can both be bound here,
// so that claiming one does not tell whether the other is taken.
const coexist = runtime.GOOS == "darwin" || runtime.GOOS == "windows"

// A meeting finds out what this end is to be: it claims the address, and
// listens if it got it; else it dials whoever has it. What it decides it puts
// in place: the conversation's role and legs.
type meeting struct {
	c       *Conversation
	at      []netip.AddrPort // the addresses of the name, the first being tried first
	since   time.Time        // the first try
	again   time.Time        // when to claim again; zero: not waiting
	dialing bool             // legs dial, and may yet fail
	calling bool             // that we call has been said
	told    bool             // why it takes so long has been said
}

func newMeeting(c *Conversation, at []netip.AddrPort) *meeting {
	return &meeting{c: c, at: at}
}

// step claims or dials when it is time to.
func (m *meeting) step(now time.Time) time.Time {
	if m.dialing || now.Before(m.again) {
		return m.again
	}
	m.again = time.Time{}
	if m.since.IsZero() {
		m.since = now
		if coexist && m.c.cfg.Role == Meeting && m.at[0].Addr().IsUnspecified() {
			m.dial(now)
			return m.again
		}
	}
	switch m.c.cfg.Role {
	case Dialer:
		m.dial(now)
	default:
		m.claim(now)
	}
	return m.again
}

// claim tries to listen.
func (m *meeting) claim(now time.Time) {
	err := m.listen(now)
	var held *HeldError
	switch {
	case err == nil:
		m.c.role = Listener
		m.c.meeting = nil
	case errors.As(err, &held): // the UDP port: TCP's is free, so nobody is there to be called
		m.c.fail(err)
	case m.c.cfg.Role == Listener && !(errors.Is(err, stack.ErrInUse) && m.c.cfg.Retry):
		m.c.fail(m.explain(err))
	case m.c.cfg.Role == Listener:
		m.wait(now, err)
	case errors.Is(err, stack.ErrInUse), errors.Is(err, stack.ErrNotLocal):
		m.dial(now)
	default:
		m.c.fail(err)
	}
}

// listen claims the address: in TCP first, whose claim decides, then in UDP.
// An explicit listener claims exactly the protocols named.
func (m *meeting) listen(now time.Time) error {
	meet, lab := m.c.cfg.Role == Meeting, m.c.cfg.Lab
	var legs []leg
	if meet || m.c.means(segment.TCP) && !lab {
		l, err := m.listenTCP()
		if err != nil {
			return err
		}
		legs = append(legs, newTCPListener(m.c, m.c.cfg.Stack, l))
	}
	if meet || lab || m.c.means(segment.UDP) {
		p, err := m.c.cfg.Stack.OpenUDP(m.at[0])
		switch {
		case err == nil:
			legs = append(legs, newUDPListener(m.c, m.c.cfg.Stack, p))
		case lab || m.c.means(segment.UDP):
			for _, l := range legs {
				l.close()
			}
			return m.noUDP(err)
		default:
			m.c.note(segment.UDP, NoteNoUDP, err)
		}
	}
	m.c.legs = legs
	m.announce(legs)
	return nil
}

// noUDP says what to do when UDP was asked for and its port is taken.
func (m *meeting) noUDP(err error) error {
	if errors.Is(err, stack.ErrInUse) {
		return &HeldError{Addr: m.at[0], UDP: true, Err: err}
	}
	return err
}

// listenTCP claims the first address that can be had; a wildcard of IPv6
// gives way to one of IPv4 where there is no IPv6.
func (m *meeting) listenTCP() (stack.Listener, error) {
	l, err := m.c.cfg.Stack.Listen(m.at[0])
	if err != nil && !errors.Is(err, stack.ErrInUse) && m.at[0].Addr() == netip.IPv6Unspecified() && m.c.cfg.Family == AnyFamily {
		v4 := netip.AddrPortFrom(netip.IPv4Unspecified(), m.at[0].Port())
		if l, err4 := m.c.cfg.Stack.Listen(v4); err4 == nil {
			m.at[0] = v4
			return l, nil
		}
	}
	return l, err
}

func (m *meeting) announce(legs []leg) {
	names := map[segment.Proto]string{segment.TCP: "TCP", segment.UDP: "UDP"}
	protos := names[legs[0].proto()]
	if len(legs) > 1 {
		protos += " + " + names[legs[1].proto()]
	}
	if m.c.cfg.Lab {
		protos += " + lab"
	}
	m.c.note(0, NoteListening, m.at[0], protos)
	if !m.at[0].Addr().IsLoopback() {
		m.c.note(0, NotePlaintext, m.at[0])
	}
}

// dial makes legs that call whoever has the address.
func (m *meeting) dial(now time.Time) {
	to := make([]netip.AddrPort, len(m.at))
	for i, a := range m.at {
		to[i] = reachable(a)
	}
	m.c.closeLegs()
	m.dialing = true
	if m.c.cfg.Lab {
		m.c.call(now, to)
		return
	}
	for _, p := range []segment.Proto{segment.TCP, segment.UDP} {
		if !m.c.means(p) {
			continue
		}
		if p == segment.TCP {
			m.c.legs = append(m.c.legs, newTCPDialer(m.c, m.c.cfg.Stack, to))
			continue
		}
		l, err := newUDPDialer(m.c, to)
		if err != nil {
			m.c.fail(err)
			return
		}
		m.c.legs = append(m.c.legs, l)
	}
	if !m.calling && m.c.cfg.Role == Dialer {
		m.c.note(0, NoteDialing, to[0])
		m.calling = true
	}
	m.c.wake()
}

// reached is what a leg that dialed says when somebody answered.
func (c *Conversation) reached() {
	c.role = Dialer
	c.meeting = nil
}

// unreached is what a leg that dialed says when nobody did. A meeting claims
// again; a dialer tries again with --retry; it reports whether one of the two
// is so.
func (c *Conversation) unreached(now time.Time, err error) bool {
	m := c.meeting
	if m == nil || !c.closing.IsZero() {
		return false
	}
	m.dialing = false
	if c.cfg.Role == Meeting && errors.Is(err, stack.ErrRefused) && (now.Sub(m.since) < c.cfg.Wait || c.cfg.Retry) || c.cfg.Retry {
		m.wait(now, err)
		return true
	}
	c.fail(m.explain(err))
	return true
}

// wait lets a while pass before the next try.
func (m *meeting) wait(now time.Time, err error) {
	pause := meetPause
	late := now.Sub(m.since) >= m.c.cfg.Wait
	switch {
	case late:
		pause = time.Second
	case m.c.cfg.Role == Dialer:
		pause = 500 * time.Millisecond
	}
	if !m.told && (late || m.c.cfg.Role != Meeting) {
		m.told = true
		m.c.note(0, NoteRetry, err, pause)
		m.sayHolder()
	}
	jitter := time.Duration(m.c.random.Int64N(int64(pause)/2)) - pause/4
	m.again = now.Add(pause + jitter)
	m.c.wake()
}

// A HeldError says that an address can be neither claimed nor reached, and
// what stands in the way, if the stack can tell.
type HeldError struct {
	Addr   netip.AddrPort
	UDP    bool // its UDP port
	Holder stack.Holder
	Known  bool
	Err    error
}

// Error names what holds the port and what can be done.
func (e *HeldError) Error() string {
	switch {
	case e.UDP:
		return fmt.Sprintf("%s: the UDP port is taken by another program; to talk to it: seqtalk dial -u %s", e.Addr, reachable(e.Addr))
	case e.Known && e.Holder.State == segment.TimeWait:
		return fmt.Sprintf("%s: held by an old connection in TIME-WAIT, %d s left; wait, or use another port", e.Addr, int(e.Holder.Left.Seconds()+0.5))
	case errors.Is(e.Err, stack.ErrRefused):
		return fmt.Sprintf("%s: held by a program that does not accept; end it, or use another port", e.Addr)
	case e.Known && e.Holder.State == segment.Listen:
		return fmt.Sprintf("%s: another program listens there; call it (seqtalk dial %s), or use another port", e.Addr, reachable(e.Addr))
	}
	return fmt.Sprintf("%v; end what holds it, or use another port", e.Err)
}

// Unwrap is the error met.
func (e *HeldError) Unwrap() error { return e.Err }

// holder asks the stack who has the address.
func (m *meeting) holder() (stack.Holder, bool) {
	s, ok := m.c.cfg.Stack.(stack.Surveyor)
	if !ok {
		return stack.Holder{}, false
	}
	return s.Holder(m.at[0])
}

func (m *meeting) sayHolder() {
	if h, ok := m.holder(); ok {
		m.c.note(0, NoteHeldBy, m.at[0], h)
	}
}

// explain adds to err what holds the address, where that is the trouble.
func (m *meeting) explain(err error) error {
	claimed := errors.Is(err, stack.ErrInUse)
	if m.c.cfg.Lab && !claimed {
		return &LabError{m.at[0], err}
	}
	if m.c.cfg.Role == Meeting && errors.Is(err, stack.ErrRefused) {
		claimed = true
	}
	if !claimed {
		return err
	}
	h, ok := m.holder()
	return &HeldError{Addr: m.at[0], Holder: h, Known: ok, Err: err}
}

// means reports whether p is among the protocols asked for.
func (c *Conversation) means(p segment.Proto) bool {
	for _, q := range c.cfg.Protos {
		if q == p {
			return true
		}
	}
	return false
}

func (c *Conversation) closeLegs() {
	for _, l := range c.legs {
		l.close()
	}
	c.legs = nil
}
