//go:build !portable

package kernel

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const optKeepIdle = unix.TCP_KEEPALIVE

func socket(fam, typ int) (int, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(fam, typ, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	return nonblocking(fd, err)
}

func accept(fd int) (int, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	nfd, sa, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(nfd)
	}
	syscall.ForkLock.RUnlock()
	nfd, err = nonblocking(nfd, err)
	return nfd, sa, err
}

func nonblocking(fd int, err error) (int, error) {
	if err == nil {
		if err = unix.SetNonblock(fd, true); err != nil {
			unix.Close(fd)
		}
	}
	return fd, err
}

// setUserTimeout does nothing: TCP_RXT_CONNDROPTIME would be the option, and
// nobody has tried it here.
func setUserTimeout(int, time.Duration) {}

// saveSYN does nothing: only Linux keeps a connection's SYN.
func saveSYN(int) {}
