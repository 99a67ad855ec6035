//go:build !race

package safe

const race = false
