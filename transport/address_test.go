package transport

import "testing"

// What is taken for an address comes back as the same, however it is written.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"", "9001", ":1", "a:65535", "[::1]:80", "::1", "[fe80::1%lo]", "1.2.3.4", "host", "::", "a:b:c", "[", "]:1", "0", "99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			return
		}
		again, err := ParseAddress(a.String())
		if err != nil || again != a {
			t.Errorf("%q is %+v, written %q, which is %+v, %v", s, a, a, again, err)
		}
	})
}
