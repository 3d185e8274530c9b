package process

import (
	"os/exec"
	"syscall"
)

func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// reap waits for the child's end and takes down what is left of its group while
// the child, not yet reaped, still keeps the id from others.
func (p *Process) reap(cmd *exec.Cmd) error {
	const byID = 1 // P_PID
	errno := syscall.EINTR
	for errno == syscall.EINTR {
		_, _, errno = syscall.Syscall6(syscall.SYS_WAITID, byID, uintptr(p.pid), 0, syscall.WEXITED|syscall.WNOWAIT, 0, 0)
	}
	p.mutex.Lock()
	p.killGroup()
	p.reaped = true
	p.mutex.Unlock()
	return cmd.Wait()
}
