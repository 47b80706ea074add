package process

import "syscall"

// attributes asks for a group of its own and for SIGKILL when the forking
// thread dies, which Start keeps alive as long as the child.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
