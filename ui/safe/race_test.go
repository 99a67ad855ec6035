//go:build race

package safe

const race = true
