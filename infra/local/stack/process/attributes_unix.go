//go:build unix && !linux

package process

import "syscall"

// attributes asks for a group of its own. There is no parent-death signal here:
// a child whose parent was killed with SIGKILL must notice by itself.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
