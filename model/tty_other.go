//go:build !linux && !darwin

package model

import "os"

// openTTY says that there are no deadlines for a terminal here.
func openTTY() *ttyWriter { return nil }

// waiting says that it is not known how much was typed ahead.
func waiting(*os.File) int { return 0 }

// canSuspend says that nobody is known who could wake us again.
func canSuspend() bool { return false }
