package lambda

import (
	"io"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Where the kernel has no parent-death signal, an orphaned instance ends because
// its runtime loses the Runtime API, which lives in the parent.
func TestRuntimeExitsWithoutItsAPI(t *testing.T) {
	t.Parallel()
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	if output, err := exec.Command("go", "build", "-o", bootstrap, "./testdata/probe").CombinedOutput(); err != nil {
		t.Fatalf("build the probe: %v\n%s", err, output)
	}
	inst, err := startInstance(Config{Name: "Probe", Bootstrap: bootstrap, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := inst.stop(); err != nil {
			t.Error(err)
		}
	})
	if err := inst.waitForInit(); err != nil {
		t.Fatal(err)
	}
	inst.closeRuntimeAPI()
	select {
	case <-inst.process.Done():
	case <-time.After(5 * time.Second):
		t.Error("the process is still running")
	}
}
