//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// reap waits for the child's end. There is no portable way to wait without
// reaping, so what a child that ends by itself leaves in its group stays.
func (p *Process) reap(cmd *exec.Cmd) error {
	err := cmd.Wait()
	p.mutex.Lock()
	p.reaped = true
	p.mutex.Unlock()
	return err
}
