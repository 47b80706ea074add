package lambda_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"billhook/infra/local/lambda"
)

// lifelines accepts a connection from every instance with PROBE_LIFELINE set; a
// connection breaks when its process is gone.
type lifelines struct {
	net.Listener
	t *testing.T
}

func newLifelines(t *testing.T) lifelines {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return lifelines{listener, t}
}

func (l lifelines) accept() net.Conn {
	l.t.Helper()
	connection, err := l.Accept()
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// expectEnd fails the test unless the process ends within the time given.
func (l lifelines) expectEnd(connection net.Conn, within time.Duration) {
	l.t.Helper()
	if err := connection.SetReadDeadline(time.Now().Add(within)); err != nil {
		l.t.Fatal(err)
	}
	_, err := connection.Read(make([]byte, 1))
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		l.t.Fatal("the instance is still running")
	}
}

func TestCloseEndsBusyAndIdleInstances(t *testing.T) {
	t.Parallel()
	lines := newLifelines(t)
	settings := config()
	settings.Environment = map[string]string{"PROBE_LIFELINE": lines.Addr().String()}
	function := start(t, settings)
	busy := make(chan error, 1)
	go func() {
		_, err := function.Invoke(context.Background(), get("/sleep/60000"))
		busy <- err
	}()
	first := lines.accept()
	mustCall(t, function, "/sleep/0") // by a second instance, idle afterwards
	second := lines.accept()

	if err := function.Close(); err != nil {
		t.Fatal(err)
	}
	lines.expectEnd(first, time.Second)
	lines.expectEnd(second, time.Second)
	if err := <-busy; !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("the running invocation: %v, want %v", err, lambda.ErrClosed)
	}
	if _, err := function.Invoke(t.Context(), get("/sleep/0")); !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("an invocation after Close: %v, want %v", err, lambda.ErrClosed)
	}
	if err := function.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// orphanRole makes the test binary hold an instance until it is killed.
const orphanRole = "TEST_ORPHAN_LIFELINE"

func holdInstance() int {
	settings := config()
	settings.Bootstrap = os.Getenv("TEST_ORPHAN_PROBE")
	settings.Environment = map[string]string{"PROBE_LIFELINE": os.Getenv(orphanRole)}
	if _, err := lambda.New(settings).Invoke(context.Background(), get("/sleep/0")); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready")
	select {}
}

func TestInstancesDieWithAKilledParent(t *testing.T) {
	t.Parallel()
	lines := newLifelines(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), orphanRole+"="+lines.Addr().String(), "TEST_ORPHAN_PROBE="+probe)
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	instance := lines.accept()
	line, err := bufio.NewReader(output).ReadString('\n')
	if line != "ready\n" {
		t.Errorf("the parent said %q (%v)", line, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := parent.Wait(); err == nil {
		t.Error("the parent ended by itself")
	}
	lines.expectEnd(instance, 5*time.Second)
}
