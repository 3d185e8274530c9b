package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// Command says what to run.
type Command struct {
	Name string   // how errors call it
	Path string   // the program
	Args []string // without the program's name
	Env  []string // KEY=value, added to this process's environment
	Dir  string   // working directory; empty is this process's
	Log  string   // file that gets standard output and error; created or emptied
	In   *os.File // standard input; nil is none
	Out  *os.File // gets standard output in the place of Log, if not nil
}

// Process is a running or ended child. Its methods may be called concurrently.
type Process struct {
	name string
	log  *os.File // open, so that it can be read when the file is removed
	pid  int
	done chan struct{}
	err  error // valid once done is closed

	mutex  sync.Mutex
	reaped bool // or about to be: the id may soon be somebody else's
}

// Start starts the command and returns at once.
func Start(command Command) (*Process, error) {
	out, err := os.Create(command.Log)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", command.Name, err)
	}
	cmd := exec.Command(command.Path, command.Args...)
	cmd.Env = append(os.Environ(), command.Env...)
	cmd.Dir = command.Dir
	cmd.Stdout, cmd.Stderr = out, out
	if command.In != nil {
		cmd.Stdin = command.In
	}
	if command.Out != nil {
		cmd.Stdout = command.Out
	}
	cmd.SysProcAttr = attributes()

	p := &Process{name: command.Name, log: out, done: make(chan struct{})}
	started := make(chan error)
	go p.run(cmd, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", command.Name, errors.Join(err, out.Close()))
	}
	return p, nil
}

// run keeps its thread for as long as the child lives: the kernel counts a
// parent as dead when the thread that forked ends.
func (p *Process) run(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	p.pid = cmd.Process.Pid
	started <- nil
	p.err = p.reap(cmd)
	close(p.done)
}

// PID is the child's process id, which is also its group's.
func (p *Process) PID() int { return p.pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err waits for the child's end and says how it ended: nil for exit status 0.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Kill ends the child and its group at once, without asking, and waits for it.
func (p *Process) Kill() {
	p.mutex.Lock()
	p.killGroup()
	p.mutex.Unlock()
	<-p.done
}

// killGroup spares a group that may be somebody else's. The caller has the mutex.
func (p *Process) killGroup() {
	if !p.reaped {
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	}
}
