package main

import (
	"bufio"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// build compiles the command and returns one that runs a shell script with it.
func build(t *testing.T) func(script string) *exec.Cmd {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "with")
	if output, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return func(script string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), binary, "sh", "-c", script)
		cmd.Env = append(os.Environ(), "DYNAMODB_ENDPOINT=") // start a server, always
		return cmd
	}
}

func expectCode(t *testing.T, err error, want int) {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != want {
		t.Errorf("err = %v, want exit status %d", err, want)
	}
}

// expectGone fails the test if a server still answers.
func expectGone(t *testing.T, endpoint string) {
	t.Helper()
	if !strings.HasPrefix(endpoint, "http://127.0.0.1:") {
		t.Fatalf("endpoint %q", endpoint)
	}
	response, err := http.Get(endpoint) //nolint:gosec // a server that this test started
	if err == nil {
		_ = response.Body.Close()
		t.Errorf("%s still answers", endpoint)
	}
}

func TestExitCodeAndEndpointArePassedOn(t *testing.T) {
	t.Parallel()
	cmd := build(t)(`echo "$DYNAMODB_ENDPOINT"; exit 7`)
	output, err := cmd.Output()
	expectCode(t, err, 7)
	expectGone(t, strings.TrimSpace(string(output)))
}

func TestSignalReachesTheCommandAndEndsTheServer(t *testing.T) {
	t.Parallel()
	cmd := build(t)(`trap 'exit 5' TERM; echo "$DYNAMODB_ENDPOINT"; sleep 60 & wait`)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	endpoint, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	expectCode(t, cmd.Wait(), 5)
	expectGone(t, strings.TrimSpace(endpoint))
}

func TestUsage(t *testing.T) {
	t.Parallel()
	if code, err := run(nil); code != 2 || err == nil || !strings.Contains(err.Error(), "usage") {
		t.Errorf("code %d, err %v; want 2 and the usage", code, err)
	}
}
