//go:build (linux || darwin) && !portable

package kernel

import (
	"net"
	"net/netip"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"seqtalk/transport/stack"
)

// interest is what a socket waits for.
type interest uint8

const (
	readable interest = 1 << iota
	writable
	failing // something has come to the error queue
)

// A watch is the watcher of a Stack's sockets: there while one of them is open.
type watch struct {
	seeing
	mu   sync.Mutex
	w    *watcher // nil while no socket is open
	open int
}

// adopt makes a sock of a non-blocking descriptor, which it owns from then on,
// even if it fails.
func (t *watch) adopt(fd int) (*sock, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.w == nil {
		w, err := newWatcher()
		if err != nil {
			unix.Close(fd)
			return nil, err
		}
		t.w = w
	}
	t.open++
	s := &sock{fd: fd, of: t, w: t.w}
	t.w.add(s)
	return s, nil
}

// release lets the watcher go with the last socket, and waits for it: what
// Notify was given must not call Close, nor wait for who does.
func (t *watch) release() {
	t.mu.Lock()
	w := t.w
	t.open--
	if t.open > 0 {
		t.mu.Unlock()
		return
	}
	t.w = nil
	t.mu.Unlock()
	w.close()
}

// A sock is a non-blocking socket that can be watched. Its methods but for
// close are called with mu held.
type sock struct {
	mu    sync.Mutex
	fd    int // -1 once closed
	id    int32
	of    *watch
	w     *watcher
	known bool     // to the watcher's epoll
	want  interest // what the watcher was asked to tell and has not told
	f     func()   // set by Notify

	// trouble is asked when the watcher sees an error state, and answers what
	// to take as come. It must leave the error queue empty, as a state that
	// stays would be reported without end.
	trouble func() interest
}

// wouldBlock asks the watcher to tell when d has come.
func (s *sock) wouldBlock(d interest) error {
	if s.f != nil && s.want&d == 0 {
		if err := s.w.arm(s, d); err != nil {
			return err
		}
		s.want |= d
	}
	return stack.ErrWouldBlock
}

// came is called by the watcher's goroutine, without mu: got is what has come.
func (s *sock) came(got interest, failed bool) {
	s.mu.Lock()
	if s.fd < 0 {
		s.mu.Unlock()
		return
	}
	switch {
	case failed && s.trouble != nil:
		got |= s.trouble()
	case failed:
		got |= readable | writable
	}
	news := s.want&got != 0
	s.want &^= got
	if left := s.want; left != 0 {
		s.want = 0
		if s.w.arm(s, left) == nil {
			s.want = left
		} else {
			news = true // so that the next Try method says what is wrong
		}
	}
	f := s.f
	s.mu.Unlock()
	if news && f != nil {
		f()
	}
}

// close closes the descriptor once; before sees it last.
func (s *sock) close(before func(fd int)) error {
	s.mu.Lock()
	if s.fd < 0 {
		s.mu.Unlock()
		return nil
	}
	if before != nil {
		before(s.fd)
	}
	s.w.remove(s)
	err := unix.Close(s.fd)
	s.fd = -1
	s.mu.Unlock()
	s.of.release()
	return err
}

// family is the address family that carries a.
func family(a netip.Addr) int {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// unspecified is the wildcard address of a family.
func unspecified(fam int) netip.Addr {
	if fam == unix.AF_INET {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// normal is ap with an IPv4 address as one, and :: for no address.
func normal(ap netip.AddrPort) netip.AddrPort {
	if !ap.Addr().IsValid() {
		return netip.AddrPortFrom(netip.IPv6Unspecified(), ap.Port())
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// sockaddr is ap for a socket of the given family.
func sockaddr(ap netip.AddrPort, fam int) (unix.Sockaddr, error) {
	if fam == unix.AF_INET {
		return &unix.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}, nil
	}
	zone, err := zoneID(ap.Addr().Zone())
	return &unix.SockaddrInet6{Port: int(ap.Port()), Addr: ap.Addr().As16(), ZoneId: zone}, err
}

func zoneID(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, err
	}
	return uint32(i.Index), nil
}

// addrPort is the address of a 16-byte form, an IPv4 one as such.
func addrPort(ip [16]byte, port uint16, zone uint32) netip.AddrPort {
	a := netip.AddrFrom16(ip).Unmap()
	if zone != 0 && a.Is6() {
		name := strconv.FormatUint(uint64(zone), 10)
		if i, err := net.InterfaceByIndex(int(zone)); err == nil {
			name = i.Name
		}
		a = a.WithZone(name)
	}
	return netip.AddrPortFrom(a, port)
}

func fromSockaddr(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return addrPort(sa.Addr, uint16(sa.Port), sa.ZoneId)
	}
	return netip.AddrPort{}
}

func localAddr(fd int) netip.AddrPort {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	return fromSockaddr(sa)
}

// bound is a non-blocking socket of kind typ, bound at at; IPv6's wildcard
// takes IPv4 too.
func bound(typ int, at netip.AddrPort, set func(fd, fam int) error) (int, error) {
	fam := family(at.Addr())
	fd, err := socket(fam, typ)
	if err != nil {
		return -1, err
	}
	sa, err := sockaddr(at, fam)
	if err == nil && fam == unix.AF_INET6 && at.Addr().IsUnspecified() {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0)
	}
	if err == nil {
		err = set(fd, fam)
	}
	if err == nil {
		err = unix.Bind(fd, sa)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
