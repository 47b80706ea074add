// Package npm installs the npm packages of a folder, exactly as its lock file
// has them. It owns when that is needed and that it happens once at a time; it
// knows no package by name.
package npm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Lock takes an exclusive lock, so that programs that run side by side do not
// install or build the same thing at the same time.
func Lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open a lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	// Closing the file drops the lock; nothing was written that could fail.
	return func() { _ = file.Close() }, nil
}

// Install brings node_modules to what the folder's lock file says, if it is
// not. Scripts of packages are not run. The caller holds a lock.
func Install(ctx context.Context, folder string) error {
	want, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("read the lock file: %w", err)
	}
	// Written last, so an interrupted installation does not count.
	mark := filepath.Join(folder, "node_modules", ".installed")
	if have, err := os.ReadFile(mark); err == nil && bytes.Equal(have, want) {
		return nil
	}
	if err := Run(ctx, folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return err
	}
	return os.WriteFile(mark, want, 0o600)
}

// Run runs npm in a folder.
func Run(ctx context.Context, folder string, arguments ...string) error {
	command := exec.CommandContext(ctx, "npm", arguments...)
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("npm %s in %s: %w\n%s", arguments[0], folder, err, bytes.TrimSpace(output))
	}
	return nil
}
