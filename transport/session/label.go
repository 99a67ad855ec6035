package session

// Labels names the frames that p begins with, in order: "HELLO", "TEXT",
// "RECEIPT", or "GREETING". p is what a segment or a datagram carried, and may
// be cut short; behind what is no frame nothing is looked for, so that there
// are none where p goes on inside one.
func Labels(p []byte, inDatagram bool) (names []string) {
	overhead := 0
	if inDatagram {
		overhead = sessionLen
	}
	if _, _, m := greeting(p); m == yes {
		names, p = append(names, "GREETING"), p[greetingLen:]
	}
	for len(p) >= headerLen {
		k, n, err := header(p, overhead)
		if err != nil {
			break
		}
		names = append(names, k.String())
		p = p[min(headerLen+n, len(p)):]
	}
	return names
}

// Measure tells how the frame, or the greeting, is made that p begins with: its
// name, how many octets it has all told, and how many of them stand before the
// text of a message; all of them, where it carries none or that is not there to
// be seen. ok is false where p begins otherwise, or with too little to tell.
func Measure(p []byte, inDatagram bool) (name string, octets, before int, ok bool) {
	if _, _, m := greeting(p); m == yes {
		return "GREETING", greetingLen, greetingLen, true
	}
	overhead := 0
	if inDatagram {
		overhead = sessionLen
	}
	if len(p) < headerLen {
		return "", 0, 0, false
	}
	k, n, err := header(p, overhead)
	if err != nil {
		return "", 0, 0, false
	}
	n += headerLen
	if k != text {
		return k.String(), n, n, true
	}
	if before := textFrom(p, headerLen+overhead); before <= n {
		return k.String(), n, before, true
	}
	return k.String(), n, n, true
}

// textFrom is where in a TEXT, whose body begins at at, the text begins; beyond
// any frame if that cannot be seen.
func textFrom(p []byte, at int) int {
	const fields = 5 // id, row, more, sent-at, the text's own head
	at++
	for range fields {
		if at >= len(p) {
			return maxLength + headerLen + 1
		}
		switch low := p[at] & 31; {
		case p[at] == cborFalse || p[at] == cborTrue, low < 24:
			at++
		default:
			at += 1 + 1<<(low-24)
		}
	}
	return at
}
