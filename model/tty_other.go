//go:build !linux && !darwin

package model

import "os"

// openTTY says that there are no deadlines for a terminal here.
func openTTY() *ttyWriter { return nil }

// writeNow is not called: there is no terminal that openTTY opened.
func writeNow(uintptr, []byte) (int, error) { return 0, os.ErrInvalid }

// resizes tells nothing: Bubble Tea asks for the size itself here.
func resizes(chan<- os.Signal) {}

// stopProcess is not called, since nobody could wake us again.
func stopProcess() {}

// waiting says that it is not known how much was typed ahead.
func waiting(*os.File) int { return 0 }

// canSuspend says that nobody is known who could wake us again.
func canSuspend() bool { return false }
