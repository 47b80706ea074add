package process_test

import (
	"bufio"
	"errors"
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"billhook/infra/local/stack/process"
)

// start runs a shell script and returns when it has printed a line. The reader
// ends when no process holds the script's output any more.
func start(t *testing.T, script string) (*process.Process, *bufio.Reader) {
	t.Helper()
	output, input := io.Pipe()
	cmd := exec.Command("sh", "-c", script)
	cmd.Stdout = input
	p, err := process.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	})
	go func() {
		<-p.Done()
		_ = input.Close()
	}()
	reader := bufio.NewReader(output)
	if line, err := reader.ReadString('\n'); line != "ready\n" {
		t.Fatalf("the script said %q (%v)", line, err)
	}
	return p, reader
}

func signalOf(t *testing.T, p *process.Process) syscall.Signal {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(p.Err(), &exit) {
		t.Fatalf("err = %v, want an exit error", p.Err())
	}
	return exit.Sys().(syscall.WaitStatus).Signal()
}

func TestStopAsksFirst(t *testing.T) {
	t.Parallel()
	p, _ := start(t, `trap 'exit 0' TERM; sleep 60 & echo ready; wait`)
	if err := p.Stop(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.Err(); err != nil {
		t.Errorf("the process ended with %v, want an orderly end", err)
	}
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	t.Parallel()
	p, _ := start(t, `trap '' TERM; echo ready; while :; do sleep 1; done`)
	if err := p.Stop(50 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if got := signalOf(t, p); got != syscall.SIGKILL {
		t.Errorf("ended by %v, want %v", got, syscall.SIGKILL)
	}
}

func TestKillTakesTheChildrenOfTheChild(t *testing.T) {
	t.Parallel()
	began := time.Now()
	p, output := start(t, `sleep 60 & echo ready; wait`)
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	// Wait would have waited for a sleep that holds the pipe open.
	if _, err := io.Copy(io.Discard, output); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the end took %v", took)
	}
}

func TestChildrenGoWithAChildThatEndsByItself(t *testing.T) {
	t.Parallel()
	p, _ := start(t, `sleep 60 & echo ready; exit 0`)
	select {
	case <-p.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("still waiting for what the child left behind")
	}
	// Nothing is left of the group to signal, and its id is nobody's to signal.
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("signal after the end: %v", err)
	}
}

func TestCommandThatDoesNotExist(t *testing.T) {
	t.Parallel()
	if _, err := process.Start(exec.Command("/nonexistent")); err == nil {
		t.Error("no error")
	}
}
