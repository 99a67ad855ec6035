package talk

import (
	"errors"
	"net"
	"net/netip"
	"strings"

	"seqtalk/transport"
	"seqtalk/transport/segment"
	"seqtalk/transport/stack"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

// A meaning is what an error means to a person, and what to do about it when
// the program ends with it.
type meaning struct {
	is        error
	say, then words.Phrase
}

var meanings = [...]meaning{
	{stack.ErrRefused, words.ErrorRefused, words.EndRefused},
	{stack.ErrReset, words.ErrorReset, words.Phrase{}},
	{stack.ErrTimeout, words.ErrorTimeout, words.EndTimeout},
	{stack.ErrUnreachable, words.ErrorUnreachable, words.EndUnreachable},
	{stack.ErrInUse, words.ErrorInUse, words.Phrase{}},
	{stack.ErrNotLocal, words.ErrorNotLocal, words.EndNotLocal},
	{stack.ErrPermission, words.ErrorPermission, words.EndPermission},
	{stack.ErrTooLong, words.ErrorTooLong, words.Phrase{}},
	{transport.ErrLabLeft, words.LabLeft, words.Phrase{}},
	{transport.ErrLabBusy, words.LabBusy, words.Phrase{}},
	{transport.ErrLabDeclined, words.LabDeclined, words.Phrase{}},
	{transport.ErrLabReplaced, words.LabReplaced, words.Phrase{}},
}

// meaningOf is the one of err; say is the zero Phrase where none is known.
func meaningOf(err error) meaning {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return meaning{err, words.ErrorUnknownHost, words.EndUnknownHost}
	}
	for _, k := range meanings {
		if errors.Is(err, k.is) {
			return k
		}
	}
	return meaning{}
}

// reason is an error as people read it: its own text or, in Chinese, what it
// means and where it befell.
func reason(l words.Lang, err error) string {
	if err == nil {
		return words.ErrorNone.In(l)
	}
	var held *transport.HeldError
	if errors.As(err, &held) {
		return heldBy(l, held)
	}
	var noLab *transport.LabError
	if errors.As(err, &noLab) {
		return withoutLab(l, noLab)
	}
	text := safe.String(err.Error()).String()
	m := meaningOf(err)
	switch {
	case m.say == words.Phrase{}:
		return text
	case l == words.English:
		return m.say.In(l, text)
	}
	return m.say.In(l, within(l, err, text))
}

// Fatal is the error that ends the program, with what can be done.
func Fatal(l words.Lang, err error) string {
	var held *transport.HeldError
	var noLab *transport.LabError
	if errors.As(err, &held) || errors.As(err, &noLab) {
		return reason(l, err)
	}
	return reason(l, err) + meaningOf(err).then.In(l)
}

// within is the place err speaks of, in parentheses; "" if it names none.
func within(l words.Lang, err error, text string) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return words.ErrorAt.In(l, safe.String(dns.Name))
	}
	for word := range strings.FieldsSeq(text) {
		word = strings.TrimRight(word, ":;,")
		_, to, routed := strings.Cut(word, "->")
		if !routed {
			to = word
		}
		if host, _, err := net.SplitHostPort(to); err == nil && host != "" {
			return words.ErrorAt.In(l, word)
		}
	}
	return ""
}

// at is text with the place it speaks of, unless it names it already.
func at(l words.Lang, text, place string) string {
	if strings.Contains(text, place) {
		return text
	}
	return text + words.ErrorAt.In(l, place)
}

// heldBy is an address that is taken, and by whom.
func heldBy(l words.Lang, e *transport.HeldError) string {
	switch {
	case e.UDP:
		return words.HeldUDP.In(l, e.Addr, callable(e.Addr))
	case e.Known && e.Holder.State == segment.TimeWait:
		return words.HeldTimeWait.In(l, e.Addr, int(e.Holder.Left.Seconds()+0.5))
	case errors.Is(e.Err, stack.ErrRefused):
		return words.HeldDeaf.In(l, e.Addr)
	case e.Known && e.Holder.State == segment.Listen:
		return words.HeldListen.In(l, e.Addr, callable(e.Addr))
	}
	return words.HeldOther.In(l, reason(l, e.Err))
}

// withoutLab is why a lab is not shared, and what can be done.
func withoutLab(l words.Lang, e *transport.LabError) string {
	if e.Answered() {
		return at(l, reason(l, e.Err), e.Addr.String())
	}
	return words.LabSilent.In(l, e.Addr, reason(l, e.Err))
}

// callable is where to call whoever listens at a: on this machine, for a wildcard.
func callable(a netip.AddrPort) netip.AddrPort {
	switch {
	case !a.Addr().IsUnspecified():
		return a
	case a.Addr().Is4():
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port())
	}
	return netip.AddrPortFrom(netip.IPv6Loopback(), a.Port())
}
