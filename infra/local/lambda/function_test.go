package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/infra/local/lambda"
)

// probe is the path of the compiled testdata/probe.
var probe string

func TestMain(m *testing.M) {
	if os.Getenv(orphanRole) != "" {
		os.Exit(holdInstance())
	}
	dir, err := os.MkdirTemp("", "probe")
	if err != nil {
		panic(err)
	}
	probe = filepath.Join(dir, "bootstrap")
	output, err := exec.Command("go", "build", "-o", probe, "./testdata/probe").CombinedOutput()
	if err != nil {
		panic(fmt.Sprintf("build the probe: %v\n%s", err, output))
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// log collects lines from several instances.
type log struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.data.Write(p)
}

func (l *log) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSuffix(l.data.String(), "\n"), "\n")
}

func config() lambda.Config {
	return lambda.Config{
		Name:      "ProbeFunction",
		Bootstrap: probe,
		Handler:   "bootstrap",
		Timeout:   20 * time.Second,
		MemoryMB:  256,
		Region:    "eu-central-1",
		AccountID: "123456789012",
		AccessKey: "local",
	}
}

// start returns a function that the test's end closes.
func start(t *testing.T, config lambda.Config) *lambda.Function {
	t.Helper()
	function := lambda.New(config)
	t.Cleanup(func() {
		if err := function.Close(); err != nil {
			t.Error(err)
		}
	})
	return function
}

func get(path string) []byte {
	event := events.APIGatewayV2HTTPRequest{RawPath: path}
	event.RequestContext.HTTP.Method = "GET"
	payload, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	return payload
}

// call invokes the probe and returns the body of its HTTP response.
func call(ctx context.Context, function *lambda.Function, path string) (string, error) {
	output, err := function.Invoke(ctx, get(path))
	if err != nil {
		return "", err
	}
	var response events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(output, &response); err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d: %s", response.StatusCode, response.Body)
	}
	return response.Body, nil
}

func mustCall(t *testing.T, function *lambda.Function, path string) string {
	t.Helper()
	body, err := call(t.Context(), function, path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return body
}

func TestOneInstanceServesOneCallAfterAnother(t *testing.T) {
	t.Parallel()
	function := start(t, config())
	first := mustCall(t, function, "/sleep/0")
	for range 10 {
		if pid := mustCall(t, function, "/sleep/0"); pid != first {
			t.Fatalf("process %s, want the one that was idle, %s", pid, first)
		}
	}
}

func TestParallelInvocationsShareThePool(t *testing.T) {
	t.Parallel()
	settings := config()
	settings.Instances = 3
	function := start(t, settings)
	var mu sync.Mutex
	pids := map[string]int{}
	var callers sync.WaitGroup
	for range 9 {
		callers.Go(func() {
			pid, err := call(t.Context(), function, "/sleep/50")
			if err != nil {
				t.Error(err) // also when an instance ran two at once
			}
			mu.Lock()
			defer mu.Unlock()
			pids[pid]++
		})
	}
	callers.Wait()
	if len(pids) != 3 {
		t.Errorf("invocations by process: %v, want 3 processes", pids)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		path    string
		prepare func(*lambda.Config)
		want    lambda.Error
		message string // a part of it
		fresh   bool   // the instance is replaced
	}{
		{name: "error", path: "/error",
			want: lambda.Error{Kind: lambda.FunctionFailed, Type: "errorString"}, message: "out of order"},
		{name: "panic", path: "/panic", fresh: true,
			want: lambda.Error{Kind: lambda.FunctionFailed, Type: "string"}, message: "boom"},
		{name: "exit", path: "/exit", fresh: true,
			want: lambda.Error{Kind: lambda.Exited, Type: "Runtime.ExitError"}, message: "exit status 3"},
		{name: "timeout", path: "/sleep/60000", fresh: true,
			prepare: func(c *lambda.Config) { c.Timeout = 300 * time.Millisecond },
			want:    lambda.Error{Kind: lambda.TimedOut, Type: "Sandbox.Timedout"}, message: "Task timed out after 0.30 seconds"},
		{name: "response too large", path: fmt.Sprintf("/large/%d", lambda.MaxPayload), fresh: true,
			want: lambda.Error{Kind: lambda.FunctionFailed, Type: "Function.ResponseSizeTooLarge"}, message: "exceeded maximum"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			settings := config()
			settings.Instances = 1
			if test.prepare != nil {
				test.prepare(&settings)
			}
			function := start(t, settings)
			before := mustCall(t, function, "/sleep/0")
			_, err := function.Invoke(t.Context(), get(test.path))
			var failure *lambda.Error
			if !errors.As(err, &failure) {
				t.Fatalf("err = %v, want a *lambda.Error", err)
			}
			if diff := cmp.Diff(&test.want, failure, cmpopts.IgnoreFields(lambda.Error{}, "RequestID", "Message")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !strings.Contains(failure.Message, test.message) || failure.RequestID == "" {
				t.Errorf("request %q: message %q, want one with %q", failure.RequestID, failure.Message, test.message)
			}
			after := mustCall(t, function, "/sleep/0")
			if (after != before) != test.fresh {
				t.Errorf("process before %s, after %s; replaced should be %t", before, after, test.fresh)
			}
		})
	}
}

func TestInitFailure(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{"exit": "exit status 7", "panic": "exit status 2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var output log
			settings := config()
			settings.Environment = map[string]string{"PROBE_INIT": name}
			settings.Log = &output
			function := start(t, settings)
			for range 2 { // every invocation tries anew
				_, err := function.Invoke(t.Context(), get("/sleep/0"))
				var failure *lambda.Error
				if !errors.As(err, &failure) || failure.Kind != lambda.InitFailed || !strings.Contains(failure.Message, message) {
					t.Fatalf("err = %v, want an init failure with %q", err, message)
				}
			}
			if !slices.Contains(output.lines(), "[ProbeFunction] probe: init") {
				t.Errorf("the log lacks what the function printed: %q", output.lines())
			}
		})
	}
}

