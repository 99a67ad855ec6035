//go:build !linux && !darwin

package model

// openTTY says that there are no deadlines for a terminal here.
func openTTY() *ttyWriter { return nil }

// canSuspend says that nobody is known who could wake us again.
func canSuspend() bool { return false }
