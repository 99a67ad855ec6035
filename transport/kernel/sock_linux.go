//go:build !portable

package kernel

import (
	"time"

	"golang.org/x/sys/unix"
)

const optKeepIdle = unix.TCP_KEEPIDLE

func socket(fam, typ int) (int, error) {
	return unix.Socket(fam, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

func accept(fd int) (int, unix.Sockaddr, error) {
	return unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
}

// setUserTimeout sets how long bytes may stay unacknowledged; 0 is the
// system's own rule.
func setUserTimeout(fd int, d time.Duration) {
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
}

// saveSYN has a listener keep the SYN of each connection, for TCP_SAVED_SYN.
func saveSYN(fd int) { unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_SAVE_SYN, 1) }
