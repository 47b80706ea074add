package npm

import (
	"os"
	"path/filepath"
	"testing"
)

// folder is one without packages, which npm installs without asking anybody.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "package.json", `{"name": "none", "version": "1.0.0"}`)
	write(t, dir, "package-lock.json", `{"name": "none", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "none", "version": "1.0.0"}}}`)
	if err := os.Mkdir(filepath.Join(dir, "node_modules"), 0o750); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What is installed already is left alone: no npm is needed to see that.
func TestInstalledAlready(t *testing.T) {
	dir := folder(t)
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "node_modules/.installed", string(lock))
	t.Setenv("PATH", t.TempDir())
	if err := Install(t.Context(), dir); err != nil {
		t.Errorf("installed again: %v", err)
	}
	write(t, dir, "node_modules/.installed", "an earlier lock file")
	if err := Install(t.Context(), dir); err == nil {
		t.Error("a changed lock file installs nothing")
	}
}

func TestInstallNeedsALockFile(t *testing.T) {
	t.Parallel()
	if err := Install(t.Context(), t.TempDir()); err == nil {
		t.Error("installed without a lock file")
	}
}

// The second waits until the first is done.
func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		second, err := Lock(path)
		if err == nil {
			second()
		}
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("two hold the lock: %v", err)
	default:
		unlock()
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