func TestBinaryThatDoesNotExist(t *testing.T) {
	t.Parallel()
	settings := config()
	settings.Bootstrap = filepath.Join(t.TempDir(), "bootstrap")
	_, err := start(t, settings).Invoke(t.Context(), get("/sleep/0"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("err = %v, want %v", err, os.ErrNotExist)
	}
}

func TestEventTooLarge(t *testing.T) {
	t.Parallel()
	_, err := start(t, config()).Invoke(t.Context(), make([]byte, lambda.MaxPayload+1))
	if !errors.Is(err, lambda.ErrPayloadTooLarge) {
		t.Errorf("err = %v, want %v", err, lambda.ErrPayloadTooLarge)
	}
}

func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	settings := config()
	settings.Instances = 1
	function := start(t, settings)
	before := mustCall(t, function, "/sleep/0")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := function.Invoke(ctx, get("/sleep/300")); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("err = %v, want %v", err, context.DeadlineExceeded)
	}
	// The invocation went on and the instance with it: the next waits its turn.
	if after := mustCall(t, function, "/sleep/0"); after != before {
		t.Errorf("process %s, want %s", after, before)
	}
}

func TestEnvironmentIsLambdasAndTheTemplatesOnly(t *testing.T) {
	t.Setenv("PROBE_CANARY", "of the parent") // hence not parallel
	t.Setenv("AWS_PROFILE", "of-the-parent")
	settings := config()
	settings.Environment = map[string]string{"TABLE_NAME": "items", "EMPTY": ""}
	var list []string
	if err := json.Unmarshal([]byte(mustCall(t, start(t, settings), "/env")), &list); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, variable := range list {
		name, value, _ := strings.Cut(variable, "=")
		got[name] = value
	}
	for _, name := range []string{"PATH", "TMPDIR", "AWS_LAMBDA_RUNTIME_API", "_X_AMZN_TRACE_ID"} {
		if got[name] == "" {
			t.Errorf("%s is not set", name)
		}
		delete(got, name)
	}
	want := map[string]string{
		"TABLE_NAME": "items", "EMPTY": "",
		"LANG": "en_US.UTF-8", "TZ": ":UTC",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_LAMBDA_FUNCTION_NAME": "ProbeFunction", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/ProbeFunction", "AWS_LAMBDA_LOG_STREAM_NAME": "local",
		"LAMBDA_TASK_ROOT": filepath.Dir(probe), "_HANDLER": "bootstrap",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInvocationMetadata(t *testing.T) {
	t.Parallel()
	before := time.Now()
	var got struct {
		RequestID, ARN, Trace string
		Deadline              time.Time
	}
	if err := json.Unmarshal([]byte(mustCall(t, start(t, config()), "/context")), &got); err != nil {
		t.Fatal(err)
	}
	if got.ARN != "arn:aws:lambda:eu-central-1:123456789012:function:ProbeFunction" {
		t.Errorf("arn = %q", got.ARN)
	}
	if len(got.RequestID) != 36 || !strings.HasPrefix(got.Trace, "Root=1-") {
		t.Errorf("request id %q, trace id %q", got.RequestID, got.Trace)
	}
	if limit := got.Deadline.Sub(before); limit < 19*time.Second || limit > time.Minute {
		t.Errorf("deadline in %v, want the timeout of 20 s", limit)
	}
}

func TestOutputIsLoggedByTheLine(t *testing.T) {
	t.Parallel()
	var output log
	settings := config()
	settings.Log = &output
	function := start(t, settings)
	mustCall(t, function, "/echo/x")
	if err := function.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"[ProbeFunction] probe: init",
		"[ProbeFunction] probe: echo /echo/x",
		"[ProbeFunction] probe: to stderr",
	}
	if diff := cmp.Diff(want, output.lines()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
