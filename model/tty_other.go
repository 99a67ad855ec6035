//go:build !linux && !darwin

package model

// openTTY says that there are no deadlines for a terminal here.
func openTTY() *ttyWriter { return nil }
