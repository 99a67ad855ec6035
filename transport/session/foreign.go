package session

import "strings"

// strangers are protocols that knock at the wrong port, by their first octets.
var strangers = [...]struct{ begin, name string }{
	{"\x16\x03", "TLS"},
	{"GET ", "HTTP"},
	{"POST ", "HTTP"},
	{"HTTP/1.", "HTTP"},
	{"SSH-", "SSH"},
	{"\xff\xfb", "telnet"},
	{"\xff\xfc", "telnet"},
	{"\xff\xfd", "telnet"},
	{"\xff\xfe", "telnet"},
}

// longestStranger is how many octets are enough to know.
const longestStranger = len("HTTP/1.")

// foreign names the protocol whose first octets p holds. Maybe: it takes more
// octets to know.
func foreign(p []byte) (name string, m match) {
	for _, s := range strangers {
		switch {
		case strings.HasPrefix(string(p[:min(len(p), longestStranger)]), s.begin):
			return s.name, yes
		case strings.HasPrefix(s.begin, string(p[:min(len(p), longestStranger)])):
			m = maybe
		}
	}
	return "", m
}
