// Package process starts child processes that cannot outlive this one: each
// leads a process group of its own, is ended with SIGTERM and then SIGKILL, is
// always waited for, and on Linux is killed by the kernel when this process
// dies without ending it. It knows nothing of what the children do.
package process

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// outputGrace is how long Wait goes on reading the output of an ended child
// whose own children hold the pipes open.
const outputGrace = time.Second

// Process is a started child.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of Wait; read after done is closed
}

// Start starts cmd in its own process group.
//
// The thread that forks stays alive, locked, until the child has ended: the
// kernel's parent-death signal (see attributes) follows the forking thread and
// would otherwise fire whenever Go's scheduler retired it.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = outputGrace
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		// That children of the child held its output says nothing of how it ended.
		if err := cmd.Wait(); !errors.Is(err, exec.ErrWaitDelay) {
			p.err = err
		}
		// What the child itself started goes with it. Nothing is left when that fails.
		_ = syscall.Kill(-p.Pid(), syscall.SIGKILL)
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// Pid is the child's process id, which is also its group's.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended and its output has been read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is what Wait said: nil, or an *exec.ExitError. It is valid after Done.
func (p *Process) Err() error { return p.err }

// Signal sends a signal to the child's whole group. A child that has ended is
// not an error: its id may already be another process's, so nothing is sent.
func (p *Process) Signal(signal syscall.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	err := syscall.Kill(-p.Pid(), signal)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// Stop asks the group to end, kills it after the grace period, and returns when
// the child is gone.
func (p *Process) Stop(grace time.Duration) error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(grace):
		return p.Kill()
	}
}

// Kill kills the group at once and returns when the child is gone.
func (p *Process) Kill() error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}
