package transport

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// The address when none is given: this machine, the port of the course
// programs.
const (
	DefaultHost = "127.0.0.1"
	DefaultPort = 9001
)

// An Address is an ADDR as typed, taken apart: a host, which may be a name, an
// IP address or empty (every address of this machine), and a port.
type Address struct {
	Host string
	Port uint16
}

// String is the address as the flag takes it.
func (a Address) String() string {
	return net.JoinHostPort(a.Host, strconv.Itoa(int(a.Port)))
}

// ParseAddress reads "host:port", "host", ":port", "port", "" and IPv6
// addresses with or without brackets.
func ParseAddress(s string) (Address, error) {
	a := Address{Host: DefaultHost, Port: DefaultPort}
	switch {
	case s == "":
		return a, nil
	case isDigits(s):
		return a.withPort(s, s)
	case strings.ContainsAny(s, " \t/@"):
		return a, badAddress(s)
	}
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	if ip, err := netip.ParseAddr(bare); err == nil && !strings.ContainsAny(bare, "[]") { // a zone may hold anything
		a.Host = ip.String()
		return a, nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		if strings.ContainsAny(s, ":[]") {
			return a, badAddress(s)
		}
		host = s
	}
	a.Host = host
	if err != nil {
		return a, nil
	}
	return a.withPort(port, s)
}

func (a Address) withPort(port, s string) (Address, error) {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return a, fmt.Errorf("%q: %q is not a port; a port is a number from 1 to 65535, as in 127.0.0.1:9001", s, port)
	}
	a.Port = uint16(n)
	return a, nil
}

func badAddress(s string) error {
	return fmt.Errorf("%q is not an address; write HOST:PORT, as in 127.0.0.1:9001, [::1]:9001 or example.org:9001", s)
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// lookup finds the addresses of a, the preferred family first. An empty host
// is the wildcard of the family.
func (a Address) lookup(ctx context.Context, f Family) ([]netip.AddrPort, error) {
	if a.Host == "" {
		if f == IPv4 {
			return []netip.AddrPort{netip.AddrPortFrom(netip.IPv4Unspecified(), a.Port)}, nil
		}
		return []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Unspecified(), a.Port)}, nil
	}
	network := map[Family]string{AnyFamily: "ip", IPv4: "ip4", IPv6: "ip6"}[f]
	ips, err := net.DefaultResolver.LookupNetIP(ctx, network, a.Host)
	if err != nil {
		return nil, err
	}
	var v4, v6 []netip.AddrPort
	for _, ip := range ips {
		ip = ip.Unmap()
		if ip.Is4() {
			v4 = append(v4, netip.AddrPortFrom(ip, a.Port))
		} else {
			v6 = append(v6, netip.AddrPortFrom(ip, a.Port))
		}
	}
	return append(v4, v6...), nil
}

// literal is the address where no name has to be looked up.
func (a Address) literal(f Family) (netip.AddrPort, bool, error) {
	ip, err := netip.ParseAddr(a.Host)
	if err != nil {
		return netip.AddrPort{}, false, nil
	}
	if f == IPv4 && !ip.Is4() || f == IPv6 && !ip.Is6() {
		return netip.AddrPort{}, false, fmt.Errorf("%s is not an IPv%d address", a.Host, map[Family]int{IPv4: 4, IPv6: 6}[f])
	}
	return netip.AddrPortFrom(ip, a.Port), true, nil
}

// reachable is where to dial to reach a listener at a: loopback for a
// wildcard.
func reachable(a netip.AddrPort) netip.AddrPort {
	switch {
	case !a.Addr().IsUnspecified():
		return a
	case a.Addr().Is4():
		return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), a.Port())
	}
	return netip.AddrPortFrom(netip.IPv6Loopback(), a.Port())
}
