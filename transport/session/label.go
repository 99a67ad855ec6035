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
