package ui

import (
	"unicode"
	"unicode/utf8"
)

// find is where d.Find stands in p, by whole clusters.
func (d *frame) find(p *para) [][2]int {
	if d.Find == "" {
		return nil
	}
	var found [][2]int
	for i, end := 0, 0; i < len(p.text); {
		c, _ := cluster(d.l.Method, p.text[i:])
		if n := foldPrefix(p.text[i:], d.Find); n > 0 {
			end = i + n
			if last := len(found) - 1; last >= 0 && found[last][1] >= i {
				found[last][1] = end
			} else {
				found = append(found, [2]int{i, end})
			}
		}
		i += len(c)
		if last := len(found) - 1; last >= 0 && end < i && end > i-len(c) {
			found[last][1], end = i, i // a hit that ends inside the cluster takes all of it
		}
	}
	return found
}

// foldPrefix is how much of s is t, whatever the case; 0: s does not start so.
func foldPrefix(s, t string) int {
	n := 0
	for _, want := range t {
		got, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || unicode.ToLower(got) != unicode.ToLower(want) {
			return 0
		}
		n += size
	}
	return n
}
