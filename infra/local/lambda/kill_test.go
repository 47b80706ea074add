package lambda_test

import (
	"errors"
	"testing"
	"time"

	"billhook/infra/local/lambda"
)

// A killed instance takes its invocation with it, and another takes its place.
func TestKill(t *testing.T) {
	t.Parallel()
	function := start(t, config())
	if n, err := function.Kill(); n != 0 || err != nil {
		t.Errorf("before the first invocation: %d killed, %v", n, err)
	}
	first, err := call(t.Context(), function, "/sleep/0")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := function.Kill(); n != 1 || err != nil {
		t.Errorf("%d killed, want 1; %v", n, err)
	}
	second, err := call(t.Context(), function, "/sleep/0")
	if err != nil || second == first {
		t.Errorf("process %s goes on as %s, %v", first, second, err)
	}
	cut := make(chan error, 1)
	go func() {
		_, err := call(t.Context(), function, "/sleep/15000")
		cut <- err
	}()
	for {
		select {
		case err := <-cut:
			var failure *lambda.Error
			if !errors.As(err, &failure) || failure.Kind != lambda.Exited && failure.Kind != lambda.InitFailed {
				t.Errorf("the invocation ends with %v, want an exit", err)
			}
			return
		case <-time.After(50 * time.Millisecond): // it may not have begun
			if _, err := function.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
