package model

import "golang.org/x/sys/unix"

// fionread asks how many bytes wait.
const fionread = unix.TIOCINQ
