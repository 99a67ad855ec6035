//go:build race

package lab

// raced says that the race detector makes everything ten times slower.
const raced = true
